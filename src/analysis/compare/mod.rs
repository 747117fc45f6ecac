//! Policies compared with a base, draw by draw on the same luck.
//!
//! A replicate runs the base and every treatment with the same draws, so that their difference is the treatment's doing
//! and has less noise than either. [`pairs`] runs replicates, a fixed number or until intervals are narrow enough;
//! [`effects`] and [`course`] say what came of it, at the end and quarter by quarter. [`robust`] repeats the comparison
//! at design points of uncertain parameters, [`regions`] says which of them decide it. [`arms`] makes worlds ready,
//! [`station`] runs them.

pub mod arms;
pub mod course;
pub mod effects;
pub mod pairs;
pub mod regions;
pub mod robust;
pub mod robust_sheets;
pub mod station;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::analysis::compare::arms::Arm;

use crate::input::experiment::Experiment;
use crate::kernel::ordered::Stopped;
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::random::Luck;
use crate::stats::estimate::t_quantile;
use crate::study::sweep::plan::{Plan, PlanError};
use crate::study::sweep::plan::{response_column, run_identity};
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::error::OutputError;

/// A base and its treatments, ready to be compared.
#[derive(Debug)]
pub struct Comparison {
    /// The experiment with its design points; the base alone where it has no design.
    pub plan: Plan,
    arms: Vec<Arm>,
}

/// What ends a comparison early.
#[derive(Debug)]
pub enum CompareError {
    /// Its files cannot be written.
    Output(OutputError),
    /// It was asked to stop.
    Interrupted,
    /// The system gives no threads.
    Threads(String),
    /// A treatment cannot be set up.
    Treatment(String),
}

impl From<OutputError> for CompareError {
    fn from(error: OutputError) -> Self {
        CompareError::Output(error)
    }
}

impl From<station::Cancelled> for CompareError {
    fn from(_: station::Cancelled) -> Self {
        CompareError::Interrupted
    }
}

impl From<Stopped<CompareError>> for CompareError {
    fn from(stopped: Stopped<CompareError>) -> Self {
        match stopped {
            Stopped::Failed(error) => error,
            Stopped::Threads(error) => CompareError::Threads(error),
        }
    }
}

