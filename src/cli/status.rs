//! `dualtrack status`: how far a plan folder is, from its files.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::common::Stop;
use crate::cli::{codes, number, plan, print, tables};
use crate::study::run_file::Look;
use crate::study::shards::plan_folder::{MOST_SHARDS, PlanFolder};
use crate::study::shards::status::{Status, ranges};
use crate::table::json::json_text;

/// Largest index of an array that schedulers take if nobody has changed it.
pub(crate) const CHUNK: u64 = 1000;
/// Problems that a text shows.
const SHOWN: usize = 5;

/// Forms of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: counts, and the numbers of shards that are missing or damaged.
    Json,
    /// For `sbatch --array`: shards that have to be made, as `3,7-9`; empty when nothing is missing.
    Slurm,
    /// For `parallel` and `xargs`: the same, one number a line.
    Lines,
}

/// Show the progress of a plan: shards that are completed, missing and damaged, runs per second and time left.
///
/// Reads the plan folder only and asks no scheduler. The exit code is 0 when all shards are complete and 3 when some are
/// missing or damaged (text and JSON); `slurm` and `lines` are input for other commands and end with 0 in both cases.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Plan folder.
    #[arg(value_name = "DIR")]
    plan: PathBuf,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Check lengths and ends only, not every byte.
    #[arg(long)]
    quick: bool,
    /// With `slurm` and `lines`: shards from N + 1 on, less N, as `shard --offset N` takes them.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::whole(0..=MOST_SHARDS, 1000))]
    offset: u64,
    /// With `slurm`: largest index of an array.
    #[arg(long, value_name = "N", default_value_t = CHUNK, value_parser = number::chunk())]
    chunk: u64,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let folder = PlanFolder::open(&args.plan)?;
    let look = if args.quick { Look::Quick } else { Look::Whole };
    let mut numbers = 1..folder.shards() + 1;
    if args.format == Format::Slurm && args.offset > 0 {
        let first = args.offset.saturating_add(1).min(numbers.end);
        numbers = first..numbers.end.min(first.saturating_add(args.chunk));
    }
    let status = Status::of_some(&folder, numbers, look, plan::readers());
    let behind = status
        .open()
        .filter_map(|number| number.checked_sub(args.offset).filter(|number| *number > 0));
    let text = match args.format {
        Format::Text => text(&folder, &status),
        Format::Json => json_of(&folder, &status),
        Format::Slurm => {
            let all: Vec<u64> = behind.collect();
            let inside = all.partition_point(|number| *number <= args.chunk);
            if inside < all.len() {
                print::err(&format!(
                    "{} more behind {}: `--offset {}`\n",
                    tables::counted((all.len() - inside) as u64, "shard"),
                    args.offset + args.chunk,
                    args.offset + args.chunk
                ));
            }
            format!("{}\n", ranges(all[..inside].iter().copied()))
        }
        Format::Lines => behind.map(|number| format!("{number}\n")).collect(),
    };
    let printed = print::out(&text);
    let is_for_people = matches!(args.format, Format::Text | Format::Json);
    Ok(match printed {
        codes::SUCCESS if is_for_people && !status.is_complete() => codes::RUNS_FAILED,
        code => code,
    })
}

fn text(folder: &PlanFolder, status: &Status) -> String {
    let mut lines = vec![
        ("Plan".to_string(), folder.title().to_string()),
        (
            "Shards".to_string(),
            format!(
                "{} of {} done, {} missing, {} damaged",
                tables::grouped(status.done()),
                tables::grouped(status.shards),
                tables::grouped(status.missing.len() as u64),
                tables::grouped(status.damaged.len() as u64)
            ),
        ),
        (
            "Runs".to_string(),
            format!(
                "{} of {} done, {} failed, {}",
                tables::grouped(status.done_runs),
                tables::grouped(status.runs),
                tables::grouped(status.failed_runs),
                tables::bytes(status.bytes as f64)
            ),
        ),
    ];
    if status.begun > 0 {
        let begun = format!(
            "{}, under way or stopped",
            tables::counted(status.begun, "shard")
        );
        lines.push(("Begun".to_string(), begun));
    }
    if let Some(pace) = status.pace {
        let shown = tables::grouped_decimals(pace, usize::from(pace < 10.0));
        lines.push(("Pace".to_string(), format!("{shown} runs a second")));
        if let Some(seconds) = status.seconds_left().filter(|_| !status.is_complete()) {
            lines.push(("Time left".to_string(), tables::duration(seconds)));
        }
    }
    let mut text = tables::pairs(&lines);
    let problems = status.problems();
    for problem in problems.iter().take(SHOWN) {
        text.push_str(&format!("{problem}\n"));
    }
    if problems.len() > SHOWN {
        text.push_str("and more: `--format json` lists all\n");
    }
    text
}

fn json_of(folder: &PlanFolder, status: &Status) -> String {
    let damaged: Vec<_> = status
        .damaged
        .iter()
        .map(|(number, why)| json!({"shard": number, "reason": why}))
        .collect();
    json_text(&json!({
        "plan": folder.id(),
        "title": folder.title(),
        "complete": status.is_complete(),
        "shards": status.shards,
        "done": status.done(),
        "missing": status.missing,
        "damaged": damaged,
        "begun": status.begun,
        "runs": status.runs,
        "done_runs": status.done_runs,
        "failed_runs": status.failed_runs,
        "bytes": status.bytes,
        "runs_per_second": status.pace,
        "seconds_left": status.seconds_left(),
    }))
}
