//! The twin against the core where a sum is 0, a city stands alone, or a parameter is at its end.

use dualtrack::model::params::Value;

use super::compare::follows;
use crate::worlds::{set, small_world, switch, wide_world};

/// The small world with some parameters set.
fn with(values: &[(&str, f64)]) -> dualtrack::model::data::World {
    let mut world = small_world();
    for (key, value) in values {
        set(&mut world, key, Value::Real(*value));
    }
    world
}

#[test]
fn sectors_count_alike_where_none_is_strategic() {
    let mut world = small_world();
    world
        .sectors
        .iter_mut()
        .for_each(|sector| sector.strategic = 0.0);
    follows(&world, 1);
}

#[test]
fn nobody_grows_in_the_eyes_of_a_centre_without_priorities() {
    let world = with(&[
        ("centre.priority_base", 0.0),
        ("centre.priority_strategic", 0.0),
        ("centre.priority_us_gap", 0.0),
        ("centre.priority_lost_imports", 0.0),
        ("centre.priority_attention", 0.0),
        ("centre.priority_plan", 0.0),
    ]);
    follows(&world, 1);
}

#[test]
fn a_city_without_peers_is_compared_with_the_nation() {
    let mut world = small_world();
    set(&mut world, "peers.neighbour_peers", Value::Count(0));
    follows(&world, 3);
    set(&mut world, "peers.rank_peers", Value::Count(0));
    follows(&world, 1);
}

#[test]
fn a_city_alone_has_all_grants() {
    let mut world = small_world();
    world.cities.truncate(1);
    world.pilot_zones.clear();
    world.closures.clear();
    follows(&world, 1);
}

#[test]
fn money_of_instruments_without_an_effect_is_lost() {
    follows(
        &with(&[("policy.effect_mean", 0.0), ("policy.effect_sd", 0.0)]),
        3,
    );
}

#[test]
fn of_instruments_whose_designs_all_miss_the_first_is_given_up() {
    follows(&with(&[("policy.design_tolerance", 0.01)]), 20);
}

#[test]
fn law_that_blunts_instruments_makes_cities_give_them_up() {
    let mut world = with(&[
        ("policy.preemption_strength", 1.0),
        ("policy.drop_below", 0.15),
        ("outside.eu_pressure_base", 0.8),
    ]);
    switch(&mut world, "preemption", true);
    follows(&world, 20);
}

#[test]
fn researchers_go_where_others_are_the_more_the_more_precise_their_choice() {
    follows(&with(&[("talent.location_precision", 3.0)]), 1);
}

#[test]
fn researchers_stay_where_they_are_without_mobility() {
    let mut world = small_world();
    switch(&mut world, "talent_mobility", false);
    follows(&world, 3);
}

#[test]
fn a_planner_puts_nothing_into_closed_sectors() {
    let mut world = small_world();
    let planned = Value::Choice("coordinated");
    set(&mut world, "regime.allocation", planned);
    follows(&world, 3);
}

#[test]
fn values_far_above_the_rest_of_the_economy_do_not_overflow() {
    let mut world = wide_world(3, 30);
    for (key, value) in [
        ("tournament.intensity", 10.0),
        ("budgets.precision", 50.0),
        ("centre.priority_base", 5.0),
        ("tournament.career_value_rest", 0.0),
    ] {
        set(&mut world, key, Value::Real(value));
    }
    follows(&world, 3);
}
