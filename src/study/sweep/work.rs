//! The folder in which a sweep grows to be a result.

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::study::error::StudyError;
use crate::study::place::{Begin, LOCK, lock, partial, write_atomically};
use crate::study::sweep::checkpoint::{Checkpoint, Mark, recover};
use crate::study::sweep::finish::Shard;
use crate::study::sweep::finish::write_design;
use crate::study::sweep::growing::{CHECKPOINTS, Counts, Ledger, RUNS, SERIES};
use crate::study::sweep::plan::{Plan, differences};
use crate::table::{error::OutputError, manifest::FILE as MANIFEST, writer::WrittenFile};
use crate::table::{folder::check_target, paths::refuse_links};

/// File with the identity of the plan.
pub const PLAN: &str = "plan.json";
/// Time between checkpoints.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a sweep has no folder to grow in.
#[derive(Debug)]
pub enum WorkError {
    /// The file system, or what stands at the target.
    Output(OutputError),
    /// An unfinished sweep is there.
    Unfinished {
        /// Its folder.
        path: PathBuf,
        /// Runs done.
        done: u64,
        /// Runs of its plan.
        runs: u64,
    },
    /// A finished result is there.
    Finished {
        /// Its folder.
        path: PathBuf,
    },
    /// Another process works there.
    Busy {
        /// The folder.
        path: PathBuf,
        /// Its number and machine; empty where it did not say so.
        who: String,
    },
    /// What is there cannot be gone on with.
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl WorkError {
    /// Whether another choice of folder or an option would have helped.
    pub fn is_bad_input(&self) -> bool {
        match self {
            WorkError::Output(error) => error.is_bad_input(),
            _ => true,
        }
    }
}

impl From<StudyError> for WorkError {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Output(error) => WorkError::Output(error),
            StudyError::Busy { path, who } => WorkError::Busy { path, who },
            StudyError::Damaged { path, why } => WorkError::Damaged { path, why },
            other => WorkError::Damaged {
                path: PathBuf::new(),
                why: other.to_string(),
            },
        }
    }
}

impl From<OutputError> for WorkError {
    fn from(error: OutputError) -> Self {
        WorkError::Output(error)
    }
}

impl std::fmt::Display for WorkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WorkError::Output(error) => error.fmt(f),
            WorkError::Unfinished { path, done, runs } => write!(
                f,
                "{} holds {done} of {runs} runs of an unfinished sweep; add `--resume` to go on, `--force` to begin anew, or choose another folder with `--out`",
                path.display()
            ),
            WorkError::Finished { path } => write!(
                f,
                "{} exists; add `--resume` to take over the runs it shares with this experiment, `--force` to begin anew, or choose another folder with `--out`",
                path.display()
            ),
            WorkError::Busy { path, who } => write!(
                f,
                "another process works in {}{}; wait for it, or choose another folder with `--out`",
                path.display(),
                if who.is_empty() {
                    String::new()
                } else {
                    format!(" ({who})")
                }
            ),
            WorkError::Damaged { path, why } => write!(
                f,
                "{}: {why}; add `--force` to begin anew, or choose another folder with `--out`",
                path.display()
            ),
        }
    }
}

impl std::error::Error for WorkError {}

/// A sweep that grows.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
    target: PathBuf,
    replaces: bool,
    shard: Shard,
    range: Range<u64>,
    /// Its rows; none where all files are whole, so that it only needs its name.
    ledger: Option<Ledger>,
    /// Failed runs of a whole folder.
    failed: u64,
    /// Whether runs and series become Parquet at the end.
    is_parquet: bool,
    // Released when the process ends, however it ends.
    _lock: File,
}

