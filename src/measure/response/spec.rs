//! How a response is written, and what it means.

use std::fmt;

use crate::kernel::quarter::Quarter;
use crate::kernel::text::Quoted;
use crate::kernel::text::Ticked;
use crate::measure::outcomes::USUAL_RESPONSES;
use crate::measure::response::own::Own;
use crate::measure::response::quantity::{self, Quantity};
use crate::model::data::World;

/// When a response is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The first quarter.
    First,
    /// The last quarter.
    Last,
    /// Every quarter.
    All,
    /// From one quarter to another, both included.
    Range(Quarter, Quarter),
}

impl Period {
    fn parse(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "`{text}` is not a period; allowed: `first`, `last`, `all`, a year, a quarter, or two of them as in `2018..2020Q2`"
            )
        };
        match text {
            "first" => return Ok(Period::First),
            "last" => return Ok(Period::Last),
            "all" => return Ok(Period::All),
            _ => {}
        }
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let (from, _) = quarters(from).ok_or_else(refused)?;
        let (_, to) = quarters(to).ok_or_else(refused)?;
        if from > to {
            return Err(format!(
                "the period `{text}` ends before it begins; allowed: the earlier end first"
            ));
        }
        Ok(Period::Range(from, to))
    }

    /// First and last quarter in a world, counted from 0.
    ///
    /// # Errors
    /// A sentence where it lies outside of the run.
    pub fn quarters(self, world: &World) -> Result<(u32, u32), String> {
        let last = world.quarters.saturating_sub(1);
        match self {
            Period::First => Ok((0, 0)),
            Period::Last => Ok((last, last)),
            Period::All => Ok((0, last)),
            Period::Range(from, to) => {
                let place = |quarter: Quarter| u32::try_from(quarter.since(world.start)).ok();
                match (place(from), place(to)) {
                    (Some(first), Some(end)) if end <= last => Ok((first, end)),
                    _ => Err(format!(
                        "{self} lies outside of the run; allowed: {} to {}",
                        world.start,
                        world.start.plus(last as i32)
                    )),
                }
            }
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::First => f.write_str("first"),
            Period::Last => f.write_str("last"),
            Period::All => f.write_str("all"),
            Period::Range(from, to) if from == to => write!(f, "{from}"),
            Period::Range(from, to) => write!(f, "{from}..{to}"),
        }
    }
}

/// First and last quarter of a year or a quarter.
fn quarters(text: &str) -> Option<(Quarter, Quarter)> {
    if let Ok(quarter) = text.parse() {
        return Some((quarter, quarter));
    }
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = is_year.then(|| text.parse().ok()).flatten()?;
    Some((Quarter::new(year, 1)?, Quarter::new(year, 4)?))
}

/// One response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Name of its column in results.
    pub name: String,
    /// As it was written.
    pub text: String,
    /// What is read.
    pub above: Quantity,
    /// What it is divided by.
    pub below: Option<Quantity>,
    /// When.
    pub period: Period,
}

/// Whether a text may be the name of a column: small letters, digits and `_`, a letter first, at most 64.
pub fn is_name(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 64
        && text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_lowercase())
        && text.bytes().all(is_inside)
}

/// Refuses what cannot be a response or its name.
fn check(name: &str, what: &str) -> Result<(), String> {
    // What is wrong with a response is said with its parts, which must be fit to be printed.
    const LONGEST: usize = 1_000;
    if what.contains(char::is_control) || what.chars().count() > LONGEST {
        return Err(format!(
            "a response is {}; allowed: up to {LONGEST} characters, no control characters among them",
            Quoted(what)
        ));
    }
    if what.is_empty() {
        return Err(
            "a response is empty; allowed: what is measured, such as `competitiveness`".to_string(),
        );
    }
    if !is_name(name) {
        return Err(format!(
            "{} cannot name a response; allowed: small letters, digits and `_`, a letter first, at most 64",
            Ticked(name)
        ));
    }
    if RESERVED.contains(&name) {
        return Err(format!(
            "a response cannot be named `{name}`, which is a column of every result; allowed: `{name}_of_run = \"{what}\"`"
        ));
    }
    Ok(())
}

