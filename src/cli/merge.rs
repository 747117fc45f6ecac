//! `dualtrack merge`: shards of a sweep, put together.

use std::path::PathBuf;

use super::common::{self, Stop};
use super::sweep::{ExperimentArgs, manifest};
use super::{codes, print, tables};
use crate::sweep::merge::{self, MergeError};
use crate::sweep::{Begin, Plan, Shard, WorkFolder};

/// Puts the shards of a sweep together: the same files as a sweep in one go.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// Folders of the shards; those beside the result if left out.
    #[arg(value_name = "SHARD")]
    shards: Vec<PathBuf>,
    /// Folder of the result; `output/` and the name of the experiment if left out.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Throws away what is there.
    #[arg(long)]
    force: bool,
    /// Prints nothing but errors.
    #[arg(long)]
    quiet: bool,
}

impl From<MergeError> for Stop {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Work(error) => error.into(),
            error => Stop::bad_input(error),
        }
    }
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let started = jiff::Timestamp::now();
    let plan = Plan::new(args.experiment.load()?).map_err(Stop::bad_input)?;
    let default = || PathBuf::from("output").join(&plan.experiment.name);
    let target = args.out.clone().unwrap_or_else(default);
    let folders = if args.shards.is_empty() {
        merge::find(&target)?
    } else {
        args.shards.clone()
    };
    let parts = merge::check(&plan, &folders)?;
    let begin = if args.force {
        Begin::Replace
    } else {
        Begin::New
    };
    let mut folder = WorkFolder::open(&plan, Shard::ALL, &target, begin)?;
    merge::copy(&mut folder, &parts, plan.experiment.series)?;
    let manifest = manifest(&plan, 1, started, "merge");
    let finished = folder.finish(&plan, manifest, |_| Ok(Vec::new()))?;
    if !args.quiet {
        let shards = tables::counted(parts.len() as u64, "shard");
        let runs = tables::counted(plan.runs(), "run");
        print::out(&format!(
            "{shards} with {runs}\n\n{}",
            tables::files(&target, &finished.files)
        ));
    }
    Ok(if finished.failed > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    })
}
