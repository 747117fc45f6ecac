//! Phase 4: policy moves are carried out, effects and values read, budgets set. One pass over the cities.

use crate::model::data::{Channel, MAX_INSTRUMENTS, MAX_SECTORS};
use crate::model::equations::{budgets, moves, production, talent};
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::{CityMove, Run};
use crate::model::setup::ChunkConstants;
use crate::model::state::{Channels, Chunk, ChunkSums, Nation, Published, bits};
use crate::parallel::{LANES, Lanes, ZERO, for_each, lane_sum};
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

/// What a block knows of its instruments, by row.
struct Instruments {
    /// 1 where in force.
    active: [Lanes; MAX_INSTRUMENTS],
    /// E20.
    effect: [Lanes; MAX_INSTRUMENTS],
    /// Fit of the design.
    fit: [Lanes; MAX_INSTRUMENTS],
    /// The same where the true effect is positive, else 0.
    positive_fit: [Lanes; MAX_INSTRUMENTS],
    /// `n_im`.
    peers: [Lanes; MAX_INSTRUMENTS],
    /// E12 before normalisation.
    weight: [Lanes; MAX_INSTRUMENTS],
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
        let pool = self.params.budgets.grant_share * self.nation.growth_factor * self.setup.all_base;
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
        for_each(self.parallel, (&mut chunks[..], &mut sums[..]), |index, (chunk, sums)| {
            shared.chunk(index, chunk, &decisions[index].moves, sums);
        });
        self.chunks = chunks;
        self.sums = sums;
        self.add_budget_sums();
    }

    /// Adds what the chunks found, in order.
    fn add_budget_sums(&mut self) {
        let cities = self.cities() as f64 * self.sectors() as f64;
        let instruments = self.instruments();
        let total = &mut self.nation.sums;
        *total = ChunkSums::default();
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
        for (kind, counter) in [(Move::Pioneer, 0), (Move::Imitate, 1), (Move::TakeUp, 2), (Move::Drop, 3)] {
            for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
                for own in decisions.moves.iter().filter(|own| own.kind == kind) {
                    let city = (constants.first + own.city as usize) as u32;
                    let instrument = own.instrument as usize;
                    self.nation.moves[counter] += 1;
                    if kind == Move::Pioneer {
                        self.nation.pioneers_now.push((world.cities[city as usize].code, city, instrument));
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
                    chunk.grant_weight[block][l] =
                        budgets::grant_weight(constants.base[block][l], concentration, chunk.score[block][l]);
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
    fn chunk(&self, index: usize, chunk: &mut Chunk, moves: &[CityMove], sums: &mut ChunkSums) {
        let constants = &self.setup.chunks[index];
        *sums = ChunkSums::default();
        let mut instruments = Instruments {
            active: [ZERO; MAX_INSTRUMENTS],
            effect: [ZERO; MAX_INSTRUMENTS],
            fit: [ZERO; MAX_INSTRUMENTS],
            positive_fit: [ZERO; MAX_INSTRUMENTS],
            peers: [ZERO; MAX_INSTRUMENTS],
            weight: [ZERO; MAX_INSTRUMENTS],
        };
        let mut moves = moves.iter().peekable();
        for number in 0..constants.blocks() {
            let block = Block {
                number,
                first: constants.first + number * LANES,
                cities: LANES.min(constants.cities - number * LANES),
                constants,
            };
            self.adjust_designs(&block, chunk, &mut moves);
            let any = chunk.in_force[number * LANES..(number + 1) * LANES].iter().fold(0, |any, own| any | own);
            self.read_effects(&block, chunk, any, &mut instruments);
            self.channels(&block, chunk, any, &instruments);
            if self.is_evaluation {
                self.gather_evidence(&block, chunk, any, &instruments, sums);
            }
            self.spend(&block, chunk, any, &mut instruments, sums);
            self.account_for_instruments(&block, chunk, any, &instruments, sums);
            self.weigh_location(&block, chunk, sums);
        }
    }

    /// E19 and E18, then the instruments that begin.
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
            let any = chunk.in_force[block.number * LANES..][..LANES].iter().fold(0, |any, own| any | own);
            let adjustment = self.params.policy.adjustment_rate;
            for m in bits(any) {
                let at = block.number * count + m;
                for l in 0..LANES {
                    let adjusted = moves::adjusted_design(chunk.design[at][l], chunk.optimum[at][l], adjustment);
                    let is_in_force = chunk.in_force[block.number * LANES + l] >> m & 1 == 1;
                    chunk.design[at][l] = if is_in_force { adjusted } else { chunk.design[at][l] };
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
    fn read_effects(&self, block: &Block, chunk: &Chunk, any: u64, instruments: &mut Instruments) {
        let policy = &self.params.policy;
        let (count, options) = (self.instruments(), 1 + self.sectors() + self.instruments());
        let masks = &chunk.in_force[block.number * LANES..(block.number + 1) * LANES];
        let base = &block.constants.base[block.number];
        let amenity = &block.constants.amenity[block.number];
        let budget = &chunk.budget[block.number];
        for m in bits(any) {
            let slope = self.setup.world().instruments[m].tier_slope;
            let at = block.number * count + m;
            let (design, optimum) = (&chunk.design[at], &chunk.optimum[at]);
            let share = &chunk.shares[block.number * options + 1 + self.sectors() + m];
            for l in 0..LANES {
                let active = (masks[l] >> m & 1) as f64;
                let fit = budgets::design_fit(design[l], optimum[l], policy.design_tolerance);
                let true_effect = budgets::tier_effect(self.nation.true_effect[m], slope, amenity[l]);
                let money = budgets::money_effect(share[l] * budget[l], policy.half_money_share * base[l]);
                instruments.active[m][l] = active;
                instruments.fit[m][l] = fit;
                instruments.positive_fit[m][l] = if true_effect > 0.0 { fit } else { 0.0 };
                instruments.effect[m][l] = true_effect * fit * self.unblunted * money * active;
                instruments.peers[m][l] = 0.0;
            }
        }
    }

    /// Channel sums of 7.5.
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
            for l in 0..LANES {
                sum[l] += instruments.effect[m][l];
                channels.overseas[l] += instrument.overseas_share * instruments.effect[m][l];
            }
        }
        chunk.channels[block.number] = channels;
    }

    /// What the centre will see of instruments in E33.
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
    fn look_at_peers(&self, block: &Block, chunk: &Chunk, instruments: &mut Instruments) -> [Lanes; MAX_SECTORS] {
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
        let (k, mean, weight) =
            (tournament.shock_variance_ratio, self.nation.mean_comparability, self.rules.comparability);
        let live = &block.constants.live[block.number];
        let career: Lanes = chunk.career_weight[block.number].map(|own| self.rules.intensity * own);
        let need: Lanes = block.constants.unit_need[block.number].map(|own| budget_rules.need_scale * own);
        let advantage = &block.constants.advantage[block.number * sectors..(block.number + 1) * sectors];

        let mut rest = ZERO;
        for l in 0..LANES {
            let outside = block.constants.outside[block.number][l];
            rest[l] = budgets::rest_value(outside, career[l], tournament.career_value_rest);
        }
        let mut highest = rest;
        let mut values = [ZERO; MAX_SECTORS];
        let mut comparability = ZERO;
        for s in 0..sectors {
            let (climate, priority) = (self.nation.climate[s], self.nation.priority[s]);
            for l in 0..LANES {
                let q = budgets::comparability(peers[s][l], k);
                comparability[l] += q;
                let reading = budgets::reading_factor(q, mean, weight);
                let value = budgets::sector_value(need[l], advantage[s][l], climate, career[l], priority, reading);
                values[s][l] = value;
                highest[l] = if value > highest[l] { value } else { highest[l] };
            }
        }
        for l in 0..LANES {
            sums.comparability += comparability[l] * live[l];
        }
        for m in bits(any) {
            for l in 0..LANES {
                let q = budgets::comparability(instruments.peers[m][l], k);
                let value = budgets::instrument_value(
                    budget_rules.instrument_own_value,
                    instruments.effect[m][l],
                    career[l],
                    tournament.career_value_instrument,
                    budgets::reading_factor(q, mean, weight),
                );
                instruments.weight[m][l] = value;
                let counts = instruments.active[m][l] > 0.0 && value > highest[l];
                highest[l] = if counts { value } else { highest[l] };
            }
        }
        let precision = budget_rules.precision;
        let mut total = ZERO;
        for l in 0..LANES {
            total[l] = budgets::choice_weight(budget_rules.rest_base_rate, precision, rest[l], highest[l]);
        }
        for value in &mut values[..sectors] {
            for l in 0..LANES {
                value[l] = budgets::choice_weight(1.0, precision, value[l], highest[l]);
                total[l] += value[l];
            }
        }
        for m in bits(any) {
            for l in 0..LANES {
                // An instrument not in force may be worth more than the highest option that counts: its weight
                // is taken at the highest, so that it cannot overflow before it is set to 0.
                let value = instruments.weight[m][l];
                let value = if value > highest[l] { highest[l] } else { value };
                let weight =
                    budgets::choice_weight(budget_rules.instrument_base_rate, precision, value, highest[l]);
                instruments.weight[m][l] = weight * instruments.active[m][l];
                total[l] += instruments.weight[m][l];
            }
        }
        if self.params.regime.allocation == Allocation::Coordinated {
            self.coordinate(block, chunk, &mut values);
        }

        let shares = &mut chunk.shares[block.number * options..(block.number + 1) * options];
        let mut spent = ZERO;
        for s in 0..sectors {
            for l in 0..LANES {
                let target = values[s][l] / total[l];
                shares[1 + s][l] = budgets::share(shares[1 + s][l], target, budget_rules.adjustment_rate);
                spent[l] += shares[1 + s][l];
            }
        }
        for m in bits(any) {
            for l in 0..LANES {
                let own = &mut shares[1 + sectors + m][l];
                let target = instruments.weight[m][l] / total[l];
                *own = budgets::share(*own, target, budget_rules.adjustment_rate);
                spent[l] += *own;
            }
        }
        for l in 0..LANES {
            shares[0][l] = 1.0 - spent[l];
            let grant = self.grant_per_weight * chunk.grant_weight[block.number][l];
            chunk.grant[block.number][l] = grant;
            chunk.budget[block.number][l] = budgets::budget(
                block.constants.base[block.number][l],
                self.nation.growth_factor,
                self.retained_tax,
                chunk.output[block.number][l],
                grant,
            );
        }
        sums.budget += lane_sum(&chunk.budget[block.number]);
        sums.grants += lane_sum(&chunk.grant[block.number]);
    }

    /// E40: splits the sectors' total weight anew by spending times marginal national value.
    fn coordinate(&self, block: &Block, chunk: &Chunk, weights: &mut [Lanes; MAX_SECTORS]) {
        let (sectors, options) = (self.sectors(), 1 + self.sectors() + self.instruments());
        let made = &self.params.production;
        let shares = &chunk.shares[block.number * options + 1..block.number * options + 1 + sectors];
        for l in 0..LANES {
            let all_share: f64 = shares.iter().map(|share| share[l]).sum();
            let mut planned = [0.0; MAX_SECTORS];
            for s in 0..sectors {
                let at = block.number * sectors + s;
                let spending = shares[s][l] * chunk.budget[block.number][l];
                let stock = chunk.capability[at][l];
                let left = spending
                    - production::introduction(spending, stock, self.setup.half_base[s], made.introduction_cost);
                let scale = self.setup.minimum_scale[s];
                let within = if all_share > 0.0 { shares[s][l] / all_share } else { 0.0 };
                let increment = production::increment(
                    made.productivity,
                    block.constants.advantage[at][l],
                    left - production::subscale(left, scale),
                    chunk.effective_talent[block.number][l] * within,
                    made.money_elasticity,
                    self.nation.access[s],
                );
                let national = self.nation.capability[s];
                planned[s] = budgets::planned_weight(
                    self.setup.value[s] / self.nation.frontier[s],
                    if national > 0.0 { stock / national } else { 0.0 },
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
        let (mut spent, mut failed, mut poaching, mut liberalisation) = (ZERO, ZERO, ZERO, ZERO);
        for m in bits(any) {
            let instrument = &self.setup.world().instruments[m];
            let moves_only = self.params.mechanisms.talent_mobility && instrument.channel == Channel::Attract;
            let poached = if moves_only { 1.0 - instrument.overseas_share } else { 0.0 };
            let share = &chunk.shares[block.number * options + 1 + self.sectors() + m];
            for l in 0..LANES {
                let money = share[l] * chunk.budget[block.number][l];
                let works = instruments.positive_fit[m][l];
                spent[l] += money;
                failed[l] += money * (1.0 - works);
                poaching[l] += poached * money * works;
                let bought = budgets::money_effect(money, half_money * block.constants.base[block.number][l]);
                liberalisation[l] +=
                    instruments.active[m][l] * instruments.fit[m][l] * self.unblunted * bought;
                sums.in_force += instruments.active[m][l];
            }
        }
        let count = self.instruments().max(1) as f64;
        for own in &mut liberalisation {
            *own /= count;
        }
        sums.instruments += lane_sum(&spent);
        sums.failed += lane_sum(&failed);
        sums.poaching += lane_sum(&poaching);
        sums.liberalisation += lane_sum(&liberalisation);
        chunk.failed[block.number] = failed;
        chunk.poaching[block.number] = poaching;
        chunk.liberalisation[block.number] = liberalisation;
    }

    /// E21, the weights of cities for those who move.
    fn weigh_location(&self, block: &Block, chunk: &mut Chunk, sums: &mut ChunkSums) {
        let sectors = self.sectors();
        let precision = self.params.talent.location_precision;
        let mut stock = ZERO;
        for own in &chunk.capability[block.number * sectors..(block.number + 1) * sectors] {
            for l in 0..LANES {
                stock[l] += own[l];
            }
        }
        let weight = &mut chunk.location_weight[block.number];
        for l in 0..LANES {
            let amenity = block.constants.amenity[block.number][l];
            let attraction = chunk.channels[block.number].attract[l];
            weight[l] = talent::location_weight(stock[l], precision, amenity, attraction);
        }
        sums.location += lane_sum(weight);
        sums.researchers += lane_sum(&chunk.researchers[block.number]);
    }
}

