//! `series.csv` and `henan.csv`: what claims measure, quarter by quarter, in treatment and control.

use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::{Plan, Reading, Study};
use crate::input::claims::Design;
use crate::kernel::quarter::Quarter;
use crate::stats::running::Running;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

/// Claim whose trajectory is told city by city.
const HENAN: &str = "C5";
const ARM: &str = "`treatment`, `control` or `difference`; the level for claims of several levels";

/// What a plan measures in a quarter of an arm.
struct Moment {
    arm: String,
    quarter: Quarter,
    estimate: Running,
}

/// `series.csv`.
pub fn result_table(study: &Study, runs: &Runs) -> ResultTable {
    let plans = study.plans.iter();
    let trajectories: Vec<_> = plans
        .map(|plan| (plan, trajectory(study, plan, runs)))
        .collect();
    let row = "a response of a claim in a quarter, in the treatment, in the control, or their difference; flows are those \
               of the quarter";
    let mut table = Columns::<(&Plan, &Moment)>::new("series", row);
    columns!(table, |(plan, moment)| {
        key "claim": "short name of the claim" => study.register.claims[plan.claim].id.as_str();
        key "part": "number of the part, from 1" => plan.part + 1;
        "response": "what is measured" => study.part(plan).response.text.as_str();
        key "arm": ARM => moment.arm.as_str();
        key "quarter": "calendar quarter" => moment.quarter;
    });
    table.mean(|(_, moment)| moment.estimate);
    let rows = trajectories
        .iter()
        .flat_map(|(plan, trajectory)| trajectory.iter().map(move |moment| (*plan, moment)));
    table.fill(rows)
}

/// `henan.csv`; none where its claim is not run.
pub fn henan(study: &Study, runs: &Runs) -> Option<ResultTable> {
    let mut claims = study.register.claims.iter();
    let place = claims.position(|claim| claim.id == HENAN)?;
    let mut trajectories = Vec::new();
    for (_, plan) in study.plans_of(place) {
        let (head, rest) = study.part(plan).response.text.split_once('[')?;
        let measure = head.rsplit('.').next().unwrap_or(head);
        let city = rest.split([',', ']']).next().unwrap_or(rest);
        trajectories.push((city, measure, trajectory(study, plan, runs)));
    }
    let row = "a city's programme in foundation models in a quarter: with it (treatment), had the city alone been closed to \
               it from 2023 on (control), or the difference; CNY mn of the quarter, net returns discounted to 2023Q1";
    let mut table = Columns::<(&str, &str, &Moment)>::new("henan", row);
    columns!(table, |(city, measure, moment)| {
        key "city_id": "short name of the city" => city;
        key "measure": "what is measured, of the city's foundation models" => measure;
        key "arm": ARM => moment.arm.as_str();
        key "quarter": "calendar quarter" => moment.quarter;
    });
    table.mean(|(_, _, moment)| moment.estimate);
    let rows = trajectories.iter().flat_map(|(city, measure, trajectory)| {
        trajectory
            .iter()
            .map(move |moment| (*city, *measure, moment))
    });
    Some(table.fill(rows))
}

/// A plan's moments, arm by arm.
fn trajectory(study: &Study, plan: &Plan, runs: &Runs) -> Vec<Moment> {
    let first = plan.readings.first().map(|(reading, _)| reading.arm);
    let start = first.map(|arm| study.runs.arms[arm].world().start);
    let (Some(first), Some(start)) = (first, start) else {
        return Vec::new();
    };
    let value = |replicate, at: Reading, quarter| runs.in_quarter(replicate, at, quarter);
    let mut found = Vec::new();
    let mut add = |name: &str, of: &dyn Fn(usize, usize) -> Option<f64>| {
        for quarter in 0..runs.quarters(first) {
            let values = runs
                .replicates()
                .filter_map(|replicate| of(replicate, quarter));
            found.push(Moment {
                arm: name.to_string(),
                quarter: start.plus(quarter as i32),
                estimate: values.collect(),
            });
        }
    };
    match &study.part(plan).design {
        Design::Steps { levels, .. } => {
            for ((level, _), (reading, _)) in levels.iter().zip(&plan.readings) {
                add(&level.to_string(), &|replicate, quarter| {
                    value(replicate, *reading, quarter)
                });
            }
        }
        _ => {
            let readings: Vec<Reading> = plan.readings.iter().map(|(own, _)| *own).collect();
            for (name, reading) in ["treatment", "control"].iter().zip(&readings) {
                add(name, &|replicate, quarter| {
                    value(replicate, *reading, quarter)
                });
            }
            if let [treatment, control] = readings[..] {
                add("difference", &|replicate, quarter| {
                    Some(
                        value(replicate, treatment, quarter)? - value(replicate, control, quarter)?,
                    )
                });
            }
        }
    }
    found
}
