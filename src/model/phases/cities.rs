//! Phases 4 to 7: one pass over the cities, block by block, in which a city's memory is visited once.
//!
//! Before it stand the nation's sums of location weights (E21), which phase 3 leaves; after it those of what was
//! built (E2). Cities look at what their peers published in the last quarter and write what they publish in this one
//! to another copy: the two change places at the end.

use crate::kernel::lanes::{LANES, Lanes, ZERO, lane_sum, wide};
use crate::kernel::parallel::{CHUNK_CITIES, Pieces, for_each};
use crate::kernel::rows::write_rows;
use crate::model::block::{Pass, Told};
use crate::model::chunks::Chunk;
use crate::model::decisions::{CityMove, Decisions};
use crate::model::now::Now;
use crate::model::phases::ahead::Ahead;
use crate::model::phases::{budgets, instruments, production, talent};
use crate::model::published::Published;
use crate::model::rules::{Rules, Shipped};
use crate::model::scratch::{ChunkScratch, Scratch};
use crate::model::setup::place;
use crate::model::state::State;

/// Rows of what the cities of a chunk publish.
struct Publishes<'a> {
    rows: &'a mut [Lanes],
    in_force: &'a mut [u64],
}

/// Phases 4 to 7 for all cities.
pub(crate) fn visit<R: Rules>(now: &Now, state: &mut State, scratch: &mut Scratch, rules: R) {
    let by_chunk = scratch.decisions.iter();
    let location: f64 = by_chunk.map(|own| lane_sum(&own.all_location_weight)).sum();
    let next = &mut scratch.next;
    let lines = next.rows.lines();
    let has_sums_of_peers = std::mem::take(&mut next.has_sums_of_peers);
    let State {
        cities,
        nation,
        published,
        ..
    } = &mut *state;
    let pass = Pass::new(now, nation, published, location, has_sums_of_peers);
    let decisions = &scratch.decisions;
    let rows = Pieces::new(next.rows.data_mut(), CHUNK_CITIES * lines);
    let in_force = Pieces::new(&mut next.in_force, CHUNK_CITIES);
    for_each(
        now.is_large,
        ((cities, &mut scratch.chunks[..]), (rows, in_force)),
        |index, ((chunk, scratch), (rows, in_force))| {
            let publishes = Publishes { rows, in_force };
            wide!({
                visit_chunk(
                    &pass,
                    rules,
                    index,
                    chunk,
                    &decisions[index],
                    publishes,
                    scratch,
                )
            });
        },
    );
    std::mem::swap(published, next);
    add_sums(now, state, &scratch.chunks, location);
}

