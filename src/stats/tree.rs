//! Where in parameter space an outcome holds, as a few readable rules.

use crate::stats::estimate::Uncertain;

/// Deepest tree: what is deeper is no longer read.
pub const DEPTH: usize = 3;

/// A tree of yes/no questions about factors (CART, Breiman et al. 1984), as the list of its leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Leaves from the lowest values of factors to the highest. Every whole row is in one.
    pub leaves: Vec<Leaf>,
    /// Rows the tree was grown from: those in which nothing is missing.
    pub n: usize,
    /// Share of those rows in which the outcome holds.
    pub share: Uncertain,
}

/// A box of parameter space and what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Bounds of the box by factor, ascending; factors without a bound are not named.
    pub bounds: Vec<Bound>,
    /// Rows in it.
    pub n: usize,
    /// Rows in it in which the outcome holds.
    pub yes: usize,
}

/// What a leaf asks of one factor: `from <= value < below`, with one end or both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The factor, from 0.
    pub factor: usize,
    /// Lower end, in the factor's units.
    pub from: Option<f64>,
    /// Upper end, in the factor's units.
    pub below: Option<f64>,
}

impl Leaf {
    /// Share of the leaf's rows in which the outcome holds, with the interval of Wilson (1927).
    ///
    /// The interval takes the box as given; boxes are chosen to look pure, so it is too narrow for new points.
    pub fn share(&self) -> Option<Uncertain> {
        Uncertain::share(self.yes, self.n)
    }

    /// The box in words: `comparability < 0.2 and 1 <= intensity < 3`; `everywhere` without bounds. Factors without a
    /// name are called by their number, from 1.
    pub fn rule(&self, names: &[&str]) -> String {
        if self.bounds.is_empty() {
            return "everywhere".into();
        }
        let parts: Vec<String> = self
            .bounds
            .iter()
            .map(|bound| {
                let name = match names.get(bound.factor) {
                    Some(name) => (*name).to_owned(),
                    None => format!("factor {}", bound.factor + 1),
                };
                match (bound.from, bound.below) {
                    (Some(from), Some(below)) => format!("{from} <= {name} < {below}"),
                    (Some(from), None) => format!("{name} >= {from}"),
                    (None, Some(below)) => format!("{name} < {below}"),
                    (None, None) => name,
                }
            })
            .collect();
        parts.join(" and ")
    }
}

impl Tree {
    /// Grows a tree of at most `depth` questions in a row (never more than [`DEPTH`]) whose leaves have at least
    /// `smallest_leaf` rows.
    ///
    /// `points` holds the values of factors row by row, `outcomes` one answer per row. A box is cut where Gini's
    /// impurity falls most, halfway between two neighbouring values, rounded to as few digits as keep them apart. Of
    /// cuts that are as good the lowest factor's is taken, and of those the lowest. Nothing is cut where impurity does
    /// not fall. Rows in which something is missing (or not a finite number) are left out.
    ///
    /// # Errors
    /// Sizes that do not fit together, a leaf size of 0, or no whole row.
    pub fn grow(
        points: &[Option<f64>],
        outcomes: &[Option<bool>],
        factors: usize,
        depth: usize,
        smallest_leaf: usize,
    ) -> Result<Tree, String> {
        let count = outcomes.len();
        if factors == 0 || points.len() != count * factors || smallest_leaf == 0 {
            return Err(format!(
                "{} values and {count} outcomes for a tree over {factors} factors with {smallest_leaf} rows or more \
                 in a leaf; allowed: {factors} values for each outcome, and 1 or more factors and rows",
                points.len()
            ));
        }
        let rows: Vec<Row> = points
            .chunks_exact(factors)
            .zip(outcomes)
            .filter_map(|(point, outcome)| {
                let values: Option<Vec<f64>> =
                    point.iter().map(|x| x.filter(|x| x.is_finite())).collect();
                values
                    .zip(*outcome)
                    .map(|(values, yes)| Row { values, yes })
            })
            .collect();
        let yes = rows.iter().filter(|row| row.yes).count();
        let share = Uncertain::share(yes, rows.len())
            .ok_or_else(|| format!("none of {count} rows has all values and an outcome"))?;
        let mut tree = Tree {
            leaves: Vec::new(),
            n: rows.len(),
            share,
        };
        let all: Vec<&Row> = rows.iter().collect();
        tree.cut(&all, &[], depth.min(DEPTH), smallest_leaf);
        Ok(tree)
    }

