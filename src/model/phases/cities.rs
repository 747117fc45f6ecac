//! Phases 4 to 7: one pass over the cities, block by block, in which a city's memory is visited once.
//!
//! Before it stand the nation's sums of location weights (E21), which phase 3 leaves; after it those of what was
//! built (E2). Cities look at what their peers published in the last quarter and write what they publish in this one
//! to another board: the two change places at the end.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{LANES, Lanes, ZERO, lane_sum, vectorised};
use crate::kernel::parallel::{CHUNK_CITIES, Pieces, for_each};
use crate::kernel::rows::{ask_for, write_rows};
use crate::model::chunk_constants::{ChunkConstants, Constant};
use crate::model::chunks::{Chunk, Columns};
use crate::model::params::table::Params;
use crate::model::phases::budgets::Sectors;
use crate::model::phases::production::Built;
use crate::model::published::Published;
use crate::model::record::{Journal, Move};
use crate::model::run::{CityMove, Decisions, Run};
use crate::model::state::{Channels, Instruments, Nation, Sums};

/// Lines of memory of the single numbers of a block.
const COLUMN_LINES: usize = size_of::<Columns>() / size_of::<Lanes>();
/// Lines of memory of its constants.
const CONSTANT_LINES: usize = size_of::<Constant>() / size_of::<Lanes>();

/// Everything about the quarter that all blocks share.
pub(crate) struct Shared<'a> {
    pub(crate) params: &'a Params,
    pub(crate) rules: &'a crate::model::rules::Rules,
    pub(crate) nation: &'a Nation,
    pub(crate) setup: &'a crate::model::setup::Setup,
    /// Constants of all blocks, and D4 by block and sector.
    columns: &'a [Constant],
    pub(crate) advantage: &'a [Lanes],
    pub(crate) published: &'a Published,
    pub(crate) is_evaluation: bool,
    pub(crate) quarter: u32,
    /// Grants of the quarter over the sum of grant weights.
    pub(crate) grant_per_weight: f64,
    /// Retention times tax.
    pub(crate) retained_tax: f64,
    /// Share of an instrument's effect that law leaves.
    pub(crate) unblunted: f64,
    /// One over the sum of location weights; 0 where nobody moves.
    pub(crate) per_location_weight: f64,
    pub(crate) mobile_share: f64,
    /// Whether rows of peers lie too far apart to be at hand when they are wanted.
    pub(crate) is_large: bool,
    /// Whether sums of peers' rows stand where rows of the quarter will be.
    has_sums_of_peers: bool,
}

/// What a block works on: its rows of the chunk's columns.
pub(crate) struct Block<'a> {
    /// Number of the block in its chunk.
    pub(crate) number: usize,
    /// Row of its first city.
    pub(crate) first: usize,
    /// Cities in it.
    pub(crate) cities: usize,
    pub(crate) constants: &'a ChunkConstants,
    pub(crate) columns: &'a Constant,
    /// Instruments in force in each city, one bit each.
    pub(crate) in_force: [u64; LANES],
    /// Instruments in force in any of its cities.
    pub(crate) any: u64,
}

/// What is known of the block under way; kept from quarter to quarter, as filling it with zeros costs.
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    pub(crate) sectors: Sectors,
    pub(crate) instruments: Instruments,
    pub(crate) channels: Channels,
    pub(crate) built: Built,
    /// Mean of peers' researchers as published, FTE.
    pub(crate) peers_researchers: Lanes,
}

impl Scratch {
    pub fn new(instruments: usize) -> Self {
        Scratch {
            sectors: Sectors::default(),
            instruments: Instruments::new(instruments),
            channels: Channels::default(),
            built: Built::default(),
            peers_researchers: ZERO,
        }
    }
}

/// Rows of what the cities of a chunk publish.
struct Publishes<'a> {
    rows: &'a mut [Lanes],
    in_force: &'a mut [u64],
}

