//! Student's t and the normal distribution with the same bits on every machine.
//!
//! Libraries of distributions call the platform's `exp` and `ln`, which differ between processors; these call
//! `libm`, which does not.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Share of the standard normal distribution below `z`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The number below which a share `p` in (0, 1) of Student's t with `freedom` degrees of freedom lies.
///
/// None for `p` outside (0, 1) or `freedom` below 1. Degrees of freedom need not be whole. Newton's steps from the
/// expansion of Cornish and Fisher, kept between bounds that close in; relative error below 1e-12 up to 10,000
/// degrees of freedom and 1e-10 up to a million.
pub fn quantile(p: f64, freedom: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && freedom >= 1.0) {
        return None;
    }
    if p == 0.5 {
        return Some(0.0);
    }
    // In the upper half, and mirrored: tail areas keep their digits.
    let tail = p.min(1.0 - p);
    let z = -crate::kernel::math::normal::normal_quantile(tail);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut t = z + (z * z * z + z) / (4.0 * freedom);
    for _ in 0..100 {
        let excess = upper_tail(t, freedom)? - tail;
        if excess > 0.0 {
            low = t;
        } else {
            high = t;
        }
        let newton = t + excess / density(t, freedom);
        let next = if newton > low && newton < high {
            newton
        } else if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * t
        };
        let settled = (next - t).abs() <= 1e-15 * t;
        t = next;
        if settled {
            break;
        }
    }
    Some(if p < 0.5 { -t } else { t })
}

/// Probability of a number at least as far from 0 as `t`, on either side: the two-sided p-value.
///
/// None for NaN or `freedom` below 1.
pub fn two_sided(t: f64, freedom: f64) -> Option<f64> {
    if t.is_nan() || freedom < 1.0 {
        return None;
    }
    Some(2.0 * upper_tail(t.abs(), freedom)?)
}

/// Density at `t`.
fn density(t: f64, freedom: f64) -> f64 {
    let power = -0.5 * (freedom + 1.0) * libm::log1p(t * t / freedom);
    gamma_ratio(0.5 * freedom) / (freedom * PI).sqrt() * libm::exp(power)
}

/// Share above `t`, for `t` of 0 or more: half of the regularised incomplete beta function
/// `I_x(freedom / 2, 1/2)` at `x = freedom / (freedom + t^2)` (Abramowitz and Stegun 1964, 26.7.1).
fn upper_tail(t: f64, freedom: f64) -> Option<f64> {
    if t.is_infinite() {
        return Some(0.0);
    }
    let (a, b) = (0.5 * freedom, 0.5);
    let square = t * t;
    let (x, rest) = (freedom / (freedom + square), square / (freedom + square));
    // x^a (1 - x)^b / B(a, b), with B(a, 1/2) = sqrt(pi) / gamma_ratio(a).
    let front =
        libm::exp(-a * libm::log1p(square / freedom)) * rest.sqrt() * gamma_ratio(a) / PI.sqrt();
    if x < (a + 1.0) / (a + b + 2.0) {
        Some(0.5 * front * fraction(a, b, x)? / a)
    } else {
        Some(0.5 * (1.0 - front * fraction(b, a, rest)? / b))
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 1964, 26.5.8), evaluated after
/// Lentz (1976). None where it does not settle.
fn fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..20_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            return Some(value);
        }
    }
    None
}

