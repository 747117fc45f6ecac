//! What stands above or below the line of a response, with its place in a world.

use crate::measure::outcomes::Scope;
use crate::measure::reading::{Terms, sum};
use crate::measure::response::derived::{DERIVED, Derived, Place};
use crate::measure::response::own::Own;
use crate::measure::response::quantity::{Quantity, Source};
use crate::measure::response::watch::Watch;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes, SectorSeen};
use crate::model::data::World;
use crate::model::run::Run;

/// A number and its weight in a mean over quarters; none where it is missing.
pub(crate) type Value = Option<(f64, f64)>;

/// What is read of a run in each quarter.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub source: Source,
    terms: Terms,
    city: usize,
    sector: usize,
    /// First quarter of the period.
    since: u32,
    pub is_flow: bool,
    /// Passes over the cities that it needs.
    pub passes: Passes,
    /// The code that reads it, where it is somebody else's.
    pub own: Option<Own>,
}

impl Part {
    pub fn new(quantity: &Quantity, since: u32, world: &World) -> Result<Self, String> {
        let (city, sector) = quantity.rows(world)?;
        Ok(Part {
            source: quantity.source,
            terms: quantity.terms.clone(),
            city,
            sector,
            since,
            is_flow: quantity.is_flow,
            passes: quantity.passes(),
            own: quantity.own.clone(),
        })
    }

    /// What it reads where it is no column.
    pub fn derived(&self) -> Option<&'static Derived> {
        let (_, index) = self.terms.first()?;
        DERIVED
            .get(*index)
            .filter(|_| self.source == Source::Derived)
    }

    /// Its value in the quarter just done with the weight it has in a mean over quarters; none where it is missing.
    pub fn read(&self, run: &Run<'_>, nation: Option<&NationSeen>, watch: &Watch) -> Value {
        fn of<S: Scope>(terms: &Terms, run: &Run<'_>, seen: &S) -> Option<f64> {
            sum(S::outcomes(), terms, run, seen)
        }
        let (terms, city, sector) = (&self.terms, self.city, self.sector);
        let value = match self.source {
            Source::Derived => {
                let since = self.since;
                let place = Place {
                    city,
                    sector,
                    since,
                };
                return (self.derived()?.read)(run, watch, place);
            }
            Source::National => of(terms, run, nation?),
            Source::Cities => of(terms, run, &CitySeen::of(run, city)),
            Source::Sectors => of(terms, run, &SectorSeen::of(run, sector)),
            Source::Allocations => of(terms, run, &AllocationSeen::of(run, city, sector)),
            // It is asked by the probe, as it may fail.
            Source::Own => None,
        };
        value.map(|value| (value, 1.0))
    }
}

/// The value of a quarter from what stands above the line and, where there is one, below it.
pub(crate) fn of_quarter(values: [Option<Value>; 2]) -> Option<f64> {
    let now = |value: (f64, f64)| match value.1 == 1.0 {
        true => Some(value.0),
        false => ratio(value.0, value.1),
    };
    match values {
        [Some(Some(above)), None] => now(above),
        [Some(Some(above)), Some(Some(below))] => now(above)
            .zip(now(below))
            .and_then(|(above, below)| ratio(above, below)),
        _ => None,
    }
}

/// A ratio; none where it has no value.
pub(crate) fn ratio(above: f64, below: f64) -> Option<f64> {
    let ratio = above / below;
    ratio.is_finite().then_some(ratio)
}