impl Response {
    /// Reads `NAME=WHAT` or `WHAT`, which then names itself.
    ///
    /// # Errors
    /// A sentence with what was found, what is allowed and the nearest valid name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, what)) => Self::named(name.trim(), what.trim()),
            None => Self::named(&default_name(text.trim()), text.trim()),
        }
    }

    /// The response `what` under a name.
    ///
    /// # Errors
    /// As [`Response::parse`].
    pub fn named(name: &str, what: &str) -> Result<Self, String> {
        check(name, what)?;
        let (parts, period) = match what.split_once('@') {
            Some((parts, period)) => (parts.trim(), Some(Period::parse(period.trim())?)),
            None => (what, None),
        };
        let (above, below) = match parts.split_once('/') {
            Some((above, below)) => (
                Quantity::parse(above.trim(), None)?,
                Some(Quantity::parse(below.trim(), None)?),
            ),
            None => match quantity::ratio(column_of(parts)) {
                Some([above, below]) => (
                    Quantity::parse(parts, Some(above))?,
                    Some(Quantity::parse(parts, Some(below))?),
                ),
                None => (Quantity::parse(parts, None)?, None),
            },
        };
        let default = if above.is_flow {
            Period::All
        } else {
            Period::Last
        };
        Ok(Response {
            name: name.to_string(),
            text: what.to_string(),
            above,
            below,
            period: period.unwrap_or(default),
        })
    }

    /// A response that somebody else's code reads, as a level with a unit. Its text is a name, or a name and a period as
    /// in `leaders@2020..2024`; without one it is that of the last quarter.
    ///
    /// # Errors
    /// A sentence with what was found and what is allowed.
    pub fn own(text: &str, unit: &str, own: Own) -> Result<Self, String> {
        let name = default_name(text);
        check(&name, text)?;
        let (what, period) = match text.split_once('@') {
            Some((what, period)) => (what.trim(), Period::parse(period.trim())?),
            None => (text.trim(), Period::Last),
        };
        check(what, text)?;
        Ok(Response {
            name,
            text: format!("own.{}", text.trim()),
            above: Quantity::own(unit, own),
            below: None,
            period,
        })
    }

    /// Unit; `1` for a pure number and for ratios of one unit.
    pub fn unit(&self) -> String {
        match &self.below {
            None => self.above.unit.to_string(),
            Some(below) if below.unit == self.above.unit => "1".to_string(),
            Some(below) => format!("{}/{}", self.above.unit, below.unit),
        }
    }

    /// What it is, in a phrase.
    pub fn meaning(&self) -> String {
        let over = match (self.period, self.above.is_flow, self.below.is_some()) {
            (Period::First, ..) => "in the first quarter".to_string(),
            (Period::Last, ..) => "in the last quarter".to_string(),
            (period, true, true) => format!("ratio of sums over {}", words(period)),
            (period, true, false) => format!("sum over {}", words(period)),
            (period, false, _) => format!("mean over {}", words(period)),
        };
        format!("`{}`, {over}", self.text)
    }
}

fn words(period: Period) -> String {
    match period {
        Period::All => "all quarters".to_string(),
        period => period.to_string(),
    }
}

/// Columns of results that are no responses.
pub(crate) const RESERVED: &[&str] = &[
    "design_point",
    "point_id",
    "treatment",
    "replicate",
    "seed",
    "quarter",
    "error",
    "status",
];

/// The column of `TABLE.COLUMN[IDS]`.
fn column_of(text: &str) -> &str {
    let head = text.split('[').next().unwrap_or(text);
    head.rsplit('.').next().unwrap_or(head).trim()
}

/// A name made of what is measured: `sectors.gap[ai_chips]@2020` becomes `sectors_gap_ai_chips_2020`.
fn default_name(what: &str) -> String {
    let mut name = String::new();
    for letter in what.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    name.chars().take(64).collect()
}

/// The responses of an experiment, in the order of their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Responses {
    list: Vec<Response>,
}

