//! Tables of claims over uncertain parameters.

use crate::analysis::claims::robust::{Robustness, Size};
use crate::analysis::claims::study::Study;
use crate::stats::estimate::Uncertain;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// `robustness.csv`, `drivers.csv` and `regions.csv`.
pub fn sheets(study: &Study, size: Size, found: &[Robustness]) -> Vec<Sheet> {
    let text =
        |name: &'static str, meaning: &'static str| ColumnInfo::new(name, Kind::Text, "", meaning);
    let count = |name: &'static str, meaning: &'static str| {
        ColumnInfo::new(name, Kind::Integer, "1", meaning)
    };
    let number = |name: &'static str, meaning: &'static str| {
        ColumnInfo::new(name, Kind::Number, "1", meaning).missing("no point has it")
    };
    let claim = || text("claim", "short name of the claim");
    let mut table = Sheet::new(FileInfo::new(
        "robustness",
        "a claim over a Sobol' sequence of all uncertain parameters",
        &["claim"],
        vec![
            claim(),
            count("points", "design points at which every part has a value"),
            count("pairs", "pairs of runs at each"),
            number("holds", "share of points at which the claim holds"),
            number("holds_low", "lower end of its 95 % interval (Wilson)"),
            number("holds_high", "upper end of its 95 % interval (Wilson)"),
            number(
                "contradicted",
                "share of points at which it is contradicted",
            ),
            number("not_shown", "share of points at which neither is shown"),
            number(
                "mean_on_expected_side",
                "share of points at which the mean effects of all parts lie on the expected side, whatever their intervals",
            ),
            text(
                "drivers",
                "the parameters that go most with the effect, by part, with partial rank correlations",
            ),
            text("rule", "where it holds most and least"),
        ],
    ));
    let mut drivers = Sheet::new(FileInfo::new(
        "drivers",
        "an uncertain parameter that goes with the effect of a part of a claim",
        &["claim", "part", "rank"],
        vec![
            claim(),
            count("part", "number of the part, from 1"),
            count("rank", "1 for the strongest"),
            text("parameter", "key of the parameter"),
            number(
                "correlation",
                "partial rank correlation with the mean effect over points, other parameters held fixed",
            ),
            number("low", "lower end of its 95 % interval (Fisher)"),
            number("high", "upper end of its 95 % interval (Fisher)"),
            number("p_value", "two-sided p-value of no correlation"),
        ],
    ));
    let mut regions = Sheet::new(FileInfo::new(
        "regions",
        "a region of the parameters and how often a claim holds in it",
        &["claim", "region"],
        vec![
            claim(),
            count("region", "number of the region, from 1"),
            text("rule", "the region, in the units of the parameters"),
            count("points", "design points in it"),
            count("holds", "those at which the claim holds"),
        ],
    ));
    for own in found {
        let id = || Cell::Text(study.register.claims[own.claim].id.clone());
        let [holds, contradicted, not_shown] = &own.shares;
        let value = |share: &Option<Uncertain>| Cell::from(share.as_ref().map(|share| share.value));
        let ends = holds.as_ref().and_then(|share| share.interval);
        table.rows.push(vec![
            id(),
            own.points.into(),
            u64::from(size.pairs).into(),
            value(holds),
            ends.map(|ends| ends.0).into(),
            ends.map(|ends| ends.1).into(),
            value(contradicted),
            value(not_shown),
            value(&own.mean_side),
            own.drivers_in_words().into(),
            own.rule_in_words().into(),
        ]);
        for driver in &own.drivers {
            let ends = driver.correlation.interval;
            drivers.rows.push(vec![
                id(),
                driver.part.into(),
                driver.rank.into(),
                driver.parameter.as_str().into(),
                driver.correlation.value.into(),
                ends.map(|ends| ends.0).into(),
                ends.map(|ends| ends.1).into(),
                driver.p_value.into(),
            ]);
        }
        for (number, (rule, points, holds)) in own.rules.iter().enumerate() {
            regions.rows.push(vec![
                id(),
                (number + 1).into(),
                rule.as_str().into(),
                (*points).into(),
                (*holds).into(),
            ]);
        }
    }
    vec![table, drivers, regions]
}
