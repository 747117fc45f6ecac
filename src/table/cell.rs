//! Types of columns, and how a cell is written.

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A whole number of 0 or more.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A quarter such as `2015Q1`.
    Quarter,
    /// A text.
    Text,
}

impl Kind {
    /// The name in tables for people.
    #[cfg(feature = "internals")]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Integer => "whole number",
            Kind::Boolean => "true or false",
            Kind::Quarter => "quarter",
            Kind::Text => "text",
        }
    }
}

/// Appends a number in the shortest form that reads back to the same bits.
///
/// A number that is not finite is written as the Table Schema spells it, so that it is seen.
pub(crate) fn write_real(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        // Adding 0 turns -0 into 0.
        let mut buffer = zmij::Buffer::new();
        out.extend_from_slice(buffer.format_finite(value + 0.0).as_bytes());
    } else {
        let name: &[u8] = match (value.is_nan(), value > 0.0) {
            (true, _) => b"NaN",
            (false, true) => b"INF",
            (false, false) => b"-INF",
        };
        out.extend_from_slice(name);
    }
}

/// Appends a whole number.
pub(crate) fn write_count(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// What [`is_plain_cell`] takes, in words.
pub(crate) const PLAIN_CELL: &str = "a text that does not begin with `=`, `+`, `-` or `@`, as formulas of spreadsheets do, without control characters";

/// Whether a text may stand in a table of results as it is: a number, or what no spreadsheet takes for a formula.
pub(crate) fn is_plain_cell(text: &str) -> bool {
    // The wide forms count too: they come with Chinese text, and some spreadsheets take them for the narrow ones.
    let is_formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    !text.contains(char::is_control) && (!is_formula || text.parse::<f64>().is_ok())
}

/// Appends a text, in quotes where CSV asks for them (RFC 4180).
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    let needs_quotes = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.bytes().any(needs_quotes) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn formulas_and_control_characters_are_no_plain_cells() {
        for plain in ["", "Xi'an", "-0.5", "+1e3", "a=b", "a-b", "北京"] {
            assert!(is_plain_cell(plain), "{plain}");
        }
        for other in [
            "=1+1", "+a", "-a", "@SUM(A1)", "＝1", "\t=1", "\r=1", "a\nb", "a\0",
        ] {
            assert!(!is_plain_cell(other), "{other:?}");
        }
    }

    #[test]
    fn whole_numbers_are_written_as_the_standard_library_does() {
        for value in [0, 7, 10, 99, 100, 18_446_744_073_709_551_615] {
            assert_eq!(written(|out| write_count(out, value)), value.to_string());
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_seen_and_zero_has_no_sign() {
        assert_eq!(written(|out| write_real(out, f64::NAN)), "NaN");
        assert_eq!(written(|out| write_real(out, f64::INFINITY)), "INF");
        assert_eq!(written(|out| write_real(out, f64::NEG_INFINITY)), "-INF");
        assert_eq!(written(|out| write_real(out, -0.0)), "0.0");
    }

    proptest! {
        #[test]
        fn numbers_read_back_to_the_same_bits(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite() && value != 0.0);
            let read: f64 = written(|out| write_real(out, value)).parse().expect("a number");
            prop_assert_eq!(read.to_bits(), bits);
        }

        #[test]
        fn texts_survive_a_csv_reader(text in "[a-z,\"\r\n ]{1,12}", other in "[a-z\"]{1,3}") {
            let line = written(|out| {
                write_text(out, &text);
                out.push(b',');
                write_text(out, &other);
                out.push(b'\n');
            });
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = reader.records().next().expect("a record").expect("valid");
            prop_assert_eq!(&record[0], &text);
            prop_assert_eq!(&record[1], &other);
        }
    }
}
