//! Sobol' indices: the share of a response's variance that a factor brings, alone and with others.

use crate::stats::bootstrap::{Resampler, spread};
use crate::stats::estimate::{Uncertain, mean};
use crate::stats::rounding::{ROUNDING, settle_some};

/// Indices of all factors. An index is none where fewer than two base rows have the runs it needs, or where the
/// response does not vary over them.
///
/// `n` is the number of base rows behind an index. Standard errors are standard deviations over bootstrap resamples
/// of base rows, intervals their percentiles; they take base rows as independent, while those of a Sobol' sequence are
/// more even, so they err on the wide side. Sampling error can take an index below 0 or above 1.
#[derive(Clone, Debug, PartialEq)]
pub struct SobolIndices {
    /// First order, one per factor: share of variance that goes if the factor is fixed.
    pub first: Vec<Option<Uncertain>>,
    /// Total, one per factor: share of variance that stays if all others are fixed.
    pub total: Vec<Option<Uncertain>>,
    /// Second order, one per pair of factors: (0, 1), (0, 2), ..., (1, 2), ...; empty where the design has no rows
    /// for it.
    pub second: Vec<SecondOrder>,
}

/// Share of variance that two factors bring together, beyond what each brings alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondOrder {
    /// The two factors, from 0, the lower one first.
    pub factors: (usize, usize),
    /// The index.
    pub index: Option<Uncertain>,
}

/// Sobol' indices from the responses of [`crate::stats::design::Design::saltelli`], in its order.
///
/// With A, B, AB_j (A with factor j from B) and BA_j the responses of a base row, means over base rows, and `V` the
/// variance (divisor 2n) of all A and B together:
///
/// - first order: `mean(B (AB_j - A)) / V` (Saltelli et al. 2010, table 2, b);
/// - total: `mean((A - AB_j)^2) / (2 V)` (Jansen 1999);
/// - second order: `mean(BA_j AB_k - A B) / V - S_j - S_k` (Saltelli 2002).
///
/// As in SALib, responses are standardised first with the mean and standard deviation of all runs, which makes the
/// estimates of a response far from 0 more precise; on complete responses the indices are SALib's. Where SALib calls
/// the indices of a constant response 0, they are none here.
///
/// A missing run (or one that is not a finite number) takes its base row out of exactly the indices that need it:
/// AB_j of factor j and its pairs; A or B of all. Responses that rounding tells apart are equal. What is compared then are different base rows; `n` says how many.
///
/// # Errors
/// No factor, or a number of responses that is not a multiple of the rows per base row.
pub fn sobol(
    responses: &[Option<f64>],
    factors: usize,
    second_order: bool,
    resamples: usize,
    seed: u64,
) -> Result<SobolIndices, String> {
    let block = if second_order { 2 * factors } else { factors } + 2;
    if factors == 0 || responses.is_empty() || !responses.len().is_multiple_of(block) {
        return Err(format!(
            "{} responses for Sobol' indices of {factors} factors; allowed: a multiple of {block}, \
             and at least one factor",
            responses.len()
        ));
    }
    let mut settled = responses.to_vec();
    settle_some(&mut settled);
    let rows = Rows {
        responses: standardised(&settled),
        block,
        factors,
    };
    let pairs: Vec<(usize, usize)> = if second_order {
        (0..factors)
            .flat_map(|j| (j + 1..factors).map(move |k| (j, k)))
            .collect()
    } else {
        Vec::new()
    };
    let first = (0..factors).map(|j| rows.first(j));
    let total = (0..factors).map(|j| rows.total(j));
    let second = pairs.iter().map(|&(j, k)| rows.second(j, k));
    let terms: Vec<Terms> = first.chain(total).chain(second).collect();

    let mut found = resampled(&terms, rows.count(), resamples, seed).into_iter();
    Ok(SobolIndices {
        first: found.by_ref().take(factors).collect(),
        total: found.by_ref().take(factors).collect(),
        second: pairs
            .into_iter()
            .zip(found)
            .map(|(factors, index)| SecondOrder { factors, index })
            .collect(),
    })
}

/// Responses less their mean, over their standard deviation (divisor n); all missing where they do not vary.
fn standardised(responses: &[Option<f64>]) -> Vec<Option<f64>> {
    let finite = |y: &Option<f64>| y.filter(|y| y.is_finite());
    let present: Vec<f64> = responses.iter().filter_map(finite).collect();
    let centre = mean(&present).unwrap_or(0.0);
    let squares: f64 = present.iter().map(|y| (y - centre) * (y - centre)).sum();
    let sd = (squares / present.len().max(1) as f64).sqrt();
    // Rounding of equal responses is no variation.
    let varies = sd > centre.abs() * ROUNDING;
    responses
        .iter()
        .map(|y| finite(y).filter(|_| varies).map(|y| (y - centre) / sd))
        .collect()
}

