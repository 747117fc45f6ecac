//! Mean and spread of numbers that come one by one.

use crate::stats::estimate::{Estimate, t_quantile};

/// Count, mean and squares of the numbers so far, without keeping them (Welford 1962).
///
/// Parts can be merged (Chan, Golub and LeVeque 1979). Rounding depends on the order of numbers and merges, so
/// parts are to be merged in a fixed order where the same bits are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Running {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Running {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Running::default()
    }

    /// Takes a number in. NaN stays: mean and spread are NaN from then on.
    pub fn push(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (value - self.mean);
    }

    /// How many numbers were seen.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean; none of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// Variance with divisor n - 1; none for fewer than two numbers.
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / (self.n - 1) as f64)
    }

    /// Standard deviation with divisor n - 1; none for fewer than two numbers.
    pub fn standard_deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// Standard error of the mean; none for fewer than two numbers.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.standard_deviation()? / (self.n as f64).sqrt())
    }

    /// The mean with Student's 95 % interval; none of nothing.
    pub fn estimate(&self) -> Option<Estimate> {
        let n = self.n as usize;
        Some(Estimate {
            n,
            mean: self.mean()?,
            sd: self.standard_deviation(),
            half_width: self
                .standard_error()
                .zip(t_quantile(n))
                .map(|(error, t)| t * error),
        })
    }
}

impl Extend<f64> for Running {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        for value in values {
            self.push(value);
        }
    }
}

impl FromIterator<f64> for Running {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut running = Running::new();
        running.extend(values);
        running
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: [f64; 7] = [3.0, -1.0, 4.0, 1.5, 9.25, -2.5, 6.0];

    #[test]
    fn four_numbers_worked_by_hand() {
        // 2, 4, 4, 6: mean 4, squares 8, variance 8/3, s.e. sqrt(8/3/4) = 0.816497.
        let running: Running = [2.0, 4.0, 4.0, 6.0].into_iter().collect();
        assert_eq!((running.n(), running.mean()), (4, Some(4.0)));
        approx::assert_abs_diff_eq!(
            running.variance().expect("four"),
            8.0 / 3.0,
            epsilon = 1e-12
        );
        let error = running.standard_error().expect("four");
        approx::assert_abs_diff_eq!(error, 0.816_497, epsilon = 1e-6);
    }

    #[test]
    fn one_by_one_agrees_with_all_at_once() {
        let running: Running = SAMPLE.into_iter().collect();
        let (found, whole) = (
            running.estimate().expect("seven"),
            Estimate::of(&SAMPLE).expect("seven"),
        );
        assert_eq!(found.n, whole.n);
        approx::assert_relative_eq!(found.mean, whole.mean, max_relative = 1e-14);
        let (a, b) = (found.sd.expect("sd"), whole.sd.expect("sd"));
        approx::assert_relative_eq!(a, b, max_relative = 1e-14);
        let (a, b) = (
            found.interval().expect("two"),
            whole.interval().expect("two"),
        );
        approx::assert_relative_eq!(a.0, b.0, max_relative = 1e-13);
    }

    #[test]
    fn a_large_mean_does_not_swallow_a_small_spread() {
        let running: Running = [1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0].into_iter().collect();
        assert_eq!(running.standard_deviation(), Some(1.0));
    }

    #[test]
    fn what_was_not_seen_is_missing() {
        let mut running = Running::new();
        assert_eq!((running.mean(), running.estimate()), (None, None));
        running.push(2.0);
        assert_eq!((running.mean(), running.variance()), (Some(2.0), None));
        running.push(f64::NAN);
        assert!(running.mean().is_some_and(f64::is_nan));
    }
}
