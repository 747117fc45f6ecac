//! How much of a response's variance is the random draws of replicates.

use crate::stats::bootstrap::jackknife;
use crate::stats::estimate::Uncertain;
use crate::stats::rounding::{ROUNDING, difference};

/// Variance components of a table of points times replicates.
///
/// The model is `y = mean + point + replicate + rest`: points and replicates are random and crossed, because all
/// points meet the same random draws in a replicate. One run per cell cannot tell the interaction of point and draws from
/// noise, so the rest is both.
///
/// Estimated by the analysis of variance for unequal numbers (Henderson 1953, method I; Searle, Casella and McCulloch
/// 1992, section 5.3): observed sums of squares are set equal to their expectations. With `N` runs, `p` points with
/// `n_i` runs, `r` replicates with `m_j` runs, `a = sum(n_i^2) / N` and `b = sum(m_j^2) / N`,
///
/// - points: `SS_p = (N - a) V_point + (p - b) V_draws + (p - 1) V_rest`;
/// - replicates: `SS_r = (r - a) V_point + (N - b) V_draws + (r - 1) V_rest`;
/// - total: `SS = (N - a) V_point + (N - b) V_draws + (N - 1) V_rest`.
///
/// Without missing runs these are the mean squares of the two-way table.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Number of runs.
    pub n: usize,
    /// Number of points with at least one run.
    pub points: usize,
    /// Number of replicates with at least one run.
    pub replicates: usize,
    /// Variance between points, in squared units of the response. The estimate is unbiased and can be below 0, which
    /// says that it is small; shares count it as 0 then. So for all three.
    pub between_points: f64,
    /// Variance of the draws that all points have in common.
    pub common_draws: f64,
    /// Variance of the rest: draws that act differently on different points.
    pub rest: f64,
    without_point: Vec<Option<[f64; 3]>>,
    without_replicate: Vec<Option<[f64; 3]>>,
}

/// Sums from which components follow, with responses taken from their mean.
struct Sums<'a> {
    points: &'a [(f64, f64)],
    replicates: &'a [(f64, f64)],
    n: f64,
    total: f64,
    squares: f64,
}

impl Components {
    /// Components of a table given row by row: one row is a point, one column a replicate.
    ///
    /// Runs that are missing (or no finite number) are left out. None where fewer than two points or replicates are
    /// left, where the runs do not suffice to tell the three parts apart, or where the table has no whole rows.
    pub fn of(cells: &[Option<f64>], replicates: usize) -> Option<Components> {
        if replicates == 0 || !cells.len().is_multiple_of(replicates) {
            return None;
        }
        let finite = |cell: &Option<f64>| cell.filter(|y| y.is_finite());
        let present: Vec<f64> = cells.iter().filter_map(finite).collect();
        let centre = crate::stats::estimate::mean(&present)?;
        let cells: Vec<Option<f64>> = cells
            .iter()
            .map(|cell| finite(cell).map(|y| difference(y, centre)))
            .collect();
        let tally = |(n, sum): (f64, f64), y: &f64| (n + 1.0, sum + y);
        let rows: Vec<(f64, f64)> = cells
            .chunks_exact(replicates)
            .map(|row| row.iter().flatten().fold((0.0, 0.0), tally))
            .collect();
        let columns: Vec<(f64, f64)> = (0..replicates)
            .map(|j| {
                cells
                    .iter()
                    .skip(j)
                    .step_by(replicates)
                    .flatten()
                    .fold((0.0, 0.0), tally)
            })
            .collect();
        let whole = Sums {
            points: &rows,
            replicates: &columns,
            n: present.len() as f64,
            total: cells.iter().flatten().sum(),
            squares: cells.iter().flatten().map(|y| y * y).sum(),
        };
        let [between_points, common_draws, rest] = whole.components()?;

        // Cells of a row or column are taken out of the margins that cross it.
        let cells_of_row = |i: usize| cells[i * replicates..(i + 1) * replicates].iter().copied();
        let without_point = (0..rows.len())
            .map(|i| whole.without(Margin::Point, i, cells_of_row(i)))
            .collect();
        let without_replicate = (0..replicates)
            .map(|j| {
                let column = cells.iter().skip(j).step_by(replicates).copied();
                whole.without(Margin::Replicate, j, column)
            })
            .collect();
        Some(Components {
            n: present.len(),
            points: filled(&rows),
            replicates: filled(&columns),
            between_points,
            common_draws,
            rest,
            without_point,
            without_replicate,
        })
    }

