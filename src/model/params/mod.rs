//! Every parameter of the model, defined once.
//!
//! A row of `table.rs` states key, default, range, symbol, unit, source and meaning. From it come the typed
//! [`Params`] that the equations read, the checks of scenario files, the table `dualtrack params` prints,
//! the JSON Schema, `docs/parameters.md` and the factors of experiments. A default is written nowhere else.

pub mod table;

use crate::model::params::table::{PARAMETERS, Params};

/// What a parameter holds, with the values it may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A number from `min` to `max`, both included.
    Real {
        /// Lowest value.
        min: f64,
        /// Highest value.
        max: f64,
    },
    /// A whole number from `min` to `max`, both included.
    Count {
        /// Lowest value.
        min: u32,
        /// Highest value.
        max: u32,
    },
    /// `true` or `false`.
    Switch,
    /// One of a list of names.
    Choice {
        /// The names.
        names: &'static [&'static str],
    },
}

/// A value of a parameter, as files and reports carry it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a [`Kind::Real`].
    Real(f64),
    /// Of a [`Kind::Count`].
    Count(u32),
    /// Of a [`Kind::Switch`].
    Switch(bool),
    /// Of a [`Kind::Choice`].
    Choice(&'static str),
}

/// When a parameter is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Only while the world is set up: a dated change cannot reach it.
    Start,
    /// In every quarter: it may change at a date.
    Running,
}

/// One row of the parameter table.
#[derive(Debug)]
pub struct Parameter {
    /// Dotted key in scenario files, `group.name`.
    pub key: &'static str,
    /// Symbol in `docs/odd.md`; empty for switches.
    pub symbol: &'static str,
    /// Unit, `–` for a pure number.
    pub unit: &'static str,
    /// Kind and allowed range.
    pub kind: Kind,
    /// When it is read.
    pub timing: Timing,
    /// Range in which the literature or judgement leaves it uncertain; sensitivity designs sample it.
    pub uncertain: Option<(f64, f64)>,
    /// Where default and range come from.
    pub source: &'static str,
    /// Its meaning as the documentation comment of the row holds it.
    comment: &'static str,
    /// Reads it.
    pub get: fn(&Params) -> Value,
    /// Writes it; see [`Parameter::set`].
    write: fn(&mut Params, &Value),
}

/// Words by which the parameters of a group are looked for.
const SYNONYMS: &[(&str, &str)] = &[
    (
        "tournament",
        "evaluation, assessment, appraisal, promotion, career, competition, rivalry, cadres, officials",
    ),
    ("comparability", "yardstick, benchmark, ranking"),
    ("regime", "governance, federalism, institutions, planner"),
    (
        "outside",
        "world, foreign, international, united states, america, europe, brussels effect, sanctions, embargo",
    ),
    ("market", "demand, buyers, prices, sales, capacity, firms"),
    (
        "centre",
        "central government, state, beijing, ministry, priorities, planning, industrial policy",
    ),
    (
        "budgets",
        "money, spending, investment, finance, fiscal, taxes, revenue, subsidies, grants",
    ),
    (
        "policy",
        "instruments, measures, regulation, rules, experiments, diffusion, learning, liberalisation, innovation",
    ),
    (
        "codification",
        "law, legislation, standards, national measures",
    ),
    (
        "talent",
        "researchers, labour, workforce, migration, brain drain, human capital",
    ),
    (
        "production",
        "capability, technology, output, productivity, economy, depreciation",
    ),
    ("peers", "neighbours, network, reference group"),
    ("geography", "space, distance, location, clusters"),
    ("champions", "leaders, flagship, winners"),
    ("pioneering", "experiment, innovation, first movers"),
    ("imitation", "copying, diffusion, learning, spillover"),
];

