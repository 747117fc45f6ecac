//! Data tables in CSV: columns declared once, rows read cell by cell, every problem with its place.
//!
//! Columns that a table does not declare are for reference and are left alone, unless their name is nearly
//! that of a declared column which is missing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::keys::{Ticked, nearest};
use super::layers::Override;
use super::literal::{Literal, Quoted};
use super::places::Spot;
use super::problems::Report;
use super::{cities, instruments, sectors};
use crate::quarter::{NotAQuarter, Quarter};

/// Largest stable number: it fits a signed 64-bit number of any reader.
const LARGEST_CODE: u64 = i64::MAX as u64;

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// Any text.
    Text,
    /// A short name of small letters, digits, `_` and `-`.
    Id,
    /// A whole number, unique in the table.
    Code,
    /// A number from `min` to `max`, both included.
    Real {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
        /// Unit, empty for a pure number.
        unit: &'static str,
    },
    /// A quarter such as `2015Q1`.
    Quarter,
    /// One of a list of names.
    Choice(&'static [&'static str]),
}

/// One declared column.
#[derive(Debug)]
pub struct Column {
    /// Name in the head.
    pub name: &'static str,
    /// What its cells hold.
    pub cell: Cell,
    /// Whether the column must be there and no cell may be empty.
    pub required: bool,
    /// Its meaning in a sentence.
    pub meaning: &'static str,
}

/// One kind of table.
#[derive(Debug)]
pub struct Format {
    /// Name in `[data]` and `[overrides]`.
    pub table: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// The column that names a row in messages and overrides.
    pub id: &'static str,
    /// Declared columns.
    pub columns: &'static [Column],
}

/// The tables whose cells a scenario may override.
pub static FORMATS: &[&Format] = &[&cities::FORMAT, &sectors::FORMAT, &instruments::FORMAT];

impl Cell {
    /// What is allowed, in words.
    pub fn allowed(self) -> String {
        match self {
            Cell::Text => "a text".to_string(),
            Cell::Id => "small letters, digits, `_` and `-`".to_string(),
            Cell::Code => format!("a whole number from 0 to {LARGEST_CODE}"),
            Cell::Real { min, max, unit: "" } => format!("a number from {min} to {max}"),
            Cell::Real { min, max, unit } => format!("a number from {min} to {max} ({unit})"),
            Cell::Quarter => NotAQuarter.to_string(),
            Cell::Choice(names) => names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "),
        }
    }
}

/// A table file, as it was read.
pub(super) struct Table {
    pub format: &'static Format,
    pub file: usize,
    pub text: Arc<str>,
    /// Cells with another value, by the name of the row.
    pub overrides: BTreeMap<String, Vec<Override>>,
}

impl Table {
    /// Reads the rows in order; `read` turns one into what it means.
    ///
    /// Returns false where the head is such that no row could be read.
    pub fn read(&self, report: &mut Report, mut read: impl FnMut(&mut Row<'_>)) -> bool {
        let text = &*self.text;
        // A byte-order mark is no part of the first name.
        let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text.as_bytes()[skipped..]);
        let mut record = csv::StringRecord::new();
        let mut slots: Option<Vec<Option<usize>>> = None;
        let (mut width, mut line, mut counted_to) = (0, 1, 0);
        let mut first_lines: HashMap<String, usize> = HashMap::new();
        let has_ids = self.format.columns.iter().any(|column| column.cell == Cell::Id);
        // The text is valid UTF-8 and in memory, so that reading fails at its end alone.
        while matches!(reader.read_record(&mut record), Ok(true)) {
            let byte = record.position().map_or(0, |position| position.byte() as usize);
            let start = field_start(text, skipped + byte, 0);
            line += text.as_bytes()[counted_to..start].iter().filter(|byte| **byte == b'\n').count();
            counted_to = start;
            let Some(slots) = &slots else {
                width = record.len();
                slots = Some(self.head(&record, start, report));
                if slots.as_ref().is_none_or(|found| !self.is_complete(found)) {
                    return false;
                }
                continue;
            };
            if record.len() != width {
                let cells = if record.len() == 1 { "1 cell".to_string() } else { format!("{} cells", record.len()) };
                let spot = Spot::At { file: self.file, byte: start };
                report.add(spot, format!("the row has {cells}; allowed: {width}, as in the head"));
                continue;
            }
            let mut row = Row { table: self, record: &record, slots, start, id: "", overridden: &[], report };
            if has_ids {
                row.id = row.plain(self.format.id);
                row.overridden = self.overrides.get(row.id).map_or(&[], Vec::as_slice);
                if let Some(first) = first_lines.get(row.id) {
                    let message = format!("{} {} is there twice; first in line {first}", self.format.row, Ticked(row.id));
                    row.refuse(self.format.id, message);
                } else if !row.id.is_empty() {
                    first_lines.insert(row.id.to_string(), line);
                }
            }
            read(&mut row);
        }
        if slots.is_none() {
            report.add(Spot::File(self.file), "the table is empty; allowed: a head with column names, and rows");
            return false;
        }
        for cell in self.overrides.iter().filter(|(id, _)| !first_lines.contains_key(*id)).filter_map(|(_, cells)| cells.first()) {
            // Ties in distance fall to the first by name: a hash map has no order of its own.
            let mut ids: Vec<&str> = first_lines.keys().map(String::as_str).collect();
            ids.sort_unstable();
            let hint = nearest(&cell.id, ids.into_iter()).map_or(String::new(), |id| format!("; nearest valid name: `{id}`"));
            let message = format!("unknown {} {} in `overrides.{}`{hint}", self.format.row, Ticked(&cell.id), self.format.table);
            report.add(cell.id_spot, message);
        }
        true
    }

