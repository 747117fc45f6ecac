//! Factors: what an experiment varies, and the values a coordinate of the unit cube stands for.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::input::experiment::values::{FactorValue, Range};
use crate::input::scenario::settings::{self, SettingKind};
use crate::input::scenario::shipped;
use crate::model::params::{self, Kind, Parameter, Value};

/// One setting laid over a scenario: a key as `--set` takes it, with the text of its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Assignment {
    /// Key, with `@QUARTER` where it holds from a date on.
    pub key: String,
    /// Value, written as on the command line.
    pub value: String,
    /// Folder that a path in the value starts from; empty for the one the program runs in.
    #[serde(skip)]
    pub folder: PathBuf,
}

impl Assignment {
    /// A key and its value, whose paths start from the folder that the program runs in.
    pub fn new(key: &str, value: impl ToString) -> Self {
        Assignment {
            key: key.to_string(),
            value: value.to_string(),
            folder: PathBuf::new(),
        }
    }

    /// Reads an argument of `--set`. One without `=` has an empty value, and is refused when the scenario is read.
    pub fn parse(argument: &str) -> Self {
        let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
        Assignment::new(key.trim(), value.trim())
    }

    /// From a JSON value: a number, a text, true, false, or a list of these.
    ///
    /// # Errors
    /// A sentence on a value of another kind.
    pub fn of_json(key: &str, value: &serde_json::Value) -> Result<Self, String> {
        let value = argument_text(value).ok_or_else(|| {
            format!("`{key}` is {value}; allowed: a number, a text, true, false or a list")
        })?;
        Ok(Assignment::new(key, value))
    }

    /// As `--set` takes it.
    pub fn argument(&self) -> String {
        let is_file =
            settings::find(&self.key).is_some_and(|setting| setting.kind == SettingKind::File);
        let written = self.value.trim_matches('"');
        if is_file && !self.folder.as_os_str().is_empty() && !written.is_empty() {
            let path = shipped::beside(&self.folder, written);
            return format!("{}={}", self.key, path.display());
        }
        format!("{}={}", self.key, self.value)
    }
}

/// A JSON value as `--set` takes it.
fn argument_text(value: &serde_json::Value) -> Option<String> {
    match value {
        // JSON texts in quotes are TOML texts, too.
        serde_json::Value::Number(_)
        | serde_json::Value::String(_)
        | serde_json::Value::Bool(_) => Some(value.to_string()),
        serde_json::Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(argument_text).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
    }
}

/// A scenario file as it is named in an experiment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ScenarioFile {
    /// The name as it is written, which is the same wherever the experiment lies.
    pub written: String,
    /// Where it is.
    #[serde(skip)]
    pub path: PathBuf,
}

impl ScenarioFile {
    /// A file that is named in another one of `folder`.
    pub fn new(folder: &Path, written: &str) -> Self {
        ScenarioFile {
            written: written.to_string(),
            path: shipped::beside(folder, written),
        }
    }
}

/// What is laid over the base: another scenario in its place, settings, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Scenario file that takes the place of the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ScenarioFile>,
    /// Settings, in order.
    pub set: Vec<Assignment>,
}

impl Variant {
    /// Settings over the base itself.
    pub fn of(set: impl IntoIterator<Item = Assignment>) -> Self {
        Variant {
            scenario: None,
            set: set.into_iter().collect(),
        }
    }

    /// The scenario without the settings.
    pub fn without_settings(&self) -> Self {
        Variant {
            scenario: self.scenario.clone(),
            set: Vec::new(),
        }
    }
}

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Factor {
    /// Name of its column.
    pub name: String,
    /// Key it sets; none where its levels set several.
    pub key: Option<String>,
    /// Unit, empty for a pure number.
    pub unit: String,
    /// Its values.
    pub values: Values,
}

/// The values a factor may take.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// Numbers of a range.
    Range(Range),
    /// A list of levels.
    Levels(Vec<Level>),
}

/// One level of a factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    /// How it is written in results.
    pub label: String,
    /// What it lays over the base.
    pub variant: Variant,
}

impl Factor {
    /// A factor over the uncertain range of a parameter; none where it has no range.
    pub fn uncertain(parameter: &'static Parameter) -> Option<Self> {
        let (low, high) = parameter.uncertain?;
        let range = Range {
            is_whole: matches!(parameter.kind, Kind::Count { .. }),
            ..Range::uniform(low, high)
        };
        Some(Factor {
            unit: unit_of(parameter),
            ..Factor::of_range(parameter.key, range)
        })
    }

    /// A factor that gives a key the numbers of a range.
    pub fn of_range(key: &str, range: Range) -> Self {
        Factor {
            name: key.to_string(),
            key: Some(key.to_string()),
            unit: String::new(),
            values: Values::Range(range),
        }
    }

    /// Number of levels in designs that need levels.
    pub fn levels(&self) -> u32 {
        match &self.values {
            Values::Range(range) => range.steps,
            Values::Levels(levels) => u32::try_from(levels.len()).unwrap_or(u32::MAX),
        }
    }

    /// Number of levels in trajectories of Morris: all values of a list or of whole numbers, so that each is as likely,
    /// and `levels` of a range of numbers or of more than 65,536 whole ones.
    pub fn trajectory_levels(&self, levels: u32) -> u32 {
        match &self.values {
            Values::Range(range) => match range.high - range.low + 1.0 {
                count if range.is_whole && count <= 65_536.0 => count as u32,
                _ => levels,
            },
            // A factor of one level does not move, but takes its turn.
            Values::Levels(levels) => u32::try_from(levels.len()).unwrap_or(u32::MAX).max(2),
        }
    }

