//! Phase 4, the part about money: values are read, shares and budgets set.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{
    LANES, Lanes, ZERO, column_by_column, each, eight, lane_sum, plus, wide,
};
use crate::kernel::math::select;
use crate::kernel::parallel::{CHUNK_BLOCKS, Pieces, pieces_in_order};
use crate::model::block::{Block, Pass, Sectors, Told};
use crate::model::chunks::{Columns as CityColumns, Own};
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, production};
use crate::model::now::Now;
use crate::model::params::table::Allocation;
use crate::model::phases::{instruments, peers};
use crate::model::published::Columns;
use crate::model::rules::{GrantWeight, Rules, SectorValue};
use crate::model::scratch::ChunkScratch;
use crate::model::setup::Setup;
use crate::model::state::State;

/// E32 where the rule has changed since the weights were made.
pub(crate) fn weigh_grants_anew<R: Rules>(now: &Now, state: &mut State, rules: R) {
    let concentration = now.in_force.grant_concentration;
    if state.nation.grant_concentration.to_bits() != concentration.to_bits() {
        weigh_grants(now, state, rules);
    }
}

/// E32: weights of the grants from the scores in force.
pub(crate) fn weigh_grants<R: Rules>(now: &Now, state: &mut State, rules: R) {
    let (setup, concentration) = (now.setup, now.in_force.grant_concentration);
    state.nation.grant_concentration = concentration;
    let score = &state.scores.score;
    let columns = Pieces::new(&mut state.cities.columns[..], CHUNK_BLOCKS);
    let weigh = |index: usize, columns: &mut [CityColumns]| {
        wide!(weigh_grants_in_chunk(
            setup,
            index,
            columns,
            concentration,
            score,
            rules
        ))
    };
    let mut all = 0.0;
    pieces_in_order(now.is_large, columns, weigh, |sum: f64| all += sum);
    state.nation.grant_weights = all;
}

/// E32 for a chunk; the sum of its weights.
#[inline(always)]
fn weigh_grants_in_chunk<R: Rules>(
    setup: &Setup,
    chunk: usize,
    columns: &mut [CityColumns],
    concentration: f64,
    score: &[f64],
    rules: R,
) -> f64 {
    let mut sum = 0.0;
    for (block, columns) in columns.iter_mut().enumerate() {
        let at = chunk * CHUNK_BLOCKS + block;
        let (base, score) = (setup.columns[at].base, eight(score, at));
        let weight = each(|l| {
            rules.grant_weight(GrantWeight {
                base: base[l],
                concentration,
                score: score[l],
            })
        });
        columns.grant_weight = weight;
        sum += lane_sum(&weight);
    }
    sum
}

