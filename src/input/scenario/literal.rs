//! Values as they are written in scenario files and on the command line.

use std::fmt;

use toml::de::{DeTable, DeValue};

use crate::input::scenario::places::Spot;
use crate::kernel::text::Quoted;

/// A value, before anything is known about its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with a point or an exponent.
    Real(f64),
    /// `true` or `false`.
    Switch(bool),
    /// A list, with the place of each item.
    List(Vec<(Literal, Spot)>),
    /// What no setting takes, in words.
    Other(&'static str),
}

impl Literal {
    /// Reads a value of a TOML file; `spot` gives the place of a byte in it.
    pub fn new(value: &DeValue<'_>, spot: &dyn Fn(usize) -> Spot) -> Self {
        match value {
            DeValue::String(text) => Literal::Text(text.to_string()),
            DeValue::Boolean(on) => Literal::Switch(*on),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(
                    Literal::Other("a whole number of more than 64 bits"),
                    Literal::Whole,
                ),
            DeValue::Float(number) => number.as_str().parse().map_or(
                Literal::Other("a number that cannot be read"),
                Literal::Real,
            ),
            DeValue::Datetime(_) => Literal::Other("a date"),
            DeValue::Array(items) => {
                let items = items.iter();
                Literal::List(
                    items
                        .map(|item| (Literal::new(item.get_ref(), spot), spot(item.span().start)))
                        .collect(),
                )
            }
            DeValue::Table(_) => Literal::Other("a table"),
        }
    }

    /// Reads the value of `--set KEY=VALUE`: TOML where it is valid TOML, else a text without quotes.
    pub fn from_argument(text: &str, spot: Spot) -> Self {
        let document = format!("value = {text}");
        let parsed = DeTable::parse(&document).ok();
        let value = parsed
            .as_ref()
            .and_then(|table| table.get_ref().get("value"));
        // A text with line breaks could hold further keys; only one value is meant.
        match (value, text.contains('\n')) {
            (Some(value), false) => Literal::new(value.get_ref(), &|_| spot),
            // TOML wants digits on both sides of the point; on the command line `.5` is meant as it stands.
            _ if text.contains('.') => text
                .parse()
                .map_or_else(|_| Literal::Text(text.to_string()), Literal::Real),
            _ => Literal::Text(text.to_string()),
        }
    }
}

impl fmt::Display for Literal {
    /// As it stands in messages: texts in quotes, numbers as they are, lists and tables in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Text(text) => write!(f, "{}", Quoted(text)),
            Literal::Whole(number) => write!(f, "{number}"),
            Literal::Real(number) => write!(f, "{number:?}"),
            Literal::Switch(on) => write!(f, "{on}"),
            Literal::List(_) => f.write_str("a list"),
            Literal::Other(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_toml_or_plain_text() {
        let read = |text| Literal::from_argument(text, Spot::Set(0));
        assert_eq!(read("0.5"), Literal::Real(0.5));
        assert_eq!(read(".5"), Literal::Real(0.5));
        assert_eq!(read("7"), Literal::Whole(7));
        assert_eq!(read("0x10"), Literal::Whole(16));
        assert_eq!(read("true"), Literal::Switch(true));
        assert_eq!(read("\"7\""), Literal::Text("7".to_string()));
        assert_eq!(
            read("coordinated"),
            Literal::Text("coordinated".to_string())
        );
        assert_eq!(read("2015Q1"), Literal::Text("2015Q1".to_string()));
        assert_eq!(
            read("1\nother = 2"),
            Literal::Text("1\nother = 2".to_string())
        );
        assert_eq!(
            read("99999999999999999999"),
            Literal::Other("a whole number of more than 64 bits")
        );
    }

    #[test]
    fn long_texts_are_cut_in_messages() {
        let text = Literal::Text("x".repeat(100)).to_string();
        assert_eq!(text, format!("\"{}…\"", "x".repeat(60)));
        assert_eq!(Literal::Text("a\tb".to_string()).to_string(), "\"a\\tb\"");
    }
}