    /// Where a value stands in the range of the factor, 0 to 1: by its number, or by its place in a list of names. A
    /// number of a range stands at its quantile `u`.
    pub fn place(&self, value: &FactorValue, u: f64) -> f64 {
        let (low, high) = match (&self.values, value) {
            (_, FactorValue::Real(_)) => return u,
            (Values::Range(range), _) => (range.low, range.high),
            (Values::Levels(levels), _) => {
                let numbers =
                    (0..levels.len()).map(|place| self.number(&FactorValue::Level(place)));
                numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
                    (low.min(number), high.max(number))
                })
            }
        };
        let width = high - low;
        if width > 0.0 {
            (self.number(value) - low) / width
        } else {
            0.0
        }
    }

    /// The value of a coordinate from 0 to 1. `in_levels`: ranges take the values of their steps, ends included.
    pub fn at(&self, u: f64, in_levels: bool) -> FactorValue {
        match &self.values {
            Values::Range(range) if in_levels => {
                let steps = f64::from(range.steps);
                range.step((u * steps).floor().clamp(0.0, steps - 1.0))
            }
            Values::Range(range) => range.at(u),
            Values::Levels(levels) => {
                let count = levels.len() as f64;
                let place = (u * count).floor().clamp(0.0, count - 1.0);
                FactorValue::Level(place as usize)
            }
        }
    }

    /// What a value lays over the base.
    pub fn variant(&self, value: &FactorValue) -> Variant {
        match (value, &self.values) {
            (FactorValue::Level(place), Values::Levels(levels)) => levels
                .get(*place)
                .map_or_else(Variant::default, |level| level.variant.clone()),
            (value, _) => {
                let key = self.key.iter();
                Variant::of(key.map(|key| Assignment::new(key, number_text(value))))
            }
        }
    }

    /// How a value is written in results.
    pub fn label(&self, value: &FactorValue) -> String {
        match (value, &self.values) {
            (FactorValue::Level(place), Values::Levels(levels)) => levels
                .get(*place)
                .map_or_else(String::new, |level| level.label.clone()),
            (value, _) => number_text(value),
        }
    }

    /// Whether its values are numbers, so that they have an order and a distance.
    pub fn is_numeric(&self) -> bool {
        match &self.values {
            Values::Range(_) => true,
            Values::Levels(levels) => levels.iter().all(|level| number_of(&level.label).is_some()),
        }
    }

    /// The number a value stands for: itself, a level that is a number, else the place of the level.
    pub fn number(&self, value: &FactorValue) -> f64 {
        match (value, &self.values) {
            (FactorValue::Real(number), _) => *number,
            (FactorValue::Whole(number), _) => *number as f64,
            (FactorValue::Level(place), Values::Levels(levels)) if self.is_numeric() => levels
                .get(*place)
                .and_then(|level| number_of(&level.label))
                .unwrap_or(*place as f64),
            (FactorValue::Level(place), _) => *place as f64,
        }
    }
}

/// The number of a label; 0 and 1 for `false` and `true`.
fn number_of(label: &str) -> Option<f64> {
    match label {
        "false" => Some(0.0),
        "true" => Some(1.0),
        _ => label.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

/// A number in the shortest form that reads back to the same bits.
fn number_text(value: &FactorValue) -> String {
    match value {
        FactorValue::Real(number) => {
            let mut buffer = zmij::Buffer::new();
            buffer.format(*number + 0.0).to_string()
        }
        FactorValue::Whole(number) => number.to_string(),
        FactorValue::Level(place) => place.to_string(),
    }
}

/// Unit of a parameter, empty for a pure number.
pub fn unit_of(parameter: &Parameter) -> String {
    if parameter.unit == "–" {
        String::new()
    } else {
        parameter.unit.to_string()
    }
}

/// The parameter and value of an assignment without a date; none for anything else.
pub fn parameter_value(assignment: &Assignment) -> Option<(&'static Parameter, Value)> {
    let parameter = params::find(&assignment.key)?;
    let text = assignment.value.as_str();
    let value = match parameter.kind {
        Kind::Real { .. } => Value::Real(text.parse().ok()?),
        Kind::Count { .. } => Value::Count(text.parse().ok()?),
        Kind::Switch => Value::Switch(text.parse().ok()?),
        Kind::Choice { names } => {
            let text = text.trim_matches('"');
            Value::Choice(names.iter().find(|name| **name == text)?)
        }
    };
    Some((parameter, value))
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(labels: &[&str]) -> Factor {
        let level = |label: &&str| Level {
            label: label.to_string(),
            variant: Variant::default(),
        };
        Factor {
            name: "x".to_string(),
            key: None,
            unit: String::new(),
            values: Values::Levels(labels.iter().map(level).collect()),
        }
    }

    #[test]
    fn values_stand_in_the_range_by_their_numbers_and_names_by_their_order() {
        let places = |factor: &Factor, count| -> Vec<f64> {
            (0..count)
                .map(|place| factor.place(&FactorValue::Level(place), 0.3))
                .collect()
        };
        assert_eq!(places(&list(&["true", "false"]), 2), [1.0, 0.0]);
        assert_eq!(places(&list(&["1", "2", "5"]), 3), [0.0, 0.25, 1.0]);
        assert_eq!(places(&list(&["low", "mid", "high"]), 3), [0.0, 0.5, 1.0]);
        assert_eq!(places(&list(&["alone"]), 1), [0.0]);
        let range = Range {
            is_whole: true,
            ..Range::uniform(1.0, 5.0)
        };
        let whole = Factor::of_range("x", range);
        assert_eq!(whole.place(&FactorValue::Whole(2), 0.3), 0.25);
        assert_eq!(whole.trajectory_levels(4), 5);
        assert_eq!(whole.place(&FactorValue::Real(2.0), 0.3), 0.3);
        assert_eq!(list(&["a", "b", "c"]).trajectory_levels(4), 3);
    }
}
