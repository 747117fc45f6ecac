//! Small tables of results, made in memory: columns that describe themselves, and rows of cells.

use crate::kernel::quarter::Quarter;
use crate::table::cell::{write_count, write_real, write_text};
use crate::table::columns::FileInfo;
use crate::table::compression::Compression;
use crate::table::error::OutputError;
use crate::table::place::Place;
use crate::table::writer::{Writer, WrittenFile};

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A number.
    Real(f64),
    /// A whole number.
    Count(u64),
    /// `true` or `false`.
    Flag(bool),
    /// Nothing.
    Missing,
}

macro_rules! cells {
    ($($type:ty: |$value:ident| $cell:expr;)+) => {
        $(impl From<$type> for Cell {
            fn from($value: $type) -> Self {
                $cell
            }
        })+
    };
}

cells! {
    f64: |value| Cell::Real(value);
    u64: |value| Cell::Count(value);
    u32: |value| Cell::Count(value.into());
    usize: |value| Cell::Count(value as u64);
    bool: |value| Cell::Flag(value);
    &str: |value| Cell::Text(value.to_string());
    String: |value| Cell::Text(value);
    Quarter: |value| Cell::Text(value.to_string());
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Missing, T::into)
    }
}

impl Cell {
    /// Appends the cell, without a separator.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Cell::Text(text) => write_text(out, text),
            Cell::Real(number) => write_real(out, *number),
            Cell::Count(number) => write_count(out, *number),
            Cell::Flag(on) => out.extend_from_slice(if *on { b"true" } else { b"false" }),
            Cell::Missing => {}
        }
    }
}

/// A table in memory.
#[derive(Clone, Debug)]
pub struct ResultTable {
    /// Its columns.
    pub info: FileInfo,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl ResultTable {
    /// Header and rows as CSV.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut out = self.info.header().into_bytes();
        for row in &self.rows {
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                cell.write(&mut out);
            }
            out.push(b'\n');
        }
        out
    }

    /// Writes the table into a folder, or memory.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, place: impl Into<Place>) -> Result<WrittenFile, OutputError> {
        let mut writer = Writer::create(place, self.info.file, Compression::None)?;
        writer.write(&self.to_csv(), self.rows.len() as u64)?;
        writer.finish()
    }
}