impl Run<'_> {
    /// E8-E14, E18, E20-E29, E32, E39 and E40.
    pub(crate) fn visit_cities(&mut self, journal: Option<&mut Journal>) {
        self.record_moves(journal);
        if self.nation.grant_concentration.to_bits() != self.rules.grant_concentration.to_bits() {
            self.weigh_grants();
        }
        let by_chunk = self.decisions.iter();
        let location: f64 = by_chunk.map(|own| lane_sum(&own.all_location_weight)).sum();
        let moves = self.params.mechanisms.talent_mobility && location > 0.0;
        let pool =
            self.params.budgets.grant_share * self.nation.growth_factor * self.setup.all_base;
        let weights = self.nation.grant_weights;
        let lines = self.next.rows.lines();
        let shared = Shared {
            params: &self.params,
            rules: &self.rules,
            nation: &self.nation,
            setup: self.setup,
            columns: &self.setup.columns,
            advantage: &self.setup.advantage,
            published: &self.published,
            is_evaluation: self.is_evaluation(),
            quarter: self.quarter,
            grant_per_weight: if weights > 0.0 { pool / weights } else { 0.0 },
            retained_tax: self.params.budgets.retention * self.params.budgets.tax_rate,
            unblunted: self.unblunted(),
            per_location_weight: if moves { 1.0 / location } else { 0.0 },
            mobile_share: if moves {
                self.params.talent.mobile_share
            } else {
                0.0
            },
            is_large: self.parallel,
            has_sums_of_peers: std::mem::take(&mut self.next.has_sums_of_peers),
        };
        let decisions = &self.decisions;
        for_each(
            self.parallel,
            (
                (&mut self.state, (&mut self.sums[..], &mut self.blocks[..])),
                (
                    Pieces {
                        whole: self.next.rows.data_mut(),
                        length: CHUNK_CITIES * lines,
                    },
                    Pieces {
                        whole: &mut self.next.in_force,
                        length: CHUNK_CITIES,
                    },
                ),
            ),
            |index, ((mut chunk, (sums, scratch)), (rows, in_force))| {
                let publishes = Publishes { rows, in_force };
                vectorised(
                    #[inline(always)]
                    || {
                        let decisions = &decisions[index];
                        shared.chunk(index, &mut chunk, decisions, publishes, scratch, sums);
                    },
                );
            },
        );
        std::mem::swap(&mut self.published, &mut self.next);
        self.add_sums(location);
    }

    /// Share of an instrument's effect that law leaves (E20).
    pub(crate) fn unblunted(&self) -> f64 {
        1.0 - self.rules.preemption * self.nation.stringency
    }
}

