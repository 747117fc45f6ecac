//! `series.csv` and `henan.csv`: what claims measure, quarter by quarter, in treatment and control.

use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::{Plan, Reading, Study};
use crate::analysis::claims::tables;
use crate::input::claims::Design;
use crate::stats::running::Running;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// Claim whose course is told city by city.
const HENAN: &str = "C5";

/// `series.csv`.
pub fn sheet(study: &Study, runs: &Runs) -> Sheet {
    let mut columns = vec![
        ColumnInfo::new("claim", Kind::Text, "", "short name of the claim"),
        ColumnInfo::new("part", Kind::Integer, "1", "number of the part, from 1"),
        ColumnInfo::new("response", Kind::Text, "", "what is measured"),
        arm_column(),
        ColumnInfo::new("quarter", Kind::Quarter, "", "calendar quarter"),
    ];
    columns.extend(tables::estimate_columns());
    let mut sheet = Sheet::new(FileInfo::new(
        "series",
        "a response of a claim in a quarter, in the treatment, in the control, or their difference; flows are those of the quarter",
        &["claim", "part", "arm", "quarter"],
        columns,
    ));
    for plan in &study.plans {
        let claim = &study.register.claims[plan.claim];
        let part = study.part(plan);
        let key: [Cell; 3] = [
            claim.id.as_str().into(),
            (plan.part + 1).into(),
            part.response.text.as_str().into(),
        ];
        for (arm, quarter, estimate) in course(study, plan, runs) {
            let mut row = key.to_vec();
            row.extend([Cell::Text(arm), Cell::Text(quarter)]);
            row.extend(tables::estimate_cells(&estimate));
            sheet.rows.push(row);
        }
    }
    sheet
}

/// `henan.csv`; none where its claim is not run.
pub fn henan(study: &Study, runs: &Runs) -> Option<Sheet> {
    let mut columns = vec![
        ColumnInfo::new("city_id", Kind::Text, "", "short name of the city"),
        ColumnInfo::new(
            "measure",
            Kind::Text,
            "",
            "what is measured, of the city's foundation models",
        ),
        arm_column(),
        ColumnInfo::new("quarter", Kind::Quarter, "", "calendar quarter"),
    ];
    columns.extend(tables::estimate_columns());
    let mut sheet = Sheet::new(FileInfo::new(
        "henan",
        "a city's programme in foundation models in a quarter: with it (treatment), had the city alone been closed to it from 2023 on (control), or the difference; CNY mn of the quarter, net returns discounted to 2023Q1",
        &["city_id", "measure", "arm", "quarter"],
        columns,
    ));
    let place = study
        .register
        .claims
        .iter()
        .position(|claim| claim.id == HENAN)?;
    for (_, plan) in study.plans_of(place) {
        let response = &study.part(plan).response;
        let text = response.text.as_str();
        let (head, rest) = text.split_once('[')?;
        let measure = head.rsplit('.').next().unwrap_or(head);
        let city = rest.split([',', ']']).next().unwrap_or(rest);
        for (arm, quarter, estimate) in course(study, plan, runs) {
            let mut row: Vec<Cell> = vec![city.into(), measure.into()];
            row.extend([Cell::Text(arm), Cell::Text(quarter)]);
            row.extend(tables::estimate_cells(&estimate));
            sheet.rows.push(row);
        }
    }
    Some(sheet)
}

fn arm_column() -> ColumnInfo {
    ColumnInfo::new(
        "arm",
        Kind::Text,
        "",
        "`treatment`, `control` or `difference`; the level for claims of several levels",
    )
}

/// Arm, quarter and estimate, arm by arm.
fn course(study: &Study, plan: &Plan, runs: &Runs) -> Vec<(String, String, Running)> {
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
            let running: Running = values.collect();
            let date = start.plus(quarter as i32).to_string();
            found.push((name.to_string(), date, running));
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
