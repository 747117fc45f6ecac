//! Small tables, whole, and values of them.

use crate::report::figure::{Data, bars::Bar, scale};
use crate::table::error::OutputError;
use crate::table::read::Table;
use crate::table::source::Source;

/// Most rows of a table that is read whole.
const MOST: usize = 500_000;

/// A table in memory.
#[derive(Debug, Default)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// A table that must be there.
    ///
    /// # Errors
    /// If it is not, lacks a column of `needed`, or is damaged.
    pub fn needed(source: &Source, name: &str, needed: &[&str]) -> Result<Self, OutputError> {
        Rows::read(source.needed(name)?, needed)
    }

    /// A table that may be there.
    ///
    /// # Errors
    /// If it lacks a column of `needed`, or is damaged.
    pub fn found(
        source: &Source,
        name: &str,
        needed: &[&str],
    ) -> Result<Option<Self>, OutputError> {
        source
            .table(name)?
            .map(|table| Rows::read(table, needed))
            .transpose()
    }

    fn read(mut table: Table, needed: &[&str]) -> Result<Self, OutputError> {
        for column in needed {
            table.column(column)?;
        }
        let mut rows = Rows {
            columns: table.columns().to_vec(),
            rows: Vec::new(),
        };
        while table.advance()? {
            if rows.rows.len() == MOST {
                return Err(table.complain("more rows than a report can show"));
            }
            let row =
                (0..rows.columns.len()).map(|column| table.text(column).map(ToString::to_string));
            rows.rows.push(row.collect::<Result<_, _>>()?);
        }
        Ok(rows)
    }

    /// Names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether there is a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// The rows.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row {
            columns: &self.columns,
            cells,
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Different texts of a column, in the order they come.
    pub fn distinct(&self, column: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for row in self.iter() {
            let text = row.text(column);
            if seen.insert(text) {
                found.push(text);
            }
        }
        found
    }
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    columns: &'a [String],
    cells: &'a [String],
}

impl<'a> Row<'a> {
    /// A cell as text; empty where the column is missing.
    pub fn text(&self, column: &str) -> &'a str {
        let place = self.columns.iter().position(|name| name == column);
        place
            .and_then(|place| self.cells.get(place))
            .map_or("", String::as_str)
    }

    /// A cell as a number; none where it is missing or none.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.text(column)
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
    }

    /// Two cells as an interval.
    pub fn interval(&self, low: &str, high: &str) -> Option<(f64, f64)> {
        Some((self.number(low)?, self.number(high)?))
    }

    /// As a bar with an interval in `low` and `high`.
    pub fn bar(&self, name: impl Into<String>, value: &str, series: usize) -> Bar {
        Bar {
            name: name.into(),
            value: self.number(value),
            interval: self.interval("low", "high"),
            series,
            ..Bar::default()
        }
    }

    /// `0.41 [0.40, 0.42]`, for tables.
    pub fn estimate(&self, value: &str, low: &str, high: &str) -> String {
        let shown = self.number(value).map_or("–".to_string(), scale::number);
        match self.interval(low, high) {
            Some((low, high)) => {
                format!("{shown} [{}, {}]", scale::number(low), scale::number(high))
            }
            None => shown,
        }
    }
}

/// Smallest and largest number of observations as a text such as `n = 20 replicates`.
pub fn counted<'a>(rows: impl Iterator<Item = Row<'a>>, what: &str) -> String {
    match scale::range(rows.filter_map(|row| row.number("n"))) {
        None => String::new(),
        Some((low, high)) if low == high => format!("n = {} {what}", scale::grouped(low, 0)),
        Some((low, high)) => format!(
            "n = {} to {} {what}",
            scale::grouped(low, 0),
            scale::grouped(high, 0)
        ),
    }
}

/// A table as it is, its numbers shortened, cut after some rows.
pub fn plain(rows: &Rows, most: usize) -> Data {
    let short = |cell: &String| match cell.parse::<f64>() {
        Ok(value) if cell.contains(['.', 'e']) => scale::number(value),
        _ => cell.clone(),
    };
    Data {
        columns: rows
            .columns
            .iter()
            .map(|name| crate::report::words::words(name))
            .collect(),
        rows: rows
            .rows
            .iter()
            .take(most)
            .map(|row| row.iter().map(short).collect())
            .collect(),
    }
}

/// Name of a response for an axis, with its unit.
pub fn axis(source: &Source, table: &str, response: &str) -> String {
    let unit = source
        .column(table, response)
        .map(|[_, unit, _]| unit)
        .unwrap_or_default();
    match unit.as_str() {
        "" | "1" => crate::report::words::words(response),
        unit => format!("{}, {unit}", crate::report::words::words(response)),
    }
}
