//! What `dualtrack compare` prints.

use std::fmt;

use crate::analysis::compare::discovery::{Driver, Region};
use crate::analysis::compare::effects::Effect;
use crate::analysis::compare::pairs::Pairs;
use crate::analysis::compare::uncertainty::{Uncertainty, UncertaintyAnalysis};
use crate::analysis::compare::{Comparison, Verdict, pairs::Stopping};
use crate::cli::tables::{
    self, NOTHING, bold, counted, grouped_decimals, hanging, interval, or_nothing, paragraph,
};
use crate::stats::estimate::Uncertain;

/// Share of points from which on it is told where they lie.
const SOME: f64 = 0.05;
/// Factors that are named for each treatment and response.
const NAMED: usize = 3;

/// Decimals beyond which a change has a power of ten.
const MOST_DECIMALS: usize = 6;

/// Effects of treatments, a block for each.
pub struct Summary<'a> {
    /// What was compared.
    pub comparison: &'a Comparison,
    /// Its runs.
    pub pairs: &'a Pairs,
    /// Its effects.
    pub effects: &'a [Effect],
    /// How the number of replicates came about.
    pub stopping: &'a Stopping,
}

impl Summary<'_> {
    fn head(&self) -> String {
        let experiment = &self.comparison.plan.experiment;
        let (treatments, pairs) = (self.comparison.arms().len() - 1, self.pairs);
        let mut text = format!(
            "{}\n{} and the base with {}, seed {}\n",
            bold(&experiment.title),
            counted(treatments as u64, "treatment"),
            counted(u64::from(pairs.replicates), "replicate"),
            experiment.seed
        );
        if let Stopping::Widths { targets, most } = self.stopping {
            let list = self.comparison.plan.responses().list();
            let names: Vec<String> = targets
                .iter()
                .map(|target| format!("{} of {}", target.half_width, list[target.response].name))
                .collect();
            let what = names.join(", ");
            text.push_str(&paragraph(&match pairs.reached {
                Some(true) => format!(
                    "Half widths of {what} were reached with {}.",
                    counted(u64::from(pairs.replicates), "replicate")
                ),
                _ => format!(
                    "Half widths of {what} were not reached with the most of {}; the column `target_reached` of \
                     `effects.csv` says where.",
                    counted(u64::from(*most), "replicate")
                ),
            }));
        }
        text.push_str(&failures(&pairs.failed, pairs.reason.as_deref()));
        text
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head())?;
        let list = self.comparison.plan.responses().list();
        for (place, arm) in self.comparison.arms().iter().enumerate().skip(1) {
            let effects = self.effects.iter().filter(|effect| effect.arm == place);
            let rows: Vec<Vec<String>> = effects
                .map(|effect| row(&list[effect.response].name, effect))
                .collect();
            f.write_str("\n")?;
            f.write_str(&title(&arm.name, self.comparison.description(place)))?;
            let header = [
                "Response",
                "base",
                "treated",
                "change",
                "95 % interval",
                "relative",
                "sign",
            ];
            f.write_str(&tables::rows(&header, &rows))?;
        }
        let closing = if self.pairs.replicates < 2 {
            "One replicate has no interval; add `--replicates 20` or more."
        } else {
            "Change: mean of treated minus base on the same random draws, with Student's interval; * where the interval leaves \
             out 0. Sign: share of replicates that change as the mean does. Of 20 changes that are none, one has a * by \
             chance."
        };
        write!(f, "\n{}", paragraph(closing))
    }
}

/// Name and description of a treatment.
fn title(name: &str, description: &str) -> String {
    if description.is_empty() {
        return format!("{}\n", bold(name));
    }
    let text = paragraph(&format!("{name}: {description}"));
    match text.strip_prefix(name) {
        Some(rest) => format!("{}{rest}", bold(name)),
        None => text,
    }
}

/// How many runs failed, and why the first did.
fn failures(failed: &[u64], reason: Option<&str>) -> String {
    let count: u64 = failed.iter().sum();
    if count == 0 {
        return String::new();
    }
    let reason = reason.unwrap_or_default();
    paragraph(&format!(
        "{} failed; the column `error` of `runs.csv` says why. The first: {reason}",
        counted(count, "run")
    ))
}

fn row(name: &str, effect: &Effect) -> Vec<String> {
    let Some(paired) = &effect.paired else {
        let nothing = std::iter::repeat_n(NOTHING, 6);
        return std::iter::once(name)
            .chain(nothing)
            .map(String::from)
            .collect();
    };
    let difference = paired.difference;
    // Levels with four digits; changes with two of their half width.
    let level = |value: f64| grouped_decimals(value, digits(paired.base_mean, 4));
    let scale = difference.half_width.filter(|half| *half > 0.0);
    let decimals = scale.map_or_else(|| digits(difference.mean, 4), |half| digits(half, 2));
    let number = |value: f64| match value {
        value if value == 0.0 || decimals <= MOST_DECIMALS => grouped_decimals(value, decimals),
        value => format!("{value:.1e}"),
    };
    let star = match effect.verdict() {
        Verdict::NotShown => "",
        _ => "*",
    };
    vec![
        name.to_string(),
        level(paired.base_mean),
        level(paired.treatment_mean),
        format!("{}{star:1}", number(difference.mean)),
        interval(difference.interval(), number),
        or_nothing(paired.relative, |relative| {
            format!("{} %", grouped_decimals(100.0 * relative.value, 1))
        }),
        or_nothing(paired.same_sign, percent),
    ]
}

fn percent(share: Uncertain) -> String {
    format!("{} %", grouped_decimals(100.0 * share.value, 0))
}

