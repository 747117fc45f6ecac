//! The catalogue of trace files and their columns, for whoever checks or documents them.

use super::table::{Column, Kind, Table};
use super::tables;

/// One file of the catalogue.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// Name without ending.
    pub file: &'static str,
    /// What one row is, a phrase without a full stop.
    pub row: &'static str,
    /// Columns that tell rows apart; they are always written.
    pub key: &'static [&'static str],
    /// Columns in order.
    pub columns: Vec<ColumnInfo>,
}

/// One column of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct ColumnInfo {
    /// Name in the header.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Unit, `1` for a pure number, empty for texts and flags.
    pub unit: &'static str,
    /// Meaning, a phrase without a full stop.
    pub meaning: &'static str,
    /// Where the cell is empty; none if it never is.
    pub missing: Option<&'static str>,
    /// Texts the cell may hold; empty where any may stand.
    pub names: &'static [&'static str],
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
    let names = |file: FileInfo| file.columns.iter().map(|column| column.name).collect();
    files()
        .into_iter()
        .map(|file| (file.file, names(file)))
        .collect()
}

fn file<T>(table: &Table<T>) -> FileInfo {
    FileInfo {
        file: table.file,
        row: table.row,
        key: table.key,
        columns: table.columns.iter().map(column).collect(),
    }
}

fn column<T>(column: &Column<T>) -> ColumnInfo {
    ColumnInfo {
        name: column.name,
        kind: column.kind(),
        unit: column.unit,
        meaning: column.meaning,
        missing: column.missing,
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
                    .map(|column| column.name)
                    .eq(["replicate", "seed", "quarter"])
            );
            assert_eq!(file.key[..MOMENT_COLUMNS], ["replicate", "seed", "quarter"]);
        }
    }

    #[test]
    fn keys_are_columns_and_names_are_unique() {
        for file in files() {
            let mut names: Vec<_> = file.columns.iter().map(|column| column.name).collect();
            assert!(file.key.iter().all(|key| names.contains(key)));
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
