//! `dualtrack run`: replicates of a scenario, a folder of traces, and a summary.

use std::path::PathBuf;
use std::thread;

use crate::cli::codes;
use crate::cli::common::{self, Stop, interruptible};
use crate::cli::print;
use crate::cli::progress::{self, Goal};
use crate::cli::summary::Summary;
use crate::cli::terminal::Terminal;
use crate::input::scenario::{self, Scenario};
use crate::kernel::control::Control;
use crate::measure::{result::ResultFolder, traces::Traces};
use crate::model::setup::Setup;
use crate::study::job::{Job, Replicates};
use crate::table::manifest::Manifest;

/// Runs the replicates of a scenario, writes what happened, and prints a summary.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Folder of the result; `output/` and the name of the scenario if left out.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed, instead of the scenario's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Number of replicates, instead of the scenario's.
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
    /// Threads, on which results do not depend; one for each core if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Sets a key of the scenario, such as `tournament.intensity=0`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Replaces an earlier result in the folder.
    #[arg(long)]
    force: bool,
    /// Prints nothing but errors.
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
    let mut result = ResultFolder::create(
        &target,
        args.force,
        &scenario.name,
        &scenario.title,
        &traces,
    )?;
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
        threads,
    };
    let kept = run_job(&job, &control, &mut result, args.quiet)?;
    let files = result.finish(manifest(&scenario, threads, started))?;
    if args.quiet {
        return Ok(codes::SUCCESS);
    }
    let summary = Summary {
        scenario: &scenario,
        kept: &kept,
        target: &target,
        files: &files,
        terminal: Terminal::of_stdout(),
    };
    Ok(print::out(&summary.to_string()))
}

/// The job, with a line of progress.
fn run_job(
    job: &Job<'_>,
    control: &Control,
    result: &mut ResultFolder,
    is_quiet: bool,
) -> Result<Replicates, Stop> {
    let quarters = u64::from(job.replicates) * u64::from(job.setup.world().quarters);
    let kept = thread::scope(|scope| {
        // Dropped at the end, it ends the display.
        let _display =
            (!is_quiet).then(|| progress::show(scope, control, Goal::Quarters(quarters)));
        crate::study::replicates::replicates(job, control, |chunk| result.append(chunk))
    });
    Ok(kept?)
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

pub(crate) fn manifest(
    scenario: &Scenario,
    threads: usize,
    started: std::time::SystemTime,
) -> Manifest {
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
