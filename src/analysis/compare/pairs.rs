//! Replicates of all treatments side by side: a fixed number, or until intervals are narrow enough.

use crate::analysis::compare::arms::Ready;
use crate::analysis::compare::course::Course;
use crate::analysis::compare::station::{Measured, Station, write_row};
use crate::analysis::compare::{CompareError, Comparison, TakeRows};
use crate::kernel::{
    control::Control,
    ordered::{Crew, work_in_order},
};
use crate::stats::estimate::Estimate;
use crate::stats::rounding::differences;
use crate::table::sheet::Cell;

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
    pub course: Course,
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
        self.course.take(runs);
        self.replicates += 1;
    }
}

/// Runs replicates, all treatments of one by one worker, and hands rows of `runs.csv` to `rows` in order of replicate
/// and treatment. Results do not depend on threads.
///
/// # Errors
/// [`CompareError`].
pub fn run(
    comparison: &Comparison,
    stopping: &Stopping,
    threads: usize,
    control: &Control,
    rows: &mut TakeRows<'_>,
) -> Result<Pairs, CompareError> {
    let responses = comparison.plan.responses();
    let arms = comparison.arms();
    let ready: Result<Vec<Ready>, CompareError> = arms
        .iter()
        .map(|arm| {
            arm.ready(responses).map_err(|message| {
                CompareError::Treatment(format!("treatment `{}`: {message}", arm.name))
            })
        })
        .collect();
    let ready = ready?;
    let mut pairs = Pairs {
        columns: vec![vec![Vec::new(); responses.len()]; arms.len()],
        course: Course::new(&ready, responses.len()),
        replicates: 0,
        failed: vec![0; arms.len()],
        reason: None,
        reached: None,
    };
    loop {
        let end = stopping.next(pairs.replicates);
        batch(comparison, &ready, &mut pairs, end, threads, control, rows)?;
        let Stopping::Widths { targets, most } = stopping else {
            return Ok(pairs);
        };
        let reached = pairs.reaches_all(targets);
        if reached || end >= *most {
            pairs.reached = Some(reached);
            return Ok(pairs);
        }
    }
}

/// Runs replicates up to `end`.
fn batch(
    comparison: &Comparison,
    ready: &[Ready],
    pairs: &mut Pairs,
    end: u32,
    threads: usize,
    control: &Control,
    rows: &mut TakeRows<'_>,
) -> Result<(), CompareError> {
    let responses = comparison.plan.responses().len();
    let seed = comparison.plan.experiment.seed;
    let threads = if comparison.is_large() { 1 } else { threads };
    let mut bytes = Vec::new();
    work_in_order(
        u64::from(pairs.replicates)..u64::from(end),
        Crew::of(threads),
        || -> Vec<Station<'_>> {
            ready
                .iter()
                .map(|ready| Station::new(ready, true))
                .collect()
        },
        |stations, replicate, runs: &mut Vec<Measured>| {
            runs.resize_with(ready.len(), Measured::default);
            for (station, run) in stations.iter_mut().zip(runs) {
                station.measure(comparison.luck(replicate), control, run)?;
            }
            Ok::<(), CompareError>(())
        },
        |replicate, runs| {
            bytes.clear();
            for (arm, run) in comparison.arms().iter().zip(runs.iter()) {
                let key = [Cell::Count(replicate), Cell::Text(arm.name.clone())];
                write_row(&mut bytes, &key, seed, responses, run);
            }
            rows(&bytes, runs.len() as u64)?;
            pairs.take(runs);
            Ok(())
        },
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(base: &[Option<f64>], treatment: &[Option<f64>]) -> Pairs {
        let mut pairs = Pairs {
            columns: vec![vec![Vec::new(); 1]; 2],
            course: Course::default(),
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
