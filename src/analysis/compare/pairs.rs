//! Replicates of all treatments side by side: a fixed number, or until intervals are narrow enough.

use crate::analysis::compare::Comparison;
use crate::analysis::compare::runs::for_each_group;
use crate::analysis::compare::trajectory::Trajectory;
use crate::stats::estimate::Estimate;
use crate::stats::rounding::differences;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;

/// Replicates of the first batch where their number is left to the widths of intervals.
pub const FIRST_BATCH: u32 = 20;

/// A width that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Place of the response.
    pub response: usize,
    /// Half the width of Student's 95 % interval of the mean difference, at most.
    pub half_width: f64,
}

/// How many replicates there are.
#[derive(Clone, Debug, PartialEq)]
pub enum Stopping {
    /// So many.
    Fixed(u32),
    /// As many as all targets take in every treatment, in batches, and no more than a number.
    Widths {
        /// What is asked for.
        targets: Vec<Target>,
        /// Most replicates.
        most: u32,
    },
}

impl Stopping {
    /// Most replicates there can be.
    pub fn most(&self) -> u32 {
        match self {
            Stopping::Fixed(count) => *count,
            Stopping::Widths { most, .. } => *most,
        }
    }

    /// Replicates after the next batch: the first has [`FIRST_BATCH`], each further one makes half as many again.
    fn next(&self, done: u32) -> u32 {
        match self {
            Stopping::Fixed(count) => *count,
            Stopping::Widths { most, .. } if done == 0 => FIRST_BATCH.min(*most),
            Stopping::Widths { most, .. } => done.saturating_add((done / 2).max(1)).min(*most),
        }
    }
}

/// What replicates of all treatments left.
#[derive(Debug)]
pub struct Pairs {
    /// Responses by treatment (base first), response and replicate.
    columns: Vec<Vec<Vec<Option<f64>>>>,
    /// Differences in each quarter.
    pub trajectory: Trajectory,
    /// Replicates done.
    pub replicates: u32,
    /// Runs that failed, by treatment, base first.
    pub failed: Vec<u64>,
    /// Why the first failed run did.
    pub reason: Option<String>,
    /// Whether all targets were reached; none where there were none.
    pub reached: Option<bool>,
}

impl Pairs {
    /// Of no replicates yet.
    pub fn new(comparison: &Comparison) -> Self {
        let (arms, responses) = (comparison.arms(), comparison.plan.responses().len());
        Pairs {
            columns: vec![vec![Vec::new(); responses]; arms.len()],
            trajectory: Trajectory::new(arms, responses),
            replicates: 0,
            failed: vec![0; arms.len()],
            reason: None,
            reached: None,
        }
    }

    /// Takes in the last of the stages that are done, and tells the next one: replicates that are still missing. To be
    /// called after each stage, the first time without any.
    ///
    /// # Errors
    /// What the store says.
    pub fn next(
        &mut self,
        comparison: &Comparison,
        stopping: &Stopping,
        stages: &[Stage],
        store: &mut RunStore,
    ) -> Result<Option<Stage>, StudyError> {
        if let Some(last) = stages.len().checked_sub(1) {
            for_each_group(store, last, self.columns.len(), |runs| self.take(runs))?;
        }
        let done = self.replicates;
        let is_enough = match stopping {
            Stopping::Fixed(count) => done >= *count,
            Stopping::Widths { targets, most } if done > 0 => {
                let reached = self.reaches_all(targets);
                self.reached = Some(reached);
                reached || done >= *most
            }
            Stopping::Widths { .. } => false,
        };
        Ok((!is_enough).then(|| comparison.stage(done..stopping.next(done))))
    }

    /// Both columns of a response, of replicates that have it under the base and the treatment.
    pub fn columns(&self, arm: usize, response: usize) -> (Vec<f64>, Vec<f64>) {
        let column = |arm: usize| &self.columns[arm][response];
        column(0)
            .iter()
            .zip(column(arm))
            .filter_map(|(base, treatment)| base.zip(*treatment))
            .unzip()
    }

    /// Half the width of the interval of a mean difference; none for fewer than two pairs.
    pub fn half_width(&self, arm: usize, response: usize) -> Option<f64> {
        let (base, treatment) = self.columns(arm, response);
        Estimate::of(&differences(&treatment, &base))?.half_width
    }

    /// Whether a target is reached in a treatment.
    pub fn reaches(&self, arm: usize, target: &Target) -> bool {
        self.half_width(arm, target.response)
            .is_some_and(|half| half <= target.half_width)
    }

    fn reaches_all(&self, targets: &[Target]) -> bool {
        let arms = 1..self.columns.len();
        arms.into_iter()
            .all(|arm| targets.iter().all(|target| self.reaches(arm, target)))
    }

    fn take(&mut self, runs: &[Measured]) {
        for (arm, run) in runs.iter().enumerate() {
            self.failed[arm] += u64::from(run.error.is_some());
            if self.reason.is_none() {
                self.reason.clone_from(&run.error);
            }
            for (response, column) in self.columns[arm].iter_mut().enumerate() {
                column.push(run.value(response));
            }
        }
        self.trajectory.take(runs);
        self.replicates += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(base: &[Option<f64>], treatment: &[Option<f64>]) -> Pairs {
        let mut pairs = Pairs {
            columns: vec![vec![Vec::new(); 1]; 2],
            trajectory: Trajectory::default(),
            replicates: 0,
            failed: vec![0; 2],
            reason: None,
            reached: None,
        };
        for (base, treatment) in base.iter().zip(treatment) {
            let run = |value: &Option<f64>| Measured {
                values: value.map(Some).into_iter().collect(),
                series: Vec::new(),
                error: value.is_none().then(|| "broken".to_string()),
            };
            pairs.take(&[run(base), run(treatment)]);
        }
        pairs
    }

    #[test]
    fn a_failed_run_drops_its_pair_only() {
        let found = pairs(
            &[Some(1.0), None, Some(3.0), Some(4.0)],
            &[Some(2.0), Some(9.0), None, Some(6.0)],
        );
        assert_eq!(found.columns(1, 0), (vec![1.0, 4.0], vec![2.0, 6.0]));
        assert_eq!((found.replicates, found.failed.clone()), (4, vec![1, 1]));
        assert_eq!(found.reason.as_deref(), Some("broken"));
    }

    #[test]
    fn batches_grow_by_half_and_end_at_the_maximum() {
        let stopping = Stopping::Widths {
            targets: Vec::new(),
            most: 80,
        };
        let mut done = 0;
        let mut sizes = Vec::new();
        while done < 80 {
            done = stopping.next(done);
            sizes.push(done);
        }
        assert_eq!(sizes, [20, 30, 45, 67, 80]);
    }

    #[test]
    fn a_target_is_reached_where_the_interval_is_narrow_enough() {
        // Differences 1, 0, 2, 1: half width 3.182446 * 0.408248 = 1.299228 (see `stats::paired`).
        let found = pairs(
            &[1.0, 2.0, 3.0, 4.0].map(Some),
            &[2.0, 2.0, 5.0, 5.0].map(Some),
        );
        let target = |half_width| Target {
            response: 0,
            half_width,
        };
        assert!(found.reaches(1, &target(1.3)));
        assert!(!found.reaches(1, &target(1.299)));
        // One pair has no interval and reaches nothing.
        assert!(!pairs(&[Some(1.0)], &[Some(1.0)]).reaches(1, &target(1e9)));
    }
}
