//! The report of `dualtrack reproduce`: the paper's claims in the paper's order.

pub mod diffusion;
pub mod plain;
pub mod report;
pub mod verdicts;
