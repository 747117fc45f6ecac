//! Tables of a study: verdicts, runs, comparisons, and what the base tells.

use super::judge::{Verdict, slope_of_steps};
use super::ledger::Record;
use super::runs::Layout;
use super::stories::Story;
use super::study::{Plan, Reading, Study};
use super::{Design, Part, label};
use crate::output::columns::{ColumnInfo, FileInfo};
use crate::output::table::Kind;
use crate::output::{Cell, Sheet};
use crate::stats::Estimate;
use crate::stats::running::Running;

/// What came of a part.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The mean, the mean difference or the mean slope; none where no run has it.
    pub estimate: Option<Estimate>,
    /// Means of treatment and control over the runs that count; the second is none for one world and for steps.
    pub means: [Option<f64>; 2],
    /// What it says.
    pub verdict: Verdict,
}

/// What a part measures in one replicate: a mean, a difference or a slope; with treatment and control.
pub fn measured(
    part: &Part,
    plan: &Plan,
    get: &dyn Fn(Reading) -> Option<f64>,
) -> Option<(f64, [Option<f64>; 2])> {
    let own = |(reading, minus): &(Reading, Option<Reading>)| {
        let value = get(*reading)?;
        match minus {
            Some(minus) => Some(value - get(*minus)?),
            None => Some(value),
        }
    };
    let values: Option<Vec<f64>> = plan.readings.iter().map(own).collect();
    let values = values?;
    match (&part.design, &values[..]) {
        (Design::Alone(_), [value]) => Some((*value, [Some(*value), None])),
        (Design::Paired { .. }, [treatment, control]) => {
            Some((treatment - control, [Some(*treatment), Some(*control)]))
        }
        (Design::Steps { levels, .. }, _) => {
            let levels: Vec<f64> = levels.iter().map(|(level, _)| *level).collect();
            let costs: Option<Vec<f64>> = plan.costs.iter().map(|cost| get(*cost)).collect();
            let costs = costs?;
            let costs = (!costs.is_empty()).then_some(&costs[..]);
            Some((slope_of_steps(&levels, &values, costs)?, [None, None]))
        }
        _ => None,
    }
}

/// The outcome of a part over replicates.
pub fn outcome(part: &Part, replicates: &[Option<(f64, [Option<f64>; 2])>]) -> Outcome {
    let finite = |found: &&(f64, [Option<f64>; 2])| found.0.is_finite();
    let found: Vec<(f64, [Option<f64>; 2])> = replicates
        .iter()
        .flatten()
        .filter(finite)
        .copied()
        .collect();
    let values: Vec<f64> = found.iter().map(|(value, _)| *value).collect();
    let mean = |place: usize| {
        let own: Vec<f64> = found.iter().filter_map(|(_, both)| both[place]).collect();
        crate::stats::mean(&own)
    };
    let estimate = Estimate::of(&values);
    Outcome {
        verdict: part.expect.judge(estimate.as_ref()),
        means: [mean(0), mean(1)],
        estimate,
    }
}

/// Outcomes of all parts.
pub fn outcomes(study: &Study, layout: &Layout, records: &[Record]) -> Vec<Outcome> {
    let of_plan = |plan: &Plan| {
        let part = study.part(plan);
        let of_record = |record: &Record| measured(part, plan, &|at| layout.value(record, at));
        let replicates: Vec<_> = records.iter().map(of_record).collect();
        outcome(part, &replicates)
    };
    study.plans.iter().map(of_plan).collect()
}

/// Verdicts of all claims.
pub fn verdicts(study: &Study, outcomes: &[Outcome]) -> Vec<Verdict> {
    let of_claim = |claim: usize| {
        if study.register.claims[claim].open.is_some() {
            return Verdict::Open;
        }
        let parts = study
            .plans_of(claim)
            .map(|(place, _)| outcomes[place].verdict);
        Verdict::of_parts(parts)
    };
    (0..study.register.claims.len()).map(of_claim).collect()
}

