//! dualtrack: an agent-based model of how Chinese cities compete with each other in AI policy.
//!
//! After Ma (2024), <https://doi.org/10.23962/ajic.i34.20103>. [`model`] is the model that `docs/odd.md` describes
//! equation by equation. [`scenario`] reads files, [`engine`] runs replicates, [`output`] writes traces,
//! [`explore`] answers a page, and [`cli`] is the command. What [`params`], [`random`], [`math`], [`parallel`] and
//! [`stats`] hold depends on nothing else here.

#![forbid(unsafe_code)]
#![warn(missing_docs)]
// clippy.toml: the platform's functions of real numbers stay out of results; tests may compare with them.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod analysis;
pub mod claims;
pub mod cli;
pub mod compare;
pub mod control;
pub mod design;
pub mod documents;
pub mod engine;
pub mod experiment;
pub mod explore;
pub mod lanes;
pub mod math;
pub mod model;
pub mod output;
pub mod pages;
pub mod parallel;
pub mod params;
pub mod quarter;
pub mod random;
pub mod report;
pub mod response;
pub mod rows;
pub mod scenario;
pub mod stats;
pub mod sweep;
pub mod text;
