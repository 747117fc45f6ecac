//! Designs with the places of their settings, while files are read.

use crate::input::claims::Design;
use crate::input::experiment::factor::{Assignment, Variant};
use crate::input::scenario::places::Spot;

/// A variant with the places of its settings.
#[derive(Clone, Default)]
pub(crate) struct Placed {
    pub variant: Variant,
    pub spots: Vec<(Assignment, Spot)>,
    pub at: Option<Spot>,
}

/// A design with the places of its settings.
pub(crate) enum Placement {
    Alone(Placed),
    Paired(Placed, Placed),
    Steps(Vec<(f64, Placed)>),
}

impl Placement {
    pub fn all(&self) -> Vec<&Placed> {
        match self {
            Placement::Alone(placed) => vec![placed],
            Placement::Paired(treatment, control) => vec![treatment, control],
            Placement::Steps(levels) => levels.iter().map(|(_, placed)| placed).collect(),
        }
    }

    /// Without places.
    pub fn plain(&self) -> Design {
        match self {
            Placement::Alone(placed) => Design::Alone(placed.variant.clone()),
            Placement::Paired(treatment, control) => Design::Paired {
                treatment: treatment.variant.clone(),
                control: control.variant.clone(),
            },
            Placement::Steps(levels) => Design::Steps {
                levels: levels
                    .iter()
                    .map(|(level, placed)| (*level, placed.variant.clone()))
                    .collect(),
                per: None,
            },
        }
    }
}
