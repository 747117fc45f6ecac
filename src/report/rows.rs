//! Small tables, whole, and values of them.

use crate::kernel::quarter::Quarter;
use crate::report::figure::{
    Data,
    bars::Bar,
    lines::{LINES, Line, Point},
    scale,
};
use crate::report::words::words;
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

    /// Rows with a text in a column.
    pub fn with(&self, column: &str, text: &str) -> Vec<Row<'_>> {
        self.iter().filter(|row| row.text(column) == text).collect()
    }

    /// Different texts of a column, in the order they come.
    pub fn distinct(&self, column: &str) -> Vec<&str> {
        distinct(self.iter().map(|row| row.text(column)))
    }
}

/// Different texts in the order they come.
pub fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    texts.filter(|text| seen.insert(*text)).collect()
}

/// Rows by the texts of two columns.
pub struct Crossed<'a> {
    /// Different texts of the one column, which go down.
    pub down: Vec<&'a str>,
    /// Different texts of the other, which go across.
    pub across: Vec<&'a str>,
    /// The last row of each pair, line by line.
    pub cells: Vec<Option<Row<'a>>>,
}

impl<'a> Crossed<'a> {
    /// Of at most `most` texts each.
    pub fn of(rows: &[Row<'a>], down: &str, across: &str, most: usize) -> Self {
        let texts = |column: &str| {
            let mut texts = distinct(rows.iter().map(|row| row.text(column)));
            texts.truncate(most);
            texts
        };
        let (lines, columns) = (texts(down), texts(across));
        let mut cells = vec![None; lines.len() * columns.len()];
        for row in rows {
            let line = lines.iter().position(|text| *text == row.text(down));
            let column = columns.iter().position(|text| *text == row.text(across));
            if let (Some(line), Some(column)) = (line, column) {
                cells[line * columns.len() + column] = Some(*row);
            }
        }
        Crossed {
            down: lines,
            across: columns,
            cells,
        }
    }

    /// Means as a table, whose first column has a name.
    pub fn means(&self, first: &str) -> Data {
        let mut data = Data::new([first]);
        data.columns
            .extend(self.across.iter().map(|text| words(text)));
        for (text, cells) in self
            .down
            .iter()
            .zip(self.cells.chunks(self.across.len().max(1)))
        {
            let mean = |row: &Option<Row<'_>>| row.map_or(String::new(), |row| row.short("mean"));
            let line = std::iter::once(words(text)).chain(cells.iter().map(mean));
            data.rows.push(line.collect());
        }
        data
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

    /// As a point of a line, with its interval in `low` and `high`.
    pub fn point(&self, value: &str) -> Point {
        Point {
            value: self.number(value),
            interval: self.interval("low", "high"),
            spread: None,
        }
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

    /// `0.41`, for tables.
    pub fn short(&self, value: &str) -> String {
        self.number(value).map_or("–".to_string(), scale::number)
    }

    /// `0.41 [0.40, 0.42]`, for tables, with the interval in `low` and `high`.
    pub fn estimate(&self, value: &str) -> String {
        self.number(value).map_or("–".to_string(), |value| {
            scale::estimate(value, self.interval("low", "high"))
        })
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

/// Lines over the quarters of some rows, one for each text of a column, as many as can be told apart.
pub fn over_quarters(rows: &[Row<'_>], name: &str, value: &str) -> (Vec<Quarter>, Vec<Line>) {
    let quarter = |row: &Row<'_>| row.text("quarter").parse::<Quarter>().ok();
    let mut quarters: Vec<Quarter> = rows.iter().filter_map(quarter).collect();
    quarters.sort_unstable();
    quarters.dedup();
    let names = distinct(rows.iter().map(|row| row.text(name)));
    let line = |text: &str| {
        let mut points = vec![Point::default(); quarters.len()];
        for row in rows.iter().filter(|row| row.text(name) == text) {
            let place = quarter(row).and_then(|quarter| quarters.binary_search(&quarter).ok());
            if let Some(place) = place {
                points[place] = row.point(value);
            }
        }
        Line {
            name: text.to_string(),
            points,
        }
    };
    let lines = names.into_iter().take(LINES).map(line).collect();
    (quarters, lines)
}

/// A table as it is, cut after some rows: its numbers are shortened, and a value stands in one cell with its interval.
pub fn plain(rows: &Rows, most: usize) -> Data {
    let ends = |name: &str| [format!("{name}_low"), format!("{name}_high")];
    let has_ends = |name: &str| ends(name).iter().all(|end| rows.has(end));
    let is_end = |name: &str| {
        let of = name.strip_suffix("_low").or(name.strip_suffix("_high"));
        of.is_some_and(|of| rows.has(of) && has_ends(of))
    };
    let shown = || rows.columns.iter().filter(|name| !is_end(name));
    let cell = |row: &Row<'_>, name: &String| {
        let text = row.text(name);
        match row.number(name) {
            Some(value) if has_ends(name) => {
                let [low, high] = ends(name);
                scale::estimate(value, row.interval(&low, &high))
            }
            Some(value) if text.contains(['.', 'e']) => scale::number(value),
            _ => text.to_string(),
        }
    };
    let head = |name: &String| match has_ends(name) {
        true => format!("{} [low, high]", words(name)),
        false => words(name),
    };
    Data {
        columns: shown().map(head).collect(),
        rows: rows
            .iter()
            .take(most)
            .map(|row| shown().map(|name| cell(&row, name)).collect())
            .collect(),
    }
}

/// What the description of a result says of a column, without where it is missing and without a full stop.
pub fn meaning(source: &Source, table: &str, column: &str) -> String {
    let [_, _, meaning] = source.column(table, column).unwrap_or_default();
    let meaning = meaning.split(". Missing").next().unwrap_or("");
    meaning.trim_end_matches('.').to_string()
}

/// Name of a response for an axis, with its unit.
pub fn axis(source: &Source, table: &str, response: &str) -> String {
    let [_, unit, _] = source.column(table, response).unwrap_or_default();
    match unit.as_str() {
        "" | "1" => words(response),
        unit => format!("{}, {unit}", words(response)),
    }
}