/// Three digits that count.
pub fn digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let mut decimals = 2usize;
    let mut size = value.abs();
    while size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    if value.abs() < 1e-5 {
        return format!("{value:.2e}");
    }
    format!("{value:.decimals$}")
}

/// A part's outcome in a sentence.
pub fn reading(part: &Part, outcome: &Outcome) -> String {
    let Some(estimate) = &outcome.estimate else {
        return "no run has a value".to_string();
    };
    let interval = estimate.interval().map_or_else(String::new, |(low, high)| {
        format!(" [{}, {}]", digits(low), digits(high))
    });
    let effect = format!("{}{interval}", digits(estimate.mean));
    match (&part.design, outcome.means) {
        (Design::Paired { .. }, [Some(treatment), Some(control)]) => format!(
            "{} against {}: {} by {effect}",
            digits(treatment),
            digits(control),
            match estimate.mean {
                mean if mean > 0.0 => "higher",
                mean if mean < 0.0 => "lower",
                _ => "different",
            }
        ),
        (Design::Steps { .. }, _) => format!("slope over the steps {effect}"),
        _ => format!("mean {effect}"),
    }
}

fn text(name: &'static str, meaning: &'static str) -> ColumnInfo {
    ColumnInfo::new(name, Kind::Text, "", meaning)
}

fn verdict_column(name: &'static str, meaning: &'static str) -> ColumnInfo {
    ColumnInfo {
        names: Verdict::WORDS,
        ..text(name, meaning)
    }
}

/// Columns n, mean, low and high.
pub fn estimate_columns() -> Vec<ColumnInfo> {
    let number = |name: &'static str, meaning: &'static str, missing: &'static str| {
        ColumnInfo::new(name, Kind::Number, "unit of the measure", meaning).missing(missing)
    };
    vec![
        ColumnInfo::new("n", Kind::Integer, "1", "replicates that have it"),
        number("mean", "mean over replicates", "no replicate has it"),
        number(
            "low",
            "lower end of the 95 % interval of the mean, Student's t",
            "fewer than two have it",
        ),
        number(
            "high",
            "upper end of the 95 % interval of the mean, Student's t",
            "fewer than two have it",
        ),
    ]
}

/// Their cells.
pub fn estimate_cells(values: &Running) -> Vec<Cell> {
    let estimate = values.estimate();
    let ends = estimate.and_then(|estimate| estimate.interval());
    vec![
        values.n().into(),
        estimate.map(|estimate| estimate.mean).into(),
        ends.map(|ends| ends.0).into(),
        ends.map(|ends| ends.1).into(),
    ]
}

