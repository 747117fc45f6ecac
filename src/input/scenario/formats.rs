//! Every kind of data table.

use crate::input::scenario::format::Format;
use crate::input::scenario::{cities, events, instruments, sectors};

/// Every kind of table, for documents.
pub static ALL: &[&Format] = &[
    &cities::FORMAT,
    &sectors::FORMAT,
    &instruments::FORMAT,
    &events::PILOT_ZONES,
    &events::EVENTS,
];

/// The tables whose cells a scenario may override.
pub static FORMATS: &[&Format] = &[&cities::FORMAT, &sectors::FORMAT, &instruments::FORMAT];
