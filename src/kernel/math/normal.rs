//! Quantiles of the standard normal distribution: algorithm AS 241 (Wichura 1988), relative error about 1e-16 in
//! its rational functions.
#![expect(
    clippy::excessive_precision,
    reason = "the coefficients stand as they were published"
)]

use crate::kernel::lanes::{Lanes, ZERO, each, wide};
use crate::kernel::math::{ln, select};

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

/// Tails farther out than this have coefficients of their own: one share in 3.6e10 is there.
const FAR: f64 = 5.0;

/// The standard normal number below which a share `p` in (0, 1) lies, within 6 units in the last place of the exact
/// value.
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if is_central(q) {
        central(q)
    } else {
        in_tail(p)
    }
}

/// The same for eight shares side by side: each as in the middle and as in the tails, since of eight one mostly is in the
/// tails, and a processor cannot foresee which.
pub fn normal_quantiles(p: &Lanes) -> Lanes {
    let mut quantiles = ZERO;
    let farthest = wide!({
        let p = *p;
        let tail = each(|l| tail(p[l]));
        let outer = each(|l| signed(near_tail(tail[l]), p[l]));
        quantiles = each(|l| {
            let q = p[l] - 0.5;
            select(is_central(q), central(q), outer[l])
        });
        tail.iter().fold(0.0, |most: f64, tail| most.max(*tail))
    });
    if farthest > FAR {
        for (quantile, p) in quantiles.iter_mut().zip(p.iter()) {
            *quantile = normal_quantile(*p);
        }
    }
    quantiles
}

#[inline(always)]
fn is_central(q: f64) -> bool {
    q.abs() <= 0.425
}

#[inline(always)]
fn central(q: f64) -> f64 {
    q * ratio(&A, &B, 0.180_625 - q * q)
}

fn in_tail(p: f64) -> f64 {
    let tail = tail(p);
    let value = if tail <= FAR {
        near_tail(tail)
    } else {
        ratio(&E, &F, tail - FAR)
    };
    signed(value, p)
}

/// How far out a share is.
#[inline(always)]
fn tail(p: f64) -> f64 {
    (-ln(select(p < 0.5, p, 1.0 - p))).sqrt()
}

/// The quantile without its sign, up to [`FAR`].
#[inline(always)]
fn near_tail(tail: f64) -> f64 {
    ratio(&C, &D, tail - 1.6)
}

#[inline(always)]
fn signed(value: f64, p: f64) -> f64 {
    select(p < 0.5, -value, value)
}

#[inline(always)]
fn ratio(numerator: &[f64; 8], denominator: &[f64; 8], x: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, term| sum * x + term);
    horner(numerator) / horner(denominator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_equal_published_values() {
        // Wichura (1988), test values of AS 241.
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_813_5).abs() < 1e-14);
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-13);
        assert_eq!(normal_quantile(0.5), 0.0);
    }

    #[test]
    fn eight_quantiles_are_those_of_one() {
        for step in 1..400 {
            let p = each(|l| (f64::from(step) + l as f64 / 8.0) / 401.0 * 1e-3f64.powi(step % 7));
            let quantiles = normal_quantiles(&p);
            for (own, p) in quantiles.iter().zip(p.iter()) {
                assert_eq!(own.to_bits(), normal_quantile(*p).to_bits());
            }
        }
    }
}
