//! Policies compared with a base, draw by draw on the same random draws.
//!
//! A replicate runs the base and every treatment with the same draws, so that their difference is the treatment's doing
//! and has less noise than either. [`pairs`] tells which replicates are run, a fixed number or until intervals are narrow
//! enough; [`effects`] and [`trajectory`] say what came of it, at the end and quarter by quarter. [`uncertainty`] repeats the
//! comparison at design points of uncertain parameters, [`discovery`] says which of them decide it. [`runs`] reads the run
//! store and writes `runs.csv`.

pub mod discovery;
pub mod effects;
pub mod pairs;
pub mod runs;
pub mod trajectory;
pub mod uncertainty;
pub mod uncertainty_tables;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::analysis::check_quarters;
use crate::input::experiment::{Experiment, factor::Variant};
use crate::kernel::named::named;
use crate::study::arm::Arm;
use crate::study::execute::Study;
use crate::study::stage::{Order, PointList, Stage};
use crate::study::sweep::plan::{Plan, PlanError};
use crate::study::sweep::plan::{key_columns, response_column, run_identity};
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::rows::{Columns, columns};

/// Name of the base in results.
const BASE: &str = "base";

/// A base and its treatments, ready to be compared.
pub struct Comparison {
    /// The experiment with its design points; the base alone where it has no design.
    pub plan: Plan,
    /// The base first, then treatments, with the random draws of the experiment.
    pub study: Arc<Study>,
}

