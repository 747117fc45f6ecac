//! What `dualtrack run` prints: outcomes, spending, and where the files are.

use std::fmt;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};

use crate::engine::{Outcome, Sums};
use crate::model::data::World;
use crate::model::record::National;
use crate::output::WrittenFile;
use crate::quarter::Quarter;
use crate::scenario::Scenario;
use crate::stats::Estimate;

/// Quarter of the run at whose end the first column stands, counted from 1.
const FIRST_YEAR: u32 = 4;
/// Stands where there is nothing to show.
const NOTHING: &str = "–";
/// What the shares of money are shares of.
const SHARES: &str = "\
Shares of the line above to which a part belongs; of sectors and instruments
together; forgone return in the rest of the economy of spending on sectors.\n";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// The summary of a run.
pub struct Summary<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Outcomes of its replicates.
    pub outcomes: &'a [Outcome],
    /// Folder of the result.
    pub target: &'a Path,
    /// Files in it.
    pub files: &'a [WrittenFile],
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
            "{BOLD}{}{PLAIN}\n{} to {}, {}, {}, {}, seed {}\n",
            self.scenario.title,
            world.start,
            last_quarter(world),
            counted(world.quarters as usize, "quarter"),
            counted_of(world.cities.len(), "city", "cities"),
            counted(self.outcomes.len(), "replicate"),
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
                let values = self.outcomes.iter().map(nation).filter_map(state.get);
                let values: Vec<f64> = values.collect();
                if !values.is_empty() && values.len() < self.outcomes.len() {
                    let name = state.name.trim().to_lowercase();
                    let n = values.len();
                    remarks.push(format!(
                        "In {quarter}, n = {n} for \"{name}\"; it is missing in the other replicates.\n"
                    ));
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
            let sums = || self.outcomes.iter().map(|outcome| &outcome.sums);
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

    fn closing(&self) -> String {
        match self.outcomes.len() {
            1 => "One replicate has no interval; add `--replicates 20` or more.\n".to_string(),
            n => format!("Means over replicates, n = {n}, with Student's 95 % intervals.\n"),
        }
    }

    fn files_list(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for file in self.files {
            let rows = file.rows.map(|rows| counted(rows as usize, "row"));
            table.add_row([
                file.name.clone(),
                rows.unwrap_or_default(),
                size(file.bytes),
            ]);
        }
        for (place, column) in table.column_iter_mut().enumerate() {
            column.set_padding((2, 0));
            if place > 0 {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let folder = self.target.display();
        format!("{BOLD}{folder}{PLAIN}\n{}\n", table.trim_fmt())
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.head(),
            self.outcomes_table(),
            self.money_table(),
            self.closing(),
            self.files_list(),
        ];
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
    let number = |value: f64| grouped(factor * value, decimals);
    let interval = estimate
        .interval()
        .map(|(low, high)| format!("[{}, {}]", number(low), number(high)));
    let mean = number(estimate.mean) + unit;
    [mean, interval.unwrap_or(NOTHING.to_string())]
}

/// A table with its first column to the left and numbers to the right.
fn table(header: &[String], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    table.add_rows(rows);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding(if place == 0 { (0, 1) } else { (1, 1) });
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.trim_fmt();
    let (head, body) = text.split_once('\n').unwrap_or((&text, ""));
    format!("{BOLD}{head}{PLAIN}\n{body}\n")
}

/// A number with a comma between thousands.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    // A zero has no sign, however it was rounded.
    let is_zero = digits.chars().all(|digit| matches!(digit, '0' | '.'));
    let sign = if is_zero { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

fn counted(count: usize, noun: &str) -> String {
    counted_of(count, noun, &format!("{noun}s"))
}

fn counted_of(count: usize, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", grouped(count as f64, 0))
}

fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB"] {
        if value < 999.5 {
            let decimals = usize::from(unit != "B" && value < 9.95);
            return format!("{value:.decimals$} {unit}");
        }
        value /= 1e3;
    }
    format!("{} GB", grouped(value, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let shown = [
            (0.4121, 3),
            (1234.56, 1),
            (-1_234_567.0, 0),
            (999.0, 0),
            (-0.001, 1),
        ];
        let shown: Vec<String> = shown
            .map(|(value, decimals)| grouped(value, decimals))
            .to_vec();
        assert_eq!(shown, ["0.412", "1,234.6", "-1,234,567", "999", "0.0"]);
    }

    #[test]
    fn sizes_have_two_digits_or_three() {
        let shown = [999, 1_000, 9_949, 9_951, 999_499, 999_500, 12_300_000].map(size);
        assert_eq!(
            shown,
            [
                "999 B", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "12 MB"
            ]
        );
    }

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
