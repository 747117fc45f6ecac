//! The comparison at many design points: does what a treatment does hang on parameters that nobody knows?

use crate::analysis::compare::discovery::{self, Driver, Region};
use crate::analysis::compare::runs::for_each_group;
use crate::analysis::compare::{Comparison, Verdict};
use crate::stats::estimate::{Estimate, Uncertain, mean};
use crate::stats::rounding::differences;
use crate::stats::running::Running;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;

/// A treatment's effect on a response at a design point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointEffect {
    /// Mean under the base.
    pub base_mean: f64,
    /// Mean under the treatment.
    pub treatment_mean: f64,
    /// Mean of treatment minus base, with its interval.
    pub difference: Estimate,
}

impl PointEffect {
    fn of(base: &[f64], treatment: &[f64]) -> Option<Self> {
        let differences = differences(treatment, base);
        Some(PointEffect {
            base_mean: mean(base)?,
            treatment_mean: mean(treatment)?,
            difference: Estimate::of(&differences)?,
        })
    }

    /// What the interval says.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.difference.interval())
    }
}

/// A treatment's effect on a response over all design points.
#[derive(Clone, Debug)]
pub struct Uncertainty {
    /// Place of the treatment among [`Comparison::arms`].
    pub arm: usize,
    /// Place of the response.
    pub response: usize,
    /// Points that have an effect.
    pub points: usize,
    /// Share of points in which the response is higher, by the interval there.
    pub higher: Option<Uncertain>,
    /// Share in which it is lower.
    pub lower: Option<Uncertain>,
    /// Share in which neither is shown.
    pub not_shown: Option<Uncertain>,
    /// Share in which the mean difference is above 0.
    pub mean_higher: Option<Uncertain>,
    /// Mean over points of the mean difference.
    pub difference: Option<Estimate>,
    /// Lowest and highest mean difference of a point.
    pub range: Option<(f64, f64)>,
}

/// How often the base or a treatment is best.
#[derive(Clone, Debug)]
pub struct Wins {
    /// Place among [`Comparison::arms`].
    pub arm: usize,
    /// Place of the response.
    pub response: usize,
    /// Share of points in which none has a higher mean.
    pub highest: Option<Uncertain>,
    /// Share of points in which none has a lower mean.
    pub lowest: Option<Uncertain>,
    /// Whether high is wanted; none where nothing is.
    pub is_maximised: Option<bool>,
}

impl Wins {
    /// Share of points in which none is better; none where the experiment does not say what is better.
    pub fn best(&self) -> Option<Uncertain> {
        if self.is_maximised? {
            self.highest
        } else {
            self.lowest
        }
    }
}

/// Everything that came of the points.
#[derive(Debug, Default)]
pub struct UncertaintyAnalysis {
    /// Effects by point, treatment (without the base) and response.
    pub(crate) effects: Vec<Option<PointEffect>>,
    /// Means by point, arm (base first) and response, over replicates that all have.
    means: Vec<Option<f64>>,
    /// Runs that failed, by arm.
    pub failed: Vec<u64>,
    /// Why the first failed run did.
    pub reason: Option<String>,
    /// Shares of points by treatment and response.
    pub shares: Vec<Uncertainty>,
    /// Who is best, by response and arm.
    pub wins: Vec<Wins>,
    /// Which factors decide, by treatment and response.
    pub drivers: Vec<Driver>,
    /// Where each response is higher.
    pub regions: Vec<Region>,
}

impl UncertaintyAnalysis {
    /// Of the only stage of a store, all of whose runs are there. A treatment that has no world at a point has failed runs
    /// there.
    ///
    /// # Errors
    /// What the store says.
    pub fn of(
        comparison: &Comparison,
        store: &mut RunStore,
        stage: &Stage,
    ) -> Result<Self, StudyError> {
        let (arms, responses) = (comparison.arms().len(), comparison.plan.responses().len());
        let mut found = UncertaintyAnalysis {
            failed: vec![0; arms],
            ..UncertaintyAnalysis::default()
        };
        let of_a_point = stage.len() as usize * arms;
        for_each_group(store, 0, of_a_point, |runs| {
            found.take(runs, arms, responses);
        })?;
        found.conclude(comparison);
        Ok(found)
    }

    /// Takes in the runs of a point: by replicate, then by arm.
    fn take(&mut self, runs: &[Measured], arms: usize, responses: usize) {
        for (place, run) in runs.iter().enumerate() {
            self.failed[place % arms] += u64::from(run.error.is_some());
            if self.reason.is_none() {
                self.reason.clone_from(&run.error);
            }
        }
        for arm in 1..arms {
            for response in 0..responses {
                let pairs = runs
                    .chunks(arms)
                    .filter_map(|runs| runs[0].value(response).zip(runs[arm].value(response)));
                let (base, treatment): (Vec<f64>, Vec<f64>) = pairs.unzip();
                self.effects.push(PointEffect::of(&base, &treatment));
            }
        }
        for arm in 0..arms {
            for response in 0..responses {
                // Replicates that all have, so that all are compared on the same random draws.
                let whole = runs
                    .chunks(arms)
                    .filter(|runs| runs.iter().all(|run| run.value(response).is_some()));
                let values: Vec<f64> = whole.filter_map(|runs| runs[arm].value(response)).collect();
                self.means.push(mean(&values));
            }
        }
    }

