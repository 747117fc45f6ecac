//! The report of `dualtrack sweep` and `dualtrack merge`.

pub mod factor;
pub mod grid;
pub mod many;
pub mod report;
