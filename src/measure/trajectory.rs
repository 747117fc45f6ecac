//! Means over replicates in each quarter, for the charts of a run.

use std::sync::LazyLock;

use crate::measure::outcome::shown;
use crate::measure::outcomes::{Scope, of_nation};
use crate::measure::reading::Reading;
use crate::measure::seen::NationSeen;
use crate::model::run::Run;
use crate::stats::running::Running;

/// What is followed of the quarters of one replicate, the first one first.
pub(crate) type Line = Vec<Vec<Option<f64>>>;

/// Numbers over replicates in each quarter. Its memory does not depend on the number of replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// By quarter, then by reading.
    quarters: Vec<Vec<Running>>,
}

static FOLLOWED: LazyLock<Vec<&'static Reading>> = LazyLock::new(|| of_nation(shown::CHART));

/// What is followed: what the terminal charts of the nation.
pub fn followed() -> &'static [&'static Reading] {
    &FOLLOWED
}

/// What is followed, of the nation in a quarter.
pub(crate) fn moment(run: &Run<'_>, nation: &NationSeen) -> Vec<Option<f64>> {
    let list = NationSeen::outcomes();
    let numbers = followed().iter();
    numbers.map(|own| own.number(list, run, nation)).collect()
}

impl Trajectory {
    /// Takes in a replicate. They come in their order, on which rounding depends.
    pub(crate) fn take(&mut self, line: &[Vec<Option<f64>>]) {
        for (quarter, moment) in line.iter().enumerate() {
            if self.quarters.len() == quarter {
                self.quarters.push(vec![Running::new(); moment.len()]);
            }
            for (running, number) in self.quarters[quarter].iter_mut().zip(moment) {
                running.extend(*number);
            }
        }
    }

    /// Mean of the reading at a place in each quarter, over the replicates that have it.
    pub fn means(&self, place: usize) -> Vec<Option<f64>> {
        let of = |own: &Vec<Running>| own.get(place).and_then(Running::mean);
        self.quarters.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_the_replicates_that_have_a_value() {
        let mut trajectory = Trajectory::default();
        trajectory.take(&[vec![Some(0.25), Some(0.5)], vec![Some(1.0), None]]);
        trajectory.take(&[vec![Some(0.75), None], vec![Some(2.0), None]]);
        assert_eq!(trajectory.means(0), [Some(0.5), Some(1.5)]);
        assert_eq!(trajectory.means(1), [Some(0.5), None]);
    }
}
