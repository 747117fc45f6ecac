//! What the program says: help, what commands print, and how tables are described.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use super::CASES;
use super::cases::{Found, program};

/// The texts by the names of their files.
pub fn all(found: &BTreeMap<String, Found>) -> [(&'static str, String); 3] {
    [
        ("help.txt", help()),
        ("terminal.txt", terminal(found)),
        ("columns.txt", columns(found)),
    ]
}

fn said(arguments: &[&str]) -> String {
    let output = program("1").args(arguments).output().expect("a program");
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// Help of all commands, and the parameters.
fn help() -> String {
    let all = said(&["--help"]);
    let (_, list) = all.split_once("Commands:\n").expect("commands");
    // Lines that go on from the one before stand further in.
    let names = list
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    let mut text = format!("$ dualtrack --help\n{all}");
    for name in names {
        let help = said(&[name, "--help"]);
        let _ = write!(text, "\n$ dualtrack {name} --help\n{help}");
    }
    let _ = write!(text, "\n$ dualtrack params\n{}", said(&["params"]));
    text
}

/// Cases that count, in order.
fn told(found: &BTreeMap<String, Found>) -> impl Iterator<Item = (&String, &Found)> {
    let cases = CASES.iter().filter(|case| !case.is_optional);
    cases.filter_map(|case| found.get_key_value(&case.name))
}

/// What commands print where nobody looks on.
fn terminal(found: &BTreeMap<String, Found>) -> String {
    let said: Vec<&str> = told(found).map(|(_, found)| found.said.as_str()).collect();
    said.join("\n")
}

/// Tables with their columns, each once.
fn columns(found: &BTreeMap<String, Found>) -> String {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    for (name, found) in told(found) {
        let described = found.described.as_ref();
        let tables = described.and_then(|own| own["resources"].as_array());
        for table in tables.into_iter().flatten() {
            let fields = table["schema"]["fields"].as_array().expect("fields");
            let mut lines = format!(
                "{}, key {}\n",
                table["description"].as_str().expect("a description"),
                table["schema"]["primaryKey"]
            );
            for field in fields {
                let of = |key: &str| field[key].as_str().unwrap_or_default();
                let constraints = match &field["constraints"] {
                    Value::Null => String::new(),
                    some => format!(" {some}"),
                };
                let _ = writeln!(
                    lines,
                    "  {} [{}] {}{constraints}: {}",
                    of("name"),
                    of("unit"),
                    of("type"),
                    of("description")
                );
            }
            let path = table["path"].as_str().expect("a path");
            if seen.insert(format!("{path}: {lines}")) {
                let _ = write!(text, "{name}: {path}\n{lines}\n");
            }
        }
    }
    text
}
