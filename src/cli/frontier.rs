//! `dualtrack frontier`: which rules no other beats, and which gains cost nothing.

use crate::analysis::frontier::{self, Changes, Frontier, Move, OfPoint, Toward, Verdict};
use crate::cli::common::{self, Stop};
use crate::cli::sensitivity::names;
use crate::cli::study::{self, Work};
use crate::cli::tables::{self, bold, counted, interval, percent, significant, wrapped};
use crate::cli::terminal::{NARROW, Terminal};
use crate::cli::{codes, print};
use crate::cli::{
    options::{ExperimentArgs, WorkArgs},
    sweep::{carry_out, dry_run, head},
};
use crate::input::experiment::factor::Variant;
use crate::study::arm::Arm;
use crate::study::execute::Study;
use crate::study::stage::{Order, PointList, Stage};
use crate::study::store::RunStore;
use crate::study::sweep::plan::response_column;
use crate::study::sweep::{finish::Shard, plan::Plan};
use crate::study::table::RunTable;

/// Points and moves that are shown.
const SHOWN: usize = 20;

/// Runs an experiment and tells which design points no other beats in all objectives, and which changes of the base buy
/// one objective without loss in another.
///
/// Needs two or more `[objectives]`, such as `competitiveness = "max"` and `waste_share = "min"`. Factors are the levers.
/// Writes the files of a sweep and `frontier.csv`, `moves.csv`, and `base.csv` with the runs of the base on the same luck.
/// Interrupted, it goes on with `--resume`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    experiment: ExperimentArgs,
    #[command(flatten)]
    work: WorkArgs,
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let plan = Plan::new(args.experiment.load()?).map_err(Stop::bad_input)?;
    let refused = |sentence: String| {
        Stop::bad_input(format!(
            "{}: {sentence}",
            args.experiment.experiment.display()
        ))
    };
    frontier::check(&plan.experiment).map_err(refused)?;
    RunTable::check(plan.runs(), plan.responses().len()).map_err(refused)?;
    if args.work.dry_run {
        return dry_run(&plan, &args.work);
    }
    let experiment = &plan.experiment;
    let target = args.work.target(experiment);
    let base_scenario = experiment
        .worlds
        .scenario(&Variant::default())
        .map_err(Stop::bad_input)?;
    // Before the sweep: it is short, and a base that fails is known at once.
    let base = base(&plan, &args.work)?;
    let failed_base = base.failed();
    let analyse = |runs: &RunTable| {
        let changes = frontier::changes(experiment, &plan.points, &base_scenario);
        let objectives = &experiment.objectives;
        frontier::analyse(objectives, runs, &base, &changes, experiment.seed)
    };
    let mut found = None;
    let mut problem = None;
    let finished = carry_out(
        &plan,
        Shard::ALL,
        &target,
        &args.work,
        "frontier",
        |folder| {
            let made = match analyse(&RunTable::read(folder, &plan)?) {
                Ok(made) => made,
                Err(message) => {
                    problem = Some(message);
                    return Ok(Vec::new());
                }
            };
            let mut sheets =
                crate::analysis::frontier::sheets::sheets(&made, experiment, &plan.points);
            let columns = plan.responses().list().iter().map(response_column);
            sheets.push(crate::analysis::frontier::sheets::base_sheet(
                &base,
                experiment.seed,
                columns.collect(),
            ));
            found = Some(made);
            Ok(sheets)
        },
    )?;
    let failure = |message: String| Stop {
        code: codes::FAILURE,
        message,
    };
    if let Some(message) = problem {
        return Err(failure(message));
    }
    if !args.work.quiet {
        let found = match found {
            Some(found) => found,
            // All was there but the name of the folder.
            None => analyse(&RunTable::read(&target, &plan)?).map_err(failure)?,
        };
        let mut text = head(&plan, Shard::ALL, &finished);
        if failed_base > 0 {
            text.push_str(&format!(
                "{} of the base failed; the column `error` of `base.csv` says why\n",
                counted(failed_base as u64, "run")
            ));
        }
        text.push('\n');
        text.push_str(&report(&found, &plan));
        text.push('\n');
        text.push_str(&tables::files(&target, &finished.files));
        print::out(&text);
    }
    Ok(if finished.failed > 0 || failed_base > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    })
}