    fn cut(&mut self, rows: &[&Row], bounds: &[Bound], depth: usize, smallest_leaf: usize) {
        let found = (depth > 0).then(|| best_cut(rows, smallest_leaf)).flatten();
        let Some(Cut { factor, at }) = found else {
            self.leaves.push(Leaf {
                bounds: bounds.to_vec(),
                n: rows.len(),
                yes: rows.iter().filter(|row| row.yes).count(),
            });
            return;
        };
        let (low, high): (Vec<&Row>, Vec<&Row>) =
            rows.iter().partition(|row| row.values[factor] < at);
        let narrowed = |from: Option<f64>, below: Option<f64>| {
            let mut bounds = bounds.to_vec();
            let place = bounds.partition_point(|bound| bound.factor < factor);
            if bounds.get(place).is_none_or(|bound| bound.factor != factor) {
                let (from, below) = (None, None);
                bounds.insert(
                    place,
                    Bound {
                        factor,
                        from,
                        below,
                    },
                );
            }
            bounds[place].from = from.or(bounds[place].from);
            bounds[place].below = below.or(bounds[place].below);
            bounds
        };
        self.cut(&low, &narrowed(None, Some(at)), depth - 1, smallest_leaf);
        self.cut(&high, &narrowed(Some(at), None), depth - 1, smallest_leaf);
    }
}

struct Row {
    values: Vec<f64>,
    yes: bool,
}

struct Cut {
    factor: usize,
    at: f64,
}

/// The cut that leaves least impurity, if it leaves less than there is.
fn best_cut(rows: &[&Row], smallest_leaf: usize) -> Option<Cut> {
    let factors = rows.first()?.values.len();
    let total = rows.iter().filter(|row| row.yes).count();
    let mut least = impurity(total, rows.len());
    // Below rounding nothing falls: ties go to the first cut found.
    let margin = 1e-12 * rows.len() as f64;
    let mut best = None;
    let mut order = rows.to_vec();
    for factor in 0..factors {
        order.sort_by(|a, b| a.values[factor].total_cmp(&b.values[factor]));
        let mut yes = 0;
        for low in 1..order.len() {
            yes += usize::from(order[low - 1].yes);
            let (a, b) = (order[low - 1].values[factor], order[low].values[factor]);
            if a >= b || low < smallest_leaf || order.len() - low < smallest_leaf {
                continue;
            }
            let left = impurity(yes, low) + impurity(total - yes, order.len() - low);
            if left < least - margin {
                least = left;
                best = Some((factor, a, b));
            }
        }
    }
    best.map(|(factor, a, b)| Cut {
        factor,
        at: between(a, b),
    })
}

/// Gini's impurity times the number of rows: `n 2 p (1 - p)`.
fn impurity(yes: usize, n: usize) -> f64 {
    2.0 * yes as f64 * (n - yes) as f64 / n.max(1) as f64
}