/// Decimals that show a number with so many significant digits.
fn digits(value: f64, significant: i32) -> usize {
    // The exponent as it is printed: no logarithm is exact at powers of ten.
    let text = format!("{value:e}");
    let exponent: i32 = text
        .rsplit_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    usize::try_from((significant - 1 - exponent).clamp(0, 8)).unwrap_or(0)
}

/// What treatments do over all design points, a block for each, and who is best.
pub fn uncertainty(comparison: &Comparison, found: &UncertaintyAnalysis) -> String {
    let experiment = &comparison.plan.experiment;
    let points = comparison.plan.points.len();
    let size = format!(
        "{} and the base at {} of {}, {} each, seed {}",
        counted(comparison.arms().len() as u64 - 1, "treatment"),
        counted(points, "design point"),
        counted(experiment.factors.len() as u64, "factor"),
        counted(u64::from(experiment.replicates), "replicate"),
        experiment.seed
    );
    let mut text = format!("{}\n{}", bold(&experiment.title), paragraph(&size));
    text.push_str(&failures(&found.failed, found.reason.as_deref()));
    for (place, arm) in comparison.arms().iter().enumerate().skip(1) {
        text.push('\n');
        text.push_str(&title(&arm.name, comparison.description(place)));
        let shares = found.shares.iter().filter(|share| share.arm == place);
        let rows: Vec<Vec<String>> = shares.map(|share| share_row(comparison, share)).collect();
        let header = [
            "Response",
            "mean change",
            "lowest",
            "highest",
            "higher",
            "lower",
            "not shown",
        ];
        text.push_str(&tables::rows(&header, &rows));
        text.push_str(&deciders(comparison, found, place));
    }
    text.push('\n');
    text.push_str(&wins(comparison, found));
    text.push('\n');
    text.push_str(&paragraph(
        "Change: treated minus base on the same random draws; its mean, lowest and highest over points. Higher, lower, not \
         shown: shares of points by Student's 95 % interval there. Rules are of the mean change, from a tree that looks \
         for pure regions: hints where to look, not tests.",
    ));
    text
}

fn share_row(comparison: &Comparison, share: &Uncertainty) -> Vec<String> {
    let name = comparison.plan.responses().list()[share.response]
        .name
        .clone();
    let largest = share.range.map(|(low, high)| low.abs().max(high.abs()));
    let decimals = largest.map_or(0, |largest| digits(largest, 3));
    let number = |value: f64| grouped_decimals(value, decimals);
    let mut row = vec![
        name,
        or_nothing(share.difference, |difference| number(difference.mean)),
        or_nothing(share.range, |range| number(range.0)),
        or_nothing(share.range, |range| number(range.1)),
    ];
    row.extend(
        [share.higher, share.lower, share.not_shown].map(|share| or_nothing(share, percent)),
    );
    row
}

/// Whether the response is shown to be higher at some points and lower at others.
fn goes_both_ways(share: &Uncertainty) -> bool {
    let some = |share: Option<Uncertain>| share.is_some_and(|share| share.value >= SOME);
    some(share.higher) && some(share.lower)
}

/// For each response that goes both ways: which factors go with it, and where it is higher.
fn deciders(comparison: &Comparison, found: &UncertaintyAnalysis, arm: usize) -> String {
    let factors = comparison.plan.points.factors();
    let mut text = String::new();
    for (response, read) in comparison.plan.responses().list().iter().enumerate() {
        let own = |driver: &&Driver| driver.arm == arm && driver.response == response;
        let regions: Vec<&Region> = found
            .regions
            .iter()
            .filter(|region| region.arm == arm && region.response == response)
            .collect();
        let both = found
            .shares
            .iter()
            .any(|share| share.arm == arm && share.response == response && goes_both_ways(share));
        if regions.len() < 2 || !both {
            continue;
        }
        let drivers: Vec<String> = found
            .drivers
            .iter()
            .filter(own)
            .take(NAMED)
            .map(|driver| {
                let name = &factors[driver.factor].name;
                let value = grouped_decimals(driver.correlation.coefficient.value, 2);
                format!("{name} ({value})")
            })
            .collect();
        text.push_str(&hanging(
            &format!("  {}: goes with {}", read.name, drivers.join(", ")),
            4,
        ));
        for region in regions {
            let share = format!(
                "{} of {}",
                region.leaf.yes,
                counted(region.leaf.n as u64, "point")
            );
            text.push_str(&hanging(
                &format!("    higher in {share} where {}", region.rule),
                6,
            ));
        }
    }
    text
}

/// Shares of points in which base and treatments are best, or have the highest mean where nothing says what is best.
fn wins(comparison: &Comparison, found: &UncertaintyAnalysis) -> String {
    let mut header = vec!["Share of points where".to_string()];
    header.extend(comparison.arms().iter().map(|arm| arm.name.clone()));
    let mut rows = Vec::new();
    for (response, read) in comparison.plan.responses().list().iter().enumerate() {
        let wins = found.wins.iter().filter(|wins| wins.response == response);
        let wins: Vec<_> = wins.collect();
        let direction = match wins.first().and_then(|wins| wins.is_maximised) {
            Some(true) | None => "highest",
            Some(false) => "lowest",
        };
        let mut row = vec![format!("{} is {direction}", read.name)];
        let shares = wins.iter().map(|wins| wins.best().or(wins.highest));
        row.extend(shares.map(|share| or_nothing(share, percent)));
        rows.push(row);
    }
    tables::rows(&header, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_show_significant_digits() {
        assert_eq!(digits(0.00123, 2), 4);
        assert_eq!(digits(12.3, 2), 0);
        assert_eq!(digits(1.0, 2), 1);
        assert_eq!(digits(12_345.0, 2), 0);
        assert_eq!(digits(0.0, 4), 3);
        assert_eq!(digits(1e-30, 2), 8);
    }
}
