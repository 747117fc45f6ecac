//! What a column is, and how its cells are written.
//!
//! A [`Column`] is defined once: outcomes in [`crate::measure::outcomes`], keys and events in [`crate::measure::tables`].
//! Header, `datapackage.json`, `docs/outputs.md` and the cells themselves come from that definition.

use crate::model::run::Run;
use crate::table::cell::Kind;
use crate::table::cell::{write_count, write_real, write_text};

/// How a column reads its cell from what is seen of a run; the type of the column follows from it.
#[derive(Debug)]
pub enum Get<S> {
    /// A number.
    Real(fn(&Run<'_>, &S) -> f64),
    /// A number that may be missing.
    MaybeReal(fn(&Run<'_>, &S) -> Option<f64>),
    /// A whole number.
    Count(fn(&Run<'_>, &S) -> u64),
    /// `true` or `false`.
    Flag(fn(&Run<'_>, &S) -> bool),
    /// One of the cells that all rows of a quarter begin with, written once for all of them.
    Moment(Kind),
    /// A text.
    Name(for<'a> fn(&'a Run<'_>, &'a S) -> &'a str),
    /// A text that may be missing.
    MaybeName(for<'a> fn(&'a Run<'_>, &'a S) -> Option<&'a str>),
}

impl<S> Clone for Get<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Get<S> {}

/// One column of a table.
#[derive(Debug)]
pub struct Column<S: 'static> {
    /// Name in the header.
    pub name: &'static str,
    /// Unit, `1` for a pure number, empty for texts and flags.
    pub unit: &'static str,
    /// Its meaning, a phrase without a full stop.
    pub meaning: &'static str,
    /// Where the cell is empty; none if it never is.
    pub missing: Option<&'static str>,
    /// Texts the cell may hold; empty where any may stand.
    pub names: &'static [&'static str],
    /// How it is read.
    pub get: Get<S>,
}

impl<S> Clone for Column<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Column<S> {}

/// What is seen at a place.
pub trait Placed {
    /// Row of the city in the world; 0 in tables without cities.
    fn city(&self) -> usize {
        0
    }
    /// Row of the sector in the world; 0 in tables without sectors.
    fn sector(&self) -> usize {
        0
    }
}

impl<S> Column<S> {
    /// A column that is never empty.
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: Get<S>,
    ) -> Self {
        Column {
            name,
            unit,
            meaning,
            missing: None,
            names: &[],
            get,
        }
    }

    /// A column of texts.
    pub const fn name(
        name: &'static str,
        meaning: &'static str,
        get: for<'a> fn(&'a Run<'_>, &'a S) -> &'a str,
    ) -> Self {
        Self::new(name, "", meaning, Get::Name(get))
    }

    /// A column of texts out of a list.
    pub const fn one_of(
        name: &'static str,
        names: &'static [&'static str],
        meaning: &'static str,
        get: for<'a> fn(&'a Run<'_>, &'a S) -> &'a str,
    ) -> Self {
        let mut column = Self::name(name, meaning, get);
        column.names = names;
        column
    }

    /// A column of texts, some of them missing.
    pub const fn maybe_name(
        name: &'static str,
        meaning: &'static str,
        missing: &'static str,
        get: for<'a> fn(&'a Run<'_>, &'a S) -> Option<&'a str>,
    ) -> Self {
        let mut column = Self::new(name, "", meaning, Get::MaybeName(get));
        column.missing = Some(missing);
        column
    }

    /// City by its short name.
    pub const fn city_id() -> Self
    where
        S: Placed,
    {
        Self::name("city_id", "short name of the city", |run, seen| {
            let city = run.world().cities.get(seen.city());
            city.map_or("", |city| city.id.as_str())
        })
    }

    /// Sector by its short name.
    pub const fn sector_id() -> Self
    where
        S: Placed,
    {
        Self::name("sector_id", "short name of the sector", |run, seen| {
            let sector = run.world().sectors.get(seen.sector());
            sector.map_or("", |sector| sector.id.as_str())
        })
    }

    /// Its type.
    pub fn kind(&self) -> Kind {
        match self.get {
            Get::Real(_) | Get::MaybeReal(_) => Kind::Number,
            Get::Count(_) => Kind::Integer,
            Get::Flag(_) => Kind::Boolean,
            Get::Moment(kind) => kind,
            Get::Name(_) | Get::MaybeName(_) => Kind::Text,
        }
    }

    /// Whether it has numbers, 1 and 0 for `true` and `false`.
    pub fn is_number(&self) -> bool {
        !matches!(self.kind(), Kind::Quarter | Kind::Text)
    }

    /// The number that is seen, 1 and 0 for `true` and `false`; none where it is missing or no number.
    #[inline]
    pub fn number(&self, run: &Run<'_>, seen: &S) -> Option<f64> {
        match self.get {
            Get::Real(get) => Some(get(run, seen)),
            Get::MaybeReal(get) => get(run, seen),
            Get::Count(get) => Some(get(run, seen) as f64),
            Get::Flag(get) => Some(f64::from(u8::from(get(run, seen)))),
            Get::Moment(_) | Get::Name(_) | Get::MaybeName(_) => None,
        }
    }

    /// Appends the cell, without a separator.
    #[inline]
    pub(crate) fn write(&self, out: &mut Vec<u8>, run: &Run<'_>, seen: &S) {
        match self.get {
            Get::Real(get) => write_real(out, get(run, seen)),
            Get::MaybeReal(get) => {
                if let Some(value) = get(run, seen) {
                    write_real(out, value);
                }
            }
            Get::Count(get) => write_count(out, get(run, seen)),
            Get::Flag(get) => out.extend_from_slice(match get(run, seen) {
                true => b"true",
                false => b"false",
            }),
            Get::Moment(_) => {}
            Get::Name(get) => write_text(out, get(run, seen)),
            Get::MaybeName(get) => {
                if let Some(text) = get(run, seen) {
                    write_text(out, text);
                }
            }
        }
    }
}
