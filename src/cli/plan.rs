//! `--plan`: a study parted into shards, in a folder for many machines.

use std::path::Path;

use clap::Parser;

use crate::cli::Command;
use crate::cli::common::{self, Stop};
use crate::cli::options::WorkArgs;
use crate::cli::study::{Question, carry_out, runs_of, tell_notes};
use crate::cli::{codes, print, tables};
use crate::input::scenario::file_source::FileSource;
use crate::kernel::control::Control;
use crate::study::identity::hash;
use crate::study::shards::plan_folder::{MOST_SHARDS, PlanFolder, Planned, write};
use crate::study::sweep::pilot::pilot;

/// Minutes of a shard where nothing else is asked for.
const MINUTES: f64 = 10.0;

/// Carries a question out, or writes it to a plan folder; returns the exit code.
pub(crate) fn run_or_plan(
    work: &WorkArgs,
    question: impl FnOnce(&FileSource) -> Result<Box<dyn Question>, Stop>,
) -> Result<u8, Stop> {
    match &work.plan.plan {
        None => carry_out(&mut *question(&FileSource::default())?, work),
        Some(target) => {
            let file_source = FileSource::keeping();
            let question = question(&file_source)?;
            plan(&*question, &file_source, work, target)
        }
    }
}

fn plan(
    question: &dyn Question,
    file_source: &FileSource,
    work: &WorkArgs,
    target: &Path,
) -> Result<u8, Stop> {
    if let Some(why) = question.is_adaptive() {
        return Err(Stop::bad_input(format!("--plan: {why}")));
    }
    let stages = question.stages();
    let runs = runs_of(&stages);
    let threads = work.threads.map_or(1, u64::from);
    let mut pace = None;
    let shards = match work.plan.shards {
        Some(shards) if shards > runs => {
            return Err(Stop::bad_input(format!(
                "--shards: {shards}, but there are {}; allowed: 1 to {runs}",
                tables::counted(runs, "run")
            )));
        }
        Some(shards) => shards,
        None => {
            let pilot = pilot(&question.study(), &stages, &Control::default())?;
            let seconds = 60.0 * work.plan.shard_minutes.unwrap_or(MINUTES);
            let all = pilot.seconds_per_run * runs as f64;
            pace = Some((all, pilot.runs));
            ((all / (seconds * threads as f64)).ceil() as u64).clamp(1, MOST_SHARDS.min(runs))
        }
    };
    let identity = question.identity().map_err(Stop::bad_input)?;
    let id = hash(&identity);
    let planned = Planned {
        title: &question.title().1,
        arguments: common::arguments(),
        identity,
        runs,
        shards,
        file_source,
    };
    write(planned, target)?;
    if work.quiet {
        return Ok(codes::SUCCESS);
    }
    tell_notes(question);
    let mut lines = vec![
        ("Plan".to_string(), target.display().to_string()),
        ("Id".to_string(), id.chars().take(16).collect()),
        ("Runs".to_string(), tables::grouped(runs)),
        (
            "Shards".to_string(),
            format!(
                "{}, of up to {} each",
                tables::grouped(shards),
                tables::counted(runs.div_ceil(shards), "run")
            ),
        ),
    ];
    if let Some((seconds, runs)) = pace {
        lines.push((
            "Work".to_string(),
            format!(
                "{}{} on one thread (from {})",
                if seconds < 1.0 { "" } else { "about " },
                tables::duration(seconds),
                tables::counted(runs, "run")
            ),
        ));
    }
    Ok(print::out(&tables::pairs(&lines)))
}

/// Opens a plan folder and reads what it asks, from its own files.
pub(crate) fn open(path: &Path) -> Result<(PlanFolder, Box<dyn Question>), Stop> {
    let mut folder = PlanFolder::open(path)?;
    let file_source = folder.files()?;
    let arguments = folder.arguments().iter().map(String::as_str);
    let command = Command::try_parse_from(std::iter::once("dualtrack").chain(arguments));
    let question = match command {
        Ok(command) => command.question(&file_source),
        Err(error) => Some(Err(Stop::bad_input(error))),
    };
    let question = question.unwrap_or_else(|| {
        Err(Stop::bad_input(format!(
            "{}: its command runs no study",
            path.display()
        )))
    })?;
    let identity = question.identity().map_err(Stop::bad_input)?;
    folder.check_identity(&identity, runs_of(&question.stages()))?;
    Ok((folder, question))
}

/// Threads for looking at files.
pub(crate) fn readers() -> usize {
    common::threads(None).min(8)
}
