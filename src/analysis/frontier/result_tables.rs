//! `frontier.csv`, `moves.csv` and `base.csv`.

use crate::analysis::frontier::*;
use crate::analysis::{About, run_columns};
use crate::study::table::RunTable;
use crate::table::columns::ColumnInfo;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

const POINT: &str = "number of the design point, from 0; `design.csv` tells what it is";

/// `frontier.csv`, `moves.csv` and `base.csv`.
pub fn result_tables(
    found: &Frontier,
    experiment: &Experiment,
    points: &Points,
) -> Vec<ResultTable> {
    let names: Vec<&str> = experiment
        .objectives
        .iter()
        .map(|o| {
            let list = experiment.responses.list();
            list.get(o.response).map_or("", |response| &response.name)
        })
        .collect();
    vec![
        points_sheet(found, experiment, points, &names),
        moves_sheet(found, experiment, &names),
    ]
}

fn points_sheet(
    found: &Frontier,
    experiment: &Experiment,
    points: &Points,
    names: &[&str],
) -> ResultTable {
    let mut table =
        Columns::<(usize, &OfPoint)>::new("frontier", "a design point with its objectives");
    columns!(table, |(index, _)| {
        key "design_point": POINT => index;
    });
    for (place, factor) in points.factors().iter().enumerate() {
        let label = move |(index, _)| {
            let values = points.values(index as u64);
            Some(factor.label(values.get(place)?.as_ref()?))
        };
        table
            .column(factor.name.clone(), "value of the factor", label)
            .unit(factor.unit.clone())
            .missing("the point leaves it as the base has it");
    }
    let list = experiment.responses.list();
    for (place, (objective, name)) in experiment.objectives.iter().zip(names).enumerate() {
        let unit = list
            .get(objective.response)
            .map_or_else(String::new, |r| r.unit());
        let towards = if objective.is_maximised {
            "high"
        } else {
            "low"
        };
        let meaning = format!("mean over replicates; to be {towards}");
        let mean = move |(_, point): (usize, &OfPoint)| point.means.get(place).copied().flatten();
        table
            .column(name.to_string(), meaning, move |row| Some(mean(row)?.mean))
            .unit(unit.clone())
            .missing("no run of the point has it");
        table
            .column(
                format!("{name}_se"),
                "standard error of the mean",
                move |row| mean(row)?.standard_error(),
            )
            .unit(unit)
            .missing("fewer than two runs have it");
        table.column(format!("{name}_n"), "runs behind the mean", move |row| {
            mean(row).map_or(0, |mean| mean.n)
        });
    }
    let best =
        "whether no other point is at least as good in all objectives and better in one, by means";
    let chance = "share of resamples of replicates, the same for all points, in which the point is non-dominated";
    columns!(table, |(_, point)| {
        "non_dominated": best => point.is_non_dominated, missing("an objective is missing");
        "chance_non_dominated": chance
            => point.chance, missing("there is one replicate, or an objective is missing");
    });
    table.fill(found.points.iter().enumerate())
}

/// A list of changes in words.
pub fn words(changes: &Changes) -> String {
    let parts: Vec<String> = changes
        .iter()
        .map(|(factor, value)| format!("{factor} = {value}"))
        .collect();
    parts.join("; ")
}

fn moves_sheet(found: &Frontier, experiment: &Experiment, names: &[&str]) -> ResultTable {
    const UNIT: &str = "unit of the response";
    let none = "no replicate has the objective at the point and under the base";
    let toward = "`better`, `worse`: the interval lies on that side of 0; `not_worse`: it begins at 0; `not_shown`: anything else";
    let verdict = "of the move: `free_gain`: an objective better, all others better or not worse; `possible_gain`: an objective better, none shown to be worse; `trade_off`: one better, one worse; `loss`: one worse, none better; `not_shown`: anything else";
    let row = "an objective, moved from the base to a design point";
    let mut table = Columns::<(&Move, usize, Option<Effect>)>::new("moves", row);
    columns!(table, |(one, objective, effect)| {
        key "design_point": POINT => one.point;
        "changed_factors": "number of factors in which the point differs from the base" => one.changes.len();
        "changes": "these factors with their values" => words(&one.changes);
        key "objective": "name of the response" => names[objective];
        "direction": "whether it is to be high or low"
            => if experiment.objectives[objective].is_maximised { "max" } else { "min" }, names(&["max", "min"]);
        "base": "mean under the base" => Some(effect?.base), unit(UNIT), missing(none);
        "point": "mean at the point" => Some(effect?.point), unit(UNIT), missing(none);
    });
    let about = About {
        name: "difference",
        unit: UNIT,
        meaning: "point less base, on the same random draws",
        missing: "no replicate has the objective in both, or only one has",
        interval: "Student's t over paired differences",
        n: "replicates that have it in both",
    };
    table.estimate(about, |(_, _, effect)| Some(effect?.difference));
    columns!(table, |(one, _, effect)| {
        "toward": toward
            => effect.map_or(Toward::NotShown, |effect| effect.toward).name(), names(Toward::NAMES);
        "verdict": verdict => one.verdict.name(), names(Verdict::NAMES);
    });
    table.fill(found.moves.iter().flat_map(|one| {
        let effects = one.effects.iter().enumerate();
        effects.map(move |(objective, effect)| (one, objective, *effect))
    }))
}

/// `base.csv`: the runs of the base.
pub fn base_table(base: &RunTable, seed: u64, responses: Vec<ColumnInfo>) -> ResultTable {
    let row = "a run of the base scenario, which design points are compared with";
    let mut table = Columns::<(usize, usize)>::new("base", row);
    run_columns(&mut table, base, seed, responses);
    table.fill((0..base.replicates()).map(|replicate| (0, replicate)))
}