    /// Share of the variance of a single run that lies between points. None where nothing varies.
    ///
    /// Here and below, standard errors are those of the jackknife, once over points and once over replicates, squares
    /// added; `n` is the smaller of their numbers, and the interval is Student's with `n - 1` degrees of freedom, cut
    /// to 0 to 1. With few points or replicates it is rough.
    pub fn share_between_points(&self) -> Option<Uncertain> {
        self.share(|[point, draws, rest]| (point, point + draws + rest))
    }

    /// Share of the variance of a single run that is random and common to all points.
    pub fn share_common_draws(&self) -> Option<Uncertain> {
        self.share(|[point, draws, rest]| (draws, point + draws + rest))
    }

    /// Share of the variance of a single run that is the rest.
    pub fn share_rest(&self) -> Option<Uncertain> {
        self.share(|[point, draws, rest]| (rest, point + draws + rest))
    }

    /// Share of the variance between means of points that is noise, where each point has `replicates` runs on the
    /// same random draws: `(V_rest / R) / (V_point + V_rest / R)`. Common draws move all means alike and drops out.
    ///
    /// None for no replicates, or where means do not vary.
    pub fn noise_of_means(&self, replicates: usize) -> Option<Uncertain> {
        let runs = replicates as f64;
        self.share(|[point, _, rest]| (rest / runs, point + rest / runs))
    }

