//! One replicate: the schedule of a quarter, and the state it moves.

use crate::kernel::lanes::{LANES, Lanes, ZERO};
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::random::Luck;
use crate::model::chunks::CityState;
use crate::model::data::World;
use crate::model::error::ModelError;
use crate::model::outcomes;
use crate::model::params::table::Params;
use crate::model::phases::{champions, cities};
use crate::model::published::{Published, Scores};
use crate::model::record::{ChampionEvent, Journal, OfficialEvent};
use crate::model::rules::Rules;
use crate::model::setup::Setup;
use crate::model::state::{Decided, Nation, Sums};

/// One replicate of a world, stepped quarter by quarter.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) luck: Luck,
    pub(crate) quarter: u32,
    pub(crate) params: Params,
    pub(crate) rules: Rules,
    pub(crate) nation: Nation,
    pub(crate) state: CityState,
    pub(crate) sums: Vec<Sums<Lanes>>,
    /// Scratch of phases 4 to 7, by chunk.
    pub(crate) blocks: Vec<cities::Scratch>,
    pub(crate) decisions: Vec<Decisions>,
    pub(crate) published: Published,
    /// Where the cities publish next. What stands there is of no use, unless it says that it has sums of peers.
    pub(crate) next: Published,
    pub(crate) scores: Scores,
    /// Officials who enter in the next quarter: city and career weight, in order of city.
    pub(crate) successors: Vec<(u32, f64)>,
    pub(crate) parallel: bool,
    /// Scratch of outcomes.
    pub(crate) scratch: outcomes::Scratch,
    /// Scratch of E33: measured gain and measure.
    pub(crate) candidates: Vec<(f64, Decided)>,
    /// Scratch of E36.
    pub(crate) champions: champions::Scratch,
}

/// What the cities of a chunk decide in a quarter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions {
    /// Moves, by city and then in the order of the document.
    pub moves: Vec<CityMove>,
    /// Draws that decide exits.
    pub exit: Vec<Lanes>,
    /// Weights in the choice of researchers who move (E21).
    pub location_weight: Vec<Lanes>,
    /// Their sum over blocks.
    pub all_location_weight: Lanes,
    /// Officials who leave.
    pub exits: Vec<OfficialEvent>,
}

/// A policy move of a city.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CityMove {
    /// City within its chunk.
    pub city: u16,
    /// Row of the instrument.
    pub instrument: u8,
    /// What it does.
    pub kind: crate::model::record::Move,
    /// Design it begins with.
    pub design: f64,
    /// Row of the city it copies, where it does.
    pub from: u32,
}

impl<'a> Run<'a> {
    /// A replicate at its start.
    pub fn new(setup: &'a Setup, luck: Luck) -> Self {
        let world = setup.world();
        let (sectors, instruments) = (world.sectors.len(), world.instruments.len());
        let lanes: usize = setup
            .chunks
            .iter()
            .map(|chunk| chunk.blocks() * LANES)
            .sum();
        let mut run = Run {
            setup,
            luck,
            quarter: 0,
            params: world.params.clone(),
            rules: Rules::default(),
            nation: Nation::default(),
            state: CityState::new(setup),
            sums: vec![Sums::default(); setup.chunks.len()],
            blocks: vec![cities::Scratch::new(instruments); setup.chunks.len()],
            decisions: setup
                .chunks
                .iter()
                .map(|chunk| Decisions {
                    moves: Vec::new(),
                    exits: Vec::new(),
                    exit: vec![ZERO; chunk.blocks()],
                    location_weight: vec![ZERO; chunk.blocks()],
                    all_location_weight: ZERO,
                })
                .collect(),
            published: Published::new(lanes, sectors, instruments),
            next: Published::new(lanes, sectors, instruments),
            scores: Scores {
                score: vec![0.0; lanes],
                result: vec![0.0; lanes],
            },
            successors: Vec::new(),
            parallel: world.cities.len() >= PARALLEL_CITIES,
            scratch: outcomes::Scratch::default(),
            candidates: Vec::new(),
            champions: champions::Scratch::default(),
        };
        run.reset(luck);
        run
    }

    /// Goes back to the start with other luck, keeping the memory.
    pub fn reset(&mut self, luck: Luck) {
        self.luck = luck;
        self.quarter = 0;
        self.successors.clear();
        self.params.clone_from(&self.setup.world().params);
        self.nation.reset(self.setup);
        self.state.reset(self.setup, self.parallel);
        self.draw_start();
        self.next.has_sums_of_peers = false;
        self.publish_start();
        self.find_leaders(None);
    }

