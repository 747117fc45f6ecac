//! Claims over uncertain parameters: where each holds, and what decides it.
//!
//! A design point of a Sobol' sequence gives every parameter with an uncertain range a value, the slope of promotion from
//! 0 up included. What an arm itself decides (its settings, or where its scenario differs from the base) stays as it is.

pub mod sheets;

use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::ledger::{Ledger, Record};
use crate::analysis::claims::outcome::{measured, outcome};
use crate::analysis::claims::runs::{Station, StudyError};
use crate::analysis::claims::study::{Arm, Study, ready};
use crate::input::experiment::factor::parameter_value;
use crate::input::experiment::{
    factor::{Factor, Variant},
    points::{DesignSpec, Points},
};
use crate::kernel::random::Luck;
use crate::kernel::{
    control::Control,
    ordered::{Crew, work_in_order},
};
use crate::model::data::World;
use crate::model::params::{Parameter, Value, table::PARAMETERS};
use crate::stats::estimate::{Estimate, Uncertain};
use crate::stats::prcc::prcc;
use crate::stats::tree::Tree;

/// Seed of the design.
const DESIGN_SEED: u64 = 1;
/// Numbers of a part at a point: pairs, effect, and ends of its interval.
const NUMBERS: usize = 4;
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

/// Whether an arm decides a parameter by itself.
fn decides(arm: &Arm, base: &World, parameter: &Parameter) -> bool {
    let is_set = |set: &crate::input::experiment::factor::Assignment| {
        set.key.split('@').next() == Some(parameter.key)
    };
    let value = |world: &World| (parameter.get)(&world.params);
    arm.variant.set.iter().any(is_set)
        || (arm.variant.scenario.is_some() && value(&arm.world) != value(base))
}

