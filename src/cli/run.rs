//! `dualtrack run`: replicates of a scenario, a folder of traces, and a summary.

use std::path::PathBuf;
use std::thread;

use serde_json::json;

use crate::cli::codes;
use crate::cli::common::{self, Stop, interruptible};
use crate::cli::options::BeginArgs;
use crate::cli::print;
use crate::cli::progress::{self, Goal};
use crate::cli::summary::Summary;
use crate::cli::terminal::Terminal;
use crate::input::scenario::{self, Scenario};
use crate::kernel::control::Control;
use crate::measure::{result, traces::Traces};
use crate::model::setup::Setup;
use crate::study::identity;
use crate::study::job::{EngineError, Job};
use crate::study::traced::TraceStore;
use crate::table::{complete::finish_folder, folder::Folder, manifest::Manifest};

/// Run the replicates of a scenario, write their traces, and print a summary.
///
/// An interrupted run goes on with `--resume`; its output is byte-identical. What may be lost is the work of some seconds,
/// or of one replicate where that takes longer.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Folder of the result [default: `output/` and the name of the scenario].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed, instead of the scenario's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Number of replicates, instead of the scenario's.
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
    /// Number of threads [default: all cores]; does not affect results.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Set a key of the scenario, such as `tournament.intensity=0`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    #[command(flatten)]
    begin: BeginArgs,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let started = std::time::SystemTime::now();
    let scenario = scenario::load(&args.scenario, &sets(args)).map_err(Stop::bad_input)?;
    let traces = traces(&scenario)?;
    let setup = Setup::new(scenario.world.clone()).map_err(Stop::bad_input)?;
    // Before the folder is begun, so that nothing can be left of it.
    let control = interruptible();
    let target = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("output").join(&scenario.name));
    let identity = json!({
        "command": "run",
        "program": identity::of_program(),
        "settings": identity::of_settings(&scenario),
        "traces": scenario.resolved["traces"],
        "data_sha256": identity::of_data(&scenario),
        "seed": scenario.seed,
        "replicates": scenario.replicates,
    });
    let begin = args.begin.begin();
    let store = TraceStore::open(&identity, scenario.seed, &traces, &target, begin)?;
    if !args.quiet {
        for note in &scenario.notes {
            print::err(&format!("note: {note}\n"));
        }
    }
    let threads = common::threads(args.threads);
    let job = Job {
        setup: &setup,
        traces: &traces,
        seed: scenario.seed,
        replicates: scenario.replicates,
        first: 0,
        threads,
    };
    let mut store = run_job(&job, &control, store, args.quiet)?;
    let folder = Folder::create(&target, store.replaces())?;
    let files = store.write(folder.path())?;
    let description = result::description(&scenario.name, &scenario.title, &traces);
    let manifest = manifest(&scenario, threads, started);
    let files = finish_folder(folder, files, &description, manifest)?;
    if !args.quiet {
        let summary = Summary {
            scenario: &scenario,
            kept: store.kept(),
            target: &target,
            files: &files,
            terminal: Terminal::of_stdout(),
        };
        print::out(&summary.to_string());
    }
    store.remove()?;
    Ok(codes::SUCCESS)
}

/// The job, with a line of progress.
fn run_job(
    job: &Job<'_>,
    control: &Control,
    store: TraceStore,
    is_quiet: bool,
) -> Result<TraceStore, Stop> {
    let done = store.kept().outcomes.len() as u32;
    let left = u64::from(job.replicates - done) * u64::from(job.setup.world().quarters);
    let outcome = thread::scope(|scope| {
        // Dropped at the end, it ends the display.
        let _display = (!is_quiet).then(|| progress::show(scope, control, Goal::Quarters(left)));
        store.run(job, control)
    });
    outcome.map_err(|error| match error {
        EngineError::Sink(error) => error.into(),
        EngineError::Cancelled => Stop {
            code: codes::INTERRUPTED,
            message: "interrupted; go on with `--resume`".to_string(),
        },
        error => Stop {
            code: codes::FAILURE,
            message: error.to_string(),
        },
    })
}

/// Options that stand for keys of a scenario go the way of `--set`, so that they are checked and recorded
/// like any other.
fn sets(args: &Args) -> Vec<String> {
    let mut sets = args.sets.clone();
    sets.extend(args.seed.map(|seed| format!("run.seed={seed}")));
    let replicates = args.replicates;
    sets.extend(replicates.map(|replicates| format!("run.replicates={replicates}")));
    sets
}

fn traces(scenario: &Scenario) -> Result<Traces, Stop> {
    scenario
        .check_traces(&crate::measure::catalogue::catalogue())
        .map_err(Stop::bad_input)?;
    Traces::new(&scenario.traces).map_err(Stop::bad_input)
}

fn manifest(scenario: &Scenario, threads: usize, started: std::time::SystemTime) -> Manifest {
    let world = &scenario.world;
    Manifest {
        arguments: common::arguments(),
        scenario: scenario.name.clone(),
        title: scenario.title.clone(),
        seed: scenario.seed,
        replicates: scenario.replicates,
        first_quarter: world.start.to_string(),
        last_quarter: crate::cli::summary::last_quarter(world).to_string(),
        threads,
        started: common::second(started),
        finished: common::second(std::time::SystemTime::now()),
        sources: common::sources(&scenario.sources),
        settings: scenario.resolved.clone(),
        warnings: scenario.notes.clone(),
        ..Manifest::default()
    }
}
