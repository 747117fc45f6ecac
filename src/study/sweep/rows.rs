//! One run of a sweep, from its number to its rows.

use std::sync::{Arc, OnceLock};

use crate::input::experiment::points::point_id;
use crate::kernel::control::Control;
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::quarter::Quarter;
use crate::measure::response::probe::{Bound, Probe};
use crate::measure::run::{Unmeasured, measure_run};
use crate::model::{
    run::{Memory, Run},
    setup::Setup,
};
use crate::study::sweep::plan::{Plan, RunIndex};
use crate::study::sweep::reuse::Reuse;
use crate::table::sheet::Cell;

/// Cities whose worlds are kept ready between runs, over all design points. A city takes about 2 kB.
const KEPT_CITIES: u64 = 1 << 16;

/// Rows of a run, as bytes.
#[derive(Debug, Default)]
pub struct Rows {
    /// One row of `runs.csv`.
    pub runs: Vec<u8>,
    /// Rows of `series.csv`.
    pub series: Vec<u8>,
    /// How many rows `series` holds.
    pub series_rows: u64,
    /// Whether the run failed.
    pub has_failed: bool,
}

/// Why a run has no rows.
#[derive(Clone, Copy, Debug)]
pub enum RowError {
    /// It was asked to stop.
    Cancelled,
}

/// A world ready to run, with the places of the responses in it.
#[derive(Debug)]
struct Ready {
    setup: Setup,
    bound: Bound,
    start: Quarter,
}

/// A world that is made when it is first needed, or why it cannot be.
type Slot = OnceLock<Shared>;
/// A world in the hands of several threads.
type Shared = Arc<Result<Ready, String>>;

/// Worlds of design points, kept where there is room for all of them.
#[derive(Debug)]
pub struct Setups<'p> {
    plan: &'p Plan,
    kept: Option<Vec<Slot>>,
    cities: u64,
}

impl<'p> Setups<'p> {
    /// Keeps worlds of `plan` where there is room for all.
    pub fn new(plan: &'p Plan) -> Self {
        let base = plan.experiment.worlds.world(&Default::default());
        let cities = base.map_or(1, |world| world.cities.len() as u64).max(1);
        let fits = plan.points.len() <= KEPT_CITIES / cities && plan.experiment.replicates > 1;
        let kept = fits.then(|| {
            let mut kept = Vec::new();
            kept.resize_with(plan.points.len() as usize, OnceLock::new);
            kept
        });
        Setups { plan, kept, cities }
    }

    /// Whether a run uses all threads by itself.
    pub fn is_large(&self) -> bool {
        self.cities >= PARALLEL_CITIES as u64
    }

    fn get(&self, point: u64) -> Shared {
        let slot = self
            .kept
            .as_ref()
            .and_then(|kept| kept.get(usize::try_from(point).ok()?));
        match slot {
            Some(slot) => Arc::clone(slot.get_or_init(|| Arc::new(self.make(point)))),
            None => Arc::new(self.make(point)),
        }
    }

    fn make(&self, point: u64) -> Result<Ready, String> {
        let points = &self.plan.points;
        let variant = points.variant(&points.values(point));
        let setup = self.plan.experiment.worlds.setup(&variant)?;
        let bound = self
            .plan
            .responses()
            .bind(setup.world())
            .map_err(|messages| {
                let messages: Vec<String> =
                    messages.into_iter().map(|(_, message)| message).collect();
                messages.join("; ")
            })?;
        Ok(Ready {
            start: setup.world().start,
            setup,
            bound,
        })
    }
}

/// Runs one number after the other, keeping its memory.
pub struct Worker<'p> {
    plan: &'p Plan,
    setups: &'p Setups<'p>,
    reuse: &'p [Reuse],
    values: Vec<Option<f64>>,
    memory: Option<Memory>,
}

