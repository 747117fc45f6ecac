//! What changes during a run, and all of it that a later quarter or a look at the one just done needs.

use crate::kernel::lanes::LANES;
use crate::model::chunks::CityState;
use crate::model::equations::budgets;
use crate::model::leaders::Leaders;
use crate::model::now::Now;
use crate::model::published::{Published, Scores};
use crate::model::record::Move;
use crate::model::setup::Setup;
use crate::model::sums::Sums;

/// The state of a replicate. What stands in [`crate::model::scratch::Scratch`] follows from it.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub cities: CityState,
    pub nation: Nation,
    /// What cities published at the end of the last quarter.
    pub published: Published,
    pub scores: Scores,
    /// Officials who enter in the next quarter: city and career weight, in order of city.
    pub successors: Vec<(u32, f64)>,
}

impl State {
    /// Memory for a replicate.
    pub fn new(setup: &Setup) -> Self {
        let world = setup.world();
        let lanes = world.cities.len().next_multiple_of(LANES);
        State {
            cities: CityState::new(setup),
            nation: Nation::default(),
            published: Published::new(lanes, world.sectors.len(), world.instruments.len()),
            scores: Scores {
                score: vec![0.0; lanes],
                result: vec![0.0; lanes],
            },
            successors: Vec::new(),
        }
    }

    /// Goes back to the start of `setup`, but for what is drawn or published there.
    pub fn reset(&mut self, setup: &Setup, is_large: bool) {
        self.successors.clear();
        self.nation.reset(setup);
        self.cities.reset(setup, is_large);
        self.scores.score.fill(0.0);
    }

    /// Share of an instrument's effect that law leaves (E20).
    pub fn unblunted(&self, now: &Now) -> f64 {
        budgets::unblunted(now.in_force.preemption, self.nation.stringency)
    }

    /// Budget share of an option: 0 the rest, then sectors, then instruments.
    pub fn share(&self, city: usize, option: usize) -> f64 {
        let (sectors, instruments) = (self.cities.sectors, self.cities.instruments);
        let rows = &self.published.rows;
        let of_sector = |s: usize| rows.get(city, s) * rows.get(city, sectors + 1);
        let of_instrument = |m: usize| self.cities.adopted(city, m).share[city % LANES];
        match option {
            0 => {
                let instruments = (0..instruments).map(of_instrument);
                1.0 - (0..sectors).map(of_sector).chain(instruments).sum::<f64>()
            }
            _ if option <= sectors => of_sector(option - 1),
            _ => of_instrument(option - 1 - sectors),
        }
    }
}

/// A national measure decided but not yet in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decided {
    /// Quarter in which it comes into force.
    pub due: u32,
    /// Row of the instrument.
    pub instrument: usize,
    /// Template design.
    pub template: f64,
    /// City where it began; none for the centre's own.
    pub origin: Option<u32>,
}

