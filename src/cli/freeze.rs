//! `dualtrack sweep --plan`: a sweep frozen into a folder for many machines.

use std::path::{Path, PathBuf};

use crate::cli::common::{self, Stop};
use crate::cli::options::ExperimentArgs;
use crate::cli::{codes, print, tables};
use crate::input::scenario::shelf::Shelf;
use crate::kernel::control::Control;
use crate::study::sweep::frozen::{FrozenError, MOST_SHARDS, Origin, freeze};
use crate::study::sweep::plan::Plan;

/// Minutes of a shard if nothing else is asked for.
const MINUTES: f64 = 10.0;

/// Where a plan goes and how it is parted.
#[derive(Clone, Debug, clap::Args)]
pub struct PlanArgs {
    /// Freezes the sweep into a plan folder for many machines and runs nothing.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "resume", "force", "parquet", "dry_run", "shard"])]
    plan: Option<PathBuf>,
    /// Parts the plan into so many shards.
    #[arg(long, value_name = "N", requires = "plan", value_parser = clap::value_parser!(u64).range(1..=MOST_SHARDS))]
    shards: Option<u64>,
    /// Parts the plan into shards of about so many minutes on `--threads` (1 if left out), measured by a few runs; 10 if
    /// neither is given.
    #[arg(long, value_name = "M", requires = "plan", conflicts_with = "shards", value_parser = minutes)]
    shard_minutes: Option<f64>,
}

fn minutes(text: &str) -> Result<f64, String> {
    let value: Option<f64> = text.parse().ok();
    value
        .filter(|value| (0.001..=100_000.0).contains(value))
        .ok_or_else(|| "allowed: minutes from 0.001 to 100000".to_string())
}

impl PlanArgs {
    /// The folder of the plan, where one is asked for.
    pub fn folder(&self) -> Option<&PathBuf> {
        self.plan.as_ref()
    }
}

impl From<FrozenError> for Stop {
    fn from(error: FrozenError) -> Self {
        match error {
            FrozenError::Output(error) => error.into(),
            error => Stop::bad_input(error),
        }
    }
}

/// Freezes a sweep; returns the exit code.
pub(crate) fn run(
    experiment: &ExperimentArgs,
    args: &PlanArgs,
    target: &Path,
    threads: Option<u16>,
    quiet: bool,
) -> Result<u8, Stop> {
    let (shelf, overlay) = (Shelf::keeping(), experiment.overlay());
    let plan = Plan::new(experiment.load_from(&shelf)?).map_err(Stop::bad_input)?;
    let threads = threads.map_or(1, u64::from);
    let runs = plan.runs();
    let mut pace = None;
    let wanted = match args.shards {
        Some(shards) if shards > runs => {
            return Err(Stop::bad_input(format!(
                "--shards: {shards}, but there are {}; allowed: 1 to {runs}",
                tables::counted(runs, "run")
            )));
        }
        Some(shards) => shards,
        None => {
            let pilot = crate::study::sweep::pilot::pilot(&plan, &Control::default());
            let seconds = 60.0 * args.shard_minutes.unwrap_or(MINUTES);
            let all = pilot.seconds_per_run * runs as f64;
            pace = Some((all, pilot.runs));
            ((all / (seconds * threads as f64)).ceil() as u64).clamp(1, MOST_SHARDS.min(runs))
        }
    };
    let origin = Origin {
        experiment: &experiment.experiment,
        overlay: &overlay,
        shelf: &shelf,
    };
    freeze(&plan, &origin, wanted, target)?;
    if quiet {
        return Ok(codes::SUCCESS);
    }
    for note in &plan.experiment.notes {
        print::err(&format!("note: {note}\n"));
    }
    let mut lines = vec![
        ("Plan".to_string(), target.display().to_string()),
        ("Id".to_string(), plan.id.chars().take(16).collect()),
        ("Runs".to_string(), tables::grouped(runs)),
        (
            "Shards".to_string(),
            format!(
                "{}, of up to {} each",
                tables::grouped(wanted),
                tables::counted(runs.div_ceil(wanted), "run")
            ),
        ),
    ];
    if let Some((seconds, runs)) = pace {
        lines.push((
            "Work".to_string(),
            format!(
                "about {} on one thread (from {})",
                tables::duration(seconds),
                tables::counted(runs, "run")
            ),
        ));
    }
    Ok(print::out(&tables::pairs(&lines)))
}

/// Opens a plan folder with its experiment.
pub(crate) fn thaw(folder: &Path) -> Result<crate::study::sweep::frozen::Frozen, Stop> {
    Ok(crate::study::sweep::frozen::PlanFolder::open(folder)?.thaw()?)
}

/// Threads for looking at files.
pub(crate) fn readers() -> usize {
    common::threads(None).min(8)
}
