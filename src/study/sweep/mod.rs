//! Sweeps: design points times replicates, to files that survive anything.
//!
//! [`plan`] numbers the runs and names what decides about their results. `rows` turns a run into rows. `growing`
//! holds rows in the order of their numbers, with a `checkpoint` from which killed work goes on; [`work`] is the folder in
//! which a sweep grows with them. `finish` makes a result of it, [`merge`] of the folders of shards, `reuse` takes
//! over runs of an earlier result.
//!
//! For many machines a sweep is [`frozen`] into a plan folder. `attempt` makes one of its shards, a file that `block`
//! describes, [`status`] tells what is missing, [`gather`] merges all of them, and [`audit`] runs some runs again.

pub mod attempt;
pub mod audit;
pub mod block;
pub mod checkpoint;
pub mod finish;
pub mod frozen;
pub mod gather;
pub mod growing;
pub mod merge;
pub mod pilot;
pub mod plan;
pub mod reuse;
pub mod rows;
pub mod status;
pub mod summary;
pub mod work;

use std::path::PathBuf;

use crate::study::sweep::growing::Ledger;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::reuse::Reuse;
use crate::study::sweep::rows::Worker;

use crate::study::sweep::work::{WorkError, WorkFolder};

use crate::kernel::{
    control::Control,
    ordered::{Crew, Stopped, work_in_order},
};
use crate::study::sweep::rows::{RowError, Rows};
use crate::table::error::OutputError;

/// What ends a sweep early.
#[derive(Debug)]
pub enum SweepError {
    /// The folder it grows in.
    Work(WorkError),
    /// It was asked to stop; what is done is kept.
    Interrupted,
    /// The system gives no threads.
    Threads(String),
    /// The plan folder has no such file, which a run asked for.
    Lacks(PathBuf),
}

impl From<WorkError> for SweepError {
    fn from(error: WorkError) -> Self {
        SweepError::Work(error)
    }
}

impl From<OutputError> for SweepError {
    fn from(error: OutputError) -> Self {
        SweepError::Work(error.into())
    }
}

impl std::fmt::Display for SweepError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SweepError::Work(error) => error.fmt(f),
            SweepError::Interrupted => f.write_str("interrupted"),
            SweepError::Threads(error) => write!(f, "cannot start threads: {error}"),
            SweepError::Lacks(path) => write!(
                f,
                "a run asks for {}, which the plan does not hold: no level names it on its own; name it in one and make a new plan",
                path.display()
            ),
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
    match folder.ledger() {
        Some(ledger) => {
            let setups = rows::Setups::new(plan);
            grow(plan, &setups, ledger, reuse, threads, control)?;
            Ok(ledger.checkpoint()?)
        }
        None => Ok(()),
    }
}

/// Does the runs that a ledger does not hold yet. Without an error, the last of them are not on disk yet.
fn grow(
    plan: &Plan,
    setups: &rows::Setups<'_>,
    ledger: &mut Ledger,
    reuse: &[Reuse],
    threads: usize,
    control: &Control,
) -> Result<(), SweepError> {
    let range = ledger.next_run()..ledger.range().end;
    let outcome = work_in_order(
        range,
        Crew::of(if setups.is_large() { 1 } else { threads }),
        || Worker::new(plan, setups, reuse),
        |worker, number, rows: &mut Rows| {
            worker
                .run(number, rows, control)
                .map_err(|error| match error {
                    RowError::Cancelled => SweepError::Interrupted,
                })
        },
        |_, rows| {
            control.count_run(rows.has_failed);
            ledger.append(rows).map_err(SweepError::from)
        },
    );
    if outcome.is_err() {
        // What came in order before the end is kept.
        ledger.checkpoint()?;
    }
    match outcome {
        Ok(()) => Ok(()),
        Err(Stopped::Failed(error)) => Err(error),
        Err(Stopped::Threads(error)) => Err(SweepError::Threads(error)),
    }
}
