//! Which factors matter: Sobol' indices, elementary effects or rank correlations, as the design allows.

pub mod result_tables;

use crate::input::experiment::points::{DesignSpec, Points};
use crate::kernel::ordered::{WorkerPool, work_in_order};
use crate::stats::bootstrap::RESAMPLES;
use crate::stats::components::Components;
use crate::stats::estimate::Uncertain;
use crate::stats::morris::morris;
use crate::stats::prcc::prcc;
use crate::stats::sobol::sobol;
use crate::study::table::RunTable;

/// How factors are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Sobol' indices, from Saltelli's design.
    Sobol {
        /// Whether the design has rows for pairs of factors.
        second_order: bool,
    },
    /// Elementary effects, from trajectories of Morris.
    Morris,
    /// Partial rank correlations, from any other sample.
    RankCorrelation,
}

impl Method {
    /// The method for a design.
    ///
    /// # Errors
    /// A sentence where a design has none, or too few points for it.
    pub fn of(design: Option<&DesignSpec>, factors: usize) -> Result<Self, String> {
        const ALLOWED: &str = "allowed: `saltelli` (Sobol' indices), `morris` (elementary effects), or \
             `latin_hypercube`, `sobol`, `table` (rank correlations)";
        let points = match design {
            Some(DesignSpec::Morris { .. }) => return Ok(Method::Morris),
            Some(DesignSpec::Saltelli {
                base_points: ..2, ..
            }) => {
                let least = "`design.base_points` is 1; allowed for Sobol' indices: 2 or more";
                return Err(least.into());
            }
            Some(&DesignSpec::Saltelli { second_order, .. }) => {
                return Ok(Method::Sobol { second_order });
            }
            Some(DesignSpec::LatinHypercube { points, .. } | DesignSpec::Sobol { points, .. }) => {
                *points
            }
            Some(DesignSpec::Table { rows }) => rows.len() as u64,
            None => {
                let none = "the experiment has no design, so nothing is varied";
                return Err(format!("{none}; {ALLOWED}"));
            }
            Some(design @ (DesignSpec::Grid | DesignSpec::OneAtATime)) => {
                let name = design.name();
                return Err(format!(
                    "the design is `{name}`, from which sensitivity is not estimated; {ALLOWED}"
                ));
            }
        };
        let least = factors as u64 + 3;
        if points < least {
            return Err(format!(
                "a design of {points} points for rank correlations of {factors} factors; allowed: {least} or more"
            ));
        }
        Ok(Method::RankCorrelation)
    }

    /// Names of its indices; factors are ranked by the first.
    pub fn indices(self) -> &'static [&'static str] {
        match self {
            Method::Sobol { .. } => &["total", "first"],
            Method::Morris => &["mu_star", "mu", "sigma"],
            Method::RankCorrelation => &["prcc"],
        }
    }
}

/// What is known of where runs were made.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The method for it.
    pub method: Method,
    /// Number of factors.
    pub factors: usize,
    /// Coordinates of points, or values of factors where the method takes ranks; point by point.
    pub coordinates: Vec<Option<f64>>,
    /// Where in the ranges of factors the values stand that were run, for elementary effects; else empty.
    pub places: Vec<Option<f64>>,
    /// Seed of resamples.
    pub seed: u64,
}

impl Sample {
    /// The sample of a design.
    ///
    /// # Errors
    /// As [`Method::of`].
    pub fn new(points: &Points, design: Option<&DesignSpec>, seed: u64) -> Result<Self, String> {
        let factors = points.factors().len();
        let method = Method::of(design, factors)?;
        let (mut coordinates, mut places) = (Vec::new(), Vec::new());
        for point in 0..points.len() {
            match method {
                // Its rows are known by their order.
                Method::Sobol { .. } => break,
                Method::Morris => {
                    coordinates.extend(points.coordinates(point));
                    places.extend(points.places(point));
                }
                Method::RankCorrelation => coordinates.extend(points.numbers(point)),
            }
        }
        Ok(Sample {
            method,
            factors,
            coordinates,
            places,
            seed,
        })
    }
}

/// Estimates of one response.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct OfResponse {
    /// Factor by factor, in the order of [`Method::indices`]; none where there is no estimate.
    pub factors: Vec<Vec<Option<Uncertain>>>,
    /// Second order, by pair of factors.
    pub pairs: Vec<((usize, usize), Option<Uncertain>)>,
    /// Parts of the variance.
    pub noise: Noise,
    /// Why there are no estimates, a sentence.
    pub remark: Option<String>,
}

/// How much of a response is random.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Noise {
    /// Points with at least one run that has the response.
    pub points: usize,
    /// Runs that have the response.
    pub runs: usize,
    /// Share of the variance of a single run between points; of fewer than two replicates nothing is known.
    pub between_points: Option<Uncertain>,
    /// Share that is random and common to all points.
    pub common_draws: Option<Uncertain>,
    /// The rest.
    pub rest: Option<Uncertain>,
    /// Share of the variance between means of points that is noise.
    pub of_means: Option<Uncertain>,
}

