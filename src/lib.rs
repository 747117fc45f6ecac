//! dualtrack: an agent-based model of how Chinese cities compete with each other in AI policy.
//!
//! After Ma (2024), <https://doi.org/10.23962/ajic.i34.20103>. Modules are rooms, and a room knows only those above it in
//! this list: [`kernel`], [`stats`], [`table`], [`model`], [`measure`], [`input`], [`study`], [`analysis`], [`report`],
//! [`explore`], [`cli`]. A test over the imports holds them to it. [`model`] is the model that `docs/odd.md` describes
//! equation by equation.

#![forbid(unsafe_code)]
#![warn(missing_docs)]
// clippy.toml: the platform's functions of real numbers stay out of results; tests may compare with them.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod analysis;
pub mod cli;
pub mod explore;
pub mod input;
pub mod kernel;
pub mod measure;
pub mod model;
pub mod report;
pub mod stats;
pub mod study;
pub mod table;
