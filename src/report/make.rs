//! A result folder to a report.

use crate::report::page::{Block, Part};
use crate::report::words::{last_of_path, slug};
use crate::report::{attribution, compare, frontier, reproduce, run, sensitivity, sweep};
use crate::table::error::OutputError;
use crate::table::source::Source;
use serde_json::Value;
use std::path::Path;

/// Commands whose results have a report.
pub const COMMANDS: &[&str] = &[
    "run",
    "sweep",
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
pub fn make(folder: &Path) -> Result<Part, OutputError> {
    let source = Source::open(folder)?;
    let mut part = match source.text("command") {
        "run" => run::report::report(&source)?,
        "sweep" => sweep::report::report(&source)?,
        "compare" => compare::report(&source)?,
        "sensitivity" => sensitivity::report(&source)?,
        "attribute" => attribution::report(&source)?,
        "frontier" => frontier::report(&source)?,
        "reproduce" => reproduce::report::report(&source)?,
        other => {
            return Err(OutputError::Input(format!(
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
pub(crate) fn finish(source: &Source, part: &mut Part) {
    let text = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    let said = |name: &str| source.text(name).to_string();
    let period = match (source.text("first_quarter"), source.text("last_quarter")) {
        ("", "") => String::new(),
        (first, last) => format!("{first} to {last}"),
    };
    let program = format!(
        "{} {} ({})",
        said("program"),
        said("version"),
        said("commit")
    );
    let mut facts = vec![
        ("Scenario", last_of_path(source.text("scenario"))),
        ("Quarters", period),
        ("Replicates", text(source.number("replicates"))),
        ("Seed", text(source.number("seed"))),
        ("Program", program),
        (
            "Finished",
            said("finished").replace('T', " ").replace('Z', " UTC"),
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
    let warnings = source.manifest().get("warnings").and_then(Value::as_array);
    let warnings = warnings.into_iter().flatten().filter_map(Value::as_str);
    part.warnings.extend(warnings.map(ToString::to_string));
    part.manifest = crate::table::json::json_text(source.manifest());
    // Names for links are unique in a part.
    let mut seen = std::collections::BTreeSet::new();
    for block in &mut part.blocks {
        let id = match block {
            Block::Heading(id, _) | Block::Fold(id, ..) => id,
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
