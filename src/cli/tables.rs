//! Tables and numbers as they stand on the terminal.

use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};

use crate::cli::terminal::{NARROW, Terminal};
use crate::table::writer::WrittenFile;

/// Stands where there is nothing to show.
pub const NOTHING: &str = "–";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// A text that stands out.
pub fn bold(text: &str) -> String {
    format!("{BOLD}{text}{PLAIN}")
}

/// Files of a result, with rows and sizes.
pub fn files(target: &Path, files: &[WrittenFile]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for file in files {
        let rows = file.rows.map(|rows| counted(rows, "row"));
        table.add_row([
            file.name.clone(),
            rows.unwrap_or_default(),
            bytes(file.bytes as f64),
        ]);
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((2, 0));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let folder = bold(&target.display().to_string());
    format!("{folder}\n{}\n", table.trim_fmt())
}

/// Names and what belongs to them, one below the other.
pub fn pairs(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0);
    lines
        .iter()
        .map(|(name, text)| {
            let text = wrapped(text, "", NARROW.saturating_sub(width + 2));
            let text = text.trim_end().replace('\n', &format!("\n{:width$}  ", ""));
            format!("{name:<width$}  {text}\n")
        })
        .collect()
}

/// A whole number with a comma between thousands.
pub fn grouped(value: u64) -> String {
    grouped_decimals(value as f64, 0)
}

/// A time in words.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.ceil().max(0.0) as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, _) if seconds < 1.0 => "less than a second".to_string(),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{} h {minutes:02} min", grouped(hours)),
    }
}

/// A table with its first column to the left and numbers to the right.
pub fn table(header: &[impl ToString], rows: Vec<Vec<String>>) -> String {
    table_with(GAP, header, rows)
}

/// Space between columns.
const GAP: usize = 2;
/// Space before what belongs to a name on a line of its own.
const INDENT: usize = 2;

fn table_with(gap: usize, header: &[impl ToString], rows: Vec<Vec<String>>) -> String {
    let left = u16::from(gap > 1);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().map(ToString::to_string));
    table.add_rows(rows);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding(if place == 0 { (0, 1) } else { (left, 1) });
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.trim_fmt();
    let (head, body) = text.split_once('\n').unwrap_or((&text, ""));
    format!("{BOLD}{head}{PLAIN}\n{body}\n")
}

/// A table as [`table`] makes it, where it fits, if need be tightly. Else the first cell of a row stands on a line of its own
/// above the others, and where these do not fit either, above a line for each of them.
pub fn rows(header: &[impl ToString], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(ToString::to_string).collect();
    rows_within(Terminal::of_stdout().width, &header, rows)
}

fn rows_within(most: usize, header: &[String], rows: &[Vec<String>]) -> String {
    let width = |place: usize| {
        let cells = rows.iter().filter_map(|row| row.get(place));
        let cells = cells.chain(header.get(place));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let fits = |first: usize, gap: usize| {
        let others = (1..header.len()).map(|place| gap + width(place));
        first + others.sum::<usize>() <= most
    };
    let first = width(0);
    for gap in [GAP, 1] {
        if fits(first, gap) {
            return table_with(gap, header, rows.to_vec());
        }
    }
    let names = rows.iter().filter_map(|row| row.first());
    for gap in [GAP, 1] {
        // A first column that is empty but for its head serves as an indent.
        if fits(header.first().map_or(0, |head| head.chars().count()), gap) {
            let bare = rows.iter().map(|row| {
                let others = row.iter().skip(1).cloned();
                std::iter::once(String::new()).chain(others).collect()
            });
            let text = table_with(gap, header, bare.collect());
            let mut lines = text.lines();
            let head = lines.next().map(str::to_string);
            let body = names
                .zip(lines)
                .map(|(name, line)| format!("{name}\n{line}"));
            return head.into_iter().chain(body).collect::<Vec<_>>().join("\n") + "\n";
        }
    }
    let heads = header.iter().skip(1).map(|head| head.chars().count());
    let longest = heads.max().unwrap_or(0);
    let mut text = format!(
        "{BOLD}{}{PLAIN}\n",
        header.first().map_or("", String::as_str)
    );
    for (name, row) in names.zip(rows) {
        text.push_str(&format!("{name}\n"));
        for (head, cell) in header.iter().zip(row).skip(1) {
            text.push_str(&format!("{:INDENT$}{head:longest$}  {cell}\n", ""));
        }
    }
    text
}

/// A number with a comma between thousands.
pub fn grouped_decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    // A zero has no sign, however it was rounded.
    let is_zero = digits.chars().all(|digit| matches!(digit, '0' | '.'));
    let sign = if is_zero { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

/// A number with three significant digits, or as many as its whole part has.
pub fn significant(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return NOTHING.to_string();
    }
    if size >= 1e7 || (size < 1e-4 && size > 0.0) {
        return format!("{value:.2e}");
    }
    let decimals = match size {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.9995 => 2,
        size if size >= 0.09995 || size == 0.0 => 3,
        size if size >= 0.009995 => 4,
        size if size >= 0.0009995 => 5,
        _ => 6,
    };
    grouped_decimals(value, decimals)
}

/// What is said of a value, or that there is nothing.
pub fn or_nothing<T>(value: Option<T>, say: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NOTHING.to_string(), say)
}

/// An interval in brackets, each end as `number` writes it.
pub fn interval(ends: Option<(f64, f64)>, number: impl Fn(f64) -> String) -> String {
    or_nothing(ends, |(low, high)| {
        format!("[{}, {}]", number(low), number(high))
    })
}

