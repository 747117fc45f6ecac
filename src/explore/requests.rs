//! What a page asks.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A scenario with what is set otherwise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Name of the scenario.
    pub scenario: String,
    /// Values of parameters by key, with `@QUARTER` where they hold from a date on.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
}

/// Replicates of one side or two.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The base.
    pub base: Side,
    /// What is compared with it, on the same random draws.
    #[serde(default)]
    pub variant: Option<Side>,
    /// Seed.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
}

/// One replicate in full.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceRequest {
    /// The side.
    pub side: Side,
    /// Seed.
    pub seed: u64,
    /// Replicate, from 0.
    pub replicate: u64,
    /// Sector of which cities' shares are asked for.
    #[serde(default)]
    pub sector: Option<String>,
}

/// What a city saw and chose in a quarter of one replicate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceRequest {
    /// The side.
    pub side: Side,
    /// Seed.
    pub seed: u64,
    /// Replicate, from 0.
    pub replicate: u64,
    /// Quarter, from 0.
    pub quarter: u32,
    /// Short name of the city.
    pub city: String,
    /// Sector that is asked about; the one whose share moved most if left out.
    #[serde(default)]
    pub sector: Option<String>,
}

/// A scenario file of a side.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRequest {
    /// The side.
    pub side: Side,
    /// Seed.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// Title of the new scenario.
    pub title: String,
}

/// A trace file of a side.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvRequest {
    /// The side.
    pub side: Side,
    /// Seed.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// Name of the file without ending, such as `national`.
    pub file: String,
}
