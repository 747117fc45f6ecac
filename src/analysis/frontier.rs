//! Which rules are worth having: the Pareto front, of points that no other dominates, and gains that cost nothing.

pub mod result_tables;

use crate::input::experiment::factor::parameter_value;
use crate::input::experiment::{
    Experiment, Objective,
    factor::{Assignment, Variant},
    points::Points,
};
use crate::input::scenario::Scenario;
use crate::kernel::named::named;
use crate::stats::bootstrap::RESAMPLES;
use crate::stats::estimate::Estimate;
use crate::stats::pareto::{Direction, chance_non_dominated, non_dominated};
use crate::stats::rounding::differences;
use crate::study::table::RunTable;

/// Whether an experiment asks for a frontier.
///
/// # Errors
/// A sentence about what it lacks.
pub fn check(experiment: &Experiment) -> Result<(), String> {
    let count = experiment.objectives.len();
    if count < 2 {
        let has = if count == 0 {
            "no objective"
        } else {
            "one objective"
        };
        return Err(format!(
            "the experiment has {has}; allowed: two or more in `[objectives]`, such as `competitiveness = \"max\"` and \
             `waste_share = \"min\"`"
        ));
    }
    if experiment.factors.is_empty() {
        return Err(
            "the experiment has no factors, so there is nothing to choose; allowed: one or more `[[factors]]`".into(),
        );
    }
    Ok(())
}

/// The direction of an objective.
fn direction(objective: &Objective) -> Direction {
    if objective.is_maximised {
        Direction::Maximise
    } else {
        Direction::Minimise
    }
}

/// Factors in which a point differs from the base, with the values they take.
pub type Changes = Vec<(String, String)>;

/// For each point what it changes. A factor that has the base's value is no change.
pub fn changes(experiment: &Experiment, points: &Points, base: &Scenario) -> Vec<Changes> {
    (0..points.len())
        .map(|index| {
            let values = points.values(index);
            let pairs = points.factors().iter().zip(&values);
            let changed = pairs.filter_map(|(factor, value)| {
                let value = value.as_ref()?;
                differs(experiment, base, &factor.variant(value))
                    .then(|| (factor.name.clone(), factor.label(value)))
            });
            changed.collect()
        })
        .collect()
}

fn differs(experiment: &Experiment, base: &Scenario, variant: &Variant) -> bool {
    let is_new = |assignment: &Assignment| match parameter_value(assignment) {
        Some((parameter, value)) => {
            let world = &base.world;
            let is_dated = world
                .changes
                .iter()
                .any(|change| change.parameter.key == parameter.key);
            is_dated || (parameter.get)(&world.params) != value
        }
        None => {
            let alone = Variant::of([assignment.clone()]);
            let other = experiment.worlds.scenario(&alone);
            other.map_or(true, |other| other.resolved != base.resolved)
        }
    };
    variant.scenario.is_some() || variant.set.iter().any(is_new)
}

/// What is known of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct OfPoint {
    /// Objectives, as means over replicates.
    pub means: Vec<Option<Estimate>>,
    /// Whether no other point is at least as good in all objectives and better in one; none where an objective is
    /// missing.
    pub is_non_dominated: Option<bool>,
    /// Share of resamples of replicates in which that holds; none for fewer than two replicates.
    pub chance: Option<f64>,
}

named! {
    /// Where an objective moves from the base to a point.
    pub enum Toward {
        /// The interval of the difference lies on the good side.
        Better = "better",
        /// On the bad side.
        Worse = "worse",
        /// It does not move at all, or the interval begins at 0.
        NotWorse = "not_worse",
        /// The interval has both sides in it, or there is none.
        NotShown = "not_shown",
    }
}

impl Toward {
    fn of(difference: &Estimate, direction: Direction) -> Self {
        let Some((low, high)) = difference.interval() else {
            return Toward::NotShown;
        };
        let (worst, best) = match direction {
            Direction::Maximise => (low, high),
            Direction::Minimise => (-high, -low),
        };
        if worst > 0.0 {
            Toward::Better
        } else if best < 0.0 {
            Toward::Worse
        } else if worst >= 0.0 {
            Toward::NotWorse
        } else {
            Toward::NotShown
        }
    }
}

named! {
    /// What a move from the base is worth.
    pub enum Verdict {
        /// An objective gets better and no other can have got worse, as far as intervals tell.
        FreeGain = "free_gain",
        /// An objective gets better and none is shown to get worse, which one may.
        PossibleGain = "possible_gain",
        /// One gets better and one worse.
        TradeOff = "trade_off",
        /// One gets worse and none is shown to get better.
        Loss = "loss",
        /// Nothing can be told from chance.
        NotShown = "not_shown",
    }
}

impl Verdict {
    fn of(effects: &[Option<Effect>]) -> Self {
        let towards: Option<Vec<Toward>> = effects
            .iter()
            .map(|effect| effect.map(|effect| effect.toward))
            .collect();
        let Some(towards) = towards else {
            return Verdict::NotShown;
        };
        let has = |toward: Toward| towards.contains(&toward);
        match (has(Toward::Better), has(Toward::Worse)) {
            (true, true) => Verdict::TradeOff,
            (true, false) if has(Toward::NotShown) => Verdict::PossibleGain,
            (true, false) => Verdict::FreeGain,
            (false, true) => Verdict::Loss,
            (false, false) => Verdict::NotShown,
        }
    }
}

