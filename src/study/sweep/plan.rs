//! What a sweep is: design points times replicates, numbered, with an identity of its own.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::input::experiment::factor::Values;
use crate::input::experiment::{
    Experiment,
    factor::{Factor, Variant},
    points::Points,
};
use crate::input::scenario::{Scenario, problems::Problems};
use crate::kernel::random::Luck;
use crate::measure::response::spec::Responses;
use crate::study::identity;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};

/// A sweep, ready to be run.
#[derive(Debug)]
pub struct Plan {
    /// The experiment.
    pub experiment: Experiment,
    /// Its design points.
    pub points: Points,
    /// Everything that decides about results, as JSON; two plans with the same text give the same bytes.
    pub identity: Value,
    /// Hash of the identity.
    pub id: String,
    /// Hash of what decides about a single run apart from its design point: base, data, program, responses.
    pub run_id: String,
    /// Quarters of the base scenario.
    pub quarters: u32,
}

/// A run by its number: replicate by replicate, so that an interrupted sweep is balanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunIndex {
    /// Replicate, from 0.
    pub replicate: u64,
    /// Design point, from 0.
    pub point: u64,
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
        let run_id = hash(&run);
        let identity = plan_identity(&experiment, &points, run);
        points
            .len()
            .checked_mul(u64::from(experiment.replicates))
            .ok_or_else(|| {
                PlanError::Design("there are more runs than 64 bits count".to_string())
            })?;
        Ok(Plan {
            id: hash(&identity),
            quarters: base.world.quarters,
            experiment,
            points,
            identity,
            run_id,
        })
    }

    /// How many runs there are.
    pub fn runs(&self) -> u64 {
        self.points.len() * u64::from(self.experiment.replicates)
    }

    /// The run of a number.
    pub fn run(&self, number: u64) -> RunIndex {
        let points = self.points.len().max(1);
        RunIndex {
            replicate: number / points,
            point: number % points,
        }
    }

    /// Luck of a replicate.
    pub fn luck(&self, replicate: u64) -> Luck {
        Luck {
            seed: self.experiment.seed,
            replicate,
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
            "a run: a design point with the luck of a replicate; rows go by replicate, then by design point",
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
            "replicate, from 0; with the seed it fixes the luck of the run",
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

/// SHA-256 of a JSON value; its objects have their keys in order.
fn hash(value: &Value) -> String {
    sha256(value.to_string().as_bytes())
}

/// SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The keys, with dots, at which two identities differ, with both values, at most a few.
pub fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    const FEW: usize = 5;
    let mut found = Vec::new();
    compare("", ours, theirs, &mut found);
    let more = found.len().saturating_sub(FEW);
    found.truncate(FEW);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    found
}

fn compare(key: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for name in keys {
                let inner = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                let null = &Value::Null;
                compare(
                    &inner,
                    a.get(name).unwrap_or(null),
                    b.get(name).unwrap_or(null),
                    found,
                );
            }
        }
        (a, b) if a != b => {
            found.push(format!("`{key}` is {}, there it is {}", short(a), short(b)))
        }
        _ => {}
    }
}

fn short(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    if text.chars().count() > LONGEST {
        let head: String = text.chars().take(LONGEST).collect();
        format!("{head}…")
    } else {
        text
    }
}
