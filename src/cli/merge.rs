//! `dualtrack merge`: the result of a plan whose shards are all there.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::cli::common::{self, Stop};
use crate::cli::plan;
use crate::cli::study::End;
use crate::study::run_file::Look;
use crate::study::shards::status::Status;
use crate::table::error::OutputError;
use crate::table::folder::check_target;

/// Make the result of a plan from its shards: the same files as a study on one machine.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Plan folder.
    #[arg(value_name = "DIR")]
    plan: PathBuf,
    /// Folder of the result [default: `output/` and the name of the study].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace a result that is there.
    #[arg(long)]
    force: bool,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let started = SystemTime::now();
    let (folder, mut question) = plan::open(&args.plan)?;
    let target = args.out.clone().unwrap_or_else(|| question.target());
    // Before every byte is looked at.
    let replaces = check_target(&target, args.force).map_err(|error| match error {
        OutputError::Exists { path, .. } => Stop::bad_input(format!(
            "{} exists; add `--force` to replace it, or choose another folder with `--out`",
            path.display()
        )),
        error => error.into(),
    })?;
    let status = Status::of(&folder, Look::Whole, plan::readers());
    if !status.is_complete() {
        return Err(Stop::bad_input(status.problems().join("\n")));
    }
    let stages = question.stages();
    let mut store = folder.store(&stages);
    let end = End {
        target: &target,
        identity: &question.identity().map_err(Stop::bad_input)?,
        threads: common::threads(None),
        started,
    };
    let result = end.finish(&mut *question, &mut store, &stages, replaces)?;
    Ok(result.tell(args.quiet))
}
