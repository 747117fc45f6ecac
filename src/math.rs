//! `exp`, `ln` and powers with the same bits on every machine.
//!
//! The platform's functions differ between processors, and libraries that use fused multiply-add where a
//! processor has it differ as well. These use additions, multiplications, one division and bit patterns of
//! `f64`, all exactly defined by IEEE 754, in a fixed order; Rust never fuses or reorders them. They have no
//! branches, so that loops over cities become vector code on whatever the machine offers, with the same bits.
//! Errors against exact values are stated with each and tested; `benches/README.md` has them side by side. The reasons
//! against a library are in `docs/decisions.md`.

#[cfg(test)]
mod accuracy;
mod normal;

pub use normal::{normal_quantile, normal_quantiles};

const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5 × 2⁵²: adding and subtracting it rounds to the nearest whole number.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// `yes` where `condition` holds, else `no`, without a branch: both are computed, which keeps loops vector code.
#[inline(always)]
pub fn select(condition: bool, yes: f64, no: f64) -> f64 {
    std::hint::select_unpredictable(condition, yes, no)
}

/// A whole number in whose order numbers stand as [`f64::total_cmp`] has it, so that they can be sorted as integers.
#[inline(always)]
pub fn order_key(x: f64) -> i64 {
    with_ordered_sign(x.to_bits() as i64)
}

/// The number of an [`order_key`].
#[inline(always)]
pub fn from_order_key(key: i64) -> f64 {
    f64::from_bits(with_ordered_sign(key) as u64)
}

/// Turns all bits of negative numbers but the sign round, and back.
#[inline(always)]
fn with_ordered_sign(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// `e^x`, within 1.5 units in the last place of the exact value.
///
/// Below -708 it is 0 and above 709 infinite, a little inside the range of `f64`; NaN stays NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let value = select(x > 709.0, f64::INFINITY, exp_inside(x));
    select(x < -708.0, 0.0, value)
}

/// `e^x` for `x` up to 709, where [`exp`] would not be infinite: 0 below -600. NaN stays NaN.
///
/// The cut lies far above the smallest numbers, so that what is divided by the result keeps all its digits.
#[inline(always)]
pub fn exp_down(x: f64) -> f64 {
    select(x < -600.0, 0.0, exp_inside(x))
}

/// `e^x` with `x` cut to -708 to 709: as [`exp`], but never 0 and never infinite. NaN stays NaN.
#[inline(always)]
pub fn exp_inside(x: f64) -> f64 {
    let inside = select(x > 709.0, 709.0, x);
    let inside = select(inside < -708.0, -708.0, inside);
    let shifted = inside * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (inside - k * LN2_HI) - k * LN2_LO;
    // Taylor series: at |r| <= ln(2)/2 the first term left out is below 2^-57.
    let r2 = r * r;
    let r4 = r2 * r2;
    let p01 = 1.0 + r;
    let p23 = 1.0 / 2.0 + r * (1.0 / 6.0);
    let p45 = 1.0 / 24.0 + r * (1.0 / 120.0);
    let p67 = 1.0 / 720.0 + r * (1.0 / 5040.0);
    let p89 = 1.0 / 40320.0 + r * (1.0 / 362_880.0);
    let p1011 = 1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0);
    let p1213 = 1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0);
    let low = r2 * p23 + r4 * (p45 + r2 * p67);
    let high = p89 + r2 * p1011 + r4 * p1213;
    let series = p01 + (low + (r4 * r4) * high);
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    series * scale
}

/// Natural logarithm, within 1 unit in the last place of the exact value for normal numbers (after fdlibm's `log`).
///
/// 0 gives minus infinity, negative numbers and NaN give NaN, infinity stays; subnormal numbers count as the
/// smallest normal one.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let value = select(x < f64::INFINITY, ln_positive(x), x);
    let value = select(x == 0.0, f64::NEG_INFINITY, value);
    select(x < 0.0, f64::NAN, value)
}