    fn is_complete(&self, slots: &[Option<usize>]) -> bool {
        let mut columns = self.format.columns.iter().zip(slots);
        columns.all(|(column, slot)| slot.is_some() || !column.required)
    }

    /// Finds the declared columns in the head.
    fn head(&self, head: &csv::StringRecord, start: usize, report: &mut Report) -> Vec<Option<usize>> {
        let spot = |field| Spot::At { file: self.file, byte: field_start(&self.text, start, field) };
        let names: Vec<&str> = head.iter().map(str::trim).collect();
        for (at, name) in names.iter().enumerate() {
            if let Some(first) = names[..at].iter().position(|other| other == name && !name.is_empty()) {
                report.add(spot(at), format!("column {} is there twice; first as column {}", Ticked(name), first + 1));
            }
        }
        let declared = |name: &str| self.format.columns.iter().any(|column| column.name == name);
        let mut slots = Vec::new();
        for column in self.format.columns {
            let slot = names.iter().position(|name| *name == column.name);
            if slot.is_none() {
                let others = names.iter().copied().filter(|name| !declared(name));
                match nearest(column.name, others) {
                    // A long name may differ by a year and still be another quantity; two letters are a slip.
                    Some(near) if column.required || strsim::osa_distance(near, column.name) <= 2 => {
                        let at = names.iter().position(|name| *name == near).unwrap_or(0);
                        report.add(spot(at), format!("unknown column {}; nearest valid name: `{}`", Ticked(near), column.name));
                    }
                    _ if column.required => {
                        let words = column.cell.allowed();
                        report.add(spot(0), format!("column `{}` is missing; allowed in it: {words}", column.name));
                    }
                    _ => {}
                }
            }
            slots.push(slot);
        }
        slots
    }
}

/// One row. A cell that cannot be read is reported, and a harmless value stands for it.
pub(super) struct Row<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
    slots: &'a [Option<usize>],
    start: usize,
    id: &'a str,
    overridden: &'a [Override],
    report: &'a mut Report,
}