impl<'p> Worker<'p> {
    /// A worker for a plan.
    pub fn new(plan: &'p Plan, setups: &'p Setups<'p>, reuse: &'p [Reuse]) -> Self {
        Worker {
            plan,
            setups,
            reuse,
            values: Vec::new(),
            memory: None,
        }
    }

    /// The rows of a run.
    pub fn run(&mut self, number: u64, rows: &mut Rows, control: &Control) -> Result<(), RowError> {
        rows.runs.clear();
        rows.series.clear();
        rows.series_rows = 0;
        rows.has_failed = false;
        let run = self.plan.run(number);
        if control.is_cancelled() {
            return Err(RowError::Cancelled);
        }
        if self.take_over(run, rows) {
            return Ok(());
        }
        let ready = self.setups.get(run.point);
        let error = match &*ready {
            Ok(ready) => self.measure(run, ready, rows, control)?,
            Err(message) => Some(message.clone()),
        };
        self.write(run, error.as_deref(), rows);
        Ok(())
    }

    fn measure(
        &mut self,
        run: RunIndex,
        ready: &Ready,
        rows: &mut Rows,
        control: &Control,
    ) -> Result<Option<String>, RowError> {
        let luck = self.plan.luck(run.replicate);
        let keeps_series = self.plan.experiment.series;
        let mut probe = Probe::new(ready.bound.clone(), keeps_series);
        let mut model = match self.memory.take() {
            Some(memory) => memory.start(&ready.setup, luck),
            None => Run::new(&ready.setup, luck),
        };
        let outcome = measure_run(&mut model, &mut probe, control);
        self.memory = Some(model.into_memory());
        match outcome {
            Ok(()) => {}
            Err(Unmeasured::Cancelled) => return Err(RowError::Cancelled),
            Err(Unmeasured::Model(error)) => return Ok(Some(error.to_string())),
        }
        probe.finish(&mut self.values);
        if keeps_series {
            let count = self.plan.responses().len().max(1);
            for (quarter, values) in probe.series().chunks(count).enumerate() {
                self.key(run, &mut rows.series);
                let quarter = ready.start.plus(quarter as i32);
                rows.series.push(b',');
                rows.series
                    .extend_from_slice(quarter.to_string().as_bytes());
                for value in values {
                    rows.series.push(b',');
                    Cell::from(*value).write(&mut rows.series);
                }
                rows.series.push(b'\n');
                rows.series_rows += 1;
            }
        }
        Ok(None)
    }

    fn key(&self, run: RunIndex, out: &mut Vec<u8>) {
        Cell::Count(run.point).write(out);
        out.push(b',');
        Cell::Count(run.replicate).write(out);
    }

    fn write(&self, run: RunIndex, error: Option<&str>, rows: &mut Rows) {
        self.key(run, &mut rows.runs);
        rows.runs.push(b',');
        Cell::Count(self.plan.experiment.seed).write(&mut rows.runs);
        for place in 0..self.plan.responses().len() {
            rows.runs.push(b',');
            if error.is_none() {
                Cell::from(self.values.get(place).copied().flatten()).write(&mut rows.runs);
            }
        }
        rows.runs.push(b',');
        if let Some(error) = error {
            // A message of several lines stays in its row.
            Cell::from(error.replace(['\n', '\r'], "; ")).write(&mut rows.runs);
            rows.has_failed = true;
        }
        rows.runs.push(b'\n');
    }

    /// Takes the row of an earlier result, where one holds the same run.
    fn take_over(&self, run: RunIndex, rows: &mut Rows) -> bool {
        if self.reuse.is_empty() {
            return false;
        }
        let points = &self.plan.points;
        let id = point_id(&points.variant(&points.values(run.point)));
        for earlier in self.reuse {
            if let Some(rest) = earlier.rest_of_row(&id, run.replicate) {
                self.key(run, &mut rows.runs);
                rows.has_failed = !rest.ends_with(",\n");
                rows.runs.extend_from_slice(rest.as_bytes());
                return true;
            }
        }
        false
    }
}