/// Natural logarithm of a finite number; what is below the smallest normal number, 0 and negative numbers
/// included, counts as that. NaN gives a number: whoever calls it has to keep NaN out or carry it on.
#[inline(always)]
fn ln_positive(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    let normal = select(x < f64::MIN_POSITIVE, f64::MIN_POSITIVE, x);
    let moved = normal
        .to_bits()
        .wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF);
    let k =
        f64::from_bits((moved >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits((moved & MANTISSA).wrapping_add(SQRT_HALF)) - 1.0;
    let half = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w
        * (3.999_999_999_940_942e-1
            + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1));
    let odd = z
        * (6.666_666_666_666_735e-1
            + w * (2.857_142_874_366_239e-1
                + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1)));
    s * (half + even + odd) + k * LN2_LO - half + f + k * LN2_HI
}

/// `x^a` for finite `x >= 0` and `a` above 0, where the result is finite: as [`pow`], with less care at the
/// edges and the same error; 0 below `e^-600`. NaN stays NaN, infinity becomes it.
#[inline(always)]
pub fn pow_inside(x: f64, a: f64) -> f64 {
    // 0 where `x` is finite and NaN where it is not: the bit patterns below would lose that.
    let carried = x * 0.0;
    exp_down(a * ln_positive(x)) + carried
}

/// `x^a` for `x >= 0`; `x^0` is 1.
///
/// Relative error below `4e-16 (2 + |a ln x|)`, which follows from the bounds of [`exp`] and [`ln`]; half of it was
/// measured.
#[inline(always)]
pub fn pow(x: f64, a: f64) -> f64 {
    let value = exp(a * ln(x));
    select(a == 0.0, 1.0, value)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in units in the last place.
    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn order_keys_stand_in_the_order_of_their_numbers() {
        let ordered = [
            f64::NEG_INFINITY,
            -2.5,
            -f64::MIN_POSITIVE,
            -0.0,
            0.0,
            f64::MIN_POSITIVE,
            0.1,
            1e300,
            f64::INFINITY,
            f64::NAN,
        ];
        assert!(ordered.is_sorted_by_key(|x| order_key(*x)));
        for x in ordered {
            assert_eq!(from_order_key(order_key(x)).to_bits(), x.to_bits());
        }
    }

    #[test]
    fn exp_is_within_two_units_of_libm() {
        let worst = (-700_000..=700_000)
            .map(|step| f64::from(step) * 0.001_000_7)
            .map(|x| ulps(exp(x), libm::exp(x)))
            .max();
        assert!(worst <= Some(2), "{worst:?}");
    }

    #[test]
    fn ln_is_within_one_unit_of_libm() {
        let mut worst = 0;
        for exponent in -300..300 {
            for step in 0..1000 {
                let x = (1.0 + f64::from(step) * 0.001) * 2f64.powi(exponent * 3);
                worst = worst.max(ulps(ln(x), libm::log(x)));
            }
        }
        assert!(worst <= 1, "{worst}");
    }

    #[test]
    fn powers_stay_within_their_stated_error() {
        for step in 1..2000 {
            let x = f64::from(step) * 0.73;
            for a in [-1.3, 0.3, 0.5, 0.6, 1.3, 2.0, 7.5] {
                let exact = libm::pow(x, a);
                let bound = 4e-16 * (2.0 + (a * libm::log(x)).abs());
                assert!(((pow(x, a) - exact) / exact).abs() <= bound, "{x}^{a}");
            }
        }
    }

    #[test]
    fn the_edges_are_as_stated() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-1e9), 0.0);
        assert_eq!(exp(1e9), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan());
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert_eq!(pow(0.0, 0.5), 0.0);
        assert_eq!(pow(0.0, 0.0), 1.0);
        assert_eq!(pow(5.0, 0.0), 1.0);
        assert!(pow_inside(f64::NAN, 1.3).is_nan() && pow_inside(f64::INFINITY, 1.3).is_nan());
        assert!(pow_inside(0.0, 1.3) == 0.0 && exp_inside(f64::NAN).is_nan());
        assert!(exp_down(-601.0) == 0.0 && exp_down(f64::NAN).is_nan());
        assert_eq!(pow_inside(7.5, 0.6).to_bits(), pow(7.5, 0.6).to_bits());
    }
}
