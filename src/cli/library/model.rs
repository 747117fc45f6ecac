use super::Error;
use crate::kernel::random::Draws;
use crate::measure::response::now::{Asked, Now};
use crate::measure::response::own::{self, Seen as _};
use crate::measure::seen::{NationSeen, Passes};
use crate::model::data::World;
use crate::model::rules::{Rules, Shipped};
use crate::model::run;
use crate::model::setup::Setup;

/// A model that is ready to run: what all replicates share.
#[derive(Debug)]
pub struct Model {
    setup: Setup,
    seed: u64,
}

/// A replicate of a [`Model`], stepped quarter by quarter.
///
/// ```
/// use dualtrack::prelude::*;
///
/// let model = Scenario::load("scenarios/china-2015-2024.toml")?.set("run.quarters", 4)?.model()?;
/// let mut run = model.start(0);
/// while run.step()? {
///     let rate = run.get("cities.budget_cny_mn[beijing]")? / run.get("budget_cny_mn")?;
///     println!("{}: {:.1} % of all budgets", run.quarter(), 100.0 * rate);
/// }
/// assert_eq!(run.quarter(), "2015Q4");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Run<'m> {
    run: run::Run<'m>,
    /// Of the quarter just done, once somebody asks.
    nation: Option<NationSeen>,
    asked: Asked,
}

/// What a run shows to an own response after a quarter.
#[derive(Clone, Copy)]
pub struct Seen<'a>(pub(super) &'a dyn own::Seen);

impl Model {
    pub(super) fn new(world: World, seed: u64) -> Result<Self, Error> {
        Ok(Model {
            setup: Setup::new(world)?,
            seed,
        })
    }

    /// A replicate at its start. With the scenario's seed its number fixes the random draws, whatever the settings and rules.
    pub fn start(&self, replicate: u64) -> Run<'_> {
        let draws = Draws {
            seed: self.seed,
            replicate,
        };
        let mut run = run::Run::new(&self.setup, draws);
        run.set_detail(true);
        Run {
            run,
            nation: None,
            asked: Asked::default(),
        }
    }
}

impl Run<'_> {
    /// Does the next quarter; false where there is none left.
    ///
    /// # Errors
    /// [`Error::Failed`] where a number is not finite.
    pub fn step(&mut self) -> Result<bool, Error> {
        self.step_with(Shipped)
    }

    /// As [`Run::step`], under rules of one's own.
    ///
    /// # Errors
    /// As [`Run::step`].
    pub fn step_with(&mut self, rules: impl Rules) -> Result<bool, Error> {
        if self.run.quarter() >= self.run.world().quarters {
            return Ok(false);
        }
        self.nation = None;
        self.run.step_with(rules, None)?;
        Ok(true)
    }

    /// A number of the quarter just done: a response of `docs/responses.md` without a period, such as `competitiveness`,
    /// `sectors.gap[ai_chips]` or `cities.score[zhengzhou]`. Not a number where it is missing.
    ///
    /// # Errors
    /// [`Error::Input`] with what is allowed, and the nearest valid name.
    pub fn get(&mut self, what: &str) -> Result<f64, Error> {
        let nation = &mut self.nation;
        let nation = nation.get_or_insert_with(|| NationSeen::of(&mut self.run, Passes::ALL));
        let now = Now {
            run: &self.run,
            nation,
            asked: &self.asked,
        };
        now.get(what).map_err(Error::Input)
    }

    /// The quarter just done, such as `2015Q1`; before the first the one before it.
    pub fn quarter(&self) -> String {
        let (world, done) = (self.run.world(), self.run.quarter());
        world.start.plus(done as i32 - 1).to_string()
    }

    /// Short names of the cities, in the order of their table.
    pub fn cities(&self) -> Vec<&str> {
        let cities = self.run.world().cities.iter();
        cities.map(|city| city.id.as_str()).collect()
    }

    /// Short names of the sectors, in the order of their table.
    pub fn sectors(&self) -> Vec<&str> {
        let sectors = self.run.world().sectors.iter();
        sectors.map(|sector| sector.id.as_str()).collect()
    }
}

impl Seen<'_> {
    /// As [`Run::get`].
    ///
    /// # Errors
    /// As [`Run::get`].
    pub fn get(&self, what: &str) -> Result<f64, Error> {
        self.0.get(what).map_err(Error::Input)
    }

    /// The quarter just done, such as `2015Q1`.
    pub fn quarter(&self) -> String {
        self.0.quarter()
    }

    /// Short names of the cities, in the order of their table.
    pub fn cities(&self) -> Vec<&str> {
        self.0.cities()
    }

    /// Short names of the sectors, in the order of their table.
    pub fn sectors(&self) -> Vec<&str> {
        self.0.sectors()
    }
}
