//! `dualtrack sweep`: the runs of an experiment, to files that survive anything.

use crate::cli::options::{ExperimentArgs, WorkArgs};
use std::path::Path;
use std::thread;

use crate::cli::common::{self, Stop};
use crate::cli::freeze::{self, PlanArgs};
use crate::cli::progress::{self, Goal};
use crate::cli::{codes, print, tables};
use crate::kernel::control::Control;
use crate::study::sweep::{
    self,
    finish::{Finished, Shard},
    merge,
    plan::Plan,
    reuse::Reuse,
    work::WorkFolder,
};
use crate::table::{error::OutputError, manifest::Manifest, sheet::Sheet};

/// Runs every design point of an experiment with every replicate's luck.
///
/// Interrupted at any moment, it goes on with `--resume`, to the same bytes.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    experiment: ExperimentArgs,
    #[command(flatten)]
    work: WorkArgs,
    /// Runs one part of several, such as `2/10`; `dualtrack merge` puts them together.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<Shard>,
    #[command(flatten)]
    plan: PlanArgs,
}

/// Reads `2/10`.
fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(number, of)| {
        let shard = Shard {
            number: number.trim().parse().ok()?,
            of: of.trim().parse().ok()?,
        };
        Some(shard).filter(|shard| (1..=shard.of).contains(&shard.number))
    });
    parts.ok_or_else(|| "allowed: I/N with I from 1 to N, such as 2/10".to_string())
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    if let Some(target) = args.plan.folder() {
        let work = &args.work;
        return freeze::run(
            &args.experiment,
            &args.plan,
            target,
            work.threads,
            work.quiet,
        );
    }
    let plan = Plan::new(args.experiment.load()?).map_err(Stop::bad_input)?;
    if args.work.dry_run {
        return dry_run(&plan, &args.work);
    }
    let target = args.work.target(&plan.experiment);
    let (shard, target) = match args.shard {
        Some(shard) if !shard.is_all() => (shard, merge::shard_folder(&target, shard)),
        _ => (Shard::ALL, target),
    };
    let finished = carry_out(&plan, shard, &target, &args.work, "sweep", |_| {
        Ok(Vec::new())
    })?;
    if !args.work.quiet {
        let text = report(&plan, shard, &target, &finished);
        print::out(&text);
    }
    Ok(if finished.failed > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    })
}

/// Runs a plan in its folder to the end, with a line of progress.
pub(crate) fn carry_out(
    plan: &Plan,
    shard: Shard,
    target: &Path,
    work: &WorkArgs,
    command: &'static str,
    analyse: impl FnOnce(&Path) -> Result<Vec<Sheet>, OutputError>,
) -> Result<Finished, Stop> {
    let started = std::time::SystemTime::now();
    if work.parquet && !cfg!(feature = "parquet") {
        return Err(Stop::bad_input(
            "--parquet: this program was built without it; build it with `--features parquet`",
        ));
    }
    if work.parquet && !shard.is_all() {
        return Err(Stop::bad_input(
            "--parquet: shards are CSV, which `dualtrack merge` puts together; leave it out",
        ));
    }
    let threads = common::threads(work.threads);
    // A run of a large world shares its work out by itself. A pool that is there already serves as well.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
    let control = common::interruptible();
    let mut folder = WorkFolder::open(plan, shard, target, work.begin())?;
    let mut reuse = Vec::new();
    if work.resume && shard.is_all() {
        for earlier in [target.to_path_buf(), sweep::work::earlier(target)] {
            reuse.extend(Reuse::open(&earlier, plan)?.filter(|reuse| !reuse.is_empty()));
        }
    }
    if !work.quiet {
        for note in &plan.experiment.notes {
            print::err(&format!("note: {note}\n"));
        }
    }
    let left = folder.end() - folder.next_run();
    let outcome = if folder.is_whole() {
        Ok(())
    } else {
        thread::scope(|scope| {
            // Dropped at the end, it ends the display.
            let _display = (!work.quiet).then(|| progress::show(scope, &control, Goal::Runs(left)));
            sweep::run(plan, &mut folder, &reuse, threads, &control)
        })
    };
    if let Err(error) = outcome {
        let mut stop = Stop::from(error);
        if stop.code == codes::INTERRUPTED {
            stop.message = format!(
                "interrupted after {} of {} runs; go on with `--resume`",
                folder.next_run() - shard.range(plan.runs()).start,
                shard.range(plan.runs()).end - shard.range(plan.runs()).start,
            );
        }
        return Err(stop);
    }
    let manifest = manifest(plan, threads, started, command);
    folder.set_parquet(work.parquet);
    Ok(folder.finish(plan, manifest, analyse)?)
}

