//! Tables of comparisons, and of what the base tells.

use crate::analysis::claims::diffusion::{Diffusion, Measure};
use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::Study;
use crate::input::claims::{Comparison, label};
use crate::model::data::{Channel, Instrument};
use crate::stats::estimate::Estimate;
use crate::stats::rounding::differences;
use crate::stats::running::Running;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

/// An outcome of an arm of a comparison.
struct Row<'a> {
    comparison: &'a Comparison,
    arm: &'a str,
    setting: String,
    response: &'a str,
    /// Pairs of replicates.
    n: usize,
    mean: Option<Estimate>,
    /// Mean difference to the base.
    difference: Option<Estimate>,
    /// Mean of the base.
    base: Option<Estimate>,
}

/// `regimes.csv` and `disputes.csv`.
pub fn comparisons(study: &Study, runs: &Runs) -> Vec<ResultTable> {
    let rows = rows(study, runs);
    let mut files: Vec<&'static str> = Vec::new();
    for comparison in &study.register.comparisons {
        if !files.contains(&comparison.table) {
            files.push(comparison.table);
        }
    }
    let result_table =
        |file| comparisons_sheet(file, rows.iter().filter(|row| row.comparison.table == file));
    files.into_iter().map(result_table).collect()
}

fn comparisons_sheet<'a>(
    file: &'static str,
    rows: impl Iterator<Item = &'a Row<'a>>,
) -> ResultTable {
    let unit = "unit of the response";
    let few = "too few replicates have it";
    let ratio = "mean of the arm over that of the base; for competitiveness of the coordinated arm, the price of \
                 competition";
    let mut table = Columns::<&Row<'_>>::new(file, "an outcome of an arm, held against the base");
    columns!(table, |row| {
        key "comparison": "short name of the comparison" => row.comparison.name.as_str();
        "about": "what is asked" => row.comparison.about.as_str();
        key "arm": "name of the arm; `base` is what the others are held against" => row.arm;
        "setting": "what the arm lays over the base" => row.setting.as_str();
        key "response": "what is measured, in the last quarter or over the run" => row.response;
        "n": "pairs of replicates that have it" => row.n;
        "mean": "mean of the arm" => Some(row.mean?.mean), unit(unit), missing(few);
        "low" to "high": "its 95 % interval, Student's t" => row.mean?.interval(), unit(unit), missing(few);
        "difference": "mean difference to the base on the same random draws"
            => Some(row.difference?.mean), unit(unit), missing(few);
        "difference_low" to "difference_high": "its 95 % interval"
            => row.difference?.interval(), unit(unit), missing(few);
        "ratio": ratio => row.ratio(), missing("the mean of the base is 0");
    });
    table.fill(rows)
}

impl Row<'_> {
    fn ratio(&self) -> Option<f64> {
        let base = self.base?.mean;
        (base != 0.0).then_some(self.mean?.mean / base)
    }
}

fn rows<'a>(study: &'a Study, runs: &Runs) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for compared in &study.compared {
        let comparison = &study.register.comparisons[compared.comparison];
        for (arm, readings) in compared.readings.iter().enumerate() {
            let (arm, setting) = match arm.checked_sub(1).map(|place| &comparison.arms[place]) {
                Some((name, variant)) => (name.as_str(), label(variant)),
                None => ("base", "base".to_string()),
            };
            for (at, response) in comparison.responses.iter().enumerate() {
                let pairs = runs.replicates().filter_map(|replicate| {
                    let own = runs.value(replicate, readings[at])?;
                    Some((own, runs.value(replicate, compared.readings[0][at])?))
                });
                let (own, base): (Vec<f64>, Vec<f64>) = pairs.unzip();
                rows.push(Row {
                    comparison,
                    arm,
                    setting: setting.clone(),
                    response: &response.text,
                    n: own.len(),
                    mean: Estimate::of(&own),
                    difference: Estimate::of(&differences(&own, &base)),
                    base: Estimate::of(&base),
                });
            }
        }
    }
    rows
}

/// `figure1.csv`, `table1.csv` and `portfolios.csv`.
pub fn diffusion(study: &Study, diffusion: &Diffusion, runs: &Runs) -> Vec<ResultTable> {
    let running = |place: usize| -> Running {
        let replicates = runs.replicates();
        let values = replicates.filter_map(|replicate| runs.diffusion(replicate, place));
        values.collect()
    };
    let measures: Vec<(&Measure, Running)> = diffusion
        .measures
        .iter()
        .enumerate()
        .map(|(place, measure)| (measure, running(place)))
        .collect();
    let of_file = |file| {
        measures
            .iter()
            .copied()
            .filter(move |(measure, _)| measure.table == file)
    };
    let life = "a measure of the life of instruments over the base run: of the nation, an instrument, or a city";
    let portfolios = "how far a city's portfolio is that of the paper's Table 1 (Jaccard index), or the share of a channel in \
                      what a tier spends on instruments, at the end of the run";
    let mut result_tables = vec![
        measures_sheet("figure1", life, of_file("figure1")),
        measures_sheet("portfolios", portfolios, of_file("portfolios")),
    ];
    if let Some(setting) = study.base_arm {
        let world = study.runs.arms[setting].world();
        let mut places = of_file("table1");
        let mut rows = Vec::new();
        for (city, paper) in &diffusion.coded {
            let instruments = world.instruments.iter().enumerate().zip(&mut places);
            rows.extend(instruments.map(|((m, instrument), (_, share))| {
                (
                    world.cities[*city].id.as_str(),
                    instrument,
                    paper >> m & 1 == 1,
                    share,
                )
            }));
        }
        result_tables.push(portfolio_sheet(&rows));
    }
    result_tables
}

fn measures_sheet<'a>(
    file: &'static str,
    row: &'static str,
    rows: impl Iterator<Item = (&'a Measure, Running)>,
) -> ResultTable {
    let mut table = Columns::<(&Measure, Running)>::new(file, row);
    columns!(table, |(measure, _)| {
        key "level": "what it is about" => measure.level;
        key "id": "which of them"
            => Some(measure.id.as_str()).filter(|id| !id.is_empty()), missing("it is about the nation");
        key "measure": "what is measured" => measure.name.as_str();
        "unit": "its unit, `1` for a pure number" => measure.unit;
    });
    table.mean(|(_, values)| values);
    table.fill(rows)
}

fn portfolio_sheet(rows: &[(&str, &Instrument, bool, Running)]) -> ResultTable {
    let row = "an instrument of a city of the paper's Table 1, with the share of replicates in which it is in force at the end \
               of the run";
    let mut table = Columns::<(&str, &Instrument, bool, Running)>::new("table1", row);
    columns!(table, |(city, instrument, is_named, _)| {
        key "city_id": "short name of the city, in the order of the paper's table" => city;
        key "instrument_id": "short name of the instrument" => instrument.id.as_str();
        "channel": "channel of the instrument" => instrument.channel.name(), names(Channel::NAMES);
        "in_the_paper": "whether the paper's Table 1 names it for the city" => is_named;
    });
    table.mean(|(.., values)| values);
    table.fill(rows.iter().copied())
}
