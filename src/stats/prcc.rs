//! Partial rank correlation: does a response rise or fall with a factor, others held fixed?

use crate::stats::estimate::{CONFIDENCE, Uncertain};
use crate::stats::rounding::settle;
use crate::stats::student;

/// Partial rank correlation of a response with one factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankCorrelation {
    /// The coefficient in [-1, 1]. Standard error `sqrt((1 - r^2) / (n - k - 1))`, interval after Fisher (1924) with
    /// variance `1 / (n - k - 2)` of the transformed coefficient; `n` counts rows.
    pub coefficient: Uncertain,
    /// Two-sided p-value of a coefficient of 0, by Student's t with `n - k - 1` degrees of freedom.
    pub p_value: f64,
}

/// Partial rank correlation coefficients (Iman and Conover 1979; Marino et al. 2008), one per factor.
///
/// All columns are replaced by their ranks, ties (also of responses that rounding alone tells apart) by the mean of theirs. A coefficient is the correlation between what
/// is left of the factor and of the response after the other factors have been regressed out, which is read from the
/// inverse of the matrix of rank correlations. It measures monotone relations and misses others. `points` holds the
/// coordinates row by row, `responses` one number per row. Rows in which something is missing (or not a finite number)
/// are left out.
///
/// Where the ranks of the response follow from those of the factors, as where it rises or falls with one factor alone, the
/// coefficients of factors that they follow from are 1 or -1, without error or interval, and p-values 0. Those of other
/// factors are none: with the former held fixed, the response does not vary.
///
/// # Errors
/// Sizes that do not fit together; `k + 2` whole rows or fewer for `k` factors; a response or factor that does not
/// vary, or a factor whose ranks follow from those of others.
pub fn prcc(
    points: &[Option<f64>],
    responses: &[Option<f64>],
    factors: usize,
) -> Result<Vec<Option<RankCorrelation>>, String> {
    let rows = responses.len();
    if factors == 0 || points.len() != rows * factors {
        return Err(format!(
            "{} coordinates and {rows} responses for rank correlations of {factors} factors; allowed: {factors} \
             coordinates for each response, and at least one factor",
            points.len()
        ));
    }
    let mut columns = whole_rows(points, responses, factors);
    settle(&mut columns[factors]);
    let n = columns[0].len();
    if n <= factors + 2 {
        return Err(format!(
            "{n} whole rows of {rows} for rank correlations of {factors} factors; allowed: {} or more",
            factors + 3
        ));
    }
    let ranked: Vec<Vec<f64>> = columns.iter().map(|column| ranks(column)).collect();
    let matrix = correlations(&ranked)?;
    let response = factors;
    let Some(inverse) = inverse(&matrix)? else {
        return exact(&matrix, factors, n);
    };
    let freedom = (n - factors - 1) as f64;
    let reach = crate::kernel::math::normal::normal_quantile(0.5 + CONFIDENCE / 2.0)
        / (freedom - 1.0).sqrt();
    (0..factors)
        .map(|j| {
            let scale = (inverse[j][j] * inverse[response][response]).sqrt();
            let r = (-inverse[j][response] / scale).clamp(-1.0, 1.0);
            let error = ((1.0 - r * r) / freedom).sqrt();
            let centre = libm::atanh(r);
            let p_value = student::two_sided(r / error, freedom).ok_or_else(|| {
                format!("the rank correlation with factor {} is no number", j + 1)
            })?;
            Ok(Some(RankCorrelation {
                coefficient: Uncertain {
                    n,
                    value: r,
                    standard_error: Some(error),
                    interval: Some((libm::tanh(centre - reach), libm::tanh(centre + reach))),
                },
                p_value,
            }))
        })
        .collect()
}

/// Factors that have a correlation, the strongest first; equals in their order.
pub fn by_strength(found: Vec<Option<RankCorrelation>>) -> Vec<(usize, RankCorrelation)> {
    let found = found.into_iter().enumerate();
    let mut list: Vec<_> = found
        .filter_map(|(factor, found)| Some((factor, found?)))
        .collect();
    let size = |own: &(usize, RankCorrelation)| own.1.coefficient.value.abs();
    list.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.0.cmp(&b.0)));
    list
}

