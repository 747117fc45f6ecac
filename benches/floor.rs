//! What a city-quarter cannot cost less than: its draws, exponentials and powers, and one pass over its memory, by
//! the crate's own functions and without any model. `benches/README.md` compares the core with it.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dualtrack::kernel::lanes::{LANES, Lanes, column_by_column, each, vectorised};
use dualtrack::kernel::math::{exp_down, pow_inside};
use dualtrack::kernel::random::{Draws, Purpose};
use std::hint::black_box;

/// Sectors of the shipped scenarios: two powers each in a quarter (E2 and E29), and one exponential (E12).
const SECTORS: usize = 12;
/// Further exponentials: the rest of the economy, fourteen instruments (E12), location (E21), promotion (E31).
const FURTHER: usize = 17;
/// Numbers of a city that a quarter reads and writes: half of its kilobyte of state.
const NUMBERS: usize = 64;

/// One quarter of the floor: every number is read and written once; the first go through the functions.
#[inline(always)]
fn quarter(numbers: &mut [Lanes], exponent: f64) {
    for block in numbers.chunks_exact_mut(NUMBERS) {
        let (powers, others) = block.split_at_mut(2 * SECTORS);
        for number in powers {
            let x = *number;
            *number = each(|l| pow_inside(x[l], exponent));
            column_by_column();
        }
        let (exponentials, others) = others.split_at_mut(SECTORS + FURTHER);
        for number in exponentials {
            let x = *number;
            *number = each(|l| exp_down(-x[l]));
            column_by_column();
        }
        for number in others {
            let x = *number;
            *number = each(|l| 0.9 * x[l] + 0.1);
            column_by_column();
        }
    }
}

fn floor(criterion: &mut Criterion) {
    let draws = Draws {
        seed: 1,
        replicate: 0,
    }
    .wide_stream(Purpose::Moves);
    let mut group = criterion.benchmark_group("floor of a quarter");
    for cities in [32, 300, 1_000, 10_000, 100_000] {
        let blocks = usize::div_ceil(cities, LANES);
        let mut numbers = vec![Lanes([0.5; LANES]); blocks * NUMBERS];
        let mut time = 0;
        group.throughput(Throughput::Elements(cities as u64));
        group.sample_size(if cities > 10_000 { 40 } else { 100 });
        group.bench_function(BenchmarkId::from_parameter(cities), |bench| {
            bench.iter(|| {
                time += 1;
                for block in 0..blocks {
                    let codes = std::array::from_fn(|l| (block * LANES + l) as u64);
                    black_box(draws.blocks(&codes, time));
                }
                let exponent = black_box(0.6);
                vectorised(
                    #[inline(always)]
                    || quarter(&mut numbers, exponent),
                );
            });
        });
    }
    group.finish();
}

criterion_group!(benches, floor);
criterion_main!(benches);
