//! Runs per second of a sweep, output included: what a user feels.
//!
//! A Latin hypercube over two factors of the China scenario, each design point once: the hard case, as every run needs a
//! world of its own. "Runs alone" makes the same worlds and measures the same responses without a row: what a sweep takes
//! beyond it is output. Ratios mean something within one run of the bench only.

use std::path::Path;
use std::time::Duration;

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use dualtrack::input::experiment::reader::Overlay;
use dualtrack::input::scenario::file_source::FileSource;
use dualtrack::kernel::{control::Control, random::Draws};
use dualtrack::study::codec::Measured;
use dualtrack::study::error::StudyError;
use dualtrack::study::execute::{Worker, execute};
use dualtrack::study::place::Begin;
use dualtrack::study::stage::Stage;
use dualtrack::study::store::RunStore;
use dualtrack::study::sweep::{plan::Plan, tables::write};
use dualtrack::table::{complete::finish_folder, folder::Folder, manifest::Manifest};

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
    match dualtrack::input::experiment::reader::load_from(
        &FileSource::default(),
        &path,
        &Overlay::default(),
    ) {
        Ok(experiment) => match Plan::new(experiment) {
            Ok(plan) => plan,
            Err(error) => panic!("{error}"),
        },
        Err(problems) => panic!("{problems}"),
    }
}

/// The runs of a plan of one replicate, with their responses and without rows.
fn runs_alone(plan: &Plan) {
    let study = plan.study().unwrap_or_else(|error| panic!("{error}"));
    let (mut worker, mut run) = (Worker::default(), Measured::default());
    let draws = Draws {
        seed: study.seed,
        replicate: 0,
    };
    for point in 0..plan.points.len() {
        let ready = study.arms[0].at(&plan.stage().points.variant(point));
        let ready = ready.unwrap_or_else(|message| panic!("{message}"));
        run.clear();
        let measured = worker.measure(&ready, draws, false, &Control::default(), &mut run);
        assert!(measured.is_ok());
    }
}

/// A sweep as the command does it.
fn sweep(plan: &Plan, target: &Path, threads: usize) -> Result<(), StudyError> {
    let study = plan.study().map_err(StudyError::Input)?;
    let mut store = RunStore::open(&plan.identity, target, Begin::Replace)?;
    let next = &mut |done: &[Stage], _: &mut RunStore| Ok(done.is_empty().then(|| plan.stage()));
    let stages = execute(&study, &mut store, next, threads, &Control::default())?;
    let folder = Folder::create(target, store.replaces())?;
    let tables = write(plan, &mut store, (0, &stages[0]), &folder.path().into())?;
    finish_folder(folder, tables.files, "", Manifest::default())?;
    store.remove()
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
                    sweep(&plan, &target, threads).unwrap_or_else(|error| panic!("{error}"));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, sweeps);
criterion_main!(benches);