/// Runs the base with the replicates of the design points.
fn base(plan: &Plan, work: &WorkArgs) -> Result<RunTable, Stop> {
    let experiment = &plan.experiment;
    let variant = Variant::default();
    let arm = Arm::new("base", &experiment.worlds, &variant, &experiment.responses);
    let study = Study {
        arms: vec![arm.map_err(Stop::bad_input)?],
        seed: experiment.seed,
        extra: None,
    };
    let stage = Stage {
        points: PointList::Own,
        replicates: 0..u64::from(experiment.replicates),
        arms: vec![0],
        order: Order::ByPoint,
        keeps_series: false,
    };
    let mut store = RunStore::memory();
    let work = Work {
        threads: common::threads(work.threads),
        control: &common::interruptible(),
        is_quiet: work.quiet,
        runs: stage.runs(),
    };
    study::carry_out(&study, &mut store, &work, &mut study::only(stage.clone()))?;
    let widths = [experiment.responses.len()];
    Ok(RunTable::of_stage(&mut store, 0, &stage, &widths)?.remove(0))
}

fn report(found: &Frontier, plan: &Plan) -> String {
    let all = names(plan);
    let objectives = &plan.experiment.objectives;
    let headings: Vec<String> = objectives
        .iter()
        .map(|o| {
            let name = all.get(o.response).copied().unwrap_or_default();
            format!("{name} ({})", if o.is_maximised { "max" } else { "min" })
        })
        .collect();
    let mut text = points_text(found, plan, &headings);
    text.push('\n');
    text.push_str(&moves_text(found, plan, &headings));
    if plan.experiment.replicates < 2 {
        text.push_str(&wrapped(
            "One replicate has no interval, so no gain is shown; add `--replicates 20` or more.",
            "",
            NARROW,
        ));
    }
    if found.failed > 0 {
        text.push_str(&wrapped(
            "Runs that failed are left out of means; differences go over replicates that both have.",
            "",
            NARROW,
        ));
    }
    text
}

/// Non-dominated points, best in the first objective first.
fn points_text(found: &Frontier, plan: &Plan, headings: &[String]) -> String {
    let is_best = |(_, point): &(usize, &OfPoint)| point.is_non_dominated == Some(true);
    let mut best: Vec<(usize, &OfPoint)> =
        found.points.iter().enumerate().filter(is_best).collect();
    let first = |point: &OfPoint| {
        let mean = point.means.first().copied().flatten();
        let is_maximised = plan
            .experiment
            .objectives
            .first()
            .is_some_and(|objective| objective.is_maximised);
        let sign = if is_maximised { -1.0 } else { 1.0 };
        mean.map_or(f64::INFINITY, |mean| sign * mean.mean)
    };
    best.sort_by(|(_, a), (_, b)| first(a).total_cmp(&first(b)));
    let shown: Vec<(usize, &OfPoint)> = best.iter().copied().take(SHOWN).collect();
    let (table, legend) = fitting_table(found, &shown, headings);
    let mut text = format!(
        "{}\n",
        bold(&format!(
            "Points that no other beats: {} of {}",
            tables::grouped(best.len() as u64),
            tables::grouped(found.points.len() as u64)
        ))
    );
    text.push_str(&legend);
    // Levers stand under the row of their point.
    for (number, line) in table.lines().enumerate() {
        text.push_str(line);
        text.push('\n');
        if let Some((place, _)) = number.checked_sub(2).and_then(|row| best.get(row)) {
            let one = found.moves.iter().find(|one| one.point == *place);
            let levers = one.map_or_else(Vec::new, |one| change_words(&one.changes));
            text.push_str(&list(&levers, "  ", "as the base"));
        }
    }
    if best.len() > SHOWN {
        text.push_str(&format!(
            "and {} in `frontier.csv`\n",
            tables::grouped((best.len() - SHOWN) as u64)
        ));
    }
    text.push_str(&wrapped(
        "Below each point is where it differs from the base. chance: share of resamples of replicates in which no other point is at least as good in all objectives and \
         better in one.",
        "",
        NARROW,
    ));
    text
}

/// A table of points that fits: where names of objectives are too long, letters stand for them, with a legend; where
/// that is still too wide, without standard errors.
fn fitting_table(
    found: &Frontier,
    shown: &[(usize, &OfPoint)],
    headings: &[String],
) -> (String, String) {
    let make = |headings: &[String], with_errors: bool| {
        let mut header = vec!["Point".to_string()];
        for heading in headings {
            header.push(heading.clone());
            if with_errors {
                header.push("s.e.".to_string());
            }
        }
        header.push("chance".to_string());
        let mut rows = vec![cells("base".to_string(), &found.base, None, with_errors)];
        rows.extend(shown.iter().map(|(place, point)| {
            cells(place.to_string(), &point.means, point.chance, with_errors)
        }));
        tables::table(&header, rows)
    };
    let width = Terminal::of_stdout().width;
    // The first line has marks of bold letters; all lines are as wide.
    let fits = |table: &str| {
        let widest = table.lines().skip(1).map(|line| line.chars().count());
        widest.max().unwrap_or(0) <= width
    };
    let table = make(headings, true);
    if fits(&table) {
        return (table, String::new());
    }
    let letters: Vec<String> = ('A'..='Z')
        .chain('a'..='z')
        .map(String::from)
        .take(headings.len())
        .collect();
    let legend = letters
        .iter()
        .zip(headings)
        .map(|(letter, heading)| format!("{letter}: {heading}\n"))
        .collect();
    let table = make(&letters, true);
    if fits(&table) {
        return (table, legend);
    }
    (make(&letters, false), legend)
}