impl WorkFolder {
    /// Opens the folder in which `plan`, or a shard of it, grows to be `target`.
    ///
    /// # Errors
    /// [`WorkError`].
    pub fn open(plan: &Plan, shard: Shard, target: &Path, begin: Begin) -> Result<Self, WorkError> {
        if target.file_name().is_none() {
            return Err(OutputError::NoName {
                path: target.to_path_buf(),
            }
            .into());
        }
        let path = partial(target);
        let replaces = match check_target(target, false) {
            Ok(_) => false,
            Err(OutputError::Exists { .. }) if begin != Begin::New => true,
            Err(OutputError::Exists { path, .. }) => return Err(WorkError::Finished { path }),
            Err(error) => return Err(error.into()),
        };
        let is_there = fs::symlink_metadata(&path).is_ok();
        if is_there {
            check_ours(&path)?;
        }
        fs::create_dir_all(&path).map_err(OutputError::io(&path))?;
        let lock = lock(&path)?;
        let identity = json!({"id": plan.id, "identity": plan.identity, "shard": shard});
        if is_there {
            match begin {
                Begin::New => {
                    let (done, runs) = progress(&path, plan);
                    return Err(WorkError::Unfinished { path, done, runs });
                }
                Begin::Resume => {}
                Begin::Replace => clear(&path)?,
            }
        }
        let is_whole = path.join(MANIFEST).is_file();
        match read_plan(&path) {
            Some(known) if known == identity => {}
            // Only the name is missing: the identity stands in the manifest.
            None if is_whole => {}
            Some(known) => {
                let aside = earlier(target);
                let is_akin = known["identity"]["run"] == plan.identity["run"];
                if is_akin && fs::symlink_metadata(&aside).is_err() {
                    // Its runs are taken over; the lock goes with it.
                    fs::rename(&path, &aside).map_err(OutputError::io(&path))?;
                    drop(lock);
                    return Self::open(plan, shard, target, begin);
                }
                let found = differences(&identity, &known);
                return Err(WorkError::Damaged {
                    path,
                    why: format!(
                        "an unfinished sweep of another experiment: {}",
                        found.join("; ")
                    ),
                });
            }
            None => {
                clear(&path)?;
                write_atomically(&path, PLAN, &crate::table::json::json_text(&identity))?;
                if shard.is_all() {
                    // With it, a sweep of another experiment can take over the runs, should this one not end.
                    write_design(&path, plan)?;
                }
            }
        }
        let range = shard.range(plan.runs());
        // A whole folder is left as it is.
        let (ledger, failed) = if is_whole {
            (None, failed_runs(&path))
        } else {
            let found = recover(&path, plan, &range)?;
            let mut ledger = Ledger::open(&path, plan, range.clone(), found, PAUSE)?;
            ledger.begin()?;
            (Some(ledger), 0)
        };
        Ok(WorkFolder {
            ledger,
            path,
            target: target.to_path_buf(),
            replaces,
            shard,
            range,
            failed,
            is_parquet: false,
            _lock: lock,
        })
    }

    /// Number of the next run.
    pub fn next_run(&self) -> u64 {
        self.ledger
            .as_ref()
            .map_or(self.range.end, Ledger::next_run)
    }

    /// Number after the last run.
    pub fn end(&self) -> u64 {
        self.range.end
    }

    /// Runs that failed.
    pub fn failed(&self) -> u64 {
        self.ledger.as_ref().map_or(self.failed, Ledger::failed)
    }

    /// The part of the plan it holds.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// Whether runs and series become Parquet at the end.
    pub fn set_parquet(&mut self, is_parquet: bool) {
        self.is_parquet = is_parquet;
    }

    /// Whether runs and series become Parquet at the end.
    pub fn is_parquet(&self) -> bool {
        self.is_parquet
    }

    /// Where it grows.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it will stand.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Whether a result at the target is replaced.
    pub fn replaces(&self) -> bool {
        self.replaces
    }

    /// Whether all files are whole, so that it only needs its name.
    pub fn is_whole(&self) -> bool {
        self.ledger.is_none()
    }

    /// Its rows; none where all files are whole.
    pub(crate) fn ledger(&mut self) -> Option<&mut Ledger> {
        self.ledger.as_mut()
    }

