//! Data tables in CSV: columns declared once, rows read cell by cell, every problem with its place.
//!
//! Columns that a table does not declare are for reference and are left alone, unless their name is nearly
//! that of a declared column which is missing.

use crate::input::scenario::format::Cell;
use crate::input::scenario::table_text::{Records, Table, field_start};
use std::collections::HashMap;

use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::Row;
use crate::kernel::text::{Ticked, hint, nearest, ticked_list};

impl Table {
    /// Reads the rows in order; `read` turns one into what it means.
    ///
    /// Returns false where the head is such that no row could be read.
    pub fn read(&self, report: &mut Report, mut read: impl FnMut(&mut Row<'_>)) -> bool {
        let text = &*self.text;
        let mut records = Records::of(text, self.file);
        let mut slots: Option<Vec<Option<usize>>> = None;
        let (mut line, mut counted_to) = (1, 0);
        let mut first_lines: HashMap<String, usize> = HashMap::new();
        let has_ids = self
            .format
            .columns
            .iter()
            .any(|column| column.cell == Cell::Id);
        // The text is valid UTF-8 and in memory, so that reading fails at its end alone.
        while let Ok(Some(start)) = records.advance() {
            let passed = text.as_bytes().get(counted_to..start).unwrap_or_default();
            line += passed.iter().filter(|byte| **byte == b'\n').count();
            counted_to = start;
            let Some(slots) = &slots else {
                slots = Some(self.head(&records.record, start, report));
                if slots.as_ref().is_none_or(|found| !self.is_complete(found)) {
                    self.lacks_a_name();
                    return false;
                }
                continue;
            };
            if !records.fits(start, report) {
                self.lacks_a_name();
                continue;
            }
            let mut row = Row {
                table: self,
                record: &records.record,
                slots,
                start,
                id: "",
                overridden: &[],
                report,
            };
            if has_ids {
                row.id = row.plain(self.format.id);
                row.overridden = self.overrides.get(row.id).map_or(&[], Vec::as_slice);
                if let Some(first) = first_lines.get(row.id) {
                    let message = format!(
                        "{} {} is there twice; first in line {first}",
                        self.format.row,
                        Ticked(row.id)
                    );
                    row.refuse(self.format.id, message);
                    self.lacks_a_name();
                } else if !row.id.is_empty() {
                    first_lines.insert(row.id.to_string(), line);
                }
            }
            read(&mut row);
        }
        if slots.is_none() {
            report.add(
                Spot::File(self.file),
                "the table is empty; allowed: a head with column names, and rows",
            );
            return false;
        }
        for cell in self
            .overrides
            .iter()
            .filter(|(id, _)| self.has_all_names() && !first_lines.contains_key(*id))
            .filter_map(|(_, cells)| cells.first())
        {
            // Ties in distance fall to the first by name: a hash map has no order of its own.
            let mut ids: Vec<&str> = first_lines.keys().map(String::as_str).collect();
            ids.sort_unstable();
            let hint = hint(&cell.id, ids.into_iter());
            let message = format!(
                "unknown {} {} in `overrides.{}`{hint}",
                self.format.row,
                Ticked(&cell.id),
                self.format.table
            );
            report.add(cell.id_spot, message);
        }
        true
    }

    fn is_complete(&self, slots: &[Option<usize>]) -> bool {
        let mut columns = self.format.columns.iter().zip(slots);
        columns.all(|(column, slot)| slot.is_some() || !column.required)
    }

    /// Finds the declared columns in the head.
    fn head(
        &self,
        head: &csv::StringRecord,
        start: usize,
        report: &mut Report,
    ) -> Vec<Option<usize>> {
        let spot = |field| Spot::At {
            file: self.file,
            byte: field_start(&self.text, start, field),
        };
        let names: Vec<&str> = head.iter().map(str::trim).collect();
        if let Some(message) = too_wide(&names) {
            report.add(spot(0), message);
            return vec![None; self.format.columns.len()];
        }
        for (at, name) in names.iter().enumerate() {
            if let Some(first) = names[..at]
                .iter()
                .position(|other| other == name && !name.is_empty())
            {
                report.add(
                    spot(at),
                    format!(
                        "column {} is there twice; first as column {}",
                        Ticked(name),
                        first + 1
                    ),
                );
            }
        }
        let declared = |name: &str| self.format.columns.iter().any(|column| column.name == name);
        let required = || self.format.columns.iter().filter(|column| column.required);
        if let Some(message) = separator(&names, declared) {
            report.add(spot(0), message);
            return vec![None; self.format.columns.len()];
        }
        let others = || names.iter().copied().filter(|name| !declared(name));
        let missing: Vec<&str> = required()
            .map(|column| column.name)
            .filter(|name| !names.contains(name) && nearest(name, others()).is_none())
            .collect();
        // One cause, such as another table or a head that is not there, and not one for each column.
        if missing.len() > FEW {
            report.add(
                spot(0),
                format!(
                    "{} of {} columns are missing: {}; allowed: a table of {}, its head first",
                    missing.len(),
                    required().count(),
                    ticked_list(&missing),
                    self.format.table
                ),
            );
            return vec![None; self.format.columns.len()];
        }
        let mut slots = Vec::new();
        for column in self.format.columns {
            let slot = names.iter().position(|name| *name == column.name);
            if slot.is_none() {
                match nearest(column.name, others()) {
                    // A long name may differ by a year and still be another quantity; two letters are a slip.
                    Some(near)
                        if column.required || strsim::osa_distance(near, column.name) <= 2 =>
                    {
                        let at = names.iter().position(|name| *name == near).unwrap_or(0);
                        report.add(
                            spot(at),
                            format!(
                                "unknown column {}; nearest valid name: `{}`",
                                Ticked(near),
                                column.name
                            ),
                        );
                    }
                    _ if column.required => {
                        let words = column.cell.allowed();
                        report.add(
                            spot(0),
                            format!(
                                "column `{}` is missing; allowed in it: {words}",
                                column.name
                            ),
                        );
                    }
                    _ => {}
                }
            }
            slots.push(slot);
        }
        slots
    }
}

/// Most missing columns that are reported one by one.
const FEW: usize = 3;

/// What is said about a head whose only cell holds declared names with another mark between them.
pub(crate) fn separator(names: &[&str], is_known: impl Fn(&str) -> bool) -> Option<String> {
    let [only] = names else {
        return None;
    };
    let marks = [(';', "`;`"), ('\t', "a tabulator"), ('|', "`|`")];
    marks.into_iter().find_map(|(mark, shown)| {
        let is_it = only.contains(mark) && only.split(mark).any(|name| is_known(name.trim()));
        is_it.then(|| format!("the names of columns have {shown} between them; allowed: `,`"))
    })
}

/// What is said about a head with more columns than anyone means: looking at each would take long.
pub(crate) fn too_wide(names: &[&str]) -> Option<String> {
    const MOST: usize = 1_000;
    (names.len() > MOST).then(|| {
        format!(
            "the head has {} columns; allowed: up to {MOST}",
            names.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::scenario::formats::FORMATS;

    #[test]
    fn fields_are_found_behind_quotes_and_line_breaks() {
        let text = "\r\na,\"b,\"\"c\"\",\",d";
        assert_eq!(field_start(text, 0, 0), 2);
        assert_eq!(&text[field_start(text, 0, 1)..], "\"b,\"\"c\"\",\",d");
        assert_eq!(&text[field_start(text, 0, 2)..], "d");
        assert_eq!(field_start(text, 0, 9), text.len());
    }

    #[test]
    fn every_format_names_its_rows_by_a_declared_column() {
        for format in FORMATS {
            let id = format
                .columns
                .iter()
                .find(|column| column.name == format.id);
            assert!(
                id.is_some_and(|column| column.cell == Cell::Id && column.required),
                "{}",
                format.table
            );
        }
    }
}
