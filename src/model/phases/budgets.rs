//! Phase 4: policy moves are carried out, effects and values read, budgets set. One pass over the cities.

use super::peers::{self, COLUMNS, Columns};
use crate::lanes::{LANES, Lanes, ZERO, each, lane_sum, plus, vectorised};
use crate::math::select;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, production, talent};
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::{CityMove, Run};
use crate::model::setup::ChunkConstants;
use crate::model::state::{Chunk, Instruments, Nation, Published, Sums, bits};
use crate::parallel::for_each;
use crate::params::{Allocation, Params};

/// Everything about the quarter that all blocks share.
pub(super) struct Shared<'a> {
    pub(super) params: &'a Params,
    pub(super) rules: &'a crate::model::rules::Rules,
    pub(super) nation: &'a Nation,
    pub(super) setup: &'a crate::model::Setup,
    pub(super) published: &'a Published,
    pub(super) is_evaluation: bool,
    pub(super) quarter: u32,
    /// Grants of the quarter over the sum of grant weights.
    pub(super) grant_per_weight: f64,
    /// Retention times tax.
    pub(super) retained_tax: f64,
    /// Share of an instrument's effect that law leaves.
    pub(super) unblunted: f64,
}

/// What a block works on: its rows of the chunk's columns.
pub(super) struct Block<'a> {
    /// Number of the block in its chunk.
    pub(super) number: usize,
    /// Row of its first city.
    pub(super) first: usize,
    /// Cities in it.
    pub(super) cities: usize,
    pub(super) constants: &'a ChunkConstants,
}

/// What a block knows of its sectors; made once for a chunk, as filling it with zeros costs.
struct Sectors {
    /// `n_is`, then peers' researchers.
    peers: Columns,
    /// Value, then weight of E12.
    values: [Lanes; MAX_SECTORS],
}

