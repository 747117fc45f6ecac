//! 7.9 Outcomes that are more than a sum.

/// O3: AI sovereignty, the geometric mean of four ratios in [0, 1].
pub fn sovereignty(frontier_ratio: f64, self_reliance: f64, talent: f64, standing: f64) -> f64 {
    (frontier_ratio * self_reliance * talent * standing)
        .sqrt()
        .sqrt()
}

/// O4: mean cosine over all pairs of `n` cities from the squared norm of the sum of their unit vectors:
/// `(‖Σ p̂‖² - n)/(n (n - 1))`. None for fewer than two cities.
pub fn all_pairs_similarity(
    squared_norm_of_sum: f64,
    unit_vectors: f64,
    cities: usize,
) -> Option<f64> {
    let n = cities as f64;
    (cities > 1).then(|| (squared_norm_of_sum - unit_vectors) / (n * (n - 1.0)))
}

/// O8, one instrument's term: `y fit (1 - [preemption] ϖ R) J/(J + j_0 base)`; `active` is `y`, 0 or 1, and
/// `money_effect` the quotient of the money of the quarter.
#[inline(always)]
pub fn liberalisation(active: f64, fit: f64, unblunted: f64, money_effect: f64) -> f64 {
    active * fit * unblunted * money_effect
}

/// O15: Gini index of values sorted from low to high; 0 where all are 0 or there is none.
pub fn gini_of_sorted(values: impl ExactSizeIterator<Item = f64> + Clone) -> f64 {
    let n = values.len() as f64;
    let total: f64 = values.clone().sum();
    let ranked: f64 = values
        .enumerate()
        .map(|(rank, x)| (rank as f64 + 1.0) * x)
        .sum();
    if total > 0.0 {
        (2.0 * ranked / total - n - 1.0) / n
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gini_equals_values_worked_by_hand() {
        assert_eq!(gini_of_sorted([2.0, 2.0, 2.0].into_iter()), 0.0);
        // 0, 0, 3: mean absolute difference 2 over twice the mean: (4 x 3)/(9)/(2 x 1) = 2/3.
        assert!((gini_of_sorted([0.0, 0.0, 3.0].into_iter()) - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!(gini_of_sorted([].into_iter()), 0.0);
    }

    #[test]
    fn similarity_of_orthogonal_and_equal_cities() {
        // Two orthogonal unit vectors: ‖sum‖² = 2, (2 - 2)/2 = 0. Two equal ones: 4, (4 - 2)/2 = 1.
        assert_eq!(all_pairs_similarity(2.0, 2.0, 2), Some(0.0));
        assert_eq!(all_pairs_similarity(4.0, 2.0, 2), Some(1.0));
        assert_eq!(all_pairs_similarity(1.0, 1.0, 1), None);
    }

    #[test]
    fn sovereignty_is_a_fourth_root() {
        assert!((sovereignty(0.16, 1.0, 1.0, 1.0) - 0.632_455_532_033_675_9).abs() < 1e-15);
        assert_eq!(sovereignty(1.0, 0.0, 1.0, 1.0), 0.0);
    }
}
