//! Designs with the places of their settings, while files are read.

use super::Design;
use crate::experiment::{Assignment, Variant};
use crate::scenario::places::Spot;

/// A variant with the places of its settings.
#[derive(Clone, Default)]
pub(super) struct Placed {
    pub variant: Variant,
    pub spots: Vec<(Assignment, Spot)>,
    pub at: Option<Spot>,
}

/// A design with the places of its settings.
pub(super) enum Placement {
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
