//! `dualtrack sensitivity`: which factors of an experiment matter.

use crate::analysis::sensitivity::result_tables::result_tables;
use crate::analysis::sensitivity::{self, Method, Noise, OfResponse, Sample, Sensitivity};
use crate::cli::common::Stop;
use crate::cli::study::{Question, Runs};
use crate::cli::sweep::{self, Analysis};
use crate::cli::tables::{
    self, bold, counted, grouped_decimals, paragraph, percent, significant, wrapped,
};
use crate::cli::terminal::{NARROW, Terminal};
use crate::input::scenario::file_source::FileSource;
use crate::stats::estimate::Uncertain;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::tables::Tables;
use crate::study::table::RunTable;

/// Factors that are shown of each response.
const SHOWN: usize = 10;
/// Longest bar.
const BAR: usize = 12;

/// Run an experiment and estimate which of its factors matter for which response.
///
/// The design decides how: `saltelli` gives Sobol' indices, `morris` elementary effects, and `latin_hypercube`, `sobol`
/// or `table` partial rank correlations. Writes the files of a sweep and `sensitivity.csv` and `noise.csv`, with pairs of
/// factors also `interactions.csv`. An interrupted study resumes with `--resume`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(flatten)]
    pub(crate) sweep: sweep::Args,
}

impl Args {
    pub(crate) fn question(&self, file_source: &FileSource) -> Result<Box<dyn Question>, Stop> {
        self.sweep.analysed("sensitivity", file_source, |plan| {
            let experiment = &plan.experiment;
            let sample = Sample::new(&plan.points, experiment.design.as_ref(), experiment.seed)?;
            Ok(Box::new(sample))
        })
    }
}

impl Analysis for Sample {
    fn analyse(
        &self,
        plan: &Plan,
        runs: &mut Runs<'_>,
        tables: &mut Tables,
    ) -> Result<(String, u64), Stop> {
        let factors = plan.points.factors().iter();
        let factors: Vec<&str> = factors.map(|factor| factor.name.as_str()).collect();
        let widths = [plan.responses().len()];
        let table = RunTable::of(runs.store, 0, &runs.stages[..1], &widths)?.remove(0);
        let found = sensitivity::analyse(self, &table, runs.threads);
        for result_table in result_tables(&found, &names(plan), &factors) {
            tables.add(result_table.write(runs.place)?, result_table.info);
        }
        Ok((report(&found, plan, &factors), 0))
    }
}

/// Names of the responses.
pub(crate) fn names(plan: &Plan) -> Vec<&str> {
    let list = plan.responses().list();
    list.iter().map(|response| response.name.as_str()).collect()
}

/// Places of the factors that are shown, those that matter most first; ties in their order.
fn ranked(of: &OfResponse) -> Vec<usize> {
    let size = |place: usize| {
        let first = of.factors.get(place).and_then(|indices| *indices.first()?);
        first.map_or(f64::NEG_INFINITY, |index| index.value.abs())
    };
    let mut places: Vec<usize> = (0..of.factors.len()).collect();
    places.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
    places.truncate(SHOWN);
    places
}

fn report(found: &Sensitivity, plan: &Plan, factors: &[&str]) -> String {
    let name = |place: usize| factors.get(place).copied().unwrap_or_default();
    let longest = found.responses.iter().flat_map(|of| {
        let places = if of.remark.is_some() {
            Vec::new()
        } else {
            ranked(of)
        };
        places.into_iter().map(|place| name(place).chars().count())
    });
    let width = longest.max().unwrap_or(0).max("Factor".len());
    let mut text = String::new();
    for (of, response) in found.responses.iter().zip(plan.responses().list()) {
        text.push_str(&bold(&response.name));
        text.push('\n');
        text.push_str(&noise_words(&of.noise, plan.experiment.replicates));
        match &of.remark {
            Some(remark) => text.push_str(&wrapped(remark, "  ", NARROW)),
            None => text.push_str(&table(found.method, of, &name, width)),
        }
        text.push('\n');
    }
    text.push_str(&closing(found, plan));
    text
}

fn noise_words(noise: &Noise, replicates: u32) -> String {
    let value = |share: &Option<Uncertain>| share.map(|share| share.value);
    let shares = value(&noise.between_points)
        .zip(value(&noise.common_draws))
        .zip(value(&noise.rest));
    let mut text = String::new();
    if let Some(((points, common), rest)) = shares {
        text.push_str(&format!(
            "  variance of a run: points {}, common {}, rest {}\n",
            percent(points),
            percent(common),
            percent(rest)
        ));
    }
    if let Some(share) = noise.of_means {
        let interval = share.interval.map_or(String::new(), |(low, high)| {
            format!(" [{}, {}]", percent(low), percent(high))
        });
        text.push_str(&format!(
            "  noise in means of {}: {}{interval} of their variance\n",
            counted(u64::from(replicates), "replicate"),
            percent(share.value),
        ));
    }
    text
}