    /// Appends rows that were made elsewhere.
    pub(crate) fn append_many(
        &mut self,
        runs: &[u8],
        series: &[u8],
        counts: Counts,
    ) -> Result<(), WorkError> {
        match &mut self.ledger {
            Some(ledger) => ledger.append_many(runs, series, counts),
            None => Ok(()),
        }
    }

    /// Brings everything to disk and notes it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn checkpoint(&mut self) -> Result<(), WorkError> {
        self.ledger.as_mut().map_or(Ok(()), Ledger::checkpoint)
    }

    /// The files, whole: bytes, sums and rows.
    pub(crate) fn written(&mut self) -> Result<Vec<WrittenFile>, WorkError> {
        let Some(ledger) = &mut self.ledger else {
            return Ok(Vec::new());
        };
        ledger.sync()?;
        let at = ledger.at();
        let rows = at.next_run - self.range.start;
        let file = |name: &str, rows: u64, mark: &Mark| WrittenFile {
            name: name.to_string(),
            rows: Some(rows),
            bytes: mark.bytes,
            sha256: mark.sha256.clone(),
        };
        let mut files = vec![file(RUNS, rows, &at.runs)];
        if ledger.has_series() {
            files.push(file(SERIES, at.series_rows, &at.series));
        }
        Ok(files)
    }
}

/// Names of everything that a growing sweep may hold.
fn is_ours(name: &str) -> bool {
    const NAMES: &[&str] = &[PLAN, CHECKPOINTS, LOCK, RUNS, SERIES, MANIFEST];
    let is_table = name.ends_with(".csv") || name.ends_with(".json") || name.ends_with(".parquet");
    NAMES.contains(&name) || is_table || name.starts_with(".new-")
}

/// Refuses a folder that holds anything a sweep does not write, so that it is never cleared.
fn check_ours(path: &Path) -> Result<(), WorkError> {
    let foreign = || WorkError::Damaged {
        path: path.to_path_buf(),
        why: "it holds files that no sweep writes".to_string(),
    };
    refuse_links(path)?;
    let entries = fs::read_dir(path).map_err(OutputError::io(path))?;
    for entry in entries {
        let entry = entry.map_err(OutputError::io(path))?;
        if !entry.file_name().to_str().is_some_and(is_ours) {
            return Err(foreign());
        }
    }
    Ok(())
}

/// Removes everything from a folder but its lock.
fn clear(path: &Path) -> Result<(), WorkError> {
    for entry in fs::read_dir(path).map_err(OutputError::io(path))? {
        let entry = entry.map_err(OutputError::io(path))?.path();
        if entry.file_name().is_some_and(|name| name != LOCK) {
            fs::remove_file(&entry).map_err(OutputError::io(&entry))?;
        }
    }
    Ok(())
}

/// Failed runs of a whole folder.
fn failed_runs(path: &Path) -> u64 {
    let text = fs::read_to_string(path.join(MANIFEST)).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    manifest["experiment"]["failed_runs"].as_u64().unwrap_or(0)
}

fn read_plan(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path.join(PLAN)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Runs done and runs planned, as the folder says.
fn progress(path: &Path, plan: &Plan) -> (u64, u64) {
    let text = fs::read_to_string(path.join(CHECKPOINTS)).unwrap_or_default();
    let last = text.lines().filter_map(Checkpoint::read).next_back();
    let runs = read_plan(path).and_then(|known| {
        let identity = &known["identity"];
        identity["points"]
            .as_u64()?
            .checked_mul(identity["replicates"].as_u64()?)
    });
    (
        last.map_or(0, |at| at.next_run),
        runs.unwrap_or_else(|| plan.runs()),
    )
}

/// Where an unfinished sweep of another experiment is put aside, for its runs to be taken over.
pub fn earlier(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".earlier");
    target.with_file_name(name)
}
