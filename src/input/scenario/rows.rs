//! Rows of data tables, read cell by cell.

use std::collections::{BTreeMap, HashMap};

use crate::input::scenario::layer::Override;
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;
use crate::input::scenario::{
    format::{Cell, Column, LARGEST_CODE},
    table_text::{Table, field_start},
};
use crate::kernel::quarter::Quarter;
use crate::kernel::text::{Quoted, Ticked, hint, near_value};
use crate::table::cell::{PLAIN_CELL, is_plain_cell};

/// One row. A cell that cannot be read is reported, and a harmless value stands for it.
pub(crate) struct Row<'a> {
    pub table: &'a Table,
    pub record: &'a csv::StringRecord,
    pub slots: &'a [Option<usize>],
    pub start: usize,
    pub id: &'a str,
    pub overridden: &'a [Override],
    pub report: &'a mut Report,
}

/// What stands in a cell.
enum Found<'a> {
    /// A text of the file, without spaces around it.
    Cell(&'a str),
    /// A value of `[overrides]`.
    Override(&'a Literal),
}

impl<'a> Row<'a> {
    /// A declared column, with its place in the head where it is there.
    fn column(&self, name: &str) -> Option<(&'static Column, Option<usize>)> {
        let mut columns = self.table.format.columns.iter().zip(self.slots);
        let (column, slot) = columns.find(|(column, _)| column.name == name)?;
        Some((column, *slot))
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.column(name)?.1
    }

    /// The text of the file, whatever an override says.
    pub fn plain(&self, name: &str) -> &'a str {
        self.slot(name)
            .and_then(|slot| self.record.get(slot))
            .unwrap_or_default()
            .trim()
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
                Spot::At {
                    file: self.table.file,
                    byte: field_start(&self.table.text, self.start, field),
                }
            }
        }
    }

    /// Reports a problem of a cell.
    pub fn refuse(&mut self, name: &str, message: String) {
        self.report.add(self.spot(name), message);
    }

    fn refuse_value(&mut self, name: &str, hint: &str) {
        let Some((column, _)) = self.column(name) else {
            return;
        };
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
        let message = format!(
            "`{name}`{of} is {found}; allowed: {}{empty}{hint}",
            column.cell.allowed()
        );
        self.refuse(name, message);
    }

    /// What is written in a cell; none where an override is no text.
    fn written(&self, name: &str) -> Option<&'a str> {
        match self.found(name) {
            Found::Cell(text) => Some(text),
            Found::Override(Literal::Text(text)) => Some(text),
            Found::Override(_) => None,
        }
    }

    /// The text of a cell; reported where it is empty and must not be.
    pub fn text(&mut self, name: &str) -> &'a str {
        let written = self.written(name);
        let text = written.unwrap_or("");
        let is_required = self.column(name).is_some_and(|(column, _)| column.required);
        if (text.is_empty() && is_required) || written.is_none() {
            self.refuse_value(name, "");
        } else if !is_plain_cell(text) {
            let message = format!(
                "`{name}` of {} is {}; allowed: {PLAIN_CELL}",
                Ticked(self.id),
                Quoted(text)
            );
            self.refuse(name, message);
        }
        text
    }

    /// The short name of the row.
    pub fn id(&mut self) -> String {
        let name = self.table.format.id;
        let text = self.plain(name);
        let is_letter = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if text.is_empty() || text.starts_with('-') || !text.bytes().all(is_letter) {
            self.refuse_value(name, "");
            self.table.lacks_a_name();
        }
        text.to_string()
    }

    /// What `read` makes of a cell; reported where that is nothing.
    fn read<T>(&mut self, name: &str, read: impl FnOnce(Found<'a>) -> Option<T>) -> Option<T> {
        let value = read(self.found(name));
        if value.is_none() {
            self.refuse_value(name, "");
        }
        value
    }

    /// The stable number of the row.
    pub fn code(&mut self, name: &str) -> u64 {
        let code = self.read(name, |found| {
            let code: Option<u64> = match found {
                Found::Cell(text) => text.parse().ok(),
                Found::Override(Literal::Whole(number)) => u64::try_from(*number).ok(),
                Found::Override(_) => None,
            };
            code.filter(|code| *code <= LARGEST_CODE)
        });
        code.unwrap_or(0)
    }

    /// A number that must be there.
    pub fn real(&mut self, name: &str) -> f64 {
        self.number(name).unwrap_or(1.0)
    }

    /// A number.
    pub fn number(&mut self, name: &str) -> Option<f64> {
        let cell = self.column(name).map(|(column, _)| column.cell);
        self.read(name, |found| {
            let number = match found {
                Found::Cell(text) => text.parse().ok(),
                Found::Override(Literal::Real(number)) => Some(*number),
                Found::Override(Literal::Whole(number)) => Some(*number as f64),
                Found::Override(_) => None,
            };
            number.filter(|number| match cell {
                Some(Cell::Real { min, max, .. }) => (min..=max).contains(number),
                _ => false,
            })
        })
    }

    /// A whole number.
    pub fn whole(&mut self, name: &str) -> Option<u32> {
        let cell = self.column(name).map(|(column, _)| column.cell);
        self.read(name, |found| {
            let number: Option<u32> = match found {
                Found::Cell(text) => text.parse().ok(),
                Found::Override(Literal::Whole(number)) => u32::try_from(*number).ok(),
                Found::Override(_) => None,
            };
            number.filter(|number| match cell {
                Some(Cell::Whole { min, max, .. }) => (min..=max).contains(number),
                _ => false,
            })
        })
    }

    /// A quarter.
    pub fn quarter(&mut self, name: &str) -> Option<Quarter> {
        let quarter = self.written(name).and_then(|text| text.parse().ok());
        self.read(name, |_| quarter)
    }

    /// What may be missing: nothing where the cell is empty, and else what `read` reads.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        match self.written(name) {
            Some("") => None,
            _ => read(self, name),
        }
    }

    /// One of the names of a choice, as `read` understands it.
    pub fn choice<T>(
        &mut self,
        name: &str,
        names: &'static [&'static str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.written(name).unwrap_or("");
        let chosen = read(text);
        if chosen.is_none() {
            self.refuse_value(name, &near_value(text, names.iter().copied()));
        }
        chosen
    }

    /// The position of a name in a list of other rows, such as sectors; `what` says what they are.
    pub fn reference(&mut self, name: &str, text: &str, what: &str, ids: &Index) -> Option<u32> {
        let found = ids.get(text);
        if ids.refuses(text) {
            let hint = hint(text, ids.names());
            self.refuse(
                name,
                format!("unknown {what} {} in `{name}`{hint}", Ticked(text)),
            );
        }
        found
    }
}

