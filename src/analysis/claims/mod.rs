//! Claims.

pub mod comparisons;
pub mod diffusion;
pub mod findings;
pub mod judge;
pub mod outcome;
pub mod runs;
pub mod series;
pub mod study;
pub mod tables;
pub mod uncertainty;
