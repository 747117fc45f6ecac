//! Design points from a CSV file of elsewhere: a column for each factor, a row for each point.

use crate::input::experiment::factor::{Factor, Values};
use crate::input::experiment::fields::quoted;
use crate::input::experiment::values::FactorValue;
use crate::input::scenario::places::{Files, Spot};
use crate::input::scenario::problems::Report;
use crate::input::scenario::{
    table_text::{Records, field_start},
    tables::{separator, too_wide},
};
use crate::kernel::text::{Ticked, hint, near, nearest, ticked_list};

/// Columns that number the points of our own tables and say nothing about factors.
const IGNORED: &[&str] = &["design_point", "point_id"];

/// Reads the rows of a file that has been read. Every factor needs its column, by its name or key.
pub(crate) fn read(
    file: usize,
    files: &Files,
    factors: &[Factor],
    report: &mut Report,
) -> Vec<Vec<FactorValue>> {
    let text = files.text(file);
    let mut records = Records::of(&text, file);
    let Ok(Some(start)) = records.advance() else {
        report.add(
            Spot::File(file),
            "the table is empty; allowed: a head with the names of the factors",
        );
        return Vec::new();
    };
    let names = Head {
        record: &records.record,
        text: &text,
        start,
        file,
    };
    let Some(columns) = names.columns(factors, report) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    loop {
        let start = match records.advance() {
            Ok(Some(start)) => start,
            Ok(None) => break,
            Err(error) => {
                let message = format!("the table cannot be read: {error}");
                report.add(Spot::File(file), message);
                break;
            }
        };
        if !records.fits(start, report) {
            continue;
        }
        let spot = |column| Spot::At {
            file,
            byte: field_start(&text, start, column),
        };
        let row: Vec<Option<FactorValue>> = factors
            .iter()
            .zip(&columns)
            .map(|(factor, column)| {
                let cell = records.record.get(*column).unwrap_or_default().trim();
                value(factor, cell)
                    .map_err(|message| report.add(spot(*column), message))
                    .ok()
            })
            .collect();
        if let Some(row) = row.into_iter().collect() {
            rows.push(row);
        }
    }
    if rows.is_empty() && report.is_empty() {
        report.add(
            Spot::File(file),
            "the table has no points; allowed: at least 1",
        );
    }
    rows
}

/// The head of the table.
struct Head<'a> {
    record: &'a csv::StringRecord,
    text: &'a str,
    start: usize,
    file: usize,
}

impl Head<'_> {
    fn spot(&self, column: usize) -> Spot {
        Spot::At {
            file: self.file,
            byte: field_start(self.text, self.start, column),
        }
    }

    /// The column of each factor.
    fn columns(&self, factors: &[Factor], report: &mut Report) -> Option<Vec<usize>> {
        let names: Vec<&str> = self.record.iter().map(str::trim).collect();
        let fits = |factor: &Factor, name: &str| {
            factor.name == name || factor.key.as_deref() == Some(name)
        };
        let is_known =
            |name: &str| IGNORED.contains(&name) || factors.iter().any(|factor| fits(factor, name));
        let refused = too_wide(&names).or_else(|| separator(&names, is_known));
        if let Some(message) = refused {
            report.add(self.spot(0), message);
            return None;
        }
        let known: Vec<&str> = factors.iter().map(|factor| factor.name.as_str()).collect();
        let mut misspelt = Vec::new();
        for (column, name) in names.iter().enumerate() {
            if is_known(name) {
                continue;
            }
            misspelt.extend(nearest(name, known.iter().copied()));
            let message = format!(
                "the column {} is no factor{}",
                Ticked(name),
                hint(name, known.iter().copied())
            );
            report.add(self.spot(column), message);
        }
        let mut columns = Vec::new();
        for factor in factors {
            let mut places = (0..names.len()).filter(|column| fits(factor, names[*column]));
            match (places.next(), places.next()) {
                (Some(column), None) => columns.push(column),
                (Some(first), Some(second)) => report.add(
                    self.spot(second),
                    format!(
                        "the factor {} has two columns; first column {}; allowed: one",
                        Ticked(&factor.name),
                        first + 1
                    ),
                ),
                (None, _) if misspelt.contains(&factor.name.as_str()) => {}
                (None, _) => report.add(
                    self.spot(0),
                    format!(
                        "the factor {} has no column; allowed: one for each factor, by its name or key",
                        Ticked(&factor.name)
                    ),
                ),
            }
        }
        (columns.len() == factors.len()).then_some(columns)
    }
}

/// The value of a cell.
fn value(factor: &Factor, cell: &str) -> Result<FactorValue, String> {
    let refused = |allowed: String| {
        format!(
            "{} is {}; allowed: {allowed}",
            Ticked(&factor.name),
            quoted(cell)
        )
    };
    match &factor.values {
        Values::Levels(levels) => levels
            .iter()
            .position(|level| level.label == cell)
            .map(FactorValue::Level)
            .ok_or_else(|| {
                let labels: Vec<&str> = levels.iter().map(|level| level.label.as_str()).collect();
                refused(ticked_list(&labels) + &near(cell, labels.iter().copied()))
            }),
        Values::Range(range) => {
            let allowed = || {
                let what = if range.is_whole {
                    "a whole number"
                } else {
                    "a number"
                };
                format!("{what} from {} to {}", range.low, range.high)
            };
            let number: f64 = cell.parse().map_err(|_| refused(allowed()))?;
            let is_inside = (range.low..=range.high).contains(&number);
            match (is_inside, range.is_whole) {
                (true, false) => Ok(FactorValue::Real(number)),
                (true, true) if number.fract() == 0.0 => Ok(FactorValue::Whole(number as i64)),
                _ => Err(refused(allowed())),
            }
        }
    }
}