/// The world of an arm at a point.
///
/// # Errors
/// A sentence where a value is not allowed.
fn world_at(arm: &Arm, base: &World, set: &[(&'static Parameter, Value)]) -> Result<World, String> {
    let mut world = arm.world.clone();
    for (parameter, value) in set {
        if decides(arm, base, parameter) {
            continue;
        }
        parameter.set(&mut world.params, value)?;
        // A value without a date holds for the whole run, as in a scenario file.
        world
            .changes
            .retain(|change| change.parameter.key != parameter.key);
    }
    Ok(world)
}

/// Runs points that the ledger does not hold yet; `done` lines of it are of another kind.
///
/// # Errors
/// [`StudyError`]; what is done stays in the ledger.
pub fn run(
    study: &Study,
    size: Size,
    done: u64,
    ledger: &mut Ledger,
    threads: usize,
    control: &Control,
) -> Result<(), StudyError> {
    let points = points(size).map_err(StudyError::World)?;
    let used = study.arms_of_claims();
    let next = (ledger.records.len() as u64).saturating_sub(done);
    let mut bases = Vec::new();
    for worlds in &study.worlds {
        bases.push(
            worlds
                .world(&Variant::default())
                .map_err(StudyError::World)?,
        );
    }
    let outcome = work_in_order(
        next..size.points.max(next),
        Crew::of(threads),
        || (),
        |(), point, record: &mut Record| {
            let values = points.values(point);
            let set: Vec<_> = points
                .variant(&values)
                .set
                .iter()
                .filter_map(parameter_value)
                .collect();
            *record = at_point(study, &used, &bases, &set, size, control)?;
            Ok(())
        },
        |_, record| ledger.push(record.clone()).map_err(StudyError::from),
    );
    ledger.sync()?;
    outcome.map_err(StudyError::from)
}

fn at_point(
    study: &Study,
    used: &[bool],
    bases: &[World],
    set: &[(&'static Parameter, Value)],
    size: Size,
    control: &Control,
) -> Result<Record, StudyError> {
    let mut record = Record::default();
    // By arm and replicate.
    let mut found: Vec<Vec<Vec<Option<f64>>>> = vec![Vec::new(); study.arms.len()];
    for (place, arm) in study.arms.iter().enumerate() {
        if !used[place] {
            continue;
        }
        let made = world_at(arm, &bases[arm.base], set).and_then(|world| ready(arm, world));
        let mut station = match &made {
            Ok(ready) => Station::new(ready, false),
            Err(message) => {
                record.errors.push((place, message.clone()));
                continue;
            }
        };
        for replicate in 0..u64::from(size.pairs) {
            let luck = Luck {
                seed: study.seed,
                replicate,
            };
            let mut values = Vec::new();
            if let Some(error) = station.measure(luck, control, &mut values)? {
                record.errors.push((place, error));
            }
            found[place].push(values);
        }
    }
    for plan in &study.plans {
        let part = study.part(plan);
        let of_replicate = |replicate: usize| {
            measured(part, plan, &|at| {
                let own = found[at.arm]
                    .get(replicate)?
                    .get(at.response)
                    .copied()
                    .flatten();
                own.filter(|value| value.is_finite())
            })
        };
        let replicates: Vec<_> = (0..size.pairs as usize).map(of_replicate).collect();
        let outcome = outcome(part, &replicates);
        let ends = outcome.estimate.and_then(|estimate| estimate.interval());
        record.values.extend([
            outcome.estimate.map(|estimate| estimate.n as f64),
            outcome.estimate.map(|estimate| estimate.mean),
            ends.map(|ends| ends.0),
            ends.map(|ends| ends.1),
        ]);
    }
    Ok(record)
}

/// The estimate of a part at a point.
fn estimate(record: &Record, place: usize) -> Option<Estimate> {
    let number = |at: usize| record.values.get(place * NUMBERS + at).copied().flatten();
    let ends = number(2).zip(number(3));
    Some(Estimate {
        n: number(0)? as usize,
        mean: number(1)?,
        sd: None,
        half_width: ends.map(|(low, high)| (high - low) / 2.0),
    })
}

/// What came of a claim over all points.
#[derive(Clone, Debug)]
pub struct Robustness {
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

/// Robustness of all claims that are run.
pub fn robustness(study: &Study, points: &Points, records: &[Record]) -> Vec<Robustness> {
    let factors = points.factors();
    let mut rows = Vec::new();
    for point in 0..records.len() as u64 {
        let values = points.values(point);
        let numbers = factors.iter().zip(&values);
        rows.extend(
            numbers.map(|(factor, value)| value.as_ref().map(|value| factor.number(value))),
        );
    }
    let names: Vec<&str> = factors.iter().map(|factor| factor.name.as_str()).collect();
    let claims = 0..study.register.claims.len();
    let run = claims.filter(|claim| study.register.claims[*claim].open.is_none());
    run.map(|claim| of_claim(study, claim, &rows, &names, records))
        .collect()
}

fn of_claim(
    study: &Study,
    claim: usize,
    rows: &[Option<f64>],
    names: &[&str],
    records: &[Record],
) -> Robustness {
    let plans: Vec<_> = study.plans_of(claim).collect();
    let counts =
        |plan: &crate::analysis::claims::study::Plan| study.part(plan).expect.bound().is_some();
    let verdicts: Vec<Option<Verdict>> = records
        .iter()
        .map(|record| {
            let parts: Option<Vec<Verdict>> = plans
                .iter()
                .filter(|(_, plan)| counts(plan))
                .map(|(place, plan)| {
                    let estimate = estimate(record, *place)?;
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
    let on_side = |record: &&Record| {
        plans
            .iter()
            .filter(|(_, plan)| counts(plan))
            .all(|(place, plan)| {
                let sharp = estimate(record, *place).map(|own| Estimate {
                    half_width: Some(0.0),
                    ..own
                });
                study.part(plan).expect.judge(sharp.as_ref()) == Verdict::Holds
            })
    };
    let whole = records
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| verdict.is_some());
    let sides = whole.map(|(record, _)| record).filter(on_side).count();
    let mut drivers = Vec::new();
    for (place, plan) in plans.iter().filter(|(_, plan)| counts(plan)) {
        let effects: Vec<Option<f64>> = records
            .iter()
            .map(|record| estimate(record, *place).map(|own| own.mean))
            .collect();
        let Ok(list) = prcc(rows, &effects, names.len()) else {
            continue;
        };
        let found = list.into_iter().enumerate();
        let mut list: Vec<_> = found
            .filter_map(|(factor, found)| Some((factor, found?)))
            .collect();
        let size =
            |own: &(usize, crate::stats::prcc::RankCorrelation)| own.1.coefficient.value.abs();
        list.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.0.cmp(&b.0)));
        for (rank, (factor, found)) in list.into_iter().take(NAMED).enumerate() {
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
    let smallest = (records.len() / 10).max(5);
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
    Robustness {
        claim,
        points: n,
        shares: [Verdict::Holds, Verdict::Contradicted, Verdict::NotShown].map(share),
        mean_side: Uncertain::share(sides, n),
        drivers,
        rules,
    }
}

impl Robustness {
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
