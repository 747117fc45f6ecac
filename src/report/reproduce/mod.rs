//! The report of `dualtrack reproduce`: the paper's claims in the paper's order.

pub mod plain;
pub mod report;
pub mod stories;
pub mod verdicts;