/// Standardised responses by base row.
struct Rows {
    responses: Vec<Option<f64>>,
    block: usize,
    factors: usize,
}

/// Every index is `mean(f) / Var(A and B)` over base rows: what each base row adds to it.
struct Terms {
    /// Per base row: f, A + B, A^2 + B^2, and 1; all 0 where a run is missing.
    rows: Vec<[f64; 4]>,
    n: usize,
}

impl Rows {
    fn count(&self) -> usize {
        self.responses.len() / self.block
    }

    /// Terms from a function of (A, B, the response at a place of the block).
    fn terms(&self, f: impl Fn(f64, f64, &[Option<f64>]) -> Option<f64>) -> Terms {
        let rows: Vec<[f64; 4]> = self
            .responses
            .chunks_exact(self.block)
            .map(|block| {
                let term = || {
                    let (a, b) = (block[0]?, block[self.block - 1]?);
                    Some([f(a, b, block)?, a + b, a * a + b * b, 1.0])
                };
                term().unwrap_or([0.0; 4])
            })
            .collect();
        let n = rows.iter().filter(|row| row[3] > 0.0).count();
        Terms { rows, n }
    }

    fn first(&self, j: usize) -> Terms {
        self.terms(|a, b, block| Some(b * (block[1 + j]? - a)))
    }

    fn total(&self, j: usize) -> Terms {
        self.terms(|a, _, block| {
            let step = a - block[1 + j]?;
            Some(0.5 * step * step)
        })
    }

    fn second(&self, j: usize, k: usize) -> Terms {
        self.terms(|a, b, block| {
            let (ab_j, ab_k, ba_j) = (block[1 + j]?, block[1 + k]?, block[1 + self.factors + j]?);
            Some(ba_j * ab_k - a * b - b * (ab_j - a) - b * (ab_k - a))
        })
    }
}

impl Terms {
    /// The index with base rows counted as often as `weights` says; NaN where it has no value.
    fn index(&self, weights: &[f64]) -> f64 {
        let mut sums = [0.0; 4];
        for (row, weight) in self.rows.iter().zip(weights) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += weight * value;
            }
        }
        let [f, sum, squares, n] = sums;
        let centre = sum / (2.0 * n);
        let variance = squares / (2.0 * n) - centre * centre;
        if variance > f64::EPSILON {
            f / n / variance
        } else {
            f64::NAN
        }
    }
}

