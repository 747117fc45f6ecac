//! Claims.

pub mod findings;
pub mod judge;
pub mod outcome;
pub mod robust;
pub mod runs;
pub mod series;
pub mod sides;
pub mod stories;
pub mod study;
pub mod tables;