/// The nation: centre, market, outside world and national measures. Columns by sector have whole eights; what stands beyond
/// the last sector is finite and of no meaning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nation {
    /// `F`, by sector.
    pub frontier: Vec<f64>,
    /// `B`, by sector.
    pub base_demand: Vec<f64>,
    /// `D`, by sector.
    pub demand: Vec<f64>,
    /// Quarters for which an incident still cuts demand, by sector.
    pub incident_left: Vec<u32>,
    /// Whether an incident happened in the quarter, by sector.
    pub incident: Vec<bool>,
    /// Probability of an incident, by sector.
    pub incident_probability: Vec<f64>,
    /// `ΣK`, by sector.
    pub gross: Vec<f64>,
    /// `ΣK^ρ`, by sector.
    pub terms: Vec<f64>,
    /// `C` at the start of the quarter, by sector.
    pub capability: Vec<f64>,
    /// Share of effective spending that duplicates, by sector.
    pub duplicated_share: Vec<f64>,
    /// `gap` at the start of the quarter, by sector.
    pub gap: Vec<f64>,
    /// `u`, by sector.
    pub utilisation: Vec<f64>,
    /// `κ`, by sector.
    pub compute_access: Vec<f64>,
    /// `A`, by sector.
    pub attention: Vec<f64>,
    /// `π`, by sector.
    pub priority: Vec<f64>,
    /// `u^ζ κ (1 - R risk)`, by sector.
    pub climate: Vec<f64>,
    /// `κ (1 - R risk)`, by sector.
    pub access: Vec<f64>,
    /// `R`.
    pub stringency: f64,
    /// `q̄`.
    pub mean_comparability: f64,
    /// `q̄` of this quarter, which serves the next.
    pub next_mean_comparability: f64,
    /// `g_t`.
    pub growth_factor: f64,
    /// `g^H_t`.
    pub pipeline_factor: f64,
    /// `H_US`.
    pub us_researchers: f64,
    /// `Σ_j H_j`, FTE.
    pub researchers: f64,
    /// Sum of grant weights.
    pub grant_weights: f64,
    /// `χ_F` with which these were made.
    pub grant_concentration: f64,
    /// `θ`, by instrument.
    pub true_effect: Vec<f64>,
    /// National measures in force, one bit each.
    pub national: u64,
    /// National measures in force or decided, one bit each.
    pub decided: u64,
    /// Template designs, by instrument.
    pub template: Vec<f64>,
    /// National measures that began in a city.
    pub local_origin: u32,
    /// Measures waiting for their date.
    pub waiting: Vec<Decided>,
    /// City that pioneered an instrument first, by instrument.
    pub first_pioneer: Vec<Option<u32>>,
    /// Leaders of regions.
    pub leaders: Leaders,
    /// National champions: sector and city.
    pub champions: Vec<(u32, u32)>,
    /// Spending on sectors and instruments since the start, CNY mn.
    pub spent: f64,
    /// Moves of the quarter, by kind.
    pub moves: [u32; Move::KINDS],
    /// Sums over all chunks, of the quarter.
    pub sums: Sums<f64>,
}

impl Nation {
    /// Goes back to the start of `setup`.
    pub fn reset(&mut self, setup: &Setup) {
        let sectors = setup.world().sectors.len();
        let instruments = setup.world().instruments.len();
        let width = sectors.next_multiple_of(LANES);
        for (column, start, beyond) in [
            (&mut self.frontier, &setup.frontier, 1.0),
            (&mut self.base_demand, &setup.demand, 0.0),
            (&mut self.gross, &setup.gross_capability, 0.0),
            (&mut self.terms, &setup.aggregation_sum, 0.0),
        ] {
            column.clone_from(start);
            column.resize(width, beyond);
        }
        for column in [
            &mut self.demand,
            &mut self.capability,
            &mut self.duplicated_share,
            &mut self.gap,
            &mut self.utilisation,
            &mut self.compute_access,
            &mut self.attention,
            &mut self.priority,
            &mut self.climate,
            &mut self.incident_probability,
            &mut self.access,
        ] {
            column.clear();
            column.resize(width, 0.0);
        }
        self.incident_left.clear();
        self.incident_left.resize(width, 0);
        self.incident.clear();
        self.incident.resize(width, false);
        self.stringency = setup.stringency;
        self.mean_comparability = setup.mean_comparability;
        self.next_mean_comparability = setup.mean_comparability;
        self.growth_factor = 1.0;
        self.pipeline_factor = 1.0;
        self.us_researchers = setup.world().params.outside.us_researchers;
        // No weight has been made with this number, so that the first quarter makes them.
        self.grant_concentration = f64::NAN;
        self.grant_weights = 0.0;
        self.true_effect.clear();
        self.true_effect.resize(instruments, 0.0);
        self.template.clear();
        self.template.resize(instruments, 0.0);
        self.national = 0;
        self.decided = 0;
        self.local_origin = 0;
        self.waiting.clear();
        self.first_pioneer.clear();
        self.first_pioneer.resize(instruments, None);
        self.leaders.forget();
        self.champions.clear();
        self.spent = 0.0;
        self.moves = Default::default();
        self.sums
            .clear(sectors, setup.places.count > 0, instruments);
    }
}
