//! What decides about the numbers of runs, as JSON.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::input::scenario::Scenario;
use crate::measure::response::spec::Responses;
use crate::table::manifest::COMMIT;

/// The program.
pub fn of_program() -> Value {
    json!({"version": env!("CARGO_PKG_VERSION"), "commit": COMMIT})
}

/// Settings of a scenario that touch a run.
pub fn of_settings(scenario: &Scenario) -> Value {
    let mut settings = scenario.resolved.clone();
    if let Value::Object(settings) = &mut settings {
        for key in ["title", "description", "traces"] {
            settings.remove(key);
        }
        if let Some(Value::Object(run)) = settings.get_mut("run") {
            run.remove("seed");
            run.remove("replicates");
        }
    }
    settings
}

/// Sums of the data files of a scenario.
pub fn of_data(scenario: &Scenario) -> Vec<String> {
    let data = scenario.sources.iter().filter(|(path, _)| {
        // Settings of scenario files are there already, without their comments.
        path.extension().is_none_or(|ending| ending != "toml")
    });
    data.map(|(_, sha256)| sha256.clone()).collect()
}

/// What is measured.
pub fn of_responses(responses: &Responses) -> Map<String, Value> {
    let list = responses.list().iter();
    list.map(|response| (response.name.clone(), json!(response.text)))
        .collect()
}

/// SHA-256 of a JSON value, whose objects have their keys in order, in hexadecimal digits.
pub fn hash(value: &Value) -> String {
    hex::encode(Sha256::digest(value.to_string()))
}

/// The identity of a result: what decides about the numbers of its runs, and about the rest of it.
pub fn of_result(study: &Value, form: Value) -> String {
    hash(&json!({"study": study, "form": form}))
}

/// The keys, with dots, at which two identities differ, with both values, at most a few.
pub fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    const FEW: usize = 5;
    let mut found = Vec::new();
    compare("", ours, theirs, &mut found);
    let more = found.len().saturating_sub(FEW);
    found.truncate(FEW);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    found
}

fn compare(key: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for name in keys {
                let inner = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                let null = &Value::Null;
                compare(
                    &inner,
                    a.get(name).unwrap_or(null),
                    b.get(name).unwrap_or(null),
                    found,
                );
            }
        }
        (a, b) if a != b => {
            found.push(format!("`{key}` is {}, there it is {}", short(a), short(b)))
        }
        _ => {}
    }
}

fn short(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    if text.chars().count() > LONGEST {
        let head: String = text.chars().take(LONGEST).collect();
        format!("{head}…")
    } else {
        text
    }
}
