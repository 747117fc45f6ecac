//! What one file, or the command line, says.

use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::Spot;
use crate::kernel::quarter::Quarter;
use crate::model::params::{Parameter, Value};
use std::path::PathBuf;

/// The value of a setting, where it stands, and the folder its paths start from.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub value: Literal,
    pub spot: Spot,
    pub folder: PathBuf,
}

/// A parameter that changes at a date.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub from: Quarter,
    pub from_spot: Spot,
    pub parameter: &'static Parameter,
    pub value: Value,
    pub spot: Spot,
}

/// A cell of a data table that takes another value.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    pub table: String,
    pub id: String,
    pub id_spot: Spot,
    pub column: String,
    pub value: Literal,
    pub spot: Spot,
}

/// What one file, or the command line, says.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    /// Whether `extends` is there, even with a value that is refused.
    pub names_base: bool,
    pub settings: Vec<(String, Given)>,
    pub parameters: Vec<(&'static Parameter, Value, Spot)>,
    pub changes: Vec<Dated>,
    pub overrides: Vec<Override>,
}

impl Layer {
    pub(crate) fn setting(&self, key: &str) -> Option<&Given> {
        self.settings
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, given)| given)
    }
}
