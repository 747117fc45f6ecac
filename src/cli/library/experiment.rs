use std::path::{Path, PathBuf};

use super::study::{Asked, Named};
use super::{Begin, Error, Results, Rules, Seen};
use crate::cli::options::{ExperimentArgs, OverlayArgs};
use crate::cli::study::Question;
use crate::cli::{common, compare, sweep};
use crate::input::scenario::file_source::FileSource;
use crate::measure::response::own::Own;
use crate::measure::response::spec::Response;
use crate::model::run::OwnRules;

/// An experiment file (`docs/experiments.md`), or a scenario file that policies are compared with.
///
/// ```
/// use dualtrack::prelude::*;
///
/// // What another policy does, on the same random draws.
/// let effects = Experiment::load("scenarios/china-2015-2024.toml")?
///     .policy("scenarios/us-silos.toml")
///     .set("run.quarters", 8)
///     .replicates(3)
///     .responses(["competitiveness", "waste_share"])
///     .compare()?
///     .table("effects")?;
/// assert_eq!(effects.texts("response")?, ["competitiveness", "waste_share"]);
/// println!("{:?} {:?}", effects.numbers("low")?, effects.numbers("high")?);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Experiment {
    path: PathBuf,
    policies: Vec<PathBuf>,
    overlay: OverlayArgs,
    over: Option<u64>,
    rules: Option<Named>,
    threads: usize,
}