/// Coefficients where the ranks of the response follow from those of the factors, by the sign of each factor's part in
/// them; none where it has no part.
fn exact(
    matrix: &[Vec<f64>],
    factors: usize,
    n: usize,
) -> Result<Vec<Option<RankCorrelation>>, String> {
    let among: Vec<Vec<f64>> = matrix[..factors]
        .iter()
        .map(|row| row[..factors].to_vec())
        .collect();
    let Some(inverse) = inverse(&among)? else {
        return Err(format!(
            "the ranks of factor {factors} follow from those of the factors before it"
        ));
    };
    let part = |j: usize| -> f64 {
        let slope: f64 = inverse[j]
            .iter()
            .zip(matrix)
            .map(|(x, row)| x * row[factors])
            .sum();
        slope / inverse[j][j].sqrt()
    };
    let found = (0..factors).map(part).map(|part| {
        // The square is the share of variance that goes without the factor.
        (part * part > UNEXPLAINED).then_some(RankCorrelation {
            coefficient: Uncertain {
                n,
                value: part.signum(),
                standard_error: None,
                interval: None,
            },
            p_value: 0.0,
        })
    });
    Ok(found.collect())
}

/// Columns of the factors, then the response, of rows in which nothing is missing.
fn whole_rows(points: &[Option<f64>], responses: &[Option<f64>], factors: usize) -> Vec<Vec<f64>> {
    let mut columns = vec![Vec::new(); factors + 1];
    for (point, response) in points.chunks_exact(factors).zip(responses) {
        let cells = point.iter().chain(std::iter::once(response));
        let row: Option<Vec<f64>> = cells.map(|cell| cell.filter(|x| x.is_finite())).collect();
        for (column, value) in columns.iter_mut().zip(row.into_iter().flatten()) {
            column.push(value);
        }
    }
    columns
}

/// Ranks from 1; equal numbers share the mean of theirs.
pub(crate) fn ranks(column: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|&a, &b| column[a].total_cmp(&column[b]));
    let mut ranks = vec![0.0; column.len()];
    let mut start = 0;
    // `==` takes -0 and 0 as equal, which are neighbours in the order.
    for group in order.chunk_by(|&a, &b| column[a] == column[b]) {
        let rank = start as f64 + (group.len() as f64 + 1.0) / 2.0;
        group.iter().for_each(|&row| ranks[row] = rank);
        start += group.len();
    }
    ranks
}

/// Correlations of columns, the last of which is the response.
fn correlations(columns: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, String> {
    // Ranks always have the mean (n + 1) / 2.
    let centre = (columns[0].len() as f64 + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(x, y)| (x - centre) * (y - centre))
            .sum()
    };
    let sizes: Vec<f64> = columns.iter().map(|c| product(c, c).sqrt()).collect();
    if let Some(constant) = sizes.iter().position(|size| *size == 0.0) {
        let name = match constant + 1 == columns.len() {
            true => "the response".into(),
            false => format!("factor {}", constant + 1),
        };
        return Err(format!(
            "{name} does not vary over {} whole rows",
            columns[0].len()
        ));
    }
    Ok((0..columns.len())
        .map(|i| {
            (0..columns.len())
                .map(|j| product(&columns[i], &columns[j]) / (sizes[i] * sizes[j]))
                .collect()
        })
        .collect())
}

/// A column of which others leave no more than this share of variance follows from them.
const UNEXPLAINED: f64 = 1e-10;

