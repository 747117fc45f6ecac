//! Values that factors take, and how likely those of a range are.

use serde::Serialize;

use crate::kernel::math;
use crate::kernel::math::normal::normal_quantile;

/// Steps of a range in designs that need levels, where the factor does not say.
pub const DEFAULT_STEPS: u32 = 5;

/// A value of a factor at a design point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FactorValue {
    /// A number.
    Real(f64),
    /// A whole number.
    Whole(i64),
    /// A level, by its place.
    Level(usize),
}

/// A range with the distribution of values in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// How likely values are.
    pub distribution: Distribution,
    /// Whether values are whole numbers.
    pub is_whole: bool,
    /// Number of levels in designs that need levels.
    pub steps: u32,
}

/// How likely the values of a range are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// All alike.
    Uniform,
    /// Logarithms all alike; the range is above 0.
    LogUniform,
    /// Most likely at the mode, falling to both ends in straight lines.
    Triangular {
        /// Most likely value.
        mode: f64,
    },
    /// Normal, cut at the ends of the range.
    Normal {
        /// Mean before the cut, inside the range.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
    },
}

impl Distribution {
    /// Names in files.
    pub const NAMES: &'static [&'static str] = &["uniform", "log_uniform", "triangular", "normal"];
}

impl Range {
    /// Numbers that are all alike.
    pub fn uniform(low: f64, high: f64) -> Self {
        Range {
            low,
            high,
            distribution: Distribution::Uniform,
            is_whole: false,
            steps: DEFAULT_STEPS,
        }
    }

    /// The value at `u` of 0 to 1: the quantile of the distribution.
    pub fn at(&self, u: f64) -> FactorValue {
        let u = u.clamp(0.0, 1.0);
        if self.is_whole && self.distribution == Distribution::Uniform {
            // Each whole number has the same share of the unit interval, also the ends.
            let count = self.high - self.low + 1.0;
            let step = (u * count).floor().min(count - 1.0);
            return FactorValue::Whole((self.low + step) as i64);
        }
        if self.is_whole {
            // Each whole number has the share of what rounds to it, also the ends.
            let around = Range {
                low: self.low - 0.5,
                high: self.high + 0.5,
                is_whole: false,
                ..*self
            };
            return self.nearest(around.quantile(u));
        }
        FactorValue::Real(self.quantile(u))
    }

    /// The whole number of the range that is nearest.
    fn nearest(&self, value: f64) -> FactorValue {
        FactorValue::Whole((value + 0.5).floor().clamp(self.low, self.high) as i64)
    }

    /// The quantile of the distribution at `u` of 0 to 1, a number of the range.
    fn quantile(&self, u: f64) -> f64 {
        let value = match self.distribution {
            Distribution::Uniform => self.low + u * (self.high - self.low),
            Distribution::LogUniform => {
                math::exp(math::ln(self.low) + u * (math::ln(self.high) - math::ln(self.low)))
            }
            Distribution::Triangular { mode } => triangular(u, self.low, mode, self.high),
            Distribution::Normal { mean, sd } => self.normal(u, mean, sd),
        };
        value.clamp(self.low, self.high)
    }

    /// The value of step `step`, from 0: steps lie evenly between the ends in the quantiles of the distribution, ends
    /// included. Whole numbers that are all taken are taken in order; some of them, of one distribution with others, are
    /// the nearest ones.
    pub(crate) fn step(&self, step: f64) -> FactorValue {
        let steps = f64::from(self.steps);
        let is_all = steps == self.high - self.low + 1.0;
        if self.is_whole && (is_all || self.distribution == Distribution::Uniform) {
            let uniform = Range {
                distribution: Distribution::Uniform,
                ..*self
            };
            return uniform.at((step + 0.5) / steps);
        }
        let share = if self.steps > 1 {
            step / (steps - 1.0)
        } else {
            0.5
        };
        match self.is_whole {
            true => self.nearest(self.quantile(share)),
            false => self.at(share),
        }
    }

    /// Whether two steps are the same number.
    pub fn repeats_a_step(&self) -> bool {
        let steps = (0..self.steps).map(|step| self.step(f64::from(step)));
        steps
            .clone()
            .zip(steps.skip(1))
            .any(|(one, next)| one == next)
    }

    fn normal(&self, u: f64, mean: f64, sd: f64) -> f64 {
        let below = |x: f64| 0.5 * libm::erfc(-(x - mean) / sd * std::f64::consts::FRAC_1_SQRT_2);
        let (from, to) = (below(self.low), below(self.high));
        let p = from + u * (to - from);
        if p <= 0.0 {
            return self.low;
        }
        if p >= 1.0 {
            return self.high;
        }
        mean + sd * normal_quantile(p)
    }
}

