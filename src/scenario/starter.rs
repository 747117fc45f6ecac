//! A scenario to start from, with the shipped data beside it.

use std::fmt::Write;

use crate::params::PARAMETERS;

/// Head of the file: what one mostly changes first.
const HEAD: &str = include_str!("starter.toml");

/// Data tables, by their path beside the scenario, with the page on their sources.
pub static DATA: &[(&str, &str)] = &[
    (
        "data/README.md",
        include_str!("../../scenarios/data/README.md"),
    ),
    (
        "data/cities.csv",
        include_str!("../../scenarios/data/cities.csv"),
    ),
    (
        "data/sectors.csv",
        include_str!("../../scenarios/data/sectors.csv"),
    ),
    (
        "data/instruments.csv",
        include_str!("../../scenarios/data/instruments.csv"),
    ),
    (
        "data/pilot_zones.csv",
        include_str!("../../scenarios/data/pilot_zones.csv"),
    ),
    (
        "data/events.csv",
        include_str!("../../scenarios/data/events.csv"),
    ),
];

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