/// Inverse of a matrix of correlations by Cholesky's decomposition `L L'`, of which what is left of a column after
/// those before it is the square of its entry on the diagonal. None where the last column follows from the others.
///
/// # Errors
/// Another one does.
fn inverse(matrix: &[Vec<f64>]) -> Result<Option<Vec<Vec<f64>>>, String> {
    let size = matrix.len();
    let mut lower = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let left = matrix[i][j] - known;
            if i != j {
                lower[i][j] = left / lower[j][j];
            } else if left > UNEXPLAINED {
                lower[i][i] = left.sqrt();
            } else if i + 1 == size {
                return Ok(None);
            } else {
                return Err(format!(
                    "the ranks of factor {} follow from those of the factors before it",
                    i + 1
                ));
            }
        }
    }
    // Columns of L^-1, then (L^-1)' L^-1.
    let mut unit = vec![vec![0.0; size]; size];
    for column in 0..size {
        for i in column..size {
            let known: f64 = (column..i).map(|k| lower[i][k] * unit[k][column]).sum();
            let right = if i == column { 1.0 } else { 0.0 };
            unit[i][column] = (right - known) / lower[i][i];
        }
    }
    let inverse = (0..size).map(|i| {
        (0..size)
            .map(|j| (i.max(j)..size).map(|k| unit[k][i] * unit[k][j]).sum())
            .collect()
    });
    Ok(Some(inverse.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::design::Design;
    use crate::stats::reference::{ishigami, run, sobol_g};

    /// i = 1..24: a = 7i mod 13, b = i^2 mod 11, c = 5i mod 24; y = a^2 - 3b + 4 (i mod 4). Ties in a, b and y.
    fn numbers() -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let (mut points, mut responses) = (Vec::new(), Vec::new());
        for i in 1..=24i32 {
            let (a, b, c) = ((i * 7) % 13, (i * i) % 11, (i * 5) % 24);
            points.extend([a, b, c].map(|x| Some(f64::from(x))));
            responses.push(Some(f64::from(a * a - 3 * b + 4 * (i % 4))));
        }
        (points, responses)
    }

    fn told(
        points: &[Option<f64>],
        responses: &[Option<f64>],
        factors: usize,
    ) -> Vec<RankCorrelation> {
        let found = prcc(points, responses, factors).expect("enough rows");
        found
            .into_iter()
            .collect::<Option<_>>()
            .expect("coefficients")
    }

    #[test]
    fn coefficients_and_p_values_are_those_of_pingouin() {
        // pingouin 0.7.0: pingouin.partial_corr(d, x, 'y', covar=others, method='spearman')[['r', 'p_val']].
        let (points, responses) = numbers();
        let found = told(&points, &responses, 3);
        let expected = [
            (0.962_658_067_137_069_7, 8.154_403_582_799_315e-13),
            (-0.491_567_595_982_769, 0.020_153_379_982_131_465),
            (-0.286_974_123_564_705_25, 0.195_355_470_155_241_1),
        ];
        for (found, (r, p)) in found.iter().zip(expected) {
            assert_eq!(found.coefficient.n, 24);
            approx::assert_abs_diff_eq!(found.coefficient.value, r, epsilon = 1e-12);
            approx::assert_relative_eq!(found.p_value, p, max_relative = 1e-9);
        }
        // tanh(atanh(r) -+ 1.959964 / sqrt(24 - 2 - 3)) with numpy 2.4.6; pingouin's CI95% has two digits.
        let (low, high) = found[1].coefficient.interval.expect("ends");
        approx::assert_abs_diff_eq!(low, -0.756_410_653_082_1, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(high, -0.088_248_584_466_4, epsilon = 1e-12);
    }

    #[test]
    fn with_one_factor_it_is_spearmans_rho_by_hand() {
        // Ranks 1..5 against 2, 1, 4, 3, 5: rho = 1 - 6 (1 + 1 + 1 + 1 + 0) / (5 * 24) = 0.8; t = 0.8 sqrt(3 / 0.36)
        // = 2.309401 with 3 degrees of freedom: p = 0.104088 (scipy.stats.spearmanr).
        let points = [1.0, 2.0, 3.0, 4.0, 5.0].map(Some);
        let found = told(&points, &[20.0, 10.0, 40.0, 30.0, 90.0].map(Some), 1);
        approx::assert_abs_diff_eq!(found[0].coefficient.value, 0.8, epsilon = 1e-14);
        approx::assert_abs_diff_eq!(found[0].p_value, 0.104_088, epsilon = 1e-6);
        let error = found[0].coefficient.standard_error.expect("five");
        approx::assert_abs_diff_eq!(error, 0.346_410, epsilon = 1e-6);
    }

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(
            ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]),
            [4.5, 3.0, 4.5, 1.5, 1.5]
        );
    }

    #[test]
    fn monotone_factors_are_ranked_and_the_others_missed() {
        // y = exp(3 x0) - x1 + 0 x2, on a Latin hypercube.
        let design = Design::latin_hypercube(200, 3, 4).expect("possible");
        let (points, responses) = run(&design, |u| (3.0 * u[0]).exp() - u[1]);
        let found = told(&points, &responses, 3);
        let r: Vec<f64> = found.iter().map(|c| c.coefficient.value).collect();
        assert!(r[0] > 0.99 && r[1] < -0.5 && r[2].abs() < 0.2, "{r:?}");
        // Ishigami: x0 rises with y, x1 matters but not monotonically; G is symmetric in all factors.
        let (points, responses) = run(&design, ishigami);
        let found = told(&points, &responses, 3);
        assert!(found[0].p_value < 1e-6 && found[1].p_value > 0.001);
        let design = Design::latin_hypercube(500, 4, 4).expect("possible");
        let (points, responses) = run(&design, sobol_g);
        let found = told(&points, &responses, 4);
        assert!(found.iter().all(|c| c.coefficient.value.abs() < 0.18));
    }

    #[test]
    fn a_response_that_is_perfectly_monotone_has_a_coefficient_of_one() {
        let design = Design::latin_hypercube(60, 3, 4).expect("possible");
        for (sign, factor) in [(1.0, 0), (-1.0, 1), (1.0, 2)] {
            let (points, responses) = run(&design, |u| sign * (3.0 * u[factor]).exp());
            let found = prcc(&points, &responses, 3).expect("enough rows");
            for (place, found) in found.into_iter().enumerate() {
                let value = found.map(|found| (found.coefficient.value, found.p_value));
                assert_eq!(value, (place == factor).then_some((sign, 0.0)));
            }
            let alone: Vec<Option<f64>> = points.iter().skip(factor).step_by(3).copied().collect();
            let found = prcc(&alone, &responses, 1).expect("enough rows");
            assert_eq!(found[0].map(|found| found.coefficient.value), Some(sign));
        }
        // Ranks that follow from two factors: 1, 2, ... of a grid, whose ranks are 10 a + b but for a constant.
        let grid = || (0..100).map(|i| (f64::from(i / 10), f64::from(i % 10)));
        let points: Vec<Option<f64>> = grid().flat_map(|(a, b)| [Some(a), Some(-b)]).collect();
        let responses: Vec<Option<f64>> = grid().map(|(a, b)| Some(10.0 * a + b)).collect();
        let found = prcc(&points, &responses, 2).expect("enough rows");
        let values = found
            .iter()
            .map(|found| found.map(|found| found.coefficient.value));
        assert_eq!(values.collect::<Vec<_>>(), [Some(1.0), Some(-1.0)]);
    }

    #[test]
    fn rows_with_something_missing_are_left_out() {
        let (mut points, mut responses) = numbers();
        let (short_points, short_responses) = (points[9..].to_vec(), responses[3..].to_vec());
        points[1] = None;
        responses[1] = None;
        points[8] = Some(f64::NAN);
        assert_eq!(
            prcc(&points, &responses, 3),
            prcc(&short_points, &short_responses, 3)
        );
    }

    #[test]
    fn what_cannot_be_told_is_refused_with_the_reason() {
        let (points, responses) = numbers();
        let message = |points: &[Option<f64>], responses: &[Option<f64>], factors| {
            prcc(points, responses, factors).expect_err("refused")
        };
        assert_eq!(
            message(&points[..15], &responses[..5], 3),
            "5 whole rows of 5 for rank correlations of 3 factors; allowed: 6 or more"
        );
        assert!(prcc(&points[..18], &responses[..6], 3).is_ok());
        let same: Vec<Option<f64>> = (1..=24).flat_map(|i| [Some(f64::from(i)); 2]).collect();
        assert!(message(&same, &responses, 2).starts_with("the ranks of factor 2 follow"));
        // Nor do many rows hide it, or ranks that run against each other.
        for rows in [100, 1_000, 3_000] {
            let against: Vec<Option<f64>> = (0..rows)
                .flat_map(|i| [f64::from(i), f64::from(i * 7 % 11), f64::from(-i)].map(Some))
                .collect();
            let responses: Vec<Option<f64>> = (0..rows).map(|i| Some(f64::from(i % 7))).collect();
            let told = message(&against, &responses, 3);
            assert!(told.starts_with("the ranks of factor 3 follow"), "{told}");
        }
        assert_eq!(
            message(&points, &[Some(1.0); 24], 3),
            "the response does not vary over 24 whole rows"
        );
        let rounded: Vec<Option<f64>> = (1..=24)
            .map(|i| Some(0.4 * (1.0 + f64::from(i * 7 % 13) * f64::EPSILON)))
            .collect();
        assert_eq!(
            message(&points, &rounded, 3),
            "the response does not vary over 24 whole rows"
        );
        let still: Vec<Option<f64>> = (1..=24)
            .flat_map(|i| [Some(1.0), Some(f64::from(i))])
            .collect();
        assert!(message(&still, &responses, 2).starts_with("factor 1 does not vary"));
        assert!(message(&points, &responses, 2).contains("allowed: 2 coordinates"));
    }
}
