//! What an outcome is. All there are stand in [`crate::measure::outcomes`].

use std::marker::PhantomData;

use crate::measure::column::{Column, Get};
use crate::measure::seen::Passes;
use crate::model::run::Run;

/// How an outcome goes through a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is so much at a time; over a period its mean counts.
    Level,
    /// It is so much in a quarter; over a period it is summed.
    Flow,
    /// It happens so often in a quarter; over a period it is counted.
    Event,
}

/// Where an outcome is shown beside the traces and responses, which have all.
pub mod shown {
    /// On the terminal after a run.
    pub const TERMINAL: u16 = 1;
    /// There as a chart over the quarters.
    pub const CHART: u16 = 1 << 1;
    /// In the table of outcomes of a run's report.
    pub const REPORT: u16 = 1 << 2;
    /// In the explorer as a series; of a city or a sector of a city, on its map.
    pub const EXPLORER: u16 = 1 << 3;
    /// There from the beginning; of a city, as the colour of the map.
    pub const USUAL: u16 = 1 << 4;
    /// There on top of all.
    pub const HEADLINE: u16 = 1 << 5;
    /// There as a total over the run.
    pub const TOTAL: u16 = 1 << 6;
    /// As the size of cities on the explorer's map.
    pub const SIZE: u16 = 1 << 7;
    /// As a part of the whole of which it is a share.
    pub const PART: u16 = 1 << 8;
    /// In per cent.
    pub const PERCENT: u16 = 1 << 9;
    /// Where tables have levels, under the line before.
    pub const UNDER: u16 = 1 << 10;
}

/// An outcome of a run in a quarter, read from what is seen of it.
#[derive(Debug)]
pub struct Outcome<S: 'static> {
    /// Name, unit, meaning, where it is missing, and how it is read.
    pub column: Column<S>,
    /// Its name for people, with a capital letter.
    pub label: &'static str,
    /// How it goes through a period.
    pub kind: Kind,
    /// Passes over the cities that it needs.
    pub cost: Passes,
    /// Where it is shown, made of [`shown`].
    pub shown: u16,
    /// Name of the whole of which a share has a name of its own: `idle_cny_mn` of `spending_cny_mn` is `idle_share`.
    pub share_of: Option<&'static str>,
}

impl<S> Clone for Outcome<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Outcome<S> {}

impl<S> Outcome<S> {
    /// An outcome without a name as yet, a level that costs nothing.
    const fn new(
        label: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: Get<S>,
    ) -> Self {
        Outcome {
            column: Column::new("", unit, meaning, get),
            label,
            kind: Kind::Level,
            cost: Passes::NONE,
            shown: 0,
            share_of: None,
        }
    }

    /// A number: its name for people, its unit (`1` for a pure number), its meaning (a phrase without a full stop), and
    /// how it is read.
    pub const fn real(
        label: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: fn(&Run<'_>, &S) -> f64,
    ) -> Self {
        Self::new(label, unit, meaning, Get::Real(get))
    }

    /// A number that is missing in the cases which the last phrase but one names.
    pub const fn maybe(
        label: &'static str,
        unit: &'static str,
        meaning: &'static str,
        missing: &'static str,
        get: fn(&Run<'_>, &S) -> Option<f64>,
    ) -> Self {
        let mut outcome = Self::new(label, unit, meaning, Get::MaybeReal(get));
        outcome.column.missing = Some(missing);
        outcome
    }

    /// A whole number.
    pub const fn count(
        label: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: fn(&Run<'_>, &S) -> u64,
    ) -> Self {
        Self::new(label, unit, meaning, Get::Count(get))
    }

    /// `true` or `false`.
    pub const fn flag(
        label: &'static str,
        meaning: &'static str,
        get: fn(&Run<'_>, &S) -> bool,
    ) -> Self {
        Self::new(label, "", meaning, Get::Flag(get))
    }

    /// A text.
    pub const fn text(
        label: &'static str,
        meaning: &'static str,
        get: for<'a> fn(&'a Run<'_>, &'a S) -> &'a str,
    ) -> Self {
        Self::new(label, "", meaning, Get::Name(get))
    }

    /// Under a name: small letters, digits and `_`.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.column.name = name;
        self
    }

    /// As a flow.
    #[must_use]
    pub const fn flow(mut self) -> Self {
        self.kind = Kind::Flow;
        self
    }

    /// As an event.
    #[must_use]
    pub const fn event(mut self) -> Self {
        self.kind = Kind::Event;
        self
    }

    /// With passes over the cities that it needs.
    #[must_use]
    pub const fn costs(mut self, passes: Passes) -> Self {
        self.cost = passes;
        self
    }

    /// Shown in these places.
    #[must_use]
    pub const fn on(mut self, places: u16) -> Self {
        self.shown = places;
        self
    }

    /// As a share of another outcome or sum of the same table.
    #[must_use]
    pub const fn of(mut self, whole: &'static str) -> Self {
        self.share_of = Some(whole);
        self
    }
}

/// An outcome of the program, where code must single one out.
#[derive(Debug)]
pub struct Id<S> {
    /// Its place among the outcomes of its table.
    #[cfg_attr(
        not(feature = "internals"),
        expect(dead_code, reason = "names do for what is shipped")
    )]
    pub place: usize,
    /// Its name.
    pub name: &'static str,
    of: PhantomData<fn(&S)>,
}

impl<S> Clone for Id<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Id<S> {}

impl<S> Id<S> {
    /// The outcome with a name, at its place.
    pub(crate) const fn new(place: usize, name: &'static str) -> Self {
        Id {
            place,
            name,
            of: PhantomData,
        }
    }
}

/// A sum of outcomes with a name of its own, in every table that has them.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    /// Name.
    pub name: &'static str,
    /// Weights and names, added in this order.
    pub terms: &'static [(f64, &'static str)],
}

/// A ratio of two outcomes or sums with a name of its own, in every table that has them.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// Name.
    pub name: &'static str,
    /// Above the line.
    pub above: &'static str,
    /// Below it.
    pub below: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Its meaning, a phrase without a full stop.
    pub meaning: &'static str,
    /// Where it is shown, made of [`shown`].
    pub shown: u16,
}
