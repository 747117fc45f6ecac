//! Questions to many runs: which parameters matter, what mechanisms contribute, which rules are worth having, what policies
//! change, and which claims hold.

pub mod attribution;
pub mod claims;
pub mod compare;
pub mod frontier;
pub mod sensitivity;

use crate::model::data::World;
use crate::stats::estimate::{Estimate, Uncertain};
use crate::table::cell::Kind;
use crate::table::columns::ColumnInfo;
use crate::table::sheet::Cell;

/// Refuses worlds whose quarters cannot be held against each other.
pub(crate) fn check_quarters(base: &World, other: &World) -> Result<(), String> {
    if (base.start, base.quarters) == (other.start, other.quarters) {
        return Ok(());
    }
    Err(format!(
        "it has {} quarters from {} on, and what it is compared with {} from {} on; allowed: the same quarters",
        other.quarters, other.start, base.quarters, base.start
    ))
}

/// Columns of an estimate: `name`, standard error, ends of the interval and n.
fn estimate_columns(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    missing: &'static str,
    interval: &'static str,
    n: &'static str,
) -> Vec<ColumnInfo> {
    let number = |name: &'static str, meaning: String| {
        ColumnInfo::new(name, Kind::Number, unit, meaning).missing(missing)
    };
    vec![
        number(name, meaning.to_string()),
        number("se", "standard error".to_string()),
        number("low", format!("lower end of the 95 % interval, {interval}")),
        number(
            "high",
            format!("upper end of the 95 % interval, {interval}"),
        ),
        ColumnInfo::new("n", Kind::Integer, "1", n),
    ]
}

/// Cells of [`estimate_columns`].
fn uncertain_cells(value: Option<&Uncertain>) -> [Cell; 5] {
    let interval = value.and_then(|value| value.interval);
    [
        value.map(|value| value.value).into(),
        value.and_then(|value| value.standard_error).into(),
        interval.map(|(low, _)| low).into(),
        interval.map(|(_, high)| high).into(),
        value.map_or(0, |value| value.n).into(),
    ]
}

/// Cells of [`estimate_columns`].
fn mean_cells(value: Option<&Estimate>) -> [Cell; 5] {
    uncertain_cells(value.map(uncertain).as_ref())
}

/// A mean as any other estimate.
fn uncertain(mean: &Estimate) -> Uncertain {
    Uncertain {
        n: mean.n,
        value: mean.mean,
        standard_error: mean.standard_error(),
        interval: mean.interval(),
    }
}
