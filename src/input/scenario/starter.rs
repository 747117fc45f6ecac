//! A scenario to start from, with the shipped data beside it.

use std::fmt::Write;

use crate::model::params::table::PARAMETERS;

/// Head of the file: what one mostly changes first.
const HEAD: &str = include_str!("starter.toml");

/// The commented scenario: its head, then every parameter with its default, each behind a `#`.
pub fn scenario() -> String {
    let mut text = HEAD.to_string();
    let mut group = "";
    for parameter in PARAMETERS {
        let (table, name) = parameter.key.split_once('.').unwrap_or(("", parameter.key));
        if table != group {
            group = table;
            let _ = write!(text, "\n[{table}]\n");
        }
        let _ = write!(
            text,
            "# {} Allowed: {}.\n# {name} = {}\n",
            parameter.meaning(),
            parameter.allowed(),
            parameter.default()
        );
    }
    text
}
