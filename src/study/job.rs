//! What is to be run of one design point, and how one replicate of it is.

use crate::kernel::control::Control;
use crate::kernel::random::Luck;
use crate::measure::course::{Course, Line, moment};
use crate::measure::replicate::{self, Replicate};
use crate::measure::{
    recorder::{Chunk, Recorder},
    traces::Traces,
};
use crate::model::{error::ModelError, run::Run, setup::Setup};
use std::fmt;

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The world, set up.
    pub setup: &'a Setup,
    /// What is written of each replicate.
    pub traces: &'a Traces,
    /// Seed.
    pub seed: u64,
    /// Number of replicates; they count from 0.
    pub replicates: u32,
    /// Threads, at least 1. Results do not depend on them.
    pub threads: usize,
}

/// What is kept of all replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replicates {
    /// One for each replicate, in order.
    pub outcomes: Vec<Replicate>,
    /// Their means in each quarter.
    pub course: Course,
}

impl Replicates {
    /// Takes in the next replicate.
    pub(crate) fn take(&mut self, outcome: Replicate, line: &[Vec<Option<f64>>]) {
        self.outcomes.push(outcome);
        self.course.take(line);
    }
}

/// What ends a job early.
#[derive(Debug)]
pub enum EngineError<E> {
    /// A replicate cannot go on. Of several, the first in order is named.
    Model {
        /// The replicate.
        replicate: u64,
        /// The seed.
        seed: u64,
        /// Why.
        error: ModelError,
    },
    /// It was asked to stop.
    Cancelled,
    /// Its rows could not be taken.
    Sink(E),
    /// The system gives no threads.
    Threads(String),
}

impl<E: fmt::Display> fmt::Display for EngineError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EngineError::Model {
                replicate,
                seed,
                error,
            } => write!(f, "replicate {replicate}, seed {seed}: {error}"),
            EngineError::Cancelled => f.write_str("interrupted"),
            EngineError::Sink(error) => error.fmt(f),
            EngineError::Threads(error) => write!(f, "cannot start threads: {error}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for EngineError<E> {}

/// Works through replicates, reusing the memory of the last one.
pub(crate) struct Worker<'a> {
    job: &'a Job<'a>,
    control: &'a Control,
    run: Option<Run<'a>>,
    recorder: Recorder<'a>,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(job: &'a Job<'a>, control: &'a Control) -> Self {
        Worker {
            job,
            control,
            run: None,
            recorder: Recorder::new(job.traces, job.setup.world()),
        }
    }

    /// Runs a replicate, and puts its quarters into `line`. Rows of the start and of each quarter are appended to
    /// `chunk`; at the end of each quarter `hand_over` is called, which writes the rows of cities, too.
    pub(crate) fn replicate<E>(
        &mut self,
        replicate: u64,
        chunk: &mut Chunk,
        line: &mut Line,
        mut hand_over: impl FnMut(&mut Recorder<'a>, &Run<'a>, &mut Chunk) -> Result<(), E>,
    ) -> Result<Replicate, EngineError<E>> {
        let job = self.job;
        let luck = Luck {
            seed: job.seed,
            replicate,
        };
        if let Some(run) = &mut self.run {
            run.reset(luck);
        }
        let run = self.run.get_or_insert_with(|| Run::new(job.setup, luck));
        let recorder = &mut self.recorder;
        recorder.begin(run, luck, chunk);
        let mut outcome = Replicate::new(luck);
        line.clear();
        let passes = replicate::passes();
        let mut detail = None;
        for quarters_done in 0..job.setup.world().quarters {
            if self.control.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            let needed = recorder.needs_detail_after(quarters_done);
            if detail.replace(needed) != Some(needed) {
                run.set_detail(needed);
            }
            run.step(recorder.journal())
                .map_err(|error| EngineError::Model {
                    replicate,
                    seed: job.seed,
                    error,
                })?;
            let nation = recorder.see(run, passes);
            recorder.record_quarter(run, &nation, chunk);
            hand_over(recorder, run, chunk).map_err(EngineError::Sink)?;
            line.push(moment(run, &nation));
            outcome.observe(quarters_done + 1, run, &nation);
            self.control.count_quarter();
        }
        Ok(outcome)
    }
}
