//! Keyed draws: every draw has an address, and nothing else decides its value.
//!
//! The address is (seed, replicate, purpose, code, position). Seed, replicate and purpose fill the key of
//! ChaCha8, the stable code of a city, sector or instrument is its stream, and the position, mostly the
//! quarter, is the block counter. Two runs with one seed therefore meet the same random draws whatever their rules,
//! and no draw depends on the order of work, on threads, or on which other draws are made
//! (`docs/odd.md`, section 4).

pub mod address;
pub mod wide;

pub use address::{Block, Draws, Purpose, slot};

use crate::kernel::lanes::{LANES, Lanes, each};
use crate::kernel::random::wide::WideStream;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

impl Draws {
    /// The generator of one purpose, from which blocks are read at addresses.
    pub fn stream(self, purpose: Purpose) -> Stream {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip(self.key(purpose)) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(key))
    }

    /// The same blocks, for eight codes at a time.
    pub fn wide_stream(self, purpose: Purpose) -> WideStream {
        WideStream::new(self, purpose)
    }
}

/// The generator of one seed, replicate and purpose.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The block at `code` (of a city, sector or instrument) and `position` (mostly the quarter).
    pub fn block(&mut self, code: u64, position: u64) -> Block {
        // In this order: a change of stream within a block would generate the rest of it for nothing.
        self.0.set_word_pos(u128::from(position) * 16);
        self.0.set_stream(code);
        std::array::from_fn(|_| self.0.next_u64())
    }
}

/// A uniform number in [0, 1) with 53 bits.
#[inline(always)]
pub fn uniform(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A uniform number in (0, 1): never 0, never 1, as quantile functions need it.
#[inline(always)]
pub fn open_uniform(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// A standard normal number, by inversion: one word, one number.
pub fn normal(word: u64) -> f64 {
    crate::kernel::math::normal::normal_quantile(open_uniform(word))
}

/// The same for eight words, side by side.
pub fn normals(words: [u64; LANES]) -> Lanes {
    crate::kernel::math::normal::normal_quantiles(&each(|l| open_uniform(words[l])))
}

/// An index in 0..`count`, each as likely up to 2⁻⁵³; 0 where `count` is 0.
#[inline(always)]
pub fn index(word: u64, count: usize) -> usize {
    ((uniform(word) * count as f64) as usize).min(count.saturating_sub(1))
}

/// A Beta(2, 2) number: the median of three uniforms.
pub fn beta_2_2(words: [u64; 3]) -> f64 {
    let [a, b, c] = words.map(uniform);
    a.min(b).max(a.max(b).min(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: Draws = Draws {
        seed: 7,
        replicate: 3,
    };

    #[test]
    fn a_block_depends_on_its_address_alone() {
        let mut stream = DRAWS.stream(Purpose::Moves);
        let first = stream.block(110_000, 5);
        stream.block(310_000, 9);
        assert_eq!(stream.block(110_000, 5), first);
        assert_eq!(DRAWS.stream(Purpose::Moves).block(110_000, 5), first);
    }

    #[test]
    fn each_part_of_the_address_changes_the_block() {
        let base = DRAWS.stream(Purpose::Moves).block(1, 1);
        let other = [
            DRAWS.stream(Purpose::Moves).block(2, 1),
            DRAWS.stream(Purpose::Moves).block(1, 2),
            DRAWS.stream(Purpose::Evaluation).block(1, 1),
            Draws { seed: 8, ..DRAWS }
                .stream(Purpose::Moves)
                .block(1, 1),
            Draws {
                replicate: 4,
                ..DRAWS
            }
            .stream(Purpose::Moves)
            .block(1, 1),
        ];
        assert!(other.iter().all(|block| *block != base));
    }

    #[test]
    fn neighbouring_positions_do_not_overlap() {
        let mut stream = DRAWS.stream(Purpose::Moves);
        let (now, next) = (stream.block(1, 1), stream.block(1, 2));
        assert!(now.iter().all(|word| !next.contains(word)));
    }

    #[test]
    fn uniforms_stay_inside_their_bounds() {
        assert_eq!(uniform(0), 0.0);
        assert!(uniform(u64::MAX) < 1.0);
        assert!(open_uniform(0) > 0.0 && open_uniform(u64::MAX) < 1.0);
        assert_eq!(index(u64::MAX, 3), 2);
        assert_eq!(index(u64::MAX, 0), 0);
    }

    #[test]
    fn the_median_of_three_uniforms_has_the_moments_of_beta_2_2() {
        // Beta(2, 2): mean 1/2, variance 1/20. With n = 20,000 the s.e. of the mean is 0.0016 and that of
        // the variance about 0.0003; bounds at four standard errors.
        let mut stream = DRAWS.stream(Purpose::Official);
        let draws: Vec<f64> = (0..20_000)
            .map(|code| {
                let block = stream.block(code, 0);
                beta_2_2([block[0], block[1], block[2]])
            })
            .collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance =
            draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64;
        assert!((mean - 0.5).abs() < 0.0064, "{mean}");
        assert!((variance - 0.05).abs() < 0.0012, "{variance}");
    }
}
