//! Points at which runs are made: designs of experiments in the unit cube.
//!
//! A design is a rule, not a table: every point is computed from its index, so nothing is kept however many
//! there are, points can be asked for in any order, and all randomness is keyed by the seed. [`crate::stats`]
//! has the estimators that go with each design.

pub mod permutation;
#[cfg(test)]
mod tests;
pub mod trajectory;

use rand_chacha::rand_core::Rng;

use crate::kernel::keyed::{Use, generator};
use crate::kernel::random;
use crate::stats::design::permutation::Permutation;

/// Most points a Sobol' sequence has here; its directions have 16 bits.
pub const SOBOL_POINTS: u64 = 1 << 16;

/// Most dimensions of a Sobol' sequence; Saltelli's design takes two per factor.
pub const SOBOL_DIMENSIONS: usize = sobol_burley::NUM_DIMENSIONS as usize;

/// Points of a design, made one by one: nothing is kept however many there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    points: u64,
    pub(in crate::stats) factors: usize,
    rule: Rule,
}

/// How a point follows from its index.
#[derive(Clone, Debug, PartialEq)]
enum Rule {
    Grid { levels: Vec<u32> },
    OneAtATime { levels: Vec<u32> },
    LatinHypercube { seed: u64, orders: Vec<Permutation> },
    Sobol { scramble: u32 },
    Morris { levels: Vec<u32>, seed: u64 },
    Saltelli { second_order: bool, scramble: u32 },
}

impl Design {
    /// Every combination of levels, one factor per entry; the last factor varies fastest.
    ///
    /// Level `i` of `L` has the coordinate `(i + 0.5) / L`.
    ///
    /// # Errors
    /// No factor, a factor without a level, or more than 2^64 - 1 points.
    pub fn grid(levels: Vec<u32>) -> Result<Design, String> {
        check_levels(&levels)?;
        let points = levels
            .iter()
            .try_fold(1u64, |points, &level| points.checked_mul(u64::from(level)))
            .ok_or_else(|| {
                format!(
                    "a grid of {} factors has more points than can be numbered; allowed: below 2^64",
                    levels.len()
                )
            })?;
        Ok(Design {
            points,
            factors: levels.len(),
            rule: Rule::Grid { levels },
        })
    }

    /// The base, then each factor at each of its levels while the others stay as in the base.
    ///
    /// Point 0 has no coordinate at all; every other point has one. Level `i` of `L` has the coordinate
    /// `(i + 0.5) / L`.
    ///
    /// # Errors
    /// No factor, a factor without a level, or more than 2^64 - 1 points.
    pub fn one_at_a_time(levels: Vec<u32>) -> Result<Design, String> {
        check_levels(&levels)?;
        let points = levels
            .iter()
            .try_fold(1u64, |points, &level| points.checked_add(u64::from(level)))
            .ok_or(
                "one factor at a time has more points than can be numbered; allowed: below 2^64",
            )?;
        Ok(Design {
            points,
            factors: levels.len(),
            rule: Rule::OneAtATime { levels },
        })
    }

    /// Latin hypercube (McKay, Beckman and Conover 1979): cut into `points` equal cells, every factor has one point
    /// in each, at a random place within the cell. A larger hypercube is another one: points cannot be added.
    ///
    /// # Errors
    /// No point, or no factor.
    pub fn latin_hypercube(points: u64, factors: usize, seed: u64) -> Result<Design, String> {
        check_some(points, "points")?;
        check_some(factors as u64, "factors")?;
        let orders = (0..factors as u64)
            .map(|factor| Permutation::new(points, seed, factor))
            .collect();
        Ok(Design {
            points,
            factors,
            rule: Rule::LatinHypercube { seed, orders },
        })
    }

    /// Sobol' sequence (Sobol' 1967; directions of Joe and Kuo 2008), Owen-scrambled (Owen 1995; by hashing after
    /// Burley 2020). With one seed, more points extend fewer and more factors add columns.
    ///
    /// Coordinates are multiples of 2^-24. Every block of `2^m` points, from a multiple of `2^m` on, has one point
    /// in each of `2^m` equal cells of every factor; numbers of points that are powers of two use that best.
    ///
    /// # Errors
    /// No point or factor, more than [`SOBOL_POINTS`] points or [`SOBOL_DIMENSIONS`] factors.
    pub fn sobol(points: u64, factors: usize, seed: u64) -> Result<Design, String> {
        check_some(points, "points")?;
        check_some(factors as u64, "factors")?;
        check_sequence(points, factors)?;
        Ok(Design {
            points,
            factors,
            rule: Rule::Sobol {
                scramble: scramble(seed),
            },
        })
    }

