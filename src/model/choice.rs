//! What an official saw when a budget was set, and what came of it: one city in one quarter.
//!
//! The core computes this for eight cities at a time and keeps nothing of it. Here one city is worked through with the
//! same functions, beside a step of the run, which changes nothing.

#[cfg(test)]
pub mod tests;

use crate::kernel::lanes::LANES;
use crate::model::equations::budgets;
use crate::model::error::ModelError;
use crate::model::params::table::Allocation;
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;
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
        mut journal: Option<&mut Journal>,
    ) -> Result<Choice, ModelError> {
        self.begin_quarter(journal.as_deref_mut());
        let peers = self.peers_seen(city);
        let moves = self.moves_of(city);
        let before = self.shares_before(city, &moves);
        let budget = self.budget(city);
        self.visit_cities(journal.as_deref_mut());
        let options = self.options_seen(city, &before, budget, &peers);
        let choice = Choice {
            city: city as u32,
            quarter: self.quarter,
            budget_cny_mn: self.budget(city),
            career: self.career(city),
            is_planned: self.params.regime.allocation == Allocation::Coordinated,
            options,
            peers,
            moves,
        };
        self.end_quarter(journal)?;
        Ok(choice)
    }

    fn peers_seen(&self, city: usize) -> Vec<PeerSeen> {
        let seen = |(peer, weight): (usize, f64)| PeerSeen {
            city: peer as u32,
            weight,
            shares: (0..self.sectors())
                .map(|s| self.published.rows.get(peer, s))
                .collect(),
            in_force: self.published.in_force[peer],
            score: self.scores.score[peer],
        };
        self.setup.peers.of(city).map(seen).collect()
    }

    fn moves_of(&self, city: usize) -> Vec<PolicyEvent> {
        let (chunk, _, _) = place(city);
        let own = city - self.setup.chunks[chunk].first;
        let moves = self.decisions[chunk].moves.iter();
        let moves = moves.filter(|decided| decided.city as usize == own);
        let event = |decided: &crate::model::run::CityMove| PolicyEvent {
            kind: decided.kind,
            city: Some(city as u32),
            instrument: decided.instrument.into(),
            design: if decided.kind == Move::Drop {
                self.design(city, decided.instrument.into())
            } else {
                decided.design
            },
            from: (decided.kind == Move::Imitate).then_some(decided.from),
        };
        moves.map(event).collect()
    }

    /// Shares of all options, with those of instruments that are given up moved to the rest (E19).
    fn shares_before(&self, city: usize, moves: &[PolicyEvent]) -> Vec<f64> {
        let options = 1 + self.sectors() + self.instruments();
        let mut shares: Vec<f64> = (0..options)
            .map(|option| self.share(city, option))
            .collect();
        for given_up in moves.iter().filter(|event| event.kind == Move::Drop) {
            let option = 1 + self.sectors() + given_up.instrument as usize;
            shares[0] += shares[option];
            shares[option] = 0.0;
        }
        shares
    }

    fn career(&self, city: usize) -> f64 {
        self.rules.intensity * self.state.columns[city / LANES].career_weight[city % LANES]
    }

    /// E8-E13 for one city, after its budget was set. `budget` is that of the quarter before.
    fn options_seen(
        &self,
        city: usize,
        before: &[f64],
        budget: f64,
        peers: &[PeerSeen],
    ) -> Vec<Seen> {
        let mut options = vec![self.rest_seen(city, before)];
        options.extend((0..self.sectors()).map(|s| self.sector_seen(city, s, before, peers)));
        let in_force = (0..self.instruments()).filter(|m| self.is_in_force(city, *m));
        options.extend(in_force.map(|m| self.instrument_seen(city, m, before, budget, peers)));
        self.weigh(&mut options);
        options
    }

    fn rest_seen(&self, city: usize, before: &[f64]) -> Seen {
        let career_value = self.params.tournament.career_value_rest;
        Seen {
            option: Spendable::Rest,
            own_return: self.outside_productivity(city),
            career_return: self.career(city) * career_value,
            effective_peers: 0.0,
            reading: 1.0,
            target: 0.0,
            before: before[0],
            after: self.share(city, 0),
            sector: None,
        }
    }

    fn reading(&self, effective_peers: f64) -> f64 {
        let weight = self.rules.comparability;
        let k = self.params.tournament.shock_variance_ratio;
        let per_mean = weight / self.nation.mean_comparability;
        let q = budgets::comparability(effective_peers, k);
        budgets::reading_factor(q, weight, per_mean)
    }

    fn sector_seen(&self, city: usize, sector: usize, before: &[f64], peers: &[PeerSeen]) -> Seen {
        let (chunk, block, lane) = place(city);
        let constants = &self.setup.chunks[chunk];
        let nation = &self.nation;
        let need =
            self.params.budgets.need_scale * self.setup.columns[city / LANES].unit_need[lane];
        let advantage = self.advantage(city, sector);
        let effective_peers = peers
            .iter()
            .fold(0.0, |sum, peer| sum + peer.weight * peer.shares[sector]);
        let reading = self.reading(effective_peers);
        let priority = nation.priority[sector];
        let is_closed = constants.closures.iter().any(|(at, of_lane, of, from)| {
            (*at, *of_lane, *of) == (block, lane, sector) && *from <= self.quarter
        });
        let climate = nation.climate[sector];
        let value =
            |career| budgets::sector_value(need, advantage, climate, career, priority, reading);
        Seen {
            option: Spendable::Sector(sector),
            own_return: value(0.0),
            career_return: self.career(city) * priority * reading,
            effective_peers,
            reading,
            target: 0.0,
            before: before[1 + sector],
            after: self.share(city, 1 + sector),
            sector: Some(SectorTerms {
                advantage,
                need,
                utilisation: nation.utilisation[sector],
                compute_access: nation.compute_access[sector],
                restriction: nation.stringency * self.world().sectors[sector].risk,
                priority,
                is_closed,
            }),
        }
    }

    /// E11, with the effect the official knows: that of the money of the quarter before (E20).
    fn instrument_seen(
        &self,
        city: usize,
        instrument: usize,
        before: &[f64],
        budget: f64,
        peers: &[PeerSeen],
    ) -> Seen {
        let option = 1 + self.sectors() + instrument;
        let effect = self.effect_of_money(city, instrument, before[option] * budget);
        let adopters = peers
            .iter()
            .filter(|peer| peer.in_force >> instrument & 1 == 1);
        let effective_peers = adopters.fold(0.0, |sum, peer| sum + peer.weight);
        let reading = self.reading(effective_peers);
        let career_value = self.params.tournament.career_value_instrument;
        Seen {
            option: Spendable::Instrument(instrument),
            own_return: self.params.budgets.instrument_own_value * effect,
            career_return: self.career(city) * career_value * reading,
            effective_peers,
            reading,
            target: 0.0,
            before: before[option],
            after: self.share(city, option),
            sector: None,
        }
    }

    /// E12: targets of options by their values; those of sectors that a planner composes (E40) by E13 backwards.
    fn weigh(&self, options: &mut [Seen]) {
        let rules = &self.params.budgets;
        let rate = |seen: &Seen| match seen.option {
            Spendable::Rest => rules.rest_base_rate,
            Spendable::Sector(_) => 1.0,
            Spendable::Instrument(_) => rules.instrument_base_rate,
        };
        let is_closed = |seen: &Seen| seen.sector.is_some_and(|terms| terms.is_closed);
        let counts = |seen: &&Seen| {
            let is_rest = seen.option == Spendable::Rest;
            is_rest || (!is_closed(seen) && rate(seen) > 0.0)
        };
        let highest = options.iter().filter(counts).map(Seen::value);
        let highest = highest.fold(f64::MIN, f64::max);
        let weight = |seen: &Seen| {
            if is_closed(seen) {
                return 0.0;
            }
            let value = seen.value().min(highest);
            budgets::choice_weight(rate(seen), rules.precision, value, highest)
        };
        let total: f64 = options.iter().map(weight).sum();
        let is_planned = self.params.regime.allocation == Allocation::Coordinated;
        for seen in options {
            let is_composed = is_planned && matches!(seen.option, Spendable::Sector(_));
            seen.target = if is_composed && rules.adjustment_rate == 0.0 {
                seen.before
            } else if is_composed {
                let kept = (1.0 - rules.adjustment_rate) * seen.before;
                (seen.after - kept) / rules.adjustment_rate
            } else {
                weight(seen) / total
            };
        }
    }
}