impl Experiment {
    /// Names an experiment file or a scenario file.
    ///
    /// # Errors
    /// [`Error::Input`] with every problem of all files it names.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let experiment = Experiment {
            path: path.as_ref().to_path_buf(),
            policies: Vec::new(),
            overlay: OverlayArgs::default(),
            over: None,
            rules: None,
            threads: common::threads(None),
        };
        experiment.comparison().experiment(&FileSource::default())?;
        Ok(experiment)
    }

    /// Adds a scenario file to what is compared with the base, named by its file.
    pub fn policy(mut self, path: impl AsRef<Path>) -> Self {
        self.policies.push(path.as_ref().to_path_buf());
        self
    }

    /// Sets a key of every scenario that is run, as [`Scenario::set`](super::Scenario::set) does. What is wrong with
    /// it is said when the experiment is run.
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.overlay
            .sets
            .push(format!("{key}={}", value.to_string()));
        self
    }

    /// So many replicates instead of the file's, 1 or more: each has random draws of its own, the same at all design points
    /// and under all policies.
    pub fn replicates(mut self, replicates: u32) -> Self {
        self.overlay.replicates = Some(replicates.max(1));
        self
    }

    /// Another seed than the file's.
    pub fn seed(mut self, seed: u64) -> Self {
        self.overlay.seed = Some(seed);
        self
    }

    /// Measures these responses (`docs/responses.md`) instead of the file's.
    pub fn responses<'a>(mut self, responses: impl IntoIterator<Item = &'a str>) -> Self {
        let responses = responses.into_iter().map(String::from);
        self.overlay.responses = responses.collect();
        self
    }

    /// Measures a number of one's own, too. `name` may have a period, as in `leaders@2020..2024`: over it the number is
    /// averaged; without one it is that of the last quarter. `unit` is `1` for a pure number. `read` is called after every
    /// quarter that counts; what is not finite is missing, and an error ends the run.
    ///
    /// A study that goes on after an interruption trusts that a name still reads the same.
    ///
    /// ```
    /// use dualtrack::prelude::*;
    ///
    /// let runs = Experiment::load("scenarios/experiments/retention.toml")?
    ///     .set("run.quarters", 4)
    ///     .replicates(1)
    ///     .measure("lead_of_beijing", "CNY mn", |seen| {
    ///         let budget = |city| seen.get(&format!("cities.budget_cny_mn[{city}]"));
    ///         Ok(budget("beijing")? - budget("shanghai")?)
    ///     })?
    ///     .sweep()?
    ///     .table("runs")?;
    /// println!("{:?}", runs.numbers("lead_of_beijing")?);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] where the name or its period is none.
    pub fn measure(
        mut self,
        name: &str,
        unit: &str,
        read: impl Fn(Seen<'_>) -> Result<f64, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let own = Own::new(move |seen| read(Seen(seen)).map_err(|error| error.to_string()));
        let response = Response::own(name, unit, own).map_err(Error::Input)?;
        self.overlay.own.push(response);
        Ok(self)
    }

    /// Runs everything under rules of one's own, called `name` where a study goes on after an interruption.
    pub fn rules(mut self, name: &str, rules: impl Rules + 'static) -> Self {
        self.rules = Some((name.to_string(), OwnRules::new(rules)));
        self
    }

    /// Compares at so many points of the experiment's factors, or else of all uncertain parameters (Sobol' sequence), 1 or more.
    pub fn over(mut self, points: u64) -> Self {
        self.over = Some(points.max(1));
        self
    }

    /// Runs on so many threads instead of one for each core, 1 or more. Results do not depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Runs all design points with all replicates, in memory. Tables: `runs`, `design`, `summary` with means and 95 %
    /// intervals by design point, and `series` where the file asks for it.
    ///
    /// # Errors
    /// [`Error::Input`] with every problem; [`Error::Failed`] where the system fails. Runs that fail are counted
    /// ([`Results::failed`]).
    pub fn sweep(&self) -> Result<Results, Error> {
        self.asked_sweep()?.in_memory()
    }

    /// As [`Experiment::sweep`], to a folder. It appears when all runs are done; until then they are kept beside it, and
    /// [`Begin::Resume`] goes on with them.
    ///
    /// # Errors
    /// As [`Experiment::sweep`], and what stands in the way.
    pub fn sweep_to(&self, folder: impl AsRef<Path>, begin: Begin) -> Result<Results, Error> {
        self.asked_sweep()?.in_folder(folder.as_ref(), begin)
    }

    /// Compares the experiment's treatments and all policies with the base, in memory: the same random draws, so that any
    /// difference is their doing. Tables: `effects` with mean differences and 95 % intervals, `effects_over_time` by quarter, and
    /// `runs`; of an experiment with a design, what holds at how many of its points.
    ///
    /// # Errors
    /// As [`Experiment::sweep`]; [`Error::Input`] where there is nothing to compare with.
    pub fn compare(&self) -> Result<Results, Error> {
        self.asked_comparison()?.in_memory()
    }

    /// As [`Experiment::compare`], to a folder, as [`Experiment::sweep_to`].
    ///
    /// # Errors
    /// As [`Experiment::compare`], and what stands in the way.
    pub fn compare_to(&self, folder: impl AsRef<Path>, begin: Begin) -> Result<Results, Error> {
        self.asked_comparison()?.in_folder(folder.as_ref(), begin)
    }

    fn asked_sweep(&self) -> Result<Asked<'_>, Error> {
        let args = sweep::Args {
            experiment: ExperimentArgs {
                experiment: self.path.clone(),
                overlay: self.overlay.clone(),
            },
            ..sweep::Args::default()
        };
        self.asked(args.question(&FileSource::default())?)
    }

    fn asked_comparison(&self) -> Result<Asked<'_>, Error> {
        self.asked(self.comparison().question(&FileSource::default())?)
    }

    fn comparison(&self) -> compare::Args {
        compare::Args {
            base: self.path.clone(),
            policies: self.policies.clone(),
            overlay: self.overlay.clone(),
            over: self.over,
            ..compare::Args::default()
        }
    }

    fn asked(&self, question: Box<dyn Question>) -> Result<Asked<'_>, Error> {
        let asked = Asked {
            question,
            rules: self.rules.as_ref(),
            threads: self.threads,
        };
        if !self.overlay.own.is_empty() {
            asked.try_own_responses()?;
        }
        Ok(asked)
    }
}