/// `claims.csv`.
pub fn claims(study: &Study, outcomes: &[Outcome], verdicts: &[Verdict]) -> Sheet {
    let number = |name: &'static str, meaning: &'static str| {
        ColumnInfo::new(name, Kind::Number, "unit of the response", meaning)
            .missing("no run has it, it has no meaning for this design, or the claim is not run")
    };
    let open = "the claim is not run";
    let columns = vec![
        text("claim", "short name of the claim"),
        ColumnInfo::new(
            "part",
            Kind::Integer,
            "1",
            "number of the part, from 1; 0 for a claim that is not run",
        ),
        text("section", "where the paper says it").missing("the file does not say"),
        text("says", "what the paper says"),
        text("response", "what is measured").missing(open),
        text("treatment", "what the treatment lays over the base").missing(open),
        text("control", "what the control lays over the base")
            .missing("the mean itself is held against a bound, or the claim is not run"),
        ColumnInfo::new("n", Kind::Integer, "1", "replicates that count"),
        number("treatment_mean", "mean under the treatment"),
        number("control_mean", "mean under the control"),
        number(
            "effect",
            "mean difference of treatment and control; the mean or the slope where there is no control",
        ),
        number("se", "standard error of the effect"),
        number(
            "low",
            "lower end of the 95 % interval of the effect, Student's t",
        ),
        number(
            "high",
            "upper end of the 95 % interval of the effect, Student's t",
        ),
        text("expectation", "what the claim expects of the effect").missing(open),
        verdict_column(
            "verdict",
            "what the part's interval says: wholly on the expected side, wholly on the other, or neither",
        ),
        verdict_column(
            "claim_verdict",
            "what the claim's parts say together: all hold, one is contradicted, or neither",
        ),
        text("reading", "the outcome in a sentence"),
    ];
    let mut sheet = Sheet::new(FileInfo::new(
        "claims",
        "a part of a claim of the paper",
        &["claim", "part"],
        columns,
    ));
    for (place, claim) in study.register.claims.iter().enumerate() {
        let key = |part: usize| -> Vec<Cell> {
            let section = Some(claim.section.as_str()).filter(|text| !text.is_empty());
            vec![
                claim.id.as_str().into(),
                part.into(),
                section.map_or(Cell::Missing, Cell::from),
                claim.says.as_str().into(),
            ]
        };
        let word = verdicts[place].word();
        if let Some(open) = &claim.open {
            let mut row = key(0);
            row.extend([Cell::Missing, Cell::Missing, Cell::Missing, 0u64.into()]);
            row.extend(std::iter::repeat_n(Cell::Missing, 7));
            row.extend([word.into(), word.into(), format!("not run: {open}").into()]);
            sheet.rows.push(row);
            continue;
        }
        for (at, plan) in study.plans_of(place) {
            let (part, outcome) = (study.part(plan), &outcomes[at]);
            let estimate = outcome.estimate;
            let ends = estimate.and_then(|estimate| estimate.interval());
            let [treatment, control] = arms_of(part);
            let mut response = part.response.text.clone();
            if let Some(minus) = &part.minus {
                response.push_str(&format!(" minus {}", minus.text));
            }
            if let Design::Steps { per: Some(per), .. } = &part.design {
                response.push_str(&format!(" per {}", per.text));
            }
            let mut row = key(plan.part + 1);
            row.extend([
                response.into(),
                treatment.into(),
                control.map_or(Cell::Missing, Cell::Text),
                estimate.map_or(0, |estimate| estimate.n).into(),
                outcome.means[0].into(),
                outcome.means[1].into(),
                estimate.map(|estimate| estimate.mean).into(),
                estimate
                    .and_then(|estimate| estimate.standard_error())
                    .into(),
                ends.map(|ends| ends.0).into(),
                ends.map(|ends| ends.1).into(),
                part.expect.to_string().into(),
                outcome.verdict.word().into(),
                word.into(),
                reading(part, outcome).into(),
            ]);
            sheet.rows.push(row);
        }
    }
    sheet
}

fn arms_of(part: &Part) -> [Option<String>; 2] {
    match &part.design {
        Design::Alone(variant) => [Some(label(variant)), None],
        Design::Paired { treatment, control } => [Some(label(treatment)), Some(label(control))],
        Design::Steps { levels, .. } => {
            let labels: Vec<String> = levels.iter().map(|(_, variant)| label(variant)).collect();
            [Some(labels.join(" | ")), None]
        }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Cell::Missing, Cell::Text)
    }
}

