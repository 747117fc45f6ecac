//! A few variants of a scenario, run with the same luck and kept in memory.

use std::collections::BTreeMap;

use crate::analysis::runs::Runs;
use crate::input::experiment::{factor::Variant, worlds::Worlds};
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::random::Luck;
use crate::kernel::{
    control::Control,
    ordered::{Crew, Stopped, work_in_order},
};
use crate::measure::response::{
    probe::{Bound, Probe},
    spec::Responses,
};
use crate::measure::run::Unmeasured;
use crate::model::setup::Setup;

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Worlds over the base.
    pub worlds: &'a Worlds,
    /// What is laid over it; each is a point.
    pub variants: &'a [Variant],
    /// What is measured.
    pub responses: &'a Responses,
    /// Seed.
    pub seed: u64,
    /// Replicates of each variant.
    pub replicates: u32,
}

/// Runs of a batch.
#[derive(Clone, Debug)]
pub struct Done {
    /// Their responses.
    pub runs: Runs,
    /// Why runs failed, by variant and replicate.
    pub errors: BTreeMap<(usize, usize), String>,
}

/// What ends a batch early.
#[derive(Debug)]
pub enum BatchError {
    /// It was asked to stop.
    Interrupted,
    /// The system gives no threads.
    Threads(String),
}

/// A run, as it is handed over.
#[derive(Default)]
struct Row {
    values: Vec<Option<f64>>,
    error: Option<String>,
}

/// The world of a variant made ready, or why it cannot be.
type Ready = Result<(Setup, Bound), String>;

impl Batch<'_> {
    /// How many runs there are.
    pub fn len(&self) -> u64 {
        self.variants.len() as u64 * u64::from(self.replicates)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs every variant with the luck of every replicate; results do not depend on threads.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn run(&self, threads: usize, control: &Control) -> Result<Done, BatchError> {
        let replicates = self.replicates as usize;
        let mut done = Done {
            runs: Runs::new(self.variants.len(), replicates, self.responses.len()),
            errors: BTreeMap::new(),
        };
        let base = self.worlds.world(&Variant::default());
        let is_large = base.is_ok_and(|world| world.cities.len() >= PARALLEL_CITIES);
        // Variant by variant, so that its world is made once on each thread.
        let place = |number: u64| {
            let count = u64::from(self.replicates).max(1);
            ((number / count) as usize, (number % count) as usize)
        };
        let outcome = work_in_order(
            0..self.len(),
            // A large run uses all threads by itself.
            Crew::of(if is_large { 1 } else { threads }),
            || None,
            |kept: &mut Option<(usize, Ready)>, number, row: &mut Row| {
                let (variant, replicate) = place(number);
                let ready = match kept.take() {
                    Some((known, ready)) if known == variant => ready,
                    _ => self.ready(variant),
                };
                let luck = Luck {
                    seed: self.seed,
                    replicate: replicate as u64,
                };
                let outcome = measured(&ready, luck, row, control);
                *kept = Some((variant, ready));
                outcome
            },
            |number, row| {
                let (variant, replicate) = place(number);
                control.count_run(row.error.is_some());
                let values = row.error.is_none().then_some(row.values.as_slice());
                done.runs.put(variant, replicate, values);
                if let Some(error) = row.error.take() {
                    done.errors.insert((variant, replicate), error);
                }
                Ok(())
            },
        );
        match outcome {
            Ok(()) => Ok(done),
            Err(Stopped::Failed(error)) => Err(error),
            Err(Stopped::Threads(error)) => Err(BatchError::Threads(error)),
        }
    }

    fn ready(&self, variant: usize) -> Ready {
        let variant = self.variants.get(variant).cloned().unwrap_or_default();
        let setup = self.worlds.setup(&variant)?;
        let bound = self.responses.bind(setup.world()).map_err(|messages| {
            let messages: Vec<String> = messages.into_iter().map(|(_, message)| message).collect();
            messages.join("; ")
        })?;
        Ok((setup, bound))
    }
}

fn measured(ready: &Ready, luck: Luck, row: &mut Row, control: &Control) -> Result<(), BatchError> {
    row.error = None;
    if control.is_cancelled() {
        return Err(BatchError::Interrupted);
    }
    let (setup, bound) = match ready {
        Ok(ready) => ready,
        Err(message) => {
            row.error = Some(message.clone());
            return Ok(());
        }
    };
    let mut probe = Probe::new(bound.clone(), false);
    match crate::measure::run::measure(setup, luck, &mut probe, control) {
        Ok(()) => probe.finish(&mut row.values),
        Err(Unmeasured::Cancelled) => return Err(BatchError::Interrupted),
        Err(Unmeasured::Model(error)) => row.error = Some(error.to_string()),
    }
    Ok(())
}
