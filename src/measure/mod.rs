//! What is seen of a run: outcomes, responses, traces and the catalogue of their columns.

pub mod catalogue;
pub mod column;
#[cfg(feature = "internals")]
pub mod markdown;
pub mod outcome;
pub mod outcomes;
pub mod reading;
pub mod recorder;
pub mod replicate;
pub mod response;
pub mod result;
pub mod seen;
pub mod table;
pub mod tables;
pub mod trace_settings;
pub mod traces;
pub mod trajectory;
