//! What holds in the quarter under way: the world, the draws, and the parameters in force.

use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::random::Draws;
use crate::model::in_force::InForce;
use crate::model::params::table::Params;
use crate::model::setup::Setup;

/// The quarter under way. All of it follows from setup, draws and number of the quarter.
#[derive(Clone, Debug)]
pub(crate) struct Now<'a> {
    pub setup: &'a Setup,
    pub draws: Draws,
    /// Counted from 0.
    pub quarter: u32,
    pub params: Params,
    pub in_force: InForce,
    /// Whether there are so many cities that they are visited by threads side by side, and that rows of peers lie too far
    /// apart to be at hand when they are wanted.
    pub is_large: bool,
}

impl<'a> Now<'a> {
    /// The start.
    pub fn new(setup: &'a Setup, draws: Draws) -> Self {
        Now {
            setup,
            draws,
            quarter: 0,
            params: setup.world().params.clone(),
            in_force: InForce::default(),
            is_large: setup.world().cities.len() >= PARALLEL_CITIES,
        }
    }

    /// Parameters with a date take their new value.
    pub fn change_parameters(&mut self) {
        let world = self.setup.world();
        for change in &world.changes {
            if change.from.since(world.start) == self.quarter as i32 {
                // Ranges are checked where scenarios are read; a refused value would leave the old one.
                let outcome = change.parameter.set(&mut self.params, &change.value);
                debug_assert_eq!(outcome, Ok(()));
            }
        }
        self.in_force = InForce::new(&self.params, &self.setup.timeline, self.quarter as usize);
    }

    /// Whether this quarter ends with an evaluation.
    pub fn is_evaluation(&self) -> bool {
        self.quarter % 4 == 3
    }

    pub fn sectors(&self) -> usize {
        self.setup.world().sectors.len()
    }

    pub fn instruments(&self) -> usize {
        self.setup.world().instruments.len()
    }

    pub fn cities(&self) -> usize {
        self.setup.world().cities.len()
    }
}