/// An objective at a point and under the base, on the same random draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Mean under the base, over replicates that both have.
    pub base: f64,
    /// Mean at the point.
    pub point: f64,
    /// Point less base.
    pub difference: Estimate,
    /// Which way that is.
    pub toward: Toward,
}

/// A move from the base to a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The point.
    pub point: usize,
    /// What it changes.
    pub changes: Changes,
    /// Objective by objective; none where no replicate has it in both.
    pub effects: Vec<Option<Effect>>,
    /// What it is worth.
    pub verdict: Verdict,
}

/// Points and moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Frontier {
    /// Point by point.
    pub points: Vec<OfPoint>,
    /// The base.
    pub base: Vec<Option<Estimate>>,
    /// Moves to points that differ from the base.
    pub moves: Vec<Move>,
    /// Runs that failed, of points and of the base.
    pub failed: usize,
}

impl Frontier {
    /// Gains of a verdict that cannot be had with fewer changes: no part of their changes is a free gain, or has the
    /// same verdict. Fewest changes first.
    pub fn gains(&self, verdict: Verdict) -> Vec<&Move> {
        let is_gain = |one: &&Move| one.verdict == verdict || one.verdict == Verdict::FreeGain;
        let mut sorted: Vec<&Move> = self.moves.iter().filter(is_gain).collect();
        sorted.sort_by_key(|one| (one.changes.len(), one.point));
        let mut smallest: Vec<&Move> = Vec::new();
        for one in sorted {
            let holds = |other: &&Move| other.changes.iter().all(|c| one.changes.contains(c));
            if !smallest.iter().any(holds) {
                smallest.push(one);
            }
        }
        smallest.retain(|one| one.verdict == verdict);
        smallest
    }
}

/// Frontier of the runs of points and of the base, the latter one point with the same replicates.
///
/// # Errors
/// Sizes that do not fit together.
pub fn analyse(
    objectives: &[Objective],
    runs: &RunTable,
    base: &RunTable,
    changes: &[Changes],
    seed: u64,
) -> Result<Frontier, String> {
    let directions: Vec<Direction> = objectives.iter().map(direction).collect();
    let replicates = runs.replicates();
    let row = |point: usize, objective: &Objective| runs.row(objective.response, point);
    let means: Vec<Vec<Option<Estimate>>> = (0..runs.points())
        .map(|point| objectives.iter().map(|o| mean(&row(point, o))).collect())
        .collect();
    let values: Vec<Option<f64>> = means
        .iter()
        .flatten()
        .map(|mean| mean.map(|mean| mean.mean))
        .collect();
    let best = non_dominated(&values, &directions)?;
    let chances = if replicates < 2 {
        vec![None; runs.points()]
    } else {
        let cells: Vec<Option<f64>> = (0..runs.points())
            .flat_map(|point| objectives.iter().flat_map(move |o| row(point, o)))
            .collect();
        chance_non_dominated(&cells, replicates, &directions, RESAMPLES, seed)?
    };
    let points = means
        .into_iter()
        .zip(best)
        .zip(chances)
        .map(|((means, is_non_dominated), chance)| OfPoint {
            means,
            is_non_dominated,
            chance: chance.map(|chance| chance.value),
        })
        .collect();
    let moves = changes
        .iter()
        .enumerate()
        .filter(|(_, changes)| !changes.is_empty())
        .map(|(point, changes)| {
            let effects: Vec<Option<Effect>> = objectives
                .iter()
                .zip(&directions)
                .map(|(o, direction)| effect(&base.row(o.response, 0), &row(point, o), *direction))
                .collect();
            Move {
                point,
                changes: changes.clone(),
                verdict: Verdict::of(&effects),
                effects,
            }
        })
        .collect();
    Ok(Frontier {
        points,
        base: objectives
            .iter()
            .map(|o| mean(&base.row(o.response, 0)))
            .collect(),
        moves,
        failed: runs.failed() + base.failed(),
    })
}

fn mean(row: &[Option<f64>]) -> Option<Estimate> {
    Estimate::of(&row.iter().copied().flatten().collect::<Vec<f64>>())
}

