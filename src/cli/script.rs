//! `dualtrack script`: the job script of an engine for a plan folder.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::common::Stop;
use crate::cli::status::CHUNK;
use crate::cli::{number, print, tables};
use crate::study::shards::plan_folder::PlanFolder;
use crate::table::paths::make_folder;
use crate::table::{error::OutputError, writer::replace_file};

/// Seconds before the time limit at which a shard is asked to stop.
const NOTICE: u32 = 60;

/// Engines that have scripts; `docs/cluster.md` has a line for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    /// `DIR/slurm.sbatch`: one array job, a task for each shard.
    Slurm,
}

/// Write a job script into a plan folder and print how to submit it.
///
/// Edit the script as you need: load modules, change options. Submit it again to repair: completed shards are skipped,
/// interrupted ones go on.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Plan folder.
    #[arg(value_name = "DIR")]
    plan: PathBuf,
    /// Scheduler.
    #[arg(long, value_enum)]
    engine: Engine,
    /// Partition.
    #[arg(long, value_name = "NAME", value_parser = word)]
    partition: Option<String>,
    /// Account.
    #[arg(long, value_name = "NAME", value_parser = word)]
    account: Option<String>,
    /// Time limit of a shard, such as 01:00:00 or a number of minutes.
    #[arg(long, value_name = "TIME", value_parser = word)]
    time: Option<String>,
    /// Memory of a shard, such as 2G.
    #[arg(long, value_name = "SIZE", value_parser = word)]
    mem: Option<String>,
    /// Processors of a shard; also its number of threads.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number::threads())]
    cpus: u16,
    /// Largest index of a job array: MaxArraySize of the cluster, minus 1.
    #[arg(long, value_name = "N", default_value_t = CHUNK, value_parser = number::chunk())]
    chunk: u64,
    /// The program as the nodes call it.
    #[arg(long, value_name = "PROGRAM", default_value = "dualtrack")]
    program: String,
    /// Overwrite an existing script.
    #[arg(long)]
    force: bool,
}

/// A text without anything that would end an option.
fn word(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_.,:@+=-".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        Ok(text.to_string())
    } else {
        Err("allowed: letters, digits and _ . , : @ + = -".to_string())
    }
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let Engine::Slurm = args.engine;
    let folder = PlanFolder::open(&args.plan)?;
    // Jobs start wherever they are submitted.
    let place = std::path::absolute(&args.plan).map_err(OutputError::io(&args.plan))?;
    let path = place.join("slurm.sbatch");
    let logs = place.join("log");
    make_folder(&logs)?;
    let submit = submit(args, &folder, &place, &path);
    let text = slurm(args, &folder, &place, &submit);
    replace_file(&path, text.as_bytes(), args.force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Stop::bad_input(format!(
            "{} exists; add `--force` to replace it",
            path.display()
        )),
        _ => OutputError::io(&path)(error).into(),
    })?;
    Ok(print::out(&format!(
        "{}\n\nsubmit, and later repair, with\n\n{submit}",
        path.display()
    )))
}

/// A word for the shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/_.-+=:,@".contains(letter);
    if text.chars().all(is_plain) {
        text.to_string()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Commands that submit whatever is missing.
fn submit(args: &Args, folder: &PlanFolder, place: &Path, script: &Path) -> String {
    let program = quoted(&args.program);
    let (plan, script) = (
        quoted(&place.display().to_string()),
        quoted(&script.display().to_string()),
    );
    let chunk = if args.chunk == CHUNK {
        String::new()
    } else {
        format!(" --chunk {}", args.chunk)
    };
    if folder.shards() <= args.chunk {
        return format!(
            "sbatch --array=$({program} status {plan} --format slurm{chunk}) {script}\n"
        );
    }
    let last = (folder.shards() - 1) / args.chunk * args.chunk;
    format!(
        "for offset in $(seq 0 {step} {last}); do\n  \
           array=$({program} status {plan} --format slurm{chunk} --offset $offset 2>/dev/null)\n  \
           [ -z \"$array\" ] || OFFSET=$offset sbatch --array=$array {script}\n\
         done\n",
        step = args.chunk
    )
}

fn slurm(args: &Args, folder: &PlanFolder, place: &Path, submit: &str) -> String {
    let plan = place.display().to_string();
    let mut text = format!(
        "#!/bin/bash\n# {} of the plan `{}`, one array task each. Submit, and later repair, with\n#\n",
        tables::counted(folder.shards(), "shard"),
        folder.title().replace(['\n', '\r'], " ")
    );
    for line in submit.lines() {
        let _ = writeln!(text, "#   {line}");
    }
    text.push_str("#\n# A shard that is asked to stop before its time limit is made to its end by the next submission.\n");
    let mut option = |name: &str, value: &str| {
        let _ = writeln!(text, "#SBATCH --{name}={value}");
    };
    option("job-name", "dualtrack");
    let log = format!("{}/log/%a.log", plan.replace('%', "%%"));
    if log.contains(' ') {
        option("output", &format!("\"{log}\""));
    } else {
        option("output", &log);
    }
    option("open-mode", "append");
    option("signal", &format!("B:USR1@{NOTICE}"));
    option("cpus-per-task", &args.cpus.to_string());
    let asked = [
        ("partition", &args.partition),
        ("account", &args.account),
        ("time", &args.time),
        ("mem", &args.mem),
    ];
    for (name, value) in asked {
        if let Some(value) = value {
            option(name, value);
        }
    }
    let _ = write!(
        text,
        "#SBATCH --requeue\n\n\
         # module load dualtrack\n\n\
         echo \"shard $((SLURM_ARRAY_TASK_ID + ${{OFFSET:-0}})), restart ${{SLURM_RESTART_COUNT:-0}}, node $SLURMD_NODENAME\"\n\
         # exec: the signal goes to this process.\n\
         exec {} shard {} --from-env=SLURM_ARRAY_TASK_ID --offset \"${{OFFSET:-0}}\" --threads \"${{SLURM_CPUS_PER_TASK:-1}}\"\n",
        quoted(&args.program),
        quoted(&plan)
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_the_shell_are_quoted_where_they_must_be() {
        assert_eq!(quoted("/a/b-1.x"), "/a/b-1.x");
        assert_eq!(quoted("/a b/it's"), r"'/a b/it'\''s'");
        assert!(word("01:00:00").is_ok() && word("2G").is_ok());
        assert!(word("").is_err() && word("a b").is_err() && word("a\n#").is_err());
    }
}