/// A number above `a` and not above `b`: the middle, to as few significant digits as keep it there.
fn between(a: f64, b: f64) -> f64 {
    let middle = a + (b - a) / 2.0;
    (0..17)
        .filter_map(|digits| format!("{middle:.digits$e}").parse::<f64>().ok())
        .find(|&short| a < short && short <= b)
        .unwrap_or(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::design::Design;
    use crate::stats::reference::run;

    const NAMES: [&str; 3] = ["comparability", "intensity", "rate"];

    /// A tree over a Latin hypercube of 400 points in which the outcome is known.
    fn grown(holds: impl Fn(&[f64]) -> bool, smallest_leaf: usize) -> Tree {
        let design = Design::latin_hypercube(400, 3, 6).expect("possible");
        let (points, responses) = run(&design, |u| f64::from(u8::from(holds(u))));
        let outcomes: Vec<_> = responses.iter().map(|y| y.map(|y| y > 0.5)).collect();
        Tree::grow(&points, &outcomes, 3, 3, smallest_leaf).expect("whole rows")
    }

    fn rules(tree: &Tree) -> Vec<String> {
        tree.leaves.iter().map(|leaf| leaf.rule(&NAMES)).collect()
    }

    #[test]
    fn six_rows_worked_by_hand() {
        // Yes at 1, 2, 3; no at 4, 5; yes at 6. Impurity of all 2 * 4 * 2 / 6 = 2.667. Cut at 3.5: 0 + 2 * 1 * 2 / 3
        // = 1.333; at 5.5: 2 * 3 * 2 / 5 + 0 = 2.4; so 3.5, written 4 in one digit. Then no at 4, 5 and yes at 6.
        let points = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(Some);
        let outcomes = [true, true, true, false, false, true].map(Some);
        let tree = Tree::grow(&points, &outcomes, 1, 3, 1).expect("six rows");
        let found: Vec<_> = tree.leaves.iter().map(|leaf| (leaf.n, leaf.yes)).collect();
        assert_eq!(found, [(3, 3), (2, 0), (1, 1)]);
        assert_eq!(
            rules(&tree),
            [
                "comparability < 4",
                "4 <= comparability < 6",
                "comparability >= 6"
            ]
        );
        let coarse = Tree::grow(&points, &outcomes, 1, 3, 3).expect("six rows");
        let found: Vec<_> = coarse
            .leaves
            .iter()
            .map(|leaf| (leaf.n, leaf.yes))
            .collect();
        assert_eq!(found, [(3, 3), (3, 1)]);
        // Yes at 6 alone: a leaf of its own would be too small.
        let last = [false, false, false, false, false, true].map(Some);
        let tree = Tree::grow(&points, &last, 1, 1, 3).expect("six rows");
        let found: Vec<_> = tree.leaves.iter().map(|leaf| (leaf.n, leaf.yes)).collect();
        assert_eq!(found, [(3, 0), (3, 1)]);
    }

    #[test]
    fn a_threshold_is_found_and_told() {
        let tree = grown(|u| u[0] >= 0.2, 10);
        assert_eq!(
            rules(&tree),
            ["comparability < 0.2", "comparability >= 0.2"]
        );
        assert_eq!((tree.leaves[0].n, tree.leaves[0].yes), (80, 0));
        assert_eq!(tree.leaves[1].share().expect("rows").value, 1.0);
    }

    #[test]
    fn a_corner_takes_two_questions_and_a_band_of_one_factor_is_told_as_one() {
        let corner = grown(|u| u[0] < 0.3 && u[2] < 0.5, 5);
        let yes: Vec<_> = corner
            .leaves
            .iter()
            .filter(|leaf| 2 * leaf.yes > leaf.n)
            .collect();
        assert_eq!(yes.len(), 1);
        assert_eq!(
            yes[0].bounds.iter().map(|b| b.factor).collect::<Vec<_>>(),
            [0, 2]
        );
        let band = grown(|u| (0.25..0.6).contains(&u[1]), 5);
        let yes: Vec<_> = band
            .leaves
            .iter()
            .filter(|leaf| 2 * leaf.yes > leaf.n)
            .collect();
        assert_eq!(yes.len(), 1);
        assert_eq!(yes[0].bounds.len(), 1);
        assert!(yes[0].rule(&NAMES).contains(" <= intensity < "));
    }

    #[test]
    fn every_row_is_in_the_leaf_that_its_values_name() {
        let design = Design::latin_hypercube(300, 3, 2).expect("possible");
        let (points, responses) = run(&design, |u| u[0] + u[1] * u[2]);
        let outcomes: Vec<_> = responses.iter().map(|y| y.map(|y| y > 0.7)).collect();
        let tree = Tree::grow(&points, &outcomes, 3, 3, 10).expect("whole rows");
        for leaf in &tree.leaves {
            let inside = |row: &[Option<f64>]| {
                leaf.bounds.iter().all(|bound| {
                    let value = row[bound.factor].expect("set");
                    bound.from.is_none_or(|from| value >= from)
                        && bound.below.is_none_or(|below| value < below)
                })
            };
            let rows = points
                .chunks(3)
                .zip(&outcomes)
                .filter(|(row, _)| inside(row));
            let answers: Vec<bool> = rows.map(|(_, yes)| yes.expect("run")).collect();
            let yes = answers.iter().filter(|yes| **yes).count();
            assert_eq!((answers.len(), yes), (leaf.n, leaf.yes));
            assert!(leaf.n >= 10);
        }
        assert_eq!(tree.leaves.iter().map(|leaf| leaf.n).sum::<usize>(), 300);
        assert!(tree.leaves.len() <= 8);
    }

    #[test]
    fn of_two_cuts_as_good_the_lower_factors_is_taken() {
        let points: Vec<Option<f64>> = (0..8).flat_map(|i| [Some(f64::from(i)); 2]).collect();
        let outcomes: Vec<Option<bool>> = (0..8).map(|i| Some(i >= 4)).collect();
        let tree = Tree::grow(&points, &outcomes, 2, 3, 1).expect("eight rows");
        assert_eq!(rules(&tree), ["comparability < 4", "comparability >= 4"]);
    }

    #[test]
    fn where_nothing_differs_nothing_is_cut() {
        let tree = grown(|_| true, 1);
        assert_eq!(rules(&tree), ["everywhere"]);
        let points = [Some(1.0); 4];
        let outcomes = [true, false, true, false].map(Some);
        let tree = Tree::grow(&points, &outcomes, 1, 3, 1).expect("four rows");
        assert_eq!((tree.leaves.len(), tree.share.value), (1, 0.5));
    }

    #[test]
    fn rows_with_something_missing_are_left_out() {
        let points = [Some(1.0), None, Some(3.0), Some(4.0)];
        let outcomes = [Some(true), Some(true), None, Some(false)];
        let tree = Tree::grow(&points, &outcomes, 1, 3, 1).expect("two rows");
        assert_eq!((tree.n, tree.leaves.len()), (2, 2));
        assert!(Tree::grow(&[None; 3], &[Some(true); 3], 1, 3, 1).is_err());
        assert!(Tree::grow(&points, &outcomes, 2, 3, 1).is_err());
        assert!(Tree::grow(&points, &outcomes, 1, 3, 0).is_err());
    }

    #[test]
    fn thresholds_have_as_few_digits_as_they_need() {
        assert_eq!(between(0.1991, 0.2019), 0.2);
        assert_eq!(between(3.0, 4.0), 4.0);
        assert_eq!(between(-1.0, 1.0), 0.0);
        assert_eq!(between(1234.1, 1234.9), 1234.5);
        let next = f64::from_bits(1.0f64.to_bits() + 1);
        assert_eq!(between(1.0, next), next);
    }
}
