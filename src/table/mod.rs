//! Tables on disk: cells, columns and their description, writers, manifests, a folder that appears whole, and the reader
//! of results.
//!
//! Files appear under their name only when all of them are whole.

pub mod cell;
pub mod columns;
pub mod complete;
pub mod compression;
pub mod datapackage;
pub mod error;
pub mod folder;
pub mod manifest;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod read;
pub mod read_error;
pub mod sheet;
pub mod source;
pub mod writer;

/// JSON for people: two spaces, keys in the order of the definition, a line feed at the end.
pub(crate) fn json_text(value: &impl serde::Serialize) -> String {
    // Only maps with keys that are not texts and failing writers make this an error; neither occurs.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
