//! The blocks of eight cities at a time.
//!
//! `rand_chacha` makes four consecutive blocks of one stream at a time; a quarter takes one block of each city,
//! so that three of four would be thrown away. Here the lanes of a vector are cities: the same blocks, bit for
//! bit (a test compares them), none in vain. The rounds are those of Bernstein's ChaCha with eight rounds.

use crate::kernel::lanes::{LANES, wide};
use crate::kernel::random::address::{Block, Draws, Purpose};

/// The generator's state for one code: constants, key, position, code.
type State = [u32; 16];

/// Word by word, the blocks of eight cities.
pub type Words = [[u64; LANES]; 8];

/// "expand 32-byte k", as the first row of every state.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Codes of eight items, of which `octet` times eight come before; 0 beyond the last.
pub fn eight_codes<T>(items: &[T], octet: usize, code: impl Fn(&T) -> u64) -> [u64; LANES] {
    std::array::from_fn(|l| items.get(octet * LANES + l).map_or(0, &code))
}

/// The generator of one seed, replicate and purpose, for eight codes at once.
#[derive(Clone, Copy, Debug)]
pub struct WideStream {
    key: [u32; 8],
}

impl WideStream {
    pub(crate) fn new(draws: Draws, purpose: Purpose) -> Self {
        let [seed, replicate, purpose, version] = draws.key(purpose);
        let low = |word: u64| word as u32;
        let high = |word: u64| (word >> 32) as u32;
        WideStream {
            key: [
                low(seed),
                high(seed),
                low(replicate),
                high(replicate),
                low(purpose),
                high(purpose),
                low(version),
                high(version),
            ],
        }
    }

    /// The blocks at eight codes and one position, word by word: what [`crate::kernel::random::Stream::block`] gives for each.
    pub fn blocks(&self, codes: &[u64; LANES], position: u64) -> Words {
        wide!(self.lanes(codes, position))
    }

    /// As [`WideStream::blocks`], each at a position of its own.
    pub fn blocks_at(&self, codes: &[u64; LANES], positions: &[u64; LANES]) -> Words {
        wide!({
            self.rounds(
                codes,
                #[inline(always)]
                |l| positions[l],
            )
        })
    }

    /// The block at one code: what [`crate::kernel::random::Stream::block`] gives. For draws of which a quarter takes few.
    pub fn block(&self, code: u64, position: u64) -> Block {
        self.blocks(&[code; LANES], position).map(|word| word[0])
    }

    /// As [`WideStream::blocks`], for callers whose code is vectorised already.
    #[inline(always)]
    pub(crate) fn lanes(&self, codes: &[u64; LANES], position: u64) -> Words {
        self.rounds(
            codes,
            #[inline(always)]
            |_| position,
        )
    }

    /// The rounds of one lane stand inside the loop over lanes: the compiler then makes each number of the state a
    /// vector.
    #[inline(always)]
    fn rounds(&self, codes: &[u64; LANES], position: impl Fn(usize) -> u64) -> Words {
        let mut words = [[0; LANES]; 8];
        for l in 0..LANES {
            let (code, [a, b, c, d]) = (codes[l], CONSTANTS);
            let [e, f, g, h, i, j, k, m] = self.key;
            let [position, code] =
                [position(l), code].map(|word| [word as u32, (word >> 32) as u32]);
            let start = [
                a,
                b,
                c,
                d,
                e,
                f,
                g,
                h,
                i,
                j,
                k,
                m,
                position[0],
                position[1],
                code[0],
                code[1],
            ];
            let state = double_round(double_round(double_round(double_round(start))));
            for (word, lanes) in words.iter_mut().enumerate() {
                let half = |at: usize| u64::from(state[at].wrapping_add(start[at]));
                lanes[l] = half(2 * word) | half(2 * word + 1) << 32;
            }
        }
        words
    }
}

/// A round over columns and one over diagonals.
#[inline(always)]
fn double_round(mut state: State) -> State {
    quarter_round(&mut state, [0, 4, 8, 12]);
    quarter_round(&mut state, [1, 5, 9, 13]);
    quarter_round(&mut state, [2, 6, 10, 14]);
    quarter_round(&mut state, [3, 7, 11, 15]);
    quarter_round(&mut state, [0, 5, 10, 15]);
    quarter_round(&mut state, [1, 6, 11, 12]);
    quarter_round(&mut state, [2, 7, 8, 13]);
    quarter_round(&mut state, [3, 4, 9, 14]);
    state
}

#[inline(always)]
fn quarter_round(state: &mut State, [a, b, c, d]: [usize; 4]) {
    state[a] = state[a].wrapping_add(state[b]);
    state[d] = (state[d] ^ state[a]).rotate_left(16);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_left(12);
    state[a] = state[a].wrapping_add(state[b]);
    state[d] = (state[d] ^ state[a]).rotate_left(8);
    state[c] = state[c].wrapping_add(state[d]);
    state[b] = (state[b] ^ state[c]).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_blocks_are_those_of_rand_chacha() {
        let draws = Draws {
            seed: 0x0123_4567_89ab_cdef,
            replicate: 1 << 40,
        };
        let (mut one, wide) = (
            draws.stream(Purpose::Moves),
            draws.wide_stream(Purpose::Moves),
        );
        for (round, position) in [0, 1, 39, u64::from(u32::MAX), 1 << 40]
            .into_iter()
            .enumerate()
        {
            let codes = std::array::from_fn(|l| (110_000 + l as u64 * 7919) << (round * 8));
            let words = wide.blocks(&codes, position);
            for (l, code) in codes.into_iter().enumerate() {
                assert_eq!(
                    words.map(|word| word[l]),
                    one.block(code, position),
                    "{code}, {position}"
                );
                assert_eq!(wide.block(code, position), one.block(code, position));
                let positions = std::array::from_fn(|l| position + l as u64);
                assert_eq!(
                    wide.blocks_at(&codes, &positions).map(|word| word[l]),
                    one.block(code, positions[l])
                );
            }
        }
    }
}