/// What stands in a cell.
enum Found<'a> {
    /// A text of the file, without spaces around it.
    Cell(&'a str),
    /// A value of `[overrides]`.
    Override(&'a Literal),
}

impl<'a> Row<'a> {
    fn position(&self, name: &str) -> Option<usize> {
        self.table.format.columns.iter().position(|column| column.name == name)
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.position(name).and_then(|at| self.slots.get(at).copied().flatten())
    }

    /// The text of the file, whatever an override says.
    fn plain(&self, name: &str) -> &'a str {
        self.slot(name).and_then(|slot| self.record.get(slot)).unwrap_or_default().trim()
    }

    fn found(&self, name: &str) -> Found<'a> {
        match self.overridden.iter().find(|cell| cell.column == name) {
            Some(cell) => Found::Override(&cell.value),
            None => Found::Cell(self.plain(name)),
        }
    }

    fn spot(&self, name: &str) -> Spot {
        match self.overridden.iter().find(|cell| cell.column == name) {
            Some(cell) => cell.spot,
            None => {
                let field = self.slot(name).unwrap_or(0);
                Spot::At { file: self.table.file, byte: field_start(&self.table.text, self.start, field) }
            }
        }
    }

    /// Reports a problem of a cell.
    pub fn refuse(&mut self, name: &str, message: String) {
        self.report.add(self.spot(name), message);
    }

    fn refuse_value(&mut self, name: &str, hint: &str) {
        let Some(column) = self.position(name).map(|at| &self.table.format.columns[at]) else { return };
        let found = match self.found(name) {
            Found::Cell("") => "empty".to_string(),
            Found::Cell(text) => Quoted(text).to_string(),
            Found::Override(value) => value.to_string(),
        };
        let of = if self.id.is_empty() || name == self.table.format.id {
            String::new()
        } else {
            format!(" of {}", Ticked(self.id))
        };
        let empty = if column.required { "" } else { ", or empty" };
        let message = format!("`{name}`{of} is {found}; allowed: {}{empty}{hint}", column.cell.allowed());
        self.refuse(name, message);
    }

    /// The text of a cell; reported where it is empty and must not be.
    pub fn text(&mut self, name: &str) -> &'a str {
        let text = match self.found(name) {
            Found::Cell(text) => text,
            Found::Override(Literal::Text(text)) => text.as_str(),
            Found::Override(_) => "",
        };
        let required = self.position(name).is_some_and(|at| self.table.format.columns[at].required);
        let is_text = matches!(self.found(name), Found::Cell(_) | Found::Override(Literal::Text(_)));
        if (text.is_empty() && required) || !is_text {
            self.refuse_value(name, "");
        }
        text
    }

    /// The short name of the row.
    pub fn id(&mut self) -> String {
        let name = self.table.format.id;
        let text = self.text(name);
        let fits = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if !fits {
            self.refuse_value(name, "");
        }
        text.to_string()
    }

    /// The stable number of the row.
    pub fn code(&mut self, name: &str) -> u64 {
        let code = match self.found(name) {
            Found::Cell(text) => text.parse().ok(),
            Found::Override(Literal::Whole(number)) => u64::try_from(*number).ok(),
            Found::Override(_) => None,
        };
        match code.filter(|code| *code <= LARGEST_CODE) {
            Some(code) => code,
            None => {
                self.refuse_value(name, "");
                0
            }
        }
    }

    /// A number that must be there.
    pub fn real(&mut self, name: &str) -> f64 {
        match self.number(name) {
            Ok(Some(number)) => number,
            Ok(None) => {
                self.refuse_value(name, "");
                1.0
            }
            Err(()) => 1.0,
        }
    }

    /// A number that may be missing.
    pub fn optional_real(&mut self, name: &str) -> Option<f64> {
        self.number(name).unwrap_or(None)
    }

    fn number(&mut self, name: &str) -> Result<Option<f64>, ()> {
        let number = match self.found(name) {
            Found::Cell("") => return Ok(None),
            Found::Override(Literal::Text(text)) if text.is_empty() => return Ok(None),
            Found::Cell(text) => text.parse::<f64>().ok(),
            Found::Override(Literal::Real(number)) => Some(*number),
            Found::Override(Literal::Whole(number)) => Some(*number as f64),
            Found::Override(_) => None,
        };
        let cell = self.position(name).map(|at| self.table.format.columns[at].cell);
        let fits = |number: &f64| match cell {
            Some(Cell::Real { min, max, .. }) => (min..=max).contains(number),
            _ => false,
        };
        match number.filter(fits) {
            Some(number) => Ok(Some(number)),
            None => {
                self.refuse_value(name, "");
                Err(())
            }
        }
    }

    /// A quarter.
    pub fn quarter(&mut self, name: &str) -> Option<Quarter> {
        let quarter = match self.found(name) {
            Found::Cell(text) => text.parse().ok(),
            Found::Override(_) => None,
        };
        if quarter.is_none() {
            self.refuse_value(name, "");
        }
        quarter
    }

    /// One of the names of a choice, as `read` understands it.
    pub fn choice<T>(&mut self, name: &str, names: &'static [&'static str], read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = match self.found(name) {
            Found::Cell(text) => text,
            Found::Override(Literal::Text(text)) => text.as_str(),
            Found::Override(_) => "",
        };
        let chosen = read(text);
        if chosen.is_none() {
            let hint = nearest(text, names.iter().copied()).map_or(String::new(), |near| format!("; nearest valid name: \"{near}\""));
            self.refuse_value(name, &hint);
        }
        chosen
    }

    /// The position of a name in a list of other rows, such as sectors; `what` says what they are.
    pub fn reference(&mut self, name: &str, text: &str, what: &str, ids: &Index) -> Option<u32> {
        let found = ids.get(text);
        if found.is_none() {
            let hint = nearest(text, ids.names()).map_or(String::new(), |near| format!("; nearest valid name: `{near}`"));
            self.refuse(name, format!("unknown {what} {} in `{name}`{hint}", Ticked(text)));
        }
        found
    }
}

/// Positions of rows by their short name.
#[derive(Debug, Default)]
pub(super) struct Index(BTreeMap<String, u32>);

impl Index {
    /// Of names in the order of their rows.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut index = BTreeMap::new();
        for (row, name) in (0..).zip(names) {
            index.entry(name.to_string()).or_insert(row);
        }
        Index(index)
    }

    /// The row of a name.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }

    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Stable numbers seen so far, with the row they belong to.
#[derive(Debug, Default)]
pub(super) struct Codes(HashMap<u64, String>);

impl Codes {
    /// Reads the code of a row and reports it where another row has it.
    pub fn read(&mut self, row: &mut Row<'_>) -> u64 {
        let code = row.code("code");
        match self.0.get(&code) {
            Some(other) if other != row.id => {
                let message = format!("`code` of {} is {code}, which {} has; allowed: one row each", Ticked(row.id), Ticked(other));
                row.refuse("code", message);
            }
            Some(_) => {}
            None => {
                self.0.insert(code, row.id.to_string());
            }
        }
        code
    }
}

/// The byte where a field of the record at `start` begins; line breaks before the record are passed over.
fn field_start(text: &str, start: usize, field: usize) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            let id = format.columns.iter().find(|column| column.name == format.id);
            assert!(id.is_some_and(|column| column.cell == Cell::Id && column.required), "{}", format.table);
        }
    }
}
