//! Runs per second of a sweep, output included: what a user feels.
//!
//! A Latin hypercube over two factors of the China scenario, each design point once: the hard case, as every run needs a
//! world of its own. "Runs alone" makes the same worlds and measures the same responses without a row: what a sweep takes
//! beyond it is output. Ratios mean something within one run of the bench only.

use std::time::Duration;

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use dualtrack::input::experiment::reader::Overlay;
use dualtrack::kernel::control::Control;
use dualtrack::measure::response::probe::Probe;
use dualtrack::measure::run::measure_run;
use dualtrack::model::run::{Memory, Run};
use dualtrack::study::place::Begin;
use dualtrack::study::sweep::{self, finish::Shard, plan::Plan, work::WorkFolder};
use dualtrack::table::manifest::Manifest;

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
    match dualtrack::input::experiment::reader::load(&path, &Overlay::default()) {
        Ok(experiment) => match Plan::new(experiment) {
            Ok(plan) => plan,
            Err(error) => panic!("{error}"),
        },
        Err(problems) => panic!("{problems}"),
    }
}

/// The runs of a plan of one replicate, with their responses and without rows.
fn runs_alone(plan: &Plan) {
    let (mut memory, mut values): (Option<Memory>, _) = (None, Vec::new());
    let luck = plan.luck(0);
    for point in 0..plan.points.len() {
        let variant = plan.points.variant(&plan.points.values(point));
        let setup = match plan.experiment.worlds.setup(&variant) {
            Ok(setup) => setup,
            Err(message) => panic!("{message}"),
        };
        let bound = match plan.responses().bind(setup.world()) {
            Ok(bound) => bound,
            Err(messages) => panic!("{messages:?}"),
        };
        let mut probe = Probe::new(bound, false);
        let mut run = match memory.take() {
            Some(memory) => memory.start(&setup, luck),
            None => Run::new(&setup, luck),
        };
        let measured = measure_run(&mut run, &mut probe, &Control::default());
        assert!(measured.is_ok());
        memory = Some(run.into_memory());
        probe.finish(&mut values);
    }
}

fn sweeps(criterion: &mut Criterion) {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("{error}"),
    };
    let mut group = criterion.benchmark_group("sweep of china-2015-2024");
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_secs(1));
    for (points, replicates) in [(100, 1), (10, 10), (10_000, 1)] {
        let plan = plan(folder.path(), points, replicates);
        group.throughput(Throughput::Elements(plan.runs()));
        if replicates == 1 {
            let name = format!("{points} points, runs alone");
            group.bench_function(BenchmarkId::new(name, 1), |bench| {
                bench.iter(|| runs_alone(&plan));
            });
        }
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
