//! What a column is, and how its cells are written.
//!
//! A [`Column`] is defined once, in [`super::tables`]. Header, `datapackage.json`, `docs/outputs.md` and the
//! cells themselves come from that definition.

use crate::model::data::World;
use crate::quarter::Quarter;
use crate::random::Luck;

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

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A whole number of 0 or more.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A quarter such as `2015Q1`.
    Quarter,
    /// A text.
    Text,
}

impl Kind {
    /// The name in tables for people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Integer => "whole number",
            Kind::Boolean => "true or false",
            Kind::Quarter => "quarter",
            Kind::Text => "text",
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

/// Appends a number in the shortest form that reads back to the same bits.
///
/// A number that is not finite is written as the Table Schema spells it, so that it is seen.
pub(crate) fn write_real(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        // Adding 0 turns -0 into 0.
        let mut buffer = zmij::Buffer::new();
        out.extend_from_slice(buffer.format_finite(value + 0.0).as_bytes());
    } else {
        let name: &[u8] = match (value.is_nan(), value > 0.0) {
            (true, _) => b"NaN",
            (false, true) => b"INF",
            (false, false) => b"-INF",
        };
        out.extend_from_slice(name);
    }
}

/// Appends a whole number.
pub(crate) fn write_count(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// What [`is_plain_cell`] takes, in words.
pub(crate) const PLAIN_CELL: &str = "a text that does not begin with `=`, `+`, `-` or `@`, as formulas of spreadsheets do, without control characters";

/// Whether a text may stand in a table of results as it is: a number, or what no spreadsheet takes for a formula.
pub(crate) fn is_plain_cell(text: &str) -> bool {
    // The wide forms count too: they come with Chinese text, and some spreadsheets take them for the narrow ones.
    let is_formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    !text.contains(char::is_control) && (!is_formula || text.parse::<f64>().is_ok())
}

/// Appends a text, in quotes where CSV asks for them (RFC 4180).
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    let needs_quotes = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.bytes().any(needs_quotes) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn formulas_and_control_characters_are_no_plain_cells() {
        for plain in ["", "Xi'an", "-0.5", "+1e3", "a=b", "a-b", "北京"] {
            assert!(is_plain_cell(plain), "{plain}");
        }
        for other in [
            "=1+1", "+a", "-a", "@SUM(A1)", "＝1", "\t=1", "\r=1", "a\nb", "a\0",
        ] {
            assert!(!is_plain_cell(other), "{other:?}");
        }
    }

    #[test]
    fn whole_numbers_are_written_as_the_standard_library_does() {
        for value in [0, 7, 10, 99, 100, 18_446_744_073_709_551_615] {
            assert_eq!(written(|out| write_count(out, value)), value.to_string());
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_seen_and_zero_has_no_sign() {
        assert_eq!(written(|out| write_real(out, f64::NAN)), "NaN");
        assert_eq!(written(|out| write_real(out, f64::INFINITY)), "INF");
        assert_eq!(written(|out| write_real(out, f64::NEG_INFINITY)), "-INF");
        assert_eq!(written(|out| write_real(out, -0.0)), "0.0");
    }

    proptest! {
        #[test]
        fn numbers_read_back_to_the_same_bits(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite() && value != 0.0);
            let read: f64 = written(|out| write_real(out, value)).parse().expect("a number");
            prop_assert_eq!(read.to_bits(), bits);
        }

        #[test]
        fn texts_survive_a_csv_reader(text in "[a-z,\"\r\n ]{1,12}", other in "[a-z\"]{1,3}") {
            let line = written(|out| {
                write_text(out, &text);
                out.push(b',');
                write_text(out, &other);
                out.push(b'\n');
            });
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = reader.records().next().expect("a record").expect("valid");
            prop_assert_eq!(&record[0], &text);
            prop_assert_eq!(&record[1], &other);
        }
    }
}
