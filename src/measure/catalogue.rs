//! The catalogue of trace files and their columns, for whoever checks or documents them.

use crate::measure::table::{Column, Table};
use crate::table::columns::{ColumnInfo, FileInfo, Text};

/// Every trace file with its columns, in the order in which they are documented and written.
pub fn files() -> Vec<FileInfo> {
    vec![
        file(&crate::measure::tables::national::NATIONAL),
        file(&crate::measure::tables::places::CITIES),
        file(&crate::measure::tables::places::SECTORS),
        file(&crate::measure::tables::places::ALLOCATIONS),
        file(&crate::measure::tables::events::POLICIES),
        file(&crate::measure::tables::events::OFFICIALS),
        file(&crate::measure::tables::events::CHAMPIONS),
    ]
}

/// Names of files and of their columns, against which settings are checked.
pub fn catalogue() -> Vec<(&'static str, Vec<&'static str>)> {
    fn names<T>(table: &Table<T>) -> (&'static str, Vec<&'static str>) {
        let names = table.columns.iter().map(|column| column.name);
        (table.file, names.collect())
    }
    vec![
        names(&crate::measure::tables::national::NATIONAL),
        names(&crate::measure::tables::places::CITIES),
        names(&crate::measure::tables::places::SECTORS),
        names(&crate::measure::tables::places::ALLOCATIONS),
        names(&crate::measure::tables::events::POLICIES),
        names(&crate::measure::tables::events::OFFICIALS),
        names(&crate::measure::tables::events::CHAMPIONS),
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
    use crate::measure::table::MOMENT_COLUMNS;
    use crate::table::cell::Kind;

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