    fn conclude(&mut self, comparison: &Comparison) {
        let arms = comparison.arms().len();
        let responses = comparison.plan.responses().len();
        let (drivers, regions) = discovery::find(comparison, |arm, response| {
            self.column(arms, responses, arm, response)
                .map(|effect| effect.map(|effect| effect.difference.mean))
                .collect()
        });
        let mut shares = Vec::new();
        for arm in 1..arms {
            for response in 0..responses {
                let effects = self.column(arms, responses, arm, response);
                shares.push(uncertainty(arm, response, effects.flatten()));
            }
        }
        (self.drivers, self.regions, self.shares) = (drivers, regions, shares);
        self.wins = self.all_wins(comparison, arms, responses);
    }

    /// Effects of a treatment on a response, point by point.
    fn column(
        &self,
        arms: usize,
        responses: usize,
        arm: usize,
        response: usize,
    ) -> impl Iterator<Item = Option<&PointEffect>> {
        let place = (arm - 1) * responses + response;
        self.effects
            .chunks((arms - 1) * responses)
            .map(move |point| point[place].as_ref())
    }

    fn all_wins(&self, comparison: &Comparison, arms: usize, responses: usize) -> Vec<Wins> {
        let mut wins = Vec::new();
        for response in 0..responses {
            let points: Vec<Vec<f64>> = self
                .means
                .chunks(arms * responses)
                .filter_map(|means| {
                    (0..arms)
                        .map(|arm| means[arm * responses + response])
                        .collect()
                })
                .collect();
            let objectives = comparison.plan.experiment.objectives.iter();
            let mut wanted = objectives.filter(|objective| objective.response == response);
            let is_maximised = wanted.next().map(|objective| objective.is_maximised);
            for arm in 0..arms {
                let share = |beats: fn(f64, f64) -> bool| {
                    let unbeaten =
                        |point: &&Vec<f64>| !point.iter().any(|other| beats(*other, point[arm]));
                    Uncertain::share(points.iter().filter(unbeaten).count(), points.len())
                };
                wins.push(Wins {
                    arm,
                    response,
                    highest: share(|other, own| other > own),
                    lowest: share(|other, own| other < own),
                    is_maximised,
                });
            }
        }
        wins
    }
}

fn uncertainty<'e>(
    arm: usize,
    response: usize,
    effects: impl Iterator<Item = &'e PointEffect>,
) -> Uncertainty {
    let effects: Vec<&PointEffect> = effects.collect();
    let n = effects.len();
    let share = |holds: &dyn Fn(&PointEffect) -> bool| {
        Uncertain::share(effects.iter().filter(|effect| holds(effect)).count(), n)
    };
    let mut means = Running::new();
    let mut range: Option<(f64, f64)> = None;
    for effect in &effects {
        let mean = effect.difference.mean;
        means.push(mean);
        range = Some(range.map_or((mean, mean), |(low, high)| (low.min(mean), high.max(mean))));
    }
    Uncertainty {
        arm,
        response,
        points: n,
        higher: share(&|effect| effect.verdict() == Verdict::Higher),
        lower: share(&|effect| effect.verdict() == Verdict::Lower),
        not_shown: share(&|effect| effect.verdict() == Verdict::NotShown),
        mean_higher: share(&|effect| effect.difference.mean > 0.0),
        difference: means.estimate(),
        range,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(value: Option<f64>) -> Measured {
        Measured {
            values: value.map(Some).into_iter().collect(),
            series: Vec::new(),
            error: value.is_none().then(|| "broken".to_string()),
        }
    }

    #[test]
    fn shares_of_points_worked_by_hand() {
        // Differences of four points: shown above, shown below, not shown with a mean above 0, all alike 0.
        let points = [[1.0, 1.1], [-1.0, -1.1], [3.0, -1.0], [0.0, 0.0]];
        let effects: Vec<PointEffect> = points
            .iter()
            .map(|differences| PointEffect::of(&[0.0, 0.0], differences).expect("pairs"))
            .collect();
        let found = uncertainty(1, 0, effects.iter());
        let value = |share: Option<Uncertain>| share.map(|share| share.value);
        assert_eq!(value(found.higher), Some(0.25));
        assert_eq!(value(found.lower), Some(0.25));
        assert_eq!(value(found.not_shown), Some(0.5));
        assert_eq!(value(found.mean_higher), Some(0.5));
        assert_eq!(found.range, Some((-1.05, 1.05)));
        // Means 1.05, -1.05, 1, 0: mean 0.25.
        approx::assert_abs_diff_eq!(found.difference.expect("four").mean, 0.25, epsilon = 1e-12);
    }

    #[test]
    fn a_failed_run_of_a_point_drops_its_pair_only() {
        let mut found = UncertaintyAnalysis {
            failed: vec![0; 3],
            ..UncertaintyAnalysis::default()
        };
        // Two replicates of base and two treatments; the first treatment fails in the second.
        let runs = [Some(1.0), Some(2.0), Some(4.0), Some(2.0), None, Some(7.0)];
        found.take(&runs.map(run), 3, 1);
        let n: Vec<_> = found
            .effects
            .iter()
            .map(|effect| effect.map(|effect| (effect.difference.n, effect.difference.mean)))
            .collect();
        assert_eq!(n, [Some((1, 1.0)), Some((2, 4.0))]);
        // Means are over the replicate that all have.
        assert_eq!(found.means, [Some(1.0), Some(2.0), Some(4.0)]);
        assert_eq!(found.failed, [0, 1, 0]);
    }
}
