//! `datapackage.json`: the tables of a result, described by the Frictionless Table Schema.

use serde_json::{Map, Value, json};

use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::compression::Compression;
use crate::table::writer::file_name;

/// Name of the file.
pub const FILE: &str = "datapackage.json";
/// Licence under which results are shared: name, title and address. It is that of the paper and the data
/// that the shipped scenario is built from.
const LICENCE: (&str, &str, &str) = (
    "CC-BY-4.0",
    "Creative Commons Attribution 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
);

/// The text of the file for tables of a result called `name`.
pub fn of_files(name: &str, title: &str, files: &[FileInfo], compression: Compression) -> String {
    let resources: Vec<Value> = files
        .iter()
        .map(|info| resource(info, compression))
        .collect();
    let (licence, licence_title, address) = LICENCE;
    crate::table::json::json_text(&json!({
        "profile": "tabular-data-package",
        "name": slug(name),
        "title": title,
        "licenses": [{"name": licence, "title": licence_title, "path": address}],
        "resources": resources,
    }))
}

fn resource(info: &FileInfo, compression: Compression) -> Value {
    let fields: Vec<Value> = info.columns.iter().map(field).collect();
    let mut resource = Map::new();
    let mut put = |key: &str, value: Value| resource.insert(key.to_string(), value);
    put("profile", json!("tabular-data-resource"));
    put("name", json!(info.file));
    put("path", json!(file_name(info.file, compression)));
    put("description", json!(format!("One row is {}.", info.row)));
    put("format", json!("csv"));
    put("mediatype", json!("text/csv"));
    put("encoding", json!("utf-8"));
    match compression {
        Compression::None => None,
        Compression::Gzip => put("compression", json!("gz")),
        Compression::Zstd => put("compression", json!("zst")),
    };
    let schema = json!({
        "fields": fields,
        "missingValues": [""],
        "primaryKey": info.key,
    });
    put("schema", schema);
    Value::Object(resource)
}

fn field(column: &ColumnInfo) -> Value {
    let mut constraints = Map::new();
    if column.missing.is_none() {
        constraints.insert("required".to_string(), json!(true));
    }
    if !column.names.is_empty() {
        constraints.insert("enum".to_string(), json!(column.names));
    }
    let kind = match column.kind {
        Kind::Number => "number",
        Kind::Integer => {
            constraints.insert("minimum".to_string(), json!(0));
            "integer"
        }
        Kind::Boolean => "boolean",
        Kind::Quarter => {
            constraints.insert("pattern".to_string(), json!("^[0-9]{4}Q[1-4]$"));
            "string"
        }
        Kind::Text => "string",
    };
    let mut field = Map::new();
    field.insert("name".to_string(), json!(column.name));
    field.insert("type".to_string(), json!(kind));
    if !column.unit.is_empty() {
        field.insert("unit".to_string(), json!(column.unit));
    }
    field.insert("description".to_string(), json!(described(column)));
    if !constraints.is_empty() {
        field.insert("constraints".to_string(), Value::Object(constraints));
    }
    Value::Object(field)
}

/// What a column is and where it is missing, in sentences.
pub(crate) fn described(column: &ColumnInfo) -> String {
    let mut text = sentence(&column.meaning);
    if let Some(missing) = &column.missing {
        text.push_str(&format!(" Missing where {missing}."));
    }
    text
}

/// A phrase with a capital and a full stop.
pub(crate) fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

/// A name as the specification wants it: small letters, digits, `.`, `_` and `-`.
fn slug(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'a'..='z' | '0'..='9' | '.' | '_' | '-' => letter,
            _ => '-',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_become_sentences() {
        assert_eq!(sentence("mean cosine (O4)"), "Mean cosine (O4).");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn names_keep_what_the_specification_allows() {
        assert_eq!(slug("China 2015–2024"), "china-2015-2024");
    }
}
