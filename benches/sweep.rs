//! Runs per second of a sweep, output included: what a user feels.
//!
//! A Latin hypercube over two factors of the China scenario, each design point once: the hard case, as every run needs a
//! world of its own. Ratios between threads mean something within one run of the bench only.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dualtrack::engine::Control;
use dualtrack::experiment::{self, Overlay};
use dualtrack::output::Manifest;
use dualtrack::sweep::{self, Begin, Plan, Shard, WorkFolder};

const FACTORS: &str = "\n\
[[factors]]\n\
key = \"tournament.intensity\"\n\
range = [0, 3]\n\
[[factors]]\n\
key = \"budgets.retention\"\n\
range = [0.1, 0.6]\n";

/// A plan of so many runs: design points times replicates.
fn plan(folder: &std::path::Path, points: u64, replicates: u32) -> Plan {
    let base = std::env::current_dir().unwrap_or_default();
    let base = base.join("scenarios/china-2015-2024.toml");
    let text = format!(
        "scenario = \"{}\"\nreplicates = {replicates}\n[design]\nkind = \"latin_hypercube\"\npoints = {points}\n{FACTORS}",
        base.display()
    );
    let path = folder.join("e.toml");
    if let Err(error) = std::fs::write(&path, text) {
        panic!("{error}");
    }
    match experiment::load(&path, &Overlay::default()) {
        Ok(experiment) => match Plan::new(experiment) {
            Ok(plan) => plan,
            Err(error) => panic!("{error}"),
        },
        Err(problems) => panic!("{problems}"),
    }
}

fn sweeps(criterion: &mut Criterion) {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("{error}"),
    };
    let mut group = criterion.benchmark_group("sweep of china-2015-2024");
    group.sample_size(10);
    for (points, replicates) in [(100, 1), (10, 10), (10_000, 1)] {
        let plan = plan(folder.path(), points, replicates);
        group.throughput(Throughput::Elements(plan.runs()));
        for threads in [1, 2] {
            let name = format!("{points} points, {replicates} replicates");
            group.bench_function(BenchmarkId::new(name, threads), |bench| {
                bench.iter(|| {
                    let target = folder.path().join("result");
                    let opened = WorkFolder::open(&plan, Shard::ALL, &target, Begin::Replace);
                    let Ok(mut work) = opened else {
                        panic!("no folder");
                    };
                    if let Err(error) =
                        sweep::run(&plan, &mut work, &[], threads, &Control::default())
                    {
                        panic!("{error}");
                    }
                    work.finish(&plan, Manifest::default(), |_| Ok(Vec::new()))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, sweeps);
criterion_main!(benches);