/// `runs.csv`.
pub fn runs(study: &Study, layout: &Layout, records: &[Record]) -> Sheet {
    let columns = vec![
        ColumnInfo::new(
            "replicate",
            Kind::Integer,
            "1",
            "replicate, from 0; with the seed it fixes the luck of the run",
        ),
        text("arm", "what the run lays over the base"),
        ColumnInfo::new("seed", Kind::Integer, "1", "seed of the run"),
        text("response", "what is measured"),
        ColumnInfo::new("value", Kind::Number, "unit of the response", "its value")
            .missing("the run has none, or failed"),
        text("error", "why the run failed").missing("the run went well"),
    ];
    let mut sheet = Sheet::new(FileInfo::new(
        "runs",
        "a response of a run",
        &["replicate", "arm", "response"],
        columns,
    ));
    for (replicate, record) in records.iter().enumerate() {
        for (place, arm) in study.arms.iter().enumerate() {
            let error = record.errors.iter().find(|(at, _)| *at == place);
            let error = error.map(|(_, error)| error.replace(['\n', '\r'], "; "));
            for (response, own) in arm.responses.iter().enumerate() {
                let at = Reading {
                    arm: place,
                    response,
                };
                sheet.rows.push(vec![
                    replicate.into(),
                    arm.name.as_str().into(),
                    study.seed.into(),
                    own.text.as_str().into(),
                    layout.value(record, at).into(),
                    error.clone().into(),
                ]);
            }
        }
    }
    sheet
}

/// `regimes.csv` and `disputes.csv`.
pub fn comparisons(study: &Study, layout: &Layout, records: &[Record]) -> Vec<Sheet> {
    let number = |name: &'static str, meaning: &'static str| {
        ColumnInfo::new(name, Kind::Number, "unit of the response", meaning)
            .missing("too few replicates have it")
    };
    let mut sheets: Vec<Sheet> = Vec::new();
    for sides in &study.sides {
        let comparison = &study.register.comparisons[sides.comparison];
        let place = sheets
            .iter()
            .position(|sheet| sheet.info.file == comparison.table);
        let place = place.unwrap_or_else(|| {
            let columns = vec![
                text("comparison", "short name of the comparison"),
                text("about", "what is asked"),
                text("side", "name of the side; `base` is what the others are held against"),
                text("arm", "what the side lays over the base"),
                text("response", "what is measured, in the last quarter or over the run"),
                ColumnInfo::new("n", Kind::Integer, "1", "pairs of replicates that have it"),
                number("mean", "mean of the side"),
                number("low", "lower end of its 95 % interval, Student's t"),
                number("high", "upper end of its 95 % interval, Student's t"),
                number("difference", "mean difference to the base on the same luck"),
                number("difference_low", "lower end of its 95 % interval"),
                number("difference_high", "upper end of its 95 % interval"),
                ColumnInfo::new("ratio", Kind::Number, "1", "mean of the side over that of the base; for competitiveness of the coordinated side, the price of competition").missing("the mean of the base is 0"),
            ];
            sheets.push(Sheet::new(FileInfo::new(
                comparison.table,
                "an outcome of a side, held against the base",
                &["comparison", "side", "response"],
                columns,
            )));
            sheets.len() - 1
        });
        for (side, readings) in sides.readings.iter().enumerate() {
            let name = match side {
                0 => ("base".to_string(), "base".to_string()),
                _ => {
                    let (name, variant) = &comparison.sides[side - 1];
                    (name.clone(), label(variant))
                }
            };
            for (at, response) in comparison.responses.iter().enumerate() {
                let pairs = records.iter().filter_map(|record| {
                    let own = layout.value(record, readings[at])?;
                    Some((own, layout.value(record, sides.readings[0][at])?))
                });
                let (own, base): (Vec<f64>, Vec<f64>) = pairs.unzip();
                let differences: Vec<f64> = own.iter().zip(&base).map(|(a, b)| a - b).collect();
                let (mean, difference) = (Estimate::of(&own), Estimate::of(&differences));
                let ends = |estimate: Option<Estimate>| {
                    let ends = estimate.and_then(|estimate| estimate.interval());
                    [ends.map(|ends| ends.0), ends.map(|ends| ends.1)]
                };
                let [low, high] = ends(mean);
                let [difference_low, difference_high] = ends(difference);
                let of_base = Estimate::of(&base)
                    .map(|base| base.mean)
                    .filter(|mean| *mean != 0.0);
                sheets[place].rows.push(vec![
                    comparison.name.as_str().into(),
                    comparison.about.as_str().into(),
                    name.0.as_str().into(),
                    name.1.as_str().into(),
                    response.text.as_str().into(),
                    own.len().into(),
                    mean.map(|mean| mean.mean).into(),
                    low.into(),
                    high.into(),
                    difference.map(|difference| difference.mean).into(),
                    difference_low.into(),
                    difference_high.into(),
                    mean.zip(of_base)
                        .map(|(mean, base)| mean.mean / base)
                        .into(),
                ]);
            }
        }
    }
    sheets
}

