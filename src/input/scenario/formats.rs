//! Every kind of data table.

use crate::input::scenario::format::Format;
use crate::input::scenario::{cities, instruments, sectors};

/// The tables whose cells a scenario may override.
pub static FORMATS: &[&Format] = &[&cities::FORMAT, &sectors::FORMAT, &instruments::FORMAT];
