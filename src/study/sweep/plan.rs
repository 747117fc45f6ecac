//! What a sweep is: design points times replicates, numbered, with an identity of its own.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::input::experiment::factor::Values;
use crate::input::experiment::{
    Experiment,
    factor::{Assignment, Factor, Variant},
    points::Points,
};
use crate::input::scenario::{Scenario, problems::Problems};
use crate::kernel::quarter::Quarter;
use crate::measure::response::spec::Responses;
use crate::study::arm::Arm;
use crate::study::execute::Study;
use crate::study::identity::{self, hash};
use crate::study::stage::{Order, PointList, Stage};
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};

/// A sweep, ready to be run.
#[derive(Debug)]
pub struct Plan {
    /// The experiment.
    pub experiment: Experiment,
    /// Its design points.
    pub points: Arc<Points>,
    /// Everything that decides about results, as JSON; two plans with the same text give the same bytes.
    pub identity: Value,
    /// Hash of the identity.
    pub id: String,
    /// First quarter of the base scenario.
    pub start: Quarter,
}

impl Plan {
    /// The plan of an experiment.
    ///
    /// # Errors
    /// The problems of the base scenario, or a sentence about the design.
    pub fn new(experiment: Experiment) -> Result<Self, PlanError> {
        let points = Points::new(&experiment.factors, experiment.design.as_ref())
            .map_err(PlanError::Design)?;
        let base = experiment
            .worlds
            .scenario(&Variant::default())
            .map_err(PlanError::Scenario)?;
        let run = run_identity(&experiment, &base);
        let identity = plan_identity(&experiment, &points, run);
        points
            .len()
            .checked_mul(u64::from(experiment.replicates))
            .ok_or_else(|| {
                PlanError::Design("there are more runs than 64 bits count".to_string())
            })?;
        Ok(Plan {
            id: hash(&identity),
            start: base.world.start,
            experiment,
            points: Arc::new(points),
            identity,
        })
    }

    /// How many runs there are.
    pub fn runs(&self) -> u64 {
        self.points.len() * u64::from(self.experiment.replicates)
    }

    /// The base, whose random draws a replicate fixes.
    ///
    /// # Errors
    /// A sentence with every problem of its world.
    pub fn study(&self) -> Result<Study, String> {
        let experiment = &self.experiment;
        let (worlds, responses) = (&experiment.worlds, &experiment.responses);
        let base = Arm::new("base", worlds, &Variant::default(), responses)?;
        Ok(Study::new(vec![base], experiment.seed))
    }

    /// First quarter of the runs of a design point.
    pub fn start_of(&self, point: u64) -> Quarter {
        let variant = self.points.variant(&self.points.values(point));
        let is_own = |set: &Assignment| !set.key.starts_with("run.");
        if variant.scenario.is_none() && variant.set.iter().all(is_own) {
            return self.start;
        }
        let world = self.experiment.worlds.world(&variant);
        world.map_or(self.start, |world| world.start)
    }

    /// All design points with all replicates, replicate by replicate.
    pub fn stage(&self) -> Stage {
        Stage {
            points: PointList::Design(Arc::clone(&self.points)),
            replicates: 0..self.experiment.replicates.into(),
            arms: vec![0],
            order: Order::ByReplicate,
            keeps_series: self.experiment.series,
        }
    }

    /// What is measured.
    pub fn responses(&self) -> &Responses {
        &self.experiment.responses
    }

    /// Columns of `runs.csv`.
    pub fn runs_info(&self) -> FileInfo {
        let mut columns = key_columns();
        columns.push(ColumnInfo::new(
            "seed",
            Kind::Integer,
            "1",
            "seed of the run",
        ));
        columns.extend(self.experiment.responses.list().iter().map(response_column));
        columns.push(
            ColumnInfo::new("error", Kind::Text, "", "why the run failed")
                .missing("the run went well"),
        );
        FileInfo::new(
            "runs",
            "a run: a design point with the random draws of a replicate; rows go by replicate, then by design point",
            &["design_point", "replicate"],
            columns,
        )
    }

