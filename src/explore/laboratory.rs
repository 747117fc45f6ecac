//! Scenarios that can be explored, and sides made ready to run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::explore::requests::Side;
use crate::input::experiment::{
    factor::{Assignment, Variant},
    worlds::Worlds,
};
use crate::input::scenario::{Scenario, file_source::FileSource, problems::Problems, shipped};
use crate::kernel::quarter::Quarter;
use crate::kernel::text::near_or;
use crate::measure::response::spec::Responses;
use crate::model::params::table::PARAMETERS;
use crate::model::{data::World, error::ModelError, setup::Setup};
use crate::study::arm::Arm;

/// What one request may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Cities of a scenario.
    pub cities: usize,
    /// Quarters of a run.
    pub quarters: u32,
    /// Replicates of a request.
    pub replicates: u32,
    /// City-quarters of a request, both sides and all replicates together.
    pub city_quarters: u64,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    cities: 1000,
    quarters: 400,
    replicates: 2000,
    city_quarters: 50_000_000,
};

/// The one setting beside parameters that a page may lay over a scenario: others name files or what is written.
const QUARTERS: &str = "run.quarters";

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Something is asked for that is not allowed.
    Request(String),
    /// No such scenario, city, sector or file.
    Unknown(String),
    /// A run cannot go on.
    Run(String),
    /// The one who asked has left.
    Cancelled,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Request(message) | Refusal::Unknown(message) | Refusal::Run(message) => {
                f.write_str(message)
            }
            Refusal::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl From<ModelError> for Refusal {
    fn from(error: ModelError) -> Self {
        Refusal::Run(error.to_string())
    }
}

/// A scenario that can be explored.
#[derive(Debug)]
pub(crate) struct Explored {
    pub path: PathBuf,
    pub scenario: Arc<Scenario>,
    worlds: Arc<Worlds>,
}

/// Answers what a page asks. Files are read when it is made and stay as they were then.
#[derive(Debug)]
pub struct Laboratory {
    pub(crate) list: Vec<Explored>,
    start: usize,
}

impl Laboratory {
    /// The scenarios that come with the program and are not too large, and `named`, with which a page begins; the
    /// first shipped one if none is named. A shipped scenario of the same name gives way.
    ///
    /// # Errors
    /// Every problem of the named scenario, or that it is larger than [`LIMITS`].
    pub fn new(named: Option<&Path>) -> Result<Self, Problems> {
        let mut list = Vec::new();
        for (name, _) in shipped::SCENARIOS {
            let path = PathBuf::from(shipped::path(name));
            let explored = Explored::read(&path)?;
            if too_large(&explored.scenario).is_none() {
                list.push(explored);
            }
        }
        let Some(path) = named else {
            return Ok(Laboratory { list, start: 0 });
        };
        let explored = Explored::read(path)?;
        if let Some(message) = too_large(&explored.scenario) {
            return Err(Problems::of_file(path, &message));
        }
        let name = &explored.scenario.name;
        let same = list.iter().position(|other| other.scenario.name == *name);
        let start = same.unwrap_or(list.len());
        match same {
            Some(place) => list[place] = explored,
            None => list.push(explored),
        }
        Ok(Laboratory { list, start })
    }

    /// The scenario a page begins with.
    pub(crate) fn start(&self) -> &Explored {
        &self.list[self.start]
    }

    pub(crate) fn find(&self, name: &str) -> Result<&Explored, Refusal> {
        let found = self.list.iter().find(|own| own.scenario.name == name);
        found.ok_or_else(|| {
            let names = self.list.iter().map(|own| own.scenario.name.as_str());
            Refusal::Unknown(unknown("scenario", name, names))
        })
    }

    /// A side made ready to run.
    pub(crate) fn setup(&self, side: &Side) -> Result<Setup, Refusal> {
        let variant = Variant::of(assignments(side)?);
        let explored = self.find(&side.scenario)?;
        let setup = explored.worlds.setup(&variant).map_err(Refusal::Request)?;
        check_quarters(setup.world())?;
        Ok(setup)
    }

