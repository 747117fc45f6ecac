//! Factors: what an experiment varies, and the values a coordinate of the unit cube stands for.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::input::scenario::settings::{self, SettingKind};
use crate::input::scenario::shipped;
use crate::kernel::math;
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

/// A range with the distribution of values in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// How likely values are.
    pub distribution: Distribution,
    /// Whether values are whole numbers.
    pub is_whole: bool,
    /// Number of levels in designs that need levels.
    pub steps: u32,
}

/// How likely the values of a range are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// All alike.
    Uniform,
    /// Logarithms all alike; the range is above 0.
    LogUniform,
    /// Most likely at the mode, falling to both ends in straight lines.
    Triangular {
        /// Most likely value.
        mode: f64,
    },
    /// Normal, cut at the ends of the range.
    Normal {
        /// Mean before the cut, inside the range.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
    },
}

impl Distribution {
    /// Names in files.
    pub const NAMES: &'static [&'static str] = &["uniform", "log_uniform", "triangular", "normal"];
}

/// One level of a factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Level {
    /// How it is written in results.
    pub label: String,
    /// What it lays over the base.
    pub variant: Variant,
}

/// A value of a factor at a design point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FactorValue {
    /// A number.
    Real(f64),
    /// A whole number.
    Whole(i64),
    /// A level, by its place.
    Level(usize),
}

impl Range {
    /// The value at `u` of 0 to 1: the quantile of the distribution.
    pub fn at(&self, u: f64) -> FactorValue {
        let u = u.clamp(0.0, 1.0);
        if self.is_whole && self.distribution == Distribution::Uniform {
            // Each whole number has the same share of the unit interval, also the ends.
            let count = self.high - self.low + 1.0;
            let step = (u * count).floor().min(count - 1.0);
            return FactorValue::Whole((self.low + step) as i64);
        }
        if self.is_whole {
            // Each whole number has the share of what rounds to it, also the ends.
            let around = Range {
                low: self.low - 0.5,
                high: self.high + 0.5,
                is_whole: false,
                ..*self
            };
            return self.nearest(around.quantile(u));
        }
        FactorValue::Real(self.quantile(u))
    }

    /// The whole number of the range that is nearest.
    fn nearest(&self, value: f64) -> FactorValue {
        FactorValue::Whole((value + 0.5).floor().clamp(self.low, self.high) as i64)
    }

    /// The quantile of the distribution at `u` of 0 to 1, a number of the range.
    fn quantile(&self, u: f64) -> f64 {
        let value = match self.distribution {
            Distribution::Uniform => self.low + u * (self.high - self.low),
            Distribution::LogUniform => {
                math::exp(math::ln(self.low) + u * (math::ln(self.high) - math::ln(self.low)))
            }
            Distribution::Triangular { mode } => triangular(u, self.low, mode, self.high),
            Distribution::Normal { mean, sd } => self.normal(u, mean, sd),
        };
        value.clamp(self.low, self.high)
    }

    /// The value of step `step`, from 0: steps lie evenly between the ends in the quantiles of the distribution, ends
    /// included. Whole numbers that are all taken are taken in order; some of them, of one distribution with others, are
    /// the nearest ones.
    fn step(&self, step: f64) -> FactorValue {
        let steps = f64::from(self.steps);
        let is_all = steps == self.high - self.low + 1.0;
        if self.is_whole && (is_all || self.distribution == Distribution::Uniform) {
            let uniform = Range {
                distribution: Distribution::Uniform,
                ..*self
            };
            return uniform.at((step + 0.5) / steps);
        }
        let share = if self.steps > 1 {
            step / (steps - 1.0)
        } else {
            0.5
        };
        match self.is_whole {
            true => self.nearest(self.quantile(share)),
            false => self.at(share),
        }
    }

    /// Whether two steps are the same number.
    pub fn repeats_a_step(&self) -> bool {
        let steps = (0..self.steps).map(|step| self.step(f64::from(step)));
        steps
            .clone()
            .zip(steps.skip(1))
            .any(|(one, next)| one == next)
    }

