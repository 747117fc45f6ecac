//! What a row of the parameter table is.

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

/// One row of a parameter table that fills a `P`.
#[derive(Debug)]
pub struct Parameter<P> {
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
    pub(super) comment: &'static str,
    /// Reads it.
    pub get: fn(&P) -> Value,
    /// Writes it; see [`Parameter::set`].
    pub(super) write: fn(&mut P, &Value),
}

/// Words by which the parameters of a group are looked for.
const SYNONYMS: &[(&str, &str)] = &[
    (
        "tournament",
        "evaluation, assessment, appraisal, promotion, career, competition, rivalry, cadres, officials",
    ),
    ("comparability", "yardstick, benchmark, ranking"),
    (
        "start",
        "initial state, initial conditions, initialisation, baseline, reference",
    ),
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

impl<P: Default> Parameter<P> {
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
        (self.get)(&P::default())
    }

    /// Writes `value`.
    ///
    /// # Errors
    /// A sentence that says what was found and what is allowed, when kind or range do not fit.
    pub fn set(&self, params: &mut P, value: &Value) -> Result<(), String> {
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

    /// Gives `to` the value that `from` has.
    pub(crate) fn copy(&self, from: &P, to: &mut P) {
        (self.write)(to, &(self.get)(from));
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
            Kind::Choice { names } => crate::kernel::text::quoted_list(names, " or "),
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
