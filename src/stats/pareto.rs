//! Points that no other point beats in every objective.

use crate::stats::bootstrap::Resampler;
use crate::stats::estimate::Uncertain;

/// Which way an objective is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Maximise,
    /// Less is better.
    Minimise,
}

/// Which points are non-dominated: none other is at least as good in all objectives and better in one.
///
/// `values` holds the objectives point by point. Equal points do not dominate each other. A point with a missing
/// objective (or one that is not a number) has no answer and dominates none.
///
/// # Errors
/// No objective, or a number of values that is not a multiple of the objectives.
pub fn non_dominated(
    values: &[Option<f64>],
    directions: &[Direction],
) -> Result<Vec<Option<bool>>, String> {
    check(values.len(), directions.len(), "values")?;
    Ok(front(values, directions))
}

/// How likely each point is non-dominated, given that its objectives are means over replicates.
///
/// `cells` holds the runs point by point, in each objective by objective, in each replicate by replicate. Replicates
/// are resampled, with one resample for all points and objectives, because points meet the same random draws in a replicate;
/// each objective is then its mean over the resampled replicates that are not missing. The value is the share of
/// resamples in which the point is non-dominated, of those in which it has all objectives; `n` is the number of those
/// resamples, and standard error and interval (Wilson 1927) are of the resampling alone: more resamples narrow them,
/// more replicates move the value towards 0 or 1. None for a point without any.
///
/// # Errors
/// No objective or replicate, or a number of cells that is not a multiple of both.
pub fn chance_non_dominated(
    cells: &[Option<f64>],
    replicates: usize,
    directions: &[Direction],
    resamples: usize,
    seed: u64,
) -> Result<Vec<Option<Uncertain>>, String> {
    let objectives = directions.len();
    check(cells.len(), objectives.saturating_mul(replicates), "runs")?;
    let points = cells.len() / (objectives * replicates);
    // Missing cells weigh nothing.
    let finite = |cell: &Option<f64>| cell.filter(|x| x.is_finite());
    let present: Vec<(f64, f64)> = cells
        .iter()
        .map(|cell| finite(cell).map_or((0.0, 0.0), |x| (x, 1.0)))
        .collect();
    let mut resampler = Resampler::new(seed);
    let mut weights = vec![0.0; replicates];
    let mut means = vec![None; points * objectives];
    let mut counts = vec![(0usize, 0usize); points];
    for resample in 0..resamples as u64 {
        resampler.weigh(resample, &mut weights);
        for (mean, runs) in means.iter_mut().zip(present.chunks_exact(replicates)) {
            let (mut sum, mut n) = (0.0, 0.0);
            for ((value, there), weight) in runs.iter().zip(&weights) {
                sum += weight * value;
                n += weight * there;
            }
            *mean = (n > 0.0).then(|| sum / n);
        }
        for ((wins, tries), won) in counts.iter_mut().zip(front(&means, directions)) {
            *tries += usize::from(won.is_some());
            *wins += usize::from(won == Some(true));
        }
    }
    Ok(counts
        .into_iter()
        .map(|(wins, tries)| Uncertain::share(wins, tries))
        .collect())
}

fn check(cells: usize, each: usize, what: &str) -> Result<(), String> {
    if each == 0 || !cells.is_multiple_of(each) {
        return Err(format!(
            "{cells} {what} for points of {each} each; allowed: a multiple of it, and 1 or more each"
        ));
    }
    Ok(())
}

