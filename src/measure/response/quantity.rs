//! What can be read of a run in a quarter: columns of four tables, and sums of them that have a name of their own.

use crate::kernel::text::{near, near_or, ticked_list};
use crate::measure::outcome::Kind;
use crate::measure::outcomes::Scope;
use crate::measure::reading::{Reading, Terms};
use crate::measure::response::derived::{self, DERIVED};
use crate::measure::response::own::Own;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes, SectorSeen};
use crate::model::data::World;
use crate::table::columns::Text;

/// The table a quantity is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    National,
    Cities,
    Sectors,
    Allocations,
    Derived,
    /// Somebody else's code.
    Own,
}

impl Source {
    const ALL: [(Source, &'static str); 5] = [
        (Source::National, "national"),
        (Source::Cities, "cities"),
        (Source::Sectors, "sectors"),
        (Source::Allocations, "allocations"),
        (Source::Derived, "derived"),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.get(self as usize).map_or("own", |known| known.1)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(source, _)| source)
    }

    /// Whether a city and a sector must be named.
    fn needs(self, column: &str) -> (bool, bool) {
        match self {
            Source::Derived => derived::find(column).map_or((false, false), |found| found.1.needs),
            Source::National | Source::Own => (false, false),
            Source::Cities => (true, false),
            Source::Sectors => (false, true),
            Source::Allocations => (true, true),
        }
    }
}

/// Outcomes, sums and ratios of a table; none of other numbers.
fn readings(source: Source) -> &'static [Reading] {
    match source {
        Source::National => NationSeen::readings(),
        Source::Cities => CitySeen::readings(),
        Source::Sectors => SectorSeen::readings(),
        Source::Allocations => AllocationSeen::readings(),
        Source::Derived | Source::Own => &[],
    }
}

/// The two parts of a named ratio.
pub(crate) fn ratio(column: &str) -> Option<[&'static str; 2]> {
    let mut all = Source::ALL.iter().flat_map(|(source, _)| readings(*source));
    all.find(|own| own.name == column && own.ratio.is_some())?
        .ratio
}

/// Names of the columns of numbers of a table, with those of sums and ratios that it has.
pub fn columns(table: &str) -> Vec<&'static str> {
    match Source::from_name(table) {
        Some(Source::Derived) => DERIVED.iter().map(|row| row.name).collect(),
        Some(source) => readings(source)
            .iter()
            .map(|own| own.name.as_str())
            .collect(),
        None => Vec::new(),
    }
}

/// A number that a run shows in a quarter: a sum of columns of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    pub(crate) source: Source,
    /// Weight and place of each column.
    pub(crate) terms: Terms,
    pub(crate) city: Option<String>,
    pub(crate) sector: Option<String>,
    /// Unit, `1` for a pure number.
    pub unit: Text,
    /// Whether a period is summed over: money and events flow, everything else is a level.
    pub is_flow: bool,
    /// The code that reads it, where it is somebody else's.
    pub(crate) own: Option<Own>,
}

impl Quantity {
    /// Passes over the cities that it needs.
    pub(crate) fn passes(&self) -> Passes {
        if self.own.is_some() {
            return Passes::ALL;
        }
        let terms = self
            .terms
            .iter()
            .filter(|_| self.source == Source::National);
        let costs = terms.filter_map(|(_, place)| NationSeen::outcomes().get(*place));
        costs.fold(Passes::NONE, |all, outcome| all.and(outcome.cost))
    }

    /// Reads `[TABLE.]COLUMN[[CITY][,SECTOR]]`; `column` stands for the column where it is given.
    ///
    /// # Errors
    /// A sentence with what was found, what is allowed and the nearest valid name.
    pub(crate) fn parse(text: &str, column: Option<&str>) -> Result<Self, String> {
        let (head, ids) = split_ids(text)?;
        let (table, written) = match head.split_once('.') {
            Some((table, column)) => (Some(table.trim()), column.trim()),
            None => (None, head.trim()),
        };
        let source = match table {
            Some(name) => Source::from_name(name).ok_or_else(|| {
                let names = || Source::ALL.iter().map(|(_, name)| *name);
                format!(
                    "unknown table `{name}` in `{text}`; allowed: {}{}",
                    ticked_list(names()),
                    near(name, names())
                )
            })?,
            None => guess_source(&ids, column.unwrap_or(written)),
        };
        let column = column.unwrap_or(written);
        let (terms, unit, is_flow) = terms(source, column)?;
        let (city, sector) = place(source, column, text, ids)?;
        Ok(Quantity {
            source,
            terms,
            city,
            sector,
            unit: unit.into(),
            is_flow,
            own: None,
        })
    }

