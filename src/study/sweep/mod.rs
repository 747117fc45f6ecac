//! Sweeps: design points times replicates, and the tables of their runs.
//!
//! [`plan`] says what is run, [`tables`] makes the files of the result from a store, [`summary`] one of them. [`reuse`]
//! takes over runs of an earlier result, and [`pilot`] tells what all runs would take.

pub mod pilot;
pub mod plan;
pub mod reuse;
pub mod summary;
pub mod tables;
