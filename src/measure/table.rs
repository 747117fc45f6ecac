//! What a column is, and how its cells are written.
//!
//! A [`Column`] is defined once, in [`crate::measure::tables`]. Header, `datapackage.json`, `docs/outputs.md` and the
//! cells themselves come from that definition.

use crate::kernel::quarter::Quarter;
use crate::kernel::random::Luck;
use crate::model::data::World;
use crate::table::cell::Kind;
use crate::table::cell::{write_count, write_real, write_text};

/// Key columns that every table begins with: replicate, seed, quarter.
pub const MOMENT_COLUMNS: usize = 3;

/// One row before it is written: whose it is, and its values.
#[derive(Clone, Copy, Debug)]
pub struct Row<T> {
    /// Replicate and seed.
    pub luck: Luck,
    /// Quarter.
    pub quarter: Quarter,
    /// Row of the city in the world; 0 in tables without cities.
    pub city: usize,
    /// Row of the sector in the world; 0 in tables without sectors.
    pub sector: usize,
    /// What was seen.
    pub values: T,
}

/// How a column reads its cell from a row; the type of the column follows from it.
#[derive(Debug)]
pub enum Get<T> {
    /// A number.
    Real(fn(&Row<T>) -> f64),
    /// A number that may be missing.
    MaybeReal(fn(&Row<T>) -> Option<f64>),
    /// A whole number.
    Count(fn(&Row<T>) -> u64),
    /// `true` or `false`.
    Flag(fn(&Row<T>) -> bool),
    /// A quarter.
    Quarter(fn(&Row<T>) -> Quarter),
    /// A text.
    Name(for<'a> fn(&'a World, &'a Row<T>) -> &'a str),
    /// A text that may be missing.
    MaybeName(for<'a> fn(&'a World, &'a Row<T>) -> Option<&'a str>),
}

/// One column of a table.
#[derive(Debug)]
pub struct Column<T: 'static> {
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
    get: Get<T>,
}

impl<T> Column<T> {
    const fn new(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: Get<T>,
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

    /// A column of numbers.
    pub const fn real(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: fn(&Row<T>) -> f64,
    ) -> Self {
        Self::new(name, unit, meaning, Get::Real(get))
    }

    /// A column of numbers, some of them missing.
    pub const fn maybe_real(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        missing: &'static str,
        get: fn(&Row<T>) -> Option<f64>,
    ) -> Self {
        let column = Self::new(name, unit, meaning, Get::MaybeReal(get));
        Column {
            missing: Some(missing),
            ..column
        }
    }

    /// A column of whole numbers.
    pub const fn count(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        get: fn(&Row<T>) -> u64,
    ) -> Self {
        Self::new(name, unit, meaning, Get::Count(get))
    }

    /// A column of `true` and `false`.
    pub const fn flag(name: &'static str, meaning: &'static str, get: fn(&Row<T>) -> bool) -> Self {
        Self::new(name, "", meaning, Get::Flag(get))
    }

    /// A column of texts.
    pub const fn name(
        name: &'static str,
        meaning: &'static str,
        get: for<'a> fn(&'a World, &'a Row<T>) -> &'a str,
    ) -> Self {
        Self::new(name, "", meaning, Get::Name(get))
    }

    /// A column of texts out of a list.
    pub const fn one_of(
        name: &'static str,
        names: &'static [&'static str],
        meaning: &'static str,
        get: for<'a> fn(&'a World, &'a Row<T>) -> &'a str,
    ) -> Self {
        let column = Self::new(name, "", meaning, Get::Name(get));
        Column { names, ..column }
    }

    /// A column of texts, some of them missing.
    pub const fn maybe_name(
        name: &'static str,
        meaning: &'static str,
        missing: &'static str,
        get: for<'a> fn(&'a World, &'a Row<T>) -> Option<&'a str>,
    ) -> Self {
        let column = Self::new(name, "", meaning, Get::MaybeName(get));
        Column {
            missing: Some(missing),
            ..column
        }
    }

    /// Replicate: the first of the columns every table begins with.
    pub const fn replicate() -> Self {
        let meaning = "replicate, from 0; with the seed it fixes the luck of the run";
        Self::count("replicate", "1", meaning, |row| row.luck.replicate)
    }

    /// Seed: the second.
    pub const fn seed() -> Self {
        Self::count("seed", "1", "seed of the run", |row| row.luck.seed)
    }

