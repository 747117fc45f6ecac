//! Everything in force, for manifests: settings, parameters, changes and overrides.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::input::scenario::literal::Literal;
use crate::input::scenario::merge::Merged;
use crate::input::scenario::place::Place;
use crate::input::scenario::places::{Files, Spot};
use crate::input::scenario::settings::SETTINGS;
use crate::measure::trace_settings as traces;
use crate::model::params::Value;

/// A parameter's value in JSON.
pub fn parameter_json(value: &Value) -> Json {
    match value {
        Value::Real(number) => json!(number),
        Value::Count(number) => json!(number),
        Value::Switch(on) => json!(on),
        Value::Choice(name) => json!(name),
    }
}

pub(crate) fn literal_json(literal: &Literal) -> Json {
    match literal {
        Literal::Text(text) => json!(text),
        Literal::Whole(number) => json!(number),
        Literal::Real(number) => json!(number),
        Literal::Switch(on) => json!(on),
        Literal::List(items) => items.iter().map(|(item, _)| literal_json(item)).collect(),
        Literal::Other(_) => Json::Null,
    }
}

/// Puts a value at a dotted key, making the objects on the way.
pub(crate) fn insert(object: &mut Map<String, Json>, key: &str, value: Json) {
    match key.split_once('.') {
        None => {
            object.insert(key.to_string(), value);
        }
        Some((first, rest)) => {
            let inner = object
                .entry(first)
                .or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// Every setting and parameter in force, in the nesting of a scenario file.
pub(crate) fn resolved(merged: &Merged) -> Json {
    let mut root = Map::new();
    let is_synthetic = merged.settings.contains_key("cities.synthetic");
    for setting in SETTINGS {
        let keys: Vec<String> = match setting.key.strip_suffix('*') {
            Some(stem) => traces::FILES
                .iter()
                .map(|file| format!("{stem}{file}"))
                .collect(),
            None => vec![setting.key.to_string()],
        };
        for key in keys {
            // What it extends is part of the result already; the recipe of absent synthetic cities is noise.
            if key == "extends" || (key.starts_with("cities.synthetic") && !is_synthetic) {
                continue;
            }
            let given = merged.settings.get(&key).map(|given| given.value.clone());
            if let Some(value) = given.or_else(|| setting.default_literal()) {
                insert(&mut root, &key, literal_json(&value));
            }
        }
    }
    for (parameter, value) in merged.params.values() {
        insert(&mut root, parameter.key, parameter_json(&value));
    }
    let changes = merged.changes.iter().map(|change| {
        let mut set = Map::new();
        insert(
            &mut set,
            change.parameter.key,
            parameter_json(&change.value),
        );
        json!({ "from": change.from.to_string(), "set": set })
    });
    root.insert("changes".to_string(), changes.collect());
    let mut overrides = Map::new();
    for cell in merged.overrides.values() {
        let table = overrides
            .entry(cell.table.as_str())
            .or_insert_with(|| json!({}));
        table[cell.id.as_str()][cell.column.as_str()] = literal_json(&cell.value);
    }
    root.insert("overrides".to_string(), Json::Object(overrides));
    Json::Object(root)
}

/// Where each key in force was set.
pub(crate) fn places(merged: &Merged, files: &Files) -> BTreeMap<String, Place> {
    let settings = merged
        .settings
        .iter()
        .map(|(key, given)| (key.clone(), given.spot));
    let parameters = merged
        .parameters
        .iter()
        .map(|(key, (_, spot))| (key.to_string(), *spot));
    let changes = merged.changes.iter().map(|change| {
        (
            format!("{}@{}", change.parameter.key, change.from),
            change.spot,
        )
    });
    let overrides = merged.overrides.values().map(|cell| {
        (
            format!("overrides.{}.{}.{}", cell.table, cell.id, cell.column),
            cell.spot,
        )
    });
    let mut spots: Vec<(String, Spot)> = settings
        .chain(parameters)
        .chain(changes)
        .chain(overrides)
        .collect();
    spots.sort_by_key(|(_, spot)| spot.order());
    let places = files.places(spots.iter().map(|(_, spot)| *spot));
    spots.into_iter().map(|(key, _)| key).zip(places).collect()
}