/// `figure1.csv`, `table1.csv` and `portfolios.csv`.
pub fn stories(study: &Study, story: &Story, layout: &Layout, records: &[Record]) -> Vec<Sheet> {
    let running = |place: usize| -> Running {
        let values = records
            .iter()
            .filter_map(|record| layout.story(record, place));
        values.collect()
    };
    let mut sheets = Vec::new();
    for (file, row) in [
        (
            "figure1",
            "a measure of the life of instruments over the base run: of the nation, an instrument, or a city",
        ),
        (
            "portfolios",
            "how far a city's portfolio is that of the paper's Table 1 (Jaccard index), or the share of a channel in what a tier spends on instruments, at the end of the run",
        ),
    ] {
        let mut columns = vec![
            text("level", "what it is about"),
            text("id", "which of them").missing("it is about the nation"),
            text("measure", "what is measured"),
            text("unit", "its unit, `1` for a pure number"),
        ];
        columns.extend(estimate_columns());
        let mut sheet = Sheet::new(FileInfo::new(
            file,
            row,
            &["level", "id", "measure"],
            columns,
        ));
        for (place, measure) in story.measures.iter().enumerate() {
            if measure.table != file {
                continue;
            }
            let id = Some(measure.id.clone()).filter(|id| !id.is_empty());
            let mut row: Vec<Cell> = vec![
                measure.level.into(),
                id.into(),
                measure.name.as_str().into(),
                measure.unit.into(),
            ];
            row.extend(estimate_cells(&running(place)));
            sheet.rows.push(row);
        }
        sheets.push(sheet);
    }
    let Some(arm) = study.base_arm() else {
        return sheets;
    };
    let world = &study.arms[arm].world;
    let mut columns = vec![
        text(
            "city_id",
            "short name of the city, in the order of the paper's table",
        ),
        text("instrument_id", "short name of the instrument"),
        ColumnInfo {
            names: crate::model::data::Channel::NAMES,
            ..text("channel", "channel of the instrument")
        },
        ColumnInfo::new(
            "in_the_paper",
            Kind::Boolean,
            "",
            "whether the paper's Table 1 names it for the city",
        ),
    ];
    columns.extend(estimate_columns());
    let mut sheet = Sheet::new(FileInfo::new(
        "table1",
        "an instrument of a city of the paper's Table 1, with the share of replicates in which it is in force at the end of the run",
        &["city_id", "instrument_id"],
        columns,
    ));
    let mut places = story
        .measures
        .iter()
        .enumerate()
        .filter(|(_, own)| own.table == "table1");
    for (city, paper) in &story.coded {
        for (m, instrument) in world.instruments.iter().enumerate() {
            let Some((place, _)) = places.next() else {
                break;
            };
            let mut row: Vec<Cell> = vec![
                world.cities[*city].id.as_str().into(),
                instrument.id.as_str().into(),
                instrument.channel.name().into(),
                (paper >> m & 1 == 1).into(),
            ];
            row.extend(estimate_cells(&running(place)));
            sheet.rows.push(row);
        }
    }
    sheets.push(sheet);
    sheets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let shown = [0.0123456, -0.5, 12.345, 1234.5, 0.0, 9.99].map(digits);
        assert_eq!(shown, ["0.0123", "-0.500", "12.3", "1234", "0", "9.99"]);
    }
}
