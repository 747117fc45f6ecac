//! The JSON Schema of scenario files, made from the tables of settings and parameters.
//!
//! Editors that know TOML and JSON Schema complete and check scenario files with it. Dates, ranges and names
//! are in it; what concerns several keys or the data tables is checked by [`crate::input::scenario::load`] alone.

use serde_json::{Map, Value as Json, json};

use crate::input::scenario::resolved::{literal_json, parameter_json};
use crate::input::scenario::settings::{SETTINGS, Setting, SettingKind};
use crate::input::scenario::{format::Cell, formats::FORMATS};
use crate::measure::trace_settings as traces;
use crate::model::params::{Kind, Parameter, Timing, table::PARAMETERS};

/// A quarter, `1000Q1` to `9999Q4`.
const QUARTER_PATTERN: &str = "^[1-9][0-9]{3}Q[1-4]$";

/// The schema, draft 2020-12.
pub fn schema() -> Json {
    let mut root = object();
    for setting in SETTINGS {
        match setting.key.strip_suffix('*') {
            Some(stem) => {
                for file in traces::FILES {
                    place(&mut root, &format!("{stem}{file}"), setting_schema(setting));
                }
            }
            None => place(&mut root, setting.key, setting_schema(setting)),
        }
    }
    let mut changing = object();
    for parameter in PARAMETERS {
        place(&mut root, parameter.key, parameter_schema(parameter, true));
        if parameter.timing == Timing::Running {
            place(
                &mut changing,
                parameter.key,
                parameter_schema(parameter, false),
            );
        }
    }
    let change = json!({
        "type": "object",
        "required": ["from", "set"],
        "additionalProperties": false,
        "properties": {
            "from": { "type": "string", "pattern": QUARTER_PATTERN, "description": "First quarter with the new values." },
            "set": changing,
        },
    });
    let changes = json!({ "type": "array", "items": change, "description": "Parameters that change at a date." });
    place(&mut root, "changes", changes);
    for format in FORMATS {
        let columns = format
            .columns
            .iter()
            .filter(|column| column.name != format.id);
        let columns: Map<String, Json> = columns
            .map(|column| {
                (
                    column.name.to_string(),
                    cell_schema(column.cell, column.meaning),
                )
            })
            .collect();
        let row = json!({ "type": "object", "properties": columns, "additionalProperties": false });
        let rows = json!({
            "type": "object",
            "additionalProperties": row,
            "description": format!("Cells of the table of {} that take another value, by `{}`.", format.table, format.id),
        });
        place(&mut root, &format!("overrides.{}", format.table), rows);
    }
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("dualtrack scenario");
    root["description"] = json!(
        "A scenario of the dual-track model of competition in AI policy between Chinese cities."
    );
    root
}

fn object() -> Json {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// Puts a schema at a dotted key, making closed objects on the way.
fn place(object_schema: &mut Json, key: &str, schema: Json) {
    match key.split_once('.') {
        None => object_schema["properties"][key] = schema,
        Some((first, rest)) => {
            let inner = &mut object_schema["properties"][first];
            if inner.is_null() {
                *inner = object();
            }
            place(inner, rest, schema);
        }
    }
}

fn setting_schema(setting: &Setting) -> Json {
    let mut schema = match setting.kind {
        SettingKind::Text | SettingKind::File => json!({ "type": "string" }),
        SettingKind::Quarter => json!({ "type": "string", "pattern": QUARTER_PATTERN }),
        SettingKind::Whole { min, max } => {
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        SettingKind::Real { min, max } => {
            json!({ "type": "number", "minimum": min, "maximum": max })
        }
        SettingKind::Choice { names } => json!({ "enum": names }),
        SettingKind::Names { names: [] } => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        SettingKind::Names { names } => json!({ "type": "array", "items": { "enum": names } }),
    };
    if let Some(default) = setting.default_literal() {
        schema["default"] = literal_json(&default);
    }
    describe(&mut schema, setting.meaning, setting.unit);
    schema
}

fn parameter_schema(parameter: &Parameter, with_default: bool) -> Json {
    let mut schema = match parameter.kind {
        Kind::Real { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
        Kind::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Switch => json!({ "type": "boolean" }),
        Kind::Choice { names } => json!({ "enum": names }),
    };
    if with_default {
        schema["default"] = parameter_json(&parameter.default());
    }
    let unit = if parameter.unit == "–" {
        ""
    } else {
        parameter.unit
    };
    describe(&mut schema, parameter.meaning(), unit);
    schema
}

fn cell_schema(cell: Cell, meaning: &str) -> Json {
    let (mut schema, unit) = match cell {
        Cell::Text | Cell::Id => (json!({ "type": "string" }), ""),
        Cell::Code => (json!({ "type": "integer", "minimum": 0 }), ""),
        Cell::Whole { min, max, unit } => (
            json!({ "type": "integer", "minimum": min, "maximum": max }),
            unit,
        ),
        Cell::Real { min, max, unit } => (
            json!({ "type": "number", "minimum": min, "maximum": max }),
            unit,
        ),
        Cell::Quarter => (json!({ "type": "string", "pattern": QUARTER_PATTERN }), ""),
        Cell::Choice(names) => (json!({ "enum": names }), ""),
    };
    describe(&mut schema, meaning, unit);
    schema
}

/// Descriptions carry the unit in brackets, where editors show it.
fn describe(schema: &mut Json, meaning: &str, unit: &str) {
    schema["description"] = if unit.is_empty() {
        json!(meaning)
    } else {
        json!(format!("{meaning} ({unit})"))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(schema: &'a Json, key: &str) -> &'a Json {
        key.split('.')
            .fold(schema, |inner, part| &inner["properties"][part])
    }

    #[test]
    fn every_setting_and_parameter_is_in_the_schema_with_its_range() {
        let schema = schema();
        for parameter in PARAMETERS {
            let found = at(&schema, parameter.key);
            assert_eq!(
                found["default"],
                parameter_json(&parameter.default()),
                "{}",
                parameter.key
            );
            if let Kind::Real { min, max } = parameter.kind {
                assert_eq!(
                    (&found["minimum"], &found["maximum"]),
                    (&json!(min), &json!(max))
                );
            }
        }
        for setting in SETTINGS {
            let key = setting.key.replace('*', "national");
            assert!(at(&schema, &key)["description"].is_string(), "{key}");
        }
    }

    #[test]
    fn objects_are_closed() {
        fn check(schema: &Json) {
            if schema["type"] == "object" {
                assert!(!schema["additionalProperties"].is_null(), "{schema}");
            }
            schema["properties"]
                .as_object()
                .into_iter()
                .flat_map(|inner| inner.values())
                .for_each(check);
        }
        check(&schema());
    }

    #[test]
    fn parameters_of_the_start_cannot_change_at_a_date() {
        let schema = schema();
        let changing = &at(&schema, "changes")["items"]["properties"]["set"];
        assert!(at(changing, "budgets.retention").is_object());
        assert!(at(changing, "production.aggregation").is_null());
    }
}
