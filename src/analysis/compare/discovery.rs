//! Which uncertain parameters decide what a treatment does, and where it does it.

use crate::analysis::compare::Comparison;
use crate::stats::estimate::Uncertain;
use crate::stats::prcc::{RankCorrelation, by_strength, prcc};
use crate::stats::tree::{DEPTH, Leaf, Tree};
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

/// A leaf of the tree has at least so many points, and at least [`SMALLEST_SHARE`] of them.
const SMALLEST_LEAF: usize = 5;
/// A leaf of the tree has at least one in so many points.
const SMALLEST_SHARE: usize = 20;
/// Partial correlations are taken where there are at least so many points for each factor.
const POINTS_PER_FACTOR: usize = 2;

/// How a factor and the effect of a treatment go together over the points.
#[derive(Clone, Debug)]
pub struct Driver {
    /// Place of the treatment among [`Comparison::arms`].
    pub arm: usize,
    /// Place of the response.
    pub response: usize,
    /// Place of the factor.
    pub factor: usize,
    /// 1 for the strongest.
    pub rank: usize,
    /// Whether other factors are held fixed (partial rank correlation), or not (Spearman).
    pub is_partial: bool,
    /// The correlation.
    pub correlation: RankCorrelation,
}

/// A box of the parameter space and how often the response is higher in it.
#[derive(Clone, Debug)]
pub struct Region {
    /// Place of the treatment among [`Comparison::arms`].
    pub arm: usize,
    /// Place of the response.
    pub response: usize,
    /// Its number, from 1.
    pub number: usize,
    /// The box, in words.
    pub rule: String,
    /// Points in it, and those in which the mean difference is above 0.
    pub leaf: Leaf,
}

/// Drivers and regions of every treatment and response; `effects` gives mean differences point by point.
pub fn find(
    comparison: &Comparison,
    effects: impl Fn(usize, usize) -> Vec<Option<f64>>,
) -> (Vec<Driver>, Vec<Region>) {
    let factors = comparison.plan.points.factors();
    // Levels without an order have no ranks and no thresholds.
    let ordered: Vec<usize> = (0..factors.len())
        .filter(|f| factors[*f].is_numeric())
        .collect();
    let names: Vec<&str> = ordered.iter().map(|f| factors[*f].name.as_str()).collect();
    let mut points = Vec::new();
    for point in 0..comparison.plan.points.len() {
        let all = comparison.plan.points.numbers(point);
        points.extend(ordered.iter().map(|factor| all[*factor]));
    }
    let (mut drivers, mut regions) = (Vec::new(), Vec::new());
    for arm in 1..comparison.arms().len() {
        for response in 0..comparison.plan.responses().len() {
            let effects = effects(arm, response);
            for (rank, (factor, is_partial, correlation)) in
                correlations(&points, &effects, ordered.len())
                    .into_iter()
                    .enumerate()
            {
                drivers.push(Driver {
                    arm,
                    response,
                    factor: ordered[factor],
                    rank: rank + 1,
                    is_partial,
                    correlation,
                });
            }
            for (number, leaf) in leaves(&points, &effects, ordered.len())
                .into_iter()
                .enumerate()
            {
                regions.push(Region {
                    arm,
                    response,
                    number: number + 1,
                    rule: leaf.rule(&names),
                    leaf,
                });
            }
        }
    }
    (drivers, regions)
}

/// Factors with their correlations, the strongest first.
fn correlations(
    points: &[Option<f64>],
    effects: &[Option<f64>],
    factors: usize,
) -> Vec<(usize, bool, RankCorrelation)> {
    let enough = effects.iter().flatten().count() >= POINTS_PER_FACTOR * factors;
    let partial = enough
        .then(|| prcc(points, effects, factors).ok())
        .flatten();
    let is_partial = partial.is_some();
    // Too few points to hold other factors fixed: each by itself.
    let found = partial.unwrap_or_else(|| {
        let alone = |factor: usize| {
            let column = points.iter().skip(factor).step_by(factors);
            let column: Vec<Option<f64>> = column.copied().collect();
            let alone = prcc(&column, effects, 1).ok();
            let alone = alone.and_then(|list| list.first().copied().flatten());
            alone.or_else(|| exact(&column, effects))
        };
        (0..factors).map(alone).collect()
    });
    let strongest = by_strength(found).into_iter();
    strongest
        .map(|(factor, correlation)| (factor, is_partial, correlation))
        .collect()
}

/// The correlation of 1 or -1 where a factor alone orders all effects of too few points for others.
fn exact(column: &[Option<f64>], effects: &[Option<f64>]) -> Option<RankCorrelation> {
    let whole = column.iter().zip(effects).filter_map(|(x, y)| (*x).zip(*y));
    let mut pairs: Vec<(f64, f64)> = whole.collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rises = pairs.windows(2).all(|two| two[0].1 < two[1].1);
    let falls = pairs.windows(2).all(|two| two[0].1 > two[1].1);
    let value = match (rises, falls) {
        (true, false) => 1.0,
        (false, true) => -1.0,
        // Nothing varies, or there are fewer than two points.
        _ => return None,
    };
    Some(RankCorrelation {
        coefficient: Uncertain {
            n: pairs.len(),
            value,
            standard_error: None,
            interval: None,
        },
        p_value: 0.0,
    })
}

