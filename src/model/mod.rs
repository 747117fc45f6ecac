//! The model of `docs/odd.md` in Rust.
//!
//! [`data`] is what a run is given, [`Setup`] what all its replicates share, [`Run`] one replicate, stepped a
//! quarter at a time by the phases of `run.rs`; [`equations`] holds one function per equation and [`record`] what
//! can be seen. Nothing here reads files or knows about threads beyond chunks of cities.

mod balance;
mod check;
pub mod choice;
mod chunk_constants;
mod chunks;
mod constants;
pub mod data;
pub mod equations;
mod error;
mod outcomes;
pub mod peers;
mod phases;
mod published;
pub mod record;
mod rules;
mod run;
mod sectors;
mod setup;
mod shared;
mod similarity;
mod state;
mod timeline;
mod views;

pub use constants::Constants;
pub use error::ModelError;
pub use outcomes::Parts;
pub use run::{Memory, Run};
pub use setup::{Layout, Setup};
pub use shared::SharedList;
