//! One run of the base or a treatment, and its row.

use crate::analysis::compare::arms::Ready;
use crate::kernel::control::Control;
use crate::kernel::random::Luck;
use crate::measure::response::probe::Probe;
use crate::measure::run::{Unmeasured, measure_run};
use crate::model::run::Run;
use crate::table::sheet::Cell;

/// What a run left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Responses, in order; empty where it failed.
    pub values: Vec<Option<f64>>,
    /// Values by quarter and response, where they were asked for.
    pub series: Vec<Option<f64>>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Measured {
    /// A response; none where the run failed or has none.
    pub fn value(&self, response: usize) -> Option<f64> {
        let value = self.values.get(response).copied().flatten();
        value.filter(|value| value.is_finite())
    }
}

/// It was asked to stop.
#[derive(Clone, Copy, Debug)]
pub struct Cancelled;

/// Runs one world with one luck after the other, keeping its memory.
pub struct Station<'a> {
    ready: &'a Ready,
    run: Option<Run<'a>>,
    probe: Probe,
}

impl<'a> Station<'a> {
    /// For a world; `keeps_series`: values of each quarter are kept.
    pub fn new(ready: &'a Ready, keeps_series: bool) -> Self {
        Station {
            ready,
            run: None,
            probe: Probe::new(ready.bound.clone(), keeps_series),
        }
    }

    /// Runs it once.
    ///
    /// # Errors
    /// If it was asked to stop. A run that fails says so in `out`.
    pub fn measure(
        &mut self,
        luck: Luck,
        control: &Control,
        out: &mut Measured,
    ) -> Result<(), Cancelled> {
        out.error = None;
        out.values.clear();
        out.series.clear();
        if let Some(run) = &mut self.run {
            run.reset(luck);
        }
        let setup = &self.ready.setup;
        let run = self.run.get_or_insert_with(|| Run::new(setup, luck));
        match measure_run(run, &mut self.probe, control) {
            Ok(()) => {
                self.probe.finish(&mut out.values);
                out.series.extend_from_slice(self.probe.series());
            }
            Err(Unmeasured::Cancelled) => return Err(Cancelled),
            Err(Unmeasured::Model(error)) => {
                out.error = Some(error.to_string());
                // Nothing of what broke is left.
                self.run = None;
            }
        }
        control.count_run(out.error.is_some());
        Ok(())
    }
}

/// Appends the row of a run: its key, seed, responses and error.
pub fn write_row(out: &mut Vec<u8>, key: &[Cell], seed: u64, responses: usize, run: &Measured) {
    for cell in key {
        cell.write(out);
        out.push(b',');
    }
    Cell::Count(seed).write(out);
    for place in 0..responses {
        out.push(b',');
        Cell::from(run.values.get(place).copied().flatten()).write(out);
    }
    out.push(b',');
    if let Some(error) = &run.error {
        // A message of several lines stays in its row.
        Cell::from(error.replace(['\n', '\r'], "; ")).write(out);
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_run_has_a_row_with_its_reason() {
        let mut out = Vec::new();
        let run = Measured {
            error: Some("one\ntwo, three".to_string()),
            ..Measured::default()
        };
        write_row(&mut out, &["base".into(), 3u64.into()], 7, 2, &run);
        let run = Measured {
            values: vec![Some(0.5), None],
            ..Measured::default()
        };
        write_row(&mut out, &["base".into(), 4u64.into()], 7, 2, &run);
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "base,3,7,,,\"one; two, three\"\nbase,4,7,0.5,,\n");
    }
}
