//! Keyed resampling, and intervals from it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::kernel::keyed::{Use, generator};
use crate::kernel::math::normal::normal_quantile;
use crate::stats::estimate::{CONFIDENCE, mean, quantile, standard_deviation};
use crate::stats::student::normal_cdf;

/// Resamples that are enough for the ends of a 95 % interval; for those who have no reason to take another number.
pub const RESAMPLES: usize = 2_000;

/// Resamples with replacement, each addressed by (seed, number of the resample).
///
/// Two samples of one size are resampled alike with one seed, whichever is resampled first: so replicates that
/// share their random draws stay together.
#[derive(Clone, Debug)]
pub struct Resampler(ChaCha8Rng);

impl Resampler {
    /// The resamples of one seed.
    pub fn new(seed: u64) -> Self {
        Resampler(generator(seed, 0, Use::Resample))
    }

    /// Fills `picks` with numbers below its length, each as likely, as resample number `resample` has them.
    pub fn pick(&mut self, resample: u64, picks: &mut [u32]) {
        // In this order: a change of stream within a block would generate the rest of it for nothing.
        self.0.set_word_pos(0);
        self.0.set_stream(resample);
        let size = picks.len() as u64;
        for pick in picks {
            // Each number is as likely up to size / 2^32, far below what resamples can tell.
            *pick = ((u64::from(self.0.next_u32()) * size) >> 32) as u32;
        }
    }

    /// Fills `weights` with how often each observation occurs in resample number `resample`.
    pub fn weigh(&mut self, resample: u64, weights: &mut [f64]) {
        self.0.set_word_pos(0);
        self.0.set_stream(resample);
        weights.fill(0.0);
        let size = weights.len() as u64;
        for _ in 0..size {
            weights[((u64::from(self.0.next_u32()) * size) >> 32) as usize] += 1.0;
        }
    }
}

/// Bias-corrected and accelerated 95 % interval of a mean (BCa, Efron 1987), with the acceleration from the jackknife
/// (Efron and Tibshirani 1993, section 14.3).
///
/// Resamples equal to the observed value count half as below it. A constant sample has an interval of width 0. None for
/// fewer than two observations or resamples, and where the mean is not finite or lies outside all its resamples.
pub fn bca_mean(sample: &[f64], resamples: usize, seed: u64) -> Option<(f64, f64)> {
    let n = sample.len();
    if n < 2 || u32::try_from(n).is_err() {
        return None;
    }
    let observed = mean(sample)?;
    // Sums of deviations: a large mean does not swallow a small spread, and a constant sample has none.
    let deviations: Vec<f64> = sample.iter().map(|value| value - observed).collect();
    let mut resampler = Resampler::new(seed);
    let mut picks = vec![0u32; n];
    let replicates = (0..resamples as u64)
        .map(|resample| {
            resampler.pick(resample, &mut picks);
            picks.iter().map(|&p| deviations[p as usize]).sum::<f64>() / n as f64
        })
        .collect();
    // Without observation i the mean is lower by its deviation over n - 1.
    let left_out: Vec<f64> = deviations.iter().map(|d| -d / (n - 1) as f64).collect();
    let (low, high) = accelerated(0.0, replicates, &left_out)?;
    Some((observed + low, observed + high))
}

/// The interval from the observed value, its resamples, and its values with one observation left out.
fn accelerated(observed: f64, mut replicates: Vec<f64>, left_out: &[f64]) -> Option<(f64, f64)> {
    if replicates.len() < 2 || !observed.is_finite() {
        return None;
    }
    if !replicates.iter().chain(left_out).all(|x| x.is_finite()) {
        return None;
    }
    replicates.sort_unstable_by(f64::total_cmp);
    if replicates.first() == replicates.last() {
        return Some((replicates[0], replicates[0]));
    }
    let below = replicates.partition_point(|&x| x < observed);
    let up_to = replicates.partition_point(|&x| x <= observed);
    let share = (below + up_to) as f64 / (2 * replicates.len()) as f64;
    if share <= 0.0 || share >= 1.0 {
        return None;
    }
    let bias = normal_quantile(share);
    let centre = mean(left_out)?;
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in left_out {
        let d = centre - value;
        squares += d * d;
        cubes += d * d * d;
    }
    let acceleration = if squares > 0.0 {
        cubes / (6.0 * squares * squares.sqrt())
    } else {
        0.0
    };
    let end = |level: f64| {
        let z = bias + normal_quantile(level);
        let shrink = 1.0 - acceleration * z;
        let level = normal_cdf(bias + z / shrink);
        (shrink > 0.0)
            .then(|| quantile(&replicates, level))
            .flatten()
    };
    Some((end(0.5 - CONFIDENCE / 2.0)?, end(0.5 + CONFIDENCE / 2.0)?))
}

