//! `dualtrack shard`: shards of a plan folder, on whatever machine.

use std::path::PathBuf;

use crate::cli::common::{self, Stop};
use crate::cli::{codes, number, plan, print, tables};
use crate::study::shards::make::{Execution, ShardMaker};
use crate::study::shards::plan_folder::MOST_SHARDS;

/// Variables that tell a task its number, with what is added so that the first is 1: all engines count from 1 unless the
/// user says otherwise, or from 0 always.
const VARIABLES: &[(&str, u64)] = &[
    ("SLURM_ARRAY_TASK_ID", 0),
    ("PBS_ARRAY_INDEX", 0),
    ("PBS_ARRAYID", 0),
    ("LSB_JOBINDEX", 0),
    ("SGE_TASK_ID", 0),
    ("HQ_TASK_ID", 0),
    ("PARALLEL_SEQ", 0),
    ("JOB_COMPLETION_INDEX", 1),
    ("AWS_BATCH_JOB_ARRAY_INDEX", 1),
];

/// Run shards of a plan; completed shards are skipped.
///
/// Any number of executions may run at the same time, on any machine. After Ctrl-C, SIGTERM, SIGUSR1 or SIGUSR2 the next
/// execution goes on from there. A failed run is a row with its reason, and no failure of the shard.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Plan folder.
    #[arg(value_name = "DIR")]
    plan: PathBuf,
    /// Numbers of shards from 1, such as `17` or `3,7-9`.
    #[arg(value_name = "K", required_unless_present = "from_env")]
    shards: Vec<String>,
    /// Take the number from the environment: of SLURM_ARRAY_TASK_ID, PBS_ARRAY_INDEX, PBS_ARRAYID, LSB_JOBINDEX,
    /// SGE_TASK_ID, HQ_TASK_ID, PARALLEL_SEQ (from 1), JOB_COMPLETION_INDEX and AWS_BATCH_JOB_ARRAY_INDEX (from 0) the one
    /// that is set, or the one that is named.
    #[arg(long, value_name = "VARIABLE", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with = "shards")]
    from_env: Option<String>,
    /// Added to every number.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::whole(0..=MOST_SHARDS, 1000))]
    offset: u64,
    /// Number of threads [default: all cores]; does not affect results.
    #[arg(long, value_name = "N", value_parser = number::threads())]
    threads: Option<u16>,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    // First of all, so that no signal is too early.
    let control = common::stoppable();
    let (folder, question) = plan::open(&args.plan)?;
    let mut numbers = Vec::new();
    match &args.from_env {
        Some(name) => {
            let set = |name: &str| std::env::var(name).ok();
            numbers.push(from_environment(name, set).map_err(Stop::bad_input)?);
        }
        None => {
            for text in &args.shards {
                let most = folder.shards().saturating_add(1);
                numbers.extend(read_numbers(text, most).map_err(Stop::bad_input)?);
            }
        }
    }
    for number in &mut numbers {
        *number = number.saturating_add(args.offset);
        if !(1..=folder.shards()).contains(number) {
            return Err(Stop::bad_input(format!(
                "there is no shard {number}; allowed: 1 to {}",
                folder.shards()
            )));
        }
    }
    let threads = common::threads(args.threads);
    let maker = ShardMaker {
        folder: &folder,
        study: &question.study(),
        stages: &question.stages(),
        threads,
        control: &control,
    };
    for number in numbers {
        let outcome = maker.make(number)?;
        let name = format!("shard {number} of {}", folder.shards());
        match outcome {
            Execution::WasThere => {}
            Execution::Made {
                runs,
                taken_over,
                failed,
            } if !args.quiet => {
                let mut line = format!("{name}: {}", tables::counted(runs, "run"));
                if taken_over > 0 {
                    line.push_str(&format!(", {taken_over} of an earlier execution"));
                }
                if failed > 0 {
                    line.push_str(&format!(", {failed} failed"));
                }
                print::out(&format!("{line}\n"));
            }
            Execution::Made { .. } => {}
            Execution::Stopped { done, runs } => {
                let message = format!(
                    "{name}: stopped after {done} of {runs} runs; the next execution goes on from there"
                );
                return Err(Stop::new(codes::INTERRUPTED, message));
            }
        }
    }
    Ok(codes::SUCCESS)
}

