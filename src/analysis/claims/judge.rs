//! What is expected, and the rule by which a verdict falls.
//!
//! A part holds where its 95 % interval lies wholly on the expected side of the bound, is contradicted where it lies
//! wholly on the other, and is not shown otherwise. A claim of several parts holds where all do, is contradicted where
//! any is, and is not shown otherwise. Parts that are only reported do not count.

use crate::input::claims::expectation::Expectation;
use crate::kernel::named::named;
use crate::stats::estimate::Estimate;
use crate::stats::rounding::difference;

named! {
    /// What the runs say to a claim.
    pub enum Verdict {
        /// It holds.
        Holds = "holds",
        /// The runs show the contrary.
        Contradicted = "contradicted",
        /// The runs show neither.
        NotShown = "not shown",
        /// Nothing was expected.
        Reported = "reported",
        /// It was not run.
        Open = "open",
    }
}

impl Verdict {
    /// Of a claim, from its parts.
    pub fn of_parts(parts: impl Iterator<Item = Verdict>) -> Verdict {
        let parts: Vec<Verdict> = parts.filter(|part| *part != Verdict::Reported).collect();
        if parts.is_empty() {
            Verdict::Reported
        } else if parts.contains(&Verdict::Contradicted) {
            Verdict::Contradicted
        } else if parts.iter().all(|part| *part == Verdict::Holds) {
            Verdict::Holds
        } else {
            Verdict::NotShown
        }
    }
}

impl Expectation {
    /// The verdict of an estimate.
    pub fn judge(self, estimate: Option<&Estimate>) -> Verdict {
        if self == Expectation::Report {
            return Verdict::Reported;
        }
        let Some((low, high)) = estimate.and_then(Estimate::interval) else {
            return Verdict::NotShown;
        };
        let (holds, fails) = match self {
            Expectation::Above(bound) => (low > bound, high < bound),
            Expectation::Below(bound) => (high < bound, low > bound),
            Expectation::AtLeast(bound) => (low >= bound, high < bound),
            Expectation::AtMost(bound) => (high <= bound, low > bound),
            Expectation::Report => (false, false),
        };
        match (holds, fails) {
            (true, _) => Verdict::Holds,
            (_, true) => Verdict::Contradicted,
            _ => Verdict::NotShown,
        }
    }
}

/// Slope of a line through points by least squares; none where the first coordinate does not vary.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let mean = points
        .iter()
        .fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
    let mean = (mean.0 / n, mean.1 / n);
    let (xx, xy) = points.iter().fold((0.0, 0.0), |(xx, xy), point| {
        let x = point.0 - mean.0;
        (xx + x * x, xy + x * (point.1 - mean.1))
    });
    (xx > 0.0).then(|| xy / xx)
}

/// Slope over the steps between levels: of each step's gain, divided by what it costs more where `costs` are given,
/// placed at the middle of the step; without costs, of the values over the levels. None where a step costs no more.
pub fn slope_of_steps(levels: &[f64], values: &[f64], costs: Option<&[f64]>) -> Option<f64> {
    let Some(costs) = costs else {
        let points: Vec<(f64, f64)> = levels.iter().copied().zip(values.iter().copied()).collect();
        return slope(&points);
    };
    let mut points = Vec::new();
    for at in 1..levels.len().min(values.len()).min(costs.len()) {
        let cost = costs[at] - costs[at - 1];
        if cost <= 0.0 {
            return None;
        }
        let gain = difference(values[at], values[at - 1]) / cost;
        points.push(((levels[at] + levels[at - 1]) / 2.0, gain));
    }
    slope(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(low: f64, high: f64) -> Estimate {
        Estimate {
            n: 200,
            mean: (low + high) / 2.0,
            sd: Some(1.0),
            half_width: Some((high - low) / 2.0),
        }
    }

    #[test]
    fn an_interval_decides_by_the_side_of_the_bound_it_lies_on() {
        let judge = |text: &str, low, high| {
            let expect = Expectation::parse(text).expect("valid");
            expect.judge(Some(&estimate(low, high))).name()
        };
        assert_eq!(judge("> 0", 0.25, 0.5), "holds");
        assert_eq!(judge("> 0", -0.25, 0.5), "not shown");
        assert_eq!(judge("> 0", -0.5, -0.25), "contradicted");
        assert_eq!(judge("< 0.5", 0.125, 0.25), "holds");
        assert_eq!(judge("<= 0", -0.5, 0.0), "holds");
        assert_eq!(judge("<= 0", 0.25, 0.5), "contradicted");
        // Nothing changes at all: that is not above 0.
        assert_eq!(judge("> 0", 0.0, 0.0), "not shown");
        assert_eq!(judge("report", 0.25, 0.5), "reported");
        assert_eq!(Expectation::Above(0.0).judge(None), Verdict::NotShown);
    }

    #[test]
    fn all_parts_must_hold_and_one_contradicts() {
        use Verdict::{Contradicted, Holds, NotShown, Reported};
        let of = |parts: &[Verdict]| Verdict::of_parts(parts.iter().copied());
        assert_eq!(of(&[Holds, Holds, Reported]), Holds);
        assert_eq!(of(&[Holds, NotShown]), NotShown);
        assert_eq!(of(&[NotShown, Contradicted, Holds]), Contradicted);
        assert_eq!(of(&[Reported]), Reported);
    }

    #[test]
    fn steps_worked_by_hand() {
        // Levels 0, 1, 3; gains 4 and 2 for costs 2 and 2: 2 at 0.5, 1 at 2; slope -1/1.5.
        let found = slope_of_steps(&[0.0, 1.0, 3.0], &[0.0, 4.0, 6.0], Some(&[1.0, 3.0, 5.0]));
        approx::assert_abs_diff_eq!(found.expect("steps"), -2.0 / 3.0, epsilon = 1e-15);
        assert_eq!(slope_of_steps(&[0.0, 1.0], &[1.0, 3.0], None), Some(2.0));
        assert_eq!(
            slope_of_steps(&[0.0, 1.0, 2.0], &[1.0, 2.0, 3.0], Some(&[1.0, 1.0, 2.0])),
            None
        );
    }
}
