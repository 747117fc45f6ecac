//! What is seen of a run between quarters: results that several outcomes share, computed once, and only those asked for.

use crate::measure::column::Placed;
use crate::model::outcomes::Weighted;
use crate::model::run::Run;
use crate::model::views::{Cascade, InstrumentUse, Own};

/// Outcomes that take a pass over the cities each. What is left out reads 0 or as missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passes(u8);

impl Passes {
    /// None of them.
    pub const NONE: Passes = Passes(0);
    /// O4 to O6: how alike cities are.
    pub const SIMILARITY: Passes = Passes(1);
    /// O7: how concentrated capability is.
    pub const CONCENTRATION: Passes = Passes(2);
    /// O15: the three Gini indices.
    pub const INEQUALITY: Passes = Passes(4);
    /// All of them.
    pub const ALL: Passes = Passes(7);

    /// These and others.
    #[must_use]
    pub const fn and(self, others: Passes) -> Passes {
        Passes(self.0 | others.0)
    }

    /// Whether all of some others are among them.
    pub const fn has(self, others: Passes) -> bool {
        self.0 & others.0 == others.0
    }
}

/// The nation in the quarter just done; before the first quarter at the start, with nothing spent.
#[derive(Clone, Debug)]
pub struct NationSeen {
    pub(crate) cascade: Cascade,
    pub(crate) weighted: Weighted,
    /// O4, O5 and O6.
    pub(crate) similarity: (Option<f64>, Option<f64>, f64),
    /// O15 of budgets, researchers and capability.
    pub(crate) gini: [f64; 3],
}

impl NationSeen {
    /// What a run shows, with the passes that are wanted.
    pub fn of(run: &mut Run<'_>, passes: Passes) -> Self {
        NationSeen {
            cascade: run.cascade(),
            weighted: run.weighted(passes.has(Passes::CONCENTRATION)),
            similarity: if passes.has(Passes::SIMILARITY) {
                run.similarity()
            } else {
                (None, None, 0.0)
            },
            gini: if passes.has(Passes::INEQUALITY) {
                run.inequality()
            } else {
                [0.0; 3]
            },
        }
    }
}

/// A city in the quarter just done. Parts of its spending need [`Run::set_detail`]; without it introduction and subscale
/// read 0.
#[derive(Clone, Debug)]
pub struct CitySeen {
    /// Row of the city.
    pub city: usize,
    pub(crate) own: Own,
    pub(crate) cascade: Cascade,
    pub(crate) instruments: InstrumentUse,
}

impl CitySeen {
    /// What a run shows of a city.
    pub fn of(run: &Run<'_>, city: usize) -> Self {
        CitySeen {
            city,
            own: run.own(city),
            cascade: run.spending_of(city),
            instruments: run.instrument_use(city),
        }
    }
}

impl Placed for CitySeen {
    fn city(&self) -> usize {
        self.city
    }
}

/// A sector of the nation in the quarter just done.
#[derive(Clone, Debug)]
pub struct SectorSeen {
    /// Row of the sector.
    pub sector: usize,
    /// E2, of the capability just built.
    pub(crate) capability: f64,
    pub(crate) cascade: Cascade,
}

impl SectorSeen {
    /// What a run shows of a sector.
    pub fn of(run: &Run<'_>, sector: usize) -> Self {
        SectorSeen {
            sector,
            capability: run.national_capabilities()[sector],
            cascade: run.national_cascade(sector),
        }
    }
}

impl Placed for SectorSeen {
    fn sector(&self) -> usize {
        self.sector
    }
}

/// A sector of a city in the quarter just done; parts of its spending as in [`CitySeen`].
#[derive(Clone, Debug)]
pub struct AllocationSeen {
    /// Row of the city.
    pub city: usize,
    /// Row of the sector.
    pub sector: usize,
    pub(crate) cascade: Cascade,
}

impl AllocationSeen {
    /// What a run shows of a city's sector.
    pub fn of(run: &Run<'_>, city: usize, sector: usize) -> Self {
        AllocationSeen {
            city,
            sector,
            cascade: run.city_cascade(city, sector),
        }
    }
}

impl Placed for AllocationSeen {
    fn city(&self) -> usize {
        self.city
    }
    fn sector(&self) -> usize {
        self.sector
    }
}