/// Reads `3,7-9`.
fn read_numbers(text: &str, most: u64) -> Result<Vec<u64>, String> {
    let mut numbers = Vec::new();
    for part in text.split([',', '\n', ' ']).filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
            // One number beyond is enough to refuse the rest.
            (Ok(first), Ok(last)) if first <= last => {
                numbers.extend(first..=last.min(most.max(first)))
            }
            _ => {
                return Err(format!(
                    "`{part}` is no shard; allowed: numbers and ranges with commas between, such as 3,7-9"
                ));
            }
        }
    }
    Ok(numbers)
}

/// The number of a task, as its engine says.
fn from_environment(name: &str, get: impl Fn(&str) -> Option<String>) -> Result<u64, String> {
    let known = || {
        VARIABLES
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (name, plus) = if name.is_empty() {
        // Grid Engine says `undefined` and LSF 0 where a job is no array.
        let is_set = |(name, _): &&(&str, u64)| {
            get(name).is_some_and(|value| match *name {
                "SGE_TASK_ID" => value != "undefined",
                "LSB_JOBINDEX" => value != "0",
                _ => true,
            })
        };
        match VARIABLES.iter().filter(is_set).collect::<Vec<_>>()[..] {
            [variable] => *variable,
            [] => return Err(format!("--from-env: none is set of {}", known())),
            [(first, _), (second, _), ..] => {
                return Err(format!(
                    "--from-env: {first} and {second} are both set; name one, such as `--from-env={first}`"
                ));
            }
        }
    } else {
        let found = VARIABLES.iter().find(|(own, _)| *own == name);
        *found.ok_or_else(|| format!("--from-env: `{name}` is not known; allowed: {}", known()))?
    };
    let value = get(name).ok_or_else(|| format!("--from-env: {name} is not set"))?;
    let number = value.trim().parse().ok();
    number
        .and_then(|number: u64| number.checked_add(plus))
        .ok_or_else(|| format!("--from-env: {name} is `{value}`; allowed: a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_read() {
        assert_eq!(read_numbers("3,7-9", 100), Ok(vec![3, 7, 8, 9]));
        assert_eq!(read_numbers("", 100), Ok(vec![]));
        assert_eq!(read_numbers("9-99999999999", 10), Ok(vec![9, 10]));
        for wrong in ["x", "9-7", "-1", "1-", "1.5"] {
            assert!(read_numbers(wrong, 100).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_engine_says_the_number() {
        let of = |name: &str, set: &[(&str, &str)]| {
            from_environment(name, |key| {
                let found = set.iter().find(|(name, _)| *name == key);
                found.map(|(_, value)| (*value).to_string())
            })
        };
        assert_eq!(of("", &[("SLURM_ARRAY_TASK_ID", "7")]), Ok(7));
        assert_eq!(of("", &[("JOB_COMPLETION_INDEX", "0")]), Ok(1));
        assert_eq!(
            of("", &[("SGE_TASK_ID", "undefined"), ("LSB_JOBINDEX", "2")]),
            Ok(2)
        );
        let both = [("SLURM_ARRAY_TASK_ID", "7"), ("PARALLEL_SEQ", "3")];
        assert!(of("", &both).is_err_and(|error| error.contains("both set")));
        assert_eq!(of("PARALLEL_SEQ", &both), Ok(3));
        assert!(of("", &[]).is_err_and(|error| error.contains("none is set")));
        assert!(of("HOME", &both).is_err_and(|error| error.contains("not known")));
        assert!(of("", &[("PBS_ARRAY_INDEX", "x")]).is_err());
    }
}
