//! `sensitivity.csv`, `interactions.csv` and `noise.csv`.

use crate::analysis::sensitivity::*;
use crate::analysis::{estimate_columns, uncertain_cells};
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// `sensitivity.csv`, `noise.csv` and, where pairs were sampled, `interactions.csv`.
pub fn sheets(found: &Sensitivity, responses: &[&str], factors: &[&str]) -> Vec<Sheet> {
    let mut sheets = vec![
        indices_sheet(found, responses, factors),
        noise_sheet(found, responses),
    ];
    if let Method::Sobol { second_order: true } = found.method {
        sheets.push(pairs_sheet(found, responses, factors));
    }
    sheets
}

fn indices_sheet(found: &Sensitivity, responses: &[&str], factors: &[&str]) -> Sheet {
    let (unit, interval, n) = match found.method {
        Method::Sobol { .. } => (
            "1",
            "percentiles over resampled base points",
            "base points behind the estimate",
        ),
        Method::Morris => (
            "unit of the response per width of the factor's range",
            "Student's t",
            "elementary effects behind the estimate",
        ),
        Method::RankCorrelation => (
            "1",
            "after Fisher's transformation",
            "design points behind the estimate",
        ),
    };
    let mut columns = vec![
        ColumnInfo::new("response", Kind::Text, "", "name of the response"),
        ColumnInfo::new("factor", Kind::Text, "", "name of the factor"),
        ColumnInfo {
            names: found.method.indices(),
            ..ColumnInfo::new(
                "index",
                Kind::Text,
                "",
                match found.method {
                    Method::Sobol { .. } => {
                        "`first`: share of variance that goes if the factor is fixed; `total`: share that stays if all others are fixed"
                    }
                    Method::Morris => {
                        "`mu_star`: mean absolute effect; `mu`: mean effect; `sigma`: standard deviation of effects"
                    }
                    Method::RankCorrelation => {
                        "`prcc`: rank correlation with the response, other factors held fixed"
                    }
                },
            )
        },
    ];
    columns.extend(estimate_columns(
        "estimate",
        unit,
        "the index, of responses averaged over replicates",
        "too few runs are there, or the response does not vary",
        interval,
        n,
    ));
    let mut sheet = Sheet::new(FileInfo::new(
        "sensitivity",
        "an index of a factor for a response",
        &["response", "factor", "index"],
        columns,
    ));
    for (of, response) in found.responses.iter().zip(responses) {
        for (indices, factor) in of.factors.iter().zip(factors) {
            for (value, index) in indices.iter().zip(found.method.indices()) {
                let mut row: Vec<Cell> =
                    vec![(*response).into(), (*factor).into(), (*index).into()];
                row.extend(uncertain_cells(value.as_ref()));
                sheet.rows.push(row);
            }
        }
    }
    sheet
}

fn pairs_sheet(found: &Sensitivity, responses: &[&str], factors: &[&str]) -> Sheet {
    let mut columns = vec![
        ColumnInfo::new("response", Kind::Text, "", "name of the response"),
        ColumnInfo::new("factor_1", Kind::Text, "", "name of a factor"),
        ColumnInfo::new("factor_2", Kind::Text, "", "name of another factor"),
    ];
    columns.extend(estimate_columns(
        "estimate",
        "1",
        "share of variance that both bring together beyond what each brings alone (second order)",
        "too few runs are there, or the response does not vary",
        "percentiles over resampled base points",
        "base points behind the estimate",
    ));
    let mut sheet = Sheet::new(FileInfo::new(
        "interactions",
        "two factors and a response",
        &["response", "factor_1", "factor_2"],
        columns,
    ));
    let name = |factor: usize| factors.get(factor).copied().unwrap_or_default();
    for (of, response) in found.responses.iter().zip(responses) {
        for ((one, other), value) in &of.pairs {
            let mut row: Vec<Cell> =
                vec![(*response).into(), name(*one).into(), name(*other).into()];
            row.extend(uncertain_cells(value.as_ref()));
            sheet.rows.push(row);
        }
    }
    sheet
}

fn noise_sheet(found: &Sensitivity, responses: &[&str]) -> Sheet {
    let count = |name: &'static str, meaning: &'static str| {
        ColumnInfo::new(name, Kind::Integer, "1", meaning)
    };
    let mut columns = vec![
        ColumnInfo::new("response", Kind::Text, "", "name of the response"),
        count("points", "design points with a run that has the response"),
        count("replicates", "replicates of each design point"),
        count("runs", "runs that have the response"),
        count("failed", "runs that failed, of all"),
    ];
    let meanings = [
        "share of the variance of a single run that lies between design points",
        "share of the variance of a single run that is luck common to all design points",
        "share of the variance of a single run that is neither: luck that falls differently on different points",
        "share of the variance between means of design points that is noise of replicates",
    ];
    for ((name, _), meaning) in Noise::default().shares().into_iter().zip(meanings) {
        let parts = [
            (String::new(), meaning),
            ("_se".to_string(), "its standard error, by the jackknife"),
            ("_low".to_string(), "lower end of its 95 % interval"),
            ("_high".to_string(), "upper end of its 95 % interval"),
        ];
        for (ending, meaning) in parts {
            let missing = if ending.is_empty() {
                "there is one replicate, too few runs are there, or nothing varies"
            } else {
                "there are fewer than three replicates, too few runs are there, or nothing varies"
            };
            columns.push(
                ColumnInfo::new(format!("{name}{ending}"), Kind::Number, "1", meaning)
                    .missing(missing),
            );
        }
    }
    let mut sheet = Sheet::new(FileInfo::new(
        "noise",
        "a response: how much of it is luck",
        &["response"],
        columns,
    ));
    for (of, response) in found.responses.iter().zip(responses) {
        let mut row: Vec<Cell> = vec![
            (*response).into(),
            of.noise.points.into(),
            found.replicates.into(),
            of.noise.runs.into(),
            found.failed.into(),
        ];
        for (_, share) in of.noise.shares() {
            let [value, se, low, high, _] = uncertain_cells(share.as_ref());
            row.extend([value, se, low, high]);
        }
        sheet.rows.push(row);
    }
    sheet
}
