//! `sensitivity.csv`, `interactions.csv` and `noise.csv`.

use crate::analysis::About;
use crate::analysis::sensitivity::*;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

const TOO_FEW: &str = "too few runs are there, or the response does not vary";

/// `sensitivity.csv`, `noise.csv` and, where pairs were sampled, `interactions.csv`.
pub fn result_tables(
    found: &Sensitivity,
    responses: &[&str],
    factors: &[&str],
) -> Vec<ResultTable> {
    let mut result_tables = vec![
        indices_sheet(found, responses, factors),
        noise_sheet(found, responses),
    ];
    if let Method::Sobol { second_order: true } = found.method {
        result_tables.push(pairs_sheet(found, responses, factors));
    }
    result_tables
}

fn indices_sheet(found: &Sensitivity, responses: &[&str], factors: &[&str]) -> ResultTable {
    let (index, unit, interval, n) = match found.method {
        Method::Sobol { .. } => (
            "`first`: share of variance that goes if the factor is fixed; `total`: share that stays if all others are fixed",
            "1",
            "percentiles over resampled base points",
            "base points behind the estimate",
        ),
        Method::Morris => (
            "`mu_star`: mean absolute effect; `mu`: mean effect; `sigma`: standard deviation of effects",
            "unit of the response per width of the factor's range",
            "Student's t",
            "elementary effects behind the estimate",
        ),
        Method::RankCorrelation => (
            "`prcc`: rank correlation with the response, other factors held fixed",
            "1",
            "after Fisher's transformation",
            "design points behind the estimate",
        ),
    };
    let row = "an index of a factor for a response";
    let mut table =
        Columns::<(&str, &str, &'static str, Option<Uncertain>)>::new("sensitivity", row);
    columns!(table, |(response, factor, name, _)| {
        key "response": "name of the response" => response;
        key "factor": "name of the factor" => factor;
        key "index": index => name, names(found.method.indices());
    });
    let about = About {
        name: "estimate",
        unit,
        meaning: "the index, of responses averaged over replicates",
        missing: TOO_FEW,
        interval,
        n,
    };
    table.estimate(about, |(_, _, _, value)| value);
    let mut rows = Vec::new();
    for (of, response) in found.responses.iter().zip(responses) {
        for (indices, factor) in of.factors.iter().zip(factors) {
            let indices = indices.iter().zip(found.method.indices());
            rows.extend(indices.map(|(value, index)| (*response, *factor, *index, *value)));
        }
    }
    table.fill(rows)
}

fn pairs_sheet(found: &Sensitivity, responses: &[&str], factors: &[&str]) -> ResultTable {
    let name = |factor: usize| factors.get(factor).copied().unwrap_or_default();
    let row = "two factors and a response";
    let mut table = Columns::<(&str, (usize, usize), Option<Uncertain>)>::new("interactions", row);
    columns!(table, |(response, pair, _)| {
        key "response": "name of the response" => response;
        key "factor_1": "name of a factor" => name(pair.0);
        key "factor_2": "name of another factor" => name(pair.1);
    });
    let about = About {
        name: "estimate",
        unit: "1",
        meaning: "share of variance that both bring together beyond what each brings alone (second order)",
        missing: TOO_FEW,
        interval: "percentiles over resampled base points",
        n: "base points behind the estimate",
    };
    table.estimate(about, |(_, _, value)| value);
    let responses = found.responses.iter().zip(responses);
    table.fill(responses.flat_map(|(of, response)| {
        let pairs = of.pairs.iter();
        pairs.map(|(pair, value)| (*response, *pair, *value))
    }))
}

fn noise_sheet(found: &Sensitivity, responses: &[&str]) -> ResultTable {
    let few = "there is one replicate, too few runs are there, or nothing varies";
    let fewer = "there are fewer than three replicates, too few runs are there, or nothing varies";
    let row = "a response: how much of it is random";
    let mut table = Columns::<(&str, &Noise)>::new("noise", row);
    columns!(table, |(response, noise)| {
        key "response": "name of the response" => response;
        "points": "design points with a run that has the response" => noise.points;
        "replicates": "replicates of each design point" => found.replicates;
        "runs": "runs that have the response" => noise.runs;
        "failed": "runs that failed, of all" => found.failed;
    });
    let meanings = [
        "share of the variance of a single run that lies between design points",
        "share of the variance of a single run that is random and common to all design points",
        "share of the variance of a single run that is neither: draws that act differently on different points",
        "share of the variance between means of design points that is noise of replicates",
    ];
    for (place, meaning) in meanings.into_iter().enumerate() {
        let (name, _) = Noise::default().shares()[place];
        let share = move |noise: &Noise| *noise.shares()[place].1;
        table
            .column(name, meaning, move |(_, noise)| Some(share(noise)?.value))
            .missing(few);
        let error = "its standard error, by the jackknife";
        table
            .column(format!("{name}_se"), error, move |(_, noise)| {
                share(noise)?.standard_error
            })
            .missing(fewer);
        let [low, high] = ["low", "high"].map(|end| format!("{name}_{end}"));
        table
            .ends(low, high, "its 95 % interval", move |(_, noise)| {
                share(noise)?.interval
            })
            .missing(fewer);
    }
    let noises = found.responses.iter().map(|of| &of.noise);
    table.fill(responses.iter().copied().zip(noises))
}
