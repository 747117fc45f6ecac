//! What decides about the numbers of runs, as JSON.

use serde_json::{Map, Value, json};

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
