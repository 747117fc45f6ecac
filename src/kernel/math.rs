//! `exp`, `ln` and powers with the same bits on every machine.
//!
//! The platform's functions differ between processors, and libraries that use fused multiply-add only where a
//! processor has it differ as well. These use additions, multiplications, fused multiply-adds, one division and bit
//! patterns of `f64`, all exactly defined by IEEE 754, in a fixed order; Rust never fuses or reorders them by itself, and
//! where a processor cannot fuse, software does, slowly, with the same bits. They have no branches, so that loops over
//! cities become vector code on whatever the machine offers.
//! Errors against exact values are stated with each and tested; `benches/README.md` has them side by side. The reasons
//! against a library are in `docs/decisions.md`.

#[cfg(test)]
pub mod accuracy;
pub mod normal;

const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5 × 2⁵²: adding and subtracting it rounds to the nearest whole number.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// 2⁵²: a number whose lowest bits are a whole number.
const WHOLE: f64 = 4_503_599_627_370_496.0;
/// Bits of the number 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;
/// Bits of the root of 1/2.
const HALF_ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
/// Bits of a number behind its exponent.
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
/// Powers below `e^-600` are 0: `-600/ln 2`.
const LOWEST_EXPONENT: f64 = -865.617_024_533_378;
/// Where exponents of 2 are cut, inside the range of `f64`.
const WIDEST_EXPONENT: f64 = 1022.5;

/// Two over `ln 2` times the inverse hyperbolic tangent of `s`, over `s`, in powers of `s²`: of all polynomials of its
/// degree the one that errs least between the roots of 1/2 and 2, by 9e-17 at most.
const LOG2: [f64; 7] = [
    2.885_390_081_777_927,
    0.961_796_693_924_318_4,
    0.577_078_017_252_706_5,
    0.412_198_401_123_238_13,
    0.320_616_448_768_110_3,
    0.261_442_417_581_378_7,
    0.242_936_835_253_268_48,
];

/// `e^r` for `r` from `-ln(2)/2` to `ln(2)/2` in powers of `r`, likewise, the first two as in the series; it errs by
/// 8e-18 of the result at most.
const EXP: [f64; 12] = [
    1.0,
    1.0,
    0.500_000_000_000_001,
    0.166_666_666_666_666_74,
    0.041_666_666_666_522_106,
    0.008_333_333_333_322_215,
    0.001_388_888_894_778_586,
    0.000_198_412_698_865_640_62,
    2.480_148_736_564_413_7e-5,
    2.755_724_236_715_626_3e-6,
    2.763_264_081_927_437_6e-7,
    2.511_003_840_733_968e-8,
];

/// `2^r` for `r` from -1/2 to 1/2 in powers of `r`, likewise; it errs by 2e-17 of the result at most.
const EXP2: [f64; 12] = [
    1.0,
    0.693_147_180_559_945_7,
    0.240_226_506_959_100_97,
    0.055_504_108_664_790_39,
    0.009_618_129_107_607_003,
    0.001_333_355_815_344_008_3,
    0.000_154_035_304_415_727,
    1.525_272_738_510_429_3e-5,
    1.321_544_267_498_448_3e-6,
    1.018_064_768_779_572_4e-7,
    7.072_570_479_546_321e-9,
    4.078_068_776_582_343_3e-10,
];

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
    select(x < -600.0, 0.0, exp_between(select(x > 709.0, 709.0, x)))
}

/// `e^x` with `x` cut to -708 to 709: as [`exp`], but never 0 and never infinite. NaN stays NaN.
#[inline(always)]
pub fn exp_inside(x: f64) -> f64 {
    let inside = select(x > 709.0, 709.0, x);
    exp_between(select(inside < -708.0, -708.0, inside))
}

/// `e^x` for `x` from -708 to 709; of no meaning beyond.
#[inline(always)]
fn exp_between(x: f64) -> f64 {
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = fused(k, -LN2_LO, fused(k, -LN2_HI, x));
    scaled(series(&EXP, r), shifted)
}

/// `a b + c`, rounded once: half of the instructions of a polynomial, and fewer digits lost.
#[inline(always)]
#[expect(
    clippy::disallowed_methods,
    reason = "exactly defined; only processors before 2013 have no such instruction"
)]
fn fused(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c)
}

