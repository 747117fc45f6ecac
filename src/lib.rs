//! dualtrack: an agent-based model of how Chinese cities compete with each other in AI policy.
//!
//! After Ma (2024), <https://doi.org/10.23962/ajic.i34.20103>. The model is [`model`]; `docs/odd.md` describes it
//! equation by equation. [`scenario`] reads files, [`engine`] runs replicates, [`output`] writes traces, and
//! [`cli`] is the command.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod math;
pub mod model;
pub mod parallel;
pub mod params;
pub mod quarter;
pub mod random;
pub mod scenario;
