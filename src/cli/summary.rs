//! What `dualtrack run` prints: outcomes, spending, and where the files are.

use std::fmt;
use std::path::Path;

use crate::cli::chart::{Series, chart};
use crate::cli::tables::{
    NOTHING, bold, counted, counted_of, files, grouped_decimals, interval, paragraph, table,
};
use crate::cli::terminal::Terminal;
use crate::input::scenario::Scenario;
use crate::kernel::quarter::Quarter;
use crate::measure::outcome::{Kind, shown};
use crate::measure::outcomes::Scope;
use crate::measure::reading::{Reading, in_lines};
use crate::measure::replicate::{FIRST_YEAR, kept};
use crate::measure::seen::NationSeen;
use crate::measure::trajectory::followed;
use crate::model::data::World;
use crate::stats::estimate::Estimate;
use crate::study::job::Replicates;
use crate::table::writer::WrittenFile;

/// What the shares of money are shares of.
const SHARES: &str = "\
Shares of the line above to which a part belongs; of sectors and instruments
together; forgone return in the rest of the economy of spending on sectors.\n";

/// How the charts are to be read.
const AXES: &str = "Axes need not start at 0.";

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

/// The lines of a table with their place in what is kept.
fn lines(is_money: bool) -> impl Iterator<Item = (usize, &'static Reading)> {
    let all = in_lines(NationSeen::readings(), shown::TERMINAL).into_iter();
    let here = all.filter(move |own| (own.kind == Kind::Flow) == is_money);
    here.filter_map(|own| Some((kept().iter().position(|other| other.name == own.name)?, own)))
}

/// What a line is called.
fn name(reading: &Reading) -> String {
    if reading.is_on(shown::UNDER) {
        format!("  {}", reading.label.to_lowercase())
    } else {
        reading.label.clone()
    }
}

fn style(reading: &Reading) -> Style {
    if reading.is_on(shown::PERCENT) {
        Style::Percent
    } else if reading.is_count {
        Style::Decimals(1)
    } else {
        Style::Decimals(3)
    }
}

impl Summary<'_> {
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
        for (place, reading) in lines(false) {
            let mut cells = vec![name(reading)];
            for quarter in first.into_iter().chain([last_quarter(world)]) {
                let values = self.kept.outcomes.iter().filter_map(|outcome| {
                    if first == Some(quarter) {
                        outcome.first_year_end[place]
                    } else {
                        outcome.last[place]
                    }
                });
                let values: Vec<f64> = values.collect();
                if !values.is_empty() && values.len() < self.kept.outcomes.len() {
                    let (name, n) = (reading.label.to_lowercase(), values.len());
                    let remark = format!(
                        "In {quarter}, n = {n} for \"{name}\"; it is missing in the other replicates."
                    );
                    remarks.push(paragraph(&remark));
                }
                cells.extend(amounts(&values, style(reading)));
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
        let mut rows = Vec::new();
        for (place, reading) in lines(true) {
            let sums = || self.kept.outcomes.iter().map(|outcome| outcome.sums[place]);
            let bn: Vec<f64> = sums().map(|[part, _]| part / 1000.0).collect();
            let shares = sums().filter(|[_, whole]| *whole > 0.0);
            let shares: Vec<f64> = shares.map(|[part, whole]| part / whole).collect();
            let mut cells = vec![name(reading)];
            cells.extend(amounts(&bn, Style::Money));
            cells.extend(amounts(&shares, Style::Percent));
            rows.push(cells);
        }
        let table = table(&header, rows);
        format!("{table}{SHARES}")
    }

    /// What is followed over the quarters; none for a run without a trajectory.
    fn chart(&self) -> Option<String> {
        let (world, trajectory) = (&self.scenario.world, &self.kept.trajectory);
        if world.quarters < 2 {
            return None;
        }
        let mut notes = Vec::new();
        let series = followed().iter().enumerate().map(|(place, own)| {
            notes.push(format!("{}: {}.", own.label, own.meaning));
            let is_percent = own.is_on(shown::PERCENT);
            let factor = if is_percent { 100.0 } else { 1.0 };
            let means = trajectory.means(place).into_iter();
            Series {
                title: own.label.clone() + if is_percent { ", %" } else { "" },
                values: means.map(|mean| mean.map(|mean| factor * mean)).collect(),
            }
        });
        let drawn = chart(&series.collect::<Vec<_>>(), world.start, self.terminal);
        notes.push(AXES.to_string());
        Some(format!("{drawn}{}", paragraph(&notes.join(" "))))
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
fn amounts(values: &[f64], style: Style) -> [String; 2] {
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
    [
        number(estimate.mean) + unit,
        interval(estimate.interval(), number),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_shown_without_an_interval_and_none_as_a_dash() {
        assert_eq!(amounts(&[0.25], Style::Percent), ["25.0 %", NOTHING]);
        assert_eq!(amounts(&[], Style::Decimals(3)), [NOTHING, NOTHING]);
    }

    #[test]
    fn a_mean_is_shown_with_its_interval() {
        // See the sample worked by hand in `stats`: 4 with half width 2.598.
        let shown = amounts(&[2.0, 4.0, 4.0, 6.0], Style::Decimals(2));
        assert_eq!(shown, ["4.00", "[1.40, 6.60]"]);
    }
}
