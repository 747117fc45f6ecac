//! Worlds of design points: the base with settings laid over it.
//!
//! Settings of parameters are laid over a world that was read before; anything else, such as a cell of a data table
//! or a dated change, is read anew as `--set` would be. Either way gives the same world.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::input::experiment::factor::{Assignment, Variant, parameter_value};
use crate::input::scenario::{self, Scenario, file_source::FileSource, problems::Problems};
use crate::model::data::World;
use crate::model::params::{Parameter, Value};
use crate::model::{
    error::ModelError,
    setup::{Layout, Setup},
};

/// Worlds read anew that are kept. Beyond them, each is read whenever it is needed.
const KEPT: usize = 256;

/// A base scenario and what was laid over it so far.
#[derive(Debug)]
pub struct Worlds {
    base: PathBuf,
    /// Laid over whatever scenario is run.
    set: Vec<Assignment>,
    file_source: FileSource,
    read: Mutex<BTreeMap<Source, Read>>,
}

/// A scenario that was read, and what worlds with other parameters share with it, once somebody asks.
#[derive(Clone, Debug)]
struct Read {
    scenario: Arc<Scenario>,
    layout: Arc<OnceLock<Layout>>,
}

impl Read {
    fn layout(&self) -> &Layout {
        if let Some(known) = self.layout.get() {
            return known;
        }
        // Made outside of the lock, as peers are looked for by threads, and one of them may come here meanwhile.
        let fresh = Layout::new(&self.scenario.world);
        self.layout.get_or_init(|| fresh)
    }
}

/// A world, and what those that differ from it in parameters and dated changes alone share with it.
#[derive(Clone, Debug)]
pub struct Laid {
    /// The world.
    pub world: World,
    read: Read,
}

impl Laid {
    /// Makes it ready to run.
    ///
    /// # Errors
    /// A sentence.
    pub fn setup(self) -> Result<Setup, String> {
        Setup::on(self.read.layout(), self.world).map_err(|error: ModelError| error.to_string())
    }
}

/// A scenario file with arguments of `--set`.
type Source = (PathBuf, Vec<String>);

impl Worlds {
    /// Worlds over `base` with settings that hold everywhere.
    pub fn new(base: &Path, set: &[Assignment]) -> Self {
        Worlds::on(&FileSource::default(), base, set)
    }

    /// As [`Worlds::new`], with all files from a file source.
    pub fn on(file_source: &FileSource, base: &Path, set: &[Assignment]) -> Self {
        Worlds {
            base: base.to_path_buf(),
            set: set.to_vec(),
            file_source: file_source.clone(),
            read: Mutex::new(BTreeMap::new()),
        }
    }

    /// The scenario of a variant, read as a file with `--set` would be.
    ///
    /// # Errors
    /// Every problem.
    pub fn scenario(&self, variant: &Variant) -> Result<Arc<Scenario>, Problems> {
        self.read(variant).map(|read| read.scenario)
    }

