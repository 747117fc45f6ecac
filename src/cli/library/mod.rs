//! What programs use: the questions of the commands, asked from Rust.

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
