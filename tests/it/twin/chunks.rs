//! The twin against the core in a nation of more cities than one chunk of the core holds.

use std::path::Path;

use dualtrack::model::data::{Closure, PilotZone, World};
use dualtrack::model::params::Value;

use super::compare::follows;
use crate::worlds::{set, switch};

/// 530 synthetic cities, of which the last 18 stand in a second chunk, where two are told apart from the rest by a
/// closed sector and a zone; lively enough that nine quarters see moves everywhere.
fn two_chunks() -> World {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/synthetic.toml");
    let sets = ["cities.synthetic.count=530", "run.quarters=9"].map(String::from);
    let scenario = dualtrack::input::scenario::load(&path, &sets).expect("a scenario");
    let mut world = scenario.world;
    world.closures.push(Closure {
        city: 520,
        sector: 1,
        from: None,
    });
    world.pilot_zones.push(PilotZone {
        city: 525,
        from: world.start.plus(1),
    });
    switch(&mut world, "pilot_zones", true);
    for (key, value) in [
        ("policy.pioneer_rate_per_quarter", 0.1),
        ("policy.imitation_rate_per_quarter", 0.3),
        ("policy.review_rate_per_quarter", 0.3),
        ("policy.drop_below", 0.08),
        ("codification.threshold", 0.0),
        ("tournament.turnover_per_quarter", 0.3),
    ] {
        set(&mut world, key, Value::Real(value));
    }
    world
}

#[test]
fn the_core_follows_the_document_in_a_nation_of_two_chunks() {
    follows(&two_chunks(), 1);
}

#[test]
fn the_core_follows_the_document_where_a_planner_composes_the_budgets_of_two_chunks() {
    let mut world = two_chunks();
    world.quarters = 5;
    let planned = Value::Choice("coordinated");
    set(&mut world, "regime.allocation", planned);
    follows(&world, 1);
}
