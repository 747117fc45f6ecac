//! What cities decide in phase 3, before phase 4 carries it out.

use crate::kernel::lanes::{Lanes, ZERO};
use crate::model::record::{Move, OfficialEvent};

/// What the cities of a chunk decide in a quarter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions {
    /// Moves, by city and then in the order of the document.
    pub moves: Vec<CityMove>,
    /// Draws that decide exits.
    pub exit: Vec<Lanes>,
    /// Weights in the choice of researchers who move (E21).
    pub location_weight: Vec<Lanes>,
    /// Their sum over blocks.
    pub all_location_weight: Lanes,
    /// Officials who leave.
    pub exits: Vec<OfficialEvent>,
}

/// A policy move of a city.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CityMove {
    /// City within its chunk.
    pub city: u16,
    /// Row of the instrument.
    pub instrument: u8,
    /// What it does.
    pub kind: Move,
    /// Design it begins with.
    pub design: f64,
    /// Row of the city it copies, where it does.
    pub from: u32,
}

impl Decisions {
    /// Memory for so many blocks.
    pub fn new(blocks: usize) -> Self {
        Decisions {
            exit: vec![ZERO; blocks],
            location_weight: vec![ZERO; blocks],
            ..Decisions::default()
        }
    }
}
