//! `exp`, `ln` and powers with the same bits on every machine.
//!
//! The platform's functions differ between processors, and libraries that use fused multiply-add where a
//! processor has it differ as well. These use additions, multiplications, one division and bit patterns of
//! `f64`, all exactly defined by IEEE 754, in a fixed order; Rust never fuses or reorders them. They have no
//! branches, so that loops over cities become vector code on whatever the machine offers, with the same bits.
//! Errors against `libm` are stated with each and tested. The reasons against a library are in
//! `docs/decisions.md`.

const LN2_HI: f64 = 6.931_471_803_691_238e-1;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5 × 2⁵²: adding and subtracting it rounds to the nearest whole number.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// `yes` where `condition` holds, else `no`, without a branch: both are computed, which keeps loops vector code.
#[inline(always)]
pub fn select(condition: bool, yes: f64, no: f64) -> f64 {
    std::hint::select_unpredictable(condition, yes, no)
}

/// `e^x`, within 2 units in the last place.
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

/// Natural logarithm, within 1 unit in the last place for normal numbers (after fdlibm's `log`).
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
/// edges; 0 below `e^-600`. NaN stays NaN, infinity becomes it.
#[inline(always)]
pub fn pow_inside(x: f64, a: f64) -> f64 {
    // 0 where `x` is finite and NaN where it is not: the bit patterns below would lose that.
    let carried = x * 0.0;
    exp_down(a * ln_positive(x)) + carried
}

/// `x^a` for `x >= 0`; `x^0` is 1.
///
/// Relative error below `4e-16 (2 + |a ln x|)`.
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

/// The standard normal number below which a share `p` in (0, 1) lies: algorithm AS 241 (Wichura 1988),
/// relative error about 1e-16 in its rational functions.
#[expect(
    clippy::excessive_precision,
    reason = "the coefficients stand as they were published"
)]
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.387_132_872_796_366_608,
        133.141_667_891_784_377_45,
        1_971.590_950_306_551_442_7,
        13_731.693_765_509_461_125,
        45_921.953_931_549_871_457,
        67_265.770_927_008_700_853,
        33_430.575_583_588_128_105,
        2_509.080_928_730_122_672_7,
    ];
    const B: [f64; 8] = [
        1.0,
        42.313_330_701_600_911_252,
        687.187_007_492_057_908_3,
        5_394.196_021_424_751_107_7,
        21_213.794_301_586_595_867,
        39_307.895_800_092_710_61,
        28_729.085_735_721_942_674,
        5_226.495_278_852_854_561,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        0.241_780_725_177_450_611_77,
        0.022_723_844_989_269_184_583_3,
        7.745_450_142_783_414_076_4e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        0.689_767_334_985_100_004_55,
        0.148_103_976_427_480_074_59,
        0.015_198_666_563_616_457_196_6,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        0.296_560_571_828_504_891_23,
        0.026_532_189_526_576_123_093,
        0.001_242_660_947_388_078_438_6,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        0.599_832_206_555_887_937_69,
        0.136_929_880_922_735_805_31,
        0.014_875_361_290_850_614_852_5,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ];
    fn ratio(numerator: &[f64; 8], denominator: &[f64; 8], x: f64) -> f64 {
        let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, term| sum * x + term);
        horner(numerator) / horner(denominator)
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&A, &B, 0.180_625 - q * q);
    }
    let tail = (-ln(if q < 0.0 { p } else { 1.0 - p })).sqrt();
    let value = if tail <= 5.0 {
        ratio(&C, &D, tail - 1.6)
    } else {
        ratio(&E, &F, tail - 5.0)
    };
    if q < 0.0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in units in the last place.
    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
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

    #[test]
    fn normal_quantiles_equal_published_values() {
        // Wichura (1988), test values of AS 241.
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_813_5).abs() < 1e-14);
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-13);
        assert_eq!(normal_quantile(0.5), 0.0);
    }
}
