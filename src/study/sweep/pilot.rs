//! A few runs of a study, to know what all of them would take.

use std::time::{Duration, Instant};

use crate::kernel::control::Control;
use crate::study::error::StudyError;
use crate::study::execute::{Study, run_range};
use crate::study::stage::{Stage, by_stage};

/// Longest time for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// Most runs for it.
const MOST: u64 = 200;

/// What the runs took, on one thread.
#[derive(Clone, Debug, Default)]
pub struct Pilot {
    /// How many there were.
    pub runs: u64,
    /// Those that failed.
    pub failed: u64,
    /// Why the last of these failed.
    pub reason: String,
    /// Time of a run.
    pub seconds_per_run: f64,
    /// Numbers that a run leaves.
    pub numbers_per_run: f64,
}

/// Makes runs spread over all stages.
///
/// # Errors
/// [`StudyError`].
pub fn pilot(study: &Study, stages: &[Stage], control: &Control) -> Result<Pilot, StudyError> {
    let all: u64 = stages.iter().map(Stage::runs).sum();
    let mut pilot = Pilot::default();
    let (began, mut numbers) = (Instant::now(), 0);
    let stride = (all / MOST).max(1);
    while pilot.runs < MOST.min(all) && (pilot.runs == 0 || began.elapsed() < PATIENCE) {
        let number = pilot.runs * stride;
        for (stage, own) in by_stage(stages, number..number + 1) {
            run_range(study, &stages[stage], own, 1, control, |run| {
                pilot.runs += 1;
                numbers += run.values.len() + run.series.len();
                if let Some(error) = &run.error {
                    pilot.failed += 1;
                    pilot.reason.clone_from(error);
                }
                Ok(())
            })?;
        }
    }
    let runs = pilot.runs.max(1) as f64;
    pilot.seconds_per_run = began.elapsed().as_secs_f64() / runs;
    pilot.numbers_per_run = numbers as f64 / runs;
    Ok(pilot)
}
