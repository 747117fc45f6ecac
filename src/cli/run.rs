//! `dualtrack run`: replicates of a scenario, a folder of traces, and a summary.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use serde_json::json;

use crate::cli::codes;
use crate::cli::common::{self, Stop, interruptible};
use crate::cli::number;
use crate::cli::options::BeginArgs;
use crate::cli::print;
use crate::cli::progress::{self, Goal};
use crate::cli::study::is_finished;
use crate::cli::summary::Summary;
use crate::cli::terminal::Terminal;
use crate::input::scenario::{self, Scenario};
use crate::measure::{result, traces::Traces};
use crate::model::{run::OwnRules, setup::Setup};
use crate::study::error::StudyError;
use crate::study::identity;
use crate::study::job::{EngineError, Job, Replicates};
use crate::study::place::{self, Begin};
use crate::study::traced::TraceStore;
use crate::table::{
    complete::finish_folder, folder::Folder, manifest::Manifest, writer::WrittenFile,
};

/// Run the replicates of a scenario, write their traces, and print a summary.
///
/// An interrupted run resumes with `--resume`; its output is byte-identical. What may be lost is the work of some seconds,
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
    #[arg(long, value_name = "N", value_parser = number::seed())]
    seed: Option<u64>,
    /// Number of replicates, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = number::replicates())]
    replicates: Option<u32>,
    /// Number of threads [default: all cores]; does not affect results.
    #[arg(long, value_name = "N", value_parser = number::threads())]
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
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let started = SystemTime::now();
    let scenario = scenario::load(&args.scenario, &sets(args)).map_err(Stop::bad_input)?;
    // Before the folder is begun, so that nothing can be left of it.
    let control = interruptible();
    let target = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("output").join(&scenario.name));
    let asked = Asked {
        scenario: &scenario,
        rules: None,
        threads: common::threads(args.threads),
    };
    let begin = args.begin.begin();
    let made = asked.to_folder(&target, begin, started, |job, store| {
        if !args.quiet {
            for note in &scenario.notes {
                print::err(&format!("note: {note}\n"));
            }
        }
        let done = store.kept().outcomes.len() as u32;
        let left = u64::from(job.replicates - done) * u64::from(job.setup.world().quarters);
        thread::scope(|scope| {
            // Dropped at the end, it ends the display.
            let _display =
                (!args.quiet).then(|| progress::show(scope, &control, Goal::Quarters(left)));
            store.run(job, &control)
        })
    })?;
    let text = match &made {
        Some((kept, files)) => Summary {
            scenario: &scenario,
            kept,
            target: &target,
            files,
            terminal: Terminal::of_stdout(),
        }
        .to_string(),
        None => is_finished(&target),
    };
    if !args.quiet {
        print::out(&text);
    }
    Ok(codes::SUCCESS)
}

impl From<EngineError<StudyError>> for Stop {
    fn from(error: EngineError<StudyError>) -> Self {
        match error {
            EngineError::Sink(error) => error.into(),
            EngineError::Cancelled => {
                Stop::new(codes::INTERRUPTED, "interrupted; go on with `--resume`")
            }
            error => Stop::failure(error),
        }
    }
}

/// A scenario that is to be run.
pub(crate) struct Asked<'a> {
    pub scenario: &'a Scenario,
    /// Rules in place of the shipped ones, with their name.
    pub rules: Option<(&'a str, &'a OwnRules)>,
    pub threads: usize,
}

impl Asked<'_> {
    /// Makes it ready, and lets `run` do its replicates.
    ///
    /// # Errors
    /// A column that is none, a world that cannot start, and what `run` says.
    pub fn replicates<T>(&self, run: impl FnOnce(&Job<'_>) -> Result<T, Stop>) -> Result<T, Stop> {
        let scenario = self.scenario;
        scenario
            .check_traces(&crate::measure::catalogue::catalogue())
            .map_err(Stop::bad_input)?;
        let traces = Traces::new(&scenario.traces).map_err(Stop::bad_input)?;
        let setup = Setup::new(scenario.world.clone()).map_err(Stop::bad_input)?;
        run(&Job {
            setup: &setup,
            traces: &traces,
            seed: scenario.seed,
            replicates: scenario.replicates,
            first: 0,
            rules: self.rules.map(|(_, rules)| rules),
            threads: self.threads,
        })
    }

    /// Runs it to a folder, with a store beside it that `run` fills; returns what is kept of it, and its files. None where
    /// it is to go on with a result that is there already.
    ///
    /// # Errors
    /// What stands in the way, and what `run` says; what is done is kept.
    pub fn to_folder(
        &self,
        target: &Path,
        begin: Begin,
        started: SystemTime,
        run: impl FnOnce(&Job<'_>, TraceStore) -> Result<TraceStore, EngineError<StudyError>>,
    ) -> Result<Option<(Replicates, Vec<WrittenFile>)>, Stop> {
        let scenario = self.scenario;
        let mut identity = json!({
            "command": "run",
            "program": identity::of_program(),
            "settings": identity::of_settings(scenario),
            "traces": scenario.resolved["traces"],
            "data_sha256": identity::of_data(scenario),
            "seed": scenario.seed,
            "replicates": scenario.replicates,
        });
        if let Some((name, _)) = self.rules {
            identity["rules"] = name.into();
        }
        let own = identity::of_result(&identity, json!([scenario.title, scenario.description]));
        if begin == Begin::Resume && place::finished(&own, target)?.is_some() {
            return Ok(None);
        }
        self.replicates(|job| {
            let traces = job.traces;
            let store = TraceStore::open(&identity, scenario.seed, traces, target, begin)?;
            let mut store = run(job, store)?;
            let folder = Folder::create(target, store.replaces())?;
            let files = store.write(folder.path())?;
            let description = result::description(&scenario.name, &scenario.title, traces);
            let manifest = Manifest {
                identity: own,
                ..self.manifest(started)
            };
            let files = finish_folder(folder, files, &description, manifest)?;
            let kept = store.kept().clone();
            store.remove()?;
            Ok(Some((kept, files)))
        })
    }

    /// What is known of its result.
    pub fn manifest(&self, started: SystemTime) -> Manifest {
        Manifest {
            arguments: common::arguments(),
            title: self.scenario.title.clone(),
            threads: self.threads,
            started: common::second(started),
            finished: common::second(SystemTime::now()),
            ..common::manifest(self.scenario)
        }
    }
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