impl Noise {
    fn of(runs: &RunTable, response: usize) -> Self {
        let table = runs.table(response);
        let replicates = runs.replicates();
        let parts = Components::of(&table, replicates);
        let parts = parts.as_ref();
        Noise {
            points: table
                .chunks(replicates.max(1))
                .filter(|row| row.iter().any(Option::is_some))
                .count(),
            runs: table.iter().flatten().count(),
            between_points: parts.and_then(Components::share_between_points),
            common_draws: parts.and_then(Components::share_common_draws),
            rest: parts.and_then(Components::share_rest),
            of_means: parts.and_then(|parts| parts.noise_of_means(replicates)),
        }
    }

    /// The four shares with their names in results.
    pub fn shares(&self) -> [(&'static str, &Option<Uncertain>); 4] {
        [
            ("between_points", &self.between_points),
            ("common_draws", &self.common_draws),
            ("rest", &self.rest),
            ("noise_of_means", &self.of_means),
        ]
    }
}

/// Estimates of all responses.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// How factors were judged.
    pub method: Method,
    /// In the order of responses.
    pub responses: Vec<OfResponse>,
    /// Runs that failed.
    pub failed: usize,
    /// Replicates of each point.
    pub replicates: usize,
}

/// Estimates from runs; threads do not change them.
pub fn analyse(sample: &Sample, runs: &RunTable, threads: usize) -> Sensitivity {
    let mut responses = Vec::with_capacity(runs.responses());
    let outcome = work_in_order(
        0..runs.responses() as u64,
        WorkerPool::of(threads.min(runs.responses())),
        || (),
        |(), response, found: &mut OfResponse| {
            *found = of_response(sample, runs, response as usize);
            Ok::<(), ()>(())
        },
        |_, found| {
            responses.push(std::mem::take(found));
            Ok(())
        },
    );
    if outcome.is_err() {
        // The system gives no threads: one after the other, from where they stopped.
        for response in responses.len()..runs.responses() {
            responses.push(of_response(sample, runs, response));
        }
    }
    Sensitivity {
        method: sample.method,
        responses,
        failed: runs.failed(),
        replicates: runs.replicates(),
    }
}

