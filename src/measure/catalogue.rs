//! The catalogue of trace files and their columns, for whoever checks or documents them.

use crate::measure::tables::{
    ALLOCATIONS, CHAMPIONS, CITIES, NATIONAL, OFFICIALS, POLICIES, SECTORS,
};
use crate::table::columns::FileInfo;

/// Every trace file with its columns, in the order in which they are documented and written.
pub fn files() -> Vec<FileInfo> {
    vec![
        NATIONAL.info(),
        CITIES.info(),
        SECTORS.info(),
        ALLOCATIONS.info(),
        POLICIES.info(),
        OFFICIALS.info(),
        CHAMPIONS.info(),
    ]
}

/// Names of files and of their columns, against which settings are checked.
pub fn catalogue() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        NATIONAL.names(),
        CITIES.names(),
        SECTORS.names(),
        ALLOCATIONS.names(),
        POLICIES.names(),
        OFFICIALS.names(),
        CHAMPIONS.names(),
    ]
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
