//! Tables of traces: their columns, and those a run writes.

use crate::kernel::quarter::Quarter;
use crate::kernel::random::Draws;
use crate::measure::column::{Column, Get};
use crate::measure::outcome::Outcome;
use crate::model::run::Run;
use crate::table::cell::{Kind, write_count};
use crate::table::columns::{ColumnInfo, FileInfo, Text};

/// Key columns that every table begins with: replicate, seed, quarter. Their cells are those of [`write_moment`].
pub const MOMENT_COLUMNS: usize = 3;

/// One table: a trace file without its ending.
#[derive(Debug)]
pub struct Table<S: 'static> {
    /// Name of the file without ending.
    pub file: &'static str,
    /// What one row is, a phrase without a full stop.
    pub row: &'static str,
    /// Columns that tell rows apart. The first of the table are always among them and are always written.
    pub key: &'static [&'static str],
    /// Columns after replicate, seed and quarter, in order.
    pub columns: &'static [Column<S>],
    /// Outcomes, which follow them.
    pub outcomes: fn() -> &'static [Outcome<S>],
}

impl<S> Table<S> {
    /// All columns in order.
    pub fn all(&self) -> impl Iterator<Item = Column<S>> {
        let moment = [
            Column::new(
                "replicate",
                "1",
                "replicate, from 0; with the seed it fixes the random draws of the run",
                Get::Moment(Kind::Integer),
            ),
            Column::new("seed", "1", "seed of the run", Get::Moment(Kind::Integer)),
            Column::new(
                "quarter",
                "",
                "calendar quarter, such as 2015Q1; values are those at its end",
                Get::Moment(Kind::Quarter),
            ),
        ];
        let outcomes = (self.outcomes)().iter().map(|outcome| outcome.column);
        moment
            .into_iter()
            .chain(self.columns.iter().copied())
            .chain(outcomes)
    }

    /// Its file with the names of all columns.
    pub fn names(&self) -> (&'static str, Vec<&'static str>) {
        (self.file, self.all().map(|column| column.name).collect())
    }

    /// The key columns and those named in `wanted`, in the order of the table; all where nothing is named.
    pub fn select(&self, wanted: Option<&[String]>) -> Selection<S> {
        let is_wanted = |column: &Column<S>| {
            self.key.contains(&column.name)
                || wanted.is_none_or(|names| names.iter().any(|name| name == column.name))
        };
        Selection {
            columns: self.all().filter(is_wanted).collect(),
        }
    }

    /// Its description.
    pub fn info(&self) -> FileInfo {
        let column = |column: Column<S>| ColumnInfo {
            name: column.name.into(),
            kind: column.kind(),
            unit: column.unit.into(),
            meaning: column.meaning.into(),
            missing: column.missing.map(Text::from),
            names: column.names,
        };
        FileInfo::new(
            self.file,
            self.row,
            self.key,
            self.all().map(column).collect(),
        )
    }
}

/// The columns of a table that a run writes.
#[derive(Debug)]
pub struct Selection<S: 'static> {
    columns: Vec<Column<S>>,
}

impl<S> Selection<S> {
    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().map(|column| column.name)
    }

    /// Appends a row that begins with the bytes of [`write_moment`].
    pub fn write(&self, out: &mut Vec<u8>, moment: &[u8], run: &Run<'_>, seen: &S) {
        out.extend_from_slice(moment);
        for column in self.columns.iter().skip(MOMENT_COLUMNS) {
            out.push(b',');
            column.write(out, run, seen);
        }
        out.push(b'\n');
    }
}

/// Writes the cells of replicate, seed and quarter, which all rows of a quarter begin with.
pub fn write_moment(out: &mut Vec<u8>, draws: Draws, quarter: Quarter) {
    write_count(out, draws.replicate);
    out.push(b',');
    write_count(out, draws.seed);
    out.push(b',');
    out.extend_from_slice(quarter.to_string().as_bytes());
}