/// Every index with its spread over the same resamples of base rows.
fn resampled(terms: &[Terms], rows: usize, resamples: usize, seed: u64) -> Vec<Option<Uncertain>> {
    let mut resampler = Resampler::new(seed);
    let mut weights = vec![0.0; rows];
    let mut drawn = vec![Vec::with_capacity(resamples); terms.len()];
    for resample in 0..resamples as u64 {
        resampler.weigh(resample, &mut weights);
        for (drawn, terms) in drawn.iter_mut().zip(terms) {
            drawn.push(terms.index(&weights));
        }
    }
    weights.fill(1.0);
    terms
        .iter()
        .zip(&drawn)
        .map(|(terms, drawn)| {
            let value = terms.index(&weights);
            let spread = spread(drawn);
            (terms.n >= 2 && value.is_finite()).then_some(Uncertain {
                n: terms.n,
                value,
                standard_error: spread.map(|(error, _)| error),
                interval: spread.map(|(_, interval)| interval),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::design::Design;
    use crate::stats::reference::{ishigami, run, runs, sobol_g, values};

    fn value(index: &Option<Uncertain>) -> f64 {
        index.expect("an index").value
    }

    #[test]
    fn indices_are_those_of_salib() {
        // tests/reference/salib.py, SALib 1.6.0.
        for (name, factors) in [("ishigami", 3), ("sobol_g", 4)] {
            let (_, responses) = runs(&format!("{name}_saltelli.csv"));
            let found = sobol(&responses, factors, true, 10, 1).expect("a multiple");
            let answers = format!("{name}_sobol.csv");
            let second: Vec<_> = found.second.iter().map(|pair| pair.index).collect();
            for (index, found) in [("S1", found.first), ("ST", found.total), ("S2", second)] {
                let expected = values(&answers, index);
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(expected) {
                    approx::assert_abs_diff_eq!(value(found), expected, epsilon = 1e-9);
                }
            }
        }
    }

    #[test]
    fn indices_of_ishigami_are_near_the_analytic_ones() {
        // V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2 = 13.8446; S1: 0.3139, 0.4424, 0; ST: 0.5576, 0.4424,
        // 0.2437; S13 = 0.2437 (Saltelli et al. 2000).
        let design = Design::saltelli(4096, 3, true, 2).expect("possible");
        let found = sobol(&run(&design, ishigami).1, 3, true, 500, 1).expect("a multiple");
        let expected = [
            (&found.first, [0.3139, 0.4424, 0.0]),
            (&found.total, [0.5576, 0.4424, 0.2437]),
        ];
        for (found, expected) in expected {
            for (found, expected) in found.iter().zip(expected) {
                approx::assert_abs_diff_eq!(value(found), expected, epsilon = 0.02);
                let (low, high) = found.and_then(|index| index.interval).expect("ends");
                assert!(low < expected + 1e-4 && expected - 1e-4 < high);
            }
        }
        let pairs: Vec<_> = found.second.iter().map(|pair| pair.factors).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
        for (pair, expected) in found.second.iter().zip([0.0, 0.2437, 0.0]) {
            approx::assert_abs_diff_eq!(value(&pair.index), expected, epsilon = 0.03);
        }
    }

    #[test]
    fn indices_of_sobol_g_are_near_the_published_ones() {
        // a = 0, 1, 4.5, 9, 99, 99, 99, 99 (Saltelli and Sobol' 1995; Saltelli et al. 2010): V_j = 1 / (3 (1 +
        // a_j)^2), V = prod(1 + V_j) - 1, S_j = V_j / V, ST_j = V_j prod(1 + V_i, i not j) / V.
        let design = Design::saltelli(4096, 8, false, 5).expect("possible");
        let found = sobol(&run(&design, sobol_g).1, 8, false, 300, 1).expect("a multiple");
        let first = [
            0.7162, 0.1790, 0.0237, 0.0072, 0.0001, 0.0001, 0.0001, 0.0001,
        ];
        let total = [
            0.7871, 0.2422, 0.0343, 0.0105, 0.0001, 0.0001, 0.0001, 0.0001,
        ];
        for (found, expected) in [(found.first, first), (found.total, total)] {
            for (found, expected) in found.iter().zip(expected) {
                approx::assert_abs_diff_eq!(value(found), expected, epsilon = 0.02);
            }
        }
        assert!(found.second.is_empty());
    }

    #[test]
    fn a_missing_run_leaves_all_other_indices_as_they_are() {
        let design = Design::saltelli(64, 3, true, 2).expect("possible");
        let (_, whole) = run(&design, ishigami);
        let all = sobol(&whole, 3, true, 50, 1).expect("a multiple");
        let mut holed = whole.clone();
        holed[8 * 5 + 2] = None; // base row 5, AB of factor 1
        let some = sobol(&holed, 3, true, 50, 1).expect("a multiple");
        let n = |index: &Option<Uncertain>| index.expect("an index").n;
        assert_eq!(some.first.iter().map(n).collect::<Vec<_>>(), [64, 63, 64]);
        assert_eq!(some.total.iter().map(n).collect::<Vec<_>>(), [64, 63, 64]);
        let seconds: Vec<usize> = some.second.iter().map(|pair| n(&pair.index)).collect();
        assert_eq!(seconds, [63, 64, 63]);
        // The total does not depend on the centre, so it stays to rounding; the others move with it a little.
        approx::assert_abs_diff_eq!(value(&some.total[0]), value(&all.total[0]), epsilon = 1e-12);
        approx::assert_abs_diff_eq!(value(&some.first[0]), value(&all.first[0]), epsilon = 0.01);

        holed[8 * 9] = Some(f64::NAN); // base row 9, A
        let fewer = sobol(&holed, 3, true, 50, 1).expect("a multiple");
        assert_eq!(fewer.first.iter().map(n).collect::<Vec<_>>(), [63, 62, 63]);
    }

    #[test]
    fn the_interval_covers_the_truth_as_often_as_it_says() {
        // y = 2 x0 + x1: S = 0.8, 0.2. 100 seeds, 95 % intervals: at least 87 hold the truth
        // (scipy.stats.binom.ppf(0.001, 100, 0.95) = 87). Scrambled sequences are more even than the
        // bootstrap knows, so intervals err on the wide side.
        let covered = (0..100)
            .filter(|&seed| {
                let design = Design::saltelli(64, 2, false, seed).expect("possible");
                let (_, responses) = run(&design, |u| 2.0 * u[0] + u[1]);
                let found = sobol(&responses, 2, false, 200, seed).expect("a multiple");
                let (low, high) = found.total[0].and_then(|i| i.interval).expect("ends");
                low <= 0.8 && 0.8 <= high
            })
            .count();
        assert!(covered >= 87, "{covered}");
    }

    #[test]
    fn rounding_is_no_share_of_variance() {
        let design = Design::saltelli(32, 2, false, 2).expect("possible");
        let mut noise = 0u32;
        let mut off = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            1.0 + f64::from(noise % 16) * f64::EPSILON
        };
        let (_, responses) = run(&design, |u| (0.4 + 0.1 * u[0]) * off());
        let found = sobol(&responses, 2, false, 20, 1).expect("a multiple");
        assert_eq!((value(&found.total[1]), value(&found.first[1])), (0.0, 0.0));
        assert!(value(&found.total[0]) > 0.9);
        let (_, responses) = run(&design, |_| 0.4 * off());
        let found = sobol(&responses, 2, false, 20, 1).expect("a multiple");
        assert_eq!(
            (&found.total[..], &found.first[..]),
            (&[None, None][..], &[None, None][..])
        );
    }

    #[test]
    fn the_unit_and_the_origin_of_the_response_do_not_matter() {
        let design = Design::saltelli(32, 3, true, 2).expect("possible");
        let (_, responses) = run(&design, ishigami);
        let whole = sobol(&responses, 3, true, 20, 1).expect("a multiple");
        for (unit, origin) in [(1e-9, 0.0), (1e9, 0.0), (1.0, -100.0), (-1.0, 1.0)] {
            let scaled: Vec<Option<f64>> = responses
                .iter()
                .map(|y| y.map(|y| origin + unit * y))
                .collect();
            let found = sobol(&scaled, 3, true, 20, 1).expect("a multiple");
            for (found, whole) in found.first.iter().zip(&whole.first) {
                approx::assert_abs_diff_eq!(value(found), value(whole), epsilon = 1e-9);
            }
        }
    }

    #[test]
    fn the_spread_is_that_of_indices_of_resampled_base_rows() {
        // The total index does not depend on the centre, so that a table of repeated base rows gives a resample's.
        let (rows, block, seed) = (16, 4, 3);
        let design = Design::saltelli(rows, 2, false, 2).expect("possible");
        let (_, responses) = run(&design, |u| u[0] + u[0] * u[1]);
        let mut resampler = Resampler::new(seed);
        let mut picks = vec![0; rows as usize];
        let of_resamples: Vec<f64> = (0..50)
            .map(|resample| {
                resampler.pick(resample, &mut picks);
                let base_row = |row: &u32| &responses[*row as usize * block..][..block];
                let table: Vec<Option<f64>> = picks.iter().flat_map(base_row).copied().collect();
                value(&sobol(&table, 2, false, 0, 1).expect("a multiple").total[0])
            })
            .collect();
        let (error, _) = spread(&of_resamples).expect("all finite");
        let found = sobol(&responses, 2, false, 50, seed).expect("a multiple");
        let found = found.total[0].and_then(|index| index.standard_error);
        approx::assert_abs_diff_eq!(found.expect("some"), error, epsilon = 1e-9);
    }

    #[test]
    fn one_base_row_has_no_index() {
        let design = Design::saltelli(2, 2, false, 2).expect("possible");
        let (_, mut responses) = run(&design, |u| u[0] + 2.0 * u[1]);
        responses[1] = None;
        let found = sobol(&responses, 2, false, 10, 1).expect("a multiple");
        assert_eq!(found.first[0], None);
        assert!(found.first[1].is_some());
    }

    #[test]
    fn a_constant_response_has_no_indices() {
        let found = sobol(&[Some(0.1); 20], 3, false, 10, 1).expect("a multiple");
        assert!(found.first.iter().chain(&found.total).all(Option::is_none));
    }

    #[test]
    fn a_wrong_number_of_responses_is_refused() {
        let message = sobol(&[Some(1.0); 11], 3, false, 10, 1).expect_err("refused");
        assert!(message.contains("a multiple of 5"), "{message}");
        assert!(sobol(&[], 3, true, 10, 1).is_err());
        assert!(sobol(&[Some(1.0); 2], 0, true, 10, 1).is_err());
    }
}