impl Shared<'_> {
    pub(crate) fn sectors(&self) -> usize {
        self.setup.world().sectors.len()
    }

    pub(crate) fn instruments(&self) -> usize {
        self.setup.world().instruments.len()
    }

    /// Instruments of which evidence is gathered.
    fn evidence(&self) -> usize {
        if self.is_evaluation {
            self.instruments()
        } else {
            0
        }
    }

    /// Asks for an eighth of what a block will read, where worlds are too large for it to be at hand. Asking for all at
    /// once would fill the places the processor has for open requests.
    #[inline(always)]
    fn ask_ahead(&self, constants: &ChunkConstants, chunk: &Chunk, next: usize, part: usize) {
        if !self.is_large || next >= constants.blocks() {
            return;
        }
        let first = constants.first + next * LANES;
        let column = if self.has_sums_of_peers {
            self.published.first_of_instruments()
        } else {
            0
        };
        let far = self.setup.peers.far(first / LANES, part, LANES);
        self.published.rows.ask_for_ends(far, column);
        let (sectors, count) = (self.sectors(), self.instruments());
        match part {
            0 | 1 => {
                let in_force = &self.published.in_force[first..first + LANES];
                let any = in_force.iter().fold(0, |any, own| any | own);
                let half = if part == 0 {
                    0x5555_5555_5555_5555
                } else {
                    0xaaaa_aaaa_aaaa_aaaa
                };
                for m in bits(any & half) {
                    ask_for(&chunk.held[next * count + m].share, 2);
                    if self.is_evaluation {
                        ask_for(&chunk.optimum[next * count + m], 1);
                    }
                }
                if self.is_evaluation {
                    ask_for(&constants.start[next].site_advantage, 1);
                }
            }
            2 => self.published.rows.ask_for(first, LANES),
            3 => ask_for(&self.advantage[first / LANES * sectors], sectors),
            4 => ask_for(&chunk.columns[next].stock, COLUMN_LINES),
            5 => ask_for(&chunk.capability[next * sectors], sectors),
            6 => ask_for(&self.columns[first / LANES].base, CONSTANT_LINES),
            _ => {
                self.setup.peers.ask_for_lists(first / LANES);
                self.setup.peers.ask_for_far(first / LANES + 1);
            }
        }
    }

    /// Asks for what moves in a block will read and write there. `moves` are those of that block and of later ones.
    #[inline(always)]
    fn ask_for_moved(&self, chunk: &Chunk, block: usize, moves: &[CityMove]) {
        if !self.is_large {
            return;
        }
        let is_there = |own: &&CityMove| own.city as usize / LANES == block;
        for own in moves.iter().take_while(is_there) {
            let at = block * self.instruments() + own.instrument as usize;
            match own.kind {
                Move::Drop => ask_for(&chunk.deeds[block].failures, 1),
                Move::TakeUp => ask_for(&chunk.deeds[block].take_ups, 1),
                _ => {}
            }
            ask_for(&chunk.optimum[at], 1);
            ask_for(&chunk.held[at].share, 2);
        }
    }

    /// One chunk of cities, block by block.
    #[inline(always)]
    fn chunk(
        &self,
        index: usize,
        chunk: &mut Chunk,
        decisions: &Decisions,
        publishes: Publishes,
        scratch: &mut Scratch,
        sums: &mut Sums<Lanes>,
    ) {
        let constants = &self.setup.chunks[index];
        sums.clear(self.sectors(), self.evidence());
        let mut moves = &decisions.moves[..];
        let lines = self.published.rows.lines();
        for part in 0..LANES {
            self.ask_ahead(constants, chunk, 0, part);
        }
        for number in 0..constants.blocks() {
            let rows = number * LANES * lines..(number + 1) * LANES * lines;
            let first = constants.first + number * LANES;
            let mut block = Block {
                number,
                first,
                cities: LANES.min(constants.cities - number * LANES),
                constants,
                columns: &self.columns[first / LANES],
                in_force: std::array::from_fn(|l| self.published.in_force[first + l]),
                any: 0,
            };
            self.ask_ahead(constants, chunk, number + 1, 0);
            let is_here = |own: &&CityMove| own.city as usize / LANES == number;
            let of_block;
            (of_block, moves) = moves.split_at(moves.iter().take_while(is_here).count());
            self.ask_for_moved(chunk, number + 1, moves);
            self.adjust_designs(&mut block, chunk, of_block);
            self.ask_ahead(constants, chunk, number + 1, 1);
            self.read_effects(&block, chunk, scratch);
            self.ask_ahead(constants, chunk, number + 1, 2);
            if self.is_evaluation {
                self.gather_evidence(&block, chunk, &scratch.instruments, sums);
            }
            let known = &publishes.rows[rows.clone()];
            let known = self.has_sums_of_peers.then_some(known);
            self.set_budgets(&block, chunk, known, scratch, sums);
            self.ask_ahead(constants, chunk, number + 1, 3);
            self.ask_ahead(constants, chunk, number + 1, 4);
            self.move_researchers(&block, chunk, &decisions.location_weight, scratch, sums);
            self.ask_ahead(constants, chunk, number + 1, 5);
            self.spend(&block, chunk, &mut scratch.built, sums);
            self.ask_ahead(constants, chunk, number + 1, 6);
            self.build(&block, chunk, &scratch.built, sums);
            self.ask_ahead(constants, chunk, number + 1, 7);
            if self.is_large && number + 1 < constants.blocks() {
                ask_for(&publishes.rows[rows.end], LANES * lines);
                ask_for(&decisions.location_weight[number + 1], 1);
            }
            let sectors = self.sectors();
            let in_force = Published::instrument_columns(&block.in_force);
            scratch.built.published[sectors] = chunk.columns[number].researchers;
            scratch.built.published[sectors + 2..sectors + 4].copy_from_slice(&in_force);
            let rows = &mut publishes.rows[rows];
            write_rows(rows, &mut scratch.built.published, lines);
            // Rows stand there now; padding has to be 0 again.
            let padding = (sectors + 4).min(lines * LANES)..lines * LANES;
            scratch.built.published[padding].fill(ZERO);
            publishes.in_force[number * LANES..(number + 1) * LANES]
                .copy_from_slice(&block.in_force);
        }
    }
}
