//! What `dualtrack run` prints: outcomes, spending, and where the files are.

use std::fmt;
use std::path::Path;

use crate::cli::chart::{Series, chart};
use crate::cli::tables::{
    NOTHING, bold, counted, counted_of, files, grouped_decimals, hanging, table,
};
use crate::cli::terminal::Terminal;
use crate::input::scenario::Scenario;
use crate::kernel::quarter::Quarter;
use crate::measure::outcome::{Outcome, Sums};
use crate::model::data::World;
use crate::model::record::National;
use crate::stats::estimate::Estimate;
use crate::study::replicates::Replicates;
use crate::table::writer::WrittenFile;

/// Quarter of the run at whose end the first column stands, counted from 1.
const FIRST_YEAR: u32 = 4;
/// What the shares of money are shares of.
const SHARES: &str = "\
Shares of the line above to which a part belongs; of sectors and instruments
together; forgone return in the rest of the economy of spending on sectors.\n";

/// How the charts are to be read.
const AXES: &str = "\
Introduction, subscale, duplicated and idle together. Axes need not start at 0.\n";

/// The summary of a run.
pub struct Summary<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What is kept of its replicates.
    pub kept: &'a Replicates,
    /// Folder of the result.
    pub target: &'a Path,
    /// Files in it.
    pub files: &'a [WrittenFile],
    /// Where it is printed.
    pub terminal: Terminal,
}

/// The last quarter of a world.
pub fn last_quarter(world: &World) -> Quarter {
    world.start.plus(world.quarters.saturating_sub(1) as i32)
}

/// How a number is shown.
#[derive(Clone, Copy)]
enum Style {
    /// With so many decimals.
    Decimals(usize),
    /// With one decimal, or three where all is small.
    Money,
    /// A share as percent.
    Percent,
}

/// A row on the state of the nation.
struct State {
    name: &'static str,
    style: Style,
    get: fn(&National) -> Option<f64>,
}

const STATES: &[State] = &[
    State::new("Competitiveness", |n| Some(n.competitiveness)),
    State::new("Technological gap", |n| Some(n.gap)),
    State::new("Stringency", |n| Some(n.stringency)),
    State::new("Similarity, all pairs", |n| n.similarity_all),
    State::new("Similarity, peers", |n| n.similarity_peers),
    State::new("Specialisation", |n| Some(n.specialisation)),
    State::new("Concentration", |n| Some(n.concentration)),
    State::new("Liberalisation", |n| Some(n.liberalisation)),
    State {
        style: Style::Decimals(1),
        ..State::new("National measures", |n| {
            Some(f64::from(n.national_measures))
        })
    },
    State {
        style: Style::Percent,
        ..State::new("  begun in a city", |n| n.local_origin_share)
    },
];

impl State {
    const fn new(name: &'static str, get: fn(&National) -> Option<f64>) -> Self {
        State {
            name,
            style: Style::Decimals(3),
            get,
        }
    }
}

