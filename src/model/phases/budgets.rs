//! Phase 4: policy moves are carried out, effects and values read, budgets set. One pass over the cities.

use crate::math::select;
use crate::model::data::{Channel, MAX_SECTORS};
use crate::model::equations::{budgets, moves, production, talent};
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::{CityMove, Run};
use crate::model::setup::ChunkConstants;
use crate::model::state::{Channels, Chunk, ChunkSums, Instruments, Nation, Published, bits};
use crate::parallel::{LANES, Lanes, ZERO, each, for_each, lane_sum, vectorised};
use crate::params::{Allocation, Params};

/// Everything about the quarter that all blocks share.
struct Shared<'a> {
    params: &'a Params,
    rules: &'a crate::model::rules::Rules,
    nation: &'a Nation,
    setup: &'a crate::model::Setup,
    published: &'a Published,
    is_evaluation: bool,
    /// Grants of the quarter over the sum of grant weights.
    grant_per_weight: f64,
    /// Retention times tax.
    retained_tax: f64,
    /// Share of an instrument's effect that law leaves.
    unblunted: f64,
}

/// What a block works on: its rows of the chunk's columns.
struct Block<'a> {
    /// Number of the block in its chunk.
    number: usize,
    /// Row of its first city.
    first: usize,
    /// Cities in it.
    cities: usize,
    constants: &'a ChunkConstants,
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
            grant_per_weight: if weights > 0.0 { pool / weights } else { 0.0 },
            retained_tax: self.params.budgets.retention * self.params.budgets.tax_rate,
            unblunted: 1.0 - self.rules.preemption * self.nation.stringency,
        };
        let decisions = &self.decisions;
        for_each(
            self.parallel,
            (&mut chunks[..], &mut sums[..]),
            |index, (chunk, sums)| {
                vectorised(|| shared.chunk(index, chunk, &decisions[index].moves, sums));
            },
        );
        self.chunks = chunks;
        self.sums = sums;
        self.add_budget_sums();
    }

    /// Adds what the chunks found, in order.
    fn add_budget_sums(&mut self) {
        let cities = self.cities() as f64 * self.sectors() as f64;
        let instruments = self.instruments();
        let total = &mut self.nation.sums;
        total.clear(MAX_SECTORS, instruments);
        for sums in &self.sums {
            total.comparability += sums.comparability;
            total.location += sums.location;
            total.budget += sums.budget;
            total.grants += sums.grants;
            total.instruments += sums.instruments;
            total.failed += sums.failed;
            total.poaching += sums.poaching;
            total.liberalisation += sums.liberalisation;
            total.in_force += sums.in_force;
            total.researchers += sums.researchers;
            for (all, own) in total.evidence[..instruments].iter_mut().zip(&sums.evidence) {
                all.adopters += own.adopters;
                all.effect += own.effect;
                all.weight += own.weight;
                all.weighted_design += own.weighted_design;
                all.design += own.design;
                all.advantage += own.advantage;
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
    fn sectors(&self) -> usize {
        self.setup.world().sectors.len()
    }

    fn instruments(&self) -> usize {
        self.setup.world().instruments.len()
    }

    /// One chunk of cities, block by block.
    #[inline(always)]
    fn chunk(&self, index: usize, chunk: &mut Chunk, moves: &[CityMove], sums: &mut ChunkSums) {
        let constants = &self.setup.chunks[index];
        sums.clear(self.sectors(), self.instruments());
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
            self.spend(&block, chunk, any, &mut instruments, sums);
            self.account_for_instruments(&block, chunk, any, &instruments, sums);
            self.weigh_location(&block, chunk, sums);
        }
        chunk.instruments = instruments;
    }

    /// E19 and E18, then the instruments that begin.
    #[inline(always)]
    fn adjust_designs<'m>(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        moves: &mut std::iter::Peekable<impl Iterator<Item = &'m CityMove>>,
    ) {
        let (count, options) = (self.instruments(), 1 + self.sectors() + self.instruments());
        let mut begun: [Option<CityMove>; 3 * LANES] = [None; 3 * LANES];
        let mut waiting = 0;
        while let Some(own) = moves.next_if(|own| own.city as usize / LANES == block.number) {
            let lane = own.city as usize % LANES;
            if own.kind == Move::Drop {
                let row = block.number * options;
                let m = own.instrument as usize;
                chunk.in_force[own.city as usize] &= !(1 << own.instrument);
                chunk.shares[row][lane] += chunk.shares[row + 1 + self.sectors() + m][lane];
                chunk.shares[row + 1 + self.sectors() + m][lane] = 0.0;
                chunk.failures[block.number][lane] += 1.0;
            } else {
                begun[waiting] = Some(*own);
                waiting += 1;
            }
        }
        if self.params.mechanisms.local_adjustment {
            let any = chunk.in_force[block.number * LANES..][..LANES]
                .iter()
                .fold(0, |any, own| any | own);
            let adjustment = self.params.policy.adjustment_rate;
            for m in bits(any) {
                let at = block.number * count + m;
                for l in 0..LANES {
                    let adjusted = moves::adjusted_design(
                        chunk.design[at][l],
                        chunk.optimum[at][l],
                        adjustment,
                    );
                    let is_in_force = chunk.in_force[block.number * LANES + l] >> m & 1 == 1;
                    chunk.design[at][l] = select(is_in_force, adjusted, chunk.design[at][l]);
                }
            }
        }
        for own in begun.iter().flatten() {
            let lane = own.city as usize % LANES;
            chunk.in_force[own.city as usize] |= 1 << own.instrument;
            chunk.design[block.number * count + own.instrument as usize][lane] = own.design;
            if own.kind == Move::TakeUp {
                chunk.take_ups[block.number][lane] += 1.0;
            }
        }
    }

    /// E20 with the money of the quarter before.
    #[inline(always)]
    fn read_effects(&self, block: &Block, chunk: &Chunk, any: u64, instruments: &mut Instruments) {
        let policy = &self.params.policy;
        let (count, options) = (self.instruments(), 1 + self.sectors() + self.instruments());
        let masks = &chunk.in_force[block.number * LANES..(block.number + 1) * LANES];
        let base = block.constants.base[block.number];
        let amenity = block.constants.amenity[block.number];
        let budget = chunk.budget[block.number];
        for m in bits(any) {
            let slope = self.setup.world().instruments[m].tier_slope;
            let at = block.number * count + m;
            let (design, optimum) = (chunk.design[at], chunk.optimum[at]);
            let share = chunk.shares[block.number * options + 1 + self.sectors() + m];
            let theta = self.nation.true_effect[m];
            let active: Lanes = std::array::from_fn(|l| (masks[l] >> m & 1) as f64);
            let fit = each(|l| budgets::design_fit(design[l], optimum[l], policy.design_tolerance));
            let true_effect = each(|l| budgets::tier_effect(theta, slope, amenity[l]));
            let money = each(|l| {
                budgets::money_effect(share[l] * budget[l], policy.half_money_share * base[l])
            });
            instruments.active[m] = active;
            instruments.fit[m] = fit;
            instruments.positive_fit[m] = each(|l| select(true_effect[l] > 0.0, fit[l], 0.0));
            instruments.effect[m] =
                each(|l| true_effect[l] * fit[l] * self.unblunted * money[l] * active[l]);
            instruments.peers[m] = ZERO;
        }
    }

    /// Channel sums of 7.5.
    #[inline(always)]
    fn channels(&self, block: &Block, chunk: &mut Chunk, any: u64, instruments: &Instruments) {
        let mut channels = Channels::default();
        for m in bits(any) {
            let instrument = &self.setup.world().instruments[m];
            let sum = match instrument.channel {
                Channel::Train => &mut channels.train,
                Channel::Attract => &mut channels.attract,
                Channel::Soft => &mut channels.soft,
                Channel::Motivate => &mut channels.motivate,
                Channel::Match => &mut channels.matching,
            };
            let (before, effect) = (*sum, instruments.effect[m]);
            *sum = each(|l| before[l] + effect[l]);
            let overseas = channels.overseas;
            channels.overseas = each(|l| overseas[l] + instrument.overseas_share * effect[l]);
        }
        chunk.channels[block.number] = channels;
    }

    /// What the centre will see of instruments in E33.
    #[inline(always)]
    fn gather_evidence(
        &self,
        block: &Block,
        chunk: &Chunk,
        any: u64,
        instruments: &Instruments,
        sums: &mut ChunkSums,
    ) {
        for m in bits(any) {
            let evidence = &mut sums.evidence[m];
            for l in 0..LANES {
                let (active, effect) = (instruments.active[m][l], instruments.effect[m][l]);
                let design = chunk.design[block.number * self.instruments() + m][l];
                evidence.adopters += active;
                evidence.effect += effect;
                evidence.weight += effect.max(0.0);
                evidence.weighted_design += effect.max(0.0) * design;
                evidence.design += active * design;
                evidence.advantage += active * block.constants.site_advantage[block.number][l];
            }
        }
    }

    /// E9: effective peers of the block's cities, by sector and by instrument in force.
    #[inline(always)]
    fn look_at_peers(
        &self,
        block: &Block,
        chunk: &Chunk,
        instruments: &mut Instruments,
    ) -> [Lanes; MAX_SECTORS] {
        let sectors = self.sectors();
        let mut by_sector = [ZERO; MAX_SECTORS];
        for lane in 0..block.cities {
            let mut row = [0.0; MAX_SECTORS];
            let row = &mut row[..sectors];
            let own = chunk.in_force[block.number * LANES + lane];
            for (peer, weight) in self.setup.peers.of(block.first + lane) {
                let shares = &self.published.shares[peer * sectors..(peer + 1) * sectors];
                for (sum, share) in row.iter_mut().zip(shares) {
                    *sum += weight * share;
                }
                for m in bits(own & self.published.in_force[peer]) {
                    instruments.peers[m][lane] += weight;
                }
            }
            for (lanes, sum) in by_sector.iter_mut().zip(row.iter()) {
                lanes[lane] = *sum;
            }
        }
        by_sector
    }

    /// E8-E14 and E40.
    #[inline(always)]
    fn spend(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        any: u64,
        instruments: &mut Instruments,
        sums: &mut ChunkSums,
    ) {
        let (sectors, options) = (self.sectors(), 1 + self.sectors() + self.instruments());
        let peers = self.look_at_peers(block, chunk, instruments);
        let (tournament, budget_rules) = (&self.params.tournament, &self.params.budgets);
        let (k, mean, weight) = (
            tournament.shock_variance_ratio,
            self.nation.mean_comparability,
            self.rules.comparability,
        );
        let live = block.constants.live[block.number];
        let career: Lanes = chunk.career_weight[block.number].map(|own| self.rules.intensity * own);
        let need: Lanes =
            block.constants.unit_need[block.number].map(|own| budget_rules.need_scale * own);
        let advantage =
            &block.constants.advantage[block.number * sectors..(block.number + 1) * sectors];

        let outside = block.constants.outside[block.number];
        let rest =
            each(|l| budgets::rest_value(outside[l], career[l], tournament.career_value_rest));
        let mut highest = rest;
        let mut values = [ZERO; MAX_SECTORS];
        let mut comparability = ZERO;
        for s in 0..sectors {
            let (climate, priority) = (self.nation.climate[s], self.nation.priority[s]);
            let (effective_peers, advantage) = (peers[s], advantage[s]);
            let q = each(|l| budgets::comparability(effective_peers[l], k));
            comparability = each(|l| comparability[l] + q[l]);
            let value = each(|l| {
                let reading = budgets::reading_factor(q[l], mean, weight);
                budgets::sector_value(need[l], advantage[l], climate, career[l], priority, reading)
            });
            highest = each(|l| select(value[l] > highest[l], value[l], highest[l]));
            values[s] = value;
        }
        sums.comparability += lane_sum(&each(|l| comparability[l] * live[l]));
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
                    budgets::reading_factor(budgets::comparability(peers[l], k), mean, weight);
                budgets::instrument_value(own_value, effect[l], career[l], career_value, reading)
            });
            highest = each(|l| {
                select(
                    (active[l] > 0.0) & (value[l] > highest[l]),
                    value[l],
                    highest[l],
                )
            });
            instruments.weight[m] = value;
        }
        let precision = budget_rules.precision;
        let rest_rate = budget_rules.rest_base_rate;
        let mut total = each(|l| budgets::choice_weight(rest_rate, precision, rest[l], highest[l]));
        for value in &mut values[..sectors] {
            let own = *value;
            *value = each(|l| budgets::choice_weight(1.0, precision, own[l], highest[l]));
            total = each(|l| total[l] + value[l]);
        }
        for m in bits(any) {
            // An instrument not in force may be worth more than the highest option that counts: its weight is
            // taken at the highest, so that it cannot overflow before it is set to 0.
            let (value, active) = (instruments.weight[m], instruments.active[m]);
            let rate = budget_rules.instrument_base_rate;
            let weight = each(|l| {
                let value = select(value[l] > highest[l], highest[l], value[l]);
                budgets::choice_weight(rate, precision, value, highest[l]) * active[l]
            });
            instruments.weight[m] = weight;
            total = each(|l| total[l] + weight[l]);
        }
        if self.params.regime.allocation == Allocation::Coordinated {
            self.coordinate(block, chunk, &mut values);
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
        sums.budget += lane_sum(&chunk.budget[block.number]);
        sums.grants += lane_sum(&chunk.grant[block.number]);
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
                let left = production::left_after_introduction(spending, stock, half_base, cost);
                let scale = self.setup.minimum_scale[s];
                let within = if all_share > 0.0 {
                    shares[s][l] / all_share
                } else {
                    0.0
                };
                let increment = production::increment(
                    made.productivity,
                    block.constants.advantage[at][l],
                    production::effective_spending(left, scale),
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
            let all_planned: f64 = planned[..sectors].iter().sum();
            if all_planned > 0.0 {
                let total: f64 = weights[..sectors].iter().map(|weight| weight[l]).sum();
                for s in 0..sectors {
                    weights[s][l] = total * planned[s] / all_planned;
                }
            }
        }
    }

    /// Failed experiments, poaching and O8, with the money of the quarter.
    #[inline(always)]
    fn account_for_instruments(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        any: u64,
        instruments: &Instruments,
        sums: &mut ChunkSums,
    ) {
        let options = 1 + self.sectors() + self.instruments();
        let half_money = self.params.policy.half_money_share;
        let (mut spent, mut failed, mut poaching) = (ZERO, ZERO, ZERO);
        let (mut liberalisation, mut in_force) = (ZERO, ZERO);
        let (budget, base) = (
            chunk.budget[block.number],
            block.constants.base[block.number],
        );
        for m in bits(any) {
            let instrument = &self.setup.world().instruments[m];
            let moves_only =
                self.params.mechanisms.talent_mobility && instrument.channel == Channel::Attract;
            let poached = if moves_only {
                1.0 - instrument.overseas_share
            } else {
                0.0
            };
            let share = chunk.shares[block.number * options + 1 + self.sectors() + m];
            let (works, fit, active) = (
                instruments.positive_fit[m],
                instruments.fit[m],
                instruments.active[m],
            );
            let money = each(|l| share[l] * budget[l]);
            let bought = each(|l| budgets::money_effect(money[l], half_money * base[l]));
            spent = each(|l| spent[l] + money[l]);
            failed = each(|l| failed[l] + money[l] * (1.0 - works[l]));
            poaching = each(|l| poaching[l] + poached * money[l] * works[l]);
            liberalisation =
                each(|l| liberalisation[l] + active[l] * fit[l] * self.unblunted * bought[l]);
            in_force = each(|l| in_force[l] + active[l]);
        }
        let count = self.instruments().max(1) as f64;
        let liberalisation = each(|l| liberalisation[l] / count);
        sums.in_force += lane_sum(&in_force);
        sums.instruments += lane_sum(&spent);
        sums.failed += lane_sum(&failed);
        sums.poaching += lane_sum(&poaching);
        sums.liberalisation += lane_sum(&liberalisation);
        chunk.failed[block.number] = failed;
        chunk.poaching[block.number] = poaching;
        chunk.liberalisation[block.number] = liberalisation;
    }

    /// E21, the weights of cities for those who move.
    #[inline(always)]
    fn weigh_location(&self, block: &Block, chunk: &mut Chunk, sums: &mut ChunkSums) {
        let sectors = self.sectors();
        let precision = self.params.talent.location_precision;
        let mut stock = ZERO;
        for own in &chunk.capability[block.number * sectors..(block.number + 1) * sectors] {
            stock = each(|l| stock[l] + own[l]);
        }
        let (amenity, attraction) = (
            block.constants.amenity[block.number],
            chunk.channels[block.number].attract,
        );
        let weight =
            each(|l| talent::location_weight(stock[l], precision, amenity[l], attraction[l]));
        chunk.location_weight[block.number] = weight;
        sums.location += lane_sum(&weight);
        sums.researchers += lane_sum(&chunk.researchers[block.number]);
    }
}
