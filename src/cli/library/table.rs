use super::Error;
use crate::kernel::text::nearest;
use crate::table::error::OutputError;
use crate::table::read;

/// A table of a result: columns of one length.
///
/// ```
/// use dualtrack::prelude::*;
///
/// let short = Scenario::load("scenarios/china-2015-2024.toml")?.set("run.quarters", 2)?;
/// let sectors = short.run()?.table("sectors")?;
/// for column in sectors.columns.iter().filter(|column| column.unit == "CNY mn") {
///     println!("{}: {}", column.name, column.meaning);
/// }
/// let by_row = sectors.texts("sector_id")?.iter().zip(sectors.numbers("gap")?);
/// assert_eq!(by_row.count(), sectors.rows);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Name of its file without ending, such as `national`.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name in the header.
    pub name: String,
    /// Unit, such as `CNY mn`; `1` for a pure number, empty for texts.
    pub unit: String,
    /// What it is, in a sentence.
    pub meaning: String,
    /// One for each row.
    pub cells: Cells,
}

/// Cells of a [`Column`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Numbers, 1 and 0 for true and false; not a number where a cell is missing.
    Numbers(Vec<f64>),
    /// Texts, quarters such as `2015Q1` among them; empty where a cell is missing.
    Texts(Vec<String>),
}

impl Table {
    /// A column of numbers; not a number where a cell is missing.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such column, or one of texts.
    pub fn numbers(&self, column: &str) -> Result<&[f64], Error> {
        match &self.column(column)?.cells {
            Cells::Numbers(numbers) => Ok(numbers),
            Cells::Texts(_) => Err(self.refused(column, "texts", "texts")),
        }
    }

    /// A column of texts; empty where a cell is missing.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such column, or one of numbers.
    pub fn texts(&self, column: &str) -> Result<&[String], Error> {
        match &self.column(column)?.cells {
            Cells::Texts(texts) => Ok(texts),
            Cells::Numbers(_) => Err(self.refused(column, "numbers", "numbers")),
        }
    }

    /// A column.
    ///
    /// # Errors
    /// [`Error::Input`] where there is none of that name.
    pub fn column(&self, name: &str) -> Result<&Column, Error> {
        let found = self.columns.iter().find(|column| column.name == name);
        found.ok_or_else(|| {
            let names = self.columns.iter().map(|column| column.name.as_str());
            unknown(&format!("table `{}` has no column", self.name), name, names)
        })
    }

    fn refused(&self, column: &str, found: &str, method: &str) -> Error {
        Error::Input(format!(
            "column `{column}` of table `{}` holds {found}; allowed: `{method}`",
            self.name
        ))
    }

    /// Reads a table whose columns of numbers, with units and meanings, are told.
    pub(super) fn read(
        name: &str,
        mut from: read::Table,
        described: impl Fn(&str) -> Described,
    ) -> Result<Self, OutputError> {
        let names = from.columns().to_vec();
        let mut columns: Vec<Column> = names
            .into_iter()
            .map(|name| described(&name).column(name))
            .collect();
        let mut rows = 0;
        while from.advance()? {
            rows += 1;
            for (place, column) in columns.iter_mut().enumerate() {
                match &mut column.cells {
                    Cells::Texts(texts) => texts.push(from.text(place)?.to_string()),
                    Cells::Numbers(numbers) => numbers.push(match from.text(place)? {
                        "true" => 1.0,
                        "false" => 0.0,
                        _ => from.number(place)?.unwrap_or(f64::NAN),
                    }),
                }
            }
        }
        Ok(Table {
            name: name.to_string(),
            rows,
            columns,
        })
    }
}

/// What is known of a column.
#[derive(Default)]
pub(super) struct Described {
    pub is_number: bool,
    pub unit: String,
    pub meaning: String,
}

impl Described {
    fn column(self, name: String) -> Column {
        let cells = match self.is_number {
            true => Cells::Numbers(Vec::new()),
            false => Cells::Texts(Vec::new()),
        };
        Column {
            name,
            unit: self.unit,
            meaning: self.meaning,
            cells,
        }
    }
}

/// An error about a name that is none.
pub(super) fn unknown<'a>(
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Error {
    let hint = match nearest(name, names.clone()) {
        Some(near) => format!("nearest valid name: `{near}`"),
        None => {
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            format!("allowed: {}", names.join(", "))
        }
    };
    Error::Input(format!("{what} `{name}`; {hint}"))
}
