//! The catalogue of trace files and their columns, for whoever checks or documents them.

use std::borrow::Cow;

use super::table::{Column, Kind, Table};
use super::tables;

/// A text of a definition, or one made for a result.
type Text = Cow<'static, str>;

/// One file of the catalogue.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// Name without ending.
    pub file: &'static str,
    /// What one row is, a phrase without a full stop.
    pub row: Text,
    /// Columns that tell rows apart; they are always written.
    pub key: Vec<Text>,
    /// Columns in order.
    pub columns: Vec<ColumnInfo>,
}

/// One column of the catalogue.
#[derive(Clone, Debug)]
pub struct ColumnInfo {
    /// Name in the header.
    pub name: Text,
    /// Type.
    pub kind: Kind,
    /// Unit, `1` for a pure number, empty for texts and flags.
    pub unit: Text,
    /// Meaning, a phrase without a full stop.
    pub meaning: Text,
    /// Where the cell is empty; none if it never is.
    pub missing: Option<Text>,
    /// Texts the cell may hold; empty where any may stand.
    pub names: &'static [&'static str],
}

impl ColumnInfo {
    /// A column that is never empty.
    pub fn new(
        name: impl Into<Text>,
        kind: Kind,
        unit: impl Into<Text>,
        meaning: impl Into<Text>,
    ) -> Self {
        ColumnInfo {
            name: name.into(),
            kind,
            unit: unit.into(),
            meaning: meaning.into(),
            missing: None,
            names: &[],
        }
    }

    /// The column, empty in the cases that the phrase names.
    #[must_use]
    pub fn missing(mut self, phrase: impl Into<Text>) -> Self {
        self.missing = Some(phrase.into());
        self
    }
}

impl FileInfo {
    /// A table of a result.
    pub fn new(
        file: &'static str,
        row: impl Into<Text>,
        key: &[&'static str],
        columns: Vec<ColumnInfo>,
    ) -> Self {
        FileInfo {
            file,
            row: row.into(),
            key: key.iter().map(|name| Text::from(*name)).collect(),
            columns,
        }
    }

    /// Names of the columns with commas between them, and the end of the line.
    pub fn header(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| &*column.name).collect();
        names.join(",") + "\n"
    }
}

/// Every trace file with its columns, in the order in which they are documented and written.
pub fn files() -> Vec<FileInfo> {
    vec![
        file(&tables::NATIONAL),
        file(&tables::CITIES),
        file(&tables::SECTORS),
        file(&tables::ALLOCATIONS),
        file(&tables::POLICIES),
        file(&tables::OFFICIALS),
        file(&tables::CHAMPIONS),
    ]
}

/// Names of files and of their columns, against which settings are checked.
pub fn catalogue() -> Vec<(&'static str, Vec<&'static str>)> {
    fn names<T>(table: &Table<T>) -> (&'static str, Vec<&'static str>) {
        let names = table.columns.iter().map(|column| column.name);
        (table.file, names.collect())
    }
    vec![
        names(&tables::NATIONAL),
        names(&tables::CITIES),
        names(&tables::SECTORS),
        names(&tables::ALLOCATIONS),
        names(&tables::POLICIES),
        names(&tables::OFFICIALS),
        names(&tables::CHAMPIONS),
    ]
}

fn file<T>(table: &Table<T>) -> FileInfo {
    FileInfo {
        file: table.file,
        row: table.row.into(),
        key: table.key.iter().map(|name| Text::from(*name)).collect(),
        columns: table.columns.iter().map(column).collect(),
    }
}

fn column<T>(column: &Column<T>) -> ColumnInfo {
    ColumnInfo {
        name: column.name.into(),
        kind: column.kind(),
        unit: column.unit.into(),
        meaning: column.meaning.into(),
        missing: column.missing.map(Text::from),
        names: column.names,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::table::MOMENT_COLUMNS;

    #[test]
    fn every_table_begins_with_replicate_seed_and_quarter() {
        for file in files() {
            let first: Vec<_> = file.columns.iter().take(MOMENT_COLUMNS).collect();
            assert!(
                first
                    .iter()
                    .map(|column| &*column.name)
                    .eq(["replicate", "seed", "quarter"])
            );
            assert_eq!(file.key[..MOMENT_COLUMNS], ["replicate", "seed", "quarter"]);
        }
    }

    #[test]
    fn keys_are_columns_and_names_are_unique() {
        for file in files() {
            let mut names: Vec<_> = file.columns.iter().map(|column| &*column.name).collect();
            assert!(file.key.iter().all(|key| names.contains(&&**key)));
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", file.file);
        }
    }

    #[test]
    fn money_has_its_unit_in_the_name() {
        for column in files().into_iter().flat_map(|file| file.columns) {
            assert_eq!(
                column.unit == "CNY mn",
                column.name.ends_with("_cny_mn"),
                "{}",
                column.name
            );
        }
    }

    #[test]
    fn meanings_are_phrases_and_units_are_stated_for_numbers() {
        for column in files().into_iter().flat_map(|file| file.columns) {
            assert!(!column.meaning.is_empty() && !column.meaning.ends_with('.'));
            let is_number = matches!(column.kind, Kind::Number | Kind::Integer);
            assert_eq!(is_number, !column.unit.is_empty(), "{}", column.name);
        }
    }
}