impl Run<'_> {
    /// E8-E14, E18, E20, E32 and E40.
    pub(crate) fn set_budgets(&mut self, journal: Option<&mut Journal>) {
        self.record_moves(journal);
        if self.nation.grant_concentration.to_bits() != self.rules.grant_concentration.to_bits() {
            self.weigh_grants();
        }
        let mut chunks = std::mem::take(&mut self.chunks);
        let mut sums = std::mem::take(&mut self.sums);
        let pool =
            self.params.budgets.grant_share * self.nation.growth_factor * self.setup.all_base;
        let weights = self.nation.grant_weights;
        let shared = Shared {
            params: &self.params,
            rules: &self.rules,
            nation: &self.nation,
            setup: self.setup,
            published: &self.published,
            is_evaluation: self.is_evaluation(),
            quarter: self.quarter,
            grant_per_weight: if weights > 0.0 { pool / weights } else { 0.0 },
            retained_tax: self.params.budgets.retention * self.params.budgets.tax_rate,
            unblunted: 1.0 - self.rules.preemption * self.nation.stringency,
        };
        let decisions = &self.decisions;
        for_each(
            self.parallel,
            (&mut chunks[..], &mut sums[..]),
            |index, (chunk, sums)| {
                vectorised(
                    #[inline(always)]
                    || shared.chunk(index, chunk, &decisions[index].moves, sums),
                );
            },
        );
        self.chunks = chunks;
        self.sums = sums;
        self.add_budget_sums();
    }

    /// Adds what the chunks found, in order.
    fn add_budget_sums(&mut self) {
        let (sectors, instruments) = (self.sectors(), self.instruments());
        let cities = self.cities() as f64 * sectors as f64;
        let total = &mut self.nation.sums;
        total.clear(sectors, instruments);
        for sums in &self.sums {
            total.comparability += lane_sum(&sums.comparability);
            total.location += lane_sum(&sums.location);
            total.budget += lane_sum(&sums.budget);
            total.grants += lane_sum(&sums.grants);
            total.instruments += lane_sum(&sums.instruments);
            total.failed += lane_sum(&sums.failed);
            total.poaching += lane_sum(&sums.poaching);
            total.liberalisation += lane_sum(&sums.liberalisation);
            total.in_force += lane_sum(&sums.in_force);
            total.researchers += lane_sum(&sums.researchers);
            for (all, own) in total.evidence.iter_mut().zip(&sums.evidence) {
                all.adopters += lane_sum(&own.adopters);
                all.effect += lane_sum(&own.effect);
                all.weight += lane_sum(&own.weight);
                all.weighted_design += lane_sum(&own.weighted_design);
                all.design += lane_sum(&own.design);
                all.advantage += lane_sum(&own.advantage);
            }
        }
        // The national mean is published after the fact: it serves the next quarter.
        self.nation.next_mean_comparability = total.comparability / cities;
    }

    /// Counts moves, remembers who pioneered first, and writes the journal.
    fn record_moves(&mut self, mut journal: Option<&mut Journal>) {
        let world = self.setup.world();
        self.nation.moves = [0; 4];
        for (kind, counter) in [
            (Move::Pioneer, 0),
            (Move::Imitate, 1),
            (Move::TakeUp, 2),
            (Move::Drop, 3),
        ] {
            for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
                for own in decisions.moves.iter().filter(|own| own.kind == kind) {
                    let city = (constants.first + own.city as usize) as u32;
                    let instrument = own.instrument as usize;
                    self.nation.moves[counter] += 1;
                    if kind == Move::Pioneer {
                        self.nation.pioneers_now.push((
                            world.cities[city as usize].code,
                            city,
                            instrument,
                        ));
                    }
                    if let Some(journal) = journal.as_deref_mut() {
                        let (block, lane) = (own.city as usize / LANES, own.city as usize % LANES);
                        let chunk = &self.chunks[constants.first / crate::parallel::CHUNK_CITIES];
                        journal.policies.push(PolicyEvent {
                            kind,
                            city: Some(city),
                            instrument: own.instrument.into(),
                            design: if kind == Move::Drop {
                                chunk.design[block * world.instruments.len() + instrument][lane]
                            } else {
                                own.design
                            },
                            from: (kind == Move::Imitate).then_some(own.from),
                        });
                    }
                }
            }
        }
        // Same quarter: the lower code was first.
        self.nation.pioneers_now.sort_unstable();
        for (_, city, instrument) in self.nation.pioneers_now.drain(..) {
            self.nation.first_pioneer[instrument].get_or_insert(city);
        }
    }

    /// E32: weights of the grants from the scores in force.
    pub(crate) fn weigh_grants(&mut self) {
        let concentration = self.rules.grant_concentration;
        self.nation.grant_concentration = concentration;
        self.nation.grant_weights = 0.0;
        for (chunk, constants) in self.chunks.iter_mut().zip(&self.setup.chunks) {
            let mut sum = 0.0;
            for block in 0..constants.blocks() {
                for l in 0..LANES {
                    chunk.grant_weight[block][l] = budgets::grant_weight(
                        constants.base[block][l],
                        concentration,
                        chunk.score[block][l],
                    );
                }
                sum += lane_sum(&chunk.grant_weight[block]);
            }
            self.nation.grant_weights += sum;
        }
    }
}

