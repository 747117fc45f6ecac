//! What a data table may hold: its columns and what their cells take.

use crate::kernel::quarter::NotAQuarter;
use crate::kernel::text::quoted_list;

/// Largest stable number: it fits a signed 64-bit number of any reader.
pub(crate) const LARGEST_CODE: u64 = i64::MAX as u64;

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// A text that may stand in tables of results: see `is_plain_cell`.
    Text,
    /// A short name of small letters, digits, `_` and `-`, not `-` first.
    Id,
    /// A whole number, unique in the table.
    Code,
    /// A number from `min` to `max`, both included.
    Real {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
        /// Unit, empty for a pure number.
        unit: &'static str,
    },
    /// A whole number from `min` to `max`, both included.
    Whole {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
        /// Unit.
        unit: &'static str,
    },
    /// A quarter such as `2015Q1`.
    Quarter,
    /// One of a list of names.
    Choice(&'static [&'static str]),
}

/// One declared column.
#[derive(Debug)]
pub struct Column {
    /// Name in the head.
    pub name: &'static str,
    /// What its cells hold.
    pub cell: Cell,
    /// Whether the column must be there and no cell may be empty.
    pub required: bool,
    /// Its meaning in a sentence.
    pub meaning: &'static str,
}

/// One kind of table.
#[derive(Debug)]
pub struct Format {
    /// Name in `[data]` and `[overrides]`.
    pub table: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// The column that names a row in messages and overrides.
    pub id: &'static str,
    /// Declared columns.
    pub columns: &'static [Column],
}

impl Cell {
    /// A share or an index from 0 to 1.
    pub const SHARE: Cell = Cell::real(0.0, 1.0, "");

    /// A number.
    pub const fn real(min: f64, max: f64, unit: &'static str) -> Self {
        Cell::Real { min, max, unit }
    }

    /// What is allowed, in words.
    pub fn allowed(self) -> String {
        match self {
            Cell::Text => "a text".to_string(),
            Cell::Id => "small letters, digits, `_` and `-`, not `-` first".to_string(),
            Cell::Code => format!("a whole number from 0 to {LARGEST_CODE}"),
            Cell::Real { min, max, unit: "" } => format!("a number from {min} to {max}"),
            Cell::Real { min, max, unit } => format!("a number from {min} to {max} ({unit})"),
            Cell::Whole { min, max, unit } => {
                format!("a whole number from {min} to {max} ({unit})")
            }
            Cell::Quarter => NotAQuarter.to_string(),
            Cell::Choice(names) => quoted_list(names, ", "),
        }
    }
}

/// Columns of a table, one a line: name, what its cells hold, and its meaning; `optional` ones may be absent, and their
/// cells empty.
macro_rules! columns {
    ($($($optional:ident)? $name:literal: $cell:expr => $meaning:literal;)+) => {
        &[$(crate::input::scenario::format::Column {
            name: $name,
            cell: $cell,
            required: stringify!($($optional)?).is_empty(),
            meaning: $meaning,
        }),+]
    };
}

pub(crate) use columns;