    fn read(&self, variant: &Variant) -> Result<Read, Problems> {
        let path = variant
            .scenario
            .as_ref()
            .map_or(&self.base, |file| &file.path);
        let set = self.set.iter().chain(&variant.set);
        let source = (path.clone(), set.map(Assignment::argument).collect());
        let known = self.lock().get(&source).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let fresh = Read {
            scenario: Arc::new(scenario::load_from(
                &self.file_source,
                &source.0,
                &source.1,
            )?),
            layout: Arc::default(),
        };
        let mut read = self.lock();
        if read.len() < KEPT {
            read.insert(source, fresh.clone());
        }
        Ok(fresh)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Source, Read>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world of a variant.
    ///
    /// # Errors
    /// A sentence with every problem.
    pub fn world(&self, variant: &Variant) -> Result<World, String> {
        self.lay(variant).map(|laid| laid.world)
    }

    /// The world of a variant, with the scenario it differs from in parameters alone.
    ///
    /// # Errors
    /// A sentence with every problem.
    pub fn lay(&self, variant: &Variant) -> Result<Laid, String> {
        let fast: Option<Vec<(&'static Parameter, Value)>> = variant
            .set
            .iter()
            .map(|assignment| {
                parameter_value(assignment).filter(|(parameter, _)| !is_bound(parameter))
            })
            .collect();
        let Some(fast) = fast else {
            return self.read_world(variant);
        };
        let mut laid = self.read_world(&variant.without_settings())?;
        for (parameter, value) in fast {
            parameter.set(&mut laid.world.params, &value)?;
            // A value without a date holds for the whole run, as in a scenario file.
            laid.world
                .changes
                .retain(|change| change.parameter.key != parameter.key);
        }
        Ok(laid)
    }

    fn read_world(&self, variant: &Variant) -> Result<Laid, String> {
        let read = self
            .read(variant)
            .map_err(|problems| problems.to_string())?;
        Ok(Laid {
            world: read.scenario.world.clone(),
            read,
        })
    }

    /// A variant made ready to run.
    ///
    /// # Errors
    /// A sentence with every problem.
    pub fn setup(&self, variant: &Variant) -> Result<Setup, String> {
        self.lay(variant)?.setup()
    }
}

/// Whether what is allowed depends on another parameter, which only a reading of the whole checks.
pub(crate) fn is_bound(parameter: &Parameter) -> bool {
    parameter.key.starts_with("codification.lag_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::params::{Kind, table::PARAMETERS};

    fn worlds(set: &[(&str, &str)]) -> Worlds {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        Worlds::new(&base, &assignments(set))
    }

    fn assignments(set: &[(&str, &str)]) -> Vec<Assignment> {
        set.iter()
            .map(|(key, value)| Assignment::new(key, value))
            .collect()
    }

    fn variant(set: &[(&str, &str)]) -> Variant {
        Variant::of(assignments(set))
    }

    #[test]
    fn settings_of_parameters_give_the_world_that_reading_gives() {
        // Retention has a dated change in the scenario, which a value without a date ends.
        let worlds = worlds(&[("run.quarters", "8")]);
        let variant = variant(&[
            ("budgets.retention", "0.4"),
            ("mechanisms.tournament", "false"),
            ("regime.allocation", "coordinated"),
            ("codification.min_adopters", "4"),
        ]);
        let laid = worlds.world(&variant).expect("a world");
        let read = worlds.read_world(&variant).expect("a world").world;
        assert_eq!(format!("{laid:?}"), format!("{read:?}"));
        assert_eq!(laid.quarters, 8);
    }

    /// Another value of a parameter than its default.
    fn other(parameter: &Parameter) -> String {
        match (parameter.kind, parameter.default()) {
            (Kind::Real { min, max }, Value::Real(x)) if x == min => {
                (0.5 * (min + max)).to_string()
            }
            (Kind::Real { min, .. }, Value::Real(x)) => (0.5 * (min + x)).to_string(),
            (Kind::Count { max, .. }, Value::Count(n)) => {
                if n < max { n + 1 } else { n - 1 }.to_string()
            }
            (_, Value::Switch(on)) => (!on).to_string(),
            (Kind::Choice { names }, value) => {
                let mut others = names.iter().filter(|name| **name != value.to_string());
                others.next().expect("another choice").to_string()
            }
            (kind, value) => panic!("{value:?} is not a value of {kind:?}"),
        }
    }

    #[test]
    fn what_worlds_share_depends_on_no_parameter_but_those_of_peers() {
        let worlds = worlds(&[]);
        let made = |setup: Result<Setup, String>| setup.map(|setup| format!("{setup:?}"));
        for parameter in PARAMETERS {
            let variant = variant(&[(parameter.key, &other(parameter))]);
            let own = worlds
                .world(&variant)
                .and_then(|world| Setup::new(world).map_err(|error| error.to_string()));
            assert_eq!(made(worlds.setup(&variant)), made(own), "{}", parameter.key);
        }
    }

    #[test]
    fn cells_and_dates_are_read() {
        let worlds = worlds(&[]);
        let variant = variant(&[
            ("overrides.cities.beijing.amenity_0_1", "0.25"),
            ("tournament.intensity@2020Q1", "2.0"),
        ]);
        let world = worlds.world(&variant).expect("a world");
        let beijing = world.cities.iter().find(|city| city.id == "beijing");
        assert_eq!(beijing.map(|city| city.amenity), Some(0.25));
        assert!(
            world
                .changes
                .iter()
                .any(|change| change.parameter.key == "tournament.intensity")
        );
    }

    #[test]
    fn what_is_not_allowed_is_refused_either_way() {
        let refused = |set| worlds(&[]).world(&variant(set)).map(|_| ()).unwrap_err();
        assert_eq!(
            refused(&[("budgets.retention", "1.5")]),
            "`budgets.retention` is 1.5; allowed: 0 to 1, default 0.25"
        );
        assert!(
            refused(&[("codification.lag_min_quarters", "9")]).contains("allowed: at most as long")
        );
    }
}
