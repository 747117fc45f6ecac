//! Design points: numbered, made one by one, named by the hash of what they lay over the base.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::input::experiment::factor::{Factor, Variant};
use crate::input::experiment::values::FactorValue;
use crate::stats::design::Design;

/// How design points are chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DesignSpec {
    /// Every combination of levels.
    Grid,
    /// The base, and each factor at each of its levels.
    OneAtATime,
    /// Latin hypercube.
    LatinHypercube {
        /// Points.
        points: u64,
        /// Picks the design.
        seed: u64,
    },
    /// Sobol' sequence, scrambled.
    Sobol {
        /// Points.
        points: u64,
        /// Picks the design.
        seed: u64,
    },
    /// Trajectories of Morris (1991).
    Morris {
        /// Trajectories.
        trajectories: u64,
        /// Levels of a factor that takes any number of a range; others take all of their values.
        levels: u32,
        /// Picks the design.
        seed: u64,
    },
    /// Radial sample of Saltelli (2010).
    Saltelli {
        /// Rows of the base sample.
        base_points: u64,
        /// Whether second-order indices can be estimated.
        second_order: bool,
        /// Picks the design.
        seed: u64,
    },
    /// Points from a file.
    Table {
        /// One row a point, one value a factor.
        #[serde(rename = "rows_sha256", serialize_with = "rows_sum")]
        rows: Vec<Vec<FactorValue>>,
    },
}

/// A table may have a million rows, of which a manifest holds the sum.
fn rows_sum<S: serde::Serializer>(rows: &[Vec<FactorValue>], to: S) -> Result<S::Ok, S::Error> {
    let mut sum = Sha256::new();
    for row in rows {
        sum.update(format!("{row:?}\n").as_bytes());
    }
    to.serialize_str(&hex::encode(sum.finalize()))
}

impl DesignSpec {
    /// Names in files.
    pub const NAMES: &'static [&'static str] = &[
        "grid",
        "one_at_a_time",
        "latin_hypercube",
        "sobol",
        "morris",
        "saltelli",
        "table",
    ];

    /// The name in files.
    pub fn name(&self) -> &'static str {
        match self {
            DesignSpec::Grid => "grid",
            DesignSpec::OneAtATime => "one_at_a_time",
            DesignSpec::LatinHypercube { .. } => "latin_hypercube",
            DesignSpec::Sobol { .. } => "sobol",
            DesignSpec::Morris { .. } => "morris",
            DesignSpec::Saltelli { .. } => "saltelli",
            DesignSpec::Table { .. } => "table",
        }
    }
}

/// All design points of an experiment.
#[derive(Clone, Debug)]
pub struct Points {
    factors: Vec<Factor>,
    source: Source,
    /// Ranges take the values of their steps.
    in_levels: bool,
}

#[derive(Clone, Debug)]
enum Source {
    /// The base alone.
    Base,
    Design(Design),
    Table(Vec<Vec<FactorValue>>),
}

/// Digits of the name of a design point: 64 bits, so that a million points meet one another with a chance below 1e-7.
const ID_DIGITS: usize = 16;

impl Points {
    /// The points of a design over factors; of none, the base alone.
    ///
    /// # Errors
    /// A sentence where the design cannot have such a size.
    pub fn new(factors: &[Factor], design: Option<&DesignSpec>) -> Result<Self, String> {
        let levels = || factors.iter().map(Factor::levels).collect::<Vec<u32>>();
        let count = factors.len();
        let source = match design {
            None => Source::Base,
            Some(DesignSpec::Grid) => Source::Design(Design::grid(levels())?),
            Some(DesignSpec::OneAtATime) => Source::Design(Design::one_at_a_time(levels())?),
            Some(DesignSpec::LatinHypercube { points, seed }) => {
                Source::Design(Design::latin_hypercube(*points, count, *seed)?)
            }
            Some(DesignSpec::Sobol { points, seed }) => {
                Source::Design(Design::sobol(*points, count, *seed)?)
            }
            Some(DesignSpec::Morris {
                trajectories,
                levels,
                seed,
            }) => {
                // Refuses a number of levels that numbers of a range cannot be drawn with.
                Design::morris(*trajectories, count, *levels, *seed)?;
                let levels = factors
                    .iter()
                    .map(|factor| factor.trajectory_levels(*levels));
                Source::Design(Design::trajectories(
                    *trajectories,
                    levels.collect(),
                    *seed,
                )?)
            }
            Some(DesignSpec::Saltelli {
                base_points,
                second_order,
                seed,
            }) => Source::Design(Design::saltelli(*base_points, count, *second_order, *seed)?),
            Some(DesignSpec::Table { rows }) => Source::Table(rows.clone()),
        };
        let in_levels = matches!(design, Some(DesignSpec::Grid | DesignSpec::OneAtATime));
        Ok(Points {
            factors: factors.to_vec(),
            source,
            in_levels,
        })
    }

    /// What is varied.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// How many points there are.
    pub fn len(&self) -> u64 {
        match &self.source {
            Source::Base => 1,
            Source::Design(design) => design.len(),
            Source::Table(rows) => rows.len() as u64,
        }
    }

    /// Values of the factors at a point; none where the point leaves a factor as the base has it.
    pub fn values(&self, index: u64) -> Vec<Option<FactorValue>> {
        match &self.source {
            Source::Base => vec![None; self.factors.len()],
            Source::Design(design) => {
                let mut coordinates = vec![None; self.factors.len()];
                design.point(index, &mut coordinates);
                self.factors
                    .iter()
                    .zip(coordinates)
                    .map(|(factor, u)| u.map(|u| factor.at(u, self.in_levels)))
                    .collect()
            }
            Source::Table(rows) => usize::try_from(index)
                .ok()
                .and_then(|index| rows.get(index))
                .map_or_else(
                    || vec![None; self.factors.len()],
                    |row| row.iter().cloned().map(Some).collect(),
                ),
        }
    }

