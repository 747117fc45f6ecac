//! Runs of all arms with common random draws, replicate by replicate, in memory.

use crate::analysis::claims::study::{Reading, Study};
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::store::RunStore;

/// Runs of all arms as their files have them.
#[derive(Debug)]
pub struct Runs {
    /// Replicate by replicate, arms in order.
    runs: Vec<Measured>,
    /// Responses and quarters of each arm.
    arms: Vec<(usize, usize)>,
    /// The arm with the numbers of diffusion.
    base: Option<usize>,
}

impl Runs {
    /// Those of the first stage of a store.
    ///
    /// # Errors
    /// What the store says.
    pub fn read(study: &Study, store: &mut RunStore) -> Result<Self, StudyError> {
        let mut runs = Vec::new();
        store.for_each(0, |_, run| {
            runs.push(run.clone());
            Ok(())
        })?;
        let arms = study.runs.arms.iter();
        Ok(Runs {
            runs,
            arms: arms
                .map(|arm| (arm.responses.len(), arm.world().quarters as usize))
                .collect(),
            base: study.base_arm,
        })
    }

    /// Places of the replicates.
    pub fn replicates(&self) -> std::ops::Range<usize> {
        0..self.runs.len() / self.arms.len().max(1)
    }

    fn run(&self, replicate: usize, arm: usize) -> Option<&Measured> {
        self.runs.get(replicate * self.arms.len() + arm)
    }

    /// A response of a replicate.
    pub fn value(&self, replicate: usize, at: Reading) -> Option<f64> {
        self.run(replicate, at.arm)?.value(at.response)
    }

    /// A response of a replicate in a quarter, from 0.
    pub fn in_quarter(&self, replicate: usize, at: Reading, quarter: usize) -> Option<f64> {
        let (responses, _) = self.arms[at.arm];
        let series = &self.run(replicate, at.arm)?.series;
        let value = series.get(responses * quarter + at.response).copied();
        value.flatten().filter(|value| value.is_finite())
    }

    /// Quarters of an arm.
    pub fn quarters(&self, arm: usize) -> usize {
        self.arms[arm].1
    }

    /// A number of the diffusion.
    pub fn diffusion(&self, replicate: usize, place: usize) -> Option<f64> {
        let base = self.base?;
        self.run(replicate, base)?.value(self.arms[base].0 + place)
    }

    /// Why the run of an arm failed; none where it went well.
    pub fn error(&self, replicate: usize, arm: usize) -> Option<&str> {
        self.run(replicate, arm)?.error.as_deref()
    }

    /// Arms of runs that failed and why, in order.
    pub fn errors(&self) -> impl Iterator<Item = (usize, &str)> {
        let runs = self.runs.iter().enumerate();
        runs.filter_map(|(number, run)| {
            let error = run.error.as_deref()?;
            Some((number % self.arms.len(), error))
        })
    }
}
