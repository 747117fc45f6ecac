//! Errors against exact values (`tests/reference/functions.py`): the bounds that the functions state.
//!
//! The reference keeps, of many points in the ranges that the model uses, those at which these formulas err most.

use crate::kernel::math::{exp, ln, normal::normal_quantile, pow};
use crate::kernel::reference::table;

/// A point, the double nearest to the exact value, and what is missing from it.
struct Exact {
    x: f64,
    a: f64,
    value: f64,
    rest: f64,
}

fn exact(function: &str) -> Vec<Exact> {
    let rows = table("functions.csv");
    let own = rows.iter().filter(|row| row[0] == function);
    own.map(|row| {
        let number = |column: usize| row[column].parse().expect("number");
        Exact {
            x: number(1),
            a: number(2),
            value: number(3),
            rest: number(4),
        }
    })
    .collect()
}

impl Exact {
    /// Distance from the exact value, in its sign and unit.
    fn error(&self, own: f64) -> f64 {
        // The first difference is exact: both are doubles of nearly equal size.
        ((own - self.value) - self.rest).abs()
    }

    /// Distance from the exact value in units in the last place.
    fn ulps(&self, own: f64) -> f64 {
        let size = self.value.abs();
        self.error(own) / (f64::from_bits(size.to_bits() + 1) - size)
    }
}

/// The largest error of a function in units in the last place.
fn largest(function: &str, own: impl Fn(f64) -> f64) -> f64 {
    let points = exact(function);
    assert!(points.len() >= 100, "{}", points.len());
    let errors = points.iter().map(|point| point.ulps(own(point.x)));
    errors.fold(0.0, f64::max)
}

#[test]
fn exp_ln_and_quantiles_stay_within_their_stated_units_in_the_last_place() {
    let bounds = [
        ("exp", largest("exp", exp), 1.5),
        ("ln", largest("ln", ln), 1.0),
        ("quantile", largest("quantile", normal_quantile), 6.0),
    ];
    for (function, error, bound) in bounds {
        assert!(error <= bound, "{function}: {error} units");
        // A bound that is far from what is measured says little.
        assert!(error >= bound / 2.0, "{function}: {error} units");
    }
}

#[test]
fn powers_stay_within_their_stated_relative_error() {
    for point in exact("pow") {
        let bound = 4e-16 * (2.0 + (point.a * libm::log(point.x)).abs());
        let error = point.error(pow(point.x, point.a)) / point.value;
        assert!(error <= bound, "{}^{}: {error}", point.x, point.a);
    }
}
