//! Phase 4, the part about money: values are read, shares and budgets set.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{
    LANES, Lanes, ZERO, column_by_column, each, eight, lane_sum, plus, vectorised,
};
use crate::kernel::math::select;
use crate::kernel::parallel::{CHUNK_BLOCKS, Pieces, pieces_in_order};
use crate::model::chunks::{Chunk, Columns as CityColumns};
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, production};
use crate::model::params::table::Allocation;
use crate::model::phases::cities::{Block, Scratch, Shared};
use crate::model::phases::peers::{self, COLUMNS, Columns};
use crate::model::run::Run;
use crate::model::setup::Setup;
use crate::model::state::Sums;

/// What a block knows of its sectors.
#[derive(Clone, Debug)]
pub(crate) struct Sectors {
    /// `n_is`, then peers' researchers.
    peers: Columns,
    /// Value, then weight of E12.
    values: [Lanes; MAX_SECTORS],
    /// What the cities of the block published themselves.
    own: Columns,
}

impl Default for Sectors {
    fn default() -> Self {
        Sectors {
            peers: [ZERO; COLUMNS],
            values: [ZERO; MAX_SECTORS],
            own: [ZERO; COLUMNS],
        }
    }
}

impl Run<'_> {
    /// E32: weights of the grants from the scores in force.
    pub(crate) fn weigh_grants(&mut self) {
        let concentration = self.rules.grant_concentration;
        self.nation.grant_concentration = concentration;
        let (setup, score) = (self.setup, &self.scores.score);
        let columns = Pieces {
            whole: &mut self.state.columns[..],
            length: CHUNK_BLOCKS,
        };
        let weigh = |index: usize, columns: &mut [CityColumns]| {
            vectorised(
                #[inline(always)]
                || weigh_grants_in_chunk(setup, index, columns, concentration, score),
            )
        };
        let mut all = 0.0;
        pieces_in_order(self.parallel, columns, weigh, |sum: f64| all += sum);
        self.nation.grant_weights = all;
    }
}

/// E32 for a chunk; the sum of its weights.
#[inline(always)]
fn weigh_grants_in_chunk(
    setup: &Setup,
    chunk: usize,
    columns: &mut [CityColumns],
    concentration: f64,
    score: &[f64],
) -> f64 {
    let mut sum = 0.0;
    for (block, columns) in columns.iter_mut().enumerate() {
        let at = chunk * CHUNK_BLOCKS + block;
        let (base, score) = (setup.columns[at].base, eight(score, at));
        let weight = each(|l| budgets::grant_weight(base[l], concentration, score[l]));
        columns.grant_weight = weight;
        sum += lane_sum(&weight);
    }
    sum
}

