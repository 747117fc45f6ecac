//! One run, measured.

use crate::kernel::control::Control;
use crate::kernel::random::Luck;
use crate::measure::response::gauge::Gauge;
use crate::model::{error::ModelError, run::Run, setup::Setup};

/// Why a run has no responses.
#[derive(Clone, Debug, PartialEq)]
pub enum Unmeasured {
    /// It cannot go on.
    Model(ModelError),
    /// It was asked to stop.
    Cancelled,
}

/// Runs a world once from its start and lets `gauge`, which is bound to that world, watch it.
///
/// # Errors
/// [`Unmeasured`]; the gauge then holds nothing that counts.
pub fn measure(
    setup: &Setup,
    luck: Luck,
    gauge: &mut Gauge,
    control: &Control,
) -> Result<(), Unmeasured> {
    let mut run = Run::new(setup, luck);
    measure_run(&mut run, luck, gauge, control)
}

/// As [`measure`], of a run that stands at its start.
///
/// # Errors
/// As [`measure`].
pub fn measure_run(
    run: &mut Run<'_>,
    luck: Luck,
    gauge: &mut Gauge,
    control: &Control,
) -> Result<(), Unmeasured> {
    gauge.begin(run);
    let mut detail = None;
    for quarter in 0..run.world().quarters {
        if control.is_cancelled() {
            return Err(Unmeasured::Cancelled);
        }
        let needed = gauge.needs_detail(quarter);
        if detail.replace(needed) != Some(needed) {
            run.set_detail(needed);
        }
        run.step(gauge.journal()).map_err(Unmeasured::Model)?;
        gauge.observe(run, luck);
    }
    Ok(())
}
