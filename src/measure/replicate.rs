//! What is kept of a replicate for the terminal.

use std::sync::LazyLock;

use crate::kernel::random::Draws;
use crate::measure::outcome::{Kind, shown};
use crate::measure::outcomes::{Scope, of_nation};
use crate::measure::reading::{Reading, sum};
use crate::measure::seen::{NationSeen, Passes};
use crate::measure::trajectory::followed;
use crate::model::run::Run;

/// Quarter whose end is the first year end, counted from 1.
pub const FIRST_YEAR: u32 = 4;

/// Outcomes of one replicate, in the order of [`kept`].
#[derive(Clone, Debug, PartialEq)]
pub struct Replicate {
    /// Seed and replicate.
    pub draws: Draws,
    /// At the end of the fourth quarter, or of the last one in a shorter run.
    pub first_year_end: Vec<Option<f64>>,
    /// At the end of the last quarter.
    pub last: Vec<Option<f64>>,
    /// Sums over all quarters of what flows and happens, and of the whole of which it is a share.
    pub sums: Vec<[f64; 2]>,
}

static KEPT: LazyLock<Vec<&'static Reading>> = LazyLock::new(|| of_nation(shown::TERMINAL));

/// What is kept: what the terminal shows of the nation.
pub fn kept() -> &'static [&'static Reading] {
    &KEPT
}

/// Passes over the cities that what is kept and what is followed need.
pub(crate) fn passes() -> Passes {
    let readings = kept().iter().chain(followed());
    readings.fold(Passes::NONE, |all, own| {
        all.and(own.cost(NationSeen::outcomes()))
    })
}

impl Replicate {
    /// A replicate that has not begun.
    pub(crate) fn new(draws: Draws) -> Self {
        Replicate {
            draws,
            first_year_end: Vec::new(),
            last: Vec::new(),
            sums: vec![[0.0; 2]; kept().len()],
        }
    }

    /// Takes in a quarter, the `quarters_done`-th.
    pub(crate) fn observe(&mut self, quarters_done: u32, run: &Run<'_>, nation: &NationSeen) {
        let list = NationSeen::outcomes();
        self.last.clear();
        for (reading, sums) in kept().iter().zip(&mut self.sums) {
            let number = reading.number(list, run, nation);
            self.last.push(number);
            if reading.kind != Kind::Level {
                sums[0] += number.unwrap_or(0.0);
                let whole = reading.whole.as_ref();
                sums[1] += whole.map_or(0.0, |(_, terms)| {
                    sum(list, terms, run, nation).unwrap_or(0.0)
                });
            }
        }
        if quarters_done <= FIRST_YEAR {
            self.first_year_end.clone_from(&self.last);
        }
    }
}
