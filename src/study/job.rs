//! What is to be run of one design point, and how one replicate of it is.

use crate::kernel::control::Control;
use crate::kernel::random::Draws;
use crate::measure::replicate::{self, Replicate};
use crate::measure::seen::Passes;
use crate::measure::trajectory::{Line, Trajectory, moment};
use crate::measure::{
    recorder::{Chunk, Recorder},
    traces::Traces,
};
use crate::model::record::EventLog;
use crate::model::run::{OwnRules, Run};
use crate::model::{error::ModelError, setup::Setup};
use crate::study::drive::{Ended, Observer, drive};
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
    /// The first one that is run; those before it are there already.
    pub first: u32,
    /// Rules in place of the shipped ones.
    pub rules: Option<&'a OwnRules>,
    /// Threads, at least 1. Results do not depend on them.
    pub threads: usize,
}

/// What is kept of all replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replicates {
    /// One for each replicate, in order.
    pub outcomes: Vec<Replicate>,
    /// Their means in each quarter.
    pub trajectory: Trajectory,
}

impl Replicates {
    /// Takes in the next replicate.
    pub(crate) fn take(&mut self, outcome: Replicate, line: &[Vec<Option<f64>>]) {
        self.outcomes.push(outcome);
        self.trajectory.take(line);
    }
}

/// What replicates hand over, in order: rows, and each replicate when all of its rows have been handed over.
pub enum Part<'a> {
    /// Rows.
    Rows(&'a Chunk),
    /// A replicate, with its quarters.
    Done(&'a Replicate, &'a Line),
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
        hand_over: impl FnMut(&mut Recorder<'a>, &Run<'_>, &mut Chunk) -> Result<(), E>,
    ) -> Result<Replicate, EngineError<E>> {
        let job = self.job;
        let draws = Draws {
            seed: job.seed,
            replicate,
        };
        if let Some(run) = &mut self.run {
            run.reset(draws);
        }
        let run = self.run.get_or_insert_with(|| Run::new(job.setup, draws));
        line.clear();
        let mut watched = Watched {
            recorder: &mut self.recorder,
            control: self.control,
            outcome: Replicate::new(draws),
            passes: replicate::passes(),
            chunk,
            line,
            hand_over,
        };
        drive(run, &mut watched, job.rules, self.control).map_err(|ended| match ended {
            Ended::Cancelled => EngineError::Cancelled,
            Ended::Observer(error) => EngineError::Sink(error),
            Ended::Model(error) => EngineError::Model {
                replicate,
                seed: job.seed,
                error,
            },
        })?;
        Ok(watched.outcome)
    }
}

/// Writes the rows of a replicate while it runs, and notes what is kept of it.
struct Watched<'w, 'a, F> {
    recorder: &'w mut Recorder<'a>,
    control: &'w Control,
    outcome: Replicate,
    passes: Passes,
    chunk: &'w mut Chunk,
    line: &'w mut Line,
    hand_over: F,
}

impl<'a, E, F> Observer for Watched<'_, 'a, F>
where
    F: FnMut(&mut Recorder<'a>, &Run<'_>, &mut Chunk) -> Result<(), E>,
{
    type Error = E;

    fn begin(&mut self, run: &Run<'_>) {
        self.recorder.begin(run, self.outcome.draws, self.chunk);
    }

    fn needs_detail(&self, quarter: u32) -> bool {
        self.recorder.needs_detail_after(quarter)
    }

    fn event_log(&mut self) -> Option<&mut EventLog> {
        self.recorder.event_log()
    }

    fn observe(&mut self, run: &mut Run<'_>) -> Result<(), E> {
        let nation = self.recorder.see(run, self.passes);
        self.recorder.record_quarter(run, &nation, self.chunk);
        (self.hand_over)(self.recorder, run, self.chunk)?;
        self.line.push(moment(run, &nation));
        self.outcome.observe(run.quarter(), run, &nation);
        self.control.count_quarter();
        Ok(())
    }
}
