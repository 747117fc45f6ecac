//! Draws of neighbouring addresses share nothing that tests of their size can find.
//!
//! Addresses are fixed, so that each test has one outcome for ever. Critical values are those of 5e-5 at each end, which
//! a good generator would miss in one of 80 such files, once.

use dualtrack::kernel::random::{Block, Draws, Purpose, uniform};

/// Pairs of addresses in each test.
const PAIRS: u64 = 20_000;
/// Standard normal quantile at 1 - 2.5e-5.
const NORMAL: f64 = 4.056;
/// Quantiles of the chi-square distribution with 64 degrees of freedom, at 5e-5 and 1 - 5e-5.
const CHI_SQUARE_64: (f64, f64) = (29.03, 117.70);
/// The same with 63.
const CHI_SQUARE_63: (f64, f64) = (28.37, 116.35);
/// Words of a block.
const WORDS: usize = 8;
/// Sides of the table of pairs of uniforms.
const CELLS: usize = 8;

/// The block of an address: seed, replicate, purpose, code, position.
type Address = (u64, u64, Purpose, u64, u64);

fn block((seed, replicate, purpose, code, position): Address) -> Block {
    Draws { seed, replicate }
        .stream(purpose)
        .block(code, position)
}

/// For each part of the address, the pair number `i` of addresses that differ by one in it alone.
fn neighbours(part: &str, i: u64) -> (Address, Address) {
    let moves = Purpose::Moves;
    let (code, position) = (110_000 + 2 * (i % 500), i / 500);
    let base = (1, 0, moves, code, position);
    match part {
        "city" => (base, (1, 0, moves, code + 1, position)),
        "quarter" => {
            let position = 2 * position;
            let base = (1, 0, moves, code, position);
            (base, (1, 0, moves, code, position + 1))
        }
        "replicate" => (base, (1, 1, moves, code, position)),
        "seed" => (base, (2, 0, moves, code, position)),
        _ => (base, (1, 0, Purpose::DesignError, code, position)),
    }
}

const PARTS: [&str; 5] = ["city", "quarter", "purpose", "replicate", "seed"];

fn pairs(part: &str) -> Vec<(Block, Block)> {
    (0..PAIRS)
        .map(|i| {
            let (one, other) = neighbours(part, i);
            (block(one), block(other))
        })
        .collect()
}

/// Pearson's correlation times the root of the number of pairs: standard normal where there is none.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mut sums, mut squares, mut products) = ((0.0, 0.0), (0.0, 0.0), 0.0);
    for (x, y) in pairs {
        sums = (sums.0 + x, sums.1 + y);
        squares = (squares.0 + x * x, squares.1 + y * y);
        products += x * y;
    }
    let covariance = products / n - sums.0 / n * (sums.1 / n);
    let variance = |sum: f64, square: f64| square / n - sum / n * (sum / n);
    covariance / (variance(sums.0, squares.0) * variance(sums.1, squares.1)).sqrt() * n.sqrt()
}

#[test]
fn neighbouring_draws_do_not_correlate() {
    for part in PARTS {
        let pairs = pairs(part);
        for word in 0..WORDS {
            for (name, shift) in [("same", 0), ("next", 1)] {
                let numbers: Vec<(f64, f64)> = pairs
                    .iter()
                    .map(|(one, other)| {
                        (uniform(one[word]), uniform(other[(word + shift) % WORDS]))
                    })
                    .collect();
                let z = correlation(&numbers);
                assert!(z.abs() < NORMAL, "{part}, word {word}, {name} word: {z}");
            }
        }
    }
}

#[test]
fn neighbouring_draws_differ_in_half_of_their_bits() {
    for part in PARTS {
        let pairs = pairs(part);
        for word in 0..WORDS {
            let mut counts = [0u32; 64];
            for (one, other) in &pairs {
                let differ = one[word] ^ other[word];
                for (bit, count) in counts.iter_mut().enumerate() {
                    *count += u32::from((differ >> bit) & 1 == 1);
                }
            }
            let n = PAIRS as f64;
            let square: f64 = counts
                .iter()
                .map(|count| {
                    let away = f64::from(*count) - n / 2.0;
                    away * away / (n / 4.0)
                })
                .sum();
            let inside = CHI_SQUARE_64.0 < square && square < CHI_SQUARE_64.1;
            assert!(inside, "{part}, word {word}: {square}");
        }
    }
}

#[test]
fn neighbouring_draws_fill_the_square_evenly() {
    for part in PARTS {
        let pairs = pairs(part);
        for word in 0..WORDS {
            let mut counts = [[0u32; CELLS]; CELLS];
            for (one, other) in &pairs {
                let cell = |word: u64| (uniform(word) * CELLS as f64) as usize;
                counts[cell(one[word])][cell(other[word])] += 1;
            }
            let expected = PAIRS as f64 / (CELLS * CELLS) as f64;
            let square: f64 = counts
                .iter()
                .flatten()
                .map(|count| {
                    let away = f64::from(*count) - expected;
                    away * away / expected
                })
                .sum();
            let inside = CHI_SQUARE_63.0 < square && square < CHI_SQUARE_63.1;
            assert!(inside, "{part}, word {word}: {square}");
        }
    }
}
