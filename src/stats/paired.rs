//! Two treatments on the same random draws, replicate by replicate.

use crate::stats::bootstrap::{bca_mean, jackknife, variances_left_out};
use crate::stats::estimate::{Estimate, Uncertain, mean};
use crate::stats::estimate::{standard_deviation, t_quantile};
use crate::stats::rounding::{ROUNDING, differences};
use crate::stats::student;

/// Resamples behind [`Paired::bca`]: its ends move by less than 0.02 standard errors from one set of resamples to another.
pub const RESAMPLES: usize = 20_000;

/// A treatment compared with a base over replicates that share their random draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Number of pairs.
    pub n: usize,
    /// Mean under the base.
    pub base_mean: f64,
    /// Mean under the treatment.
    pub treatment_mean: f64,
    /// Mean of treatment minus base, its standard deviation and Student's interval; differences by rounding are 0.
    pub difference: Estimate,
    /// Bootstrap interval of the mean difference (BCa, Efron 1987), from [`RESAMPLES`] resamples of pairs; none for one
    /// pair.
    pub bca: Option<(f64, f64)>,
    /// Two-sided p-value of a mean difference of 0 by Student's t; none for one pair and where all differences are
    /// the same.
    pub p_value: Option<f64>,
    /// Mean difference over the absolute mean under the base; none where that is 0, or nothing but rounding.
    ///
    /// Standard error by the delta method (Oehlert 1992), interval with Student's t. Both are none for one pair. The
    /// interval is none as well where the base mean cannot be told from 0 with 95 % confidence: the method needs a
    /// denominator away from 0.
    pub relative: Option<Uncertain>,
    /// Share of pairs whose difference has the sign of the mean difference; pairs without difference have no sign.
    /// None where the mean difference is 0. A standard error and interval (Wilson 1927) come with it.
    pub same_sign: Option<Uncertain>,
    /// Variance saved by pairing: `1 - Var(difference) / (Var(base) + Var(treatment))`. 0 where pairs have nothing in
    /// common, 1 where they differ by a constant, below 0 where pairing does harm. None for one pair and where nothing
    /// varies.
    /// Standard error by the jackknife over pairs (none for two), interval with Student's t, cut at 1.
    pub variance_saved: Option<Uncertain>,
}

impl Paired {
    /// Compares two columns, in which one place is one replicate; `key` picks the resamples, so that responses need not
    /// share them.
    ///
    /// None where they differ in length, are empty, or hold a number that is not finite.
    pub fn of(base: &[f64], treatment: &[f64], key: u64) -> Option<Paired> {
        let n = base.len();
        if n != treatment.len() || !base.iter().chain(treatment).all(|x| x.is_finite()) {
            return None;
        }
        let differences = differences(treatment, base);
        let difference = Estimate::of(&differences)?;
        let base_mean = mean(base)?;
        Some(Paired {
            n,
            base_mean,
            treatment_mean: mean(treatment)?,
            difference,
            bca: bca_mean(&differences, RESAMPLES, key),
            p_value: p_value(&difference),
            relative: relative(base, treatment, base_mean, &differences, difference.mean),
            same_sign: same_sign(&differences, difference.mean),
            variance_saved: variance_saved(base, treatment, &differences),
        })
    }
}

fn p_value(difference: &Estimate) -> Option<f64> {
    let error = difference.standard_error()?;
    if error == 0.0 {
        return None;
    }
    student::two_sided(difference.mean / error, (difference.n - 1) as f64)
}

/// Relative change, linear in the means around them: each pair moves it by
/// `(d - mean d) / |b| - r sign(b) (base - b) / |b|`, whose standard deviation over sqrt(n) is the standard error.
fn relative(
    base: &[f64],
    treatment: &[f64],
    base_mean: f64,
    differences: &[f64],
    difference: f64,
) -> Option<Uncertain> {
    let all = base.iter().chain(treatment);
    let largest = all.fold(0.0f64, |largest, value| largest.max(value.abs()));
    if base_mean.abs() <= ROUNDING * largest {
        return None;
    }
    let n = base.len();
    let size = base_mean.abs();
    let change = difference / size;
    let moves: Vec<f64> = base
        .iter()
        .zip(differences)
        .map(|(b, d)| (d - difference) / size - change * (b - base_mean) / base_mean)
        .collect();
    let root = (n as f64).sqrt();
    let error = standard_deviation(&moves).map(|sd| sd / root);
    let base_error = standard_deviation(base).map(|sd| sd / root);
    let away = base_error
        .zip(t_quantile(n))
        .is_some_and(|(error, t)| size > t * error);
    let whole = Uncertain::student(n, change, error, n as f64 - 1.0);
    Some(Uncertain {
        interval: whole.interval.filter(|_| away),
        ..whole
    })
}

