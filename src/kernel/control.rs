//! Following and stopping work from outside.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Lets others follow and stop a job.
#[derive(Debug, Default)]
pub struct Control {
    is_cancelled: AtomicBool,
    quarters_done: AtomicU64,
    runs_done: AtomicU64,
    runs_failed: AtomicU64,
}

impl Control {
    /// Asks the job to stop at the end of the quarter.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Runs done so far, failed ones included.
    pub fn runs_done(&self) -> u64 {
        self.runs_done.load(Ordering::Relaxed)
    }

    /// Runs that failed so far.
    pub fn runs_failed(&self) -> u64 {
        self.runs_failed.load(Ordering::Relaxed)
    }

    /// Counts a run that is done.
    pub fn count_run(&self, has_failed: bool) {
        self.runs_done.fetch_add(1, Ordering::Relaxed);
        self.runs_failed
            .fetch_add(u64::from(has_failed), Ordering::Relaxed);
    }

    /// Counts a quarter that is done.
    pub fn count_quarter(&self) {
        self.quarters_done.fetch_add(1, Ordering::Relaxed);
    }

    /// Quarters done so far, over all replicates.
    pub fn quarters_done(&self) -> u64 {
        self.quarters_done.load(Ordering::Relaxed)
    }
}
