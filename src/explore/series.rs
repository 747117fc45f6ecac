//! What is measured of the nation, of cities and of their sectors: the outcomes that are shown in the explorer.

use crate::explore::answers::Measured;
use crate::measure::outcome::shown::{EXPLORER, HEADLINE, PERCENT, SIZE, TOTAL, USUAL};
use crate::measure::outcomes::{Scope, of_nation, parts_of_spending};
use crate::measure::reading::Reading;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes};
use crate::model::run::Run;

/// Series of a table.
pub(crate) fn shown<S: Scope>() -> impl Iterator<Item = &'static Reading> {
    S::readings().iter().filter(|own| own.is_on(EXPLORER))
}

/// Series of the nation.
pub(crate) fn responses() -> Vec<Measured> {
    shown::<NationSeen>().map(measured).collect()
}

/// Totals over the run; money in CNY bn.
pub(crate) fn totals() -> Vec<Measured> {
    let total = |own: &'static Reading| {
        let mut total = measured(own);
        if is_money(own) {
            (total.unit, total.sign) = ("CNY bn", "CNY bn");
        }
        total.meaning.push_str("; over the whole run");
        total
    };
    of_nation(TOTAL).into_iter().map(total).collect()
}

/// Series of cities.
pub(crate) fn city_responses() -> Vec<Measured> {
    shown::<CitySeen>().map(measured).collect()
}

/// Series of a sector of cities.
pub(crate) fn sector_responses() -> Vec<Measured> {
    shown::<AllocationSeen>().map(measured).collect()
}

/// Totals into which spending on sectors is cut, what is not lost first.
pub(crate) fn parts() -> Vec<&'static str> {
    let parts = parts_of_spending().into_iter();
    parts.map(|own| own.name.as_str()).collect()
}

fn measured(own: &'static Reading) -> Measured {
    Measured {
        name: &own.name,
        title: own.label.clone(),
        unit: own.unit,
        sign: own.sign(),
        meaning: own.meaning.clone(),
        is_percent: own.is_on(PERCENT),
        is_usual: own.is_on(USUAL),
        is_headline: own.is_on(HEADLINE),
        is_size: own.is_on(SIZE),
    }
}

fn is_money(own: &Reading) -> bool {
    own.unit == "CNY mn"
}

/// The numbers of a quarter in the order of [`shown`].
pub(crate) fn numbers<S: Scope>(run: &Run<'_>, seen: &S) -> impl Iterator<Item = Option<f64>> {
    shown::<S>().map(|own| own.number(S::outcomes(), run, seen))
}

/// A total as it is shown.
pub(crate) fn total(own: &Reading, number: f64) -> f64 {
    if is_money(own) {
        number / 1000.0
    } else {
        number
    }
}

/// What is seen of the nation: as much as series need.
pub(crate) fn see(run: &mut Run<'_>) -> NationSeen {
    let passes = shown::<NationSeen>().fold(Passes::NONE, |all, own| {
        all.and(own.cost(NationSeen::outcomes()))
    });
    NationSeen::of(run, passes)
}
