//! Small tables of results, made in memory: columns that describe themselves, and rows of cells.

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

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Cell::Missing, Cell::Real)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Cell::Real(value)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Cell::Count(value)
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Cell::Count(value as u64)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Cell::Flag(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Cell::Text(value.to_string())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Cell::Text(value)
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
pub struct Sheet {
    /// Its columns.
    pub info: FileInfo,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// A table without rows.
    pub fn new(info: FileInfo) -> Self {
        Sheet {
            info,
            rows: Vec::new(),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::cell::Kind;
    use crate::table::columns::ColumnInfo;

    #[test]
    fn cells_are_written_as_in_traces() {
        let columns = vec![
            ColumnInfo::new("name", Kind::Text, "", "a name"),
            ColumnInfo::new("x", Kind::Number, "1", "a number").missing("there is none"),
            ColumnInfo::new("n", Kind::Integer, "1", "a count"),
        ];
        let mut sheet = Sheet::new(FileInfo::new("t", "a row", &["name"], columns));
        sheet
            .rows
            .push(vec!["a,b".into(), Some(0.5).into(), 3usize.into()]);
        sheet.rows.push(vec!["c".into(), None.into(), 0u64.into()]);
        let text = String::from_utf8(sheet.to_csv()).expect("text");
        assert_eq!(text, "name,x,n\n\"a,b\",0.5,3\nc,,0\n");
    }
}
