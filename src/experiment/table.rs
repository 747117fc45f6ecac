//! Design points from a CSV file of elsewhere: a column for each factor, a row for each point.

use super::factor::{Factor, FactorValue, Values};
use super::fields::{quoted, ticked_list};
use crate::scenario::keys::{Ticked, nearest};
use crate::scenario::places::{Files, Spot};
use crate::scenario::problems::Report;

/// Columns that number the points of our own tables and say nothing about factors.
const IGNORED: &[&str] = &["design_point", "point_id"];

/// Reads the rows of a file that has been read. Every factor needs its column, by its name or key.
pub(super) fn read(
    file: usize,
    files: &Files,
    factors: &[Factor],
    report: &mut Report,
) -> Vec<Vec<FactorValue>> {
    let text = files.text(file);
    let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let skipped = text.len() - body.len();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    let at = |record: &csv::StringRecord| Spot::At {
        file,
        byte: skipped
            + record
                .position()
                .map_or(0, |position| position.byte() as usize),
    };
    if !matches!(reader.read_record(&mut record), Ok(true)) {
        report.add(
            Spot::File(file),
            "the table is empty; allowed: a head with the names of the factors",
        );
        return Vec::new();
    }
    let width = record.len();
    let Some(columns) = head(&record, at(&record), factors, report) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                report.add(
                    Spot::File(file),
                    format!("the table cannot be read: {error}"),
                );
                break;
            }
        }
        let spot = at(&record);
        if record.len() != width {
            let message = format!(
                "the row has {} cells; allowed: {width}, as in the head",
                record.len()
            );
            report.add(spot, message);
            continue;
        }
        let row: Vec<Option<FactorValue>> = factors
            .iter()
            .zip(&columns)
            .map(|(factor, column)| {
                let cell = record.get(*column).unwrap_or_default().trim();
                value(factor, cell)
                    .map_err(|message| report.add(spot, message))
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

/// The column of each factor.
fn head(
    record: &csv::StringRecord,
    spot: Spot,
    factors: &[Factor],
    report: &mut Report,
) -> Option<Vec<usize>> {
    let names: Vec<&str> = record.iter().map(str::trim).collect();
    let fits =
        |factor: &Factor, name: &str| factor.name == name || factor.key.as_deref() == Some(name);
    let known: Vec<&str> = factors.iter().map(|factor| factor.name.as_str()).collect();
    for name in &names {
        if IGNORED.contains(name) || factors.iter().any(|factor| fits(factor, name)) {
            continue;
        }
        let hint = nearest(name, known.iter().copied()).map_or_else(
            || format!("; allowed: {}", ticked_list(&known)),
            |near| format!("; nearest valid name: `{near}`"),
        );
        report.add(
            spot,
            format!("the column {} is no factor{hint}", Ticked(name)),
        );
    }
    let mut columns = Vec::new();
    for factor in factors {
        match names.iter().position(|name| fits(factor, name)) {
            Some(column) => columns.push(column),
            None => report.add(
                spot,
                format!("the factor {} has no column", Ticked(&factor.name)),
            ),
        }
    }
    (columns.len() == factors.len()).then_some(columns)
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
                refused(ticked_list(&labels))
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
