//! Means over replicates in each quarter, for the chart of a run.

use crate::model::record::National;
use crate::stats::running::Running;

/// What is followed of one quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Competitiveness of the nation, 0 to 1.
    pub competitiveness: f64,
    /// Share of the spending on sectors that builds no usable capability, 0 to 1; none in a quarter without spending.
    pub unproductive_share: Option<f64>,
}

/// The quarters of one replicate, the first one first.
pub(crate) type Line = Vec<Moment>;

/// Numbers over replicates in each quarter. Its memory does not depend on the number of replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    competitiveness: Vec<Running>,
    unproductive_share: Vec<Running>,
}

impl Moment {
    /// What is followed of the nation in a quarter.
    pub(crate) fn of(nation: &National) -> Self {
        let unproductive = nation.introduction_cny_mn
            + nation.subscale_cny_mn
            + nation.duplicated_cny_mn
            + nation.idle_cny_mn;
        let spending = nation.spending_cny_mn;
        Moment {
            competitiveness: nation.competitiveness,
            unproductive_share: (spending > 0.0).then(|| unproductive / spending),
        }
    }
}

impl Course {
    /// Takes in a replicate. They come in their order, on which rounding depends.
    pub(crate) fn take(&mut self, line: &[Moment]) {
        let quarters = self.competitiveness.len().max(line.len());
        self.competitiveness.resize(quarters, Running::new());
        self.unproductive_share.resize(quarters, Running::new());
        for (quarter, moment) in line.iter().enumerate() {
            self.competitiveness[quarter].push(moment.competitiveness);
            self.unproductive_share[quarter].extend(moment.unproductive_share);
        }
    }

    /// Mean competitiveness in each quarter, 0 to 1.
    pub fn competitiveness(&self) -> Vec<Option<f64>> {
        self.competitiveness.iter().map(Running::mean).collect()
    }

    /// Mean unproductive share of spending on sectors in each quarter, 0 to 1, over the replicates that have one.
    pub fn unproductive_share(&self) -> Vec<Option<f64>> {
        self.unproductive_share.iter().map(Running::mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_build_nothing_are_set_against_all_spending() {
        let mut nation = National {
            competitiveness: 0.4,
            introduction_cny_mn: 1.0,
            subscale_cny_mn: 2.0,
            duplicated_cny_mn: 3.0,
            idle_cny_mn: 4.0,
            productive_cny_mn: 10.0,
            spending_cny_mn: 20.0,
            ..National::default()
        };
        assert_eq!(Moment::of(&nation).unproductive_share, Some(0.5));
        nation.spending_cny_mn = 0.0;
        assert_eq!(Moment::of(&nation).unproductive_share, None);
    }

    #[test]
    fn means_are_over_the_replicates_that_have_a_value() {
        let moment = |competitiveness, unproductive_share| Moment {
            competitiveness,
            unproductive_share,
        };
        let mut course = Course::default();
        course.take(&[moment(0.25, Some(0.5)), moment(1.0, None)]);
        course.take(&[moment(0.75, None), moment(2.0, None)]);
        assert_eq!(course.competitiveness(), [Some(0.5), Some(1.5)]);
        assert_eq!(course.unproductive_share(), [Some(0.5), None]);
    }
}