/// A share in percent, without decimals from 10 on.
pub fn percent(share: f64) -> String {
    let value = 100.0 * share;
    let decimals = usize::from(value.abs() < 9.95);
    format!("{} %", grouped_decimals(value, decimals))
}

/// A text in lines of at most `width` characters, each after `indent`; words that are longer are cut.
pub fn wrapped(text: &str, indent: &str, width: usize) -> String {
    filled(text, indent, indent, width)
}

/// A text in lines of at most 80 characters.
pub fn paragraph(text: &str) -> String {
    filled(text, "", "", NARROW)
}

/// A text in lines of at most 80 characters, each but the first after so many spaces.
pub fn hanging(text: &str, indent: usize) -> String {
    let words = text.trim_start();
    let first = &text[..text.len() - words.len()];
    filled(words, first, &" ".repeat(indent), NARROW)
}

fn filled(text: &str, first: &str, rest: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    let room = width.saturating_sub(first.chars().count().max(rest.chars().count()));
    let words: Vec<Vec<char>> = text
        .split_whitespace()
        .map(|word| word.chars().collect())
        .collect();
    for word in words.iter().flat_map(|word| word.chunks(room.max(1))) {
        let word: String = word.iter().collect();
        let indent = if lines.is_empty() { first } else { rest };
        let length = indent.chars().count() + line.chars().count() + word.chars().count() + 1;
        if !line.is_empty() && length > width {
            lines.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        let indent = if lines.is_empty() { first } else { rest };
        lines.push_str(&format!("{indent}{line}\n"));
    }
    lines
}

/// A count with its noun.
pub fn counted(count: u64, noun: &str) -> String {
    counted_of(count, noun, &format!("{noun}s"))
}

/// A count with its noun, where the plural is another word.
pub fn counted_of(count: u64, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", grouped(count))
}

/// A number of bytes.
pub fn bytes(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "kB", "MB"] {
        if value < 999.5 {
            let decimals = usize::from(unit != "B" && value < 9.95);
            return format!("{value:.decimals$} {unit}");
        }
        value /= 1e3;
    }
    format!("{} GB", grouped_decimals(value, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let shown = [
            (0.4121, 3),
            (1234.56, 1),
            (-1_234_567.0, 0),
            (999.0, 0),
            (-0.001, 1),
        ];
        let shown: Vec<String> = shown
            .map(|(value, decimals)| grouped_decimals(value, decimals))
            .to_vec();
        assert_eq!(shown, ["0.412", "1,234.6", "-1,234,567", "999", "0.0"]);
    }

    #[test]
    fn numbers_have_three_significant_digits() {
        let shown = [
            0.0, 0.41211, -0.0412, 0.00123, 0.99960, 9.996, 12.34, 123.4, 98_765.0, 1.2e8, 1e-5,
        ];
        let shown = shown.map(significant);
        assert_eq!(
            shown,
            [
                "0.000", "0.412", "-0.0412", "0.00123", "1.00", "10.0", "12.3", "123", "98,765",
                "1.20e8", "1.00e-5"
            ]
        );
    }

    #[test]
    fn wide_tables_keep_a_row_together() {
        let header = ["Response", "base", "treated", "change"].map(str::to_string);
        let lines = |most: usize, name: usize, cell: usize| -> Vec<String> {
            let row = || {
                let cells = (1..4).map(|_| "9".repeat(cell));
                std::iter::once("x".repeat(name)).chain(cells).collect()
            };
            let text = rows_within(most, &header, &[row(), row()]);
            let text = anstream::adapter::strip_str(&text).to_string();
            assert!(
                text.lines().all(|line| line.chars().count() <= most),
                "{text}"
            );
            text.lines().map(str::to_string).collect()
        };
        for most in [80, 120] {
            assert_eq!(lines(most, 8, 22).len(), 3);
            // Tightly.
            assert_eq!(lines(most, most - 3 * 23, 22).len(), 3);
        }
        // Names on lines of their own, and all numbers of a row still in one line.
        let long = lines(80, 57, 16);
        assert_eq!(long.len(), 5);
        assert_eq!(long[1], "x".repeat(57));
        assert_eq!(long[2].split_whitespace().count(), 3);
        assert_eq!(lines(120, 57, 16).len(), 3);
        // A line for each number.
        let longest = lines(80, 57, 40);
        assert_eq!(longest.len(), 1 + 2 * 4);
        assert_eq!(longest[3], format!("  treated  {}", "9".repeat(40)));
    }

    #[test]
    fn long_texts_are_wrapped_with_an_indent() {
        let text = hanging(&format!("  {}", "word ".repeat(30)), 4);
        assert!(text.starts_with("  word"));
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("    word"))
        );
    }

    #[test]
    fn lines_break_between_words() {
        let text = wrapped("one two three four", "  ", 11);
        assert_eq!(text, "  one two\n  three\n  four\n");
        assert_eq!(
            wrapped("a response[of,a,city]", "", 9),
            "a\nresponse[\nof,a,city\n]\n"
        );
    }

    #[test]
    fn sizes_have_two_digits_or_three() {
        let shown = [999, 1_000, 9_949, 9_951, 999_499, 999_500, 12_300_000];
        let shown = shown.map(|size| bytes(f64::from(size)));
        assert_eq!(
            shown,
            [
                "999 B", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "12 MB"
            ]
        );
    }
}
