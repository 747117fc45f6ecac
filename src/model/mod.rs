//! The model of `docs/odd.md` in Rust.
//!
//! [`data`] is what a run is given, `Setup` what all its replicates share, `Run` one replicate: what holds in the quarter (`Now`), its
//! `State`, and `Scratch` that follows from it; [`schedule`] moves it a quarter on, by the [`phases`], of which each actor or
//! mechanism has a file; [`equations`] holds one function per equation and [`record`] what
//! can be seen. Nothing here reads files or knows about threads beyond chunks of cities.

pub mod balance;
pub mod block;
pub mod check;
pub mod choice;
pub mod chunk_constants;
pub mod chunks;
pub mod constants;
pub mod construction;
pub mod data;
pub mod decisions;
pub mod equations;
pub mod error;
pub mod in_force;
pub mod leaders;
pub mod now;
pub mod outcomes;
pub mod params;
pub mod peers;
pub mod phases;
pub mod published;
pub mod record;

pub mod rules;
pub mod run;
pub mod schedule;
pub mod scratch;
pub mod sectors;
pub mod setup;
pub mod shared;
pub mod similarity;
pub mod state;
pub mod sums;
pub mod timeline;
pub mod views;
