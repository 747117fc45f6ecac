//! Rules that a model of one's own may replace: pure functions of numbers, each with the shipped equation as its default.
//!
//! [`crate::model::run::Run::step`] is compiled once with [`Shipped`]; [`crate::model::run::Run::step_with`] takes any
//! other rules.

use crate::model::equations::{budgets, evaluation};

/// A set of rules, each the shipped equation of `docs/odd.md` where it is not replaced. The start of a run (section 5) is the
/// shipped one under any rules.
///
/// Methods marked `#[inline(always)]` become vector code; others are right and slower. For the same bits on every machine,
/// take powers and exponentials from `dualtrack::prelude::math`. What a method is given beyond what its default uses costs
/// nothing.
///
/// ```
/// use dualtrack::prelude::*;
///
/// /// The centre reads results without noise.
/// #[derive(Clone, Copy)]
/// struct WithoutNoise;
///
/// impl Rules for WithoutNoise {
///     #[inline(always)]
///     fn score(&self, x: Score) -> f64 {
///         Shipped.score(Score { noise: 0.0, ..x })
///     }
/// }
///
/// let model = Scenario::load("scenarios/china-2015-2024.toml")?.set("run.quarters", 8)?.model()?;
/// let mut run = model.start(0);
/// while run.step_with(WithoutNoise)? {}
/// println!("{:.3}", run.get("competitiveness")?);
/// # Ok::<(), Error>(())
/// ```
pub trait Rules: Copy + Send + Sync {
    /// E10: value of a sector to an official, a pure number.
    #[inline(always)]
    fn sector_value(&self, x: SectorValue) -> f64 {
        budgets::sector_value(
            x.need,
            x.advantage,
            x.climate,
            x.career,
            x.priority,
            x.reading,
        )
    }

    /// E30: score of a city before it is standardised once more, s.d.
    #[inline(always)]
    fn score(&self, x: Score) -> f64 {
        evaluation::score(x.result, x.rewards, x.noise)
    }

    /// E32: weight of a city in the grants, CNY mn; 0 or more.
    #[inline(always)]
    fn grant_weight(&self, x: GrantWeight) -> f64 {
        budgets::grant_weight(x.base, x.concentration, x.score)
    }
}

/// The rules of `docs/odd.md`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipped;

impl Rules for Shipped {}

/// What E10 is given.
#[derive(Clone, Copy, Debug)]
pub struct SectorValue {
    /// Fiscal need of the city, `n_0` times 0 to 1.
    pub need: f64,
    /// Advantage of the city in the sector, mean 1.
    pub advantage: f64,
    /// `u^ζ κ (1 - R risk)`, 0 to 1.
    pub climate: f64,
    /// Career weight of the official times the intensity of the tournament, `Π_e ω`; 0 or more.
    pub career: f64,
    /// Priority of the sector at the centre, `π`; 0 or more.
    pub priority: f64,
    /// Reading factor `c`, mean about 1.
    pub reading: f64,
}

/// What E30 is given.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// Result relative to peers, standardised, s.d.
    pub result: f64,
    /// What inventions, take-ups and failures add, s.d.
    pub rewards: f64,
    /// Noise of the centre's reading, s.d.
    pub noise: f64,
    /// Inventions since the last evaluation.
    pub inventions: f64,
    /// Take-ups since then.
    pub take_ups: f64,
    /// Failures since then.
    pub failures: f64,
}

/// What E32 is given.
#[derive(Clone, Copy, Debug)]
pub struct GrantWeight {
    /// Base budget, CNY mn per quarter.
    pub base: f64,
    /// `χ_F` in force.
    pub concentration: f64,
    /// Score of the last evaluation, s.d.
    pub score: f64,
}