    /// Trajectories for elementary effects (Morris 1991): `factors + 1` points each, of which each differs from the
    /// one before in one factor by `levels / 2` levels.
    ///
    /// Level `i` has the coordinate `i / (levels - 1)`. A trajectory depends on the seed and its number alone, so
    /// more trajectories extend fewer.
    ///
    /// # Errors
    /// No trajectory or factor, `levels` odd or below 2, or more than 2^64 - 1 points.
    pub fn morris(
        trajectories: u64,
        factors: usize,
        levels: u32,
        seed: u64,
    ) -> Result<Design, String> {
        if levels < 2 || levels % 2 == 1 {
            return Err(format!(
                "trajectories with {levels} levels; allowed: an even number from 2"
            ));
        }
        Design::trajectories(trajectories, vec![levels; factors], seed)
    }

    /// As [`Design::morris`], with a number of levels for each factor, which may be odd: then half of the levels is
    /// rounded down or up, so that every level is as likely at either end of a step.
    ///
    /// # Errors
    /// No trajectory or factor, a factor with fewer than 2 levels, or more than 2^64 - 1 points.
    pub fn trajectories(trajectories: u64, levels: Vec<u32>, seed: u64) -> Result<Design, String> {
        check_some(trajectories, "trajectories")?;
        check_some(levels.len() as u64, "factors")?;
        if let Some(few) = levels.iter().find(|count| **count < 2) {
            return Err(format!(
                "trajectories over {few} levels of a factor; allowed: 2 or more"
            ));
        }
        Ok(Design {
            points: rows(trajectories, levels.len() as u64 + 1)?,
            factors: levels.len(),
            rule: Rule::Morris { levels, seed },
        })
    }

    /// Saltelli's design for Sobol' indices (Saltelli 2002; Saltelli et al. 2010), in the order of rows of SALib.
    ///
    /// Each base point of the sequence in twice as many dimensions gives a row A (first half) and a row B (second
    /// half). Its block of points is A; A with factor `j` from B, for each `j`; where second order is asked for, B
    /// with factor `j` from A, for each `j`; and B. More base points extend fewer.
    ///
    /// # Errors
    /// No base point or factor, more than [`SOBOL_POINTS`] base points, or more factors than half of
    /// [`SOBOL_DIMENSIONS`].
    pub fn saltelli(
        base_points: u64,
        factors: usize,
        second_order: bool,
        seed: u64,
    ) -> Result<Design, String> {
        check_some(base_points, "points")?;
        check_some(factors as u64, "factors")?;
        check_sequence(base_points, factors.saturating_mul(2))?;
        Ok(Design {
            points: rows(base_points, saltelli_block(factors, second_order))?,
            factors,
            rule: Rule::Saltelli {
                second_order,
                scramble: scramble(seed),
            },
        })
    }

    /// Number of points, at least 1.
    pub fn len(&self) -> u64 {
        self.points
    }

    /// Writes the coordinates of the point at `index`, from 0, to `out`, one per factor, in [0, 1].
    ///
    /// None leaves the factor as the base has it. Past the end of the design all are none. `out` holds
    /// a place for each factor; what it has beyond becomes none, and a shorter one gets the first factors.
    pub fn point(&self, index: u64, out: &mut [Option<f64>]) {
        out.fill(None);
        if index >= self.points {
            return;
        }
        if out.len() < self.factors {
            let mut whole = vec![None; self.factors];
            self.fill(index, &mut whole);
            out.copy_from_slice(&whole[..out.len()]);
        } else {
            self.fill(index, &mut out[..self.factors]);
        }
    }

