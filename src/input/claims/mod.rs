//! The paper's claims, each an experiment that can fail.
//!
//! A claim file names a base scenario and, for each claim, a treatment and a control, what is measured in both, and what
//! is expected of the difference:
//!
//! ```toml
//! scenario = "../china-2015-2024.toml"
//!
//! [[claims]]
//! id = "C1"
//! says = "Competition raises competitiveness"
//! control = { set = { mechanisms.tournament = false } }
//! response = "competitiveness@2024"
//! expect = "> 0"
//! ```
//!
//! [`reader`] reads files with every problem and its place.

pub mod expectation;
pub mod reader;

use crate::input::experiment::factor::{ScenarioFile, Variant};
use crate::kernel::text::{Ticked, near_or, ticked_list};
use crate::measure::response::spec::Response;

use crate::input::claims::expectation::Expectation;

/// Claims and comparisons of all files.
#[derive(Debug, Default)]
pub struct Register {
    /// Claims in the order of the files.
    pub claims: Vec<Claim>,
    /// Regimes and disputes.
    pub comparisons: Vec<Comparison>,
    /// Every file that was read, with the SHA-256 of its bytes.
    pub sources: Vec<(std::path::PathBuf, String)>,
    /// Title of the first file.
    pub title: String,
}

/// One claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Short name.
    pub id: String,
    /// Where the paper says it.
    pub section: String,
    /// What the paper says.
    pub says: String,
    /// Base scenario of its file.
    pub base: ScenarioFile,
    /// What is measured and expected; empty for an open question.
    pub parts: Vec<Part>,
    /// Why it is not run.
    pub open: Option<String>,
}

/// Something measured, with what is expected of it.
#[derive(Clone, Debug)]
pub struct Part {
    /// What is run.
    pub design: Design,
    /// What is measured.
    pub response: Response,
    /// Subtracted from it in the same run.
    pub minus: Option<Response>,
    /// What it is expected to be.
    pub expect: Expectation,
}

/// Which runs a part is about.
#[derive(Clone, Debug)]
// There are some dozens of them, so that the room they take does not matter.
#[allow(clippy::large_enum_variant)]
pub enum Design<V = Variant> {
    /// One world: the mean is held against a bound.
    Alone(V),
    /// Two worlds on the same random draws: the mean difference is held against a bound.
    Paired {
        /// With what the claim is about.
        treatment: V,
        /// Without.
        control: V,
    },
    /// Several levels: the slope over the steps between them is held against a bound.
    Steps {
        /// Levels with what each lays over the base.
        levels: Vec<(f64, V)>,
        /// Each step's gain is divided by what this one gains.
        per: Option<Response>,
    },
}

impl<V> Design<V> {
    /// All worlds it needs.
    pub fn variants(&self) -> Vec<&V> {
        match self {
            Design::Alone(variant) => vec![variant],
            Design::Paired { treatment, control } => vec![treatment, control],
            Design::Steps { levels, .. } => levels.iter().map(|(_, variant)| variant).collect(),
        }
    }
}

/// Arms held against the base in several outcomes.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Table it goes to.
    pub table: &'static str,
    /// Short name.
    pub name: String,
    /// What is asked.
    pub about: String,
    /// Base scenario of its file.
    pub base: ScenarioFile,
    /// Names and worlds.
    pub arms: Vec<(String, Variant)>,
    /// Outcomes.
    pub responses: Vec<Response>,
}

/// What a variant lays over its base, in words.
pub fn label(variant: &Variant) -> String {
    let mut words = Vec::new();
    if let Some(file) = &variant.scenario {
        let stem = file.path.file_stem();
        words.push(stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()));
    }
    words.extend(variant.set.iter().map(ToString::to_string));
    if words.is_empty() {
        "base".to_string()
    } else {
        words.join("; ")
    }
}

impl Register {
    /// Keeps the claims that are named, and no comparisons.
    ///
    /// # Errors
    /// A sentence with the nearest name for one that is not there.
    pub fn select(&mut self, ids: &[String]) -> Result<(), String> {
        for id in ids {
            if self.claims.iter().any(|claim| claim.id == *id) {
                continue;
            }
            let known = || self.claims.iter().map(|claim| claim.id.as_str());
            let upper = id.to_uppercase();
            // Small letters are a slip, however short the name is.
            let meant = known().find(|known| *known == upper).unwrap_or(id);
            let all = || format!("; allowed: {}", ticked_list(known()));
            let hint = near_or(meant, known(), all);
            return Err(format!("--claim: unknown claim {}{hint}", Ticked(id)));
        }
        self.claims.retain(|claim| ids.contains(&claim.id));
        self.comparisons.clear();
        Ok(())
    }
}
