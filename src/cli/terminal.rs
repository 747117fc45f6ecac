//! What the place can show to which results are printed.

use std::env;
use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size_of};

/// Columns that everything is made for: those of a pipe, a file, and the narrowest terminal.
pub const NARROW: usize = 80;
/// Columns beyond which tables and charts do not grow.
const WIDE: usize = 140;

/// Where results go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Columns, from 80 to 140.
    pub width: usize,
    /// Lines are drawn with letters of ASCII.
    pub is_ascii: bool,
}

impl Terminal {
    /// Standard output. A pipe or file has 80 columns, so that the same bytes go there from everywhere.
    pub fn of_stdout() -> Self {
        let stdout = io::stdout();
        let variable = |name: &str| env::var(name).unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
        let kind = stdout.is_terminal().then(|| variable("TERM"));
        let width = kind.as_ref().and_then(|_| terminal_size_of(&stdout));
        Terminal {
            width: width.map_or(NARROW, |(Width(width), _)| {
                usize::from(width).clamp(NARROW, WIDE)
            }),
            is_ascii: is_ascii(&locale, kind.as_deref()),
        }
    }
}

/// Whether a locale, the variable that counts most first, or the kind of terminal leaves nothing but ASCII. Where
/// nothing is said, terminals of today know more.
fn is_ascii(locale: &[String], kind: Option<&str>) -> bool {
    let named = locale.iter().find(|name| !name.is_empty());
    let is_unicode = named.is_none_or(|name| name.to_lowercase().contains("utf"));
    kind == Some("dumb") || !is_unicode
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_with_a_value_names_the_letters() {
        let ascii = |locale: [&str; 3], kind| is_ascii(&locale.map(str::to_string), kind);
        assert!(!ascii(["", "", ""], None));
        assert!(!ascii(["", "", "en_GB.UTF-8"], Some("xterm")));
        assert!(!ascii(["C.utf8", "", "C"], None));
        assert!(ascii(["C", "", "en_GB.UTF-8"], None));
        assert!(ascii(["", "de_DE.ISO-8859-1", ""], Some("xterm")));
        assert!(ascii(["", "", ""], Some("dumb")));
    }
}
