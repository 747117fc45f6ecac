//! Speed of the core and of a run with its traces.
//!
//! `cargo bench` prints time per quarter and cities per second; figures are compared within one run of it only, as
//! machines differ. One-thread figures: `RAYON_NUM_THREADS=1 cargo bench`. `benches/README.md` says what they were.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dualtrack::input::scenario;
use dualtrack::kernel::random::Draws;
use dualtrack::measure::outcomes;
use dualtrack::model::record::EventLog;
use dualtrack::model::{run::Run, setup::Setup};
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Other random draws each time, as replicates have it: a processor that sees the same run over and over learns all its turns by
/// heart and does China in 0.9 of the time.
fn draws() -> Draws {
    static REPLICATES: AtomicU64 = AtomicU64::new(0);
    Draws {
        seed: 1,
        replicate: REPLICATES.fetch_add(1, Ordering::Relaxed),
    }
}

/// A shipped scenario with settings, ready to run.
fn setup(file: &str, sets: &[String]) -> Setup {
    let scenario = match scenario::load(&Path::new("scenarios").join(file), sets) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{problems}"),
    };
    match Setup::new(scenario.world) {
        Ok(setup) => setup,
        Err(error) => panic!("{error}"),
    }
}

/// Quarters of a run that starts anew when it is over.
fn step(run: &mut Run, quarters: u32, event_log: Option<&mut EventLog>) {
    if run.quarter() == quarters {
        run.reset(draws());
    }
    if let Err(error) = run.step(event_log) {
        panic!("{error}");
    }
}

fn one_quarter(criterion: &mut Criterion) {
    let worlds = [300, 1_000, 10_000, 100_000].map(|cities| {
        let count = format!("cities.synthetic.count={cities}");
        setup("synthetic.toml", &[count])
    });
    for outcomes in [false, true] {
        let name = if outcomes {
            "one quarter and its national outcomes"
        } else {
            "one quarter"
        };
        let mut group = criterion.benchmark_group(name);
        let china = setup("china-2015-2024.toml", &[]);
        for setup in std::iter::once(&china).chain(&worlds) {
            let (quarters, cities) = (setup.world().quarters, setup.world().cities.len());
            let mut run = Run::new(setup, draws());
            group.throughput(Throughput::Elements(cities as u64));
            group.sample_size(if cities > 10_000 { 40 } else { 100 });
            group.bench_function(BenchmarkId::from_parameter(cities), |bench| {
                // Within the pool, as runs are by users: on one thread, all memory stays with one core.
                rayon::scope(|_| {
                    bench.iter(|| {
                        step(&mut run, quarters, None);
                        if outcomes {
                            black_box(outcomes::nation(&mut run));
                        }
                    });
                });
            });
        }
        group.finish();
    }
}

fn one_run(criterion: &mut Criterion) {
    let setup = setup("china-2015-2024.toml", &[]);
    let quarters = setup.world().quarters;
    let cities = setup.world().cities.len();
    let mut run = Run::new(&setup, draws());
    let mut group = criterion.benchmark_group("one run of china-2015-2024");
    group.throughput(Throughput::Elements(u64::from(quarters) * cities as u64));
    group.bench_function("no outcomes", |bench| {
        bench.iter(|| {
            run.reset(draws());
            for _ in 0..quarters {
                step(&mut run, quarters, None);
            }
        });
    });
    group.bench_function("national outcomes each quarter", |bench| {
        bench.iter(|| {
            run.reset(draws());
            for _ in 0..quarters {
                step(&mut run, quarters, None);
                black_box(outcomes::nation(&mut run));
            }
        });
    });
    let mut event_log = EventLog::default();
    run.set_detail(true);
    group.bench_function("all outcomes and events each quarter", |bench| {
        bench.iter(|| {
            run.reset(draws());
            for _ in 0..quarters {
                event_log.clear();
                step(&mut run, quarters, Some(&mut event_log));
                black_box(outcomes::nation(&mut run));
                for city in 0..cities {
                    black_box(outcomes::city(&run, city));
                }
            }
        });
    });
    group.finish();
}

fn start(criterion: &mut Criterion) {
    let scenario = match scenario::load(Path::new("scenarios/china-2015-2024.toml"), &[]) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{problems}"),
    };
    criterion.bench_function("make china-2015-2024 ready", |bench| {
        bench.iter_batched(
            || scenario.world.clone(),
            |world| black_box(Setup::new(world)),
            BatchSize::SmallInput,
        );
    });
    let points = [(); 2].map(|()| setup("china-2015-2024.toml", &[]));
    let [first, second] = &points;
    let mut run = Some(Run::new(first, draws()));
    criterion.bench_function("move a run of china-2015-2024 to another setup", |bench| {
        bench.iter(|| {
            let moved = run
                .take()
                .map(|run| run.into_memory().start(second, draws()));
            run = moved.map(|run| run.into_memory().start(first, draws()));
        });
    });
}

criterion_group!(benches, one_quarter, one_run, start);
criterion_main!(benches);