/// Quantile of the triangular distribution.
fn triangular(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    let turn = (mode - low) / width;
    if u < turn {
        low + (u * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * width * (high - mode)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(distribution: Distribution) -> Range {
        Range {
            distribution,
            ..Range::uniform(1.0, 5.0)
        }
    }

    fn whole(distribution: Distribution) -> Range {
        Range {
            is_whole: true,
            ..range(distribution)
        }
    }

    fn real(value: FactorValue) -> f64 {
        match value {
            FactorValue::Real(number) => number,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_coordinate_is_a_quantile() {
        assert_eq!(real(range(Distribution::Uniform).at(0.25)), 2.0);
        // Log-uniform on 1 to 5: the median is the square root of 5.
        let log = real(range(Distribution::LogUniform).at(0.5));
        approx::assert_relative_eq!(log, 5f64.sqrt(), epsilon = 1e-14);
        // Triangular on 1, 2, 5: F(2) = 1/4; at 3/4: 5 - sqrt(0.25 * 4 * 3) = 5 - sqrt(3).
        let triangular = range(Distribution::Triangular { mode: 2.0 });
        assert_eq!(real(triangular.at(0.25)), 2.0);
        approx::assert_relative_eq!(
            real(triangular.at(0.75)),
            5.0 - 3f64.sqrt(),
            epsilon = 1e-14
        );
        // Normal around the middle: the median is the mean.
        let normal = range(Distribution::Normal { mean: 3.0, sd: 1.0 });
        approx::assert_relative_eq!(real(normal.at(0.5)), 3.0, epsilon = 1e-14);
        for distribution in [
            Distribution::Uniform,
            Distribution::LogUniform,
            Distribution::Triangular { mode: 1.0 },
            Distribution::Normal { mean: 1.0, sd: 0.1 },
        ] {
            let range = range(distribution);
            assert_eq!(real(range.at(0.0)), 1.0, "{distribution:?}");
            assert!(
                (1.0..=5.0).contains(&real(range.at(1.0))),
                "{distribution:?}"
            );
        }
    }

    #[test]
    fn whole_numbers_have_equal_shares() {
        let at = |u| whole(Distribution::Uniform).at(u);
        assert_eq!(at(0.0), FactorValue::Whole(1));
        assert_eq!(at(0.199), FactorValue::Whole(1));
        assert_eq!(at(0.2), FactorValue::Whole(2));
        assert_eq!(at(1.0), FactorValue::Whole(5));
    }

    #[test]
    fn whole_numbers_have_the_share_of_what_rounds_to_them() {
        // Of 1 to 5, with the limits of what rounds to 2 worked by hand: between quantiles at 1.5 and 2.5.
        let shares = |distribution| -> Vec<f64> {
            let whole = whole(distribution);
            let count = 100_000;
            let mut shares = vec![0.0; 5];
            for i in 0..count {
                match whole.at((f64::from(i) + 0.5) / f64::from(count)) {
                    FactorValue::Whole(number) => {
                        shares[number as usize - 1] += 1.0 / f64::from(count)
                    }
                    other => panic!("{other:?}"),
                }
            }
            shares
        };
        // Log-uniform on 0.5 to 5.5: ln(3), ln(5/3), ln(7/5), ln(9/7), ln(11/9), over ln(11).
        let log = [0.458_16, 0.213_03, 0.140_32, 0.104_81, 0.083_69];
        // Triangular on 0.5, 2, 5.5 (width 5): F(1.5) = 1/7.5 = 0.13333, F(2.5) = 1 - 9/17.5 = 0.48571,
        // F(3.5) = 1 - 4/17.5 = 0.77143, F(4.5) = 1 - 1/17.5 = 0.94286.
        let triangular = [0.133_33, 0.352_38, 0.285_71, 0.171_43, 0.057_14];
        // Normal with mean 3 and sd 1 on 0.5 to 5.5: Phi(0.5) - Phi(-0.5) = 0.382925, Phi(1.5) - Phi(0.5) = 0.241730,
        // Phi(2.5) - Phi(1.5) = 0.060598, over 0.987581 (scipy.stats.norm.cdf).
        let normal = [0.061_36, 0.244_77, 0.387_74, 0.244_77, 0.061_36];
        for (distribution, expected) in [
            (Distribution::LogUniform, log),
            (Distribution::Triangular { mode: 2.0 }, triangular),
            (Distribution::Normal { mean: 3.0, sd: 1.0 }, normal),
            (Distribution::Uniform, [0.2; 5]),
        ] {
            for (found, expected) in shares(distribution).iter().zip(expected) {
                approx::assert_abs_diff_eq!(*found, expected, epsilon = 3e-5);
            }
        }
    }

    #[test]
    fn steps_of_a_range_include_its_ends() {
        let step = |step| real(Range::uniform(1.0, 5.0).step(f64::from(step)));
        assert_eq!([0, 1, 2, 3, 4].map(step), [1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn steps_of_whole_numbers_follow_the_distribution_and_differ() {
        let steps = |high: f64, steps: u32, distribution| {
            let range = Range {
                high,
                steps,
                ..whole(distribution)
            };
            let list: Vec<i64> = (0..steps)
                .map(|step| match range.step(f64::from(step)) {
                    FactorValue::Whole(number) => number,
                    other => panic!("{other:?}"),
                })
                .collect();
            (list, range.repeats_a_step())
        };
        let log = Distribution::LogUniform;
        assert_eq!(steps(1000.0, 4, log), (vec![1, 10, 100, 1000], false));
        assert_eq!(steps(4.0, 4, log), (vec![1, 2, 3, 4], false));
        assert!(steps(10.0, 9, log).1);
        assert!(steps(3.0, 5, Distribution::Uniform).1);
        assert_eq!(steps(3.0, 3, Distribution::Uniform), (vec![1, 2, 3], false));
    }
}