    fn share(&self, parts: impl Fn([f64; 3]) -> (f64, f64)) -> Option<Uncertain> {
        let of = |components: [f64; 3]| {
            let (part, whole) = parts(components.map(|variance| variance.max(0.0)));
            (whole > 0.0 && whole.is_finite()).then(|| part / whole)
        };
        let value = of([self.between_points, self.common_draws, self.rest])?;
        let error = |left_out: &[Option<[f64; 3]>]| {
            let shares: Vec<Option<f64>> = left_out.iter().map(|c| of((*c)?)).collect();
            jackknife(&shares)
        };
        let error = error(&self.without_point)
            .zip(error(&self.without_replicate))
            .map(|(points, replicates)| (points * points + replicates * replicates).sqrt());
        let n = self.points.min(self.replicates);
        Some(Uncertain::student(n, value, error, n as f64 - 1.0).within(0.0, 1.0))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Margin {
    Point,
    Replicate,
}

impl Sums<'_> {
    /// The three components; none where the equations do not have one solution.
    fn components(&self) -> Option<[f64; 3]> {
        let n = self.n;
        let (p, r) = (filled(self.points) as f64, filled(self.replicates) as f64);
        if p < 2.0 || r < 2.0 || n < p + r {
            return None;
        }
        let even =
            |margin: &[(f64, f64)]| margin.iter().map(|(count, _)| count * count).sum::<f64>() / n;
        let (a, b) = (even(self.points), even(self.replicates));
        let correction = self.total * self.total / n;
        let explained = |margin: &[(f64, f64)]| -> f64 {
            let filled = margin.iter().filter(|(count, _)| *count > 0.0);
            filled.map(|(count, sum)| sum * sum / count).sum::<f64>() - correction
        };
        let all = self.squares - correction;
        let found = solve(
            [
                [n - a, p - b, p - 1.0],
                [r - a, n - b, r - 1.0],
                [n - a, n - b, n - 1.0],
            ],
            [explained(self.points), explained(self.replicates), all],
        )?;
        // What is left of sums of squares by rounding is no variance.
        let least = ROUNDING * all / (n - 1.0);
        Some(found.map(|variance| {
            if variance.abs() <= least {
                0.0
            } else {
                variance
            }
        }))
    }

    /// Components without one point or replicate, whose cells are given.
    fn without(
        &self,
        margin: Margin,
        out: usize,
        cells: impl Iterator<Item = Option<f64>>,
    ) -> Option<[f64; 3]> {
        let (mut points, mut replicates) = (self.points.to_vec(), self.replicates.to_vec());
        let (own, crossed) = match margin {
            Margin::Point => (&mut points, &mut replicates),
            Margin::Replicate => (&mut replicates, &mut points),
        };
        let (count, sum) = std::mem::take(&mut own[out]);
        let mut squares = self.squares;
        for ((n, total), cell) in crossed.iter_mut().zip(cells) {
            if let Some(y) = cell {
                *n -= 1.0;
                *total -= y;
                squares -= y * y;
            }
        }
        Sums {
            points: &points,
            replicates: &replicates,
            n: self.n - count,
            total: self.total - sum,
            squares,
        }
        .components()
    }
}

/// Rows or columns with at least one run.
fn filled(margin: &[(f64, f64)]) -> usize {
    margin.iter().filter(|(n, _)| *n > 0.0).count()
}

/// Three equations by Cramer's rule; none where their determinant is 0 to rounding.
fn solve(rows: [[f64; 3]; 3], right: [f64; 3]) -> Option<[f64; 3]> {
    let determinant = |m: [[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = determinant(rows);
    let size: f64 = rows
        .iter()
        .map(|row| row.iter().fold(0.0f64, |most, x| most.max(x.abs())))
        .product();
    if whole.abs() <= 1e-12 * size {
        return None;
    }
    Some(std::array::from_fn(|column| {
        let mut replaced = rows;
        for (row, value) in replaced.iter_mut().zip(right) {
            row[column] = value;
        }
        determinant(replaced) / whole
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::normal;
    use crate::stats::reference::stream;

    fn value(share: Option<Uncertain>) -> f64 {
        share.expect("a share").value
    }

    #[test]
    fn rounding_is_no_variance() {
        // Draws alone, which all points have in common, but for the last digits.
        let cells: Vec<Option<f64>> = (0..12)
            .map(|i| {
                Some((0.3 + 0.1 * f64::from(i % 3)) * (1.0 + f64::from(i * 5 % 7) * f64::EPSILON))
            })
            .collect();
        let found = Components::of(&cells, 3).expect("enough");
        assert_eq!((found.between_points, found.rest), (0.0, 0.0));
        assert_eq!(value(found.share_common_draws()), 1.0);
        assert_eq!(found.noise_of_means(3), None);
        let still: Vec<Option<f64>> = (0..12)
            .map(|i| Some(0.4 * (1.0 + f64::from(i % 5) * f64::EPSILON)))
            .collect();
        let found = Components::of(&still, 3).expect("enough");
        assert_eq!(found.share_common_draws(), None);
    }

    #[test]
    fn a_whole_table_worked_by_hand() {
        // Points (1, 3), (2, 6), (6, 6): means 2, 4, 6, of replicates 3, 5, of all 4. Mean squares: points
        // 2 (4 + 0 + 4) / 2 = 8; replicates 3 (1 + 1) / 1 = 6; rest (1 + 1 + 1 + 1) / 2 = 2. Components:
        // (8 - 2) / 2 = 3, (6 - 2) / 3 = 4/3, 2; together 19/3.
        let cells = [1.0, 3.0, 2.0, 6.0, 6.0, 6.0].map(Some);
        let found = Components::of(&cells, 2).expect("enough");
        assert_eq!((found.n, found.points, found.replicates), (6, 3, 2));
        approx::assert_abs_diff_eq!(found.between_points, 3.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(found.common_draws, 4.0 / 3.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(found.rest, 2.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(
            value(found.share_between_points()),
            9.0 / 19.0,
            epsilon = 1e-12
        );
        approx::assert_abs_diff_eq!(
            value(found.share_common_draws()),
            4.0 / 19.0,
            epsilon = 1e-12
        );
        approx::assert_abs_diff_eq!(value(found.share_rest()), 6.0 / 19.0, epsilon = 1e-12);
        // Two replicates: 2/2 = 1 of 3 + 1.
        approx::assert_abs_diff_eq!(value(found.noise_of_means(2)), 0.25, epsilon = 1e-12);
        assert_eq!(found.noise_of_means(0), None);
        // Far from 0 nothing is lost, and a point and a replicate without any run are not there.
        let far = cells.map(|cell| cell.map(|y| y + 1e9));
        let moved = Components::of(&far, 2).expect("enough");
        approx::assert_abs_diff_eq!(moved.rest, 2.0, epsilon = 1e-9);
        let [a, b, c, d, e, f] = cells;
        let gaps = [a, None, b, None, None, None, c, None, d, e, None, f];
        let gaps = Components::of(&gaps, 3).expect("enough");
        assert_eq!((gaps.n, gaps.points, gaps.replicates), (6, 3, 2));
        approx::assert_abs_diff_eq!(gaps.common_draws, found.common_draws, epsilon = 1e-12);
    }

    #[test]
    fn two_points_on_two_replicates_are_the_least_table() {
        // (1, 2), (3, 8): mean squares 16, 9 and 4; components (16 - 4) / 2, (9 - 4) / 2, 4.
        let cells = [1.0, 2.0, 3.0, 8.0].map(Some);
        let found = Components::of(&cells, 2).expect("enough");
        approx::assert_abs_diff_eq!(found.between_points, 6.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(found.common_draws, 2.5, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(found.rest, 4.0, epsilon = 1e-12);
        assert_eq!(
            Components::of(&[cells[0], cells[1], cells[2], None], 2),
            None
        );
    }

    #[test]
    fn three_equations_have_the_solution_by_hand() {
        // x = 2, y = -1, z = 3.
        let rows = [[2.0, 3.0, 1.0], [4.0, -1.0, 5.0], [-3.0, 2.0, 7.0]];
        let found = solve(rows, [4.0, 24.0, 13.0]).expect("one solution");
        for (found, expected) in found.into_iter().zip([2.0, -1.0, 3.0]) {
            approx::assert_abs_diff_eq!(found, expected, epsilon = 1e-12);
        }
        // The second row is three times the first, but for rounding.
        let row = [100.1, 200.3, 300.7];
        let same = [row, row.map(|x| 3.0 * x), [700.9, 1.3, 5.1]];
        assert_eq!(solve(same, [1.0, 3.0, 2.0]), None);
    }

    /// Points with variance 4, common noise 1, rest 2, and every hole-th cell missing.
    fn drawn(seed: u64, points: usize, replicates: usize, hole: usize) -> Vec<Option<f64>> {
        let mut stream = stream(seed);
        let mut draw = |code, position| normal(stream.block(code, position)[0]);
        let effects: Vec<f64> = (0..points as u64).map(|i| 2.0 * draw(1, i)).collect();
        let draws: Vec<f64> = (0..replicates as u64).map(|j| draw(2, j)).collect();
        (0..points * replicates)
            .map(|cell| {
                let rest = 2.0f64.sqrt() * draw(3, cell as u64);
                let y = 100.0 + effects[cell / replicates] + draws[cell % replicates] + rest;
                (cell % hole != 0).then_some(y)
            })
            .collect()
    }

    #[test]
    fn components_are_unbiased_with_missing_runs() {
        // 400 tables of 12 points and 8 replicates with every 5th or 7th run missing. Standard deviations of the
        // three estimates are about 1.9, 0.65 and 0.35, so bounds at four standard errors are 0.38, 0.13, 0.07.
        let mut sums = [0.0; 3];
        for seed in 0..400 {
            let cells = drawn(seed, 12, 8, if seed % 2 == 0 { 5 } else { 7 });
            let found = Components::of(&cells, 8).expect("enough");
            for (sum, part) in
                sums.iter_mut()
                    .zip([found.between_points, found.common_draws, found.rest])
            {
                *sum += part / 400.0;
            }
        }
        assert!((sums[0] - 4.0).abs() < 0.38, "{sums:?}");
        assert!((sums[1] - 1.0).abs() < 0.13, "{sums:?}");
        assert!((sums[2] - 2.0).abs() < 0.07, "{sums:?}");
    }

    #[test]
    fn intervals_cover_the_truth_most_of_the_time() {
        // Shares 4/7, 1/7, 2/7. The jackknife's interval is rough: of 200, at least 85 % hold the truth.
        let mut covered = [0; 3];
        for seed in 0..200 {
            let found = Components::of(&drawn(seed, 30, 20, 9), 20).expect("enough");
            let shares = [
                found.share_between_points(),
                found.share_common_draws(),
                found.share_rest(),
            ];
            for ((covered, share), truth) in
                covered
                    .iter_mut()
                    .zip(shares)
                    .zip([4.0 / 7.0, 1.0 / 7.0, 2.0 / 7.0])
            {
                let (low, high) = share.and_then(|share| share.interval).expect("ends");
                *covered += i32::from(low <= truth && truth <= high);
            }
        }
        assert!(covered.iter().all(|&times| times >= 170), "{covered:?}");
    }

    #[test]
    fn leaving_out_a_row_is_the_table_without_it() {
        let cells = drawn(3, 6, 5, 4);
        let found = Components::of(&cells, 5).expect("enough");
        let shorter = Components::of(&cells[5..], 5).expect("enough");
        let without = found.without_point[0].expect("enough");
        approx::assert_abs_diff_eq!(without[0], shorter.between_points, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(without[1], shorter.common_draws, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(without[2], shorter.rest, epsilon = 1e-9);
    }

    #[test]
    fn errors_of_shares_are_the_jackknifes_over_points_and_over_replicates() {
        let (points, replicates) = (8, 5);
        let cells = drawn(3, points, replicates, 7);
        let kept = |keep: &dyn Fn(usize) -> bool, columns: usize| {
            let kept = (0..cells.len()).filter(|cell| keep(*cell));
            let kept: Vec<_> = kept.map(|cell| cells[cell]).collect();
            Some(value(
                Components::of(&kept, columns)?.share_between_points(),
            ))
        };
        let without_point: Vec<_> = (0..points)
            .map(|out| kept(&|cell| cell / replicates != out, replicates))
            .collect();
        let without_replicate: Vec<_> = (0..replicates)
            .map(|out| kept(&|cell| cell % replicates != out, replicates - 1))
            .collect();
        let over = |left_out: &[Option<f64>]| jackknife(left_out).expect("all");
        let expected = over(&without_point).hypot(over(&without_replicate));
        let found = Components::of(&cells, replicates).expect("enough");
        let share = found.share_between_points().expect("varies");
        let error = share.standard_error.expect("all");
        approx::assert_abs_diff_eq!(error, expected, epsilon = 1e-9);
        // Five replicates are fewer than eight points: t(4, 0.975) = 2.776445.
        let (low, high) = share.interval.expect("all");
        let ends = (
            share.value - 2.776_445 * error,
            share.value + 2.776_445 * error,
        );
        approx::assert_abs_diff_eq!(low, ends.0.max(0.0), epsilon = 1e-6);
        approx::assert_abs_diff_eq!(high, ends.1.min(1.0), epsilon = 1e-6);
        assert!(ends.0 > 0.0 || ends.1 < 1.0);
    }

    #[test]
    fn tables_that_cannot_tell_the_parts_apart_have_none() {
        assert_eq!(Components::of(&[Some(1.0), Some(2.0)], 2), None);
        assert_eq!(Components::of(&[Some(1.0), Some(2.0)], 1), None);
        assert_eq!(Components::of(&[Some(1.0), None, None, Some(2.0)], 2), None);
        assert_eq!(Components::of(&[Some(1.0); 5], 2), None);
        assert_eq!(Components::of(&[], 0), None);
        let constant = Components::of(&[Some(1.0); 6], 2).expect("enough runs");
        assert_eq!(constant.share_rest(), None);
    }
}
