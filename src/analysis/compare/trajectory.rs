//! Differences quarter by quarter: the response to a treatment at each date, and summed up to it.

use crate::kernel::quarter::Quarter;
use crate::measure::response::spec::Responses;
use crate::stats::rounding::difference;
use crate::stats::running::Running;
use crate::study::arm::Arm;
use crate::study::codec::Measured;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

/// Differences of all treatments in all quarters, replicate by replicate.
#[derive(Debug, Default)]
pub struct Trajectory {
    responses: usize,
    /// One for each treatment, without the base.
    treatments: Vec<Overlap>,
    /// Sums of one replicate, kept for their memory.
    sums: Vec<Option<f64>>,
}

/// Quarters that a treatment has in common with the base.
#[derive(Debug)]
struct Overlap {
    first: Quarter,
    quarters: usize,
    /// Place of the first common quarter in the runs of base and treatment.
    skipped: [usize; 2],
    /// By quarter and response: the difference, and its sum so far.
    cells: Vec<[Running; 2]>,
}

impl Trajectory {
    /// For runs of these arms, the base first.
    pub fn new(arms: &[Arm], responses: usize) -> Self {
        let worlds = arms.iter().map(Arm::world);
        let spans: Vec<(Quarter, u32)> =
            worlds.map(|world| (world.start, world.quarters)).collect();
        Trajectory::of_spans(&spans, responses)
    }

    fn of_spans(spans: &[(Quarter, u32)], responses: usize) -> Self {
        let Some((base, treatments)) = spans.split_first() else {
            return Trajectory::default();
        };
        let end = |span: &(Quarter, u32)| span.0.plus(span.1 as i32);
        let treatments = treatments.iter().map(|span| {
            let first = base.0.max(span.0);
            let quarters = end(base).min(end(span)).since(first).max(0) as usize;
            let skipped = [base, span].map(|span| first.since(span.0).max(0) as usize);
            Overlap {
                first,
                quarters,
                skipped,
                cells: vec![[Running::new(), Running::new()]; quarters * responses],
            }
        });
        Trajectory {
            responses,
            treatments: treatments.collect(),
            sums: Vec::new(),
        }
    }

    /// Takes in a replicate, the base first.
    pub fn take(&mut self, runs: &[Measured]) {
        let Some((base, treatments)) = runs.split_first() else {
            return;
        };
        for (overlap, run) in self.treatments.iter_mut().zip(treatments) {
            if base.error.is_some() || run.error.is_some() {
                continue;
            }
            self.sums.clear();
            self.sums.resize(self.responses, None);
            for quarter in 0..overlap.quarters {
                for (response, sum) in self.sums.iter_mut().enumerate() {
                    let value = |run: &Measured, skipped: usize| {
                        let place = (skipped + quarter) * self.responses + response;
                        run.series.get(place).copied().flatten()
                    };
                    let [of_base, of_run] = overlap.skipped;
                    let pair = value(run, of_run).zip(value(base, of_base));
                    let difference = pair
                        .map(|(t, b)| difference(t, b))
                        .filter(|d| d.is_finite());
                    let [now, so_far] = &mut overlap.cells[quarter * self.responses + response];
                    if let Some(difference) = difference {
                        now.push(difference);
                        *sum = Some(sum.unwrap_or(0.0) + difference);
                    }
                    if let Some(sum) = sum {
                        so_far.push(*sum);
                    }
                }
            }
        }
    }

    /// `effects_over_time.csv`.
    pub fn result_table(&self, arms: &[Arm], responses: &Responses) -> ResultTable {
        let names: Vec<&str> = arms.iter().skip(1).map(|arm| arm.name.as_str()).collect();
        self.result_table_of(&names, responses)
    }