impl Shared<'_> {
    /// E8-E14 and E40. `known` are the sums of peers' rows, where they have been found before.
    #[inline(always)]
    pub(crate) fn set_budgets(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        known: Option<&[Lanes]>,
        scratch: &mut Scratch,
        sums: &mut Sums<Lanes>,
    ) {
        let sectors = self.sectors();
        let cities = block.first..block.first + block.cities;
        let instruments = &mut scratch.instruments;
        let Sectors { peers, values, own } = &mut scratch.sectors;
        let (graph, published) = (&self.setup.peers, self.published);
        let by_instrument = &mut instruments.peers[..];
        let has_instruments = block.any != 0;
        let peers = match known {
            Some(known) => {
                if has_instruments {
                    peers::instruments(graph, cities, published, by_instrument);
                }
                known
            }
            None => {
                if has_instruments {
                    peers::rows_and_instruments(graph, cities, published, peers, by_instrument);
                } else {
                    peers::rows(graph, cities, published, peers);
                }
                &*peers
            }
        };
        published.rows.columns(block.first, own);
        let researchers = peers[sectors];
        for lane in 0..block.cities {
            let count = graph.count(block.first + lane).max(1);
            scratch.peers_researchers[lane] = researchers[lane] / count as f64;
        }
        let (tournament, budget_rules) = (&self.params.tournament, &self.params.budgets);
        let (k, weight) = (tournament.shock_variance_ratio, self.rules.comparability);
        let per_mean = weight / self.nation.mean_comparability;
        let live = block.constants.live(block.number);
        let career_weight = chunk.columns[block.number].career_weight;
        let career = each(|l| self.rules.intensity * career_weight[l]);
        let unit_need = block.columns.unit_need;
        let need = each(|l| budget_rules.need_scale * unit_need[l]);
        let advantage = &self.advantage[block.first / LANES * sectors..][..sectors];

        let outside = block.columns.outside;
        let rest =
            each(|l| budgets::rest_value(outside[l], career[l], tournament.career_value_rest));
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
            values[s] = value;
        }
        let values = &mut values[..sectors];
        let (number, quarter) = (block.number, self.quarter);
        block.constants.close(number, quarter, values, rest);
        let mut highest = rest;
        for value in &*values {
            let value = *value;
            highest = each(|l| select(value[l] > highest[l], value[l], highest[l]));
        }
        sums.comparability = each(|l| sums.comparability[l] + comparability[l] * live[l]);
        let (precision, instrument_rate) =
            (budget_rules.precision, budget_rules.instrument_base_rate);
        for m in bits(block.any) {
            let own = &mut instruments.in_use[m];
            let (effect, active, peers) = (own.effect, own.active, instruments.peers[m]);
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
            own.weight = value;
        }
        let rest_rate = budget_rules.rest_base_rate;
        let mut total = each(|l| budgets::choice_weight(rest_rate, precision, rest[l], highest[l]));
        for value in &mut *values {
            let own = *value;
            *value = each(|l| budgets::choice_weight(1.0, precision, own[l], highest[l]));
            column_by_column();
        }
        block.constants.close(number, quarter, values, ZERO);
        for weight in &*values {
            total = plus(total, *weight);
        }
        for m in bits(block.any) {
            // An instrument not in force may be worth more than the highest option that counts: its weight is
            // taken at the highest, so that it cannot overflow before it is set to 0.
            let own = &mut instruments.in_use[m];
            let (value, active) = (own.weight, own.active);
            let weight = each(|l| {
                let value = select(value[l] > highest[l], highest[l], value[l]);
                budgets::choice_weight(instrument_rate, precision, value, highest[l]) * active[l]
            });
            own.weight = weight;
            total = each(|l| total[l] + weight[l]);
        }
        if self.params.regime.allocation == Allocation::Coordinated {
            self.coordinate(block, chunk, own, values);
        }

        let all_share = own[sectors + 1];
        let adjustment = budget_rules.adjustment_rate;
        let per_total = each(|l| 1.0 / total[l]);
        for s in 0..sectors {
            let (within, weight) = (own[s], values[s]);
            let now = each(|l| within[l] * all_share[l]);
            let next = each(|l| budgets::share(now[l], weight[l] * per_total[l], adjustment));
            scratch.built.shares[s] = next;
        }
        let (base, output) = (block.columns.base, chunk.columns[block.number].output);
        let grant_weight = chunk.columns[block.number].grant_weight;
        let grant = each(|l| self.grant_per_weight * grant_weight[l]);
        let growth = self.nation.growth_factor;
        let budget =
            each(|l| budgets::budget(base[l], growth, self.retained_tax, output[l], grant[l]));
        chunk.columns[block.number].budget = budget;
        chunk.columns[block.number].grant = grant;
        sums.budget = plus(sums.budget, budget);
        sums.grants = plus(sums.grants, grant);
        self.fund_instruments(block, chunk, instruments, per_total, sums);
    }

    /// E40: splits the sectors' total weight anew by spending times marginal national value.
    #[inline(always)]
    fn coordinate(&self, block: &Block, chunk: &Chunk, own: &Columns, weights: &mut [Lanes]) {
        let sectors = self.sectors();
        let made = &self.params.production;
        for l in 0..LANES {
            let all_share = own[sectors + 1][l];
            let mut planned = [0.0; MAX_SECTORS];
            for s in 0..sectors {
                let at = block.number * sectors + s;
                let spending = own[s][l] * all_share * chunk.columns[block.number].budget[l];
                let stock = chunk.capability[at][l];
                let (half_base, cost) = (self.setup.half_base[s], made.introduction_cost);
                let per_base = production::per_base(stock, half_base);
                let left =
                    production::left_after_introduction(spending, stock, half_base, per_base, cost);
                let scale = self.setup.minimum_scale[s];
                let scale_share = production::scale_share(left, scale);
                let within = own[s][l];
                let increment = production::increment(
                    made.productivity,
                    self.advantage[block.first / LANES * sectors + s][l],
                    production::effective_spending(left, scale_share),
                    chunk.columns[block.number].effective_talent[l] * within,
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
}
