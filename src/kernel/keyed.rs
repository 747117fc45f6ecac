//! Randomness at addresses, for designs and resampling.
//!
//! A generator is addressed by (seed, part, use), never by how many draws were made before it. Its uses are
//! numbered from 1001, so no key is one of [`crate::kernel::random`]'s, whatever the seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What a generator is for. A new use gets a new number; numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Use {
    /// Order of the cells of a factor in a Latin hypercube; the part is the factor.
    LatinOrder = 1001,
    /// Place within a cell of a Latin hypercube; the part is the factor, the stream the point.
    LatinPlace = 1002,
    /// Scrambling of a Sobol' sequence.
    Scramble = 1003,
    /// A trajectory after Morris; the part is the trajectory.
    Trajectory = 1004,
    /// Resamples of the bootstrap; the stream is the resample.
    Resample = 1005,
    /// Runs of a sweep that are made again to see whether they give the same bytes.
    Audit = 1050,
}

/// Version of the addresses; part of every key.
const ADDRESS_VERSION: u64 = 1;

/// The generator at an address.
pub(crate) fn generator(seed: u64, part: u64, purpose: Use) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    let words = [seed, part, purpose as u64, ADDRESS_VERSION];
    for (place, word) in words.into_iter().enumerate() {
        key[place * 8..place * 8 + 8].copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::Rng;

    #[test]
    fn each_part_of_the_address_changes_the_draws() {
        let first = |seed, part, purpose| generator(seed, part, purpose).next_u64();
        let base = first(1, 2, Use::LatinOrder);
        assert_eq!(base, first(1, 2, Use::LatinOrder));
        assert_ne!(base, first(2, 2, Use::LatinOrder));
        assert_ne!(base, first(1, 3, Use::LatinOrder));
        assert_ne!(base, first(1, 2, Use::Trajectory));
    }
}
