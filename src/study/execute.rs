//! Runs arms at design points with replicates, to a store: the one executor.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::kernel::control::Control;
use crate::kernel::ordered::{WorkerPool, work_in_order};
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::random::Draws;
use crate::measure::response::probe::Probe;
use crate::model::run::{Memory, OwnRules, Run};
use crate::model::setup::Setup;
use crate::study::arm::{Arm, Ready};
use crate::study::codec::Measured;
use crate::study::drive::{Ended, drive};
use crate::study::error::StudyError;
use crate::study::identity;
use crate::study::ready::ReadyWorlds;
use crate::study::stage::{Cell, Stage};
use crate::study::store::RunStore;

/// Measures more of a run of an arm than responses; none where the run fails, which its arm's run then does, too.
pub type Extra = dyn Fn(&Setup, Draws) -> Option<Vec<Option<f64>>> + Send + Sync;
/// Knows runs of an earlier result: puts one into what it is given, and says whether it knew it.
pub type Known = dyn Fn(&Stage, Cell, &mut Measured) -> bool + Send + Sync;

/// Arms and their random draws.
#[derive(Clone)]
pub struct Study {
    /// Arms, the base first.
    pub arms: Vec<Arm>,
    /// Picks the random draws; with a replicate it fixes those of a run.
    pub seed: u64,
    /// Numbers that stand after the responses of an arm, where its place is given.
    pub extra: Option<(usize, Arc<Extra>)>,
    /// Runs that need not be made again.
    pub known: Option<Arc<Known>>,
    /// Rules in place of the shipped ones; who sets them says so in the identity.
    pub rules: Option<OwnRules>,
}

impl Study {
    /// Arms and a seed, and nothing more.
    pub fn new(arms: Vec<Arm>, seed: u64) -> Self {
        Study {
            arms,
            seed,
            extra: None,
            known: None,
            rules: None,
        }
    }

    /// What decides about all its runs, apart from design points; a command adds those, and whatever `next` goes by.
    ///
    /// # Errors
    /// A sentence with every problem of a scenario.
    pub fn identity(&self) -> Result<Value, String> {
        let arms: Result<Vec<Value>, String> = self.arms.iter().map(Arm::identity).collect();
        Ok(json!({
            "program": identity::of_program(),
            "seed": self.seed,
            "arms": arms?,
            "extra": self.extra.as_ref().map(|(arm, _)| arm),
        }))
    }
}

/// Tells the next stage from the stages so far, all of whose runs are in the store; none where the study is complete.
pub type Next<'a> = dyn FnMut(&[Stage], &mut RunStore) -> Result<Option<Stage>, StudyError> + 'a;

/// Runs the stages that `next` tells, one after the other, and returns them. `next` gets the stages so far, all of whose
/// runs are in the store; it must tell the same of the same runs, so that an interrupted study goes on to the same end.
///
/// # Errors
/// [`StudyError`]; what is done stays in the store.
pub fn execute(
    study: &Study,
    store: &mut RunStore,
    next: &mut Next<'_>,
    threads: usize,
    control: &Control,
) -> Result<Vec<Stage>, StudyError> {
    let mut stages = Vec::new();
    while let Some(stage) = next(&stages, store)? {
        run_stage(study, &stage, store, threads, control)?;
        stages.push(stage);
    }
    Ok(stages)
}

/// Does the runs of a stage that the store does not hold yet.
///
/// # Errors
/// [`StudyError`]; what is done stays in the store.
pub fn run_stage(
    study: &Study,
    stage: &Stage,
    store: &mut RunStore,
    threads: usize,
    control: &Control,
) -> Result<(), StudyError> {
    let runs = stage
        .checked_runs()
        .ok_or_else(|| StudyError::Input("there are more runs than 64 bits count".to_string()))?;
    let done = store.begin_stage(&stage.text())?.min(runs);
    let outcome = run_range(study, stage, done..runs, threads, control, |run| {
        store.push(run)
    });
    // What came in order before the end is kept.
    let kept = store.sync();
    outcome?;
    kept
}

