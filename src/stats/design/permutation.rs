//! An order of 0..n in which any place can be asked for, without keeping the others.

use rand_chacha::rand_core::Rng;

use crate::kernel::keyed::{Use, generator};

/// Rounds of the Feistel network; four suffice for secrecy of large domains, small ones mix more slowly.
const ROUNDS: usize = 12;

/// A pseudo-random permutation of 0..n, fixed by (seed, part).
///
/// A Feistel network over the next power of two, walked along its cycles until it lands below `n` (Black and
/// Rogaway 2002, "Ciphers with arbitrary finite domains"), then turned by a keyed distance: networks of two
/// equal halves give even permutations only. Memory does not depend on `n`; a place takes fewer than two walks
/// on average.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permutation {
    size: u64,
    bits: u32,
    keys: [u64; ROUNDS],
    turn: u64,
}

impl Permutation {
    /// The permutation of 0..`size` for one part of a design; `size` is at least 1.
    pub(crate) fn new(size: u64, seed: u64, part: u64) -> Self {
        let mut draws = generator(seed, part, Use::LatinOrder);
        let last = size.saturating_sub(1);
        Permutation {
            size,
            bits: (u64::BITS - last.leading_zeros()).max(2),
            keys: std::array::from_fn(|_| draws.next_u64()),
            turn: ((u128::from(draws.next_u64()) * u128::from(size)) >> 64) as u64,
        }
    }

    /// What stands at `place`; `place` is below the size.
    pub(crate) fn at(&self, place: u64) -> u64 {
        if self.size <= 1 {
            return 0;
        }
        let mut found = self.network(place);
        while found >= self.size {
            found = self.network(found);
        }
        let turned = u128::from(found) + u128::from(self.turn);
        (turned % u128::from(self.size)) as u64
    }

    /// One pass through the network, a permutation of 0..2^bits. Halves differ by a bit where bits are odd.
    fn network(&self, value: u64) -> u64 {
        let low_bits = self.bits / 2;
        let widths = [low_bits, self.bits - low_bits];
        let mask = |width: u32| (1u64 << width) - 1;
        // `high` holds widths[1] bits before an even round and widths[0] before an odd one.
        let (mut high, mut low) = (value >> low_bits, value & mask(low_bits));
        for (round, key) in self.keys.iter().enumerate() {
            let width = widths[1 - round % 2];
            let mixed = (high ^ mix(low ^ key)) & mask(width);
            (high, low) = (low, mixed);
        }
        // After an even number of rounds the halves are as wide as at the start.
        (high << low_bits) | low
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit in moves every bit out.
fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_at_one_place() {
        for size in [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 32, 33, 100, 1000, 4097] {
            for seed in 0..5 {
                let order = Permutation::new(size, seed, 3);
                let mut seen: Vec<u64> = (0..size).map(|place| order.at(place)).collect();
                seen.sort_unstable();
                assert_eq!(seen, (0..size).collect::<Vec<_>>(), "size {size}");
            }
        }
    }

    #[test]
    fn the_largest_size_works() {
        let order = Permutation::new(u64::MAX, 1, 0);
        assert_ne!(order.at(0), order.at(u64::MAX - 1));
    }

    #[test]
    fn all_orders_of_five_are_as_likely() {
        // 120 orders, 24,000 seeds, 200 expected each: chi-squared with 119 degrees of freedom has its 0.999
        // quantile at 172.4 (scipy.stats.chi2.ppf(0.999, 119)).
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..24_000 {
            let order = Permutation::new(5, seed, 0);
            let seen: Vec<u64> = (0..5).map(|place| order.at(place)).collect();
            *counts.entry(seen).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 120);
        let chi: f64 = counts
            .values()
            .map(|&n| (f64::from(n) - 200.0).powi(2) / 200.0)
            .sum();
        assert!(chi < 172.4, "{chi}");
    }

    #[test]
    fn orders_of_two_parts_are_uncorrelated() {
        // Spearman's rho of 10,000 pairs has s.e. 0.01; bound at four.
        let size = 10_000;
        let (a, b) = (Permutation::new(size, 9, 0), Permutation::new(size, 9, 1));
        let half = (size as f64 - 1.0) / 2.0;
        let product: f64 = (0..size)
            .map(|i| (a.at(i) as f64 - half) * (b.at(i) as f64 - half))
            .sum();
        let square: f64 = (0..size).map(|i| (i as f64 - half).powi(2)).sum();
        assert!((product / square).abs() < 0.04, "{}", product / square);
    }
}
