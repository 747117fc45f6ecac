//! Everything a program needs to load, run and read the model: `use dualtrack::prelude::*`.
//!
//! [`Scenario`] runs, or gives a [`Model`] whose [`Run`]s are stepped by hand, under [`Rules`] of one's own. What comes of it
//! are [`Results`], in memory or in a folder, whose [`Table`]s have columns with units. Every failure is an [`Error`], in the
//! words of the command.

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

#[doc(hidden)]
pub use crate::cli::main as command;