    /// Goes to the start of another setup with other luck. Where both have the same numbers of cities, sectors and
    /// instruments, the memory is kept, so that a sweep takes none for each of its points. As after [`Run::new`],
    /// no detail is kept.
    pub fn rebind<'b>(self, setup: &'b Setup, luck: Luck) -> Run<'b> {
        self.into_memory().start(setup, luck)
    }

    /// The memory of the run, for another one.
    pub fn into_memory(self) -> Memory {
        Memory {
            shape: shape(self.setup),
            params: self.params,
            rules: self.rules,
            nation: self.nation,
            state: self.state,
            sums: self.sums,
            blocks: self.blocks,
            decisions: self.decisions,
            published: self.published,
            next: self.next,
            scores: self.scores,
            successors: self.successors,
            parallel: self.parallel,
            scratch: self.scratch,
            candidates: self.candidates,
            champions: self.champions,
        }
    }

    /// Keeps introduction and subscale spending by city and sector, which the parts of the spending of cities
    /// need for their cascade parts. Nothing else depends on it.
    pub fn set_detail(&mut self, detail: bool) {
        let sectors = self.sectors();
        for (kept, constants) in self.state.detail.iter_mut().zip(&self.setup.chunks) {
            let blocks = if detail { constants.blocks() } else { 0 };
            kept.clear();
            kept.resize(blocks * sectors, [ZERO; 2]);
        }
    }

    /// Moves the run one quarter on, phase by phase as in `docs/odd.md`, section 3. Events are appended to the
    /// journal, if there is one; measuring changes nothing.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`] when the state holds a number that is not finite.
    pub fn step(&mut self, mut journal: Option<&mut Journal>) -> Result<(), ModelError> {
        self.begin_quarter(journal.as_deref_mut());
        self.visit_cities(journal.as_deref_mut()); // E8-E14, E18, E20-E29, E32, E39, E40
        self.end_quarter(journal)
    }

    /// All that comes before the pass over the cities.
    pub(crate) fn begin_quarter(&mut self, journal: Option<&mut Journal>) {
        self.change_parameters();
        self.let_successors_enter();
        self.advance_outside_world(); // E1-E3, E6, E37, E38
        self.set_centre(journal); // E4, E5, E7                     draws: Incident
        self.decide_policies(); // E15-E17, E19, weights of E21     draws: Moves, DesignError
    }

    /// All that comes after it.
    pub(crate) fn end_quarter(
        &mut self,
        mut journal: Option<&mut Journal>,
    ) -> Result<(), ModelError> {
        self.check_state()?;
        if self.is_evaluation() {
            self.evaluate(); // E30                                 draws: Evaluation
            self.codify(); // E33, E34                              draws: Measurement, TopDown
            self.name_champions(journal.as_deref_mut()); // E36     draws: Champion
        }
        self.let_officials_leave(journal); // E31                   draws: Moves, Official
        self.quarter += 1;
        Ok(())
    }

    /// Quarters done.
    pub fn quarter(&self) -> u32 {
        self.quarter
    }

    /// The world it runs in.
    pub fn world(&self) -> &'a World {
        self.setup.world()
    }

    /// The parameters in force.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Leaders of regions at the start, to be recorded with the first quarter.
    pub fn initial_champions(&self) -> Vec<ChampionEvent> {
        let mut fresh = Run::new(self.setup, self.luck);
        fresh.nation.leaders.forget();
        let mut journal = Journal::default();
        fresh.find_leaders(Some(&mut journal));
        journal.champions
    }

    /// Whether this quarter ends with an evaluation.
    pub(crate) fn is_evaluation(&self) -> bool {
        self.quarter % 4 == 3
    }

    pub(crate) fn sectors(&self) -> usize {
        self.setup.world().sectors.len()
    }

    pub(crate) fn instruments(&self) -> usize {
        self.setup.world().instruments.len()
    }

    pub(crate) fn cities(&self) -> usize {
        self.setup.world().cities.len()
    }

    /// Parameters with a date take their new value; what the last quarter found out serves this one.
    fn change_parameters(&mut self) {
        self.nation.mean_comparability = self.nation.next_mean_comparability;
        let world = self.setup.world();
        for change in &world.changes {
            if change.from.since(world.start) == self.quarter as i32 {
                // Ranges are checked where scenarios are read; a refused value would leave the old one.
                let outcome = change.parameter.set(&mut self.params, &change.value);
                debug_assert_eq!(outcome, Ok(()));
            }
        }
        self.rules = Rules::new(&self.params, &self.setup.timeline, self.quarter as usize);
    }
}

/// The memory of a run that is over, to be used by another one.
#[derive(Debug)]
pub struct Memory {
    shape: [usize; 3],
    params: Params,
    rules: Rules,
    nation: Nation,
    state: CityState,
    sums: Vec<Sums<Lanes>>,
    blocks: Vec<cities::Scratch>,
    decisions: Vec<Decisions>,
    published: Published,
    next: Published,
    scores: Scores,
    successors: Vec<(u32, f64)>,
    parallel: bool,
    scratch: outcomes::Scratch,
    candidates: Vec<(f64, Decided)>,
    champions: champions::Scratch,
}

impl Memory {
    /// A replicate at its start, in this memory where it fits.
    pub fn start(self, setup: &Setup, luck: Luck) -> Run<'_> {
        if self.shape != shape(setup) {
            return Run::new(setup, luck);
        }
        let mut run = Run {
            setup,
            luck,
            quarter: 0,
            params: self.params,
            rules: self.rules,
            nation: self.nation,
            state: self.state,
            sums: self.sums,
            blocks: self.blocks,
            decisions: self.decisions,
            published: self.published,
            next: self.next,
            scores: self.scores,
            successors: self.successors,
            parallel: self.parallel,
            scratch: self.scratch,
            candidates: self.candidates,
            champions: self.champions,
        };
        run.set_detail(false);
        run.reset(luck);
        run
    }
}

/// What decides how much memory a run takes.
fn shape(setup: &Setup) -> [usize; 3] {
    let world = setup.world();
    [
        world.cities.len(),
        world.sectors.len(),
        world.instruments.len(),
    ]
}
