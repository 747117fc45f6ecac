//! What is kept of a replicate for summaries.

use crate::kernel::random::Luck;
use crate::model::record::National;

/// Quarter whose end is the first year end, counted from 1.
const FIRST_YEAR: u32 = 4;

/// Outcomes of one replicate.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Seed and replicate.
    pub luck: Luck,
    /// The nation at the end of the fourth quarter, or of the last one in a shorter run.
    pub first_year_end: National,
    /// The nation at the end of the last quarter.
    pub last: National,
    /// Sums over all quarters.
    pub sums: Sums,
}

/// Sums over all quarters of a run. Money in CNY mn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// All budgets.
    pub budget_cny_mn: f64,
    /// Spending on sectors: the sum of the five parts that follow.
    pub spending_cny_mn: f64,
    /// E24.
    pub introduction_cny_mn: f64,
    /// E25.
    pub subscale_cny_mn: f64,
    /// E26.
    pub duplicated_cny_mn: f64,
    /// E27.
    pub idle_cny_mn: f64,
    /// E28.
    pub productive_cny_mn: f64,
    /// Spending on instruments.
    pub instruments_cny_mn: f64,
    /// Part of it in instruments that do not fit.
    pub failed_experiments_cny_mn: f64,
    /// Part of it that only moves researchers.
    pub poaching_cny_mn: f64,
    /// Return forgone; not a part of any spending.
    pub forgone_cny_mn: f64,
    /// Value of output.
    pub output_cny_mn: f64,
    /// Incidents.
    pub incidents: u64,
    /// Pioneering events.
    pub pioneered: u64,
    /// Imitation events.
    pub imitated: u64,
    /// National measures taken up.
    pub taken_up: u64,
    /// Instruments given up.
    pub given_up: u64,
}

impl Outcome {
    /// The outcome of a replicate that has not begun.
    pub(crate) fn new(luck: Luck) -> Self {
        Outcome {
            luck,
            first_year_end: National::default(),
            last: National::default(),
            sums: Sums::default(),
        }
    }

    /// Takes in a quarter, the `quarters_done`-th.
    pub(crate) fn observe(&mut self, quarters_done: u32, nation: National) {
        self.sums.add(&nation);
        if quarters_done <= FIRST_YEAR {
            self.first_year_end.clone_from(&nation);
        }
        self.last = nation;
    }
}

impl Sums {
    fn add(&mut self, nation: &National) {
        self.budget_cny_mn += nation.budget_cny_mn;
        self.spending_cny_mn += nation.spending_cny_mn;
        self.introduction_cny_mn += nation.introduction_cny_mn;
        self.subscale_cny_mn += nation.subscale_cny_mn;
        self.duplicated_cny_mn += nation.duplicated_cny_mn;
        self.idle_cny_mn += nation.idle_cny_mn;
        self.productive_cny_mn += nation.productive_cny_mn;
        self.instruments_cny_mn += nation.instruments_cny_mn;
        self.failed_experiments_cny_mn += nation.failed_experiments_cny_mn;
        self.poaching_cny_mn += nation.poaching_cny_mn;
        self.forgone_cny_mn += nation.forgone_cny_mn;
        self.output_cny_mn += nation.output_cny_mn;
        self.incidents += u64::from(nation.incidents);
        self.pioneered += u64::from(nation.pioneered);
        self.imitated += u64::from(nation.imitated);
        self.taken_up += u64::from(nation.taken_up);
        self.given_up += u64::from(nation.given_up);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_keeps_the_first_year_end_the_last_quarter_and_sums() {
        let luck = Luck {
            seed: 1,
            replicate: 0,
        };
        let mut outcome = Outcome::new(luck);
        for quarter in 1..=6 {
            let nation = National {
                competitiveness: f64::from(quarter),
                spending_cny_mn: 2.0,
                incidents: 1,
                ..National::default()
            };
            outcome.observe(quarter, nation);
        }
        assert_eq!(outcome.first_year_end.competitiveness, 4.0);
        assert_eq!(outcome.last.competitiveness, 6.0);
        assert_eq!(outcome.sums.spending_cny_mn, 12.0);
        assert_eq!(outcome.sums.incidents, 6);
    }
}
