//! Factors of a sweep and their levels.

use crate::report::figure::{lines::Point, scale};
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

/// What is known of a response at a design point.
pub(crate) type Found = BTreeMap<String, BTreeMap<String, Point>>;

pub(crate) fn values(found: &Found, response: &str, points: &[String]) -> Vec<Point> {
    let of = found.get(response);
    points
        .iter()
        .map(|point| of.and_then(|of| of.get(point)).copied().unwrap_or_default())
        .collect()
}

/// A level for people: a number without superfluous digits.
pub(crate) fn label(level: &str) -> String {
    level
        .parse()
        .map_or_else(|_| level.to_string(), scale::exact)
}