fn effect(base: &[Option<f64>], point: &[Option<f64>], direction: Direction) -> Option<Effect> {
    let pairs = base.iter().zip(point).filter_map(|(b, p)| b.zip(*p));
    let (base, point): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let differences = differences(&point, &base);
    let difference = Estimate::of(&differences)?;
    Some(Effect {
        base: crate::stats::estimate::mean(&base)?,
        point: crate::stats::estimate::mean(&point)?,
        toward: Toward::of(&difference, direction),
        difference,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTIVES: [Objective; 2] = [
        Objective {
            response: 0,
            is_maximised: true,
        },
        Objective {
            response: 1,
            is_maximised: false,
        },
    ];

    /// Runs from pairs of competitiveness and waste, a row a point.
    fn runs(rows: &[&[(f64, f64)]]) -> RunTable {
        let mut runs = RunTable::new(rows.len(), rows[0].len(), 2);
        for (point, row) in rows.iter().enumerate() {
            for (replicate, (up, down)) in row.iter().enumerate() {
                runs.put(point, replicate, &[Some(*up), Some(*down)]);
            }
        }
        runs
    }

    fn change(value: &str) -> Changes {
        vec![("rule".to_string(), value.to_string())]
    }

    fn found() -> Frontier {
        let base = runs(&[&[(1.0, 1.0), (2.0, 2.0)]]);
        let points = runs(&[
            // The base itself; better in the first by 1, the second is the same; better in both; worse in the second
            // only; better in the first, the second up and down; one replicate up, one down.
            &[(1.0, 1.0), (2.0, 2.0)],
            &[(2.0, 1.0), (3.0, 2.0)],
            &[(3.0, 0.0), (4.0, 1.0)],
            &[(1.0, 2.0), (2.0, 3.0)],
            &[(5.0, 0.9), (6.0, 2.1)],
            &[(0.0, 1.0), (3.0, 2.0)],
            &[(2.0, 2.0), (3.0, 3.0)],
        ]);
        let changes: Vec<Changes> = (0..7)
            .map(|point| match point {
                0 => Vec::new(),
                point => change(&point.to_string()),
            })
            .collect();
        analyse(&OBJECTIVES, &points, &base, &changes, 1).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn moves_are_gains_trade_offs_losses_or_not_shown() {
        let verdicts: Vec<Verdict> = found().moves.iter().map(|one| one.verdict).collect();
        assert_eq!(
            verdicts,
            [
                Verdict::FreeGain,
                Verdict::FreeGain,
                Verdict::Loss,
                Verdict::PossibleGain,
                Verdict::NotShown,
                Verdict::TradeOff,
            ]
        );
    }

    #[test]
    fn a_point_is_dominated_by_one_that_is_better_in_both() {
        let best: Vec<Option<bool>> = found()
            .points
            .iter()
            .map(|point| point.is_non_dominated)
            .collect();
        // Means are (1.5, 1.5), (2.5, 1.5), (3.5, 0.5), (1.5, 2.5), (5.5, 1.5), (1.5, 1.5), (2.5, 2.5).
        let expected = [false, false, true, false, true, false, false].map(Some);
        assert_eq!(best, expected);
        // In every resample the third point has the lowest waste.
        assert_eq!(found().points[2].chance, Some(1.0));
        assert_eq!(found().points[3].chance, Some(0.0));
    }

    #[test]
    fn one_replicate_shows_nothing_and_has_no_chances() {
        let base = runs(&[&[(1.0, 1.0)]]);
        let points = runs(&[&[(2.0, 0.5)], &[(0.0, 2.0)]]);
        let changes = [change("1"), change("2")];
        let found = analyse(&OBJECTIVES, &points, &base, &changes, 1).expect("a frontier");
        assert!(found.points.iter().all(|point| point.chance.is_none()));
        assert!(
            found
                .moves
                .iter()
                .all(|one| one.verdict == Verdict::NotShown)
        );
    }

    #[test]
    fn a_failed_run_leaves_the_pairs_that_are_whole() {
        let base = runs(&[&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]]);
        let mut points = RunTable::new(1, 3, 2);
        points.put(0, 0, &[Some(2.0), Some(1.0)]);
        points.fail(0, 1, "broken");
        points.put(0, 2, &[Some(4.0), Some(3.0)]);
        let found = analyse(&OBJECTIVES, &points, &base, &[change("1")], 1).expect("a frontier");
        assert_eq!(found.failed, 1);
        let effect = found.moves[0].effects[0].expect("an effect");
        assert_eq!(
            (effect.difference.n, effect.difference.mean, effect.base),
            (2, 1.0, 2.0)
        );
        assert_eq!(found.moves[0].verdict, Verdict::FreeGain);
    }

    #[test]
    fn gains_are_had_with_as_few_changes_as_possible() {
        let mut frontier = found();
        let points = |frontier: &Frontier, verdict| {
            let gains = frontier.gains(verdict);
            gains.iter().map(|one| one.point).collect::<Vec<usize>>()
        };
        assert_eq!(points(&frontier, Verdict::FreeGain), [1, 2]);
        assert_eq!(points(&frontier, Verdict::PossibleGain), [4]);
        // The first gain takes two changes; one of them alone is the second gain, which leaves it out, and is part
        // of what may be a gain, too.
        let shared = ("rule".to_string(), "2".to_string());
        frontier.moves[0].changes = vec![shared.clone(), ("other".into(), "1".into())];
        frontier.moves[3].changes = vec![("third".into(), "1".into()), shared];
        assert_eq!(points(&frontier, Verdict::FreeGain), [2]);
        assert_eq!(
            points(&frontier, Verdict::PossibleGain),
            Vec::<usize>::new()
        );
    }
}
