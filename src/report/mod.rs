//! A result folder as one HTML page with figures.
//!
//! `source` reads a folder, `run` and its siblings make a [`page::Part`] of it, one for each command that writes
//! results; [`figure`] draws, [`page`] puts all into one file that needs no other.

pub mod attribution;
pub mod compare;
pub mod data;
pub mod figure;
pub mod frontier;
pub mod make;
pub mod page;
pub mod reproduce;
pub mod rows;
pub mod run;
pub mod sensitivity;
pub mod sweep;
pub mod tally;
pub mod words;
pub mod write;
