//! Options that commands have in common.

use crate::cli::common::{self, Stop};
use crate::input::experiment::{Experiment, reader::Overlay};
use crate::input::scenario::shelf::Shelf;
use crate::study::place::Begin;
use std::path::PathBuf;

/// What experiments have in common on the command line.
#[derive(Clone, Debug, clap::Args)]
pub struct ExperimentArgs {
    /// Experiment file.
    #[arg(value_name = "EXPERIMENT")]
    pub experiment: PathBuf,
    /// Number of replicates, instead of the experiment's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: Option<u32>,
    /// Seed, instead of the experiment's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Sets a key of whatever scenario is run, such as `run.quarters=20`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
    /// What is measured, with commas between, such as `competitiveness,late=gap@2020..2024`; instead of the
    /// experiment's responses.
    #[arg(long = "response", value_name = "RESPONSE,...")]
    pub responses: Vec<String>,
}

impl ExperimentArgs {
    /// Reads the experiment.
    pub(crate) fn load(&self) -> Result<Experiment, Stop> {
        self.load_from(&Shelf::default())
    }

    /// Reads the experiment from a shelf.
    pub(crate) fn load_from(&self, shelf: &Shelf) -> Result<Experiment, Stop> {
        crate::input::experiment::reader::load_from(shelf, &self.experiment, &self.overlay())
            .map_err(Stop::bad_input)
    }

    /// What is laid over the experiment file.
    pub(crate) fn overlay(&self) -> Overlay {
        Overlay {
            sets: self.sets.clone(),
            replicates: self.replicates,
            seed: self.seed,
            responses: common::split_responses(&self.responses),
        }
    }
}

/// Where and how a sweep is run.
#[derive(Clone, Debug, clap::Args)]
pub struct WorkArgs {
    /// Folder of the result; `output/` and the name of the experiment if left out.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Threads, on which results do not depend; one for each core if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Goes on with what is there: an unfinished sweep, or runs that an earlier result shares with this one.
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
    /// Throws away what is there.
    #[arg(long)]
    pub force: bool,
    /// Prints nothing but errors.
    #[arg(long)]
    pub quiet: bool,
    /// Writes runs and series as Parquet in place of CSV, for large results.
    #[arg(long)]
    pub parquet: bool,
    /// Prints how many runs there would be, their size and time, and runs a few to see.
    #[arg(long)]
    pub dry_run: bool,
}

impl WorkArgs {
    pub(crate) fn target(&self, experiment: &Experiment) -> PathBuf {
        let default = || PathBuf::from("output").join(&experiment.name);
        self.out.clone().unwrap_or_else(default)
    }

    pub(crate) fn begin(&self) -> Begin {
        match (self.resume, self.force) {
            (true, _) => Begin::Resume,
            (_, true) => Begin::Replace,
            _ => Begin::New,
        }
    }
}
