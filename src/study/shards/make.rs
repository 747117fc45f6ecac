//! Making a shard of a plan.
//!
//! Engines run a shard at least once, sometimes twice at the same time. Executions therefore share nothing and lock
//! nothing: each grows in a file of its own with a random name beside the shard, and the shard appears by a rename.
//! Its bytes depend on the plan and the number alone, so it does not matter whose they are. What a stopped or
//! killed execution has left is copied by the next one as far as it is whole, which is safe even if the other still
//! grows. Whoever publishes the shard removes the files of all executions at it; an execution that loses its file
//! finds the shard there and is done.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::kernel::control::Control;
use crate::study::error::StudyError;
use crate::study::execute::{Study, run_range};
use crate::study::run_file::{Look, RunFile, runs_in};
use crate::study::shards::plan_folder::{PlanFolder, SHARDS};
use crate::study::stage::{Stage, by_stage};
use crate::table::error::OutputError;
use crate::table::paths::{is_link, make_folder, sync_folder};

/// Time between two times that runs are brought to disk: short against the time a lost node costs anyway, long against
/// what a thousand executions at once ask of a shared file system.
const PAUSE: Duration = Duration::from_secs(20);
/// End of the name of an execution's file.
pub(crate) const PART: &str = ".part";

/// What came of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// The shard was there, or somebody else published it meanwhile.
    WasThere,
    /// The shard was made.
    Made {
        /// Its runs.
        runs: u64,
        /// Those taken over from an earlier execution.
        taken_over: u64,
        /// Those that failed.
        failed: u64,
    },
    /// It was asked to stop; the next execution goes on from here.
    Stopped {
        /// Runs that are safe.
        done: u64,
        /// Runs of the shard.
        runs: u64,
    },
}

/// Makes shards of a plan, one after the other.
pub struct ShardMaker<'a> {
    /// The plan.
    pub folder: &'a PlanFolder,
    /// The study it is of.
    pub study: &'a Study,
    /// Its stages.
    pub stages: &'a [Stage],
    /// Threads. Results do not depend on them.
    pub threads: usize,
    /// Ends an execution early.
    pub control: &'a Control,
}

impl ShardMaker<'_> {
    /// Makes a shard unless it is there and whole.
    ///
    /// # Errors
    /// [`StudyError`]; never because of another execution at the same shard.
    pub fn make(&self, number: u64) -> Result<Execution, StudyError> {
        if self.is_there(number) {
            return Ok(Execution::WasThere);
        }
        match self.execution(number) {
            Err(StudyError::Output(_)) if self.is_there(number) => Ok(Execution::WasThere),
            outcome => outcome,
        }
    }

    fn is_there(&self, number: u64) -> bool {
        self.folder.check(number, Look::Whole).is_ok()
    }

    fn execution(&self, number: u64) -> Result<Execution, StudyError> {
        let folder = self.folder;
        let (place, target) = (folder.folder_of(number), folder.file_of(number));
        let (range, text) = (folder.range(number), folder.text(number));
        for folder in [folder.path().join(SHARDS), place.clone()] {
            make_folder(&folder)?;
        }
        let prefix = format!(".{number:07}.{}", folder.short_id());
        let own = own_file(&place, &prefix)?;
        let left = left_behind(&place, &prefix).into_iter();
        let left = left.filter(|path| *path != own && is_link(path).is_ok_and(|is| !is));
        let furthest = left
            .filter_map(|path| {
                let (found, runs) = runs_in(&path, range.start).ok()??;
                (found == text).then_some((runs, path))
            })
            .max();
        if let Some((_, path)) = furthest {
            // What cannot be copied is made again.
            let _ = fs::copy(path, &own);
        }
        let mut file = RunFile::open(&own, &text, range.start, PAUSE)?;
        let (runs, taken_over) = (range.end - range.start, file.runs());
        let mut outcome = Ok(());
        for (stage, numbers) in by_stage(self.stages, file.next()..range.end) {
            let (stage, push) = (&self.stages[stage], |run: &_| file.push(run));
            outcome = run_range(self.study, stage, numbers, self.threads, self.control, push);
            if outcome.is_err() {
                break;
            }
        }
        file.sync()?;
        match outcome {
            Err(StudyError::Interrupted) => {
                let done = file.runs();
                if done == taken_over {
                    // Nothing that is not in the file it was taken from.
                    let _ = fs::remove_file(&own);
                }
                return Ok(Execution::Stopped { done, runs });
            }
            outcome => outcome?,
        }
        if let Some(path) = folder.lacked() {
            let _ = fs::remove_file(&own);
            return Err(StudyError::Input(format!(
                "a run asks for {}, which the plan does not hold: no level names it on its own; name it in one and make a new plan",
                path.display()
            )));
        }
        let sealed = own.with_extension("sealed.part");
        let failed = file.seal(&text, &sealed).inspect_err(|_| {
            let _ = fs::remove_file(&sealed);
        })?;
        fs::rename(&sealed, &target).map_err(OutputError::io(&target))?;
        sync_folder(&place).map_err(OutputError::io(&place))?;
        for path in left_behind(&place, &format!(".{number:07}.")) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(path);
        }
        Ok(Execution::Made {
            runs,
            taken_over,
            failed,
        })
    }
}

/// Files of executions; none where the folder cannot be read.
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

fn own_file(place: &Path, prefix: &str) -> Result<PathBuf, OutputError> {
    let mut builder = tempfile::Builder::new();
    let prefix = format!("{prefix}-");
    builder.prefix(&prefix).suffix(PART).rand_bytes(12);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(place).map_err(OutputError::io(place))?;
    let (_, path) = file
        .keep()
        .map_err(|error| OutputError::io(place)(error.error))?;
    Ok(path)
}
