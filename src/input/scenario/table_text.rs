//! The text of a data table with its format.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::input::scenario::format::Format;
use crate::input::scenario::layer::Override;

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
