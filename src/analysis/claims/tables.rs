//! Tables of a study: verdicts and runs.

use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::outcome::{Outcome, reading};
use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::{Reading, Study};
use crate::input::claims::{Claim, Design, Part, label};
use crate::stats::running::Running;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

impl<'a, R: Copy + 'a> Columns<'a, R> {
    /// Adds columns of a mean over replicates: n, mean, low and high.
    pub(super) fn mean(&mut self, read: impl Fn(R) -> Running + Copy + 'a) {
        let unit = "unit of the measure";
        let few = "fewer than two have it";
        columns!(self, |row| {
            "n": "replicates that have it" => read(row).n();
            "mean": "mean over replicates"
                => Some(read(row).estimate()?.mean), unit(unit), missing("no replicate has it");
            "low" to "high": "the 95 % interval of the mean, Student's t"
                => read(row).estimate()?.interval(), unit(unit), missing(few);
        });
    }
}

/// A row of `claims.csv`: a claim with what its parts say together, and a part of it where it is run.
#[derive(Clone, Copy)]
struct Row<'a> {
    claim: &'a Claim,
    verdict: Verdict,
    /// Its number from 1, the part, and what came of it.
    part: Option<(usize, &'a Part, &'a Outcome)>,
}

impl<'a> Row<'a> {
    fn part(self) -> Option<&'a Part> {
        self.part.map(|(_, part, _)| part)
    }

    fn outcome(self) -> Option<&'a Outcome> {
        self.part.map(|(_, _, outcome)| outcome)
    }
}

/// `claims.csv`.
pub fn claims(study: &Study, outcomes: &[Outcome], verdicts: &[Verdict]) -> ResultTable {
    let unit = "unit of the response";
    let none = "no run has it, it has no meaning for this design, or the claim is not run";
    let open = "the claim is not run";
    let number = "number of the part, from 1; 0 for a claim that is not run";
    let no_control = "the mean itself is held against a bound, or the claim is not run";
    let effect =
        "mean difference of treatment and control; the mean or the slope where there is no control";
    let interval = "the 95 % interval of the effect, Student's t";
    let verdict = "what the part's interval says: wholly on the expected side, wholly on the other, or neither";
    let claim_verdict =
        "what the claim's parts say together: all hold, one is contradicted, or neither";
    let mut table = Columns::<Row<'_>>::new("claims", "a part of a claim of the paper");
    columns!(table, |row| {
        key "claim": "short name of the claim" => row.claim.id.as_str();
        key "part": number => row.part.map_or(0, |(number, _, _)| number);
        "section": "where the paper says it"
            => Some(row.claim.section.as_str()).filter(|text| !text.is_empty()), missing("the file does not say");
        "says": "what the paper says" => row.claim.says.as_str();
        "response": "what is measured" => row.part().map(measure), missing(open);
        "treatment": "what the treatment lays over the base" => Some(treatment(row.part()?)), missing(open);
        "control": "what the control lays over the base" => control(row.part()?), missing(no_control);
        "n": "replicates that count"
            => row.outcome().and_then(|outcome| outcome.estimate).map_or(0, |estimate| estimate.n);
        "treatment_mean": "mean under the treatment" => row.outcome()?.means[0], unit(unit), missing(none);
        "control_mean": "mean under the control" => row.outcome()?.means[1], unit(unit), missing(none);
        "effect": effect => Some(row.outcome()?.estimate?.mean), unit(unit), missing(none);
        "se": "standard error of the effect"
            => row.outcome()?.estimate?.standard_error(), unit(unit), missing(none);
        "low" to "high": interval => row.outcome()?.estimate?.interval(), unit(unit), missing(none);
        "expectation": "what the claim expects of the effect" => Some(row.part()?.expect.to_string()), missing(open);
        "verdict": verdict
            => row.outcome().map_or(row.verdict, |outcome| outcome.verdict).name(), names(Verdict::NAMES);
        "claim_verdict": claim_verdict => row.verdict.name(), names(Verdict::NAMES);
        "reading": "the outcome in a sentence" => match (&row.claim.open, row.part) {
            (Some(open), _) => format!("not run: {open}"),
            (None, part) => part.map_or(String::new(), |(_, part, outcome)| reading(part, outcome)),
        };
    });
    let mut rows = Vec::new();
    for (place, claim) in study.register.claims.iter().enumerate() {
        let row = Row {
            claim,
            verdict: verdicts[place],
            part: None,
        };
        if claim.open.is_some() {
            rows.push(row);
            continue;
        }
        rows.extend(study.plans_of(place).map(|(at, plan)| Row {
            part: Some((plan.part + 1, study.part(plan), &outcomes[at])),
            ..row
        }));
    }
    table.fill(rows)
}

/// What a part measures.
fn measure(part: &Part) -> String {
    let mut text = part.response.text.clone();
    if let Some(minus) = &part.minus {
        text.push_str(&format!(" minus {}", minus.text));
    }
    if let Design::Steps { per: Some(per), .. } = &part.design {
        text.push_str(&format!(" per {}", per.text));
    }
    text
}

fn treatment(part: &Part) -> String {
    match &part.design {
        Design::Alone(variant) => label(variant),
        Design::Paired { treatment, .. } => label(treatment),
        Design::Steps { levels, .. } => {
            let labels: Vec<String> = levels.iter().map(|(_, variant)| label(variant)).collect();
            labels.join(" | ")
        }
    }
}

fn control(part: &Part) -> Option<String> {
    match &part.design {
        Design::Paired { control, .. } => Some(label(control)),
        Design::Alone(_) | Design::Steps { .. } => None,
    }
}

/// `runs.csv`.
pub fn runs(study: &Study, runs: &Runs) -> ResultTable {
    let arms = &study.runs.arms;
    let mut table = Columns::<(usize, Reading)>::new("runs", "a response of a run");
    columns!(table, |(replicate, at)| {
        key "replicate": "replicate, from 0; with the seed it fixes the random draws of the run" => replicate;
        key "arm": "what the run lays over the base" => arms[at.arm].name.as_str();
        "seed": "seed of the run" => study.runs.seed;
        key "response": "what is measured" => arms[at.arm].responses.list()[at.response].text.as_str();
        "value": "its value"
            => runs.value(replicate, at), unit("unit of the response"), missing("the run has none, or failed");
        "error": "why the run failed"
            => runs.error(replicate, at.arm).map(|error| error.replace(['\n', '\r'], "; ")), missing("the run went well");
    });
    let mut rows = Vec::new();
    for replicate in runs.replicates() {
        for (arm, own) in arms.iter().enumerate() {
            let responses = 0..own.responses.len();
            rows.extend(responses.map(|response| (replicate, Reading { arm, response })));
        }
    }
    table.fill(rows)
}
