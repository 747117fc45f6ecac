//! `docs/outputs.md`, made from the definitions of the columns.

use std::fmt::Write;

use crate::table::columns::FileInfo;
use crate::table::datapackage::sentence;

const HEAD: &str = "\
# Output files

This page is made from the definitions of the columns in `src/measure/`; a test fails where it differs.

`dualtrack run` writes a folder with one CSV file for each table that the scenario asks for, `datapackage.json`, which
describes them to other programs (Frictionless Table Schema), and `manifest.json`, which holds what is needed to repeat
the run: program, version, commit, arguments, every setting, seed, replicates, and SHA-256 of what was read and written.
Clock times stand in the manifest alone, so the same key gives the same bytes in all other files, whatever the
number of threads.

- Files are UTF-8 with a header, commas, and one line feed after each row; a text with a comma or a quote is in quotes.
- Rows go by replicate, then by quarter, then in the order of the cities and sectors of the scenario; events of a
  quarter go by kind of act.
- Numbers are in the shortest form that reads back to the same bits. Shares run from 0 to 1, and money is CNY mn of the
  quarter. `1` in the column of units is a pure number.
- A missing value is an empty cell, never 0.
- No cell is a formula to a spreadsheet: `city_id`, `sector_id` and `instrument_id` are small letters, digits, `_` and `-`,
  not `-` first; names of people's choosing (cities, provinces, levels, policies, claims) that begin with `=`, `+`, `-` or
  `@` or hold control characters are refused when they are read. Titles and descriptions go into JSON and pages alone.
- Files appear in the folder that was chosen and nowhere else: a link in its place, or in unfinished work, is not followed.
- `traces.interval_quarters` thins `national`, `cities`, `sectors` and `allocations` to the last quarter of each
  interval (4: year ends, for a run that starts with a year). Files of events are always complete.
- `traces.columns` leaves columns out; key columns are always written. `traces.compression` adds `.gz` or `.zst` (`zstd` needs a
  program built with `--features zstd`).
";

/// The page.
pub fn outputs_markdown() -> String {
    let mut page = HEAD.to_string();
    for file in crate::measure::catalogue::files() {
        page.push('\n');
        page.push_str(&section(&file));
    }
    page
}

fn section(file: &FileInfo) -> String {
    let key: Vec<String> = file.key.iter().map(|name| format!("`{name}`")).collect();
    let mut text = format!(
        "## `{}.csv`\n\nOne row is {}. Key columns: {}.\n\n| column | type | unit | meaning | missing |\n|---|---|---|---|---|\n",
        file.file,
        file.row,
        key.join(", ")
    );
    for column in &file.columns {
        let missing = column
            .missing
            .as_ref()
            .map_or("never".to_string(), |missing| format!("where {missing}"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {missing} |",
            column.name,
            column.kind.name(),
            column.unit,
            sentence(&column.meaning)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_file_and_column() {
        let page = outputs_markdown();
        for file in crate::measure::catalogue::files() {
            assert!(page.contains(&format!("## `{}.csv`", file.file)));
            for column in file.columns {
                assert!(page.contains(&format!("| `{}` |", column.name)));
            }
        }
    }
}
