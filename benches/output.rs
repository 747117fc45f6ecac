//! Rows of traces per second: runs of China whose rows are formatted and thrown away, beside runs without traces. What
//! a disk and compression add is left out.

use std::convert::Infallible;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dualtrack::input::scenario;
use dualtrack::kernel::control::Control;
use dualtrack::measure::traces::{File, Traces};
use dualtrack::model::setup::Setup;
use dualtrack::study::job::Job;

const REPLICATES: u32 = 20;

/// China with these files of traces.
fn ready(files: &str) -> (Setup, Traces) {
    let sets = [format!("traces.files=[{files}]")];
    let scenario = match scenario::load(Path::new("scenarios/china-2015-2024.toml"), &sets) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{problems}"),
    };
    match (Setup::new(scenario.world), Traces::new(&scenario.traces)) {
        (Ok(setup), Ok(traces)) => (setup, traces),
        (Err(error), _) => panic!("{error}"),
        (_, Err(message)) => panic!("{message}"),
    }
}

/// Does the runs; returns the rows.
fn rows(setup: &Setup, traces: &Traces, file: Option<File>) -> u64 {
    let job = Job {
        setup,
        traces,
        seed: 1,
        replicates: REPLICATES,
        first: 0,
        rules: None,
        threads: 1,
    };
    let mut rows = 0;
    let done = dualtrack::study::replicates::replicates(&job, &Control::default(), |chunk| {
        if let Some(file) = file {
            rows += black_box(chunk.of(file)).1;
        }
        Ok::<(), Infallible>(())
    });
    assert!(done.is_ok());
    rows
}

fn output(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rows of 20 runs of china-2015-2024");
    group.sample_size(20);
    let none = ready("").0;
    group.bench_function("none", |bench| {
        bench.iter(|| rows(&none, &Traces::none(), None));
    });
    for (name, file) in [
        ("national", File::National),
        ("cities", File::Cities),
        ("allocations", File::Allocations),
    ] {
        let (setup, traces) = ready(&format!("\"{name}\""));
        group.throughput(Throughput::Elements(rows(&setup, &traces, Some(file))));
        group.bench_function(name, |bench| {
            bench.iter(|| rows(&setup, &traces, Some(file)));
        });
    }
    group.finish();
}

criterion_group!(benches, output);
criterion_main!(benches);
