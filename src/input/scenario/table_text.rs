//! The text of a data table with its format.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::input::scenario::format::Format;
use crate::input::scenario::layer::Override;
use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;

/// A table file, as it was read.
pub(crate) struct Table {
    pub format: &'static Format,
    pub file: usize,
    pub text: Arc<str>,
    /// Cells with another value, by the name of the row.
    pub overrides: BTreeMap<String, Vec<Override>>,
    /// Whether every row that was read has its name.
    has_all_names: std::cell::Cell<bool>,
}

impl Table {
    /// A file that has been read, as a table of a format.
    pub fn new(
        format: &'static Format,
        file: usize,
        text: Arc<str>,
        overrides: BTreeMap<String, Vec<Override>>,
    ) -> Self {
        Table {
            format,
            file,
            text,
            overrides,
            has_all_names: std::cell::Cell::new(true),
        }
    }

    /// Whether no row that was read lacks its name for a problem of its own.
    pub fn has_all_names(&self) -> bool {
        self.has_all_names.get()
    }

    /// Notes that a row lacks its name.
    pub fn lacks_a_name(&self) {
        self.has_all_names.set(false);
    }
}

/// The records of a table's text, one after the other, with the bytes at which they begin.
pub(crate) struct Records<'t> {
    text: &'t str,
    file: usize,
    /// Bytes before the first record.
    skipped: usize,
    reader: csv::Reader<&'t [u8]>,
    /// The record that was read last.
    pub record: csv::StringRecord,
    /// Cells of the head.
    width: Option<usize>,
}

impl<'t> Records<'t> {
    /// None read yet, of a file's text.
    pub fn of(text: &'t str, file: usize) -> Self {
        // A byte-order mark is no part of the first name.
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        Records {
            text,
            file,
            skipped: text.len() - body.len(),
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(body.as_bytes()),
            record: csv::StringRecord::new(),
            width: None,
        }
    }

    /// Goes to the next record; tells where it begins, or that there is none.
    ///
    /// # Errors
    /// A text that is not UTF-8.
    pub fn advance(&mut self) -> Result<Option<usize>, csv::Error> {
        if !self.reader.read_record(&mut self.record)? {
            return Ok(None);
        }
        self.width.get_or_insert(self.record.len());
        let position = self.record.position();
        let byte = position.map_or(0, |position| position.byte() as usize);
        Ok(Some(field_start(self.text, self.skipped + byte, 0)))
    }

    /// Whether the record, which begins at `start`, has as many cells as the head; reported where it has not.
    pub fn fits(&self, start: usize, report: &mut Report) -> bool {
        let (found, width) = (self.record.len(), self.width.unwrap_or(0));
        if found == width {
            return true;
        }
        let end = self.skipped + self.reader.position().byte() as usize;
        let row = self.text.get(start..end).unwrap_or_default();
        let cells = match found {
            1 => "1 cell".to_string(),
            count => format!("{count} cells"),
        };
        let hint = if row.contains('"') {
            "; does a quotation mark in it lack its end?"
        } else {
            ""
        };
        let spot = Spot::At {
            file: self.file,
            byte: start,
        };
        let message = format!("the row has {cells}; allowed: {width}, as in the head{hint}");
        report.add(spot, message);
        false
    }
}

/// The byte where a field of the record at `start` begins; line breaks before the record are passed over.
pub(crate) fn field_start(text: &str, start: usize, field: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start.min(bytes.len());
    while matches!(bytes.get(at), Some(b'\n' | b'\r')) {
        at += 1;
    }
    let (mut passed, mut is_quoted, mut begins) = (0, false, true);
    while passed < field {
        match bytes.get(at) {
            None => break,
            Some(b'"') if begins || is_quoted => is_quoted = !is_quoted,
            // A doubled quote closes and opens again, which comes to the same.
            Some(b'"') if at > 0 && bytes[at - 1] == b'"' => is_quoted = true,
            Some(b',') if !is_quoted => {
                passed += 1;
                begins = true;
                at += 1;
                continue;
            }
            Some(_) => {}
        }
        begins = false;
        at += 1;
    }
    at
}
