//! An attempt at a shard of a plan folder.
//!
//! Engines run a shard at least once, sometimes twice at the same time. Attempts therefore share nothing and lock
//! nothing: each grows in a folder of its own with a random name beside the shard, and the shard appears by a rename.
//! Its bytes depend on the plan and the number alone, so it does not matter whose they are. What a stopped or
//! killed attempt has left is copied by the next one up to its last checkpoint, which is safe even if the other still
//! grows. Whoever publishes the shard removes the folders of all attempts at it; an attempt that loses its folder
//! finds the shard there and is done.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::kernel::control::Control;
use crate::study::sweep::block::{self, Look, Trailer};
use crate::study::sweep::checkpoint::{Recovered, recover};
use crate::study::sweep::frozen::{Frozen, SHARDS};
use crate::study::sweep::growing::{Ledger, RUNS, SERIES};
use crate::study::sweep::rows::Setups;
use crate::study::sweep::{SweepError, finish::Shard, grow};
use crate::table::error::OutputError;
use crate::table::paths::{make_folder, refuse_links, sync_folder};

/// Time between checkpoints: short against the time a lost node costs anyway, long against what a thousand attempts
/// at once ask of a shared file system.
const PAUSE: Duration = Duration::from_secs(20);
/// End of the name of an attempt's folder.
pub(crate) const PART: &str = ".part";

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The shard was there, or somebody else published it meanwhile.
    WasThere,
    /// The shard was made.
    Made {
        /// Its runs.
        runs: u64,
        /// Those taken over from an earlier attempt.
        taken_over: u64,
        /// Those that failed.
        failed: u64,
    },
    /// It was asked to stop; the next attempt goes on from here.
    Stopped {
        /// Runs that are safe.
        done: u64,
        /// Runs of the shard.
        runs: u64,
    },
}

/// Makes shards of a plan folder, one after the other.
pub struct ShardMaker<'p> {
    frozen: &'p Frozen,
    setups: Setups<'p>,
    threads: usize,
    control: &'p Control,
}

impl<'p> ShardMaker<'p> {
    /// A maker of shards.
    pub fn new(frozen: &'p Frozen, threads: usize, control: &'p Control) -> Self {
        ShardMaker {
            setups: Setups::new(&frozen.plan),
            frozen,
            threads,
            control,
        }
    }

    /// Makes a shard unless it is there and whole.
    ///
    /// # Errors
    /// [`SweepError`]; never because of another attempt at the same shard.
    pub fn make(&self, number: u64) -> Result<Attempt, SweepError> {
        if self.is_there(number) {
            return Ok(Attempt::WasThere);
        }
        match self.attempt(number) {
            Err(SweepError::Work(_)) if self.is_there(number) => Ok(Attempt::WasThere),
            outcome => outcome,
        }
    }

    fn is_there(&self, number: u64) -> bool {
        let folder = &self.frozen.folder;
        let (path, shard) = (folder.file_of(number), folder.shard(number));
        block::check(&path, folder.id(), shard, Look::Whole).is_ok()
    }

    fn attempt(&self, number: u64) -> Result<Attempt, SweepError> {
        let (plan, folder) = (&self.frozen.plan, &self.frozen.folder);
        let (place, target) = (folder.folder_of(number), folder.file_of(number));
        let shard = folder.shard(number);
        let range = shard.range(plan.runs());
        for folder in [folder.path().join(SHARDS), place.clone()] {
            make_folder(&folder)?;
        }
        let mut left = left_behind(&place, &prefix(number, folder.id()));
        left.retain(|path| refuse_links(path).is_ok());
        let own = own_folder(&place, &prefix(number, folder.id()))?;
        let found = left
            .iter()
            .filter_map(|path| Some((path, recover(path, plan, &range).ok()?)))
            .filter(|(_, found)| (range.start + 1..=range.end).contains(&found.at.next_run))
            .max_by_key(|(_, found)| found.at.next_run)
            .and_then(|(path, found)| take_over(path, &own, found).ok())
            .unwrap_or_else(|| Recovered::nothing(range.start));
        let taken_over = found.at.next_run - range.start;
        let mut ledger = Ledger::open(&own, plan, range.clone(), found, PAUSE)?;
        let outcome = grow(
            plan,
            &self.setups,
            &mut ledger,
            &[],
            self.threads,
            self.control,
        );
        match outcome {
            Err(SweepError::Interrupted) => {
                let (done, runs) = (ledger.next_run() - range.start, range.end - range.start);
                drop(ledger);
                if done == taken_over {
                    // Nothing that is not in the folder it was taken from.
                    let _ = fs::remove_dir_all(&own);
                }
                return Ok(Attempt::Stopped { done, runs });
            }
            outcome => outcome?,
        }
        if let Some(path) = self.frozen.lacked() {
            let _ = fs::remove_dir_all(&own);
            return Err(SweepError::Lacks(path));
        }
        let made = Attempt::Made {
            runs: range.end - range.start,
            taken_over,
            failed: ledger.failed(),
        };
        let sealed = seal(ledger, folder.id(), shard)?;
        fs::rename(&sealed, &target).map_err(OutputError::io(&target))?;
        sync_folder(&place).map_err(OutputError::io(&place))?;
        for path in left_behind(&place, &prefix(number, "")) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(path);
        }
        Ok(made)
    }
}

/// Adds the last line to the rows; returns the file, whole and on disk.
fn seal(ledger: Ledger, plan: &str, shard: Shard) -> Result<PathBuf, SweepError> {
    let sealed = ledger.seal(
        |at| {
            Trailer {
                plan: plan.to_string(),
                shard,
                failed: at.failed,
                runs_bytes: at.runs.bytes,
                series_bytes: at.series.bytes,
                series_rows: at.series_rows,
            }
            .head()
        },
        Trailer::tail,
    );
    Ok(sealed?)
}

/// Begin of the names of the folders of attempts at a shard.
fn prefix(number: u64, plan: &str) -> String {
    let plan: String = plan.chars().take(12).collect();
    format!(".{number:07}.{plan}")
}

/// Folders of attempts; none where the folder cannot be read.
fn left_behind(place: &Path, prefix: &str) -> Vec<PathBuf> {
    let is_left = |name: &OsStr| {
        name.to_str()
            .is_some_and(|name| name.starts_with(prefix) && name.ends_with(PART))
    };
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| is_left(&entry.file_name()))
        .map(|entry| entry.path())
        .collect();
    found.sort_unstable();
    found
}

fn own_folder(place: &Path, prefix: &str) -> Result<PathBuf, OutputError> {
    let mut builder = tempfile::Builder::new();
    let prefix = format!("{prefix}-");
    builder.prefix(&prefix).suffix(PART).rand_bytes(12);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let folder = builder.tempdir_in(place).map_err(OutputError::io(place))?;
    Ok(folder.keep())
}

/// Copies what a checkpoint of another attempt vouches for.
fn take_over(from: &Path, to: &Path, found: Recovered) -> io::Result<Recovered> {
    let files = [(RUNS, found.at.runs.bytes), (SERIES, found.at.series.bytes)];
    for (name, bytes) in files {
        if bytes == 0 {
            continue;
        }
        let mut part = File::open(from.join(name))?.take(bytes);
        let mut file = File::create(to.join(name))?;
        if io::copy(&mut part, &mut file)? != bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.flush()?;
    }
    Ok(found)
}
