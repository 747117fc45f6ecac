//! Options that commands have in common.

use std::path::PathBuf;

use crate::cli::common;
use crate::cli::common::Stop;
use crate::cli::number;
use crate::input::experiment::{Experiment, reader::Overlay};
use crate::input::scenario::file_source::FileSource;
use crate::measure::response::spec::Response;
use crate::study::place::Begin;
use crate::study::shards::plan_folder::MOST_SHARDS;

/// What experiments have in common on the command line.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ExperimentArgs {
    /// Experiment file.
    #[arg(value_name = "EXPERIMENT")]
    pub experiment: PathBuf,
    #[command(flatten)]
    pub(crate) overlay: OverlayArgs,
}

impl ExperimentArgs {
    /// Reads the experiment.
    pub(crate) fn load(&self, file_source: &FileSource) -> Result<Experiment, Stop> {
        let overlay = self.overlay.overlay();
        crate::input::experiment::reader::load_from(file_source, &self.experiment, &overlay)
            .map_err(Stop::bad_input)
    }
}

/// What is laid over a file.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct OverlayArgs {
    /// Number of replicates, instead of the file's.
    #[arg(long, value_name = "N", value_parser = number::replicates())]
    pub replicates: Option<u32>,
    /// Seed, instead of the file's.
    #[arg(long, value_name = "N", value_parser = number::seed())]
    pub seed: Option<u64>,
    /// Set a key of every scenario that is run, such as `run.quarters=20`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
    /// What to measure, separated by commas, such as `competitiveness,late=gap@2020..2024`; instead of the file's
    /// responses.
    #[arg(long = "response", value_name = "RESPONSE,...")]
    pub responses: Vec<String>,
    /// What a program that calls this one measures with code of its own, after all else.
    #[arg(skip)]
    pub own: Vec<Response>,
}

impl OverlayArgs {
    pub(crate) fn overlay(&self) -> Overlay {
        Overlay {
            sets: self.sets.clone(),
            replicates: self.replicates,
            seed: self.seed,
            responses: common::split_responses(&self.responses),
            own: self.own.clone(),
            has_design: false,
        }
    }
}

/// Where and how a study is run.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct WorkArgs {
    /// Folder of the result [default: `output/` and the name of the study].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads [default: all cores]; does not affect results.
    #[arg(long, value_name = "N", value_parser = number::threads())]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub(crate) begin: BeginArgs,
    /// Print nothing but errors.
    #[arg(long)]
    pub quiet: bool,
    /// Print the number of runs with an estimate of size and time, and run only a few.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
}

/// Where a plan goes and how it is parted.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PlanArgs {
    /// Write a plan folder for many machines instead of running.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "resume", "force", "dry_run"])]
    pub(crate) plan: Option<PathBuf>,
    /// Number of shards of the plan.
    #[arg(long, value_name = "N", requires = "plan", value_parser = number::whole(1..=MOST_SHARDS, 10))]
    pub(crate) shards: Option<u64>,
    /// Minutes that a shard takes on `--threads` (1 if left out), estimated from a few runs [default: 10].
    #[arg(long, value_name = "M", requires = "plan", conflicts_with = "shards", value_parser = number::real(0.001..=100_000.0, 10.0))]
    pub(crate) shard_minutes: Option<f64>,
}

/// What to do where there is something already.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct BeginArgs {
    /// Go on with an interrupted study; a sweep also takes over the runs that an earlier result shares with it.
    #[arg(long, conflicts_with = "force")]
    resume: bool,
    /// Discard what is there.
    #[arg(long)]
    force: bool,
}

impl BeginArgs {
    pub(crate) fn begin(self) -> Begin {
        match (self.resume, self.force) {
            (true, _) => Begin::Resume,
            (_, true) => Begin::Replace,
            _ => Begin::New,
        }
    }
}
