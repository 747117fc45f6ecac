//! A stage of a study: which runs there are, and in which order.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::input::experiment::factor::Variant;
use crate::input::experiment::points::Points;

/// Design points of a stage.
#[derive(Clone, Debug)]
pub enum PointList {
    /// One: arms as their files have them.
    Own,
    /// Those of a design.
    Design(Arc<Points>),
    /// These.
    Listed(Arc<[Variant]>),
}

impl PointList {
    /// How many there are.
    pub fn len(&self) -> u64 {
        match self {
            PointList::Own => 1,
            PointList::Design(points) => points.len(),
            PointList::Listed(list) => list.len() as u64,
        }
    }

    /// What a point lays over the base.
    pub fn variant(&self, point: u64) -> Variant {
        match self {
            PointList::Own => Variant::default(),
            PointList::Design(points) => points.variant(&points.values(point)),
            PointList::Listed(list) => {
                let own = usize::try_from(point)
                    .ok()
                    .and_then(|place| list.get(place));
                own.cloned().unwrap_or_default()
            }
        }
    }
}

/// What changes slowest; arms change fastest in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Point by point, so that the worlds of one are made once.
    ByPoint,
    /// Replicate by replicate, so that what is interrupted is balanced.
    ByReplicate,
}

/// Arms times points times replicates.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Design points.
    pub points: PointList,
    /// Replicates; the same in two stages are the same random draws.
    pub replicates: Range<u64>,
    /// Places of the arms that are run, in order.
    pub arms: Vec<usize>,
    /// Order of runs.
    pub order: Order,
    /// Whether values of each quarter are kept.
    pub keeps_series: bool,
}

/// A run of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Design point, from 0.
    pub point: u64,
    /// Replicate.
    pub replicate: u64,
    /// Place of the arm in the study.
    pub arm: usize,
}

impl Stage {
    /// How many runs there are; none where 64 bits do not count them.
    pub fn checked_runs(&self) -> Option<u64> {
        let replicates = self.replicates.end.saturating_sub(self.replicates.start);
        self.points
            .len()
            .checked_mul(replicates)?
            .checked_mul(self.arms.len() as u64)
    }

    /// How many runs there are.
    pub fn runs(&self) -> u64 {
        self.checked_runs().unwrap_or(u64::MAX)
    }

    /// How many replicates there are.
    pub fn len(&self) -> u64 {
        self.replicates.end.saturating_sub(self.replicates.start)
    }

    /// The run of a number.
    pub fn cell(&self, number: u64) -> Cell {
        let arms = self.arms.len().max(1) as u64;
        let (rest, arm) = (number / arms, number % arms);
        let (point, replicate) = match self.order {
            Order::ByPoint => (rest / self.len().max(1), rest % self.len().max(1)),
            Order::ByReplicate => {
                let points = self.points.len().max(1);
                (rest % points, rest / points)
            }
        };
        Cell {
            point,
            replicate: self.replicates.start + replicate,
            arm: self.arms.get(arm as usize).copied().unwrap_or(0),
        }
    }

    /// What it is, apart from what the study's identity says.
    pub fn text(&self) -> Value {
        json!({
            "points": self.points.len(),
            "replicates": [self.replicates.start, self.replicates.end],
            "arms": self.arms,
            "order": match self.order {
                Order::ByPoint => "by point",
                Order::ByReplicate => "by replicate",
            },
            "series": self.keeps_series,
        })
    }
}

/// The runs that a range of them is, where the runs of stages are counted through: by stage, numbers in it.
pub fn by_stage(stages: &[Stage], range: Range<u64>) -> Vec<(usize, Range<u64>)> {
    let mut found = Vec::new();
    let mut first = 0;
    for (place, stage) in stages.iter().enumerate() {
        let end = first + stage.runs();
        let own = range.start.clamp(first, end)..range.end.clamp(first, end);
        if !own.is_empty() {
            found.push((place, own.start - first..own.end - first));
        }
        first = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_through_all_runs_in_order() {
        let mut stage = Stage {
            points: PointList::Listed(vec![Variant::default(); 2].into()),
            replicates: 5..7,
            arms: vec![0, 3],
            order: Order::ByPoint,
            keeps_series: false,
        };
        let cells = |stage: &Stage| -> Vec<(u64, u64, usize)> {
            let cells = (0..stage.runs()).map(|number| stage.cell(number));
            cells
                .map(|cell| (cell.point, cell.replicate, cell.arm))
                .collect()
        };
        assert_eq!(
            cells(&stage),
            [
                (0, 5, 0),
                (0, 5, 3),
                (0, 6, 0),
                (0, 6, 3),
                (1, 5, 0),
                (1, 5, 3),
                (1, 6, 0),
                (1, 6, 3)
            ]
        );
        stage.order = Order::ByReplicate;
        assert_eq!(
            cells(&stage)[..4],
            [(0, 5, 0), (0, 5, 3), (1, 5, 0), (1, 5, 3)]
        );
        assert_eq!(cells(&stage)[4], (0, 6, 0));
    }

    #[test]
    fn runs_counted_through_belong_to_stages() {
        let stage = |replicates| Stage {
            points: PointList::Own,
            replicates: 0..replicates,
            arms: vec![0],
            order: Order::ByPoint,
            keeps_series: false,
        };
        let stages = [stage(3), stage(0), stage(4)];
        assert_eq!(by_stage(&stages, 2..5), [(0, 2..3), (2, 0..2)]);
        assert_eq!(by_stage(&stages, 3..7), [(2, 0..4)]);
        assert_eq!(by_stage(&stages, 0..0), []);
    }
}