    /// A side as an arm of a study.
    pub(crate) fn arm(&self, side: &Side, responses: &Responses) -> Result<Arm, Refusal> {
        let variant = Variant::of(assignments(side)?);
        let explored = self.find(&side.scenario)?;
        let arm = Arm::new(&side.scenario, &explored.worlds, &variant, responses);
        let arm = arm.map_err(Refusal::Request)?;
        check_quarters(arm.world())?;
        // What cannot be set up is said before anything is run.
        arm.at(&Variant::default()).map_err(Refusal::Request)?;
        Ok(arm)
    }

    /// The scenario of a side as a file with `--set` would give it.
    pub(crate) fn scenario_of(&self, side: &Side) -> Result<Arc<Scenario>, Refusal> {
        let variant = Variant::of(assignments(side)?);
        let worlds = &self.find(&side.scenario)?.worlds;
        let scenario = worlds.scenario(&variant);
        scenario.map_err(|problems| Refusal::Request(problems.to_string()))
    }
}

impl Explored {
    fn read(path: &Path) -> Result<Self, Problems> {
        let worlds = Arc::new(Worlds::on(&FileSource::keeping(), path, &[]));
        let scenario = worlds.scenario(&Variant::default())?;
        Ok(Explored {
            path: path.to_path_buf(),
            scenario,
            worlds,
        })
    }
}

/// Refuses a world that takes too long.
fn check_quarters(world: &World) -> Result<(), Refusal> {
    if world.quarters <= LIMITS.quarters {
        return Ok(());
    }
    Err(Refusal::Request(format!(
        "`{QUARTERS}` is {}; allowed here: up to {}",
        world.quarters, LIMITS.quarters
    )))
}

/// A sentence on a scenario that no page could move.
fn too_large(scenario: &Scenario) -> Option<String> {
    let (cities, quarters) = (scenario.world.cities.len(), scenario.world.quarters);
    (cities > LIMITS.cities || quarters > LIMITS.quarters).then(|| {
        format!(
            "the scenario has {cities} cities and {quarters} quarters; allowed in the explorer: up to {} and {}",
            LIMITS.cities, LIMITS.quarters
        )
    })
}

/// What is set, as `--set` takes it; parameters and the number of quarters only, so that no page can name a file.
pub(crate) fn assignments(side: &Side) -> Result<Vec<Assignment>, Refusal> {
    let keys = || PARAMETERS.iter().map(|row| row.key).chain([QUARTERS]);
    let assignment = |(key, value): (&String, &serde_json::Value)| {
        let (plain, date) = match key.split_once('@') {
            Some((plain, date)) => (plain, Some(date)),
            None => (key.as_str(), None),
        };
        if !keys().any(|known| known == plain) {
            return Err(Refusal::Request(unknown("parameter", plain, keys())));
        }
        if let Some(date) = date
            && let Err(error) = date.parse::<Quarter>()
        {
            return Err(Refusal::Request(format!("`{key}`: {error}")));
        }
        Assignment::of_json(key, value).map_err(Refusal::Request)
    };
    side.set.iter().map(assignment).collect()
}

/// A sentence on a name that is not there, with the nearest one.
pub(crate) fn unknown<'a>(
    what: &str,
    found: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    let hint = near_or(found, known.clone(), || {
        let names: Vec<&str> = known.take(40).collect();
        format!("; allowed: {}", names.join(", "))
    });
    format!("unknown {what} `{found}`{hint}")
}

/// Refuses more replicates or more work than [`LIMITS`] allow.
pub(crate) fn check_work(worlds: &[&World], replicates: u32) -> Result<(), Refusal> {
    if !(1..=LIMITS.replicates).contains(&replicates) {
        return Err(Refusal::Request(format!(
            "{replicates} replicates; allowed: 1 to {}",
            LIMITS.replicates
        )));
    }
    let of_one = |world: &&World| world.cities.len() as u64 * u64::from(world.quarters);
    let work = worlds.iter().map(of_one).sum::<u64>() * u64::from(replicates);
    if work > LIMITS.city_quarters {
        return Err(Refusal::Request(format!(
            "{work} city-quarters; allowed: up to {}: take fewer replicates or quarters",
            LIMITS.city_quarters
        )));
    }
    Ok(())
}
