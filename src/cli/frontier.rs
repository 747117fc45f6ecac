//! `dualtrack frontier`: which rules no other beats, and which gains cost nothing.

use crate::analysis::frontier::result_tables::{base_table, result_tables};
use crate::analysis::frontier::{self, Changes, Frontier, Move, OfPoint, Toward, Verdict};
use crate::cli::common::Stop;
use crate::cli::sensitivity::names;
use crate::cli::study::{Question, Runs};
use crate::cli::sweep::{self, Analysis};
use crate::cli::tables::{
    self, bold, counted, interval, or_nothing, paragraph, percent, significant, wrapped,
};
use crate::cli::terminal::{NARROW, Terminal};
use crate::input::experiment::factor::Variant;
use crate::input::scenario::file_source::FileSource;
use crate::study::stage::{PointList, Stage};
use crate::study::sweep::plan::{Plan, response_column};
use crate::study::sweep::tables::Tables;
use crate::study::table::RunTable;

/// Points and moves that are shown.
const SHOWN: usize = 20;

/// Run an experiment and find the design points that no other dominates, and the changes of the base that improve one
/// objective without loss in another.
///
/// Needs two or more `[objectives]`, such as `competitiveness = "max"` and `waste_share = "min"`. Factors are the levers.
/// Writes the files of a sweep and `frontier.csv`, `moves.csv`, and `base.csv` with the runs of the base on the same
/// random draws. An interrupted study resumes with `--resume`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub(crate) sweep: sweep::Args,
}

impl Args {
    pub(crate) fn question(&self, file_source: &FileSource) -> Result<Box<dyn Question>, Stop> {
        self.sweep.analysed("frontier", file_source, |plan| {
            frontier::check(&plan.experiment)?;
            Ok(Box::new(AgainstBase))
        })
    }
}

/// Holds the points of a sweep against its base.
struct AgainstBase;

impl Analysis for AgainstBase {
    /// The base with the replicates of the design points.
    fn more_stages(&self, plan: &Plan) -> Vec<Stage> {
        vec![Stage {
            points: PointList::Own,
            keeps_series: false,
            ..plan.stage()
        }]
    }

    fn analyse(
        &self,
        plan: &Plan,
        runs: &mut Runs<'_>,
        tables: &mut Tables,
    ) -> Result<(String, u64), Stop> {
        let experiment = &plan.experiment;
        let widths = [experiment.responses.len()];
        let mut of = |stage: usize| -> Result<RunTable, Stop> {
            let stages = &runs.stages[stage..stage + 1];
            Ok(RunTable::of(runs.store, stage, stages, &widths)?.remove(0))
        };
        let (points, base) = (of(0)?, of(1)?);
        let scenario = experiment.worlds.scenario(&Variant::default());
        let scenario = scenario.map_err(Stop::bad_input)?;
        let changes = frontier::changes(experiment, &plan.points, &scenario);
        let objectives = &experiment.objectives;
        let found = frontier::analyse(objectives, &points, &base, &changes, experiment.seed);
        let found = found.map_err(Stop::failure)?;
        let columns = plan.responses().list().iter().map(response_column);
        let columns = columns.collect();
        let mut result_tables = result_tables(&found, experiment, &plan.points);
        result_tables.push(base_table(&base, experiment.seed, columns));
        for result_table in result_tables {
            tables.add(result_table.write(runs.place)?, result_table.info);
        }
        let failed = base.failed() as u64;
        let mut text = String::new();
        if failed > 0 {
            text.push_str(&format!(
                "{} of the base failed; the column `error` of `base.csv` says why\n\n",
                counted(failed, "run")
            ));
        }
        text.push_str(&report(&found, plan));
        Ok((text, failed))
    }
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
        text.push_str(&paragraph(
            "One replicate has no interval, so no gain is shown; add `--replicates 20` or more.",
        ));
    }
    if found.failed > 0 {
        text.push_str(&paragraph(
            "Runs that failed are left out of means; differences go over replicates that both have."));
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
            "Pareto front: {} of {} points",
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
    text.push_str(&paragraph(
        "Below each point is where it differs from the base. chance: share of resamples of replicates in which no other point is at least as good in all objectives and \
         better in one."));
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
    let mut row = vec![name];
    for mean in means {
        row.push(or_nothing(*mean, |mean| significant(mean.mean)));
        if with_errors {
            let error = mean.and_then(|mean| mean.standard_error());
            row.push(or_nothing(error, significant));
        }
    }
    row.push(or_nothing(chance, percent));
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
                    interval(effect.difference.interval(), significant).replace(' ', "\u{1}"),
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
            text.push_str(&paragraph(&format!(
                "{} of {what}: {} free, {} possible, {} trade-offs, {} losses, {} not shown.",
                counted(moves.len() as u64, "change"),
                count(Verdict::FreeGain),
                count(Verdict::PossibleGain),
                count(Verdict::TradeOff),
                count(Verdict::Loss),
                count(Verdict::NotShown),
            )));
        }
    }
    text.push_str(&paragraph(
        &format!(
            "Listed are gains that no smaller set of changes gives. Differences from the base on the same random draws, n = \
             {}, with Student's 95 % intervals.",
            plan.experiment.replicates
        )));
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
