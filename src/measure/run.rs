//! One run, measured.

use crate::kernel::control::Control;
use crate::kernel::random::Luck;
use crate::measure::response::probe::Probe;
use crate::model::{error::ModelError, run::Run, setup::Setup};

/// Why a run has no responses.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmeasured {
    /// It cannot go on.
    Model(ModelError),
    /// It was asked to stop.
    Cancelled,
}

/// Runs a world once from its start and lets `probe`, which is bound to that world, watch it.
///
/// # Errors
/// [`Unmeasured`]; the probe then holds nothing that counts.
pub fn measure(
    setup: &Setup,
    luck: Luck,
    probe: &mut Probe,
    control: &Control,
) -> Result<(), Unmeasured> {
    let mut run = Run::new(setup, luck);
    measure_run(&mut run, probe, control)
}

/// As [`measure`], of a run that stands at its start.
///
/// # Errors
/// As [`measure`].
pub fn measure_run(
    run: &mut Run<'_>,
    probe: &mut Probe,
    control: &Control,
) -> Result<(), Unmeasured> {
    probe.begin(run);
    let mut detail = None;
    for quarter in 0..run.world().quarters {
        if control.is_cancelled() {
            return Err(Unmeasured::Cancelled);
        }
        let needed = probe.needs_detail(quarter);
        if detail.replace(needed) != Some(needed) {
            run.set_detail(needed);
        }
        run.step(probe.journal()).map_err(Unmeasured::Model)?;
        probe.observe(run);
    }
    Ok(())
}
