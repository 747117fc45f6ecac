//! `dualtrack params`: the table of parameters.

use std::fmt::Write;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use crate::cli::terminal::Terminal;
use crate::cli::{codes, print};
use crate::model::params::{Kind, Parameter, Timing, table::PARAMETERS};

/// Columns beyond which the table does not grow.
const WIDEST: usize = 98;
/// Columns of the longest name, with the space around it.
const NAMES: u16 = 35;

/// List all parameters: key, symbol, unit, default, range, uncertain range, source and meaning.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only parameters whose key or meaning contains this word, such as `codification`.
    #[arg(value_name = "WORD")]
    word: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// Form of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for a terminal.
    Table,
    /// A table in Markdown.
    Markdown,
    /// CSV with a head.
    Csv,
    /// A list of objects in JSON.
    Json,
}

/// Heads of the columns in Markdown and CSV, and keys in JSON.
const HEADS: [&str; 9] = [
    "key",
    "symbol",
    "unit",
    "default",
    "range",
    "uncertain",
    "timing",
    "source",
    "meaning",
];

/// Runs it; returns the exit code: 0, or 2 where no parameter has the word.
pub fn run(args: &Args) -> u8 {
    let word = args.word.as_deref().unwrap_or_default().to_lowercase();
    let rows: Vec<&Parameter> = PARAMETERS
        .iter()
        .filter(|row| row.has_word(&word))
        .collect();
    if rows.is_empty() {
        print::err(&format!(
            "no parameter has `{word}` in its key, meaning or synonyms; `dualtrack params` lists all\n"
        ));
        return codes::BAD_INPUT;
    }
    print::out(&list(&rows, args.format))
}

/// The list of some parameters, in a form.
pub fn list(rows: &[&Parameter], format: Format) -> String {
    match format {
        Format::Table => table(rows),
        Format::Markdown => markdown(rows),
        Format::Csv => csv(rows),
        Format::Json => json(rows),
    }
}

fn range(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Real { min, max } => format!("{min} to {max}"),
        Kind::Count { min, max } => format!("{min} to {max}"),
        Kind::Switch => "true or false".to_string(),
        Kind::Choice { names } => names.join(" or "),
    }
}

fn uncertain(parameter: &Parameter) -> String {
    parameter
        .uncertain
        .map_or(String::new(), |(low, high)| format!("{low} to {high}"))
}

fn cells(parameter: &Parameter) -> [String; 9] {
    let timing = match parameter.timing {
        Timing::Start => "start",
        Timing::Running => "running",
    };
    [
        parameter.key.to_string(),
        parameter.symbol.to_string(),
        parameter.unit.to_string(),
        parameter
            .default()
            .to_string()
            .trim_matches('"')
            .to_string(),
        range(parameter),
        uncertain(parameter),
        timing.to_string(),
        parameter.source.to_string(),
        parameter.meaning().to_string(),
    ]
}

/// Eight columns do not fit a terminal: a group has its heading, and a row says default, range and uncertain
/// range under one another.
fn table(rows: &[&Parameter]) -> String {
    let mut text = String::new();
    let width = Terminal::of_stdout().width.min(WIDEST) as u16;
    // Without the lines between columns.
    let rest = width - 2 - NAMES;
    let values = rest * 3 / 8;
    let widths = [NAMES, values, rest - values];
    let widths = widths.map(|width| ColumnConstraint::Absolute(Width::Fixed(width)));
    let mut groups: Vec<&str> = rows.iter().map(|row| row.group()).collect();
    groups.dedup();
    for group in groups {
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width)
            .set_header(["name, symbol, unit", "default, range", "meaning, source"]);
        table.set_constraints(widths);
        for row in rows.iter().filter(|row| row.group() == group) {
            let name = row.key.split_once('.').map_or(row.key, |(_, name)| name);
            let about = [row.symbol, if row.unit == "–" { "" } else { row.unit }];
            let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
            let mut values = format!("{}\n{}", row.default(), range(row));
            if row.uncertain.is_some() {
                let _ = write!(values, "\nuncertain {}", uncertain(row));
            }
            if row.timing == Timing::Start {
                values.push_str("\nread at the start");
            }
            table.add_row([
                format!("{name}\n{}", about.join(", ")),
                values,
                format!("{}\n[{}]", row.meaning(), row.source),
            ]);
        }
        let _ = writeln!(text, "[{group}]\n{}\n", table.trim_fmt());
    }
    text
}

fn markdown(rows: &[&Parameter]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&HEADS.map(String::from));
    text.push_str(&line(&HEADS.map(|_| "---".to_string())));
    for row in rows {
        let mut cells = cells(row).map(|cell| cell.replace('|', "\\|"));
        cells[0] = format!("`{}`", cells[0]);
        text.push_str(&line(&cells));
    }
    text
}

fn csv(rows: &[&Parameter]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(HEADS);
    for row in rows {
        let _ = writer.write_record(cells(row));
    }
    writer.into_inner().map_or_else(
        |_| String::new(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}

fn json(rows: &[&Parameter]) -> String {
    use serde_json::{Value, json};
    let list: Value = rows
        .iter()
        .map(|row| {
            let mut object = json!({});
            for (head, cell) in HEADS.iter().zip(cells(row)) {
                object[*head] = json!(cell);
            }
            object["default"] = crate::input::scenario::resolved::parameter_json(&row.default());
            object["range"] = match row.kind {
                Kind::Real { min, max } => json!([min, max]),
                Kind::Count { min, max } => json!([min, max]),
                Kind::Switch => json!([false, true]),
                Kind::Choice { names } => json!(names),
            };
            object["uncertain"] = json!(row.uncertain);
            object
        })
        .collect();
    format!("{list:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_a_hundred_columns_and_has_every_parameter() {
        let rows: Vec<&Parameter> = PARAMETERS.iter().collect();
        let text = list(&rows, Format::Table);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?}");
        for row in PARAMETERS {
            let name = row.key.split_once('.').map_or(row.key, |(_, name)| name);
            assert!(text.contains(name), "{name}");
        }
    }

    #[test]
    fn each_form_has_a_row_for_each_parameter() {
        let rows: Vec<&Parameter> = PARAMETERS.iter().collect();
        assert_eq!(
            list(&rows, Format::Markdown).lines().count(),
            rows.len() + 2
        );
        let text = list(&rows, Format::Csv);
        assert_eq!(
            ::csv::Reader::from_reader(text.as_bytes())
                .records()
                .count(),
            rows.len()
        );
        let value: serde_json::Value =
            serde_json::from_str(&list(&rows, Format::Json)).expect("JSON");
        assert_eq!(value.as_array().map(Vec::len), Some(rows.len()));
    }
}