    /// A level in a unit that somebody else's code reads.
    pub(crate) fn own(unit: &str, own: Own) -> Self {
        Quantity {
            source: Source::Own,
            terms: Terms::new(),
            city: None,
            sector: None,
            unit: unit.to_string().into(),
            is_flow: false,
            own: Some(own),
        }
    }

    /// Rows of the city and the sector in a world; 0 where none is named.
    pub(crate) fn rows(&self, world: &World) -> Result<(usize, usize), String> {
        fn row<'a>(
            what: &str,
            id: Option<&str>,
            ids: impl Iterator<Item = &'a str> + Clone,
        ) -> Result<usize, String> {
            let Some(id) = id else { return Ok(0) };
            let mut known = ids.clone();
            known
                .position(|known| known == id)
                .ok_or_else(|| format!("the world has no {what} `{id}`{}", near(id, ids)))
        }
        let cities = world.cities.iter().map(|city| city.id.as_str());
        let sectors = world.sectors.iter().map(|sector| sector.id.as_str());
        Ok((
            row("city", self.city.as_deref(), cities)?,
            row("sector", self.sector.as_deref(), sectors)?,
        ))
    }
}

/// `name[a,b]` into `name` and the names in brackets.
fn split_ids(text: &str) -> Result<(&str, Vec<&str>), String> {
    let Some((head, rest)) = text.split_once('[') else {
        return Ok((text, Vec::new()));
    };
    let inside = rest.trim_end().strip_suffix(']').ok_or_else(|| {
        format!("`{text}` has no `]` at its end; allowed: `sectors.gap[ai_chips]`")
    })?;
    Ok((head, inside.split(',').map(str::trim).collect()))
}

/// The table of a column without one: two names in brackets are a city and a sector, one is what has the column.
fn guess_source(ids: &[&str], column: &str) -> Source {
    match ids {
        _ if derived::find(column).is_some() => Source::Derived,
        [] => Source::National,
        [_] if terms(Source::Sectors, column).is_ok() => Source::Sectors,
        [_] => Source::Cities,
        _ => Source::Allocations,
    }
}

/// Weights and places of columns, their unit, and whether they flow.
type Found = (Terms, &'static str, bool);

/// The columns of a column or named sum.
fn terms(source: Source, column: &str) -> Result<Found, String> {
    if source == Source::Derived
        && let Some((place, found)) = derived::find(column)
    {
        return Ok((vec![(1.0, place)], found.unit, found.unit == "CNY mn"));
    }
    let mut plain = readings(source).iter().filter(|own| own.below.is_none());
    if let Some(own) = plain.find(|own| own.name == column) {
        return Ok((own.above.clone(), own.unit, own.kind != Kind::Level));
    }
    let mut known = columns(source.name());
    if source == Source::National {
        known.extend(DERIVED.iter().map(|row| row.name));
    }
    let hint = near_or(column, known, || {
        "; `docs/outputs.md` lists the columns".to_string()
    });
    Err(format!(
        "`{}` has no column of numbers `{column}`{hint}",
        source.name()
    ))
}

/// City and sector as the table needs them.
fn place(
    source: Source,
    column: &str,
    text: &str,
    ids: Vec<&str>,
) -> Result<(Option<String>, Option<String>), String> {
    let needs = source.needs(column);
    let (allowed, example) = match needs {
        (false, false) => ("no name in brackets", "competitiveness"),
        (true, false) => ("the name of a city in brackets", "cities.score[zhengzhou]"),
        (false, true) => ("the name of a sector in brackets", "sectors.gap[ai_chips]"),
        (true, true) => (
            "the names of a city and a sector in brackets",
            "allocations.budget_share[zhengzhou,ai_chips]",
        ),
    };
    let named = |id: &&str| !id.is_empty();
    match (needs, &ids[..]) {
        ((false, false), []) => Ok((None, None)),
        ((true, false), [city]) if named(city) => Ok((Some(city.to_string()), None)),
        ((false, true), [sector]) if named(sector) => Ok((None, Some(sector.to_string()))),
        ((true, true), [city, sector]) if named(city) && named(sector) => {
            Ok((Some(city.to_string()), Some(sector.to_string())))
        }
        _ => Err(format!(
            "`{text}` is of the table `{}`; allowed: {allowed}, as in `{example}`",
            source.name()
        )),
    }
}