pub(crate) fn manifest(
    plan: &Plan,
    threads: usize,
    started: std::time::SystemTime,
    command: &'static str,
) -> Manifest {
    let experiment = &plan.experiment;
    let base = experiment.worlds.scenario(&Default::default()).ok();
    let (first, last, settings) = base.as_ref().map_or_else(Default::default, |base| {
        let world = &base.world;
        (
            world.start.to_string(),
            crate::cli::summary::last_quarter(world).to_string(),
            base.resolved.clone(),
        )
    });
    Manifest {
        command,
        arguments: common::arguments(),
        scenario: experiment.base.written.clone(),
        title: experiment.title.clone(),
        seed: experiment.seed,
        replicates: experiment.replicates,
        first_quarter: first,
        last_quarter: last,
        threads,
        started: common::second(started),
        finished: common::second(std::time::SystemTime::now()),
        sources: common::sources(&experiment.sources),
        settings,
        warnings: experiment.notes.clone(),
        ..Manifest::default()
    }
}

fn report(plan: &Plan, shard: Shard, target: &Path, finished: &Finished) -> String {
    let mut text = head(plan, shard, finished);
    text.push('\n');
    text.push_str(&tables::files(target, &finished.files));
    text
}

/// What was run, and what failed of it.
pub(crate) fn head(plan: &Plan, shard: Shard, finished: &Finished) -> String {
    let range = shard.range(plan.runs());
    let mut text = format!(
        "{}\n{}{} with {}: {}\n",
        tables::bold(&plan.experiment.title),
        if shard.is_all() {
            String::new()
        } else {
            format!("shard {} of {}, ", shard.number, shard.of)
        },
        tables::counted(plan.points.len(), "design point"),
        tables::counted(u64::from(plan.experiment.replicates), "replicate"),
        tables::counted(range.end - range.start, "run"),
    );
    if finished.failed > 0 {
        text.push_str(&format!(
            "{} failed; the column `error` of `runs.csv` says why\n",
            tables::counted(finished.failed, "run")
        ));
    }
    text
}

/// Counts, and an estimate of size and time from a few runs.
pub(crate) fn dry_run(plan: &Plan, work: &WorkArgs) -> Result<u8, Stop> {
    let threads = common::threads(work.threads);
    let control = Control::default();
    let pilot = crate::study::sweep::pilot::pilot(plan, &control);
    let mut lines = vec![
        ("Experiment".to_string(), plan.experiment.title.clone()),
        ("Base".to_string(), plan.experiment.base.written.clone()),
        (
            "Design".to_string(),
            plan.experiment
                .design
                .as_ref()
                .map_or("the base alone", |design| design.name())
                .to_string(),
        ),
        (
            "Factors".to_string(),
            plan.points.factors().len().to_string(),
        ),
        (
            "Design points".to_string(),
            tables::grouped(plan.points.len()),
        ),
        (
            "Replicates".to_string(),
            tables::grouped(u64::from(plan.experiment.replicates)),
        ),
        ("Runs".to_string(), tables::grouped(plan.runs())),
        (
            "Responses".to_string(),
            plan.responses()
                .list()
                .iter()
                .map(|response| response.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    let runs = plan.runs() as f64;
    lines.push((
        "On disk".to_string(),
        format!("about {}", tables::bytes(pilot.bytes_per_run * runs)),
    ));
    let seconds = pilot.seconds_per_run * runs / threads as f64;
    lines.push((
        "Time".to_string(),
        format!(
            "{}{} on {} (from {})",
            if seconds < 1.0 { "" } else { "about " },
            tables::duration(seconds),
            tables::counted(threads as u64, "thread"),
            tables::counted(pilot.runs, "run")
        ),
    ));
    lines.push((
        "Folder".to_string(),
        work.target(&plan.experiment).display().to_string(),
    ));
    let mut text = tables::pairs(&lines);
    if pilot.failed > 0 {
        let failed = format!(
            "{} of these failed: {}",
            tables::counted(pilot.failed, "run"),
            pilot.reason
        );
        text.push_str(&tables::hanging(&failed, 0));
    }
    Ok(print::out(&text))
}