/// Positions of rows by their short name.
#[derive(Debug, Default)]
pub(crate) struct Index {
    rows: BTreeMap<String, u32>,
    has_all: bool,
}

impl Index {
    /// Of names in the order of their rows. `has_all`: no row lacks its name for a problem of its own.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>, has_all: bool) -> Self {
        let mut rows = BTreeMap::new();
        for (row, name) in (0..).zip(names) {
            rows.entry(name.to_string()).or_insert(row);
        }
        Index { rows, has_all }
    }

    /// The row of a name.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.rows.get(name).copied()
    }

    /// Whether a name is wrong. None is where the table could not be read, or one of its names: the name may be that one.
    pub fn refuses(&self, name: &str) -> bool {
        self.has_all && !self.rows.is_empty() && !self.rows.contains_key(name)
    }

    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.rows.keys().map(String::as_str)
    }
}

/// Stable numbers seen so far, with the row they belong to.
#[derive(Debug, Default)]
pub(crate) struct Codes(HashMap<u64, String>);

impl Codes {
    /// Reads the code of a row and reports it where another row has it.
    pub fn read(&mut self, row: &mut Row<'_>) -> u64 {
        let code = row.code("code");
        match self.0.get(&code) {
            Some(other) if other != row.id => {
                let message = format!(
                    "`code` of {} is {code}, which {} has; allowed: one row each",
                    Ticked(row.id),
                    Ticked(other)
                );
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
