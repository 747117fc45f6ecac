use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::cli::common;
use crate::cli::run::manifest;
use crate::input::scenario;
use crate::kernel::control::Control;
use crate::measure::catalogue::catalogue;
use crate::measure::recorder::Chunk;
use crate::measure::result::{ResultFolder, TraceFiles, infos};
use crate::measure::traces::Traces;
use crate::model::setup::Setup;
use crate::prelude::results::InMemory;
use crate::prelude::{Error, Model, Results};
use crate::study::job::Job;
use crate::study::replicates::replicates;
use crate::table::error::OutputError;
use crate::table::place::{Memory, Place};

/// A scenario file, read and checked, with settings laid over it.
///
/// ```
/// use dualtrack::prelude::*;
///
/// let scenario = Scenario::load("scenarios/china-2015-2024.toml")?
///     .set("run.quarters", 8)?
///     .set("run.replicates", 2)?;
/// let national = scenario.run()?.table("national")?;
/// let (quarter, gap) = (national.texts("quarter")?, national.numbers("gap")?);
/// assert_eq!((quarter[0].as_str(), gap.len()), ("2015Q1", 2 * 8));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scenario {
    path: PathBuf,
    sets: Vec<String>,
    read: scenario::Scenario,
    threads: usize,
}

impl Scenario {
    /// Reads a scenario file with its data tables.
    ///
    /// # Errors
    /// [`Error::Input`] with every problem of all files.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Scenario {
            path: path.to_path_buf(),
            sets: Vec::new(),
            read: scenario::load(path, &[])?,
            threads: common::threads(None),
        })
    }

    /// Sets a key of `docs/parameters.md`, as `--set` does: a parameter, `run.seed`, `run.replicates`, `run.quarters`, a cell
    /// of a data table (`overrides.cities.beijing.amenity_0_1`), or a parameter from a date on
    /// (`tournament.intensity@2020Q1`).
    ///
    /// # Errors
    /// [`Error::Input`] with what is allowed, and the nearest valid name.
    pub fn set(mut self, key: &str, value: impl ToString) -> Result<Self, Error> {
        self.sets.push(format!("{key}={}", value.to_string()));
        self.read = scenario::load(&self.path, &self.sets)?;
        Ok(self)
    }

    /// Runs on so many threads instead of one for each core, 1 or more. Results do not depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Runs all replicates, in memory. The tables are those that `traces.files` of the scenario names, such as `national`
    /// with a row for each replicate and quarter.
    ///
    /// # Errors
    /// [`Error::Input`] where the world cannot start, [`Error::Failed`] where a run does.
    pub fn run(&self) -> Result<Results, Error> {
        let traces = self.traces()?;
        let memory = Memory::default();
        let mut files = TraceFiles::create(Place::Memory(memory.clone()), &traces)?;
        let started = SystemTime::now();
        self.replicates(&traces, |chunk| files.append(chunk))?;
        let mut kept = InMemory {
            name: self.read.name.clone(),
            title: self.read.title.clone(),
            tables: Vec::new(),
            compression: traces.compression(),
            manifest: manifest(&self.read, self.threads, started),
        };
        kept.take(&memory, &files.finish()?, infos(&traces));
        Ok(Results::in_memory(kept, 0))
    }

    /// As [`Scenario::run`], to a new folder, which `dualtrack report` reads. It appears when all runs are done.
    ///
    /// # Errors
    /// As [`Scenario::run`]; [`Error::Input`] where something stands there.
    pub fn run_to(&self, folder: impl AsRef<Path>) -> Result<Results, Error> {
        let (folder, traces) = (folder.as_ref(), self.traces()?);
        let read = &self.read;
        let mut result = ResultFolder::create(folder, false, &read.name, &read.title, &traces)?;
        let started = SystemTime::now();
        self.replicates(&traces, |chunk| result.append(chunk))?;
        result.finish(manifest(&self.read, self.threads, started))?;
        Results::open(folder)
    }

    /// Makes the model ready to be stepped by hand, quarter by quarter.
    ///
    /// # Errors
    /// [`Error::Failed`] where the world cannot start.
    pub fn model(&self) -> Result<Model, Error> {
        Model::new(self.read.world.clone(), self.read.seed)
    }

    fn replicates(
        &self,
        traces: &Traces,
        sink: impl FnMut(&Chunk) -> Result<(), OutputError> + Send,
    ) -> Result<(), Error> {
        let job = Job {
            setup: &Setup::new(self.read.world.clone())?,
            traces,
            seed: self.read.seed,
            replicates: self.read.replicates,
            threads: self.threads,
        };
        replicates(&job, &Control::default(), sink)?;
        Ok(())
    }

    fn traces(&self) -> Result<Traces, Error> {
        self.read.check_traces(&catalogue())?;
        Traces::new(&self.read.traces).map_err(Error::Input)
    }
}
