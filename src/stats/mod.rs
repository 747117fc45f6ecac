//! Numbers in, numbers out: estimates with their uncertainty.
//!
//! Nothing here knows of cities, files or threads. All randomness is keyed by a seed that the caller gives, and
//! results are the same bits on every machine.

pub mod estimate;
pub(crate) mod keyed;

pub use estimate::{CONFIDENCE, Estimate, mean, standard_deviation, t_quantile};
