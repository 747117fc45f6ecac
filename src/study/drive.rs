//! The one loop that takes a run from its start to its end.

use crate::kernel::control::Control;
use crate::measure::response::probe::Probe;
use crate::model::error::ModelError;
use crate::model::record::EventLog;
use crate::model::run::{OwnRules, Run};

/// Looks on while a run goes from quarter to quarter.
pub trait Observer {
    /// Why it cannot go on, such as a full disk.
    type Error;

    /// Sees a run that stands at its start.
    fn begin(&mut self, run: &Run<'_>);

    /// Whether the step that does a quarter, from 0, must keep the parts of cities' spending.
    fn needs_detail(&self, quarter: u32) -> bool;

    /// Where the next step is to note its events; none where nobody asks for them. It is empty.
    fn event_log(&mut self) -> Option<&mut EventLog>;

    /// Sees the quarter that has just been done.
    ///
    /// # Errors
    /// Its own, which ends the run.
    fn observe(&mut self, run: &mut Run<'_>) -> Result<(), Self::Error>;
}

/// Why a run did not come to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended<E> {
    /// It cannot go on.
    Model(ModelError),
    /// It was asked to stop.
    Cancelled,
    /// Who looks on cannot go on.
    Observer(E),
}

/// Takes a run that stands at its start to its end, under the shipped rules where there are no own ones.
///
/// # Errors
/// [`Ended`]; what was observed then does not count.
pub fn drive<O: Observer>(
    run: &mut Run<'_>,
    observer: &mut O,
    rules: Option<&OwnRules>,
    control: &Control,
) -> Result<(), Ended<O::Error>> {
    observer.begin(run);
    let mut detail = None;
    for quarter in 0..run.world().quarters {
        if control.is_cancelled() {
            return Err(Ended::Cancelled);
        }
        let needed = observer.needs_detail(quarter);
        if detail.replace(needed) != Some(needed) {
            run.set_detail(needed);
        }
        run.step_under(rules, observer.event_log())
            .map_err(Ended::Model)?;
        observer.observe(run).map_err(Ended::Observer)?;
    }
    Ok(())
}

impl Observer for Probe {
    type Error = String;

    fn begin(&mut self, run: &Run<'_>) {
        Probe::begin(self, run);
    }

    fn needs_detail(&self, quarter: u32) -> bool {
        Probe::needs_detail(self, quarter)
    }

    fn event_log(&mut self) -> Option<&mut EventLog> {
        Probe::event_log(self)
    }

    fn observe(&mut self, run: &mut Run<'_>) -> Result<(), String> {
        Probe::observe(self, run);
        self.failure().map_or(Ok(()), Err)
    }
}
