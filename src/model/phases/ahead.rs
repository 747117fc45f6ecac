//! What a pass over the cities asks for ahead of its use, where worlds are too large for it to be at hand. Changes speed
//! alone.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::rows::prefetch;
use crate::model::block::Pass;
use crate::model::chunk_constants::{ChunkConstants, Constant};
use crate::model::chunks::{Chunk, Columns};
use crate::model::decisions::CityMove;
use crate::model::record::Move;

/// Lines of memory of the single numbers of a block.
const COLUMN_LINES: usize = size_of::<Columns>() / size_of::<Lanes>();
/// Lines of memory of its constants.
const CONSTANT_LINES: usize = size_of::<Constant>() / size_of::<Lanes>();

/// Asks for what a block will read, an eighth at a time: to ask for all at once would fill the places the processor has
/// for open requests.
pub(crate) struct Ahead<'a> {
    pass: &'a Pass<'a>,
    constants: &'a ChunkConstants,
    block: usize,
    part: usize,
    /// Whether there is such a block, and to ask for it is worth while.
    is_wanted: bool,
}

impl<'a> Ahead<'a> {
    /// Of a block by its number in the chunk.
    #[inline(always)]
    pub fn new(pass: &'a Pass, constants: &'a ChunkConstants, block: usize) -> Self {
        Ahead {
            pass,
            constants,
            block,
            part: 0,
            is_wanted: pass.now.is_large && block < constants.blocks(),
        }
    }

    /// Asks for the next eighth. `chunk` begins with the block.
    #[inline(always)]
    pub fn next(&mut self, chunk: &Chunk) {
        let part = self.part;
        self.part += 1;
        if !self.is_wanted {
            return;
        }
        let (pass, now) = (self.pass, self.pass.now);
        let first = self.constants.first + self.block * LANES;
        let column = if pass.has_sums_of_peers {
            pass.published.first_of_instruments()
        } else {
            0
        };
        let far = now.setup.peers.far(first / LANES, part, LANES);
        pass.published.rows.prefetch_ends(far, column);
        let sectors = now.sectors();
        match part {
            0 | 1 => {
                let in_force = &pass.published.in_force[first..first + LANES];
                let any = in_force.iter().fold(0, |any, own| any | own);
                let half = if part == 0 {
                    0x5555_5555_5555_5555
                } else {
                    0xaaaa_aaaa_aaaa_aaaa
                };
                for m in bits(any & half) {
                    prefetch(&chunk.adopted[m].share, 2);
                    if now.is_evaluation() {
                        prefetch(&chunk.optimum[m], 1);
                    }
                }
                if now.is_evaluation() {
                    prefetch(&self.constants.start[self.block].site_advantage, 1);
                }
            }
            2 => pass.published.rows.prefetch(first, LANES),
            3 => prefetch(&pass.advantage[first / LANES * sectors], sectors),
            4 => prefetch(&chunk.columns[0].stock, COLUMN_LINES),
            5 => prefetch(&chunk.capability[0], sectors),
            6 => prefetch(&pass.columns[first / LANES].base, CONSTANT_LINES),
            _ => {
                now.setup.peers.prefetch_lists(first / LANES);
                now.setup.peers.prefetch_far(first / LANES + 1);
            }
        }
    }

    /// Asks for what moves in the block will read and write there. `moves` are those of that block and of later ones.
    #[inline(always)]
    pub fn moves(&self, chunk: &Chunk, moves: &[CityMove]) {
        if !self.is_wanted {
            return;
        }
        let is_there = |own: &&CityMove| own.city as usize / LANES == self.block;
        for own in moves.iter().take_while(is_there) {
            let m = own.instrument as usize;
            match own.kind {
                Move::Drop => prefetch(&chunk.performance[0].failures, 1),
                Move::TakeUp => prefetch(&chunk.performance[0].take_ups, 1),
                _ => {}
            }
            prefetch(&chunk.optimum[m], 1);
            prefetch(&chunk.adopted[m].share, 2);
        }
    }

    /// Asks for where the block will publish, and its weights of location.
    #[inline(always)]
    pub fn written(&self, rows: &[Lanes], lines: usize, location_weight: &[Lanes]) {
        if self.is_wanted {
            prefetch(&rows[self.block * LANES * lines], LANES * lines);
            prefetch(&location_weight[self.block], 1);
        }
    }
}