impl Parameter {
    /// Its meaning in a sentence.
    pub fn meaning(&self) -> &'static str {
        self.comment.trim()
    }

    /// Other words for what it is about, as people look for it: those of its group, and for a switch those of the groups
    /// it is named after.
    pub fn synonyms(&self) -> impl Iterator<Item = &'static str> {
        let key = self.key;
        let of_group = SYNONYMS
            .iter()
            .filter(move |(group, _)| key.contains(group));
        of_group.map(|(_, words)| *words)
    }

    /// Whether a word in small letters occurs in its key, its meaning or its synonyms.
    pub fn has_word(&self, word: &str) -> bool {
        let mut synonyms = self.synonyms();
        self.key.contains(word)
            || self.meaning().to_lowercase().contains(word)
            || synonyms.any(|words| words.contains(word))
    }

    /// Its value in the default parameters.
    pub fn default(&self) -> Value {
        (self.get)(&Params::default())
    }

    /// Writes `value`.
    ///
    /// # Errors
    /// A sentence that says what was found and what is allowed, when kind or range do not fit.
    pub fn set(&self, params: &mut Params, value: &Value) -> Result<(), String> {
        let fits = match (self.kind, value) {
            (Kind::Real { min, max }, Value::Real(x)) => x.is_finite() && (min..=max).contains(x),
            (Kind::Count { min, max }, Value::Count(n)) => (min..=max).contains(n),
            (Kind::Switch, Value::Switch(_)) => true,
            (Kind::Choice { names }, Value::Choice(name)) => names.contains(name),
            _ => false,
        };
        if !fits {
            return Err(format!(
                "`{}` is {value}; allowed: {}",
                self.key,
                self.allowed()
            ));
        }
        (self.write)(params, value);
        Ok(())
    }

    /// What is allowed, in words: `0 to 1 (1/quarter), default 0.2`.
    pub fn allowed(&self) -> String {
        let unit = if self.unit == "–" {
            String::new()
        } else {
            format!(" ({})", self.unit)
        };
        let range = match self.kind {
            Kind::Real { min, max } => format!("{min} to {max}{unit}"),
            Kind::Count { min, max } => format!("a whole number from {min} to {max}{unit}"),
            Kind::Switch => "true or false".to_string(),
            Kind::Choice { names } => names
                .iter()
                .map(|name| format!("\"{name}\""))
                .collect::<Vec<_>>()
                .join(" or "),
        };
        format!("{range}, default {}", self.default())
    }

    /// The group: the part of the key before the dot.
    pub fn group(&self) -> &'static str {
        self.key
            .split_once('.')
            .map_or(self.key, |(group, _)| group)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Real(x) => write!(f, "{x}"),
            Value::Count(n) => write!(f, "{n}"),
            Value::Switch(on) => write!(f, "{on}"),
            Value::Choice(name) => write!(f, "\"{name}\""),
        }
    }
}

/// The parameter with this key.
pub fn find(key: &str) -> Option<&'static Parameter> {
    PARAMETERS.iter().find(|parameter| parameter.key == key)
}

impl Params {
    /// Every key with its value, in the order of the table.
    pub fn values(&self) -> impl Iterator<Item = (&'static Parameter, Value)> + '_ {
        PARAMETERS
            .iter()
            .map(move |parameter| (parameter, (parameter.get)(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_in_its_own_range() {
        for parameter in PARAMETERS {
            let mut params = Params::default();
            let default = parameter.default();
            assert_eq!(parameter.set(&mut params, &default), Ok(()));
            assert_eq!(params, Params::default(), "{}", parameter.key);
        }
    }

    #[test]
    fn keys_are_unique_and_carry_their_group() {
        let mut keys: Vec<_> = PARAMETERS.iter().map(|parameter| parameter.key).collect();
        keys.sort_unstable();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert!(keys.iter().all(|key| key.split('.').count() == 2));
    }

    #[test]
    fn uncertain_ranges_lie_inside_the_allowed_ones() {
        for parameter in PARAMETERS {
            if let (Some((low, high)), Kind::Real { min, max }) =
                (parameter.uncertain, parameter.kind)
            {
                assert!(min <= low && low < high && high <= max, "{}", parameter.key);
            }
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_what_is_allowed() {
        let parameter = find("budgets.adjustment_rate").expect("in the table");
        let refused = parameter.set(&mut Params::default(), &Value::Real(1.4));
        assert_eq!(
            refused,
            Err(
                "`budgets.adjustment_rate` is 1.4; allowed: 0 to 1 (1/quarter), default 0.2"
                    .to_string()
            )
        );
    }
}
