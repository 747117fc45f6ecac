//! Sweeps: design points times replicates, to files that survive anything.
//!
//! [`plan`] numbers the runs and names what decides about their results. [`rows`] turns a run into rows. [`work`] is the
//! folder in which a sweep grows: rows in the order of their numbers, with checkpoints from which a killed sweep
//! goes on. [`finish`] makes a result of it, [`merge`] of the folders of shards, [`reuse`] takes over runs of an
//! earlier result.

mod finish;
pub mod merge;
pub mod pilot;
pub mod plan;
mod reuse;
mod rows;
mod summary;
pub mod work;

use std::path::{Path, PathBuf};

pub(crate) use finish::write_design;
pub use finish::{Finished, Shard};
pub use pilot::{Pilot, pilot};
pub use plan::{Plan, PlanError, RunIndex};
pub use reuse::Reuse;
pub use rows::Worker;
pub use summary::read_runs;
pub use work::{Begin, WorkError, WorkFolder};

use crate::engine::{Control, Crew, Stopped, work_in_order};
use rows::{RowError, Rows};

/// What ends a sweep early.
#[derive(Debug)]
pub enum SweepError {
    /// The folder it grows in.
    Work(WorkError),
    /// It was asked to stop; what is done is kept.
    Interrupted,
    /// The system gives no threads.
    Threads(String),
}

impl From<WorkError> for SweepError {
    fn from(error: WorkError) -> Self {
        SweepError::Work(error)
    }
}

impl std::fmt::Display for SweepError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SweepError::Work(error) => error.fmt(f),
            SweepError::Interrupted => f.write_str("interrupted"),
            SweepError::Threads(error) => write!(f, "cannot start threads: {error}"),
        }
    }
}

impl std::error::Error for SweepError {}

/// Does the runs of a plan that the folder does not hold yet, up to `end`.
///
/// # Errors
/// [`SweepError`]; what is done stays in the folder.
pub fn run(
    plan: &Plan,
    folder: &mut WorkFolder,
    reuse: &[Reuse],
    threads: usize,
    control: &Control,
) -> Result<(), SweepError> {
    let range = folder.next_run()..folder.end();
    let setups = rows::Setups::new(plan);
    let outcome = work_in_order(
        range,
        Crew::of(if setups.is_large() { 1 } else { threads }),
        || Worker::new(plan, &setups, reuse),
        |worker, number, rows: &mut Rows| {
            worker
                .run(number, rows, control)
                .map_err(|error| match error {
                    RowError::Cancelled => SweepError::Interrupted,
                })
        },
        |_, rows| {
            control.count_run(rows.has_failed);
            folder.append(rows).map_err(SweepError::from)
        },
    );
    // What came in order before the end is kept in any case.
    folder.checkpoint()?;
    match outcome {
        Ok(()) => Ok(()),
        Err(Stopped::Failed(error)) => Err(error),
        Err(Stopped::Threads(error)) => Err(SweepError::Threads(error)),
    }
}

/// The folder in which the sweep of `target` grows: beside it, with `.partial` at its end.
pub fn partial(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    target.with_file_name(name)
}