    /// Columns of `series.csv`; none where the experiment does not ask for it.
    pub fn series_info(&self) -> Option<FileInfo> {
        if !self.experiment.series {
            return None;
        }
        let mut columns = key_columns();
        columns.push(ColumnInfo::new(
            "quarter",
            Kind::Quarter,
            "",
            "calendar quarter",
        ));
        columns.extend(self.experiment.responses.list().iter().map(|response| {
            let meaning = format!("`{}` in the quarter", response.text);
            ColumnInfo::new(
                response.name.clone(),
                Kind::Number,
                response.unit(),
                meaning,
            )
            .missing("it has no value in the quarter")
        }));
        Some(FileInfo::new(
            "series",
            "a quarter of a run that went well",
            &["design_point", "replicate", "quarter"],
            columns,
        ))
    }

    /// Columns of `design.csv`.
    pub fn design_info(&self) -> FileInfo {
        let mut columns = vec![
            ColumnInfo::new(
                "design_point",
                Kind::Integer,
                "1",
                "number of the design point, from 0",
            ),
            ColumnInfo::new(
                "point_id",
                Kind::Text,
                "",
                "hash of what the point lays over the base: the same point has the same name in every design",
            ),
        ];
        columns.extend(self.points.factors().iter().map(|factor| {
            let kind = if factor.is_numeric() && !is_switch(factor) {
                Kind::Number
            } else {
                Kind::Text
            };
            let meaning = match &factor.key {
                Some(key) => format!("`{key}`"),
                None => "level of the factor".to_string(),
            };
            ColumnInfo::new(factor.name.clone(), kind, factor.unit.clone(), meaning)
                .missing("the point leaves it as the base has it")
        }));
        FileInfo::new("design", "a design point", &["design_point"], columns)
    }
}

fn is_switch(factor: &Factor) -> bool {
    match &factor.values {
        Values::Levels(levels) => levels
            .iter()
            .any(|level| level.label == "true" || level.label == "false"),
        Values::Range(_) => false,
    }
}

/// Design point and replicate.
pub fn key_columns() -> Vec<ColumnInfo> {
    vec![
        ColumnInfo::new(
            "design_point",
            Kind::Integer,
            "1",
            "number of the design point, from 0; `design.csv` tells what it is",
        ),
        ColumnInfo::new(
            "replicate",
            Kind::Integer,
            "1",
            "replicate, from 0; with the seed it fixes the random draws of the run",
        ),
    ]
}

/// The column of a response.
pub fn response_column(response: &crate::measure::response::spec::Response) -> ColumnInfo {
    ColumnInfo::new(
        response.name.clone(),
        Kind::Number,
        response.unit(),
        response.meaning(),
    )
    .missing("the run failed or it has no value")
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanError {
    /// The base scenario.
    Scenario(Problems),
    /// The design.
    Design(String),
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PlanError::Scenario(problems) => problems.fmt(f),
            PlanError::Design(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for PlanError {}

/// What decides about a run apart from its design point.
pub fn run_identity(experiment: &Experiment, base: &Scenario) -> Value {
    json!({
        "program": identity::of_program(),
        "settings": identity::of_settings(base),
        "data_sha256": identity::of_data(base),
        "seed": experiment.seed,
        "series": experiment.series,
        "responses": identity::of_responses(&experiment.responses),
    })
}

fn plan_identity(experiment: &Experiment, points: &Points, run: Value) -> Value {
    let mut others = Map::new();
    let levels = experiment
        .factors
        .iter()
        .flat_map(|factor| match &factor.values {
            Values::Levels(levels) => levels.as_slice(),
            Values::Range(_) => &[],
        });
    for file in levels.filter_map(|level| level.variant.scenario.as_ref()) {
        let variant = Variant {
            scenario: Some(file.clone()),
            set: Vec::new(),
        };
        // One that cannot be read makes runs fail, with the reason in their rows.
        if let Ok(scenario) = experiment.worlds.scenario(&variant) {
            let identity = run_identity(experiment, &scenario);
            others.insert(file.written.clone(), identity["settings"].clone());
        }
    }
    json!({
        "run": run,
        "scenarios": others,
        "design": experiment.design,
        "factors": points.factors(),
        "points": points.len(),
        "replicates": experiment.replicates,
    })
}
