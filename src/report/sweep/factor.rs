//! Factors of a sweep and their levels.

use crate::report::figure::{lines::Point, scale};
use crate::report::rows::axis;
use crate::table::source::Source;
use std::collections::BTreeMap;

/// A factor with its value at each design point.
pub(crate) struct Factor {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

impl Factor {
    pub(crate) fn numbers(&self) -> Option<Vec<f64>> {
        self.values
            .iter()
            .map(|value| value.parse().ok().filter(|value: &f64| value.is_finite()))
            .collect()
    }

    /// Its levels in order: of numbers by size, of texts as they come.
    pub(crate) fn levels(&self) -> Vec<&str> {
        let mut levels: Vec<&str> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        levels.extend(
            self.values
                .iter()
                .map(String::as_str)
                .filter(|value| seen.insert(value.to_string())),
        );
        if self.numbers().is_some() {
            let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
            levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        levels
    }
}

/// A sweep as its tables tell it.
pub(crate) struct Swept<'a> {
    pub(crate) source: &'a Source,
    /// Names of the design points.
    pub(crate) points: Vec<String>,
    /// Responses that are shown.
    pub(crate) responses: Vec<&'a str>,
    /// What is known, by response and design point.
    pub(crate) found: BTreeMap<(String, String), Point>,
    /// How many runs are behind a design point.
    pub(crate) n: String,
}

impl Swept<'_> {
    /// What is known of a response, point by point.
    pub(crate) fn values(&self, response: &str) -> Vec<Point> {
        let key = |point: &String| (response.to_string(), point.clone());
        let points = self.points.iter();
        points
            .map(|point| self.found.get(&key(point)).copied().unwrap_or_default())
            .collect()
    }

    /// Name of a response for an axis, with its unit.
    pub(crate) fn axis(&self, response: &str) -> String {
        axis(self.source, "runs", response)
    }
}

/// A level for people: a number without superfluous digits; an empty one is as the scenario has it.
pub(crate) fn label(level: &str) -> String {
    if level.is_empty() {
        return "base".to_string();
    }
    level
        .parse()
        .map_or_else(|_| level.to_string(), scale::exact)
}
