//! Responses of the runs of an arm: for each response a table of points times replicates.

use std::collections::BTreeMap;

use crate::stats::rounding::settle;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;

/// Most responses of runs that are held at a time; one takes 8 bytes.
const MOST_CELLS: u64 = 1 << 29;
/// Stands for a response that is missing.
const MISSING: f64 = f64::NAN;

/// Responses of the runs of an arm in memory. What is not finite is missing.
#[derive(Clone, Debug)]
pub struct RunTable {
    points: usize,
    replicates: usize,
    /// One column for each response, point by point.
    columns: Vec<Vec<f64>>,
    /// Why runs failed, by their places in a column.
    errors: BTreeMap<usize, String>,
}

impl RunTable {
    /// A table in which everything is missing.
    pub fn new(points: usize, replicates: usize, responses: usize) -> Self {
        let size = points.saturating_mul(replicates);
        RunTable {
            points,
            replicates,
            columns: vec![vec![MISSING; size]; responses],
            errors: BTreeMap::new(),
        }
    }

    /// Whether so many runs with so many responses can be held in memory.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(runs: u64, responses: usize) -> Result<(), String> {
        if runs.saturating_mul(responses as u64) > MOST_CELLS {
            return Err(format!(
                "{runs} runs with {responses} responses are too many to be analysed together; allowed: {MOST_CELLS} responses of runs"
            ));
        }
        Ok(())
    }

    /// The runs of stages from the one of number `first` on, a table for each arm, whose numbers of values that count are
    /// given. The stages must have the same points and arms, and replicates that follow one another.
    ///
    /// # Errors
    /// Too many of them; what the store says.
    pub fn of(
        store: &mut RunStore,
        first: usize,
        stages: &[Stage],
        values: &[usize],
    ) -> Result<Vec<Self>, StudyError> {
        let runs = stages.iter().map(Stage::runs).fold(0, u64::saturating_add);
        let most = values.iter().copied().max().unwrap_or(0);
        RunTable::check(runs, most).map_err(StudyError::Input)?;
        let points = stages.first().map_or(0, |stage| stage.points.len()) as usize;
        let replicates = stages.iter().map(Stage::len).sum::<u64>() as usize;
        let tables = values.iter();
        let mut tables: Vec<Self> = tables
            .map(|values| RunTable::new(points, replicates, *values))
            .collect();
        let mut before = 0;
        for (place, stage) in stages.iter().enumerate() {
            store.for_each(first + place, |number, run| {
                let cell = stage.cell(number);
                let own = stage.arms.iter().position(|arm| *arm == cell.arm);
                let Some(table) = own.and_then(|place| tables.get_mut(place)) else {
                    return Ok(());
                };
                let replicate = (before + cell.replicate - stage.replicates.start) as usize;
                match &run.error {
                    Some(error) => table.fail(cell.point as usize, replicate, error),
                    None => table.put(cell.point as usize, replicate, &run.values),
                }
                Ok(())
            })?;
            before += stage.len();
        }
        tables.iter_mut().for_each(RunTable::settle);
        Ok(tables)
    }

    /// Makes responses equal that rounding alone tells apart, wherever they stand; for runs that are all there.
    fn settle(&mut self) {
        self.columns.iter_mut().for_each(|column| settle(column));
    }

    fn place(&self, point: usize, replicate: usize) -> Option<usize> {
        (point < self.points && replicate < self.replicates)
            .then(|| point * self.replicates + replicate)
    }

    /// Notes the responses of a run. A place outside of the table is passed over.
    pub fn put(&mut self, point: usize, replicate: usize, values: &[Option<f64>]) {
        let Some(place) = self.place(point, replicate) else {
            return;
        };
        for (column, value) in self.columns.iter_mut().zip(values) {
            column[place] = value.filter(|value| value.is_finite()).unwrap_or(MISSING);
        }
    }

    /// Notes that a run failed, and why. A place outside of the table is passed over.
    pub fn fail(&mut self, point: usize, replicate: usize, why: &str) {
        if let Some(place) = self.place(point, replicate) {
            self.errors.insert(place, why.to_string());
        }
    }

    /// Why a run failed; none where it went well.
    pub fn error(&self, point: usize, replicate: usize) -> Option<&str> {
        let place = self.place(point, replicate)?;
        self.errors.get(&place).map(String::as_str)
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
        self.columns.len()
    }

    /// How many runs failed.
    pub fn failed(&self) -> usize {
        self.errors.len()
    }

    /// A response of all runs, point by point; what is missing is no number.
    pub fn column(&self, response: usize) -> &[f64] {
        self.columns.get(response).map_or(&[], Vec::as_slice)
    }

    /// As [`RunTable::column`], with none where it is missing.
    pub fn table(&self, response: usize) -> Vec<Option<f64>> {
        self.column(response).iter().copied().map(present).collect()
    }

    /// A response at a point, replicate by replicate.
    pub fn row(&self, response: usize, point: usize) -> Vec<Option<f64>> {
        let start = point * self.replicates;
        let row = self.column(response).get(start..start + self.replicates);
        row.unwrap_or(&[]).iter().copied().map(present).collect()
    }

    /// A response of a run.
    pub fn value(&self, response: usize, point: usize, replicate: usize) -> Option<f64> {
        let place = self.place(point, replicate)?;
        self.column(response).get(place).copied().and_then(present)
    }

    /// Replicates in which no run failed.
    pub fn whole_replicates(&self) -> Vec<usize> {
        let mut is_whole = vec![true; self.replicates];
        for place in self.errors.keys() {
            is_whole[place % self.replicates] = false;
        }
        (0..self.replicates)
            .filter(|replicate| is_whole[*replicate])
            .collect()
    }

    /// A response of each point, averaged over replicates.
    ///
    /// Points meet the same random draws in a replicate, so a point that lacks one lacks its draws, too. What draws are worth is
    /// taken from points that have all replicates, as the mean distance to their means, and taken off where only
    /// some are there. None for a point without any.
    pub fn means(&self, response: usize) -> Vec<Option<f64>> {
        let mut draws = vec![0.0; self.replicates];
        let mut whole = 0.0;
        let rows: Vec<Vec<Option<f64>>> = (0..self.points)
            .map(|point| self.row(response, point))
            .collect();
        for row in &rows {
            let values: Option<Vec<f64>> = row.iter().copied().collect();
            let Some(values) = values else { continue };
            let Some(mean) = crate::stats::estimate::mean(&values) else {
                continue;
            };
            whole += 1.0;
            for (draws, value) in draws.iter_mut().zip(&values) {
                *draws += value - mean;
            }
        }
        if whole > 0.0 {
            draws.iter_mut().for_each(|draws| *draws /= whole);
        }
        rows.iter()
            .map(|row| {
                let is_whole = row.iter().all(Option::is_some);
                let present = row.iter().zip(&draws).filter_map(|(value, draws)| {
                    value.map(|value| if is_whole { value } else { value - draws })
                });
                crate::stats::estimate::mean(&present.collect::<Vec<f64>>())
            })
            .collect()
    }
}

fn present(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn means_go_over_replicates() {
        let runs = runs(&[&[Some(1.0), Some(3.0)], &[Some(-4.0), Some(4.0)]]);
        assert_eq!(runs.means(0), [Some(2.0), Some(0.0)]);
        assert_eq!(runs.failed(), 0);
    }

    #[test]
    fn a_point_that_lacks_a_replicate_is_not_moved_by_the_luck_of_the_others() {
        // The first point tells that replicates are worth -1, 0 and 1. The second lacks the third and has 10 + noise
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
        let mut runs = RunTable::new(1, 2, 1);
        runs.put(0, 0, &[None]);
        runs.put(0, 1, &[Some(2.0)]);
        runs.put(7, 0, &[Some(2.0)]);
        assert_eq!(runs.failed(), 0);
        assert_eq!(runs.means(0), [Some(2.0)]);
    }
}
