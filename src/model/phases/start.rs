//! Section 5, steps 6 to 8: what chance decides at the start, and what cities first publish.

use crate::kernel::lanes::{LANES, ZERO, each, lane_sum, plus};
use crate::kernel::parallel::{CHUNK_BLOCKS, for_each};
use crate::kernel::random::{Purpose, beta_2_2, normals, uniform, wide::eight_codes};
use crate::model::construction;
use crate::model::data::MAX_INSTRUMENTS;
use crate::model::equations::moves;
use crate::model::now::Now;
use crate::model::setup::Setup;
use crate::model::state::State;

/// Career weights, true effects and optima.
pub(crate) fn draw(now: &Now, state: &mut State) {
    let (setup, draws) = (now.setup, now.draws);
    let world = setup.world();
    let policy = &world.params.policy;
    let instruments = world.instruments.len();
    let stream = draws.wide_stream(Purpose::Instrument);
    let mut national_optimum = [0.0; MAX_INSTRUMENTS];
    for octet in 0..instruments.div_ceil(LANES) {
        let codes = eight_codes(&world.instruments, octet, |instrument| instrument.code);
        let [effect, optimum, ..] = stream.blocks(&codes, 0);
        let effect = normals(effect);
        for (lane, row) in (octet * LANES..instruments).take(LANES).enumerate() {
            state.nation.true_effect[row] = policy.effect_mean + policy.effect_sd * effect[lane];
            national_optimum[row] = 0.25 + uniform(optimum[lane]) / 2.0;
        }
    }
    for_each(now.is_large, &mut state.cities, |index, chunk| {
        let constants = &setup.chunks[index];
        let officials = draws.wide_stream(Purpose::FirstOfficial);
        let optima = draws.wide_stream(Purpose::LocalOptimum);
        for (block, codes) in constants.codes.iter().enumerate() {
            let [a, b, c, ..] = officials.blocks(codes, 0);
            chunk.columns[block].career_weight = each(|l| beta_2_2([a[l], b[l], c[l]]));
            for (octet, rows) in setup.instrument_order.chunks(8).enumerate() {
                let words = optima.blocks(codes, octet as u64);
                for (row, words) in rows.iter().zip(words) {
                    let (draws, optimum) = (normals(words), national_optimum[*row]);
                    chunk.optimum[block * instruments + row] =
                        each(|l| moves::pioneer_design(optimum, policy.design_spread, draws[l]));
                }
            }
        }
    });
}

/// Section 5, step 8: work that is under way before the first quarter.
pub(crate) fn count_work(setup: &Setup, state: &mut State) {
    let places = &setup.places;
    for (s, sums) in state.nation.sums.building.iter_mut().enumerate() {
        let blocks = state.cities.work.chunks_exact(places.count);
        let all = blocks.fold(ZERO, |sum, work| {
            plus(sum, construction::money(places.of(s, work)))
        });
        sums.under_construction = lane_sum(&all);
    }
}

/// What cities see of each other before the first quarter.
pub(crate) fn publish(setup: &Setup, state: &mut State) {
    let (sectors, instruments) = (state.cities.sectors, state.cities.instruments);
    let published = &mut state.published;
    published.in_force.fill(0);
    state.nation.researchers = 0.0;
    let chunks = state.cities.columns.chunks(CHUNK_BLOCKS);
    for (constants, columns) in setup.chunks.iter().zip(chunks) {
        let researchers = columns
            .iter()
            .fold(ZERO, |sum, own| plus(sum, own.researchers));
        state.nation.researchers += lane_sum(&researchers);
        for own in 0..constants.blocks() * LANES {
            let (block, lane) = (own / LANES, own % LANES);
            let city = constants.first + own;
            published
                .rows
                .set(city, sectors, columns[block].researchers[lane]);
            let shares = &constants.shares[block * sectors..(block + 1) * sectors];
            let all: f64 = shares.iter().map(|share| share[lane]).sum();
            published.rows.set(city, sectors + 1, all);
            let in_force = sectors + 2..sectors + 2 + instruments.div_ceil(32);
            for column in in_force {
                published.rows.set(city, column, 1.0);
            }
            for (s, share) in shares.iter().enumerate() {
                let share = if all > 0.0 { share[lane] / all } else { 0.0 };
                published.rows.set(city, s, share);
            }
        }
    }
}
