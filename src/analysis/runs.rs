//! Responses of many runs in memory: for each response a table of points times replicates.

use std::path::Path;

use crate::stats::rounding::settle_some;
use crate::study::sweep::{plan::Plan, summary::read_runs};
use crate::table::error::OutputError;

/// Most responses of runs that are held at a time; a cell takes 16 bytes.
const MOST_CELLS: u64 = 1 << 29;

/// Responses of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    points: usize,
    replicates: usize,
    /// One table for each response, a row for each point.
    cells: Vec<Vec<Option<f64>>>,
    /// As one table.
    has_failed: Vec<bool>,
}

impl Runs {
    /// Tables in which everything is missing.
    pub fn new(points: usize, replicates: usize, responses: usize) -> Self {
        let size = points.saturating_mul(replicates);
        Runs {
            points,
            replicates,
            cells: vec![vec![None; size]; responses],
            has_failed: vec![false; size],
        }
    }

    /// Whether the runs of a plan can be held in memory.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(plan: &Plan) -> Result<(), String> {
        let cells = plan.runs().saturating_mul(plan.responses().len() as u64);
        if cells > MOST_CELLS {
            return Err(format!(
                "{} runs with {} responses are too many to be analysed together; allowed: {MOST_CELLS} responses of runs",
                plan.runs(),
                plan.responses().len()
            ));
        }
        Ok(())
    }

    /// The runs of a plan from the folder of its sweep.
    ///
    /// # Errors
    /// What the file system says, or a table that is not one of runs.
    pub fn read(folder: &Path, plan: &Plan) -> Result<Self, OutputError> {
        let count = plan.responses().len();
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let replicates = plan.experiment.replicates as usize;
        let mut runs = Runs::new(size(plan.points.len()), replicates, count);
        read_runs(folder, count, |point, replicate, values| {
            runs.put(size(point), size(replicate), values);
        })?;
        runs.settle();
        Ok(runs)
    }

    /// Makes responses equal that rounding alone tells apart, wherever they stand; for runs that are all there.
    pub fn settle(&mut self) {
        self.cells.iter_mut().for_each(|cells| settle_some(cells));
    }

    /// Notes the responses of a run, or that it failed. A place outside of the tables is passed over.
    pub fn put(&mut self, point: usize, replicate: usize, values: Option<&[Option<f64>]>) {
        if point >= self.points || replicate >= self.replicates {
            return;
        }
        let place = point * self.replicates + replicate;
        match values {
            None => self.has_failed[place] = true,
            Some(values) => {
                for (cells, value) in self.cells.iter_mut().zip(values) {
                    cells[place] = value.filter(|value| value.is_finite());
                }
            }
        }
    }

    /// How many points there are.
    pub fn points(&self) -> usize {
        self.points
    }

    /// How many replicates.
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    /// How many responses.
    pub fn responses(&self) -> usize {
        self.cells.len()
    }

    /// How many runs failed.
    pub fn failed(&self) -> usize {
        self.has_failed.iter().filter(|failed| **failed).count()
    }

    /// The table of a response, point by point.
    pub fn table(&self, response: usize) -> &[Option<f64>] {
        self.cells.get(response).map_or(&[], Vec::as_slice)
    }

    /// A response at a point, replicate by replicate.
    pub fn row(&self, response: usize, point: usize) -> &[Option<f64>] {
        let start = point * self.replicates;
        self.table(response)
            .get(start..start + self.replicates)
            .unwrap_or(&[])
    }

    /// Replicates in which no run failed.
    pub fn whole_replicates(&self) -> Vec<usize> {
        let is_whole = |replicate: &usize| {
            let runs = self.has_failed.iter().skip(*replicate);
            !runs.step_by(self.replicates).any(|failed| *failed)
        };
        (0..self.replicates).filter(is_whole).collect()
    }

    /// A response of each point, averaged over replicates.
    ///
    /// Points meet the same luck in a replicate, so a point that lacks one lacks its luck, too. What luck is worth is
    /// taken from points that have all replicates, as the mean distance to their means, and taken off where only
    /// some are there. None for a point without any.
    pub fn means(&self, response: usize) -> Vec<Option<f64>> {
        let mut luck = vec![0.0; self.replicates];
        let mut whole = 0.0;
        let rows: Vec<&[Option<f64>]> = (0..self.points)
            .map(|point| self.row(response, point))
            .collect();
        for row in &rows {
            let values: Option<Vec<f64>> = row.iter().copied().collect();
            let Some(values) = values else { continue };
            let Some(mean) = crate::stats::estimate::mean(&values) else {
                continue;
            };
            whole += 1.0;
            for (luck, value) in luck.iter_mut().zip(&values) {
                *luck += value - mean;
            }
        }
        if whole > 0.0 {
            luck.iter_mut().for_each(|luck| *luck /= whole);
        }
        rows.iter()
            .map(|row| {
                let is_whole = row.iter().all(Option::is_some);
                let present = row.iter().zip(&luck).filter_map(|(value, luck)| {
                    value.map(|value| if is_whole { value } else { value - luck })
                });
                crate::stats::estimate::mean(&present.collect::<Vec<f64>>())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(rows: &[&[Option<f64>]]) -> Runs {
        let mut runs = Runs::new(rows.len(), rows[0].len(), 1);
        for (point, row) in rows.iter().enumerate() {
            for (replicate, value) in row.iter().enumerate() {
                let values = [*value];
                runs.put(point, replicate, value.map(|_| values.as_slice()));
            }
        }
        runs
    }

    #[test]
    fn means_go_over_replicates() {
        let runs = runs(&[&[Some(1.0), Some(3.0)], &[Some(-4.0), Some(4.0)]]);
        assert_eq!(runs.means(0), [Some(2.0), Some(0.0)]);
        assert_eq!(runs.failed(), 0);
    }

    #[test]
    fn a_point_that_lacks_a_replicate_is_not_moved_by_the_luck_of_the_others() {
        // The first point tells that replicates are worth -1, 0 and 1. The second lacks the third and has 10 + luck
        // in the others; the third point lacks all.
        let runs = runs(&[
            &[Some(4.0), Some(5.0), Some(6.0)],
            &[Some(9.0), Some(10.0), None],
            &[None, None, None],
        ]);
        assert_eq!(runs.means(0), [Some(5.0), Some(10.0), None]);
        assert_eq!(runs.failed(), 4);
        assert_eq!(runs.whole_replicates(), Vec::<usize>::new());
    }

    #[test]
    fn a_replicate_with_a_failed_run_is_not_whole() {
        let runs = runs(&[&[Some(1.0), Some(1.0)], &[None, Some(1.0)]]);
        assert_eq!(runs.whole_replicates(), [1]);
    }

    #[test]
    fn a_run_without_a_response_has_not_failed() {
        let mut runs = Runs::new(1, 2, 1);
        runs.put(0, 0, Some(&[None]));
        runs.put(0, 1, Some(&[Some(2.0)]));
        runs.put(7, 0, Some(&[Some(2.0)]));
        assert_eq!(runs.failed(), 0);
        assert_eq!(runs.means(0), [Some(2.0)]);
    }
}