/// Does some runs of a stage and hands them over in the order of their numbers, which does not depend on threads.
///
/// # Errors
/// [`StudyError`], the first in order; what comes before it has been handed over.
pub fn run_range(
    study: &Study,
    stage: &Stage,
    numbers: Range<u64>,
    threads: usize,
    control: &Control,
    mut take: impl FnMut(&Measured) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let first = numbers.start;
    let number = |place| first + place;
    let count = numbers.end.saturating_sub(first);
    run_picked(
        study,
        stage,
        (count, &number),
        threads,
        control,
        |_, run| take(run),
    )
}

/// As [`run_range`], of so many runs whose numbers a function tells; `take` gets the place of the run among them.
///
/// # Errors
/// As [`run_range`].
pub fn run_picked(
    study: &Study,
    stage: &Stage,
    (count, number): (u64, &(dyn Fn(u64) -> u64 + Sync)),
    threads: usize,
    control: &Control,
    mut take: impl FnMut(u64, &Measured) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let own = stage.arms.iter().filter_map(|place| study.arms.get(*place));
    let mut cities = own.map(|arm| arm.world().cities.len());
    // A run of a large world uses all threads by itself.
    let is_large = cities.any(|cities| cities >= PARALLEL_CITIES);
    let workers = WorkerPool::of(if is_large { 1 } else { threads });
    let worlds = ReadyWorlds::new(&study.arms, stage, workers);
    let outcome = work_in_order(
        0..count,
        workers,
        || Worker::of(study),
        |worker, place, run: &mut Measured| {
            if control.is_cancelled() {
                return Err(StudyError::Interrupted);
            }
            let cell = stage.cell(number(place));
            let draws = Draws {
                seed: study.seed,
                replicate: cell.replicate,
            };
            run.clear();
            if let Some(known) = &study.known {
                if known(stage, cell, run) {
                    return Ok(());
                }
                run.clear();
            }
            match worlds.get(cell).get() {
                Some(Ok(ready)) => {
                    worker.measure(ready, draws, stage.keeps_series, control, run)?;
                    if let Some((_, extra)) =
                        study.extra.as_ref().filter(|(arm, _)| *arm == cell.arm)
                    {
                        let numbers = extra(&ready.setup, draws);
                        run.values.extend(numbers.unwrap_or_default());
                    }
                }
                Some(Err(message)) => run.error = Some(message.clone()),
                None => run.error = Some("its world was not made".to_string()),
            }
            Ok(())
        },
        |place, run| {
            control.count_run(run.error.is_some());
            take(place, run)
        },
    );
    Ok(outcome?)
}

/// Runs one world after the other, keeping its memory.
#[derive(Debug, Default)]
pub struct Worker {
    rules: Option<OwnRules>,
    memory: Option<Memory>,
    values: Vec<Option<f64>>,
}

impl Worker {
    /// Runs under the rules of a study.
    pub fn of(study: &Study) -> Self {
        Worker {
            rules: study.rules.clone(),
            ..Worker::default()
        }
    }

    /// Runs a world once; what it left is added to `out`, which is clear.
    ///
    /// # Errors
    /// [`StudyError::Interrupted`]. A run that fails says so in `out`.
    pub fn measure(
        &mut self,
        ready: &Ready,
        draws: Draws,
        keeps_series: bool,
        control: &Control,
        out: &mut Measured,
    ) -> Result<(), StudyError> {
        let mut probe = Probe::new(ready.bound.clone(), keeps_series);
        let mut run = match self.memory.take() {
            Some(memory) => memory.start(&ready.setup, draws),
            None => Run::new(&ready.setup, draws),
        };
        match drive(&mut run, &mut probe, self.rules.as_ref(), control) {
            Ok(()) => {
                probe.finish(&mut self.values);
                out.values.extend_from_slice(&self.values);
                out.series.extend_from_slice(probe.series());
                self.memory = Some(run.into_memory());
            }
            Err(Ended::Cancelled) => return Err(StudyError::Interrupted),
            // Nothing of what broke is left.
            Err(Ended::Model(error)) => out.error = Some(error.to_string()),
            Err(Ended::Observer(message)) => out.error = Some(message),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
