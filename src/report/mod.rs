//! A result folder as one HTML page with figures.
//!
//! `source` reads a folder, `run` and its siblings make a [`page::Part`] of it, one for each command that writes
//! results; [`figure`] draws, [`page`] puts all into one file that needs no other.

pub mod attribution;
pub mod compare;
pub mod data;
pub mod figure;
pub mod frontier;
pub mod page;
pub mod reproduce;
pub mod rows;
pub mod run;
pub mod sensitivity;
pub mod sweep;
pub mod tally;
pub mod write;

use crate::table::read_error::ReportError;

use std::path::Path;

use crate::report::page::{Block, Part};
use crate::table::source::Source;

/// Commands whose results have a report.
pub const COMMANDS: &[&str] = &[
    "run",
    "sweep",
    "merge",
    "compare",
    "sensitivity",
    "attribute",
    "frontier",
    "reproduce",
];

/// Makes the report of a result folder.
///
/// # Errors
/// If the folder is no result, or a file of it is missing or damaged.
pub fn make(folder: &Path) -> Result<Part, ReportError> {
    let source = Source::open(folder)?;
    let mut part = match source.text("command") {
        "run" => run::report(&source)?,
        "sweep" | "merge" => sweep::report(&source)?,
        "compare" => compare::report(&source)?,
        "sensitivity" => sensitivity::report(&source)?,
        "attribute" => attribution::report(&source)?,
        "frontier" => frontier::report(&source)?,
        "reproduce" => reproduce::report(&source)?,
        other => {
            return Err(ReportError::Input(format!(
                "{}: there is no report of `{}`; there is one of: {}",
                folder.display(),
                other.chars().take(40).collect::<String>(),
                COMMANDS.join(", ")
            )));
        }
    };
    finish(&source, &mut part);
    Ok(part)
}

/// What all reports have in common.
fn finish(source: &Source, part: &mut Part) {
    let text = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    let period = format!(
        "{} to {}",
        source.text("first_quarter"),
        source.text("last_quarter")
    );
    let mut facts = vec![
        ("Scenario", last_of_path(source.text("scenario"))),
        (
            "Quarters",
            if period.len() > 4 {
                period
            } else {
                String::new()
            },
        ),
        ("Replicates", text(source.number("replicates"))),
        ("Seed", text(source.number("seed"))),
        (
            "Program",
            format!(
                "{} {} ({})",
                source.text("program"),
                source.text("version"),
                source.text("commit")
            ),
        ),
        (
            "Finished",
            source
                .text("finished")
                .replace('T', " ")
                .replace('Z', " UTC"),
        ),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    let facts = facts
        .into_iter()
        .map(|(name, value)| (name.to_string(), value));
    part.facts.splice(0..0, facts);
    if part.title.is_empty() {
        part.title = match source.text("title") {
            "" => format!("Result of dualtrack {}", source.text("command")),
            title => title.to_string(),
        };
    }
    let warnings = source
        .manifest()
        .get("warnings")
        .and_then(serde_json::Value::as_array);
    let warnings = warnings
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    part.warnings.extend(warnings.map(ToString::to_string));
    part.manifest = crate::table::json_text(source.manifest());
    // Names for links are unique in a part.
    let mut seen = std::collections::BTreeSet::new();
    for block in &mut part.blocks {
        let id = match block {
            Block::Heading(id, _) | Block::Verdict(id, ..) => id,
            Block::Figure(figure) | Block::Slides(figure, _) => &mut figure.id,
            _ => continue,
        };
        *id = slug(id);
        let plain = id.clone();
        let mut number = 2;
        while !seen.insert(id.clone()) {
            *id = format!("{plain}-{number}");
            number += 1;
        }
    }
}

/// A text as a name for links and files: letters, digits and hyphens.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().take(80) {
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() {
        "x".to_string()
    } else {
        out.to_string()
    }
}

/// `competitiveness` as `Competitiveness`, `us_pressure` as `US pressure`: a name of a column for people.
pub(crate) fn words(name: &str) -> String {
    let (name, when) = name.split_once('@').unwrap_or((name, ""));
    let name = name.trim_end_matches("_cny_mn").replace('_', " ");
    let name = if when.is_empty() {
        name
    } else {
        format!("{name}, {when}")
    };
    let words: Vec<&str> = name
        .split(' ')
        .map(|word| match word {
            "eu" => "EU",
            "us" => "US",
            "ai" => "AI",
            "cny" => "CNY",
            word => word,
        })
        .collect();
    let name = words.join(" ");
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A sentence as a part of another.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Last part of a path, for people; paths differ between machines.
fn last_of_path(text: &str) -> String {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.trim_end_matches(".toml").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_files_hold_letters_digits_and_hyphens() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("City × sector: <b>"), "city-sector-b");
        assert_eq!(slug("…"), "x");
        assert_eq!(words("similarity_all"), "Similarity all");
        assert_eq!(words("spending_cny_mn"), "Spending");
        assert_eq!(words("stringency@2024"), "Stringency, 2024");
        assert_eq!(words("us_silos"), "US silos");
    }
}
