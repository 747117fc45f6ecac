//! Means with their precision.

use std::cell::Cell;

use crate::stats::student;

/// Confidence of all intervals, as a share.
pub const CONFIDENCE: f64 = 0.95;

/// Mean of a sample with what is known about its precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Number of observations.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the observations, divisor n - 1; none for one observation.
    pub sd: Option<f64>,
    /// Half the width of the 95 % interval of the mean after Student; none for one observation.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// The estimate from a sample; none from an empty one.
    pub fn of(sample: &[f64]) -> Option<Self> {
        let n = sample.len();
        let mean = mean(sample)?;
        let sd = standard_deviation(sample);
        let half_width = sd
            .zip(t_quantile(n))
            .map(|(sd, t)| t * sd / (n as f64).sqrt());
        Some(Estimate {
            n,
            mean,
            sd,
            half_width,
        })
    }

    /// Standard error of the mean; none for one observation.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.sd? / (self.n as f64).sqrt())
    }

    /// Lower and upper end of the 95 % interval.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let half = self.half_width?;
        Some((self.mean - half, self.mean + half))
    }
}

/// A number that is not a mean, with what is known about its precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertain {
    /// Number of observations behind it; each method says of what.
    pub n: usize,
    /// The number.
    pub value: f64,
    /// Its standard error; none where it cannot be had.
    pub standard_error: Option<f64>,
    /// Lower and upper end of its 95 % interval; none where it cannot be had. Each method says which interval.
    pub interval: Option<(f64, f64)>,
}

impl From<Estimate> for Uncertain {
    fn from(mean: Estimate) -> Self {
        Uncertain {
            n: mean.n,
            value: mean.mean,
            standard_error: mean.standard_error(),
            interval: mean.interval(),
        }
    }
}

impl Uncertain {
    /// The share `count` is of `n`, with its standard error and interval after Wilson (1927); none of nothing.
    pub fn share(count: usize, n: usize) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let size = n as f64;
        let value = count as f64 / size;
        let z = crate::kernel::math::normal::normal_quantile(0.5 + CONFIDENCE / 2.0);
        let square = z * z;
        let centre = (value + square / (2.0 * size)) / (1.0 + square / size);
        let half = z / (1.0 + square / size)
            * (value * (1.0 - value) / size + square / (4.0 * size * size)).sqrt();
        Some(Uncertain {
            n,
            value,
            standard_error: Some((value * (1.0 - value) / size).sqrt()),
            // At the edges the ends are 0 and 1, but for rounding.
            interval: Some((
                if count == 0 { 0.0 } else { centre - half },
                if count == n { 1.0 } else { centre + half },
            )),
        })
    }

    /// A number with the interval of Student's t around it, with `freedom` degrees of freedom.
    pub(crate) fn student(n: usize, value: f64, standard_error: Option<f64>, freedom: f64) -> Self {
        let half = standard_error
            .zip(student::quantile(0.5 + CONFIDENCE / 2.0, freedom))
            .map(|(error, t)| t * error);
        Uncertain {
            n,
            value,
            standard_error,
            interval: half.map(|half| (value - half, value + half)),
        }
    }

    /// The same number with its interval cut to what the number can be.
    pub(crate) fn within(self, low: f64, high: f64) -> Self {
        Uncertain {
            interval: self
                .interval
                .map(|(from, to)| (from.clamp(low, high), to.clamp(low, high))),
            ..self
        }
    }
}

/// Mean; none of an empty sample. That of equal numbers is the number, so that they have no spread.
pub fn mean(sample: &[f64]) -> Option<f64> {
    let first = *sample.first()?;
    if sample.iter().all(|value| *value == first) {
        return Some(first);
    }
    Some(sample.iter().sum::<f64>() / sample.len() as f64)
}

/// Standard deviation with divisor n - 1; none for fewer than two observations.
///
/// In two passes, so that a large mean does not swallow a small spread.
pub fn standard_deviation(sample: &[f64]) -> Option<f64> {
    if sample.len() < 2 {
        return None;
    }
    let mean = mean(sample)?;
    let squares: f64 = sample.iter().map(|x| (x - mean) * (x - mean)).sum();
    Some((squares / (sample.len() - 1) as f64).sqrt())
}

/// Quantile of sorted numbers, linear between them (type 7 of Hyndman and Fan 1996); none of an empty sample.
///
/// `level` is cut to 0 to 1.
pub fn quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = (level.clamp(0.0, 1.0) * last as f64).min(last as f64);
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (place - below as f64) * (sorted[above] - sorted[below]))
}

