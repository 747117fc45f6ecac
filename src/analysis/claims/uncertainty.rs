//! Claims over uncertain parameters: where each holds, and what decides it.
//!
//! A design point of a Sobol' sequence gives every parameter with an uncertain range a value, the slope of promotion from
//! 0 up included. What an arm itself decides (its settings, or where its scenario differs from the base) stays as it is.

pub mod result_tables;

use std::sync::Arc;

use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::outcome::{measured, outcome};
use crate::analysis::claims::study::{Plan, Study};
use crate::input::experiment::{
    factor::Factor,
    points::{DesignSpec, Points},
};
use crate::model::params::table::PARAMETERS;
use crate::stats::estimate::{Estimate, Uncertain};
use crate::stats::prcc::{by_strength, prcc};
use crate::stats::tree::Tree;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::stage::{Order, PointList, Stage};
use crate::study::store::RunStore;

/// Seed of the design.
const DESIGN_SEED: u64 = 1;
/// Parameters that are named.
const NAMED: usize = 5;
/// Questions of a tree.
const DEPTH: usize = 2;

/// Size of the study over parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Design points.
    pub points: u64,
    /// Pairs at each.
    pub pairs: u32,
}

/// The design points.
///
/// # Errors
/// A sentence where there are too many.
pub fn points(size: Size) -> Result<Points, String> {
    let factors: Vec<Factor> = PARAMETERS.iter().filter_map(Factor::uncertain).collect();
    let spec = DesignSpec::Sobol {
        points: size.points,
        seed: DESIGN_SEED,
    };
    Points::new(&factors, Some(&spec))
}

/// The arms of claims at all points.
///
/// # Errors
/// A sentence where there are too many points.
pub fn stage(study: &Study, size: Size) -> Result<Stage, String> {
    Ok(Stage {
        points: PointList::Design(Arc::new(points(size)?)),
        replicates: 0..u64::from(size.pairs),
        arms: study.arms_of_claims(),
        order: Order::ByPoint,
        keeps_series: false,
    })
}

/// What runs at design points say.
pub struct AtPoints {
    /// The design.
    points: Points,
    /// By point and plan: the mean, the mean difference or the mean slope; none where no run has it.
    estimates: Vec<Vec<Option<Estimate>>>,
    /// Runs that failed.
    pub failed: u64,
    /// Arm of the first that did, and why.
    pub first_error: Option<(usize, String)>,
}

/// Reads the runs of [`stage`], the second of a store, point by point.
///
/// # Errors
/// What the store says; a design that cannot be.
pub fn read(study: &Study, store: &mut RunStore, size: Size) -> Result<AtPoints, StudyError> {
    let arms = study.arms_of_claims();
    let mut found = AtPoints {
        points: points(size).map_err(StudyError::Input)?,
        estimates: Vec::new(),
        failed: 0,
        first_error: None,
    };
    let mut runs: Vec<Measured> = Vec::new();
    store.for_each(1, |number, run| {
        if let Some(error) = &run.error {
            let arm = arms[number as usize % arms.len()];
            found.failed += 1;
            found.first_error.get_or_insert((arm, error.clone()));
        }
        runs.push(run.clone());
        if runs.len() == arms.len() * size.pairs as usize {
            found.estimates.push(estimates(study, &arms, &runs));
            runs.clear();
        }
        Ok(())
    })?;
    // A register of comparisons alone runs nothing here.
    found.estimates.resize(size.points as usize, Vec::new());
    Ok(found)
}

/// What each plan says at a point, of whose runs arms change fastest.
fn estimates(study: &Study, arms: &[usize], runs: &[Measured]) -> Vec<Option<Estimate>> {
    let of_plan = |plan: &Plan| {
        let part = study.part(plan);
        let of_replicate = |runs: &[Measured]| {
            measured(part, plan, &|at| {
                let place = arms.iter().position(|arm| *arm == at.arm)?;
                runs.get(place)?.value(at.response)
            })
        };
        let replicates: Vec<_> = runs.chunks(arms.len()).map(of_replicate).collect();
        outcome(part, &replicates).estimate
    };
    study.plans.iter().map(of_plan).collect()
}

/// What came of a claim over all points.
#[derive(Clone, Debug)]
pub struct Uncertainty {
    /// Place of the claim.
    pub claim: usize,
    /// Points at which all its runs went well.
    pub points: usize,
    /// Shares at which it holds, is contradicted, and is not shown.
    pub shares: [Option<Uncertain>; 3],
    /// Share at which the mean effects of all its parts lie on the expected side, whatever their intervals.
    pub mean_side: Option<Uncertain>,
    /// Parameters that go with the effect of its first part: name, partial rank correlation, its interval and p-value.
    pub drivers: Vec<Driver>,
    /// Where it holds, in words: the leaf with the highest share and that with the lowest.
    pub rules: Vec<(String, usize, usize)>,
}

/// A parameter that goes with an effect.
#[derive(Clone, Debug)]
pub struct Driver {
    /// Part, from 1.
    pub part: usize,
    /// Rank, from 1.
    pub rank: usize,
    /// Key.
    pub parameter: String,
    /// Partial rank correlation with the effect.
    pub correlation: Uncertain,
    /// Two-sided p-value of none.
    pub p_value: f64,
}

/// Uncertainty of all claims that are run.
pub fn uncertainty(study: &Study, found: &AtPoints) -> Vec<Uncertainty> {
    let factors = found.points.factors();
    let mut rows = Vec::new();
    for point in 0..found.estimates.len() as u64 {
        rows.extend(found.points.numbers(point));
    }
    let names: Vec<&str> = factors.iter().map(|factor| factor.name.as_str()).collect();
    let claims = 0..study.register.claims.len();
    let run = claims.filter(|claim| study.register.claims[*claim].open.is_none());
    run.map(|claim| of_claim(study, claim, &rows, &names, &found.estimates))
        .collect()
}

