use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::results::{InMemory, InMemoryTable};
use super::study::Named;
use super::{Begin, Error, Model, Results, Rules};
use crate::cli::common;
use crate::cli::run::Asked;
use crate::input::scenario;
use crate::kernel::control::Control;
use crate::measure::recorder::Chunk;
use crate::measure::result::infos;
use crate::measure::traces::File;
use crate::model::run::OwnRules;
use crate::study::error::StudyError;
use crate::study::replicates::replicates;
use crate::table::manifest::Manifest;

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
    rules: Option<Named>,
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
            rules: None,
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

    /// Runs under rules of one's own, called `name` where a run goes on after an interruption.
    pub fn rules(mut self, name: &str, rules: impl Rules + 'static) -> Self {
        self.rules = Some((name.to_string(), OwnRules::new(rules)));
        self
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
        let (started, asked) = (SystemTime::now(), self.asked());
        let mut kept = InMemory {
            name: self.read.name.clone(),
            title: self.read.title.clone(),
            tables: Vec::new(),
            compression: self.read.traces.compression,
            manifest: Manifest::default(),
        };
        asked.replicates(|job| {
            let files: Vec<File> = job.traces.files().into_iter().map(|own| own.0).collect();
            let infos = infos(job.traces).into_iter();
            kept.tables = infos.map(InMemoryTable::new).collect();
            let take = |chunk: &Chunk| {
                for (table, file) in kept.tables.iter_mut().zip(&files) {
                    let (bytes, rows) = chunk.of(*file);
                    table.append(bytes, rows);
                }
                Ok::<(), StudyError>(())
            };
            replicates(job, &Control::default(), take)?;
            Ok(())
        })?;
        kept.manifest = asked.manifest(started);
        Ok(Results::in_memory(kept, 0))
    }

    /// As [`Scenario::run`], to a folder. It appears when all runs are done; until then what is done is kept beside it, and
    /// [`Begin::Resume`] goes on with it.
    ///
    /// # Errors
    /// As [`Scenario::run`], and what stands in the way.
    pub fn run_to(&self, folder: impl AsRef<Path>, begin: Begin) -> Result<Results, Error> {
        let (folder, control) = (folder.as_ref(), Control::default());
        self.asked()
            .to_folder(folder, begin.into(), SystemTime::now(), |job, store| {
                store.run(job, &control)
            })?;
        Results::open(folder)
    }

    /// Makes the model ready to be stepped by hand, quarter by quarter.
    ///
    /// # Errors
    /// [`Error::Failed`] where the world cannot start.
    pub fn model(&self) -> Result<Model, Error> {
        Model::new(self.read.world.clone(), self.read.seed)
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            scenario: &self.read,
            rules: self
                .rules
                .as_ref()
                .map(|(name, rules)| (name.as_str(), rules)),
            threads: self.threads,
        }
    }
}
