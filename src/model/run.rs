//! One replicate: a world, its draws, and the state that the schedule moves.

use std::fmt;
use std::sync::Arc;

use crate::kernel::random::Draws;
use crate::model::data::World;
use crate::model::error::ModelError;
use crate::model::now::Now;
use crate::model::params::table::Params;
use crate::model::phases::champions;
use crate::model::record::{ChampionEvent, EventLog};
use crate::model::rules::{Rules, Shipped};
use crate::model::schedule;
use crate::model::scratch::Scratch;
use crate::model::setup::Setup;
use crate::model::state::State;

/// One replicate of a world, stepped quarter by quarter.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    pub(crate) now: Now<'a>,
    pub(crate) state: State,
    pub(crate) scratch: Scratch,
}

/// The memory of a run that is over, to be used by another one.
#[derive(Debug)]
pub struct Memory {
    shape: [usize; 4],
    state: State,
    scratch: Scratch,
}

/// Rules of somebody's own, behind one call a quarter: runs under them are compiled where they are written.
#[derive(Clone)]
pub struct OwnRules(Arc<Step>);

type Step = dyn Fn(&mut Run<'_>, Option<&mut EventLog>) -> Result<(), ModelError> + Send + Sync;

impl OwnRules {
    /// Of any rules.
    pub fn new(rules: impl Rules + 'static) -> Self {
        OwnRules(Arc::new(move |run, event_log| {
            run.step_with(rules, event_log)
        }))
    }
}

impl fmt::Debug for OwnRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnRules")
    }
}

impl<'a> Run<'a> {
    /// A replicate at its start.
    pub fn new(setup: &'a Setup, draws: Draws) -> Self {
        Memory::new(setup).begin(setup, draws)
    }

    /// Goes back to the start with other random draws, keeping the memory.
    pub fn reset(&mut self, draws: Draws) {
        self.now = Now::new(self.now.setup, draws);
        schedule::start(&self.now, &mut self.state, &mut self.scratch);
    }

    /// The memory of the run, for another one.
    pub fn into_memory(self) -> Memory {
        Memory {
            shape: shape(self.now.setup),
            state: self.state,
            scratch: self.scratch,
        }
    }

    /// Keeps introduction and subscale spending by city and sector, which the parts of the spending of cities
    /// need for their cascade parts. Nothing else depends on it.
    pub fn set_detail(&mut self, detail: bool) {
        self.scratch.set_detail(self.now.setup, detail);
    }

    /// Moves the run one quarter on, phase by phase as in `docs/odd.md`, section 3. Events are appended to the
    /// event log, if there is one; measuring changes nothing.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`] when the state holds a number that is not finite.
    pub fn step(&mut self, event_log: Option<&mut EventLog>) -> Result<(), ModelError> {
        self.step_with(Shipped, event_log)
    }

    /// As [`Run::step`], under rules of one's own.
    ///
    /// # Errors
    /// As [`Run::step`].
    pub fn step_with<R: Rules>(
        &mut self,
        rules: R,
        mut event_log: Option<&mut EventLog>,
    ) -> Result<(), ModelError> {
        let (now, state, scratch) = (&mut self.now, &mut self.state, &mut self.scratch);
        schedule::until_moves(now, state, scratch, event_log.as_deref_mut());
        schedule::from_budgets(rules, now, state, scratch, event_log)
    }

    /// As [`Run::step_with`], under the shipped rules where there are no own ones.
    ///
    /// # Errors
    /// As [`Run::step`].
    pub fn step_under(
        &mut self,
        own: Option<&OwnRules>,
        event_log: Option<&mut EventLog>,
    ) -> Result<(), ModelError> {
        match own {
            None => self.step(event_log),
            Some(own) => (own.0)(self, event_log),
        }
    }

    /// Quarters done.
    pub fn quarter(&self) -> u32 {
        self.now.quarter
    }

    /// The world it runs in.
    pub fn world(&self) -> &'a World {
        self.now.setup.world()
    }

    /// The parameters in force.
    pub fn params(&self) -> &Params {
        &self.now.params
    }

    /// Leaders of regions at the start, to be recorded with the first quarter.
    pub fn initial_champions(&self) -> Vec<ChampionEvent> {
        let mut fresh = Run::new(self.now.setup, self.now.draws);
        fresh.state.nation.leaders.forget();
        let mut event_log = EventLog::default();
        let before = &mut fresh.scratch.champions.leaders;
        champions::find_leaders(
            fresh.now.setup.world(),
            &mut fresh.state,
            before,
            Some(&mut event_log),
        );
        event_log.champions
    }
}

impl Memory {
    fn new(setup: &Setup) -> Self {
        Memory {
            shape: shape(setup),
            state: State::new(setup),
            scratch: Scratch::new(setup),
        }
    }

    /// A replicate at its start, in this memory where it fits.
    pub fn start(self, setup: &Setup, draws: Draws) -> Run<'_> {
        if self.shape != shape(setup) {
            return Run::new(setup, draws);
        }
        self.begin(setup, draws)
    }

    fn begin(mut self, setup: &Setup, draws: Draws) -> Run<'_> {
        self.scratch.set_detail(setup, false);
        let now = Now::new(setup, draws);
        schedule::start(&now, &mut self.state, &mut self.scratch);
        Run {
            now,
            state: self.state,
            scratch: self.scratch,
        }
    }
}

/// What decides how much memory a run takes.
fn shape(setup: &Setup) -> [usize; 4] {
    let world = setup.world();
    [
        world.cities.len(),
        world.sectors.len(),
        world.instruments.len(),
        setup.places.count,
    ]
}