/// A row on money over the whole run: what, and of what it is shown as a share.
type Money = (&'static str, fn(&Sums) -> f64, fn(&Sums) -> f64);

const MONEY: &[Money] = &[
    ("Sectors", |s| s.spending_cny_mn, spending),
    ("  introduction", |s| s.introduction_cny_mn, sectors),
    ("  subscale", |s| s.subscale_cny_mn, sectors),
    ("  duplicated", |s| s.duplicated_cny_mn, sectors),
    ("  idle", |s| s.idle_cny_mn, sectors),
    ("  productive", |s| s.productive_cny_mn, sectors),
    ("Instruments", |s| s.instruments_cny_mn, spending),
    (
        "  failed experiments",
        |s| s.failed_experiments_cny_mn,
        instruments,
    ),
    ("  poaching", |s| s.poaching_cny_mn, instruments),
    ("Forgone return", |s| s.forgone_cny_mn, sectors),
];

fn spending(sums: &Sums) -> f64 {
    sums.spending_cny_mn + sums.instruments_cny_mn
}

fn sectors(sums: &Sums) -> f64 {
    sums.spending_cny_mn
}

fn instruments(sums: &Sums) -> f64 {
    sums.instruments_cny_mn
}

impl<'a> Summary<'a> {
    fn head(&self) -> String {
        let world = &self.scenario.world;
        format!(
            "{}\n{} to {}, {}, {}, {}, seed {}\n",
            bold(&self.scenario.title),
            world.start,
            last_quarter(world),
            counted(u64::from(world.quarters), "quarter"),
            counted_of(world.cities.len() as u64, "city", "cities"),
            counted(self.kept.outcomes.len() as u64, "replicate"),
            self.scenario.seed,
        )
    }

    fn outcomes_table(&self) -> String {
        let world = &self.scenario.world;
        let first = (world.quarters > FIRST_YEAR).then(|| world.start.plus(FIRST_YEAR as i32 - 1));
        let mut header = vec!["Outcome".to_string()];
        for quarter in first.into_iter().chain([last_quarter(world)]) {
            header.extend([quarter.to_string(), "95 % interval".to_string()]);
        }
        let mut rows = Vec::new();
        let mut remarks = Vec::new();
        for state in STATES {
            let mut cells = vec![state.name.to_string()];
            for quarter in first.into_iter().chain([last_quarter(world)]) {
                let nation = |outcome: &'a Outcome| match first {
                    Some(first) if first == quarter => &outcome.first_year_end,
                    _ => &outcome.last,
                };
                let values = self.kept.outcomes.iter().map(nation).filter_map(state.get);
                let values: Vec<f64> = values.collect();
                if !values.is_empty() && values.len() < self.kept.outcomes.len() {
                    let name = state.name.trim().to_lowercase();
                    let n = values.len();
                    let remark = format!(
                        "In {quarter}, n = {n} for \"{name}\"; it is missing in the other replicates."
                    );
                    remarks.push(hanging(&remark, 0));
                }
                cells.extend(shown(&values, state.style));
            }
            rows.push(cells);
        }
        format!("{}{}", table(&header, rows), remarks.concat())
    }

    fn money_table(&self) -> String {
        let header = [
            "Spending, whole run",
            "CNY bn",
            "95 % interval",
            "share",
            "95 % interval",
        ];
        let header = header.map(str::to_string);
        let mut rows = Vec::new();
        for (name, part, whole) in MONEY {
            let sums = || self.kept.outcomes.iter().map(|outcome| &outcome.sums);
            let bn: Vec<f64> = sums().map(|sums| part(sums) / 1000.0).collect();
            let shares = sums().filter(|sums| whole(sums) > 0.0);
            let shares: Vec<f64> = shares.map(|sums| part(sums) / whole(sums)).collect();
            let mut cells = vec![name.to_string()];
            cells.extend(shown(&bn, Style::Money));
            cells.extend(shown(&shares, Style::Percent));
            rows.push(cells);
        }
        let table = table(&header, rows);
        format!("{table}{SHARES}")
    }

    /// Competitiveness and waste over the quarters; none for a run without a course.
    fn chart(&self) -> Option<String> {
        let (world, course) = (&self.scenario.world, &self.kept.course);
        if world.quarters < 2 {
            return None;
        }
        let percent = |share: Option<f64>| share.map(|share| 100.0 * share);
        let shares = course.unproductive_share().into_iter().map(percent);
        let all = [
            Series {
                title: "Competitiveness (1 = level with the frontier)",
                values: course.competitiveness(),
            },
            Series {
                title: "Unproductive part of spending on sectors, %",
                values: shares.collect(),
            },
        ];
        let drawn = chart(&all, world.start, self.terminal);
        Some(format!("{drawn}{AXES}"))
    }

    fn closing(&self) -> String {
        match self.kept.outcomes.len() {
            1 => "One replicate has no interval; add `--replicates 20` or more.\n".to_string(),
            n => format!("Means over replicates, n = {n}, with Student's 95 % intervals.\n"),
        }
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            Some(self.head()),
            Some(self.outcomes_table()),
            Some(self.money_table()),
            self.chart(),
            Some(self.closing()),
            Some(files(self.target, self.files)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join("\n"))
    }
}

/// Mean and interval of a sample as two cells.
fn shown(values: &[f64], style: Style) -> [String; 2] {
    let Some(estimate) = Estimate::of(values) else {
        return [NOTHING.to_string(), NOTHING.to_string()];
    };
    let (factor, decimals, unit) = match style {
        Style::Decimals(decimals) => (1.0, decimals, ""),
        Style::Money if estimate.mean.abs() < 1.0 => (1.0, 3, ""),
        Style::Money => (1.0, 1, ""),
        Style::Percent => (100.0, 1, " %"),
    };
    let number = |value: f64| grouped_decimals(factor * value, decimals);
    let interval = estimate
        .interval()
        .map(|(low, high)| format!("[{}, {}]", number(low), number(high)));
    let mean = number(estimate.mean) + unit;
    [mean, interval.unwrap_or(NOTHING.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_shown_without_an_interval_and_none_as_a_dash() {
        assert_eq!(shown(&[0.25], Style::Percent), ["25.0 %", NOTHING]);
        assert_eq!(shown(&[], Style::Decimals(3)), [NOTHING, NOTHING]);
    }

    #[test]
    fn a_mean_is_shown_with_its_interval() {
        // See the sample worked by hand in `stats`: 4 with half width 2.598.
        let shown = shown(&[2.0, 4.0, 4.0, 6.0], Style::Decimals(2));
        assert_eq!(shown, ["4.00", "[1.40, 6.60]"]);
    }
}
