//! The report of `dualtrack run`.

pub mod cities;
pub mod context;
pub mod nation;
pub mod policies;
pub mod report;
pub mod sectors;
