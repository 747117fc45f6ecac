//! Experiments: what is varied over a scenario, and what is measured.
//!
//! An experiment file names a base scenario and lays treatments or design points over it:
//!
//! ```toml
//! scenario = "../china-2015-2024.toml"
//! replicates = 50
//! responses = ["competitiveness", "waste_share"]
//!
//! [design]
//! kind = "grid"
//!
//! [[factors]]
//! key = "tournament.intensity"
//! levels = [0, 0.5, 1, 2]
//!
//! [[factors]]
//! key = "tournament.comparability"
//! range = [0, 1]
//! steps = 5
//! ```
//!
//! `load` reads one with every problem and its place; `of_scenario` makes one of a scenario alone. [`factor`] turns coordinates into settings, [`points`] numbers
//! the design points, [`worlds`] makes them ready to run.

pub mod direct;
pub mod factor;
pub mod fields;
pub mod points;
pub mod reader;
pub mod table;
pub mod values;
pub mod worlds;

use std::path::PathBuf;
use std::sync::Arc;

use crate::input::experiment::factor::{Assignment, Factor, ScenarioFile, Variant};
use crate::input::experiment::points::DesignSpec;

use crate::input::experiment::worlds::Worlds;

use serde::Serialize;

use crate::measure::response::spec::Responses;

/// An experiment, read and checked.
#[derive(Debug)]
pub struct Experiment {
    /// Name of the file without its extension.
    pub name: String,
    /// Title for reports; the name where the file has none.
    pub title: String,
    /// What it asks, for readers of its results.
    pub description: String,
    /// Base scenario.
    pub base: ScenarioFile,
    /// Settings laid over whatever scenario is run.
    pub set: Vec<Assignment>,
    /// How often a design point or treatment is repeated with other random draws.
    pub replicates: u32,
    /// Picks the random draws.
    pub seed: u64,
    /// What a run is measured by.
    pub responses: Responses,
    /// Whether the trajectory of the responses is written, too.
    pub series: bool,
    /// What is varied.
    pub factors: Vec<Factor>,
    /// How design points are chosen.
    pub design: Option<DesignSpec>,
    /// What is laid over the base, one by one.
    pub treatments: Vec<Treatment>,
    /// What is to be high or low.
    pub objectives: Vec<Objective>,
    /// Worlds over the base.
    pub worlds: Arc<Worlds>,
    /// Every file that was read, as it was named, with the SHA-256 of its bytes in hexadecimal digits.
    pub sources: Vec<(PathBuf, String)>,
    /// Remarks that are no problems, a sentence each.
    pub notes: Vec<String>,
}

/// A set of settings laid over the base, compared with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Treatment {
    /// Name in results.
    pub name: String,
    /// What it does, for readers; empty where the file does not say.
    pub description: String,
    /// What it lays over the base.
    pub variant: Variant,
}

/// A response that is to be high or low.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Objective {
    /// Place of the response.
    pub response: usize,
    /// High; else low.
    pub is_maximised: bool,
}
