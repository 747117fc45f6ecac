//! Rounding is not an effect: what differs by rounding alone is equal.
//!
//! A parameter that only sets a unit changes the last digits of every number: by some units in the last place after one
//! operation, by up to 3e-12 of an outcome of the nation after the forty quarters of a run. Analyses that divide by a spread
//! would call that significant, or a share of variance.

/// Numbers that differ by no more than this share of the larger one are equal to an analysis.
pub const ROUNDING: f64 = 1e-11;

/// `after` less `before`; exactly 0 where rounding explains it.
pub fn difference(after: f64, before: f64) -> f64 {
    let difference = after - before;
    if difference.abs() <= ROUNDING * after.abs().max(before.abs()) {
        0.0
    } else {
        difference
    }
}

/// Differences pair by pair, `after` less `before`. Those within rounding of the largest number of all are exactly 0, and
/// those that rounding alone tells apart are the same.
pub fn differences(after: &[f64], before: &[f64]) -> Vec<f64> {
    let largest = after
        .iter()
        .chain(before)
        .fold(0.0f64, |largest, value| largest.max(value.abs()));
    let tolerance = ROUNDING * largest;
    let mut differences: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    for difference in &mut differences {
        if difference.abs() <= tolerance {
            *difference = 0.0;
        }
    }
    settle_within(&mut differences, |_| tolerance);
    differences
}

/// Makes equal what differs by rounding alone: each of a group of such numbers takes the value of the one that comes first.
pub fn settle(values: &mut [f64]) {
    settle_within(values, |size| ROUNDING * size);
}

/// As [`settle`], for a list with gaps; numbers that are not finite are passed over.
pub fn settle_some(values: &mut [Option<f64>]) {
    let mut present: Vec<f64> = finite(values).collect();
    settle(&mut present);
    let places = values
        .iter_mut()
        .filter(|value| value.is_some_and(f64::is_finite));
    for (place, value) in places.zip(present) {
        *place = Some(value);
    }
}

fn finite(values: &[Option<f64>]) -> impl Iterator<Item = f64> {
    values
        .iter()
        .flatten()
        .copied()
        .filter(|value| value.is_finite())
}

/// Makes equal what lies within a tolerance, which is given for the size of a number. A group begins at its lowest number
/// and reaches as far as the tolerance, so that many near numbers do not become one.
pub(crate) fn settle_within(values: &mut [f64], tolerance: impl Fn(f64) -> f64) {
    let mut order: Vec<usize> = (0..values.len())
        .filter(|place| values[*place].is_finite())
        .collect();
    // Equal numbers in the order of their places.
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]).then(a.cmp(b)));
    let mut start = 0;
    while let Some(lowest) = order.get(start).map(|place| values[*place]) {
        let reach = |value: f64| value - lowest <= tolerance(lowest.abs().max(value.abs()));
        let group = order[start..]
            .iter()
            .take_while(|place| reach(values[**place]))
            .count();
        let members = &order[start..start + group.max(1)];
        if let Some(first) = members.iter().min().map(|place| values[*place]) {
            members.iter().for_each(|place| values[*place] = first);
        }
        start += members.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ULP: f64 = f64::EPSILON;

    #[test]
    fn differences_of_rounding_are_none() {
        assert_eq!(difference(0.4 + ULP, 0.4), 0.0);
        assert_eq!(difference(-1e9 * (1.0 + ULP), -1e9), 0.0);
        assert_eq!(difference(1e-30, 0.0), 1e-30);
        // A thousandth of a millionth is an effect.
        assert_eq!(difference(1.0 + 1e-9, 1.0), (1.0 + 1e-9) - 1.0);
        assert_eq!(
            differences(&[0.1 + ULP, 0.3], &[0.1, 0.3 + ULP]),
            [0.0, 0.0]
        );
        // A constant difference has no variance.
        let found = differences(&[0.1 + 0.2, 0.7 + 0.2, 0.4 + 0.2], &[0.1, 0.7, 0.4]);
        assert!(
            found
                .iter()
                .all(|one| *one == found[0] && (one - 0.2).abs() < ULP)
        );
    }

    #[test]
    fn groups_take_the_value_that_comes_first_and_do_not_run_together() {
        let mut values = [1.0 + ULP, 2.0, 1.0, 1.0 + 2.0 * ULP, f64::NAN];
        settle(&mut values);
        assert_eq!(values[..4], [1.0 + ULP, 2.0, 1.0 + ULP, 1.0 + ULP]);
        let mut chain: Vec<f64> = (0..100)
            .map(|i| 1.0 + f64::from(i) * 0.4 * ROUNDING)
            .collect();
        settle(&mut chain);
        chain.dedup();
        assert!(chain.len() > 25, "{}", chain.len());
        let mut gaps = [Some(1.0), None, Some(1.0 + ULP), Some(f64::INFINITY)];
        settle_some(&mut gaps);
        assert_eq!(gaps, [Some(1.0), None, Some(1.0), Some(f64::INFINITY)]);
        let mut zeros = [0.0, -0.0, 1e-300];
        settle(&mut zeros);
        assert_eq!(zeros, [0.0, 0.0, 1e-300]);
    }
}