    fn normal(&self, u: f64, mean: f64, sd: f64) -> f64 {
        let below = |x: f64| 0.5 * libm::erfc(-(x - mean) / sd * std::f64::consts::FRAC_1_SQRT_2);
        let (from, to) = (below(self.low), below(self.high));
        let p = from + u * (to - from);
        if p <= 0.0 {
            return self.low;
        }
        if p >= 1.0 {
            return self.high;
        }
        mean + sd * crate::kernel::math::normal::normal_quantile(p)
    }
}

/// Quantile of the triangular distribution.
fn triangular(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    let turn = (mode - low) / width;
    if u < turn {
        low + (u * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * width * (high - mode)).sqrt()
    }
}

impl Factor {
    /// A factor over the uncertain range of a parameter; none where it has no range.
    pub fn uncertain(parameter: &'static Parameter) -> Option<Self> {
        let (low, high) = parameter.uncertain?;
        let is_whole = matches!(parameter.kind, Kind::Count { .. });
        Some(Factor {
            name: parameter.key.to_string(),
            key: Some(parameter.key.to_string()),
            unit: unit_of(parameter),
            values: Values::Range(Range {
                low,
                high,
                distribution: Distribution::Uniform,
                is_whole,
                steps: DEFAULT_STEPS,
            }),
        })
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

/// Steps of a range in designs that need levels, where the factor does not say.
pub const DEFAULT_STEPS: u32 = 5;

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

    fn range(distribution: Distribution) -> Range {
        Range {
            low: 1.0,
            high: 5.0,
            distribution,
            is_whole: false,
            steps: 5,
        }
    }

    fn real(value: FactorValue) -> f64 {
        match value {
            FactorValue::Real(number) => number,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_coordinate_is_a_quantile() {
        assert_eq!(real(range(Distribution::Uniform).at(0.25)), 2.0);
        // Log-uniform on 1 to 5: the median is the square root of 5.
        let log = real(range(Distribution::LogUniform).at(0.5));
        approx::assert_relative_eq!(log, 5f64.sqrt(), epsilon = 1e-14);
        // Triangular on 1, 2, 5: F(2) = 1/4; at 3/4: 5 - sqrt(0.25 * 4 * 3) = 5 - sqrt(3).
        let triangular = range(Distribution::Triangular { mode: 2.0 });
        assert_eq!(real(triangular.at(0.25)), 2.0);
        approx::assert_relative_eq!(
            real(triangular.at(0.75)),
            5.0 - 3f64.sqrt(),
            epsilon = 1e-14
        );
        // Normal around the middle: the median is the mean.
        let normal = range(Distribution::Normal { mean: 3.0, sd: 1.0 });
        approx::assert_relative_eq!(real(normal.at(0.5)), 3.0, epsilon = 1e-14);
        for distribution in [
            Distribution::Uniform,
            Distribution::LogUniform,
            Distribution::Triangular { mode: 1.0 },
            Distribution::Normal { mean: 1.0, sd: 0.1 },
        ] {
            let range = range(distribution);
            assert_eq!(real(range.at(0.0)), 1.0, "{distribution:?}");
            assert!(
                (1.0..=5.0).contains(&real(range.at(1.0))),
                "{distribution:?}"
            );
        }
    }

    #[test]
    fn steps_of_a_range_include_its_ends() {
        let factor = Factor {
            name: "x".to_string(),
            key: Some("x".to_string()),
            unit: String::new(),
            values: Values::Range(range(Distribution::Uniform)),
        };
        let values: Vec<f64> = (0..5)
            .map(|step| real(factor.at((f64::from(step) + 0.5) / 5.0, true)))
            .collect();
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0]);
    }

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
        let whole = Factor {
            values: Values::Range(Range {
                is_whole: true,
                ..range(Distribution::Uniform)
            }),
            ..list(&[])
        };
        assert_eq!(whole.place(&FactorValue::Whole(2), 0.3), 0.25);
        assert_eq!(whole.trajectory_levels(4), 5);
        assert_eq!(whole.place(&FactorValue::Real(2.0), 0.3), 0.3);
        assert_eq!(list(&["a", "b", "c"]).trajectory_levels(4), 3);
    }

