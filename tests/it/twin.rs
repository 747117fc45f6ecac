//! The literal twin: `docs/odd.md` transcribed slowly and plainly, from the document alone. It shares with
//! the crate only the data it is given, the keyed draws, and the structs in which outcomes are written, so
//! that agreement means that the document is enough to rebuild the model.

use std::collections::VecDeque;

use dualtrack::kernel::random::Draws;
use dualtrack::model::data::World;
use dualtrack::model::params::table::Params;
use dualtrack::model::record::{ChampionEvent, EventLog};

mod chunks;
use crate::rows::National;

mod compare;
mod corners;
mod formulas;
mod outcomes;
mod quarter;
mod start;

/// Constants of cities and sectors (section 6).
pub struct Constants {
    /// D1, `base_i`.
    pub base: Vec<f64>,
    /// D2, `need¹_i`.
    pub need_of_one: Vec<f64>,
    /// D4, `a_is`.
    pub advantage: Vec<Vec<f64>>,
    /// D5, `o_i`.
    pub outside_productivity: Vec<f64>,
    /// D6, `H_i(0)`.
    pub initial_researchers: Vec<f64>,
    /// D6, `pipe_i`.
    pub pipeline: Vec<f64>,
    /// D7, `adv_i`.
    pub site_advantage: Vec<f64>,
    /// D8: for each city its peers in order of code, with `g_ij`.
    pub peers: Vec<Vec<(usize, f64)>>,
    /// `v_s`.
    pub strategic_weight: Vec<f64>,
    /// `MES_s`.
    pub minimum_scale: Vec<f64>,
}

/// Levels of the outside world in a quarter (E38).
pub struct Outside {
    pub eu_pressure: f64,
    pub us_pressure: f64,
    pub export_controls: f64,
    pub attention: Vec<f64>,
    pub plans: Vec<f64>,
}

/// A national measure in force.
#[derive(Clone, Copy, PartialEq)]
pub struct Measure {
    /// Template design `c_m`.
    pub template: f64,
    /// Row of the city where it began; none for the centre.
    pub origin: Option<usize>,
}

/// A measure decided but not yet in force.
#[derive(Clone, Copy)]
pub struct Decided {
    pub measure: Measure,
    /// Quarter in which it comes into force, from 0 at the start of the run.
    pub due: u32,
}

/// Money of a quarter, by city and sector or by city.
#[derive(Default)]
pub struct Flows {
    pub spending: Vec<Vec<f64>>,
    pub introduction: Vec<Vec<f64>>,
    pub subscale: Vec<Vec<f64>>,
    pub duplicated: Vec<Vec<f64>>,
    pub idle: Vec<Vec<f64>>,
    pub productive: Vec<Vec<f64>>,
    /// Spending whose use is known (E47).
    pub settled: Vec<Vec<f64>>,
    /// Spending under construction at the end of the quarter.
    pub under_construction: Vec<Vec<f64>>,
    /// `J_im`.
    pub instruments: Vec<Vec<f64>>,
    pub failed_experiments: Vec<f64>,
    pub poaching: Vec<f64>,
    pub forgone: Vec<f64>,
    /// Incidents of the quarter, by sector.
    pub incident: Vec<bool>,
}

/// The twin.
pub struct Twin {
    pub world: World,
    pub draws: Draws,
    pub params: Params,
    pub constants: Constants,
    /// Quarters done.
    pub done: u32,

    /// `p`.
    pub price: f64,
    /// `K^h_s`.
    pub half_base: Vec<f64>,
    /// `NC(0)`.
    pub initial_competitiveness: f64,
    /// `θ_m`.
    pub true_effect: Vec<f64>,
    /// `d*_im`.
    pub optimum: Vec<Vec<f64>>,

    /// `G_i`.
    pub budget: Vec<f64>,
    /// `grant_i`.
    pub grant: Vec<f64>,
    /// `w`: option 0 is the rest, then sectors, then instruments.
    pub shares: Vec<Vec<f64>>,
    /// `p_is` at the start.
    pub published_start: Vec<Vec<f64>>,
    /// `p_is` at the end of each quarter done.
    pub published: Vec<Vec<Vec<f64>>>,
    /// `K_is`.
    pub capability: Vec<Vec<f64>>,
    /// Work under way, the next to be completed first: money and capability (E45).
    pub work: Vec<Vec<VecDeque<(f64, f64)>>>,
    /// `K_is(0)`.
    pub start_capability: Vec<Vec<f64>>,
    /// `K^e_is`.
    pub capability_at_evaluation: Vec<Vec<f64>>,
    /// `H_i`.
    pub researchers: Vec<f64>,
    /// `L_i`.
    pub effective_talent: Vec<f64>,
    /// `Y_i`.
    pub output: Vec<f64>,
    /// `z_i`.
    pub score: Vec<f64>,
    /// Least standard deviation, apart from 0, by which E30 has divided so far.
    pub spread_of_results: f64,
    /// Least variance of the noise of E30 so far, for `σ_E` 1.
    pub least_unread: f64,
    /// `ω_i` of the official in post in the next quarter.
    pub career_weight: Vec<f64>,
    pub quarters_in_post: Vec<u32>,
    /// Career weight and quarters in post, this one included, of the official of the last quarter.
    pub in_post: Vec<(f64, u32)>,
    /// `y_im`.
    pub in_force: Vec<Vec<bool>>,
    /// `y_im` as published at the end of the last quarter.
    pub in_force_published: Vec<Vec<bool>>,
    /// `d_im`.
    pub design: Vec<Vec<f64>>,
    /// `e_im`.
    pub effect: Vec<Vec<f64>>,
    pub inventions: Vec<u32>,
    pub takeups: Vec<u32>,
    pub failures: Vec<u32>,
    /// Which city pioneered an instrument first.
    pub first_pioneer: Vec<Option<usize>>,
    pub national_measures: Vec<Option<Measure>>,
    pub decided: Vec<Option<Decided>>,
    /// National champions as (city, sector), in order of naming.
    pub champions: Vec<(usize, usize)>,
    /// Leader of a region in a sector at the last look; none for a region without cities.
    pub leaders: Vec<Vec<Option<usize>>>,

