//! What a run writes about its trajectory.

use std::collections::BTreeMap;

use crate::kernel::text::near;
use crate::table::compression::Compression;

/// Names of the trace files.
pub const FILES: &[&str] = &[
    "national",
    "cities",
    "sectors",
    "allocations",
    "policies",
    "officials",
    "champions",
];

/// The `[traces]` table of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceSettings {
    /// Quarters from one record to the next, at least 1.
    pub interval_quarters: u32,
    /// Names of the files that are written, each one of [`FILES`].
    pub files: Vec<String>,
    /// How they are compressed.
    pub compression: Compression,
    /// Columns that are written, by file; a file that is not named here has all of its columns.
    pub columns: BTreeMap<String, Vec<String>>,
}

impl TraceSettings {
    /// Checks the columns against a catalogue of files and their columns.
    ///
    /// Returns the key of each problem and what it is.
    pub fn unknown_columns(&self, catalogue: &[(&str, Vec<&str>)]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (file, columns) in &self.columns {
            let key = format!("traces.columns.{file}");
            let Some((_, known)) = catalogue.iter().find(|(name, _)| name == file) else {
                found.push((key, format!("unknown trace file `{file}`")));
                continue;
            };
            for column in columns
                .iter()
                .filter(|column| !known.contains(&column.as_str()))
            {
                let hint = near(column, known.iter().copied());
                found.push((
                    key.clone(),
                    format!(
                        "unknown column `{column}` of trace file `{file}`{hint}; allowed: {}",
                        known.join(", ")
                    ),
                ));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_checked_against_a_catalogue() {
        let columns = [
            ("cities", vec!["quarter", "budgt"]),
            ("sectors", vec!["gap"]),
        ];
        let columns = columns.map(|(file, list)| {
            (
                file.to_string(),
                list.into_iter().map(String::from).collect(),
            )
        });
        let settings = TraceSettings {
            columns: columns.into(),
            ..TraceSettings::default()
        };
        let found = settings.unknown_columns(&[
            ("cities", vec!["quarter", "budget"]),
            ("sectors", vec!["gap"]),
        ]);
        let message = "unknown column `budgt` of trace file `cities`; nearest valid name: `budget`; \
                       allowed: quarter, budget";
        assert_eq!(
            found,
            [("traces.columns.cities".to_string(), message.to_string())]
        );
    }
}