fn of_claim(
    study: &Study,
    claim: usize,
    rows: &[Option<f64>],
    names: &[&str],
    points: &[Vec<Option<Estimate>>],
) -> Uncertainty {
    let plans: Vec<_> = study.plans_of(claim).collect();
    let counts = |plan: &Plan| study.part(plan).expect.bound().is_some();
    let estimate = |point: &[Option<Estimate>], place: usize| point.get(place).copied().flatten();
    let verdicts: Vec<Option<Verdict>> = points
        .iter()
        .map(|point| {
            let parts: Option<Vec<Verdict>> = plans
                .iter()
                .filter(|(_, plan)| counts(plan))
                .map(|(place, plan)| {
                    let estimate = estimate(point, *place)?;
                    Some(study.part(plan).expect.judge(Some(&estimate)))
                })
                .collect();
            parts.map(|parts| Verdict::of_parts(parts.into_iter()))
        })
        .collect();
    let n = verdicts.iter().flatten().count();
    let share = |wanted: Verdict| {
        Uncertain::share(
            verdicts
                .iter()
                .flatten()
                .filter(|own| **own == wanted)
                .count(),
            n,
        )
    };
    let on_side = |point: &&Vec<Option<Estimate>>| {
        plans
            .iter()
            .filter(|(_, plan)| counts(plan))
            .all(|(place, plan)| {
                let sharp = estimate(point, *place).map(|own| Estimate {
                    half_width: Some(0.0),
                    ..own
                });
                study.part(plan).expect.judge(sharp.as_ref()) == Verdict::Holds
            })
    };
    let whole = points
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| verdict.is_some());
    let sides = whole.map(|(point, _)| point).filter(on_side).count();
    let mut drivers = Vec::new();
    for (place, plan) in plans.iter().filter(|(_, plan)| counts(plan)) {
        let effects: Vec<Option<f64>> = points
            .iter()
            .map(|point| estimate(point, *place).map(|own| own.mean))
            .collect();
        let Ok(list) = prcc(rows, &effects, names.len()) else {
            continue;
        };
        let strongest = by_strength(list).into_iter().take(NAMED);
        for (rank, (factor, found)) in strongest.enumerate() {
            drivers.push(Driver {
                part: plan.part + 1,
                rank: rank + 1,
                parameter: names[factor].to_string(),
                correlation: found.coefficient,
                p_value: found.p_value,
            });
        }
    }
    let holds: Vec<Option<bool>> = verdicts
        .iter()
        .map(|own| own.map(|own| own == Verdict::Holds))
        .collect();
    // Questions are asked of the parameters that go with the effects, so that chance has few to pick from.
    let asked: Vec<usize> = (0..names.len())
        .filter(|place| {
            drivers
                .iter()
                .any(|driver| driver.parameter == names[*place])
        })
        .collect();
    let few: Vec<Option<f64>> = rows
        .chunks(names.len().max(1))
        .flat_map(|row| asked.iter().map(|place| row[*place]))
        .collect();
    let few_names: Vec<&str> = asked.iter().map(|place| names[*place]).collect();
    let smallest = (points.len() / 10).max(5);
    let tree = Tree::grow(&few, &holds, asked.len(), DEPTH, smallest);
    let rules = tree.map_or_else(
        |_| Vec::new(),
        |tree| {
            let leaves = tree.leaves.iter();
            leaves
                .map(|leaf| (leaf.rule(&few_names), leaf.n, leaf.yes))
                .collect()
        },
    );
    Uncertainty {
        claim,
        points: n,
        shares: [Verdict::Holds, Verdict::Contradicted, Verdict::NotShown].map(share),
        mean_side: Uncertain::share(sides, n),
        drivers,
        rules,
    }
}

impl Uncertainty {
    /// Parameters that decide it, in words.
    pub fn drivers_in_words(&self) -> String {
        let mut words: Vec<(usize, Vec<String>)> = Vec::new();
        for driver in self.drivers.iter().filter(|driver| driver.rank <= 3) {
            let word = format!("{} {:+.2}", driver.parameter, driver.correlation.value);
            match words.last_mut() {
                Some((part, list)) if *part == driver.part => list.push(word),
                _ => words.push((driver.part, vec![word])),
            }
        }
        let is_one = words.len() == 1;
        let parts = words.iter().map(|(part, list)| match is_one {
            true => list.join(", "),
            false => format!("part {part}: {}", list.join(", ")),
        });
        parts.collect::<Vec<String>>().join("; ")
    }

    /// Where it holds most and least, in words.
    pub fn rule_in_words(&self) -> String {
        let share = |leaf: &&(String, usize, usize)| leaf.2 as f64 / leaf.1.max(1) as f64;
        let by = |a: &&(String, usize, usize), b: &&(String, usize, usize)| {
            share(a).total_cmp(&share(b))
        };
        let (most, least) = (self.rules.iter().max_by(by), self.rules.iter().min_by(by));
        let words = |leaf: &(String, usize, usize)| {
            format!("{} of {} points where {}", leaf.2, leaf.1, leaf.0)
        };
        match (most, least) {
            (Some(most), Some(least)) if most.0 != least.0 => {
                format!("holds at {}; at {}", words(most), words(least))
            }
            (Some(most), _) => format!("holds at {} of {} points", most.2, most.1),
            _ => String::new(),
        }
    }
}
