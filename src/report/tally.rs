//! Means, intervals and spreads over replicates, gathered row by row.

use std::collections::BTreeMap;

use crate::kernel::quarter::Quarter;
use crate::report::figure::lines::Point;
use crate::stats::estimate::quantile;
use crate::stats::running::Running;

/// Values of single runs that are kept for spreads, over a whole tally.
const KEPT: usize = 1 << 22;
/// Fewest runs of which a spread is shown.
const FEWEST: usize = 20;

/// A value over replicates.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    running: Running,
    values: Vec<f64>,
}

impl Tally {
    /// Adds a value; keeps it for the spread where `is_kept`.
    pub fn push(&mut self, value: f64, is_kept: bool) {
        self.running.push(value);
        if is_kept {
            self.values.push(value);
        }
    }

    /// How many there are.
    pub fn n(&self) -> u64 {
        self.running.n()
    }

    /// Their mean.
    pub fn mean(&self) -> Option<f64> {
        self.running.mean()
    }

    /// Student's 95 % interval of the mean.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.running.estimate()?.interval()
    }

    /// Where the middle 95 % of the values lie; none of too few.
    pub fn spread(&self) -> Option<(f64, f64)> {
        if self.values.len() < FEWEST || self.values.len() as u64 != self.n() {
            return None;
        }
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        Some((quantile(&sorted, 0.025)?, quantile(&sorted, 0.975)?))
    }

    /// Their median.
    pub fn median(&self) -> Option<f64> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        quantile(&sorted, 0.5)
    }

    /// As a point of a line, with values times `factor`.
    pub fn point(&self, factor: f64) -> Point {
        let scaled = |ends: (f64, f64)| (ends.0 * factor, ends.1 * factor);
        Point {
            value: self.mean().map(|mean| mean * factor),
            interval: self.interval().map(scaled),
            spread: self.spread().map(scaled),
        }
    }
}

/// Tallies by quarter, one for each of some columns.
#[derive(Clone, Debug)]
pub struct Quarters {
    columns: usize,
    by_quarter: BTreeMap<Quarter, Vec<Tally>>,
    kept: usize,
}

impl Quarters {
    /// Nothing yet, of some columns.
    pub fn new(columns: usize) -> Self {
        Quarters {
            columns,
            by_quarter: BTreeMap::new(),
            kept: 0,
        }
    }

    /// Adds a value of a column.
    pub fn push(&mut self, quarter: Quarter, column: usize, value: f64) {
        let columns = self.columns;
        let tallies = self
            .by_quarter
            .entry(quarter)
            .or_insert_with(|| vec![Tally::default(); columns]);
        if let Some(tally) = tallies.get_mut(column) {
            // Beyond the limit nothing more is kept, so that the count tells that the spread is not to be had.
            let is_kept = self.kept < KEPT;
            self.kept += usize::from(is_kept);
            tally.push(value, is_kept);
        }
    }

    /// The quarters, in order.
    pub fn quarters(&self) -> Vec<Quarter> {
        self.by_quarter.keys().copied().collect()
    }

    /// A column over the quarters.
    pub fn column(&self, column: usize) -> impl Iterator<Item = &Tally> {
        self.by_quarter
            .values()
            .filter_map(move |tallies| tallies.get(column))
    }

    /// Points of a column over the quarters.
    pub fn points(&self, column: usize, factor: f64) -> Vec<Point> {
        self.column(column)
            .map(|tally| tally.point(factor))
            .collect()
    }

    /// A column at the first and the last quarter.
    pub fn ends(&self, column: usize) -> Option<(&Tally, &Tally)> {
        let first = self.by_quarter.values().next()?.get(column)?;
        let last = self.by_quarter.values().next_back()?.get(column)?;
        Some((first, last))
    }

    /// Whether quarters are left out between the first and the last.
    pub fn is_thinned(&self) -> bool {
        let quarters = self.quarters();
        quarters.windows(2).any(|pair| pair[1].since(pair[0]) != 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_needs_enough_runs() {
        let mut tally = Tally::default();
        (0..19).for_each(|value| tally.push(f64::from(value), true));
        assert!(tally.spread().is_none() && tally.interval().is_some());
        tally.push(19.0, true);
        assert!(tally.spread().is_some());
        tally.push(20.0, false);
        assert!(tally.spread().is_none());
    }
}
