//! Tables of claims over uncertain parameters.

use crate::analysis::claims::study::Study;
use crate::analysis::claims::uncertainty::{Driver, Size, Uncertainty};
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

/// `uncertainty.csv`, `drivers.csv` and `scenario_discovery.csv`.
pub fn result_tables(study: &Study, size: Size, found: &[Uncertainty]) -> Vec<ResultTable> {
    vec![
        uncertainty_table(study, size, found),
        drivers_table(study, found),
        discovery_table(study, found),
    ]
}

const NONE: &str = "no point has it";

fn uncertainty_table(study: &Study, size: Size, found: &[Uncertainty]) -> ResultTable {
    let claims = &study.register.claims;
    let mean_side = "share of points at which the mean effects of all parts lie on the expected side, whatever their \
                     intervals";
    let drivers =
        "the parameters that go most with the effect, by part, with partial rank correlations";
    let row = "a claim over a Sobol' sequence of all uncertain parameters";
    let mut table = Columns::<&Uncertainty>::new("uncertainty", row);
    columns!(table, |own| {
        key "claim": "short name of the claim" => claims[own.claim].id.as_str();
        "points": "design points at which every part has a value" => own.points;
        "pairs": "pairs of runs at each" => size.pairs;
    });
    let holds = "share of points at which the claim holds";
    table.share("holds", holds, NONE, |own| own.shares[0]);
    columns!(table, |own| {
        "contradicted": "share of points at which it is contradicted"
            => Some(own.shares[1]?.value), missing(NONE);
        "not_shown": "share of points at which neither is shown" => Some(own.shares[2]?.value), missing(NONE);
        "mean_on_expected_side": mean_side => Some(own.mean_side?.value), missing(NONE);
        "drivers": drivers => own.drivers_in_words();
        "rule": "where it holds most and least" => own.rule_in_words();
    });
    table.fill(found)
}

fn drivers_table(study: &Study, found: &[Uncertainty]) -> ResultTable {
    let claims = &study.register.claims;
    let correlation =
        "partial rank correlation with the mean effect over points, other parameters held fixed";
    let row = "an uncertain parameter that goes with the effect of a part of a claim";
    let mut table = Columns::<(&Uncertainty, &Driver)>::new("drivers", row);
    columns!(table, |(own, driver)| {
        key "claim": "short name of the claim" => claims[own.claim].id.as_str();
        key "part": "number of the part, from 1" => driver.part;
        key "rank": "1 for the strongest" => driver.rank;
        "parameter": "key of the parameter" => driver.parameter.as_str();
        "correlation": correlation => driver.correlation.value, missing(NONE);
        "low" to "high": "its 95 % interval (Fisher)" => driver.correlation.interval, missing(NONE);
        "p_value": "two-sided p-value of no correlation" => driver.p_value, missing(NONE);
    });
    table.fill(
        found
            .iter()
            .flat_map(|own| own.drivers.iter().map(move |driver| (own, driver))),
    )
}

fn discovery_table(study: &Study, found: &[Uncertainty]) -> ResultTable {
    let claims = &study.register.claims;
    let row = "a region of the parameters and how often a claim holds in it";
    let mut table = Columns::<(&Uncertainty, usize)>::new("scenario_discovery", row);
    columns!(table, |(own, place)| {
        key "claim": "short name of the claim" => claims[own.claim].id.as_str();
        key "region": "number of the region, from 1" => place + 1;
        "rule": "the region, in the units of the parameters" => own.rules[place].0.as_str();
        "points": "design points in it" => own.rules[place].1;
        "holds": "those at which the claim holds" => own.rules[place].2;
    });
    table.fill(
        found
            .iter()
            .flat_map(|own| (0..own.rules.len()).map(move |place| (own, place))),
    )
}