fn same_sign(differences: &[f64], difference: f64) -> Option<Uncertain> {
    if difference == 0.0 {
        return None;
    }
    let same = differences
        .iter()
        .filter(|d| **d != 0.0 && (**d > 0.0) == (difference > 0.0))
        .count();
    Uncertain::share(same, differences.len())
}

fn variance_saved(base: &[f64], treatment: &[f64], differences: &[f64]) -> Option<Uncertain> {
    let saved = |base: f64, treatment: f64, difference: f64| {
        let apart = base + treatment;
        (apart > 0.0).then(|| 1.0 - difference / apart)
    };
    let n = base.len();
    let variance = |sample: &[f64]| standard_deviation(sample).map(|sd| sd * sd);
    let value = saved(
        variance(base)?,
        variance(treatment)?,
        variance(differences)?,
    )?;
    let left_out: Vec<Option<f64>> = variances_left_out(base)
        .into_iter()
        .zip(variances_left_out(treatment))
        .zip(variances_left_out(differences))
        .map(|((base, treatment), difference)| saved(base?, treatment?, difference?))
        .collect();
    let whole = Uncertain::student(n, value, jackknife(&left_out), n as f64 - 1.0);
    Some(whole.within(f64::NEG_INFINITY, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pairs_worked_by_hand() {
        // Base 1, 2, 3, 4 (mean 2.5, variance 5/3); treatment 2, 2, 5, 5 (mean 3.5, variance 3);
        // differences 1, 0, 2, 1: mean 1, variance (0 + 1 + 1 + 0) / 3 = 2/3, s.e. sqrt(2/3/4) = 0.408248.
        let found =
            Paired::of(&[1.0, 2.0, 3.0, 4.0], &[2.0, 2.0, 5.0, 5.0], 0).expect("four pairs");
        assert_eq!(
            (found.n, found.base_mean, found.treatment_mean),
            (4, 2.5, 3.5)
        );
        assert_eq!(found.difference.mean, 1.0);
        let error = found.difference.standard_error().expect("four");
        approx::assert_abs_diff_eq!(error, 0.408_248, epsilon = 1e-6);
        // t(3, 0.975) = 3.182446: 1 -+ 1.299228.
        let (low, high) = found.difference.interval().expect("four");
        approx::assert_abs_diff_eq!(low, -0.299_228, epsilon = 1e-6);
        approx::assert_abs_diff_eq!(high, 2.299_228, epsilon = 1e-6);
        // 1 - (2/3) / (5/3 + 3) = 1 - 1/7.
        let saved = found.variance_saved.expect("varies").value;
        approx::assert_abs_diff_eq!(saved, 6.0 / 7.0, epsilon = 1e-12);
        // t(3, 0.975) again, with the jackknife's error; above, the interval ends at 1.
        let saved = found.variance_saved.expect("varies");
        let error = saved.standard_error.expect("four");
        let (low, high) = saved.interval.expect("four");
        approx::assert_abs_diff_eq!(low, saved.value - 3.182_446 * error, epsilon = 1e-6);
        assert_eq!(high, (saved.value + 3.182_446 * error).min(1.0));
        // Three of four differ upwards, one not at all.
        assert_eq!(found.same_sign.expect("a sign").value, 0.75);
        // Differences -1, 0, -2, 1: two of four have the sign of their mean.
        let falls =
            Paired::of(&[1.0, 2.0, 3.0, 4.0], &[0.0, 2.0, 1.0, 5.0], 0).expect("four pairs");
        assert_eq!(falls.same_sign.expect("a sign").value, 0.5);
        // scipy 1.17.1: scipy.stats.ttest_1samp([1, 0, 2, 1], 0).pvalue = 0.0917211133.
        let p = found.p_value.expect("four");
        approx::assert_abs_diff_eq!(p, 0.091_721_113_3, epsilon = 1e-10);
    }

    #[test]
    fn a_relative_change_worked_by_hand() {
        // As above: r = 1 / 2.5 = 0.4. Moves (d - 1)/2.5 - 0.4 (b - 2.5)/2.5: 0 + 0.24, -0.4 + 0.08,
        // 0.4 - 0.08, 0 - 0.24; squares 0.0576 + 0.1024 + 0.1024 + 0.0576 = 0.32; sd = sqrt(0.32/3) =
        // 0.326599, s.e. 0.163299. The base mean 2.5 has s.e. 0.645497, times 3.182446 is 2.054 < 2.5.
        let found = Paired::of(&[1.0, 2.0, 3.0, 4.0], &[2.0, 2.0, 5.0, 5.0], 0)
            .and_then(|paired| paired.relative)
            .expect("base away from 0");
        assert_eq!(found.value, 0.4);
        let error = found.standard_error.expect("four");
        approx::assert_abs_diff_eq!(error, 0.163_299, epsilon = 1e-6);
        let (low, _) = found.interval.expect("told from 0");
        approx::assert_abs_diff_eq!(low, 0.4 - 3.182_446 * 0.163_299, epsilon = 1e-5);
    }

    #[test]
    fn a_relative_change_has_the_sign_of_the_difference_below_zero_too() {
        let (base, treatment) = ([-4.0, -4.1, -3.9], [-2.0, -2.2, -1.9]);
        let below = Paired::of(&base, &treatment, 0).and_then(|paired| paired.relative);
        let above = Paired::of(&base.map(|x| -x), &treatment.map(|x| -x), 0)
            .and_then(|paired| paired.relative);
        let (below, above) = (below.expect("some"), above.expect("some"));
        assert!(below.value > 0.0 && below.value == -above.value);
        assert_eq!(below.standard_error, above.standard_error);
    }

    #[test]
    fn a_base_about_zero_has_no_relative_interval() {
        let found = Paired::of(&[-1.0, 1.1, -0.9, 1.0], &[2.0, 3.0, 2.5, 2.0], 0).expect("pairs");
        let relative = found.relative.expect("not exactly 0");
        assert_eq!(relative.interval, None);
        assert_eq!(
            Paired::of(&[-1.0, 1.0], &[2.0, 3.0], 0)
                .expect("pairs")
                .relative,
            None
        );
    }

    #[test]
    fn rounding_is_no_effect() {
        let base = [0.441, 0.438, 0.443, 0.44];
        let same = Paired::of(&base, &base.map(|x| x * (1.0 + 1e-15)), 0).expect("pairs");
        assert_eq!(
            (same.difference.mean, same.difference.interval()),
            (0.0, Some((0.0, 0.0)))
        );
        assert_eq!(
            (same.bca, same.p_value, same.same_sign),
            (Some((0.0, 0.0)), None, None)
        );
        assert_eq!(same.relative.map(|relative| relative.value), Some(0.0));
        // Nor is it a variance.
        let moved = Paired::of(&base, &base.map(|x| x + 0.1), 0).expect("pairs");
        assert_eq!((moved.difference.sd, moved.p_value), (Some(0.0), None));
        // What is 0 but for rounding has no relative change.
        let nothing = Paired::of(
            &[2.5e-13, 0.0, 1e-13, 0.0],
            &[700.0, 800.0, 750.0, 900.0],
            0,
        );
        assert_eq!(nothing.expect("pairs").relative, None);
        // A millionth of a millionth is far below what anybody reads, a millionth is not.
        let small = Paired::of(&base, &base.map(|x| x * (1.0 + 1e-6)), 0).expect("pairs");
        assert!(small.difference.mean > 4e-7);
    }

    #[test]
    fn resamples_hardly_matter_to_the_bootstrap() {
        // Skewed differences: squares of 1 to 40, over 100. Ends over 20 keys, against the standard error of the mean:
        // a Monte Carlo s.e. of sqrt(0.025 * 0.975 / 20000) / 0.0584 = 0.019 at a density as of the normal's.
        let treatment: Vec<f64> = (1..=40).map(|i| f64::from(i * i) / 100.0).collect();
        let base = vec![0.0; 40];
        let found: Vec<Paired> = (0..20)
            .map(|key| Paired::of(&base, &treatment, key).expect("pairs"))
            .collect();
        let error = found[0].difference.standard_error().expect("forty");
        let ends: Vec<(f64, f64)> = found.iter().map(|one| one.bca.expect("varies")).collect();
        for end in [|e: &(f64, f64)| e.0, |e: &(f64, f64)| e.1] {
            let ends: Vec<f64> = ends.iter().map(end).collect();
            let spread = standard_deviation(&ends).expect("twenty");
            assert!(spread > 0.0 && spread < 0.04 * error, "{spread} of {error}");
        }
    }

    #[test]
    fn a_constant_difference_saves_all_variance() {
        let found = Paired::of(&[1.0, 2.0, 4.0], &[2.0, 3.0, 5.0], 0).expect("pairs");
        let saved = found.variance_saved.expect("varies");
        assert_eq!((saved.value, saved.standard_error), (1.0, Some(0.0)));
        assert_eq!(found.bca, Some((1.0, 1.0)));
        assert_eq!(found.p_value, None);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert_eq!(Paired::of(&[], &[], 0), None);
        assert_eq!(Paired::of(&[1.0], &[1.0, 2.0], 0), None);
        assert_eq!(Paired::of(&[1.0, f64::NAN], &[1.0, 2.0], 0), None);
        let one = Paired::of(&[1.0], &[3.0], 0).expect("one pair");
        assert_eq!(
            (one.difference.sd, one.bca, one.variance_saved),
            (None, None, None)
        );
        let still = Paired::of(&[1.0; 3], &[2.0; 3], 0).expect("pairs");
        assert_eq!(still.variance_saved, None);
        let none = Paired::of(&[1.0, 2.0], &[1.0, 2.0], 0).expect("pairs");
        assert_eq!((none.same_sign, none.difference.mean), (None, 0.0));
    }
}
