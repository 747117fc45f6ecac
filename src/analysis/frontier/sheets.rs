//! `frontier.csv`, `moves.csv` and `base.csv`.

use crate::analysis::frontier::*;
use crate::analysis::{estimate_columns, mean_cells};
use crate::study::table::RunTable;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// `frontier.csv`, `moves.csv` and `base.csv`.
pub fn sheets(found: &Frontier, experiment: &Experiment, points: &Points) -> Vec<Sheet> {
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

fn point_column() -> ColumnInfo {
    ColumnInfo::new(
        "design_point",
        Kind::Integer,
        "1",
        "number of the design point, from 0; `design.csv` tells what it is",
    )
}

fn points_sheet(
    found: &Frontier,
    experiment: &Experiment,
    points: &Points,
    names: &[&str],
) -> Sheet {
    let mut columns = vec![point_column()];
    columns.extend(points.factors().iter().map(|factor| {
        ColumnInfo::new(
            factor.name.clone(),
            Kind::Text,
            factor.unit.clone(),
            "value of the factor",
        )
        .missing("the point leaves it as the base has it")
    }));
    for (objective, name) in experiment.objectives.iter().zip(names) {
        let list = experiment.responses.list();
        let unit = list
            .get(objective.response)
            .map_or_else(String::new, |r| r.unit());
        let towards = if objective.is_maximised {
            "high"
        } else {
            "low"
        };
        columns.extend([
            ColumnInfo::new(
                name.to_string(),
                Kind::Number,
                unit.clone(),
                format!("mean over replicates; to be {towards}"),
            )
            .missing("no run of the point has it"),
            ColumnInfo::new(
                format!("{name}_se"),
                Kind::Number,
                unit,
                "standard error of the mean",
            )
            .missing("fewer than two runs have it"),
            ColumnInfo::new(
                format!("{name}_n"),
                Kind::Integer,
                "1",
                "runs behind the mean",
            ),
        ]);
    }
    columns.push(
        ColumnInfo::new(
            "non_dominated",
            Kind::Boolean,
            "",
            "whether no other point is at least as good in all objectives and better in one, by means",
        )
        .missing("an objective is missing"),
    );
    columns.push(
        ColumnInfo::new(
            "chance_non_dominated",
            Kind::Number,
            "1",
            "share of resamples of replicates, the same for all points, in which the point is non-dominated",
        )
        .missing("there is one replicate, or an objective is missing"),
    );
    let mut sheet = Sheet::new(FileInfo::new(
        "frontier",
        "a design point with its objectives",
        &["design_point"],
        columns,
    ));
    for (index, point) in found.points.iter().enumerate() {
        let mut row: Vec<Cell> = vec![index.into()];
        let values = points.values(index as u64);
        row.extend(points.factors().iter().zip(&values).map(|(factor, value)| {
            let label = value.as_ref().map(|value| factor.label(value));
            label.map_or(Cell::Missing, Cell::Text)
        }));
        for mean in &point.means {
            let [value, se, _, _, n] = mean_cells(mean.as_ref());
            row.extend([value, se, n]);
        }
        row.push(point.is_non_dominated.map_or(Cell::Missing, Cell::Flag));
        row.push(point.chance.into());
        sheet.rows.push(row);
    }
    sheet
}

/// A list of changes in words.
pub fn words(changes: &Changes) -> String {
    let parts: Vec<String> = changes
        .iter()
        .map(|(factor, value)| format!("{factor} = {value}"))
        .collect();
    parts.join("; ")
}

fn moves_sheet(found: &Frontier, experiment: &Experiment, names: &[&str]) -> Sheet {
    const UNIT: &str = "unit of the response";
    let none = "no replicate has the objective at the point and under the base";
    let mut columns = vec![
        point_column(),
        ColumnInfo::new(
            "changed_factors",
            Kind::Integer,
            "1",
            "number of factors in which the point differs from the base",
        ),
        ColumnInfo::new("changes", Kind::Text, "", "these factors with their values"),
        ColumnInfo::new("objective", Kind::Text, "", "name of the response"),
        ColumnInfo {
            names: &["max", "min"],
            ..ColumnInfo::new(
                "direction",
                Kind::Text,
                "",
                "whether it is to be high or low",
            )
        },
        ColumnInfo::new("base", Kind::Number, UNIT, "mean under the base").missing(none),
        ColumnInfo::new("point", Kind::Number, UNIT, "mean at the point").missing(none),
    ];
    columns.extend(estimate_columns(
        "difference",
        UNIT,
        "point less base, on the same luck",
        "no replicate has the objective in both, or only one has",
        "Student's t over paired differences",
        "replicates that have it in both",
    ));
    columns.push(ColumnInfo {
        names: Toward::NAMES,
        ..ColumnInfo::new(
            "toward",
            Kind::Text,
            "",
            "`better`, `worse`: the interval lies on that side of 0; `not_worse`: it begins at 0; `not_shown`: anything else",
        )
    });
    columns.push(ColumnInfo {
        names: Verdict::NAMES,
        ..ColumnInfo::new(
            "verdict",
            Kind::Text,
            "",
            "of the move: `free_gain`: an objective better, all others better or not worse; `possible_gain`: an objective better, none shown to be worse; `trade_off`: one better, one worse; `loss`: one worse, none better; `not_shown`: anything else",
        )
    });
    let mut sheet = Sheet::new(FileInfo::new(
        "moves",
        "an objective, moved from the base to a design point",
        &["design_point", "objective"],
        columns,
    ));
    for one in &found.moves {
        let objectives = experiment.objectives.iter().zip(names);
        for ((objective, name), effect) in objectives.zip(&one.effects) {
            let mut row: Vec<Cell> = vec![
                one.point.into(),
                one.changes.len().into(),
                words(&one.changes).into(),
                (*name).into(),
                if objective.is_maximised { "max" } else { "min" }.into(),
                effect.map(|effect| effect.base).into(),
                effect.map(|effect| effect.point).into(),
            ];
            row.extend(mean_cells(effect.map(|effect| effect.difference).as_ref()));
            let toward = effect.map_or(Toward::NotShown, |effect| effect.toward);
            row.extend([toward.name().into(), one.verdict.name().into()]);
            sheet.rows.push(row);
        }
    }
    sheet
}

/// `base.csv`: the runs of the base.
pub fn base_sheet(base: &RunTable, seed: u64, responses: Vec<ColumnInfo>) -> Sheet {
    let count = responses.len();
    let mut columns = vec![
        ColumnInfo::new(
            "replicate",
            Kind::Integer,
            "1",
            "replicate, from 0; with the seed it fixes the luck of the run",
        ),
        ColumnInfo::new("seed", Kind::Integer, "1", "seed of the run"),
    ];
    columns.extend(responses);
    columns.push(
        ColumnInfo::new("error", Kind::Text, "", "why the run failed").missing("the run went well"),
    );
    let mut sheet = Sheet::new(FileInfo::new(
        "base",
        "a run of the base scenario, which design points are compared with",
        &["replicate"],
        columns,
    ));
    for replicate in 0..base.replicates() {
        let mut row: Vec<Cell> = vec![replicate.into(), seed.into()];
        let value = |response| Cell::from(base.value(response, 0, replicate));
        row.extend((0..count).map(value));
        let error = base.error(0, replicate);
        row.push(error.map_or(Cell::Missing, |error| {
            Cell::from(error.replace(['\n', '\r'], "; "))
        }));
        sheet.rows.push(row);
    }
    sheet
}
