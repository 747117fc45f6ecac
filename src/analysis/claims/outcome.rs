//! What runs say to a part of a claim, and to the claim.

use crate::analysis::claims::judge::{Verdict, slope_of_steps};
use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::{Plan, Reading, Study};
use crate::input::claims::{Design, Part};
use crate::stats::estimate::Estimate;
use crate::stats::rounding::difference;

/// What came of a part.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The mean, the mean difference or the mean slope; none where no run has it.
    pub estimate: Option<Estimate>,
    /// Means of treatment and control over the runs that count; the second is none for one world and for steps.
    pub means: [Option<f64>; 2],
    /// What it says.
    pub verdict: Verdict,
}

/// A part in one replicate: a mean, a difference or a slope, and the values of treatment and control.
pub type Measured = (f64, [Option<f64>; 2]);

/// What a part measures in one replicate.
pub fn measured(
    part: &Part,
    plan: &Plan,
    get: &dyn Fn(Reading) -> Option<f64>,
) -> Option<Measured> {
    let own = |(reading, minus): &(Reading, Option<Reading>)| {
        let value = get(*reading)?;
        match minus {
            Some(minus) => Some(difference(value, get(*minus)?)),
            None => Some(value),
        }
    };
    let values: Option<Vec<f64>> = plan.readings.iter().map(own).collect();
    let values = values?;
    match (&part.design, &values[..]) {
        (Design::Alone(_), [value]) => Some((*value, [Some(*value), None])),
        (Design::Paired { .. }, [treatment, control]) => Some((
            difference(*treatment, *control),
            [Some(*treatment), Some(*control)],
        )),
        (Design::Steps { levels, .. }, _) => {
            let levels: Vec<f64> = levels.iter().map(|(level, _)| *level).collect();
            let costs: Option<Vec<f64>> = plan.costs.iter().map(|cost| get(*cost)).collect();
            let costs = costs?;
            let costs = (!costs.is_empty()).then_some(&costs[..]);
            Some((slope_of_steps(&levels, &values, costs)?, [None, None]))
        }
        _ => None,
    }
}

/// The outcome of a part over replicates.
pub fn outcome(part: &Part, replicates: &[Option<Measured>]) -> Outcome {
    let finite = |found: &&Measured| found.0.is_finite();
    let found: Vec<Measured> = replicates
        .iter()
        .flatten()
        .filter(finite)
        .copied()
        .collect();
    let values: Vec<f64> = found.iter().map(|(value, _)| *value).collect();
    let mean = |place: usize| {
        let own: Vec<f64> = found.iter().filter_map(|(_, both)| both[place]).collect();
        crate::stats::estimate::mean(&own)
    };
    let estimate = Estimate::of(&values);
    Outcome {
        verdict: part.expect.judge(estimate.as_ref()),
        means: [mean(0), mean(1)],
        estimate,
    }
}

/// Outcomes of all parts.
pub fn outcomes(study: &Study, runs: &Runs) -> Vec<Outcome> {
    let of_plan = |plan: &Plan| {
        let part = study.part(plan);
        let of_replicate = |replicate| measured(part, plan, &|at| runs.value(replicate, at));
        let replicates: Vec<_> = runs.replicates().map(of_replicate).collect();
        outcome(part, &replicates)
    };
    study.plans.iter().map(of_plan).collect()
}

/// Verdicts of all claims.
pub fn verdicts(study: &Study, outcomes: &[Outcome]) -> Vec<Verdict> {
    let of_claim = |claim: usize| {
        if study.register.claims[claim].open.is_some() {
            return Verdict::Open;
        }
        let parts = study
            .plans_of(claim)
            .map(|(place, _)| outcomes[place].verdict);
        Verdict::of_parts(parts)
    };
    (0..study.register.claims.len()).map(of_claim).collect()
}

/// Three digits that count.
pub fn digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    let mut decimals = 2usize;
    let mut size = value.abs();
    while size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    if value.abs() < 1e-5 {
        return format!("{value:.2e}");
    }
    format!("{value:.decimals$}")
}

/// A part's outcome in a sentence.
pub fn reading(part: &Part, outcome: &Outcome) -> String {
    let Some(estimate) = &outcome.estimate else {
        return "no run has a value".to_string();
    };
    let interval = estimate.interval().map_or_else(String::new, |(low, high)| {
        format!(" [{}, {}]", digits(low), digits(high))
    });
    let effect = format!("{}{interval}", digits(estimate.mean));
    match (&part.design, outcome.means) {
        (Design::Paired { .. }, [Some(treatment), Some(control)]) => format!(
            "{} with, {} without: {effect}",
            digits(treatment),
            digits(control),
        ),
        (Design::Steps { per: Some(per), .. }, _) => {
            format!(
                "slope of its gain per {} over the steps: {effect}",
                per.text
            )
        }
        (Design::Steps { .. }, _) => format!("slope over the levels {effect}"),
        _ => format!("mean {effect}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let shown = [0.0123456, -0.5, 12.345, 1234.5, 0.0, 9.99].map(digits);
        assert_eq!(shown, ["0.0123", "-0.500", "12.3", "1234", "0", "9.99"]);
    }
}