fn of_response(sample: &Sample, runs: &RunTable, response: usize) -> OfResponse {
    let means = runs.means(response);
    let count = sample.factors;
    let nothing = || vec![vec![None; sample.method.indices().len()]; count];
    let mut pairs = Vec::new();
    let found: Result<Vec<Vec<Option<Uncertain>>>, String> = match sample.method {
        Method::Sobol { second_order } => {
            sobol(&means, count, second_order, RESAMPLES, sample.seed).map(|found| {
                pairs = found
                    .second
                    .iter()
                    .map(|pair| (pair.factors, pair.index))
                    .collect();
                let both = found.total.into_iter().zip(found.first);
                both.map(|(total, first)| vec![total, first]).collect()
            })
        }
        Method::Morris => morris(&sample.coordinates, &sample.places, &means, count).map(|found| {
            let indices = found.into_iter().map(|effects| match effects {
                None => vec![None; 3],
                Some(effects) => {
                    let mu = Uncertain::from(effects.mu);
                    vec![Some(effects.mu_star), Some(mu), effects.sigma]
                }
            });
            indices.collect()
        }),
        Method::RankCorrelation => prcc(&sample.coordinates, &means, count).map(|found| {
            let indices = found
                .into_iter()
                .map(|found| vec![found.map(|found| found.coefficient)]);
            indices.collect()
        }),
    };
    let (factors, remark) = match found {
        Ok(factors) => {
            let is_empty = factors.iter().flatten().all(Option::is_none);
            let remark = is_empty.then(|| {
                "it does not vary, or too few points have it: there are no estimates".to_string()
            });
            (factors, remark)
        }
        Err(message) => (nothing(), Some(message)),
    };
    OfResponse {
        factors,
        pairs,
        noise: Noise::of(runs, response),
        remark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of one response, a row a point.
    fn runs(rows: &[&[Option<f64>]]) -> RunTable {
        let mut runs = RunTable::new(rows.len(), rows[0].len(), 1);
        for (point, row) in rows.iter().enumerate() {
            for (replicate, value) in row.iter().enumerate() {
                match value {
                    Some(_) => runs.put(point, replicate, &[*value]),
                    None => runs.fail(point, replicate, "broken"),
                }
            }
        }
        runs
    }

    fn morris_sample() -> Sample {
        // Two trajectories over two factors.
        let points = [
            [0.0, 0.0],
            [0.5, 0.0],
            [0.5, 0.5],
            [1.0, 0.5],
            [1.0, 1.0],
            [0.5, 1.0],
        ];
        Sample {
            method: Method::Morris,
            factors: 2,
            coordinates: points.iter().flatten().map(|u| Some(*u)).collect(),
            places: points.iter().flatten().map(|u| Some(*u)).collect(),
            seed: 1,
        }
    }

    /// y = 4 a - 2 b, with noise -1 and 1 in the two replicates.
    fn linear() -> Vec<[Option<f64>; 2]> {
        [0.0, 2.0, 1.0, 3.0, 2.0, 0.0]
            .iter()
            .map(|y| [Some(y - 1.0), Some(y + 1.0)])
            .collect()
    }

    #[test]
    fn effects_of_a_linear_response_are_its_slopes() {
        let rows = linear();
        let rows: Vec<&[Option<f64>]> = rows.iter().map(|row| row.as_slice()).collect();
        let found = analyse(&morris_sample(), &runs(&rows), 2);
        let values: Vec<Vec<f64>> = found.responses[0]
            .factors
            .iter()
            .map(|indices| {
                indices
                    .iter()
                    .map(|i| i.map_or(f64::NAN, |i| i.value))
                    .collect()
            })
            .collect();
        assert_eq!(values, [[4.0, 4.0, 0.0], [2.0, -2.0, 0.0]]);
        // All noise is common, so means have no noise.
        let noise = &found.responses[0].noise;
        assert!(noise.of_means.is_some_and(|share| share.value < 1e-12));
        assert_eq!(found.responses[0].remark, None);
    }

    #[test]
    fn a_failed_run_leaves_its_point_the_other_replicate_without_its_draws() {
        let mut rows = linear();
        rows[1][0] = None;
        let rows: Vec<&[Option<f64>]> = rows.iter().map(|row| row.as_slice()).collect();
        let found = analyse(&morris_sample(), &runs(&rows), 1);
        assert_eq!(found.failed, 1);
        let first = found.responses[0].factors[0][0];
        assert!(first.is_some_and(|i| i.n == 2 && (i.value - 4.0).abs() < 1e-12));
    }

    #[test]
    fn a_point_without_any_run_takes_the_effects_that_it_touches() {
        let mut rows = linear();
        rows[1] = [None, None];
        let rows: Vec<&[Option<f64>]> = rows.iter().map(|row| row.as_slice()).collect();
        let found = analyse(&morris_sample(), &runs(&rows), 1);
        let n: Vec<usize> = found.responses[0]
            .factors
            .iter()
            .map(|indices| indices[0].map_or(0, |i| i.n))
            .collect();
        // Steps 1 (first factor) and 2 (second factor) of the first trajectory are gone.
        assert_eq!(n, [1, 1]);
    }

    #[test]
    fn one_replicate_says_nothing_about_noise() {
        let rows = linear();
        let rows: Vec<&[Option<f64>]> = rows.iter().map(|row| &row[..1]).collect();
        let found = analyse(&morris_sample(), &runs(&rows), 1);
        assert_eq!(found.responses[0].noise.of_means, None);
        let result_tables =
            crate::analysis::sensitivity::result_tables::result_tables(&found, &["y"], &["a", "b"]);
        assert_eq!(result_tables.len(), 2);
        assert_eq!(result_tables[0].rows.len(), 6);
        for result_table in &result_tables {
            for row in &result_table.rows {
                assert_eq!(row.len(), result_table.info.columns.len());
            }
        }
    }

    #[test]
    fn a_response_that_does_not_vary_has_a_remark_and_empty_cells() {
        let sample = Sample {
            method: Method::RankCorrelation,
            factors: 1,
            coordinates: (0..5).map(|i| Some(f64::from(i))).collect(),
            places: Vec::new(),
            seed: 1,
        };
        let rows: Vec<&[Option<f64>]> = vec![&[Some(1.0)]; 5];
        let found = analyse(&sample, &runs(&rows), 1);
        assert_eq!(found.responses[0].factors, [[None]]);
        let remark = found.responses[0].remark.as_deref();
        assert_eq!(remark, Some("the response does not vary over 5 whole rows"));
    }

    #[test]
    fn designs_have_their_method_or_a_reason() {
        let of = |design: DesignSpec| Method::of(Some(&design), 4);
        assert_eq!(
            of(DesignSpec::Grid),
            Err("the design is `grid`, from which sensitivity is not estimated; allowed: `saltelli` (Sobol' \
                 indices), `morris` (elementary effects), or `latin_hypercube`, `sobol`, `table` (rank \
                 correlations)"
                .to_string())
        );
        assert_eq!(
            of(DesignSpec::Sobol { points: 6, seed: 1 }),
            Err(
                "a design of 6 points for rank correlations of 4 factors; allowed: 7 or more"
                    .to_string()
            )
        );
        assert_eq!(
            of(DesignSpec::Sobol { points: 7, seed: 1 }),
            Ok(Method::RankCorrelation)
        );
        assert!(Method::of(None, 0).is_err());
    }
}