    /// `R`.
    pub stringency: f64,
    pub outside: Outside,
    /// `C_s/F_s` of phase 1.
    pub ratio: Vec<f64>,
    pub gap: Vec<f64>,
    pub national_capability: Vec<f64>,
    /// `Σ_i K_is` of phase 1.
    pub gross_capability: Vec<f64>,
    /// `F_s`.
    pub frontier: Vec<f64>,
    /// `B_s`.
    pub base_demand: Vec<f64>,
    /// `D_s`.
    pub demand: Vec<f64>,
    /// `u_s`.
    pub utilisation: Vec<f64>,
    /// `κ_s`.
    pub compute_access: Vec<f64>,
    /// `π_s`.
    pub priority: Vec<f64>,
    pub last_incident: Vec<Option<u32>>,
    /// `g_t`.
    pub budget_growth: f64,
    /// `g^H_t`.
    pub pipeline_growth: f64,
    /// Growth of `H_US` since the first quarter.
    pub us_growth: f64,
    /// `q̄` in use in the quarter.
    pub mean_comparability: f64,
    /// `q̄` of the next quarter.
    pub mean_comparability_next: f64,

    pub flows: Flows,
    /// CNY mn spent on sectors and instruments since the start.
    pub spent_so_far: f64,
    /// Events of the last quarter.
    pub event_log: EventLog,
    pub outcomes: National,
}

impl Twin {
    /// One quarter: the phases of section 3.
    pub fn step(&mut self) {
        let t = self.done;
        let now = self.world.start.plus(t as i32);
        self.event_log.clear();
        for change in &self.world.changes {
            if change.from == now {
                let written = change.parameter.set(&mut self.params, &change.value);
                assert_eq!(written, Ok(()), "{}", change.parameter.key);
            }
        }
        if t == 0 {
            self.leaders_at_the_start();
        }
        self.phase_1_outside(t);
        self.phase_2_centre(t);
        self.phase_3_moves(t);
        self.phase_4_budgets(t);
        self.phase_5_talent(t);
        self.phase_6_production();
        self.phase_7_revenue();
        if t % 4 == 3 {
            self.evaluation(t);
            self.codification(t);
            self.top_down(t);
            self.name_champions(t);
        }
        self.outcomes = self.observe();
        self.in_post = (0..self.cities())
            .map(|i| (self.career_weight[i], self.quarters_in_post[i] + 1))
            .collect();
        self.exits(t);
        self.in_force_published = self.in_force.clone();
        self.done += 1;
    }

    /// Outcomes of the last quarter.
    pub fn national(&self) -> National {
        self.outcomes.clone()
    }

    fn cities(&self) -> usize {
        self.world.cities.len()
    }

    fn sectors(&self) -> usize {
        self.world.sectors.len()
    }

    fn instruments(&self) -> usize {
        self.world.instruments.len()
    }

    /// Whether a city is a pilot zone now: 1 or 0; always 0 with `[pilot_zones]` off.
    fn pilot(&self, city: usize, t: u32) -> f64 {
        let now = self.world.start.plus(t as i32);
        let is_zone = self
            .world
            .pilot_zones
            .iter()
            .any(|zone| zone.city as usize == city && zone.from <= now);
        formulas::switch(is_zone && self.params.mechanisms.pilot_zones)
    }

    /// A column of capability.
    fn stocks(&self, sector: usize) -> Vec<f64> {
        self.capability.iter().map(|row| row[sector]).collect()
    }

    /// E36: the city of a region with most capability in a sector.
    fn leader(&self, region: usize, sector: usize, capability: &[Vec<f64>]) -> Option<usize> {
        formulas::first_largest(
            (0..self.cities())
                .filter(|i| self.world.cities[*i].region as usize == region)
                .map(|i| (i, capability[i][sector])),
        )
    }

    /// Section 5: leaders of regions at the start are recorded with the first quarter.
    fn leaders_at_the_start(&mut self) {
        for region in 0..self.world.regions.len() {
            let mut row = Vec::new();
            for sector in 0..self.sectors() {
                let leader = self.leader(region, sector, &self.start_capability);
                if let Some(city) = leader {
                    let event = self.champion_event(false, city, sector);
                    self.event_log.champions.push(event);
                }
                row.push(leader);
            }
            self.leaders.push(row);
        }
    }

    fn champion_event(&self, is_national: bool, city: usize, sector: usize) -> ChampionEvent {
        let stocks = self.stocks(sector);
        let first = formulas::first_largest(stocks.iter().copied().enumerate());
        ChampionEvent {
            is_national,
            city: city as u32,
            sector: sector as u32,
            capability: stocks[city],
            leads_nation: first == Some(city),
        }
    }
}