    /// Coordinates of a point in the unit cube, one per factor, where a design has them; none where the point leaves
    /// a factor as the base has it.
    pub fn coordinates(&self, index: u64) -> Vec<Option<f64>> {
        let mut coordinates = vec![None; self.factors.len()];
        if let Source::Design(design) = &self.source {
            design.point(index, &mut coordinates);
        }
        coordinates
    }

    /// Where in the range of its factor each value of a point stands, see [`Factor::place`].
    pub fn places(&self, index: u64) -> Vec<Option<f64>> {
        let values = self.values(index);
        let rows = self
            .coordinates(index)
            .into_iter()
            .zip(&self.factors)
            .zip(&values);
        rows.map(|((u, factor), value)| Some(factor.place(value.as_ref()?, u?)))
            .collect()
    }

    /// The values of a point as numbers (see [`Factor::number`]), a factor each; none where the point leaves it as the base
    /// has it.
    pub fn numbers(&self, index: u64) -> Vec<Option<f64>> {
        let values = self.values(index);
        let pairs = self.factors.iter().zip(&values);
        pairs
            .map(|(factor, value)| Some(factor.number(value.as_ref()?)))
            .collect()
    }

    /// What a point lays over the base.
    pub fn variant(&self, values: &[Option<FactorValue>]) -> Variant {
        let mut variant = Variant::default();
        for (factor, value) in self.factors.iter().zip(values) {
            let Some(value) = value else { continue };
            let laid = factor.variant(value);
            if laid.scenario.is_some() {
                variant.scenario = laid.scenario;
            }
            variant.set.extend(laid.set);
        }
        variant
    }
}

/// The name of what is laid over a base: a hash of its content, so that the same point has the same name in any
/// design and at any place in it.
pub fn point_id(variant: &Variant) -> String {
    let mut lines: Vec<String> = variant.set.iter().map(ToString::to_string).collect();
    lines.sort_unstable();
    let mut sum = Sha256::new();
    if let Some(scenario) = &variant.scenario {
        sum.update(b"scenario ");
        sum.update(scenario.written.as_bytes());
        sum.update(b"\n");
    }
    for line in lines {
        sum.update(line.as_bytes());
        sum.update(b"\n");
    }
    let mut id = hex::encode(sum.finalize());
    id.truncate(ID_DIGITS);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::experiment::factor::{Assignment, Level, Values};
    use crate::input::experiment::values::Range;

    fn factor(key: &str, steps: u32) -> Factor {
        let range = Range {
            steps,
            ..Range::uniform(0.0, 1.0)
        };
        Factor::of_range(key, range)
    }

    fn ids(points: &Points) -> Vec<String> {
        (0..points.len())
            .map(|index| point_id(&points.variant(&points.values(index))))
            .collect()
    }

    #[test]
    fn a_point_has_one_name_in_every_design() {
        let grid = |steps| {
            Points::new(
                &[factor("a.x", steps), factor("a.y", 2)],
                Some(&DesignSpec::Grid),
            )
            .expect("a grid")
        };
        let (small, large) = (ids(&grid(3)), ids(&grid(5)));
        assert_eq!((small.len(), large.len()), (6, 10));
        // Steps 0, 0.5, 1 are among 0, 0.25, 0.5, 0.75, 1.
        assert!(small.iter().all(|id| large.contains(id)));
        let mut unique = large.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), large.len());
    }

    #[test]
    fn trajectories_of_lists_and_whole_numbers_take_each_value_as_often() {
        let list = |count: usize| Factor {
            values: Values::Levels(
                (0..count)
                    .map(|level| Level {
                        label: format!("level {level}"),
                        variant: Variant::default(),
                    })
                    .collect(),
            ),
            ..factor("a.list", 0)
        };
        let range = Range {
            is_whole: true,
            ..Range::uniform(3.0, 7.0)
        };
        let whole = Factor::of_range("a.whole", range);
        let factors = [list(2), list(3), list(7), whole];
        let spec = DesignSpec::Morris {
            trajectories: 4_000,
            levels: 4,
            seed: 1,
        };
        let points = Points::new(&factors, Some(&spec)).expect("points");
        let mut counts = [[0.0; 7]; 4];
        for point in 0..points.len() {
            for (factor, value) in points.values(point).into_iter().enumerate() {
                let place = match value.expect("moved") {
                    FactorValue::Level(place) => place,
                    FactorValue::Whole(number) => number as usize - 3,
                    FactorValue::Real(_) => panic!("a list or whole numbers"),
                };
                counts[factor][place] += 1.0 / points.len() as f64;
            }
        }
        // Each trajectory has one draw of a factor, or two: s.e. below sqrt(0.25 / 4000) = 0.008; bound at four.
        for (counts, values) in counts.iter().zip([2, 3, 7, 5]) {
            for share in &counts[..values] {
                assert!((share - 1.0 / values as f64).abs() < 0.032, "{counts:?}");
            }
        }
    }

    #[test]
    fn one_at_a_time_begins_with_the_base() {
        let factors = [factor("a.x", 3), factor("a.y", 2)];
        let points = Points::new(&factors, Some(&DesignSpec::OneAtATime)).expect("points");
        assert_eq!(points.len(), 6);
        assert_eq!(points.variant(&points.values(0)), Variant::default());
        let variant = points.variant(&points.values(1));
        assert_eq!(variant.set, [Assignment::new("a.x", "0.0")]);
    }

    #[test]
    fn without_a_design_there_is_the_base() {
        let points = Points::new(&[], None).expect("points");
        assert_eq!(points.len(), 1);
        assert!(points.values(0).is_empty());
    }
}