/// Boxes in which the mean difference is above 0, or is not.
fn leaves(points: &[Option<f64>], effects: &[Option<f64>], factors: usize) -> Vec<Leaf> {
    let higher: Vec<Option<bool>> = effects
        .iter()
        .map(|effect| effect.map(|e| e > 0.0))
        .collect();
    let smallest = SMALLEST_LEAF.max(effects.len() / SMALLEST_SHARE);
    Tree::grow(points, &higher, factors, DEPTH, smallest)
        .map_or_else(|_| Vec::new(), |tree| tree.leaves)
}

/// `drivers.csv`.
pub fn drivers_table(comparison: &Comparison, drivers: &[Driver]) -> ResultTable {
    let method = "rank correlation with other factors held fixed (`partial`), or by itself where points are too few for \
                  that (`spearman`)";
    let row = "a factor and a response to a treatment, over all design points";
    let factors = comparison.plan.points.factors();
    let mut table = Columns::<&Driver>::new("drivers", row);
    comparison.key_columns(&mut table, |driver| (driver.arm, driver.response));
    columns!(table, |driver| {
        key "factor": "name of the factor" => factors[driver.factor].name.as_str();
        "rank": "1 for the strongest correlation" => driver.rank;
        "method": method
            => if driver.is_partial { "partial" } else { "spearman" }, names(&["partial", "spearman"]);
        "n": "design points behind it" => driver.correlation.coefficient.n;
        "correlation": "rank correlation of factor and mean difference over points"
            => driver.correlation.coefficient.value;
        "low" to "high": "its 95 % interval (Fisher)"
            => driver.correlation.coefficient.interval, missing("there are too few points");
        "p_value": "two-sided p-value of no correlation" => driver.correlation.p_value;
    });
    table.fill(drivers)
}

/// `scenario_discovery.csv`.
pub fn discovery_table(comparison: &Comparison, regions: &[Region]) -> ResultTable {
    let row = "a region of the parameter space, in which a response to a treatment is mostly higher or mostly not";
    let mut table = Columns::<&Region>::new("scenario_discovery", row);
    comparison.key_columns(&mut table, |region| (region.arm, region.response));
    columns!(table, |region| {
        key "region": "number of the region, from 1" => region.number;
        "rule": "the region, in the units of the factors" => region.rule.as_str();
        "points": "design points in it" => region.leaf.n;
        "higher": "those in which the mean difference is above 0" => region.leaf.yes;
        "share": "share of them" => region.leaf.share().map(|share| share.value);
        "low" to "high": "its 95 % interval (Wilson), taking the region as given" => region.leaf.share()?.interval;
    });
    table.fill(regions)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 40 points of two factors; the effect rises with the second.
    fn numbers() -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let (mut points, mut effects) = (Vec::new(), Vec::new());
        for i in 0..40u32 {
            let (a, b) = (f64::from((i * 7) % 40), f64::from(i) / 40.0);
            points.extend([Some(a), Some(b)]);
            // Where it is far above 0, it goes up and down a little.
            let bump = if i < 20 { 0 } else { i * 3 % 7 };
            effects.push(Some(b - 0.19 + 0.01 * f64::from(bump)));
        }
        (points, effects)
    }

    #[test]
    fn the_factor_that_decides_comes_first_and_its_threshold_is_told() {
        let (points, effects) = numbers();
        let found = correlations(&points, &effects, 2);
        assert_eq!((found[0].0, found[0].1), (1, true));
        assert!(found[0].2.coefficient.value > 0.9);
        let leaves = leaves(&points, &effects, 2);
        let rules: Vec<String> = leaves.iter().map(|leaf| leaf.rule(&["a", "b"])).collect();
        assert_eq!(rules, ["b < 0.2", "b >= 0.2"]);
    }

    #[test]
    fn a_factor_that_orders_all_effects_is_named_without_an_interval() {
        let (points, _) = numbers();
        let effects: Vec<_> = points.chunks(2).map(|row| row[1].map(|b| -b)).collect();
        let found = correlations(&points, &effects, 2);
        assert_eq!((found[0].0, found[0].1), (1, true));
        assert_eq!(found[0].2.coefficient.value, -1.0);
        assert_eq!(found[0].2.coefficient.interval, None);
    }

    #[test]
    fn with_few_points_each_factor_stands_by_itself() {
        let (points, effects) = numbers();
        // Four points of two factors are enough by number, but not for the method.
        let found = correlations(&points[..8], &effects[..4], 2);
        assert!(found.iter().all(|(_, is_partial, _)| !is_partial));
    }
}