/// A polynomial with twelve coefficients: in fours of powers, so that few steps wait for the one before, but for the first
/// two, which come last, so that what is rounded before them is hardly seen.
#[inline(always)]
fn series(c: &[f64; 12], r: f64) -> f64 {
    let r2 = r * r;
    let r4 = r2 * r2;
    let pair = |at: usize| fused(r, c[at + 1], c[at]);
    let four = |at: usize| fused(r2, pair(at + 2), pair(at));
    let high = fused(r4, fused(r4, pair(10), four(6)), four(2));
    fused(r2, high, pair(0))
}

/// `series` times two to the power of the whole number that stands in the lowest bits of `shifted`, where the product is
/// normal: an addition of exponents, which is exact. A NaN that arithmetic made stays NaN: its lowest bits are 0.
#[inline(always)]
fn scaled(series: f64, shifted: f64) -> f64 {
    f64::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// `2^t` for `t` from -1021 to 1023; of no meaning beyond. As [`exp_between`], but the remainder is exact.
#[inline(always)]
fn exp2_between(t: f64) -> f64 {
    let shifted = t + ROUND;
    let r = t - (shifted - ROUND);
    scaled(series(&EXP2, r), shifted)
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
    let (k, f) = parted(x);
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

/// `k` and `f` with `x = 2^k (1 + f)` and `1 + f` between the roots of 1/2 and 2; `x` as in [`ln_positive`].
#[inline(always)]
fn parted(x: f64) -> (f64, f64) {
    let normal = select(x < f64::MIN_POSITIVE, f64::MIN_POSITIVE, x);
    let moved = normal.to_bits().wrapping_add(ONE - HALF_ROOT);
    let k = f64::from_bits((moved >> 52) | WHOLE.to_bits()) - (WHOLE + 1023.0);
    let f = f64::from_bits((moved & MANTISSA).wrapping_add(HALF_ROOT)) - 1.0;
    (k, f)
}

/// Logarithm to the base 2 of what [`ln_positive`] takes, for powers: what counts there is the error itself, not that
/// relative to the result.
#[inline(always)]
fn log2_positive(x: f64) -> f64 {
    let (k, f) = parted(x);
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let pair = |at: usize| fused(z, LOG2[at + 1], LOG2[at]);
    let high = fused(w, fused(w, LOG2[6], pair(4)), pair(2));
    fused(s, fused(w, high, pair(0)), k)
}

/// `x^a` for finite `x >= 0` and `a` above 0, where the result is finite: as [`pow`], with less care at the
/// edges and the same error; 0 below `e^-600`. NaN stays NaN, infinity becomes it.
#[inline(always)]
pub fn pow_inside(x: f64, a: f64) -> f64 {
    let t = a * log2_positive(x);
    let value = exp2_between(select(t > WIDEST_EXPONENT, WIDEST_EXPONENT, t));
    #[expect(
        clippy::eq_op,
        reason = "0 where `x` is finite and NaN where it is not: the bit patterns above would lose that"
    )]
    let carried = x - x;
    select(t < LOWEST_EXPONENT, 0.0, value) + carried
}

/// `x^a` for `x >= 0`; `x^0` is 1.
///
/// Relative error below `4e-16 (2 + |a ln x|)`: at most `3.7e-16 (2 + |a ln x|)` was measured, at 1.6 million points with
/// `a` up to 10; it is not proved. Below `e^-708` it is 0 and above `e^708` infinite.
#[inline(always)]
pub fn pow(x: f64, a: f64) -> f64 {
    /// `708/ln 2`.
    const WIDEST: f64 = 1_021.428_088_949_386;
    let finite = select(x < f64::INFINITY, log2_positive(x), x);
    let t = a * select(x == 0.0, f64::NEG_INFINITY, finite);
    let inside = select(t > WIDEST, WIDEST, t);
    let value = exp2_between(select(inside < -WIDEST, -WIDEST, inside));
    let value = select(t > WIDEST, f64::INFINITY, value);
    let value = select(t < -WIDEST, 0.0, value);
    let value = select(x < 0.0, f64::NAN, value);
    select(a == 0.0, 1.0, value)
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
