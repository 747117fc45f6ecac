//! Results on disk: trace files, their description, and the manifest.
//!
//! A column is defined once, in [`tables`]; header, cells, `datapackage.json` and `docs/outputs.md` follow
//! from it. [`Recorder`] turns what a run shows into rows, [`ResultFolder`] puts them into files that appear
//! under their name only when all of them are whole.

pub mod catalogue;
pub mod cell;
pub mod columns;
pub mod complete;
pub mod compression;
pub mod datapackage;
mod error;
pub mod folder;
mod manifest;
mod markdown;
#[cfg(feature = "parquet")]
pub mod parquet;
mod recorder;
mod result;
mod sheet;
pub mod table;
pub mod tables;
mod traces;
mod writer;

pub use complete::{complete_folder, finish_folder};
pub use error::OutputError;
pub use folder::Folder;
pub use manifest::{COMMIT, FILE as MANIFEST, FileEntry, Manifest, Source};
pub use markdown::outputs_markdown;
pub use recorder::{ADJUST_THRESHOLD, Chunk, Recorder};
pub use result::ResultFolder;
pub use sheet::{Cell, Sheet};
pub use traces::{File, Traces};
pub use writer::{Writer, WrittenFile, replace_file, write_whole};

/// JSON for people: two spaces, keys in the order of the definition, a line feed at the end.
pub(crate) fn json_text(value: &impl serde::Serialize) -> String {
    // Only maps with keys that are not texts and failing writers make this an error; neither occurs.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