    /// As [`Design::point`], with an index inside the design and as many places as factors, all none.
    fn fill(&self, index: u64, out: &mut [Option<f64>]) {
        match &self.rule {
            Rule::Grid { levels } => {
                let mut rest = index;
                for (coordinate, &count) in out.iter_mut().zip(levels).rev() {
                    *coordinate = Some(middle(rest % u64::from(count), count));
                    rest /= u64::from(count);
                }
            }
            Rule::OneAtATime { levels } => {
                let Some(mut rest) = index.checked_sub(1) else {
                    return;
                };
                for (coordinate, &count) in out.iter_mut().zip(levels) {
                    if rest < u64::from(count) {
                        *coordinate = Some(middle(rest, count));
                        return;
                    }
                    rest -= u64::from(count);
                }
            }
            Rule::LatinHypercube { seed, orders } => {
                for (factor, (coordinate, order)) in out.iter_mut().zip(orders).enumerate() {
                    let mut draws = generator(*seed, factor as u64, Use::LatinPlace);
                    draws.set_stream(index);
                    let place = random::open_uniform(draws.next_u64());
                    let cell = order.at(index) as f64;
                    *coordinate = Some((cell + place) / self.points as f64);
                }
            }
            Rule::Sobol { scramble } => {
                for (dimension, coordinate) in out.iter_mut().enumerate() {
                    *coordinate = Some(sequence(index, dimension, *scramble));
                }
            }
            Rule::Morris { levels, seed } => {
                let size = self.factors as u64 + 1;
                let (trajectory, step) = (index / size, (index % size) as usize);
                trajectory::point(*seed, trajectory, levels, step, out);
            }
            Rule::Saltelli {
                second_order,
                scramble,
            } => {
                let factors = self.factors;
                let block = saltelli_block(factors, *second_order);
                let (base, row) = (index / block, (index % block) as usize);
                // Which rows take most from B, and which factor comes from the other one.
                let last = block as usize - 1;
                let mostly_b = row > factors;
                let swapped = match row {
                    0 => None,
                    row if row == last => None,
                    row => Some((row - 1) % factors),
                };
                for (factor, coordinate) in out.iter_mut().enumerate() {
                    let from_b = mostly_b != (swapped == Some(factor));
                    let dimension = factor + if from_b { factors } else { 0 };
                    *coordinate = Some(sequence(base, dimension, *scramble));
                }
            }
        }
    }
}

/// The middle of cell `level` of `count` equal ones.
fn middle(level: u64, count: u32) -> f64 {
    (level as f64 + 0.5) / f64::from(count)
}

/// Rows per base point of Saltelli's design.
fn saltelli_block(factors: usize, second_order: bool) -> u64 {
    let mixed = if second_order { 2 } else { 1 };
    mixed * factors as u64 + 2
}

/// One coordinate of the scrambled sequence.
fn sequence(index: u64, dimension: usize, scramble: u32) -> f64 {
    // Both fit: constructors allow at most 2^16 points and 256 dimensions.
    f64::from(sobol_burley::sample(
        index as u32,
        dimension as u32,
        scramble,
    ))
}

/// What the sequence is scrambled with.
fn scramble(seed: u64) -> u32 {
    generator(seed, 0, Use::Scramble).next_u32()
}

/// Blocks times rows in each, where it can be numbered.
fn rows(blocks: u64, each: u64) -> Result<u64, String> {
    blocks.checked_mul(each).ok_or_else(|| {
        format!(
            "{blocks} blocks of {each} points are more than can be numbered; allowed: below 2^64"
        )
    })
}

/// Refuses a design of nothing.
fn check_some(count: u64, what: &str) -> Result<(), String> {
    match count {
        0 => Err(format!("a design of 0 {what}; allowed: 1 or more")),
        _ => Ok(()),
    }
}

fn check_levels(levels: &[u32]) -> Result<(), String> {
    check_some(levels.len() as u64, "factors")?;
    match levels.iter().position(|&count| count == 0) {
        Some(factor) => Err(format!(
            "factor {} of {} has 0 levels; allowed: 1 or more",
            factor + 1,
            levels.len()
        )),
        None => Ok(()),
    }
}

fn check_sequence(points: u64, dimensions: usize) -> Result<(), String> {
    if points > SOBOL_POINTS {
        return Err(format!(
            "a Sobol' sequence of {points} points; allowed: 1 to {SOBOL_POINTS}"
        ));
    }
    if dimensions > SOBOL_DIMENSIONS {
        return Err(format!(
            "a Sobol' sequence in {dimensions} dimensions; allowed: 1 to {SOBOL_DIMENSIONS} \
             (one per factor, two per factor in Saltelli's design)"
        ));
    }
    Ok(())
}
