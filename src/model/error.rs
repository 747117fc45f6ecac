//! What stops a run.

use std::fmt;

/// A run that cannot start or go on.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelError {
    /// A world that the model cannot hold; the sentence says what and what is allowed.
    World(String),
    /// A number that is not finite.
    NotFinite {
        /// Quarter of the run, from 0, and in the calendar.
        quarter: u32,
        /// The same as `2020Q1`.
        date: String,
        /// The city; none for a national figure.
        city: Option<String>,
        /// Number of the equation that gave it.
        equation: &'static str,
        /// What it is.
        what: &'static str,
        /// Its value, `NaN`, `inf` or `-inf`.
        value: f64,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::World(sentence) => f.write_str(sentence),
            ModelError::NotFinite {
                quarter,
                date,
                city,
                equation,
                what,
                value,
            } => {
                write!(f, "quarter {quarter} ({date}), ")?;
                match city {
                    Some(city) => write!(f, "city {city}, ")?,
                    None => f.write_str("the nation, ")?,
                }
                write!(f, "{equation}: {what} is {value}; the run stops")
            }
        }
    }
}

impl std::error::Error for ModelError {}
