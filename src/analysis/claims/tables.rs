//! Tables of a study: verdicts and runs.

use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::outcome::{Outcome, reading};
use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::{Reading, Study};
use crate::input::claims::{Design, Part, label};
use crate::stats::running::Running;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

pub(crate) fn text(name: &'static str, meaning: &'static str) -> ColumnInfo {
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
                treatment.map_or(Cell::Missing, Cell::Text),
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

/// `runs.csv`.
pub fn runs(study: &Study, runs: &Runs) -> Sheet {
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
    for replicate in runs.replicates() {
        for (place, arm) in study.runs.arms.iter().enumerate() {
            let error = runs.error(replicate, place);
            let error = error.map(|error| error.replace(['\n', '\r'], "; "));
            for (response, own) in arm.responses.list().iter().enumerate() {
                let at = Reading {
                    arm: place,
                    response,
                };
                sheet.rows.push(vec![
                    replicate.into(),
                    arm.name.as_str().into(),
                    study.runs.seed.into(),
                    own.text.as_str().into(),
                    runs.value(replicate, at).into(),
                    error.clone().map_or(Cell::Missing, Cell::Text),
                ]);
            }
        }
    }
    sheet
}