/// Points from best to worst by the first objective, then the next: a point is only dominated by one before it, and
/// if so then by a non-dominated one, so each is compared with the front so far. Quick where fronts are small, and
/// the square of the number of points at worst.
fn front(values: &[Option<f64>], directions: &[Direction]) -> Vec<Option<bool>> {
    let objectives = directions.len();
    let mut whole: Vec<(usize, Vec<f64>)> = values
        .chunks_exact(objectives)
        .enumerate()
        .filter_map(|(point, row)| {
            let oriented: Option<Vec<f64>> = row
                .iter()
                .zip(directions)
                .map(|(value, direction)| match direction {
                    Direction::Maximise => value.filter(|x| !x.is_nan()),
                    Direction::Minimise => value.filter(|x| !x.is_nan()).map(|x| -x),
                })
                // 0 and -0 are equal: adding 0 makes them the same.
                .map(|value| value.map(|x| x + 0.0))
                .collect();
            oriented.map(|row| (point, row))
        })
        .collect();
    let best_first = |a: &[f64], b: &[f64]| {
        let pairs = a.iter().zip(b).map(|(a, b)| b.total_cmp(a));
        pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    };
    whole.sort_by(|(_, a), (_, b)| best_first(a, b));
    let mut answers = vec![None; values.len() / objectives];
    let mut best: Vec<&[f64]> = Vec::new();
    for (point, row) in &whole {
        let dominates =
            |other: &&[f64]| other.iter().zip(row).all(|(o, r)| o >= r) && *other != row.as_slice();
        let beaten = best.iter().any(dominates);
        answers[*point] = Some(!beaten);
        if !beaten {
            best.push(row);
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::Direction::{Maximise, Minimise};
    use super::*;
    use crate::kernel::random::{normal, uniform};
    use crate::stats::reference::stream;

    #[test]
    fn five_points_worked_by_hand() {
        // Gain up, cost down. (3, 2) beats (2, 2) and (3, 5); (5, 4) and (1, 1) stand; (3, 2) twice stand both.
        let values = [3.0, 2.0, 2.0, 2.0, 3.0, 5.0, 5.0, 4.0, 1.0, 1.0, 3.0, 2.0].map(Some);
        let found = non_dominated(&values, &[Maximise, Minimise]).expect("pairs");
        assert_eq!(found, [true, false, false, true, true, true].map(Some));
    }

    #[test]
    fn a_point_with_a_missing_objective_has_no_answer_and_beats_none() {
        let values = [
            Some(9.0),
            None,
            Some(1.0),
            Some(1.0),
            Some(0.0),
            Some(f64::NAN),
        ];
        let found = non_dominated(&values, &[Maximise, Maximise]).expect("pairs");
        assert_eq!(found, [None, Some(true), None]);
    }

    #[test]
    fn the_front_is_that_of_all_comparisons() {
        let mut stream = stream(3);
        let directions = [Maximise, Minimise, Maximise];
        for case in 0..30 {
            // Few distinct values, so that ties are common.
            let values: Vec<f64> = (0..60)
                .map(|i| (uniform(stream.block(case, i)[0]) * 6.0).floor() - 3.0)
                .collect();
            let rows: Vec<[f64; 3]> = values
                .chunks_exact(3)
                .map(|row| [row[0], -row[1], row[2]])
                .collect();
            let beats = |a: &[f64; 3], b: &[f64; 3]| a != b && a.iter().zip(b).all(|(a, b)| a >= b);
            let expected: Vec<Option<bool>> = rows
                .iter()
                .map(|row| Some(!rows.iter().any(|other| beats(other, row))))
                .collect();
            let cells: Vec<Option<f64>> = values.into_iter().map(Some).collect();
            assert_eq!(
                non_dominated(&cells, &directions).expect("triples"),
                expected
            );
        }
    }

    #[test]
    fn a_clear_winner_is_certain_and_equals_share_the_chance() {
        // One objective, 40 replicates; points with means 0, 0 and -3 and noise of their own of s.d. 1: the first two
        // win about as often as their sample means say, never both, and the third never.
        let mut stream = stream(8);
        let cells: Vec<Option<f64>> = (0..120)
            .map(|i| Some(normal(stream.block(0, i)[0]) - if i >= 80 { 3.0 } else { 0.0 }))
            .collect();
        let found = chance_non_dominated(&cells, 40, &[Maximise], 1_000, 1).expect("120");
        let chance: Vec<f64> = found.iter().map(|c| c.expect("runs").value).collect();
        approx::assert_abs_diff_eq!(chance[0] + chance[1], 1.0, epsilon = 1e-12);
        assert!(chance[0] > 0.02 && chance[1] > 0.02, "{chance:?}");
        assert_eq!(chance[2], 0.0);
        assert_eq!(found[2].expect("runs").n, 1_000);
    }

    #[test]
    fn draws_that_all_points_share_does_not_blur_the_front() {
        // The second point is better by 0.1 in every replicate, below noise of s.d. 1.
        let mut stream = stream(1);
        let draws: Vec<f64> = (0..20).map(|j| normal(stream.block(0, j)[0])).collect();
        let cells: Vec<Option<f64>> = [0.0, 0.1]
            .iter()
            .flat_map(|better| draws.iter().map(move |x| Some(x + better)))
            .collect();
        let found = chance_non_dominated(&cells, 20, &[Maximise], 200, 1).expect("40");
        let chance: Vec<f64> = found.iter().map(|c| c.expect("runs").value).collect();
        assert_eq!(chance, [0.0, 1.0]);
    }

    #[test]
    fn missing_runs_are_left_out_of_means() {
        let cells = [Some(1.0), None, Some(2.0), Some(2.0), None, None];
        let found = chance_non_dominated(&cells, 2, &[Maximise], 400, 1).expect("6");
        // The first point has a mean unless its missing run is drawn twice (1 of 4); then it loses to the second.
        let first = found[0].expect("runs");
        assert!((first.n as f64 - 300.0).abs() < 40.0 && first.value == 0.0);
        assert_eq!(found[1].expect("runs").value, 1.0);
        assert_eq!(found[2], None);
        // One run that was better is a higher mean than two that were not.
        let cells = [Some(3.0), None, Some(2.0), Some(2.0)];
        let found = chance_non_dominated(&cells, 2, &[Maximise], 400, 1).expect("4");
        assert_eq!(found[0].expect("runs").value, 1.0);
    }

    #[test]
    fn zero_is_zero_with_either_sign() {
        let values = [0.0, 1.0, -0.0, 2.0].map(Some);
        let found = non_dominated(&values, &[Maximise, Maximise]).expect("pairs");
        assert_eq!(found, [false, true].map(Some));
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        assert!(non_dominated(&[Some(1.0); 3], &[Maximise, Maximise]).is_err());
        assert!(non_dominated(&[], &[]).is_err());
        assert!(chance_non_dominated(&[Some(1.0); 6], 4, &[Maximise], 9, 1).is_err());
        assert!(chance_non_dominated(&[], 0, &[Maximise], 9, 1).is_err());
    }
}