/// Parts with commas between them, in lines that fit; parts with blanks that do not break stay whole.
fn list(parts: &[String], indent: &str, empty: &str) -> String {
    let text = if parts.is_empty() {
        empty.to_string()
    } else {
        parts.join(", ")
    };
    // `split_whitespace` would break at them as well.
    let text = text.replace('\u{a0}', "\u{1}");
    wrapped(&text, indent, NARROW).replace('\u{1}', " ")
}

/// A value as it is shown: numbers with many digits are cut.
fn rounded(label: &str) -> String {
    match label.parse::<f64>() {
        Ok(number) if label.len() > 6 => significant(number),
        _ => label.strip_suffix(".0").unwrap_or(label).to_string(),
    }
}

fn cells(
    name: String,
    means: &[Option<crate::stats::estimate::Estimate>],
    chance: Option<f64>,
    with_errors: bool,
) -> Vec<String> {
    let nothing = || tables::NOTHING.to_string();
    let mut row = vec![name];
    for mean in means {
        row.push(mean.map_or_else(nothing, |mean| significant(mean.mean)));
        if with_errors {
            let error = mean.and_then(|mean| mean.standard_error());
            row.push(error.map_or_else(nothing, significant));
        }
    }
    row.push(chance.map_or_else(nothing, percent));
    row
}

/// Moves that are free gains, then those that may be.
fn moves_text(found: &Frontier, plan: &Plan, headings: &[String]) -> String {
    let kinds = [
        (
            Verdict::FreeGain,
            "Free gains: an objective better, no other worse",
        ),
        (
            Verdict::PossibleGain,
            "Possible gains: an objective better, none shown to be worse",
        ),
    ];
    let mut text = String::new();
    for (verdict, title) in kinds {
        let of = found.gains(verdict);
        text.push_str(&bold(title));
        text.push('\n');
        if of.is_empty() {
            text.push_str("  none\n");
        }
        for one in of.iter().take(SHOWN) {
            text.push_str(&list(&change_words(&one.changes), "  ", ""));
            for (effect, heading) in one.effects.iter().zip(headings) {
                let Some(effect) = effect else { continue };
                let line = format!(
                    "{heading}: {} to {}, {} {}{}",
                    significant(effect.base),
                    significant(effect.point),
                    signed(effect.difference.mean),
                    interval(effect.difference.interval()).replace(' ', "\u{1}"),
                    match effect.toward {
                        Toward::Better => " better",
                        Toward::Worse => " worse",
                        Toward::NotWorse | Toward::NotShown => "",
                    }
                );
                text.push_str(&wrapped(&line, "    ", NARROW).replace('\u{1}', " "));
            }
        }
        if of.len() > SHOWN {
            text.push_str(&format!(
                "  and {} in `moves.csv`\n",
                tables::grouped((of.len() - SHOWN) as u64)
            ));
        }
        text.push('\n');
    }
    let (single, several): (Vec<&Move>, Vec<&Move>) =
        found.moves.iter().partition(|one| one.changes.len() == 1);
    for (moves, what) in [(single, "one factor"), (several, "several factors")] {
        let count = |verdict: Verdict| {
            let of = moves.iter().filter(|one| one.verdict == verdict);
            tables::grouped(of.count() as u64)
        };
        if !moves.is_empty() {
            text.push_str(&wrapped(
                &format!(
                    "{} of {what}: {} free, {} possible, {} trade-offs, {} losses, {} not shown.",
                    counted(moves.len() as u64, "change"),
                    count(Verdict::FreeGain),
                    count(Verdict::PossibleGain),
                    count(Verdict::TradeOff),
                    count(Verdict::Loss),
                    count(Verdict::NotShown),
                ),
                "",
                NARROW,
            ));
        }
    }
    text.push_str(&wrapped(
        &format!(
            "Listed are gains that cannot be had with fewer changes. Differences from the base on the same luck, n = \
             {}, with Student's 95 % intervals.",
            plan.experiment.replicates
        ),
        "",
        NARROW,
    ));
    text
}

fn change_words(changes: &Changes) -> Vec<String> {
    let words = changes
        .iter()
        .map(|(factor, value)| format!("{factor}\u{a0}=\u{a0}{}", rounded(value)));
    words.collect()
}

/// A number with its sign.
fn signed(value: f64) -> String {
    let text = significant(value);
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}