/// Ranked factors: the first index with its interval, the second, and a bar of the first where there is room.
fn table<'a>(
    method: Method,
    of: &OfResponse,
    name: &dyn Fn(usize) -> &'a str,
    width: usize,
) -> String {
    let index = |place: usize, which: usize| {
        let indices = of.factors.get(place);
        indices.and_then(|indices| indices.get(which).copied().flatten())
    };
    // Shares and correlations are of one size; effects have the size of their response.
    let number = |value: f64| match method {
        Method::Morris => significant(value),
        _ => grouped_decimals(value, 3),
    };
    let value = |index| tables::or_nothing(index, |index: Uncertain| number(index.value));
    let heads: &[&str] = match method {
        Method::Sobol { .. } => &["Factor", "total", "95 % interval", "first"],
        Method::Morris => &["Factor", "mu*", "95 % interval", "mu"],
        Method::RankCorrelation => &["Factor", "rank corr.", "95 % interval"],
    };
    let places = ranked(of);
    let mut rows: Vec<Vec<String>> = vec![heads.iter().map(ToString::to_string).collect()];
    for &place in &places {
        let first = index(place, 0);
        let mut row = vec![
            name(place).to_string(),
            value(first),
            tables::interval(first.and_then(|first| first.interval), number),
        ];
        if heads.len() > 3 {
            row.push(value(index(place, 1)));
        }
        rows.push(row);
    }
    let length = |column: usize| {
        let lengths = rows.iter().map(|row| row[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let lengths: Vec<usize> = (1..heads.len()).map(length).collect();
    // Two spaces before each column; names give way where numbers are long.
    let used: usize = lengths.iter().map(|length| length + 2).sum::<usize>() + 2;
    let all = Terminal::of_stdout().width;
    let width = width.min(all.saturating_sub(used)).max(8);
    let room = all.saturating_sub(used + width + 2).min(BAR);
    let largest = match method {
        Method::Morris => {
            index(places.first().copied().unwrap_or(0), 0).map_or(0.0, |index| index.value.abs())
        }
        _ => 1.0,
    };
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = format!("  {:<width$}", shortened(&row[0], width));
        for (cell, length) in row[1..].iter().zip(&lengths) {
            line.push_str(&format!("  {cell:>length$}"));
        }
        if number > 0 && room >= 4 && largest > 0.0 {
            let first = index(places[number - 1], 0).map_or(0.0, |index| index.value);
            line.push_str("  ");
            line.push_str(&bar(first.abs() / largest, room));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let more = of.factors.len() - places.len();
    if more > 0 {
        text.push_str(&format!("  and {}\n", counted(more as u64, "other factor")));
    }
    text
}

/// A bar for a share of the whole width.
fn bar(share: f64, width: usize) -> String {
    let blocks = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    "#".repeat(blocks)
}

/// A name that fits, cut at its beginning, because ends of keys say more.
fn shortened(name: &str, width: usize) -> String {
    let count = name.chars().count();
    if count <= width {
        return name.to_string();
    }
    let rest: String = name.chars().skip(count + 1 - width).collect();
    format!("…{rest}")
}

fn closing(found: &Sensitivity, plan: &Plan) -> String {
    let (what, who) = match found.method {
        Method::Sobol { .. } => (
            "total: share of the variance of the means that stays if all other factors are fixed; first: share that \
             goes if the factor is fixed. Intervals by the bootstrap over base points.",
            "base points",
        ),
        Method::Morris => (
            "mu*: mean absolute change of the response over the whole range of a factor; mu: the same with its sign. \
             Intervals after Student over trajectories.",
            "elementary effects",
        ),
        Method::RankCorrelation => (
            "rank corr.: partial rank correlation with the factor, all others held fixed; it misses effects that rise and \
             fall again. Intervals after Fisher.",
            "design points",
        ),
    };
    let mut text = paragraph(what);
    if plan.experiment.replicates < 2 {
        text.push_str(&paragraph(
            "One replicate does not tell noise from effects; add `--replicates 2` or more.",
        ));
    }
    if found.failed > 0 {
        let sentence = format!(
            "{} failed. A point that lost some replicates has the mean of the others, less what their draws are worth; one that lost \
             all takes out the {who} it is part of, which the column n counts.",
            counted(found.failed as u64, "run")
        );
        text.push_str(&paragraph(&sentence));
    }
    let unordered: Vec<String> = plan
        .points
        .factors()
        .iter()
        .filter(|factor| found.method == Method::RankCorrelation && !factor.is_numeric())
        .map(|factor| format!("`{}`", factor.name))
        .collect();
    if !unordered.is_empty() {
        let sentence = format!(
            "Levels of {} are no numbers: their ranks are their order in the experiment.",
            unordered.join(", ")
        );
        text.push_str(&paragraph(&sentence));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_keeps_its_end() {
        assert_eq!(shortened("outside.us_pressure", 12), "…us_pressure");
        assert_eq!(shortened("intensity", 12), "intensity");
    }

    #[test]
    fn factors_are_ranked_by_size_whatever_the_sign() {
        let index = |value: f64| {
            vec![Some(Uncertain {
                n: 1,
                value,
                standard_error: None,
                interval: None,
            })]
        };
        let of = OfResponse {
            factors: vec![index(0.1), vec![None], index(-0.9), index(0.5)],
            ..OfResponse::default()
        };
        assert_eq!(ranked(&of), [2, 3, 0, 1]);
    }
}
