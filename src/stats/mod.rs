//! Numbers in, numbers out: estimates with their uncertainty.
//!
//! Nothing here knows of cities, files or threads. All randomness is keyed by a seed that the caller gives, and
//! results are the same bits on every machine.

pub mod bootstrap;
pub mod components;
pub mod design;
pub mod estimate;
pub mod morris;
pub mod paired;
pub mod pareto;
pub mod prcc;
#[cfg(test)]
pub(crate) mod reference;
pub mod rounding;
pub mod running;
pub mod shapley;
pub mod sobol;
pub mod student;
pub mod tree;