    fn result_table_of(&self, names: &[&str], responses: &Responses) -> ResultTable {
        let unit = "unit of the response";
        let none = "no pair of runs has values in the quarter";
        let few = "fewer than two pairs have values in the quarter";
        let none_so_far = "no pair of runs has had a value so far";
        let few_so_far = "fewer than two pairs have had a value so far";
        let sum = "mean of the sum of differences from the first quarter to this one; a quarter without a value adds \
                   nothing";
        let row = "a response to a treatment in a quarter that treatment and base have in common";
        let mut table =
            Columns::<(&str, &str, Quarter, &[Running; 2])>::new("effects_over_time", row);
        columns!(table, |(treatment, response, quarter, [now, so_far])| {
            key "treatment": "name of the treatment" => treatment;
            key "response": "name of the response" => response;
            key "quarter": "calendar quarter" => quarter;
            "n": "pairs of runs that both have a value in the quarter" => now.n();
            "difference": "mean of treatment minus base in the quarter" => now.mean(), unit(unit), missing(none);
            "se": "standard error of the difference" => now.standard_error(), unit(unit), missing(few);
            "low" to "high": "its 95 % interval, Student's t"
                => now.estimate()?.interval(), unit(unit), missing(few);
            "cumulative": sum => so_far.mean(), unit(unit), missing(none_so_far);
            "cumulative_se": "standard error of the sum" => so_far.standard_error(), unit(unit), missing(few_so_far);
            "cumulative_low" to "cumulative_high": "its 95 % interval, Student's t"
                => so_far.estimate()?.interval(), unit(unit), missing(few_so_far);
        });
        let mut rows = Vec::new();
        for (overlap, name) in self.treatments.iter().zip(names) {
            for (place, response) in responses.list().iter().enumerate() {
                for quarter in 0..overlap.quarters {
                    let date = overlap.first.plus(quarter as i32);
                    let cells = &overlap.cells[quarter * self.responses + place];
                    rows.push((*name, response.name.as_str(), date, cells));
                }
            }
        }
        table.fill(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::result_table::Cell;

    fn run(series: &[Option<f64>]) -> Measured {
        Measured {
            series: series.to_vec(),
            ..Measured::default()
        }
    }

    #[test]
    fn two_pairs_over_three_quarters_worked_by_hand() {
        let start = Quarter::new(2020, 1).expect("a quarter");
        let mut trajectory = Trajectory::of_spans(&[(start, 3), (start, 3)], 1);
        // Differences 0, 1, 2 and 0, 3, -1 by quarter; sums 0, 1, 3 and 0, 3, 2.
        let base = run(&[1.0, 1.0, 1.0].map(Some));
        trajectory.take(&[base.clone(), run(&[1.0, 2.0, 3.0].map(Some))]);
        trajectory.take(&[base, run(&[1.0, 4.0, 0.0].map(Some))]);
        let responses = Responses::parse(["gap"]).expect("a response");
        let result_table = trajectory.result_table_of(&["policy"], &responses);
        let real = |row: usize, column: usize| match result_table.rows[row][column] {
            Cell::Real(number) => number,
            ref other => panic!("{other:?}"),
        };
        assert_eq!((real(0, 4), real(0, 6), real(0, 11)), (0.0, 0.0, 0.0));
        // Mean 2, s.e. sqrt(2) / sqrt(2) = 1, t(1, 0.975) = 12.7062.
        assert_eq!((real(1, 4), real(1, 8)), (2.0, 2.0));
        approx::assert_abs_diff_eq!(real(1, 5), 1.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(real(1, 7), 14.7062, epsilon = 1e-4);
        // Sums 3 and 2: mean 2.5, s.e. 0.5.
        assert_eq!(real(2, 8), 2.5);
        approx::assert_abs_diff_eq!(real(2, 9), 0.5, epsilon = 1e-12);
    }

    #[test]
    fn quarters_meet_by_the_calendar_and_missing_ones_add_nothing() {
        let start = Quarter::new(2020, 1).expect("a quarter");
        // The treatment begins a quarter later and ends a quarter earlier.
        let mut trajectory = Trajectory::of_spans(&[(start, 4), (start.plus(1), 2)], 1);
        let base = run(&[Some(9.0), Some(1.0), None, Some(9.0)]);
        trajectory.take(&[base, run(&[Some(2.0), Some(5.0)])]);
        let overlap = &trajectory.treatments[0];
        assert_eq!((overlap.first, overlap.quarters), (start.plus(1), 2));
        let means: Vec<_> = overlap
            .cells
            .iter()
            .map(|[now, so_far]| (now.mean(), so_far.mean()))
            .collect();
        assert_eq!(means, [(Some(1.0), Some(1.0)), (None, Some(1.0))]);
    }
}
