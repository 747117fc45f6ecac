//! `dualtrack merge`: shards of a sweep, put together.

use std::path::{Path, PathBuf};

use crate::cli::common::{self, Stop};
use crate::cli::{codes, freeze, print, tables};
use crate::cli::{options::ExperimentArgs, sweep::manifest};
use crate::input::experiment::reader::Overlay;
use crate::study::place::Begin;
use crate::study::sweep::merge::{self, MergeError};
use crate::study::sweep::{
    finish::Shard,
    frozen::PlanFolder,
    gather,
    plan::Plan,
    work::{WorkError, WorkFolder},
};

/// Puts the shards of a sweep together: the same files as a sweep in one go.
///
/// EXPERIMENT is an experiment file, for shards of `sweep --shard`, or a plan folder.
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

/// Puts the shards of a plan folder together.
fn gather(args: &Args, started: std::time::SystemTime) -> Result<u8, Stop> {
    let experiment = &args.experiment;
    if experiment.overlay() != Overlay::default() || !args.shards.is_empty() {
        return Err(Stop::bad_input(format!(
            "{} is a plan folder, which is merged as it is; allowed: `--out`, `--force` and `--quiet`",
            experiment.experiment.display()
        )));
    }
    let frozen = freeze::thaw(&experiment.experiment)?;
    gather::check(&frozen, freeze::readers())?;
    let plan = &frozen.plan;
    let default = || PathBuf::from("output").join(&plan.experiment.name);
    let target = args.out.clone().unwrap_or_else(default);
    let mut folder = args.open(plan, &target)?;
    gather::copy(&frozen, &mut folder)?;
    finish(args, plan, folder, frozen.folder.shards(), started)
}

/// Makes a result of the rows of all shards.
fn finish(
    args: &Args,
    plan: &Plan,
    folder: WorkFolder,
    shards: u64,
    started: std::time::SystemTime,
) -> Result<u8, Stop> {
    let target = folder.target().to_path_buf();
    let manifest = manifest(plan, 1, started, "merge");
    let finished = folder.finish(plan, manifest, |_| Ok(Vec::new()))?;
    if !args.quiet {
        print::out(&format!(
            "{} with {}\n\n{}",
            tables::counted(shards, "shard"),
            tables::counted(plan.runs(), "run"),
            tables::files(&target, &finished.files)
        ));
    }
    Ok(if finished.failed > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    })
}

impl Args {
    fn begin(&self) -> Begin {
        if self.force {
            Begin::Replace
        } else {
            Begin::New
        }
    }

    /// The folder of the result. What is said where it is taken names the options that `merge` has.
    fn open(&self, plan: &Plan, target: &Path) -> Result<WorkFolder, Stop> {
        WorkFolder::open(plan, Shard::ALL, target, self.begin()).map_err(|error| match error {
            WorkError::Unfinished { path, .. } => Stop::bad_input(format!(
                "{} holds an unfinished sweep or merge; add `--force` to put the shards together anew, or choose another folder with `--out`",
                path.display()
            )),
            WorkError::Finished { path } => Stop::bad_input(format!(
                "{} exists; add `--force` to replace it, or choose another folder with `--out`",
                path.display()
            )),
            error => error.into(),
        })
    }
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let started = std::time::SystemTime::now();
    if PlanFolder::is_meant(&args.experiment.experiment) {
        return gather(args, started);
    }
    let plan = Plan::new(args.experiment.load()?).map_err(Stop::bad_input)?;
    let default = || PathBuf::from("output").join(&plan.experiment.name);
    let target = args.out.clone().unwrap_or_else(default);
    let folders = if args.shards.is_empty() {
        merge::find(&target)?
    } else {
        args.shards.clone()
    };
    let parts = merge::check(&plan, &folders)?;
    let mut folder = args.open(&plan, &target)?;
    merge::copy(&mut folder, &parts, plan.experiment.series)?;
    finish(args, &plan, folder, parts.len() as u64, started)
}