    /// Quarter: the third.
    pub const fn quarter() -> Self {
        let meaning = "calendar quarter, such as 2015Q1; values are those at its end";
        Self::new("quarter", "", meaning, Get::Quarter(|row| row.quarter))
    }

    /// City by its short name.
    pub const fn city_id() -> Self {
        Self::name("city_id", "short name of the city", |world, row| {
            world
                .cities
                .get(row.city)
                .map_or("", |city| city.id.as_str())
        })
    }

    /// Sector by its short name.
    pub const fn sector_id() -> Self {
        Self::name("sector_id", "short name of the sector", |world, row| {
            world
                .sectors
                .get(row.sector)
                .map_or("", |sector| sector.id.as_str())
        })
    }

    /// Its type.
    pub fn kind(&self) -> Kind {
        match self.get {
            Get::Real(_) | Get::MaybeReal(_) => Kind::Number,
            Get::Count(_) => Kind::Integer,
            Get::Flag(_) => Kind::Boolean,
            Get::Quarter(_) => Kind::Quarter,
            Get::Name(_) | Get::MaybeName(_) => Kind::Text,
        }
    }

    /// The number in the cell of `row`, 1 and 0 for `true` and `false`; none where it is missing or no number.
    pub fn number(&self, row: &Row<T>) -> Option<f64> {
        match self.get {
            Get::Real(get) => Some(get(row)),
            Get::MaybeReal(get) => get(row),
            Get::Count(get) => Some(get(row) as f64),
            Get::Flag(get) => Some(f64::from(u8::from(get(row)))),
            Get::Quarter(_) | Get::Name(_) | Get::MaybeName(_) => None,
        }
    }

    /// Appends the cell of `row`, without a separator.
    #[inline]
    fn write(&self, out: &mut Vec<u8>, world: &World, row: &Row<T>) {
        match self.get {
            Get::Real(get) => write_real(out, get(row)),
            Get::MaybeReal(get) => {
                if let Some(value) = get(row) {
                    write_real(out, value);
                }
            }
            Get::Count(get) => write_count(out, get(row)),
            Get::Flag(get) => out.extend_from_slice(if get(row) { b"true" } else { b"false" }),
            Get::Quarter(get) => out.extend_from_slice(get(row).to_string().as_bytes()),
            Get::Name(get) => write_text(out, get(world, row)),
            Get::MaybeName(get) => {
                if let Some(text) = get(world, row) {
                    write_text(out, text);
                }
            }
        }
    }
}

/// One table: a trace file without its ending.
#[derive(Debug)]
pub struct Table<T: 'static> {
    /// Name of the file without ending.
    pub file: &'static str,
    /// What one row is, a phrase without a full stop.
    pub row: &'static str,
    /// Columns that tell rows apart. The first of the table are always among them and are always written.
    pub key: &'static [&'static str],
    /// Columns in order.
    pub columns: &'static [Column<T>],
}

/// The columns of a table that a run writes.
#[derive(Debug)]
pub struct Selection<T: 'static> {
    columns: Vec<&'static Column<T>>,
}

impl<T> Table<T> {
    /// The key columns and those named in `wanted`, in the order of the table; all where nothing is named.
    pub fn select(&self, wanted: Option<&[String]>) -> Selection<T> {
        let is_wanted = |column: &Column<T>| {
            self.key.contains(&column.name)
                || wanted.is_none_or(|names| names.iter().any(|name| name == column.name))
        };
        Selection {
            columns: self
                .columns
                .iter()
                .filter(|column| is_wanted(column))
                .collect(),
        }
    }
}

impl<T> Selection<T> {
    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().map(|column| column.name)
    }

    /// Appends a row that begins with the bytes of [`write_moment`].
    pub fn write(&self, out: &mut Vec<u8>, moment: &[u8], world: &World, row: &Row<T>) {
        out.extend_from_slice(moment);
        for column in self.columns.iter().skip(MOMENT_COLUMNS) {
            out.push(b',');
            column.write(out, world, row);
        }
        out.push(b'\n');
    }
}

/// Writes the cells of replicate, seed and quarter, which all rows of a quarter begin with.
pub fn write_moment(out: &mut Vec<u8>, world: &World, row: &Row<()>) {
    let columns: [Column<()>; MOMENT_COLUMNS] =
        [Column::replicate(), Column::seed(), Column::quarter()];
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        column.write(out, world, row);
    }
}
