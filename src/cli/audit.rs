//! `dualtrack audit`: some runs of a plan folder, made again.

use std::path::PathBuf;

use crate::cli::common::{self, Stop};
use crate::cli::{codes, number, plan, print, tables};
use crate::study::run_file::Look;
use crate::study::shards::audit::{Difference, Sample, audit};
use crate::study::shards::status::Status;

/// Differences that are shown.
const SHOWN: usize = 5;

/// Repeat a sample of the finished runs of a plan and compare every number.
///
/// Use another kind of machine than the shards used. The exit code is 1 where a run gives other numbers.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Plan folder.
    #[arg(value_name = "DIR")]
    plan: PathBuf,
    /// Number of runs.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = number::whole::<u64>(1..=1_000_000, 100))]
    runs: u64,
    /// Seed that picks the runs.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number::seed())]
    seed: u64,
    /// Number of threads [default: all cores]; does not affect results.
    #[arg(long, value_name = "N", value_parser = number::threads())]
    threads: Option<u16>,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let control = common::stoppable();
    let (folder, question) = plan::open(&args.plan)?;
    let threads = common::threads(args.threads);
    let status = Status::of(&folder, Look::Whole, plan::readers());
    if status.done_runs == 0 {
        return Err(Stop::bad_input(format!(
            "{}: no shard is done yet; allowed: at least one",
            args.plan.display()
        )));
    }
    let sample = Sample {
        runs: args.runs,
        seed: args.seed,
    };
    let audit = audit(
        &folder,
        (&question.study(), &question.stages()),
        &status,
        sample,
        threads,
        &control,
    )?;
    let runs = tables::counted(audit.runs, "run");
    if audit.different.is_empty() {
        if !args.quiet {
            print::out(&format!("{runs} made again: all numbers are the same\n"));
        }
        return Ok(codes::SUCCESS);
    }
    let count = audit.different.len() as u64;
    let mut message = format!(
        "{runs} made again: {} with other numbers",
        tables::counted(count, "run")
    );
    for difference in audit.different.iter().take(SHOWN) {
        let Difference {
            run,
            shard,
            there,
            here,
        } = difference;
        message.push_str(&format!(
            "\nrun {run} of shard {shard}\n  there  {there}\n  here   {here}"
        ));
    }
    Err(Stop::failure(message))
}