    #[test]
    fn whole_numbers_have_equal_shares() {
        let whole = Range {
            is_whole: true,
            ..range(Distribution::Uniform)
        };
        let at = |u| whole.at(u);
        assert_eq!(at(0.0), FactorValue::Whole(1));
        assert_eq!(at(0.199), FactorValue::Whole(1));
        assert_eq!(at(0.2), FactorValue::Whole(2));
        assert_eq!(at(1.0), FactorValue::Whole(5));
    }

    #[test]
    fn whole_numbers_have_the_share_of_what_rounds_to_them() {
        // Of 1 to 5, with the limits of what rounds to 2 worked by hand: between quantiles at 1.5 and 2.5.
        let shares = |distribution| -> Vec<f64> {
            let whole = Range {
                is_whole: true,
                ..range(distribution)
            };
            let count = 100_000;
            let mut shares = vec![0.0; 5];
            for i in 0..count {
                match whole.at((f64::from(i) + 0.5) / f64::from(count)) {
                    FactorValue::Whole(number) => {
                        shares[number as usize - 1] += 1.0 / f64::from(count)
                    }
                    other => panic!("{other:?}"),
                }
            }
            shares
        };
        // Log-uniform on 0.5 to 5.5: ln(3), ln(5/3), ln(7/5), ln(9/7), ln(11/9), over ln(11).
        let log = [0.458_16, 0.213_03, 0.140_32, 0.104_81, 0.083_69];
        // Triangular on 0.5, 2, 5.5 (width 5): F(1.5) = 1/7.5 = 0.13333, F(2.5) = 1 - 9/17.5 = 0.48571,
        // F(3.5) = 1 - 4/17.5 = 0.77143, F(4.5) = 1 - 1/17.5 = 0.94286.
        let triangular = [0.133_33, 0.352_38, 0.285_71, 0.171_43, 0.057_14];
        // Normal with mean 3 and sd 1 on 0.5 to 5.5: Phi(0.5) - Phi(-0.5) = 0.382925, Phi(1.5) - Phi(0.5) = 0.241730,
        // Phi(2.5) - Phi(1.5) = 0.060598, over 0.987581 (scipy.stats.norm.cdf).
        let normal = [0.061_36, 0.244_77, 0.387_74, 0.244_77, 0.061_36];
        for (distribution, expected) in [
            (Distribution::LogUniform, log),
            (Distribution::Triangular { mode: 2.0 }, triangular),
            (Distribution::Normal { mean: 3.0, sd: 1.0 }, normal),
            (Distribution::Uniform, [0.2; 5]),
        ] {
            for (found, expected) in shares(distribution).iter().zip(expected) {
                approx::assert_abs_diff_eq!(*found, expected, epsilon = 3e-5);
            }
        }
    }

    #[test]
    fn steps_of_whole_numbers_follow_the_distribution_and_differ() {
        let steps = |high: f64, steps: u32, distribution| {
            let range = Range {
                low: 1.0,
                high,
                distribution,
                is_whole: true,
                steps,
            };
            let factor = Factor {
                name: "x".to_string(),
                key: Some("x".to_string()),
                unit: String::new(),
                values: Values::Range(range),
            };
            let at = |step| factor.at((f64::from(step) + 0.5) / f64::from(steps), true);
            let list: Vec<i64> = (0..steps)
                .map(|step| match at(step) {
                    FactorValue::Whole(number) => number,
                    other => panic!("{other:?}"),
                })
                .collect();
            (list, range.repeats_a_step())
        };
        let log = Distribution::LogUniform;
        assert_eq!(steps(1000.0, 4, log), (vec![1, 10, 100, 1000], false));
        assert_eq!(steps(4.0, 4, log), (vec![1, 2, 3, 4], false));
        assert!(steps(10.0, 9, log).1);
        assert!(steps(3.0, 5, Distribution::Uniform).1);
        assert_eq!(steps(3.0, 3, Distribution::Uniform), (vec![1, 2, 3], false));
    }
}