/// Quantile of Student's t with `n - 1` degrees of freedom that a two-sided 95 % interval takes; none for
/// fewer than two observations.
pub fn t_quantile(n: usize) -> Option<f64> {
    thread_local! {
        /// Tables ask for that of the same n again and again, and it takes its time.
        static LAST: Cell<(usize, Option<f64>)> = const { Cell::new((0, None)) };
    }
    if n < 2 {
        return None;
    }
    let (known, quantile) = LAST.get();
    if known == n {
        return quantile;
    }
    let quantile = student::quantile(0.5 + CONFIDENCE / 2.0, (n - 1) as f64);
    LAST.set((n, quantile));
    quantile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_worked_by_hand() {
        // 2, 4, 4, 6: mean 4; squares 4 + 0 + 0 + 4 = 8, over 3: sd = 1.632993; t(3, 0.975) = 3.182446,
        // half width 3.182446 * 1.632993 / 2 = 2.598457.
        let estimate = Estimate::of(&[2.0, 4.0, 4.0, 6.0]).expect("four observations");
        assert_eq!((estimate.n, estimate.mean), (4, 4.0));
        approx::assert_abs_diff_eq!(estimate.sd.expect("sd"), 1.632_993, epsilon = 1e-6);
        let half = estimate.half_width.expect("interval");
        approx::assert_abs_diff_eq!(half, 2.598_457, epsilon = 1e-6);
        let (low, high) = estimate.interval().expect("interval");
        approx::assert_abs_diff_eq!(low, 1.401_543, epsilon = 1e-6);
        approx::assert_abs_diff_eq!(high, 6.598_457, epsilon = 1e-6);
    }

    #[test]
    fn equal_numbers_have_no_spread() {
        for n in 1..40 {
            let sample = vec![0.1 + f64::from(n) * 0.7; n as usize];
            assert_eq!(mean(&sample), Some(sample[0]));
            assert_eq!(standard_deviation(&sample), (n > 1).then_some(0.0));
        }
    }

    #[test]
    fn quantiles_are_those_of_the_published_table() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975.
        for (freedom, t) in [
            (1, 12.706),
            (2, 4.303),
            (9, 2.262),
            (30, 2.042),
            (99, 1.984),
        ] {
            let found = t_quantile(freedom + 1).expect("two or more");
            approx::assert_abs_diff_eq!(found, t, epsilon = 5e-4);
        }
    }

    #[test]
    fn quantiles_of_a_sample_are_of_type_seven() {
        // quantile(c(1, 2, 4, 8), c(0, 0.025, 0.5, 0.9, 0.975, 1)) in R.
        let sorted = [1.0, 2.0, 4.0, 8.0];
        let expected = [
            (0.0, 1.0),
            (0.025, 1.075),
            (0.5, 3.0),
            (0.9, 6.8),
            (0.975, 7.7),
            (1.0, 8.0),
        ];
        for (level, expected) in expected {
            let found = quantile(&sorted, level).expect("values");
            approx::assert_abs_diff_eq!(found, expected, epsilon = 1e-12);
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_quantile_approaches_that_of_the_normal_distribution() {
        let t = t_quantile(1_000_001).expect("many");
        approx::assert_abs_diff_eq!(t, 1.959_964, epsilon = 1e-5);
    }

    #[test]
    fn one_observation_has_no_interval_and_none_has_no_mean() {
        let estimate = Estimate::of(&[3.0]).expect("one observation");
        assert_eq!(
            (estimate.mean, estimate.sd, estimate.interval()),
            (3.0, None, None)
        );
        assert_eq!(Estimate::of(&[]), None);
    }

    #[test]
    fn a_large_mean_does_not_swallow_a_small_spread() {
        let sample = [1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0];
        assert_eq!(standard_deviation(&sample), Some(1.0));
    }

    #[test]
    fn wilsons_interval_is_that_of_scipy() {
        // scipy 1.17.1: scipy.stats.binomtest(15, 20).proportion_ci(method='wilson').
        let ends = |count, n| {
            let share = Uncertain::share(count, n);
            share.and_then(|share| share.interval).expect("some")
        };
        let (low, high) = ends(15, 20);
        approx::assert_abs_diff_eq!(low, 0.531_299_122_4, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(high, 0.888_138_298_6, epsilon = 1e-9);
        // sqrt(0.75 * 0.25 / 20)
        let error = Uncertain::share(15, 20).and_then(|share| share.standard_error);
        approx::assert_abs_diff_eq!(error.expect("some"), 0.096_824_583_655, epsilon = 1e-12);
        assert_eq!(ends(0, 5).0, 0.0);
        assert_eq!(ends(5, 5).1, 1.0);
        assert_eq!(Uncertain::share(0, 0), None);
    }
}
