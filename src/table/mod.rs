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
pub mod json;
pub mod manifest;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod paths;
pub mod place;
pub mod read;
pub mod result_table;
pub mod rows;
pub mod source;
pub mod writer;