/// E8-E14 and E40. `of_peers` are the sums of peers' rows, where they have been found before; what officials see of their
/// options is told where somebody asks: of the rest, then of sectors, then of instruments, in force or not.
#[inline(always)]
pub(crate) fn set<R: Rules>(
    pass: &Pass,
    rules: R,
    block: &Block,
    own: &mut Own,
    of_peers: Option<&[Lanes]>,
    scratch: &mut ChunkScratch,
    mut told: Option<&mut [Told]>,
) {
    let now = pass.now;
    let sectors = now.sectors();
    let (known, sums) = (&mut scratch.known, &mut scratch.sums.all);
    let cities = block.first..block.first + block.cities;
    let instruments = &mut known.instruments;
    let Sectors {
        peers,
        values,
        own: shares,
    } = &mut known.sectors;
    let (graph, published) = (&now.setup.peers, pass.published);
    let by_instrument = &mut instruments.peers[..];
    let has_instruments = block.any != 0;
    let peers = match of_peers {
        Some(of_peers) => {
            if has_instruments {
                peers::instruments(graph, cities, published, by_instrument);
            }
            of_peers
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
    published.rows.columns(block.first, shares);
    let researchers = peers[sectors];
    for lane in 0..block.cities {
        let count = graph.count(block.first + lane).max(1);
        known.peers_researchers[lane] = researchers[lane] / count as f64;
    }
    let (tournament, budget_rules) = (&now.params.tournament, &now.params.budgets);
    let (k, weight) = (tournament.shock_variance_ratio, now.in_force.comparability);
    let per_mean = weight / pass.nation.mean_comparability;
    let live = block.constants.live(block.number);
    let career_weight = own.columns.career_weight;
    let career = each(|l| now.in_force.intensity * career_weight[l]);
    let unit_need = block.columns.unit_need;
    let need = each(|l| budget_rules.need_scale * unit_need[l]);

    let outside = block.columns.outside;
    let worth = |outside: f64, career: f64| {
        budgets::rest_value(outside, career, tournament.career_value_rest)
    };
    let rest = each(|l| worth(outside[l], career[l]));
    if let Some(told) = told.as_deref_mut() {
        told[0] = Told {
            own_return: each(|l| worth(outside[l], 0.0)),
            career_return: each(|l| worth(0.0, career[l])),
            reading: each(|_| 1.0),
            ..Told::default()
        };
    }
    let mut comparability = ZERO;
    for s in 0..sectors {
        let (climate, priority) = (pass.nation.climate[s], pass.nation.priority[s]);
        let (effective_peers, advantage) = (peers[s], block.advantage[s]);
        let q = each(|l| budgets::comparability(effective_peers[l], k));
        comparability = each(|l| comparability[l] + q[l]);
        let reading = |l: usize| budgets::reading_factor(q[l], weight, per_mean);
        let worth = |l: usize, advantage: f64, career: f64| {
            rules.sector_value(SectorValue {
                need: need[l],
                advantage,
                climate,
                career,
                priority,
                reading: reading(l),
            })
        };
        values[s] = each(|l| worth(l, advantage[l], career[l]));
        if let Some(told) = told.as_deref_mut() {
            told[1 + s] = Told {
                own_return: each(|l| worth(l, advantage[l], 0.0)),
                career_return: each(|l| worth(l, 0.0, career[l])),
                effective_peers,
                reading: each(reading),
                ..Told::default()
            };
        }
    }
    let values = &mut values[..sectors];
    let (number, quarter) = (block.number, now.quarter);
    block.constants.close(number, quarter, values, rest);
    let mut highest = rest;
    for value in &*values {
        let value = *value;
        highest = each(|l| select(value[l] > highest[l], value[l], highest[l]));
    }
    sums.comparability = each(|l| sums.comparability[l] + comparability[l] * live[l]);
    let (precision, instrument_rate) = (budget_rules.precision, budget_rules.instrument_base_rate);
    for m in bits(block.any) {
        let used = &mut instruments.in_use[m];
        let (effect, active, peers) = (used.effect, used.active, instruments.peers[m]);
        let (own_value, career_value) = (
            budget_rules.instrument_own_value,
            tournament.career_value_instrument,
        );
        let reading = |l: usize| {
            budgets::reading_factor(budgets::comparability(peers[l], k), weight, per_mean)
        };
        let worth = |l: usize, effect: f64, career: f64| {
            budgets::instrument_value(own_value, effect, career, career_value, reading(l))
        };
        let value = each(|l| worth(l, effect[l], career[l]));
        if let Some(told) = told.as_deref_mut() {
            told[1 + sectors + m] = Told {
                own_return: each(|l| worth(l, effect[l], 0.0)),
                career_return: each(|l| worth(l, 0.0, career[l])),
                effective_peers: peers,
                reading: each(reading),
                ..Told::default()
            };
        }
        // An option without weight must not set the scale of those that have one.
        highest = each(|l| {
            let counts = (active[l] * instrument_rate > 0.0) & (value[l] > highest[l]);
            select(counts, value[l], highest[l])
        });
        used.weight = value;
    }
    let rest_rate = budget_rules.rest_base_rate;
    let of_rest = each(|l| budgets::choice_weight(rest_rate, precision, rest[l], highest[l]));
    let mut total = of_rest;
    for value in &mut *values {
        let worth = *value;
        *value = each(|l| budgets::choice_weight(1.0, precision, worth[l], highest[l]));
        column_by_column();
    }
    block.constants.close(number, quarter, values, ZERO);
    for weight in &*values {
        total = plus(total, *weight);
    }
    for m in bits(block.any) {
        // An instrument not in force may be worth more than the highest option that counts: its weight is
        // taken at the highest, so that it cannot overflow before it is set to 0.
        let used = &mut instruments.in_use[m];
        let (value, active) = (used.weight, used.active);
        let weight = each(|l| {
            let value = select(value[l] > highest[l], highest[l], value[l]);
            budgets::choice_weight(instrument_rate, precision, value, highest[l]) * active[l]
        });
        used.weight = weight;
        total = each(|l| total[l] + weight[l]);
    }
    if now.params.regime.allocation == Allocation::Coordinated {
        coordinate(pass, block, own, shares, values);
    }

    let all_share = shares[sectors + 1];
    let adjustment = budget_rules.adjustment_rate;
    let per_total = each(|l| 1.0 / total[l]);
    for s in 0..sectors {
        let (within, weight) = (shares[s], values[s]);
        let before = each(|l| within[l] * all_share[l]);
        let next = each(|l| budgets::share(before[l], weight[l] * per_total[l], adjustment));
        known.built.shares[s] = next;
        if let Some(told) = told.as_deref_mut() {
            told[1 + s].weigh(before, weight, per_total);
        }
    }
    if let Some(told) = told {
        for m in bits(block.any) {
            let (before, weight) = (own.adopted[m].share, instruments.in_use[m].weight);
            told[1 + sectors + m].weigh(before, weight, per_total);
        }
        let others = told[1..].iter().map(|option| option.before);
        let before = others.fold(ZERO, plus);
        told[0].weigh(each(|l| 1.0 - before[l]), of_rest, per_total);
    }
    let (base, output) = (block.columns.base, own.columns.output);
    let grant_weight = own.columns.grant_weight;
    let grant = each(|l| pass.grant_per_weight * grant_weight[l]);
    let growth = pass.nation.growth_factor;
    let budget = each(|l| budgets::budget(base[l], growth, pass.retained_tax, output[l], grant[l]));
    own.columns.budget = budget;
    own.columns.grant = grant;
    sums.budget = plus(sums.budget, budget);
    sums.grants = plus(sums.grants, grant);
    instruments::fund(pass, block, own, &known.instruments, per_total, sums);
}

/// E40: splits the sectors' total weight anew by spending times marginal national value.
#[inline(always)]
fn coordinate(pass: &Pass, block: &Block, own: &Own, shares: &Columns, weights: &mut [Lanes]) {
    let (nation, setup) = (pass.nation, pass.now.setup);
    let sectors = pass.now.sectors();
    let made = &pass.now.params.production;
    for l in 0..LANES {
        let all_share = shares[sectors + 1][l];
        let mut planned = [0.0; MAX_SECTORS];
        for s in 0..sectors {
            let spending = shares[s][l] * all_share * own.columns.budget[l];
            let stock = own.capability[s][l];
            let (half_base, cost) = (setup.half_base[s], made.introduction_cost);
            let per_base = production::per_base(stock, half_base);
            let left =
                production::left_after_introduction(spending, stock, half_base, per_base, cost);
            let scale = setup.minimum_scale[s];
            let scale_share = production::scale_share(left, scale);
            let within = shares[s][l];
            let increment = production::increment(
                made.productivity,
                block.advantage[s][l],
                production::effective_spending(left, scale_share),
                own.columns.effective_talent[l] * within,
                made.money_elasticity,
                nation.access[s],
            );
            let national = nation.capability[s];
            planned[s] = budgets::planned_weight(
                setup.value[s] / nation.frontier[s],
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
            if (*at, *lane) == (block.number, l) && *from <= pass.now.quarter {
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