/// The base first, then treatments in order.
fn arms(experiment: &Experiment) -> Result<Vec<Arm>, String> {
    let arm = |name: &str, variant: &Variant| {
        Arm::new(name, &experiment.worlds, variant, &experiment.responses)
            .map_err(|message| format!("treatment `{name}`: {message}"))
    };
    let mut arms = vec![arm(BASE, &Variant::default())?];
    for treatment in &experiment.treatments {
        arms.push(arm(&treatment.name, &treatment.variant)?);
    }
    for arm in &arms {
        check_quarters(arms[0].world(), arm.world())
            .map_err(|message| format!("treatment `{}`: {message}", arm.name))?;
    }
    Ok(arms)
}

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
        let arms = arms(&experiment)?;
        let plan = Plan::new(experiment).map_err(|error: PlanError| error.to_string())?;
        let study = Arc::new(Study::new(arms, plan.experiment.seed));
        let comparison = Comparison { plan, study };
        if !comparison.has_points() {
            for arm in comparison.arms() {
                // What cannot be set up fails before anything is run. At design points, it has failed runs there.
                arm.at(&Variant::default())
                    .map_err(|message| format!("treatment `{}`: {message}", arm.name))?;
            }
        }
        Ok(comparison)
    }

    /// The base first, then treatments.
    pub fn arms(&self) -> &[Arm] {
        &self.study.arms
    }

    /// What a treatment does, for readers; nothing for the base, whose place is 0.
    pub fn description(&self, arm: usize) -> &str {
        let treatments = &self.plan.experiment.treatments;
        let treatment = arm.checked_sub(1).and_then(|place| treatments.get(place));
        treatment.map_or("", |treatment| &treatment.description)
    }

    /// Replicates of all arms, at all design points where there are any; the trajectory of the responses is kept where there
    /// are none.
    pub fn stage(&self, replicates: Range<u32>) -> Stage {
        Stage {
            points: if self.has_points() {
                PointList::Design(Arc::clone(&self.plan.points))
            } else {
                PointList::Own
            },
            replicates: replicates.start.into()..replicates.end.into(),
            arms: (0..self.arms().len()).collect(),
            order: Order::ByPoint,
            keeps_series: !self.has_points(),
        }
    }

    /// What decides about its runs, apart from what ends them.
    ///
    /// # Errors
    /// A sentence with every problem of a scenario.
    pub fn identity(&self) -> Result<Value, String> {
        let variants = self.arms().iter().map(|arm| &arm.variant);
        Ok(json!({
            "study": self.study.identity()?,
            "plan": self.plan.identity,
            // A treatment keeps at design points what it sets, also where that is what the base has.
            "lays_over_the_base": variants.collect::<Vec<_>>(),
        }))
    }

    /// Whether treatments run at design points, not only at the base's parameters.
    pub fn has_points(&self) -> bool {
        self.plan.experiment.design.is_some()
    }

    /// Columns of `runs.csv`.
    pub fn runs_info(&self) -> FileInfo {
        let (mut columns, mut key) = (
            key_columns(),
            vec!["design_point", "replicate", "treatment"],
        );
        if !self.has_points() {
            columns.remove(0);
            key.remove(0);
        }
        columns.extend([
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
        let row = "a run: the base or a treatment with the random draws of a replicate";
        FileInfo::new("runs", row, &key, columns)
    }

    /// Adds the columns that name a treatment and a response, which a row has by their places.
    fn key_columns<'a, R: Copy + 'a>(
        &'a self,
        table: &mut Columns<'a, R>,
        places: impl Fn(R) -> (usize, usize) + Copy + 'a,
    ) {
        let (arms, responses) = (self.arms(), self.plan.responses().list());
        columns!(table, |row| {
            key "treatment": "name of the treatment" => arms[places(row).0].name.as_str();
            key "response": "name of the response" => responses[places(row).1].name.as_str();
        });
    }

    /// What was compared, for a manifest.
    pub fn describe(&self, failed: u64) -> Value {
        let experiment = &self.plan.experiment;
        let mut scenarios = Map::new();
        for arm in &self.arms()[1..] {
            let file = arm.variant.scenario.as_ref();
            let read = file.and_then(|file| {
                let scenario = experiment.worlds.scenario(&arm.variant).ok()?;
                Some((file.written.clone(), run_identity(experiment, &scenario)))
            });
            if let Some((written, identity)) = read {
                scenarios.insert(written, identity["settings"].clone());
            }
        }
        let treatments: Vec<Value> = experiment
            .treatments
            .iter()
            .map(|treatment| {
                json!({
                    "name": treatment.name,
                    "description": treatment.description,
                    "lays_over_the_base": treatment.variant,
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

named! {
    /// What an interval says about a difference.
    pub enum Verdict {
        /// The whole interval is above 0.
        Higher = "higher",
        /// The whole interval is below 0.
        Lower = "lower",
        /// It holds 0, or there is none.
        NotShown = "not shown",
    }
}

impl Verdict {
    /// Of an interval.
    pub fn of(interval: Option<(f64, f64)>) -> Self {
        match interval {
            Some((low, _)) if low > 0.0 => Verdict::Higher,
            Some((_, high)) if high < 0.0 => Verdict::Lower,
            _ => Verdict::NotShown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::input::experiment::{
        Treatment, direct::of_scenario, factor::Assignment, reader::Overlay,
    };
    use crate::input::scenario::file_source::FileSource;

    #[test]
    fn treatments_with_other_quarters_than_the_base_are_refused() {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let overlay = Overlay::default();
        for (key, value) in [("run.quarters", "20"), ("run.start", "2016Q1")] {
            let mut experiment =
                of_scenario(&FileSource::default(), &base, &overlay).expect("valid");
            for (number, (key, value)) in [("budgets.retention", "0.5"), (key, value)]
                .into_iter()
                .enumerate()
            {
                let set = vec![Assignment {
                    key: key.to_string(),
                    value: value.to_string(),
                    ..Assignment::default()
                }];
                experiment.treatments.push(Treatment {
                    name: format!("t{number}"),
                    description: String::new(),
                    variant: Variant::of(set),
                });
            }
            let message = arms(&experiment).expect_err("other quarters");
            assert!(message.starts_with("treatment `t1`: it has "), "{message}");
            assert!(
                message.ends_with("40 from 2015Q1 on; allowed: the same quarters"),
                "{message}"
            );
        }
    }

    #[test]
    fn an_interval_that_holds_zero_shows_nothing() {
        assert_eq!(Verdict::of(Some((0.1, 0.2))), Verdict::Higher);
        assert_eq!(Verdict::of(Some((-0.2, -0.1))), Verdict::Lower);
        assert_eq!(Verdict::of(Some((-0.1, 0.2))), Verdict::NotShown);
        assert_eq!(Verdict::of(Some((0.0, 0.0))), Verdict::NotShown);
        assert_eq!(Verdict::of(None).name(), "not shown");
    }
}