impl Shared<'_> {
    pub(super) fn sectors(&self) -> usize {
        self.setup.world().sectors.len()
    }

    pub(super) fn instruments(&self) -> usize {
        self.setup.world().instruments.len()
    }

    /// One chunk of cities, block by block.
    #[inline(always)]
    fn chunk(&self, index: usize, chunk: &mut Chunk, moves: &[CityMove], sums: &mut Sums<Lanes>) {
        let constants = &self.setup.chunks[index];
        sums.clear(self.sectors(), self.instruments());
        let mut scratch = Sectors {
            peers: [ZERO; COLUMNS],
            values: [ZERO; MAX_SECTORS],
        };
        let mut instruments = std::mem::take(&mut chunk.instruments);
        let mut moves = moves.iter().peekable();
        for number in 0..constants.blocks() {
            let block = Block {
                number,
                first: constants.first + number * LANES,
                cities: LANES.min(constants.cities - number * LANES),
                constants,
            };
            self.adjust_designs(&block, chunk, &mut moves);
            let any = chunk.in_force[number * LANES..(number + 1) * LANES]
                .iter()
                .fold(0, |any, own| any | own);
            self.read_effects(&block, chunk, any, &mut instruments);
            self.channels(&block, chunk, any, &instruments);
            if self.is_evaluation {
                self.gather_evidence(&block, chunk, any, &instruments, sums);
            }
            self.spend(&block, chunk, any, &mut instruments, &mut scratch, sums);
            self.account_for_instruments(&block, chunk, any, &instruments, sums);
            self.weigh_location(&block, chunk, sums);
        }
        chunk.instruments = instruments;
    }

    /// E8-E14 and E40.
    #[inline(always)]
    fn spend(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        any: u64,
        instruments: &mut Instruments,
        scratch: &mut Sectors,
        sums: &mut Sums<Lanes>,
    ) {
        let (sectors, options) = (self.sectors(), 1 + self.sectors() + self.instruments());
        let cities = block.first..block.first + block.cities;
        let Sectors { peers, values } = scratch;
        peers::rows(
            &self.setup.peers,
            cities.clone(),
            &self.published.rows,
            peers,
        );
        let researchers = peers[sectors];
        for lane in 0..block.cities {
            let count = self.setup.peers.count(block.first + lane).max(1);
            chunk.peers_researchers[block.number][lane] = researchers[lane] / count as f64;
        }
        if any != 0 {
            let in_force = &self.published.in_force;
            peers::instruments(&self.setup.peers, cities, in_force, &mut instruments.peers);
        }
        let (tournament, budget_rules) = (&self.params.tournament, &self.params.budgets);
        let (k, weight) = (tournament.shock_variance_ratio, self.rules.comparability);
        let per_mean = weight / self.nation.mean_comparability;
        let live = block.constants.live[block.number];
        let career_weight = chunk.career_weight[block.number];
        let career = each(|l| self.rules.intensity * career_weight[l]);
        let unit_need = block.constants.unit_need[block.number];
        let need = each(|l| budget_rules.need_scale * unit_need[l]);
        let advantage =
            &block.constants.advantage[block.number * sectors..(block.number + 1) * sectors];

        let outside = block.constants.outside[block.number];
        let rest =
            each(|l| budgets::rest_value(outside[l], career[l], tournament.career_value_rest));
        let mut highest = rest;
        let mut comparability = ZERO;
        for s in 0..sectors {
            let (climate, priority) = (self.nation.climate[s], self.nation.priority[s]);
            let (effective_peers, advantage) = (peers[s], advantage[s]);
            let q = each(|l| budgets::comparability(effective_peers[l], k));
            comparability = each(|l| comparability[l] + q[l]);
            let value = each(|l| {
                let reading = budgets::reading_factor(q[l], weight, per_mean);
                budgets::sector_value(need[l], advantage[l], climate, career[l], priority, reading)
            });
            let (number, quarter) = (block.number, self.quarter);
            let value = block
                .constants
                .unless_closed(number, s, quarter, value, rest);
            highest = each(|l| select(value[l] > highest[l], value[l], highest[l]));
            values[s] = value;
        }
        sums.comparability = each(|l| sums.comparability[l] + comparability[l] * live[l]);
        let (precision, instrument_rate) =
            (budget_rules.precision, budget_rules.instrument_base_rate);
        for m in bits(any) {
            let (effect, peers, active) = (
                instruments.effect[m],
                instruments.peers[m],
                instruments.active[m],
            );
            let (own_value, career_value) = (
                budget_rules.instrument_own_value,
                tournament.career_value_instrument,
            );
            let value = each(|l| {
                let reading =
                    budgets::reading_factor(budgets::comparability(peers[l], k), weight, per_mean);
                budgets::instrument_value(own_value, effect[l], career[l], career_value, reading)
            });
            // An option without weight must not set the scale of those that have one.
            highest = each(|l| {
                let counts = (active[l] * instrument_rate > 0.0) & (value[l] > highest[l]);
                select(counts, value[l], highest[l])
            });
            instruments.weight[m] = value;
        }
        let rest_rate = budget_rules.rest_base_rate;
        let mut total = each(|l| budgets::choice_weight(rest_rate, precision, rest[l], highest[l]));
        for (s, value) in values[..sectors].iter_mut().enumerate() {
            let own = *value;
            let weight = each(|l| budgets::choice_weight(1.0, precision, own[l], highest[l]));
            let (number, quarter) = (block.number, self.quarter);
            *value = block
                .constants
                .unless_closed(number, s, quarter, weight, ZERO);
            total = each(|l| total[l] + value[l]);
        }
        for m in bits(any) {
            // An instrument not in force may be worth more than the highest option that counts: its weight is
            // taken at the highest, so that it cannot overflow before it is set to 0.
            let (value, active) = (instruments.weight[m], instruments.active[m]);
            let weight = each(|l| {
                let value = select(value[l] > highest[l], highest[l], value[l]);
                budgets::choice_weight(instrument_rate, precision, value, highest[l]) * active[l]
            });
            instruments.weight[m] = weight;
            total = each(|l| total[l] + weight[l]);
        }
        if self.params.regime.allocation == Allocation::Coordinated {
            self.coordinate(block, chunk, values);
        }

        let shares = &mut chunk.shares[block.number * options..(block.number + 1) * options];
        let adjustment = budget_rules.adjustment_rate;
        let per_total = each(|l| 1.0 / total[l]);
        let mut spent = ZERO;
        for s in 0..sectors {
            let (now, weight) = (shares[1 + s], values[s]);
            let next = each(|l| budgets::share(now[l], weight[l] * per_total[l], adjustment));
            spent = each(|l| spent[l] + next[l]);
            shares[1 + s] = next;
        }
        for m in bits(any) {
            let (now, weight) = (shares[1 + sectors + m], instruments.weight[m]);
            let next = each(|l| budgets::share(now[l], weight[l] * per_total[l], adjustment));
            spent = each(|l| spent[l] + next[l]);
            shares[1 + sectors + m] = next;
        }
        shares[0] = each(|l| 1.0 - spent[l]);
        let (base, output) = (
            block.constants.base[block.number],
            chunk.output[block.number],
        );
        let grant_weight = chunk.grant_weight[block.number];
        let grant = each(|l| self.grant_per_weight * grant_weight[l]);
        let growth = self.nation.growth_factor;
        chunk.budget[block.number] =
            each(|l| budgets::budget(base[l], growth, self.retained_tax, output[l], grant[l]));
        chunk.grant[block.number] = grant;
        sums.budget = plus(sums.budget, chunk.budget[block.number]);
        sums.grants = plus(sums.grants, grant);
    }

    /// E40: splits the sectors' total weight anew by spending times marginal national value.
    #[inline(always)]
    fn coordinate(&self, block: &Block, chunk: &Chunk, weights: &mut [Lanes; MAX_SECTORS]) {
        let (sectors, options) = (self.sectors(), 1 + self.sectors() + self.instruments());
        let made = &self.params.production;
        let shares =
            &chunk.shares[block.number * options + 1..block.number * options + 1 + sectors];
        for l in 0..LANES {
            let all_share: f64 = shares.iter().map(|share| share[l]).sum();
            let mut planned = [0.0; MAX_SECTORS];
            for s in 0..sectors {
                let at = block.number * sectors + s;
                let spending = shares[s][l] * chunk.budget[block.number][l];
                let stock = chunk.capability[at][l];
                let (half_base, cost) = (self.setup.half_base[s], made.introduction_cost);
                let per_base = production::per_base(stock, half_base);
                let left =
                    production::left_after_introduction(spending, stock, half_base, per_base, cost);
                let scale = self.setup.minimum_scale[s];
                let scale_share = production::scale_share(left, scale);
                let within = if all_share > 0.0 {
                    shares[s][l] / all_share
                } else {
                    0.0
                };
                let increment = production::increment(
                    made.productivity,
                    block.constants.advantage[at][l],
                    production::effective_spending(left, scale_share),
                    chunk.effective_talent[block.number][l] * within,
                    made.money_elasticity,
                    self.nation.access[s],
                );
                let national = self.nation.capability[s];
                planned[s] = budgets::planned_weight(
                    self.setup.value[s] / self.nation.frontier[s],
                    if national > 0.0 {
                        stock / national
                    } else {
                        0.0
                    },
                    made.aggregation,
                    increment,
                    left,
                    scale,
                    made.money_elasticity,
                );
            }
            for (at, lane, s, from) in &block.constants.closures {
                if (*at, *lane) == (block.number, l) && *from <= self.quarter {
                    planned[*s] = 0.0;
                }
            }
            let all_planned: f64 = planned[..sectors].iter().sum();
            if all_planned > 0.0 {
                let total: f64 = weights[..sectors].iter().map(|weight| weight[l]).sum();
                for s in 0..sectors {
                    weights[s][l] = total * planned[s] / all_planned;
                }
            }
        }
    }

    /// E21, the weights of cities for those who move.
    #[inline(always)]
    fn weigh_location(&self, block: &Block, chunk: &mut Chunk, sums: &mut Sums<Lanes>) {
        let precision = self.params.talent.location_precision;
        let stock = chunk.stock[block.number];
        let (amenity, attraction) = (
            block.constants.amenity[block.number],
            chunk.channels[block.number].attract,
        );
        let weight =
            each(|l| talent::location_weight(stock[l], precision, amenity[l], attraction[l]));
        chunk.location_weight[block.number] = weight;
        sums.location = plus(sums.location, weight);
        sums.researchers = plus(sums.researchers, chunk.researchers[block.number]);
    }
}
