//! `manifest.json`: how a result came about, enough to repeat it.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::table::writer::WrittenFile;

/// Name of the file.
pub const FILE: &str = "manifest.json";
/// Version of its form; grows when a key changes its meaning.
const FORMAT: u32 = 1;

/// Commit the program was built from; `unknown` where it was not built from its repository.
pub const COMMIT: &str = match option_env!("DUALTRACK_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// What a manifest holds. It is the only file with clock times.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// Version of the form of this file.
    pub format: u32,
    /// Name of the program.
    pub program: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Commit it was built from.
    pub commit: &'static str,
    /// What was done: `run`, `sweep`, `compare` and so on.
    pub command: &'static str,
    /// Arguments it was called with.
    pub arguments: Vec<String>,
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Seed.
    pub seed: u64,
    /// Replicates.
    pub replicates: u32,
    /// First quarter.
    pub first_quarter: String,
    /// Last quarter.
    pub last_quarter: String,
    /// Threads it ran on; results do not depend on them.
    pub threads: usize,
    /// When it began, UTC.
    pub started: String,
    /// When it ended, UTC.
    pub finished: String,
    /// SHA-256 of all that decides about the files; empty where they were in memory only.
    pub identity: String,
    /// Files the scenario was read from, with their SHA-256.
    pub sources: Vec<Source>,
    /// Every setting as it was in force.
    pub settings: Value,
    /// What was varied and measured, where that is more than one scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Value>,
    /// Files of the result, apart from this one.
    pub files: Vec<FileEntry>,
    /// Doubts about the result, and notes of the scenario's reader.
    pub warnings: Vec<String>,
}

/// A file the scenario was read from.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// Path as it was named.
    pub path: PathBuf,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// A file of the result.
#[derive(Clone, Debug, Serialize)]
pub struct FileEntry {
    /// Name with ending.
    name: String,
    /// Rows without the header; left out for files that are not tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    /// Length.
    bytes: u64,
    /// SHA-256 in hexadecimal.
    sha256: String,
}

impl From<&WrittenFile> for FileEntry {
    fn from(file: &WrittenFile) -> Self {
        FileEntry {
            name: file.name.clone(),
            rows: file.rows,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        }
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            commit: COMMIT,
            command: "run",
            arguments: Vec::new(),
            scenario: String::new(),
            title: String::new(),
            seed: 0,
            replicates: 0,
            first_quarter: String::new(),
            last_quarter: String::new(),
            threads: 0,
            started: String::new(),
            finished: String::new(),
            identity: String::new(),
            sources: Vec::new(),
            settings: Value::Null,
            experiment: None,
            files: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

impl Manifest {
    /// The text of the file.
    pub fn to_text(&self) -> String {
        crate::table::json::json_text(self)
    }
}

/// The replicates of the result whose manifest this is; none where it does not say.
pub(crate) fn replicates_of(path: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let manifest: Value = serde_json::from_str(&text).ok()?;
    manifest.get("replicates")?.as_u64()
}