impl std::fmt::Display for CompareError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CompareError::Output(error) => error.fmt(f),
            CompareError::Interrupted => f.write_str("interrupted; nothing was written"),
            CompareError::Threads(error) => write!(f, "cannot start threads: {error}"),
            CompareError::Treatment(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for CompareError {}

/// Takes rows of `runs.csv`, as bytes with their number.
pub type TakeRows<'a> = dyn FnMut(&[u8], u64) -> Result<(), OutputError> + 'a;

impl Comparison {
    /// The comparison that an experiment with treatments asks for.
    ///
    /// # Errors
    /// A sentence: no treatments, a treatment without a world, or a design that cannot be.
    pub fn new(experiment: Experiment) -> Result<Self, String> {
        if experiment.treatments.is_empty() {
            return Err(
                "there is nothing to compare the base with; name scenario files after it, or write \
                 `[treatments.NAME]` into an experiment file"
                    .to_string(),
            );
        }
        let arms = arms::arms(&experiment)?;
        let plan = Plan::new(experiment).map_err(|error: PlanError| error.to_string())?;
        Ok(Comparison { plan, arms })
    }

    /// The base first, then treatments.
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// Whether treatments run at design points, not only at the base's parameters.
    pub fn has_points(&self) -> bool {
        self.plan.experiment.design.is_some()
    }

    /// Luck of a replicate.
    fn luck(&self, replicate: u64) -> Luck {
        self.plan.luck(replicate)
    }

    /// Whether a run uses all threads by itself.
    fn is_large(&self) -> bool {
        self.arms.iter().any(|arm| arm.cities() >= PARALLEL_CITIES)
    }

    /// Columns of `runs.csv`.
    pub fn runs_info(&self) -> FileInfo {
        let mut columns = Vec::new();
        let mut key = Vec::new();
        if self.has_points() {
            columns.push(point_column());
            key.push("design_point");
        }
        key.extend(["replicate", "treatment"]);
        columns.extend([
            ColumnInfo::new(
                "replicate",
                Kind::Integer,
                "1",
                "replicate, from 0; with the seed it fixes the luck of the run",
            ),
            ColumnInfo::new(
                "treatment",
                Kind::Text,
                "",
                "name of the treatment, or `base`",
            ),
            ColumnInfo::new("seed", Kind::Integer, "1", "seed of the run"),
        ]);
        columns.extend(self.plan.responses().list().iter().map(response_column));
        columns.push(
            ColumnInfo::new("error", Kind::Text, "", "why the run failed")
                .missing("the run went well"),
        );
        let row = "a run: the base or a treatment with the luck of a replicate";
        FileInfo::new("runs", row, &key, columns)
    }

    /// What was compared, for a manifest.
    pub fn describe(&self, failed: u64) -> Value {
        let experiment = &self.plan.experiment;
        let mut scenarios = Map::new();
        for arm in &self.arms[1..] {
            let file = arm.variant.scenario.as_ref();
            let read = file.and_then(|file| {
                let scenario = experiment.worlds.scenario(&arm.variant).ok()?;
                Some((file.written.clone(), run_identity(experiment, &scenario)))
            });
            if let Some((written, identity)) = read {
                scenarios.insert(written, identity["settings"].clone());
            }
        }
        let treatments: Vec<Value> = self.arms[1..]
            .iter()
            .map(|arm| {
                json!({
                    "name": arm.name,
                    "description": arm.description,
                    "lays_over_the_base": arm.variant,
                })
            })
            .collect();
        let mut value = json!({
            "description": experiment.description,
            "treatments": treatments,
            "scenarios": scenarios,
            "responses": self.plan.identity["run"]["responses"],
            "failed_runs": failed,
        });
        if self.has_points() {
            value["design"] = json!(experiment.design);
            value["factors"] = json!(self.plan.points.factors());
            value["design_points"] = json!(self.plan.points.len());
        }
        value
    }
}

/// The column that numbers design points.
fn point_column() -> ColumnInfo {
    ColumnInfo::new(
        "design_point",
        Kind::Integer,
        "1",
        "number of the design point, from 0; `design.csv` tells what it is",
    )
}

/// The columns that name a treatment and a response.
fn key_columns() -> Vec<ColumnInfo> {
    vec![
        ColumnInfo::new("treatment", Kind::Text, "", "name of the treatment"),
        ColumnInfo::new("response", Kind::Text, "", "name of the response"),
    ]
}

/// What an interval says about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval is above 0.
    Higher,
    /// The whole interval is below 0.
    Lower,
    /// It holds 0, or there is none.
    NotShown,
}

impl Verdict {
    /// Words in results.
    pub const WORDS: &'static [&'static str] = &["higher", "lower", "not shown"];

    /// Of an interval.
    pub fn of(interval: Option<(f64, f64)>) -> Self {
        match interval {
            Some((low, _)) if low > 0.0 => Verdict::Higher,
            Some((_, high)) if high < 0.0 => Verdict::Lower,
            _ => Verdict::NotShown,
        }
    }

    /// The word in results.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Its column.
    fn column(name: &'static str, meaning: &'static str) -> ColumnInfo {
        ColumnInfo {
            names: Self::WORDS,
            ..ColumnInfo::new(name, Kind::Text, "", meaning)
        }
    }
}

/// Quantiles of Student's t by number of observations, each computed once.
#[derive(Debug, Default)]
struct Quantiles(BTreeMap<u64, Option<f64>>);

impl Quantiles {
    fn of(&mut self, n: u64) -> Option<f64> {
        *self
            .0
            .entry(n)
            .or_insert_with(|| t_quantile(usize::try_from(n).unwrap_or(usize::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_holds_zero_shows_nothing() {
        assert_eq!(Verdict::of(Some((0.1, 0.2))), Verdict::Higher);
        assert_eq!(Verdict::of(Some((-0.2, -0.1))), Verdict::Lower);
        assert_eq!(Verdict::of(Some((-0.1, 0.2))), Verdict::NotShown);
        assert_eq!(Verdict::of(Some((0.0, 0.0))), Verdict::NotShown);
        assert_eq!(Verdict::of(None).word(), "not shown");
    }
}