/// `gamma(a + 1/2) / gamma(a)` for `a` of 1/2 or more.
///
/// From the asymptotic series of `a >= 30` (Tricomi and Erdélyi 1951), where its first term left out is below
/// 1e-15, down by the recurrence of the gamma function: no logarithms whose difference loses digits.
fn gamma_ratio(a: f64) -> f64 {
    let (mut large, mut factor) = (a, 1.0);
    while large < 30.0 {
        factor *= large / (large + 0.5);
        large += 1.0;
    }
    let u = 1.0 / large;
    let series = 1.0
        + u * (-1.0 / 8.0
            + u * (1.0 / 128.0
                + u * (5.0 / 1024.0
                    + u * (-21.0 / 32_768.0
                        + u * (-399.0 / 262_144.0
                            + u * (869.0 / 4_194_304.0 + u * (39_325.0 / 33_554_432.0)))))));
    factor * large.sqrt() * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_scipy() {
        // scipy 1.17.1: scipy.stats.t.ppf(p, freedom).
        for (p, freedom, t) in T_PPF {
            let found = quantile(p, freedom).expect("inside");
            approx::assert_relative_eq!(found, t, max_relative = 1e-12 + 1e-16 * freedom);
        }
    }

    #[test]
    fn p_values_are_those_of_scipy() {
        // scipy 1.17.1: 2 * scipy.stats.t.sf(t, freedom).
        for (t, freedom, p) in T_SF {
            let found = two_sided(t, freedom).expect("inside");
            approx::assert_relative_eq!(found, p, max_relative = 1e-11 + 1e-16 * freedom);
            assert_eq!(two_sided(-t, freedom), Some(found));
        }
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_published_table() {
        // NIST/SEMATECH e-Handbook 1.3.6.7.1: 0.97500 at 1.96, 0.84134 at 1.
        approx::assert_abs_diff_eq!(normal_cdf(1.96), 0.97500, epsilon = 5e-6);
        approx::assert_abs_diff_eq!(normal_cdf(-1.0), 1.0 - 0.84134, epsilon = 5e-6);
        assert_eq!(normal_cdf(0.0), 0.5);
    }

    #[test]
    fn the_quantile_inverts_the_tail() {
        for freedom in [1.0, 2.0, 3.5, 17.0, 400.0, 1e6] {
            for p in [0.01, 0.2, 0.6, 0.975, 0.9999] {
                let t = quantile(p, freedom).expect("inside");
                let tail = two_sided(t, freedom).expect("a number") / 2.0;
                let expected = f64::min(p, 1.0 - p);
                approx::assert_relative_eq!(tail, expected, max_relative = 1e-12 + 1e-16 * freedom);
            }
        }
    }

    #[test]
    fn ratios_of_the_gamma_function_are_those_of_whole_and_half_numbers() {
        // gamma(1/2) = sqrt(pi), gamma(1) = 1, gamma(x + 1) = x gamma(x): the ratio at a + 1 is that at a times
        // (a + 1/2) / a.
        for (first, ratio) in [(0.5, 1.0 / PI.sqrt()), (1.0, PI.sqrt() / 2.0)] {
            let mut expected = ratio;
            for step in 0..40 {
                let a = first + f64::from(step);
                approx::assert_relative_eq!(gamma_ratio(a), expected, max_relative = 1e-14);
                expected *= (a + 0.5) / a;
            }
        }
    }

    #[test]
    fn what_has_no_answer_has_none() {
        assert_eq!(quantile(0.0, 5.0), None);
        assert_eq!(quantile(1.0, 5.0), None);
        assert_eq!(quantile(0.9, 0.5), None);
        assert_eq!(two_sided(1.0, 0.5), None);
        assert_eq!(quantile(0.5, 3.0), Some(0.0));
        assert_eq!(two_sided(f64::NAN, 3.0), None);
        assert_eq!(two_sided(f64::INFINITY, 3.0), Some(0.0));
    }

    #[rustfmt::skip]
    const T_PPF: [(f64, f64, f64); 8] = [
        (0.975, 1.0, 12.706204736174694),
        (0.975, 2.0, 4.302652729749462),
        (0.975, 3.0, 3.1824463052837078),
        (0.975, 9.0, 2.262157162798205),
        (0.975, 99.0, 1.9842169515864174),
        (0.975, 999999.0, 1.9599663568164791),
        (0.05, 4.5, -2.065575888878525),
        (0.6, 30.0, 0.2556053649519128),
    ];

    #[rustfmt::skip]
    const T_SF: [(f64, f64, f64); 6] = [
        (0.5, 1.0, 0.7048327646991335),
        (2.0, 7.0, 0.08561932856297605),
        (12.0, 7.0, 6.358310378185098e-06),
        (3.0, 150.0, 0.0031622766083229162),
        (0.01, 40.0, 0.9920709969599448),
        (4.0, 100000.0, 6.338799755719541e-05),
    ];
}
