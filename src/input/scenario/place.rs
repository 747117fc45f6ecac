//! Where something is written.

use std::fmt;

/// Where a problem lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file as a whole.
    File(String),
    /// A place in a file; lines and columns count from 1, columns in characters.
    At {
        /// The file, as it was named.
        file: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// An argument of `--set`, as it was written.
    Set(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(file) => f.write_str(file),
            Place::At { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Place::Set(argument) => write!(f, "--set {argument}"),
        }
    }
}