/// One chunk of cities, block by block.
#[inline(always)]
fn visit_chunk<R: Rules>(
    pass: &Pass,
    rules: R,
    index: usize,
    mut chunk: Chunk,
    decisions: &Decisions,
    publishes: Publishes,
    scratch: &mut ChunkScratch,
) {
    let constants = &pass.now.setup.chunks[index];
    let (sectors, count) = (pass.now.sectors(), pass.now.instruments());
    let is_evaluation = pass.now.is_evaluation();
    let takes_time = pass.now.setup.places.count > 0;
    scratch
        .sums
        .clear(sectors, takes_time, if is_evaluation { count } else { 0 });
    let lines = pass.published.rows.lines();
    let mut moves = &decisions.moves[..];
    let mut ahead = Ahead::new(pass, constants, 0);
    for _ in 0..LANES {
        ahead.next(&chunk);
    }
    let mut number = 0;
    while let Some(mut own) = chunk.next_block(sectors, count, pass.now.setup.places.count) {
        let rows = number * LANES * lines..(number + 1) * LANES * lines;
        let mut block = pass.block(constants, number);
        let mut ahead = Ahead::new(pass, constants, number + 1);
        ahead.next(&chunk);
        let of_block;
        (of_block, moves) = of_block_and_later(moves, number);
        ahead.moves(&chunk, moves);
        // Moves of phase 3 are carried out.
        instruments::adjust_designs(pass, &mut block, &mut own, of_block);
        ahead.next(&chunk);

        // 4 budgets | E8-E14, E20, E40
        instruments::read_effects(pass, &block, &own, &mut scratch.known);
        ahead.next(&chunk);
        if is_evaluation {
            let (known, sums) = (&scratch.known, &mut scratch.sums);
            instruments::gather_evidence(&block, &own, &known.instruments, &mut sums.evidence);
        }
        let of_peers = &publishes.rows[rows.clone()];
        let of_peers = pass.has_sums_of_peers.then_some(of_peers);
        budgets::set(pass, rules, &block, &mut own, of_peers, scratch, None);
        let ChunkScratch {
            sums,
            known,
            detail,
        } = &mut *scratch;
        ahead.next(&chunk);
        ahead.next(&chunk);

        // 5 talent | E21-E23
        let weight = decisions.location_weight[number];
        talent::move_researchers(pass, &block, &mut own, weight, known, &mut sums.all);
        ahead.next(&chunk);

        // 6 production | E24-E29, E45, E47
        production::spend(pass, &block, &own, &mut known.built, detail, sums);
        ahead.next(&chunk);
        production::build(pass, &block, &mut own, &known.built, detail, sums);

        // 7 revenue | E39
        production::sell(pass, &mut own, sums);
        ahead.next(&chunk);

        ahead.written(publishes.rows, lines, &decisions.location_weight);
        let published = &mut known.built.published;
        let in_force = Published::instrument_columns(&block.in_force);
        published[sectors] = own.columns.researchers;
        published[sectors + 2..sectors + 4].copy_from_slice(&in_force);
        write_rows(&mut publishes.rows[rows], published, lines);
        // Rows stand there now; padding has to be 0 again.
        let padding = (sectors + 4).min(lines * LANES)..lines * LANES;
        published[padding].fill(ZERO);
        publishes.in_force[number * LANES..(number + 1) * LANES].copy_from_slice(&block.in_force);
        number += 1;
    }
}

/// Moves of a block, and those of later ones.
#[inline(always)]
fn of_block_and_later(moves: &[CityMove], number: usize) -> (&[CityMove], &[CityMove]) {
    let is_here = |own: &&CityMove| own.city as usize / LANES == number;
    moves.split_at(moves.iter().take_while(is_here).count())
}

/// What the officials of a city's block see in phase 4: of the rest of the economy, then of sectors, then of instruments.
/// Worked out on a copy of the block, so that it changes nothing.
pub(crate) fn tell(now: &Now, state: &State, decisions: &[Decisions], city: usize) -> Vec<Told> {
    let (index, number, _) = place(city);
    let pass = Pass::new(now, &state.nation, &state.published, 0.0, false);
    let mut copy = state.cities.copy(city / LANES);
    let mut own = copy.own();
    let mut block = pass.block(&now.setup.chunks[index], number);
    let moves = &decisions[index].moves;
    let start = moves.partition_point(|own| (own.city as usize) < number * LANES);
    let (of_block, _) = of_block_and_later(&moves[start..], number);
    let mut scratch = ChunkScratch::new(now.instruments());
    let mut told = vec![Told::default(); 1 + now.sectors() + now.instruments()];
    instruments::adjust_designs(&pass, &mut block, &mut own, of_block);
    instruments::read_effects(&pass, &block, &own, &mut scratch.known);
    let asked = Some(&mut told[..]);
    budgets::set(&pass, Shipped, &block, &mut own, None, &mut scratch, asked);
    told
}

/// Adds what the chunks found, in order; the stocks serve the next quarter's E2.
fn add_sums(now: &Now, state: &mut State, chunks: &[ChunkScratch], location: f64) {
    let sectors = now.sectors();
    let instruments = if now.is_evaluation() {
        now.instruments()
    } else {
        0
    };
    let nation = &mut state.nation;
    let total = &mut nation.sums;
    total.clear(sectors, now.setup.places.count > 0, instruments);
    for chunk in chunks {
        total.add(&chunk.sums);
    }
    total.all.location = location;
    let mut spending = 0.0;
    for (s, sums) in total.sectors.iter().enumerate() {
        nation.gross[s] = sums.capability;
        nation.terms[s] = sums.terms;
        spending += sums.spending;
    }
    nation.spent += spending + total.all.instruments;
    nation.researchers = total.all.researchers;
    // The national mean is published after the fact: it serves the next quarter.
    let cities = now.cities() as f64 * sectors as f64;
    nation.next_mean_comparability = total.all.comparability / cities;
}
