//! Everything a program needs of the model: `use dualtrack::prelude::*`.
//!
//! | type | what it is |
//! |---|---|
//! | [`Scenario`] | a scenario file with settings; runs, or gives a [`Model`] |
//! | [`Model`], [`Run`] | a replicate, stepped quarter by quarter, under [`Rules`] of one's own where there are any |
//! | [`Experiment`] | sweeps design points, or compares policies; measures what one's own code reads of what is [`Seen`] |
//! | [`Claims`] | claims of a paper, put to the test |
//! | [`Results`], [`Table`], [`Column`] | what came of it, in memory or in a folder |
//! | [`Error`] | why nothing came of it, in the words of the command |
//!
//! Everything goes the way of the command: the same settings give the same bytes, whatever the number of threads. Units stand
//! with each column; money is CNY mn of the quarter.

mod claims;
mod error;
mod experiment;
mod model;
mod results;
mod scenario;
mod study;
mod table;

pub use claims::Claims;
pub use error::Error;
pub use experiment::Experiment;
pub use model::{Model, Run, Seen};
pub use results::Results;
pub use scenario::Scenario;
pub use study::Begin;
pub use table::{Cells, Column, Table};

pub use crate::model::rules::{GrantWeight, Rules, Score, SectorValue, Shipped};

/// Functions with the same bits on every machine, for [`Rules`].
pub mod math {
    pub use crate::kernel::math::{exp, ln, pow};
}

#[doc(hidden)]
pub use crate::cli::main as command;
