//! What an official saw when a budget was set, and what came of it: one city in one quarter.
//!
//! The model computes this for eight cities at a time and keeps nothing of it. Here phase 4 works on a copy of the city's
//! block, beside a step of the run, which changes nothing; one of the eight lanes is read.

#[cfg(test)]
pub mod tests;

use crate::kernel::lanes::LANES;
use crate::model::block::Told;
use crate::model::error::ModelError;
use crate::model::params::table::Allocation;
use crate::model::phases::{cities, moves};
use crate::model::record::{EventLog, PolicyEvent};
use crate::model::rules::Shipped;
use crate::model::run::Run;
use crate::model::schedule;
use crate::model::setup::place;

/// A city's budget in a quarter.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Row of the city.
    pub city: u32,
    /// Quarter, counted from 0.
    pub quarter: u32,
    /// Budget of the quarter, CNY mn (E14).
    pub budget_cny_mn: f64,
    /// Career weight of the official times the intensity of the tournament in force, `Π_e ω`.
    pub career: f64,
    /// Whether a planner composes the sector budgets (E40): values then explain the total alone.
    pub is_planned: bool,
    /// The rest of the economy, then sectors, then instruments in force, in the order of the data.
    pub options: Vec<Seen>,
    /// Peers in the order of their codes.
    pub peers: Vec<PeerSeen>,
    /// What the city decided about instruments in the quarter.
    pub moves: Vec<PolicyEvent>,
}

/// What a budget can be spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spendable {
    /// The rest of the local economy.
    Rest,
    /// A sector by its row.
    Sector(usize),
    /// An instrument by its row.
    Instrument(usize),
}

/// An option as the official saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The option.
    pub option: Spendable,
    /// The part of its value that is the city's own return (E10, E11).
    pub own_return: f64,
    /// The part that is the career return (E10, E11).
    pub career_return: f64,
    /// Effective peers, `n` (E9); 0 for the rest.
    pub effective_peers: f64,
    /// Reading factor `c` (E10); 1 for the rest.
    pub reading: f64,
    /// Share of the whole budget the official aims at (E12).
    pub target: f64,
    /// Share a quarter before, after instruments were given up.
    pub before: f64,
    /// Share of the quarter (E13).
    pub after: f64,
    /// What the own return of a sector is made of; none for other options.
    pub sector: Option<SectorTerms>,
}

impl Seen {
    /// Value of the option (E10, E11).
    pub fn value(&self) -> f64 {
        self.own_return + self.career_return
    }
}

/// Terms of E10.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectorTerms {
    /// Advantage of the city, `a`.
    pub advantage: f64,
    /// Need of the city.
    pub need: f64,
    /// Utilisation of the sector, `u`, 0 to 1.
    pub utilisation: f64,
    /// Access to compute, `κ`, 0 to 1.
    pub compute_access: f64,
    /// Stringency times the risk of the sector, 0 to 1.
    pub restriction: f64,
    /// Priority at the centre, `π`.
    pub priority: f64,
    /// Whether the sector is closed to the city: no new money goes there.
    pub is_closed: bool,
}

/// A peer as the official saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerSeen {
    /// Row of the city.
    pub city: u32,
    /// Its weight among peers, `g`; they sum to the number of peers.
    pub weight: f64,
    /// Shares it published, by sector; of its spending on sectors.
    pub shares: Vec<f64>,
    /// Instruments it has in force, one bit each by row.
    pub in_force: u64,
    /// Score of its last evaluation, s.d.
    pub score: f64,
}

impl Run<'_> {
    /// Moves the run one quarter on as [`Run::step`] does, and tells what a city saw and chose in it.
    ///
    /// # Errors
    /// As [`Run::step`].
    pub fn step_and_tell(
        &mut self,
        city: usize,
        mut event_log: Option<&mut EventLog>,
    ) -> Result<Choice, ModelError> {
        let (now, state, scratch) = (&mut self.now, &mut self.state, &mut self.scratch);
        schedule::until_moves(now, state, scratch, event_log.as_deref_mut());
        let told = cities::tell(now, state, &scratch.decisions, city);
        let (peers, moves) = (self.peers_seen(city), self.moves_of(city));
        let (now, state, scratch) = (&mut self.now, &mut self.state, &mut self.scratch);
        let quarter = now.quarter;
        let career_weight = state.cities.columns[city / LANES].career_weight[city % LANES];
        schedule::from_budgets(Shipped, now, state, scratch, event_log)?;
        Ok(Choice {
            city: city as u32,
            quarter,
            budget_cny_mn: self.budget(city),
            career: self.now.in_force.intensity * career_weight,
            is_planned: self.now.params.regime.allocation == Allocation::Coordinated,
            options: self.options_seen(city, quarter, &told),
            peers,
            moves,
        })
    }

    fn peers_seen(&self, city: usize) -> Vec<PeerSeen> {
        let published = &self.state.published;
        let seen = |(peer, weight): (usize, f64)| PeerSeen {
            city: peer as u32,
            weight,
            shares: (0..self.now.sectors())
                .map(|s| published.rows.get(peer, s))
                .collect(),
            in_force: published.in_force[peer],
            score: self.state.scores.score[peer],
        };
        self.now.setup.peers.of(city).map(seen).collect()
    }

    fn moves_of(&self, city: usize) -> Vec<PolicyEvent> {
        let (chunk, _, _) = place(city);
        let own = city - self.now.setup.chunks[chunk].first;
        let decided = self.scratch.decisions[chunk].moves.iter();
        let decided = decided.filter(|decided| decided.city as usize == own);
        decided
            .map(|own| moves::event(&self.state, city, own))
            .collect()
    }

    /// Options in the lane of a city, with the shares that came of them.
    fn options_seen(&self, city: usize, quarter: u32, told: &[Told]) -> Vec<Seen> {
        let sectors = self.now.sectors();
        let seen = |(row, told): (usize, &Told)| {
            let lane = city % LANES;
            let option = match row {
                0 => Spendable::Rest,
                _ if row <= sectors => Spendable::Sector(row - 1),
                _ => Spendable::Instrument(row - 1 - sectors),
            };
            let sector = match option {
                Spendable::Sector(sector) => Some(self.sector_terms(city, quarter, sector)),
                _ => None,
            };
            Seen {
                option,
                own_return: told.own_return[lane],
                career_return: told.career_return[lane],
                effective_peers: told.effective_peers[lane],
                reading: told.reading[lane],
                target: told.target[lane],
                before: told.before[lane],
                after: self.share(city, row),
                sector,
            }
        };
        let options = told.iter().enumerate();
        let is_there = |seen: &Seen| match seen.option {
            Spendable::Instrument(m) => self.is_in_force(city, m),
            _ => true,
        };
        options.map(seen).filter(is_there).collect()
    }

    fn sector_terms(&self, city: usize, quarter: u32, sector: usize) -> SectorTerms {
        let (chunk, block, lane) = place(city);
        let (setup, nation) = (self.now.setup, &self.state.nation);
        let is_closed = setup.chunks[chunk]
            .closures
            .iter()
            .any(|(at, of_lane, of, from)| {
                (*at, *of_lane, *of) == (block, lane, sector) && *from <= quarter
            });
        let unit_need = setup.columns[city / LANES].unit_need[lane];
        SectorTerms {
            advantage: self.advantage(city, sector),
            need: self.now.params.budgets.need_scale * unit_need,
            utilisation: nation.utilisation[sector],
            compute_access: nation.compute_access[sector],
            restriction: nation.stringency * self.world().sectors[sector].risk,
            priority: nation.priority[sector],
            is_closed,
        }
    }
}