impl Responses {
    /// Of a list.
    ///
    /// # Errors
    /// A sentence where two have one name.
    pub fn new(list: Vec<Response>) -> Result<Self, String> {
        for (row, response) in list.iter().enumerate() {
            if list[..row].iter().any(|other| other.name == response.name) {
                return Err(format!(
                    "two responses are named `{}`; allowed: names that differ, as in `late_gap=gap@2020..2024`",
                    response.name
                ));
            }
        }
        Ok(Responses { list })
    }

    /// Reads texts as [`Response::parse`] does, in order; those of [`USUAL_RESPONSES`] where there is none.
    ///
    /// # Errors
    /// The first sentence about one that cannot be read.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let read = |texts: &mut dyn Iterator<Item = &'a str>| -> Result<Vec<Response>, String> {
            texts.map(Response::parse).collect()
        };
        let list = read(&mut texts.into_iter())?;
        if list.is_empty() {
            return Self::new(read(&mut USUAL_RESPONSES.iter().copied())?);
        }
        Self::new(list)
    }

    /// These and others.
    ///
    /// # Errors
    /// A sentence where two have one name.
    pub fn with(mut self, others: &[Response]) -> Result<Self, String> {
        self.list.extend_from_slice(others);
        Self::new(self.list)
    }

    /// All, in order.
    pub fn list(&self) -> &[Response] {
        &self.list
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The place of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|response| response.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Response {
        Response::parse(text).unwrap_or_else(|message| panic!("{message}"))
    }

    #[test]
    fn levels_are_read_at_the_end_and_flows_over_the_run() {
        assert_eq!(parsed("competitiveness").period, Period::Last);
        assert_eq!(parsed("spending_cny_mn").period, Period::All);
        assert_eq!(parsed("incidents").period, Period::All);
        assert_eq!(parsed("waste_share").period, Period::All);
        assert_eq!(parsed("waste_share").unit(), "1");
        assert_eq!(parsed("capability_ratio[ai_chips]").period, Period::Last);
    }

    #[test]
    fn years_and_quarters_make_periods() {
        let period = |text| parsed(text).period.to_string();
        assert_eq!(period("gap@2020"), "2020Q1..2020Q4");
        assert_eq!(period("gap@2018..2020Q2"), "2018Q1..2020Q2");
        assert_eq!(period("gap@2020Q3"), "2020Q3");
        assert_eq!(
            Response::parse("gap@soon").map(|_| ()),
            Err("`soon` is not a period; allowed: `first`, `last`, `all`, a year, a quarter, or two of them as in `2018..2020Q2`".to_string())
        );
    }

    #[test]
    fn names_are_made_of_what_is_measured() {
        assert_eq!(
            parsed("sectors.gap[ai_chips]@2020").name,
            "sectors_gap_ai_chips_2020"
        );
        assert_eq!(parsed("late = gap@2020").name, "late");
        assert!(Response::parse("Late=gap").is_err());
        assert!(Response::parse("seed=gap").is_err());
    }

    #[test]
    fn a_wrong_column_is_answered_with_the_nearest() {
        let refused = |text| Response::parse(text).map(|_| ()).unwrap_err();
        assert_eq!(
            refused("competitivness"),
            "`national` has no column of numbers `competitivness`; nearest valid name: `competitiveness`"
        );
        assert_eq!(
            refused("sector.gap[ai_chips]"),
            "unknown table `sector` in `sector.gap[ai_chips]`; allowed: `national`, `cities`, `sectors`, `allocations`, `derived`; nearest valid name: `sectors`"
        );
        assert_eq!(
            refused("sectors.gap"),
            "`sectors.gap` is of the table `sectors`; allowed: the name of a sector in brackets, as in `sectors.gap[ai_chips]`"
        );
        assert_eq!(
            refused("leader_city_id[ai_chips]"),
            "`cities` has no column of numbers `leader_city_id`; `docs/outputs.md` lists the columns"
        );
    }

    #[test]
    fn two_responses_need_two_names() {
        let refused = Responses::parse(["gap", "gap=competitiveness"]);
        assert_eq!(
            refused,
            Err("two responses are named `gap`; allowed: names that differ, as in `late_gap=gap@2020..2024`".to_string())
        );
    }
}
