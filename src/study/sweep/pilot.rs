//! A few runs of a plan, to know what all of them would take.

use std::time::{Duration, Instant};

use crate::kernel::control::Control;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::rows::{Rows, Setups, Worker};

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
    /// Rows of a run.
    pub bytes_per_run: f64,
}

/// Makes runs spread over the design.
pub fn pilot(plan: &Plan, control: &Control) -> Pilot {
    let setups = Setups::new(plan);
    let mut worker = Worker::new(plan, &setups, &[]);
    let (mut rows, mut pilot) = (Rows::default(), Pilot::default());
    let (began, mut bytes) = (Instant::now(), 0);
    let stride = (plan.runs() / MOST).max(1);
    while pilot.runs < MOST.min(plan.runs()) && (pilot.runs == 0 || began.elapsed() < PATIENCE) {
        let number = pilot.runs * stride;
        if worker.run(number, &mut rows, control).is_err() {
            break;
        }
        pilot.runs += 1;
        bytes += rows.runs.len() + rows.series.len();
        if rows.has_failed {
            pilot.failed += 1;
            let row = String::from_utf8_lossy(&rows.runs);
            let cells = 3 + plan.responses().len();
            pilot.reason = row
                .trim_end()
                .splitn(cells + 1, ',')
                .last()
                .unwrap_or_default()
                .to_string();
        }
    }
    let runs = pilot.runs.max(1) as f64;
    pilot.seconds_per_run = began.elapsed().as_secs_f64() / runs;
    pilot.bytes_per_run = bytes as f64 / runs;
    pilot
}