/// Standard error and percentile 95 % interval from the values of a statistic in its resamples.
///
/// Values that are not finite are left out; none where fewer than two, or fewer than 95 % of them, are finite.
pub(crate) fn spread(values: &[f64]) -> Option<(f64, (f64, f64))> {
    let mut finite: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    if (finite.len() as f64) < 0.95 * values.len() as f64 {
        return None;
    }
    let error = standard_deviation(&finite)?;
    finite.sort_unstable_by(f64::total_cmp);
    let low = quantile(&finite, 0.5 - CONFIDENCE / 2.0)?;
    let high = quantile(&finite, 0.5 + CONFIDENCE / 2.0)?;
    Some((error, (low, high)))
}

/// Standard error from the values of a statistic with one observation left out at a time (jackknife, Tukey 1958).
///
/// None for fewer than two values, or where one is missing or not finite.
pub(crate) fn jackknife(left_out: &[Option<f64>]) -> Option<f64> {
    let values: Option<Vec<f64>> = left_out
        .iter()
        .map(|v| v.filter(|v| v.is_finite()))
        .collect();
    let size = left_out.len() as f64;
    Some(standard_deviation(&values?)? * (size - 1.0) / size.sqrt())
}

/// Variances (divisor n - 1) of a sample with one observation left out at a time; none each for fewer than three.
pub(crate) fn variances_left_out(sample: &[f64]) -> Vec<Option<f64>> {
    let n = sample.len() as f64;
    let centre = mean(sample).unwrap_or(0.0);
    let squares: f64 = sample.iter().map(|x| (x - centre) * (x - centre)).sum();
    sample
        .iter()
        .map(|x| {
            // The mean moves with what is left out, which takes n / (n - 1) of its square away.
            let rest = squares - (x - centre) * (x - centre) * n / (n - 1.0);
            (n > 2.0).then(|| rest.max(0.0) / (n - 2.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As [`bca_mean`] for any statistic, with the same resamples; it is called with all numbers, or one fewer.
    fn bca(
        sample: &[f64],
        statistic: impl Fn(&[f64]) -> f64,
        resamples: usize,
        seed: u64,
    ) -> Option<(f64, f64)> {
        let n = sample.len();
        if n < 2 || u32::try_from(n).is_err() {
            return None;
        }
        let observed = statistic(sample);
        let mut resampler = Resampler::new(seed);
        let mut picks = vec![0u32; n];
        let mut drawn = vec![0.0; n];
        let replicates = (0..resamples as u64)
            .map(|resample| {
                resampler.pick(resample, &mut picks);
                for (value, &pick) in drawn.iter_mut().zip(&picks) {
                    *value = sample[pick as usize];
                }
                statistic(&drawn)
            })
            .collect();
        let mut rest = Vec::with_capacity(n);
        let left_out = (0..n)
            .map(|out| {
                rest.clear();
                rest.extend_from_slice(&sample[..out]);
                rest.extend_from_slice(&sample[out + 1..]);
                statistic(&rest)
            })
            .collect::<Vec<f64>>();
        accelerated(observed, replicates, &left_out)
    }

    /// Skewed: squares of 1 to 20, over 10.
    fn sample() -> Vec<f64> {
        (1..=20).map(|i| f64::from(i * i) / 10.0).collect()
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_scipy() {
        // scipy 1.17.1: scipy.stats.bootstrap((x,), np.mean, method='BCa', n_resamples=2_000_000,
        //   rng=1).confidence_interval with x = np.arange(1, 21)**2 / 10; Monte Carlo error there below 0.005.
        // With 20,000 resamples here an end has a Monte Carlo s.e. of sqrt(0.025 * 0.975 / 20000) / density,
        // about 0.03; the bound is four of them.
        let (low, high) = bca_mean(&sample(), 20_000, 1).expect("two ends");
        approx::assert_abs_diff_eq!(low, MEAN.0, epsilon = 0.12);
        approx::assert_abs_diff_eq!(high, MEAN.1, epsilon = 0.12);
    }

    #[test]
    fn the_interval_of_a_standard_deviation_is_that_of_scipy() {
        // As above with lambda x, axis: np.std(x, ddof=1, axis=axis).
        let sd = |x: &[f64]| standard_deviation(x).unwrap_or(f64::NAN);
        let (low, high) = bca(&sample(), sd, 20_000, 1).expect("two ends");
        approx::assert_abs_diff_eq!(low, SD.0, epsilon = 0.12);
        approx::assert_abs_diff_eq!(high, SD.1, epsilon = 0.12);
    }

    #[test]
    fn the_short_way_for_a_mean_agrees_with_the_long_one() {
        let long = bca(&sample(), |x| mean(x).unwrap_or(f64::NAN), 500, 3).expect("two ends");
        let short = bca_mean(&sample(), 500, 3).expect("two ends");
        approx::assert_abs_diff_eq!(long.0, short.0, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(long.1, short.1, epsilon = 1e-9);
    }

    #[test]
    fn a_resample_depends_on_seed_and_number_alone() {
        let mut one = Resampler::new(4);
        let (mut a, mut b) = ([0; 9], [0; 9]);
        one.pick(0, &mut a);
        one.pick(7, &mut a);
        Resampler::new(4).pick(7, &mut b);
        assert_eq!(a, b);
        Resampler::new(5).pick(7, &mut b);
        assert_ne!(a, b);
        let mut weights = [0.0; 9];
        one.weigh(7, &mut weights);
        for (place, weight) in weights.iter().enumerate() {
            let times = a.iter().filter(|&&pick| pick as usize == place).count();
            assert_eq!(*weight, times as f64);
        }
    }

    #[test]
    fn every_observation_is_picked_as_often() {
        // 1,000 resamples of 10: each is expected 1,000 times, chi-squared with 9 degrees of freedom has its
        // 0.999 quantile at 27.9 (scipy.stats.chi2.ppf(0.999, 9)).
        let mut counts = [0.0; 10];
        let mut resampler = Resampler::new(2);
        for resample in 0..1_000 {
            let mut picks = [0; 10];
            resampler.pick(resample, &mut picks);
            picks.iter().for_each(|&pick| counts[pick as usize] += 1.0);
        }
        let chi: f64 = counts
            .iter()
            .map(|n: &f64| (n - 1_000.0).powi(2) / 1_000.0)
            .sum();
        assert!(chi < 27.9, "{chi}");
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        let sample = sample();
        let left_out: Vec<Option<f64>> = (0..sample.len())
            .map(|out| {
                let mut rest = sample.clone();
                rest.remove(out);
                mean(&rest)
            })
            .collect();
        let whole = crate::stats::estimate::Estimate::of(&sample).and_then(|e| e.standard_error());
        let (found, whole) = (jackknife(&left_out).expect("20"), whole.expect("20"));
        approx::assert_relative_eq!(found, whole, max_relative = 1e-12);
        assert_eq!(jackknife(&[Some(1.0), None, Some(2.0)]), None);
    }

    #[test]
    fn variances_left_out_are_those_of_the_rest() {
        let sample = sample();
        for (out, found) in variances_left_out(&sample).into_iter().enumerate() {
            let mut rest = sample.clone();
            rest.remove(out);
            let expected = standard_deviation(&rest).expect("19").powi(2);
            approx::assert_relative_eq!(found.expect("20"), expected, max_relative = 1e-12);
        }
        assert_eq!(variances_left_out(&[1.0, 2.0]), [None, None]);
        // A large mean does not swallow a small spread.
        let far = [0.1, 0.2, 0.4, 0.7].map(|x| 1e9 + x);
        let expected = standard_deviation(&far[1..]).expect("three").powi(2);
        let found = variances_left_out(&far)[0].expect("four");
        approx::assert_relative_eq!(found, expected, max_relative = 1e-6);
    }

    #[test]
    fn the_spread_of_resamples_is_that_of_their_finite_values() {
        // 0, 1, ..., 1000: 2.5 % and 97.5 % are 25 and 975; variance 1001 * 1002 / 12.
        let mut values: Vec<f64> = (0..=1000).map(f64::from).collect();
        let (error, ends) = spread(&values).expect("all finite");
        approx::assert_relative_eq!(
            error,
            (1001.0f64 * 1002.0 / 12.0).sqrt(),
            max_relative = 1e-12
        );
        approx::assert_abs_diff_eq!(ends.0, 25.0, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(ends.1, 975.0, epsilon = 1e-9);
        // One of twenty may be missing, two may not.
        values.truncate(20);
        values[3] = f64::NAN;
        assert!(spread(&values).is_some());
        values[4] = f64::INFINITY;
        assert_eq!(spread(&values), None);
    }

    #[test]
    fn a_statistic_that_no_single_observation_moves_has_an_interval() {
        // The largest number occurs twice: without any one observation it is the same, so there is no acceleration.
        let largest = |x: &[f64]| x.iter().copied().fold(f64::MIN, f64::max);
        let (low, high) = bca(&[1.0, 2.0, 3.0, 9.0, 9.0], largest, 200, 1).expect("two ends");
        assert!(low < 9.0 && high == 9.0);
    }

    #[test]
    fn a_statistic_outside_all_its_resamples_has_no_interval() {
        // The sum of distinct numbers: a resample that has them all is one in 11^11 / 11! = 7,000.
        let distinct = |x: &[f64]| {
            let mut x = x.to_vec();
            x.sort_by(f64::total_cmp);
            x.dedup();
            x.iter().sum::<f64>()
        };
        let sample = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 30.0];
        assert_eq!(bca(&sample, distinct, 100, 1), None);
        assert_eq!(bca(&sample, |x| -distinct(x), 100, 1), None);
    }

    #[test]
    fn resamples_stay_what_they_are() {
        // Numbers of this program, version 0.1.0: other ones change results for the same seed.
        let mut picks = [0; 8];
        Resampler::new(1).pick(3, &mut picks);
        assert_eq!(picks, [5, 2, 1, 3, 4, 3, 2, 0]);
    }

    #[test]
    fn a_constant_sample_has_an_interval_of_width_zero() {
        assert_eq!(bca_mean(&[0.1; 7], 100, 1).map(|(a, b)| b - a), Some(0.0));
    }

    #[test]
    fn what_has_no_interval_has_none() {
        assert_eq!(bca_mean(&[1.0], 100, 1), None);
        assert_eq!(bca_mean(&[1.0, f64::NAN, 2.0], 100, 1), None);
        assert_eq!(bca_mean(&[1.0, 2.0], 1, 1), None);
        assert_eq!(bca(&[1.0], |x| x[0], 100, 1), None);
        let middle = |x: &[f64]| mean(x).unwrap_or(f64::NAN);
        assert!(bca(&[1.0, 2.0], middle, 100, 1).is_some());
        assert!(bca_mean(&[1.0, 2.0], 100, 1).is_some());
        // Two resamples are enough where the mean lies between them.
        assert!((0..20).any(|seed| bca_mean(&[1.0, 2.0, 4.0], 2, seed).is_some()));
        assert_eq!(spread(&[1.0, f64::NAN, 2.0]), None);
    }

    const MEAN: (f64, f64) = (9.4050, 20.4000);
    const SD: (f64, f64) = (10.1537, 16.0834);
}
