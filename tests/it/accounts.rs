//! What must add up, stay in its bounds, and stay as it was, whatever the world.

use std::collections::BTreeMap;

use dualtrack::kernel::random::Draws;
use dualtrack::model::data::{Change, City, World};
use dualtrack::model::params::{Kind, Value, table::PARAMETERS};
use dualtrack::model::record::{EventLog, Move};
use dualtrack::model::{run::Run, setup::Setup};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::ledger::{assert_equal, check_accounts, check_bounds};
use crate::rows::{AllocationRow, CityRow, National};
use crate::worlds::{any_world, china, order_lags, parameter, set, small_world, switch, value_at};

const DRAWS: Draws = Draws {
    seed: 11,
    replicate: 1,
};

/// Runs a world to its end and shows it after each quarter.
fn watch(world: &World, mut look: impl FnMut(&mut Run)) {
    let setup = Setup::new(world.clone()).expect("a world that can start");
    let mut run = Run::new(&setup, DRAWS);
    run.set_detail(true);
    for _ in 0..world.quarters {
        run.step(None).expect("only finite numbers");
        look(&mut run);
    }
}

/// National outcomes of all quarters.
fn trajectory(world: &World) -> Vec<National> {
    let mut outcomes = Vec::new();
    watch(world, |run| outcomes.push(National::of(run)));
    outcomes
}

/// Pioneering in the first quarter: which instrument in which design, by code of the city.
fn pioneered_at_first(world: &World) -> BTreeMap<u64, (u32, f64)> {
    let setup = Setup::new(world.clone()).expect("a world that can start");
    let mut run = Run::new(&setup, DRAWS);
    let mut event_log = EventLog::default();
    run.step(Some(&mut event_log)).expect("only finite numbers");
    event_log
        .policies
        .iter()
        .filter(|event| event.kind == Move::Pioneer)
        .filter_map(|event| {
            let code = world.cities[event.city? as usize].code;
            Some((code, (event.instrument, event.design)))
        })
        .collect()
}

/// What chance alone decides before the first quarter: career weight and optima, by code of the city.
fn drawn_at_the_start(world: &World) -> BTreeMap<u64, (f64, Vec<f64>)> {
    let setup = Setup::new(world.clone()).expect("a world that can start");
    let run = Run::new(&setup, DRAWS);
    world
        .cities
        .iter()
        .enumerate()
        .map(|(i, city)| {
            let optima = (0..world.instruments.len()).map(|m| run.optimum(i, m));
            (city.code, (run.career_weight(i), optima.collect()))
        })
        .collect()
}

#[test]
fn every_yuan_is_accounted_for_in_a_small_world() {
    watch(&small_world(), |run| {
        check_accounts(run);
        check_bounds(run);
    });
}

#[test]
fn every_yuan_is_accounted_for_in_the_china_scenario() {
    watch(&china(), |run| {
        check_accounts(run);
        check_bounds(run);
    });
}

/// E47: what is spent and was under construction before is settled or under construction after.
#[test]
fn no_yuan_and_no_capability_is_lost_while_it_is_built() {
    for mut world in [small_world(), china()] {
        switch(&mut world, "time_to_build", true);
        let setup = Setup::new(world.clone()).expect("a world that can start");
        let mut run = Run::new(&setup, DRAWS);
        run.set_detail(true);
        let sectors = world.sectors.len();
        let before = |run: &Run| {
            let of_cities = (0..world.cities.len()).map(|i| {
                let of_sector = |s| AllocationRow::of(run, i, s).under_construction_cny_mn;
                (0..sectors).map(of_sector).collect()
            });
            of_cities.collect::<Vec<Vec<f64>>>()
        };
        let (mut under_way, mut nation) = (before(&run), National::of(&mut run));
        assert!(nation.under_construction_cny_mn > 0.0);
        let first = nation.under_construction_cny_mn;
        let (mut spent, mut settled) = (0.0, 0.0);
        for _ in 0..world.quarters {
            run.step(None).expect("only finite numbers");
            check_accounts(&mut run);
            check_bounds(&mut run);
            let next = National::of(&mut run);
            spent += next.spending_cny_mn;
            settled += next.settled_cny_mn;
            assert_equal(
                "nation",
                next.spending_cny_mn + nation.under_construction_cny_mn,
                next.settled_cny_mn + next.under_construction_cny_mn,
                0.0,
            );
            for (i, of_city) in under_way.iter_mut().enumerate() {
                for (s, before) in of_city.iter_mut().enumerate() {
                    let row = AllocationRow::of(&run, i, s);
                    let (left, right) = (
                        row.spending_cny_mn + *before,
                        row.settled_cny_mn + row.under_construction_cny_mn,
                    );
                    assert_equal("place", left, right, 0.0);
                    *before = row.under_construction_cny_mn;
                }
            }
            nation = next;
        }
        let all = spent + first;
        let left = all - settled - nation.under_construction_cny_mn;
        assert!(left.abs() <= 1e-12 * all, "{left:e} of {all:e}");
    }
}

#[test]
fn accounts_and_bounds_hold_at_both_ends_of_every_parameter() {
    for parameter in PARAMETERS {
        let ends = match parameter.kind {
            Kind::Real { .. } | Kind::Count { .. } | Kind::Switch => 2,
            Kind::Choice { names } => names.len() as u32,
        };
        for how in 0..ends {
            let mut world = small_world();
            let value = value_at(parameter, how, 0.0);
            set(&mut world, parameter.key, value.clone());
            order_lags(&mut world.params);
            let setup = Setup::new(world).expect("a world that can start");
            let mut run = Run::new(&setup, DRAWS);
            run.set_detail(true);
            for _ in 0..12 {
                let done = run.step(None);
                assert_eq!(done, Ok(()), "{} = {value}", parameter.key);
                check_accounts(&mut run);
                check_bounds(&mut run);
            }
        }
    }
}

#[test]
fn before_the_first_quarter_nothing_is_spent() {
    let mut world = small_world();
    switch(&mut world, "pilot_zones", true);
    world.pilot_zones[0].from = world.start;
    let setup = Setup::new(world).expect("a world that can start");
    let mut run = Run::new(&setup, DRAWS);
    let nation = National::of(&mut run);
    assert_eq!(nation.spending_cny_mn, 0.0);
    assert_eq!(nation.efficiency_per_cny_bn, None);
    for city in 0..setup.world().cities.len() {
        let row = CityRow::of(&run, city);
        assert_eq!((row.spending_cny_mn, row.is_pilot_zone), (0.0, false));
        assert_eq!(AllocationRow::of(&run, city, 0).spending_cny_mn, 0.0);
        assert!(!run.is_designated(city));
    }
    run.step(None).expect("only finite numbers");
    assert!(CityRow::of(&run, 1).is_pilot_zone && !CityRow::of(&run, 0).is_pilot_zone);
    // Without the mechanism a designation makes no zone.
    let mut world = setup.world().clone();
    switch(&mut world, "pilot_zones", false);
    let setup = Setup::new(world).expect("a world that can start");
    let mut run = Run::new(&setup, DRAWS);
    run.step(None).expect("only finite numbers");
    assert!(run.is_designated(1) && !CityRow::of(&run, 1).is_pilot_zone);
}

#[test]
fn mobility_conserves_researchers() {
    let mut world = small_world();
    for (key, value) in [
        ("talent.departure_rate", 0.0),
        ("talent.pipeline_net_growth", 0.0),
        ("talent.overseas_rate", 0.0),
        ("talent.mobile_share", 0.3),
    ] {
        set(&mut world, key, Value::Real(value));
    }
    let total = world.params.talent.researchers_total;
    let mut in_the_first_city = Vec::new();
    watch(&world, |run| {
        let sum: f64 = (0..world.cities.len()).map(|i| run.researchers(i)).sum();
        assert_equal("researchers", sum, total, total);
        in_the_first_city.push(run.researchers(0));
    });
    assert!(in_the_first_city.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn outcomes_do_not_depend_on_the_number_of_threads() {
    let world = many_cities(5_000);
    let setup = Setup::new(world).expect("a world that can start");
    let outcomes: Vec<Vec<National>> = [1, 2, 8]
        .into_iter()
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("a pool of threads");
            pool.install(|| {
                let mut run = Run::new(&setup, DRAWS);
                (0..5)
                    .map(|_| {
                        run.step(None).expect("only finite numbers");
                        National::of(&mut run)
                    })
                    .collect()
            })
        })
        .collect();
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0], outcomes[2]);
}

/// The small world with many cities, no two alike.
pub fn many_cities(count: usize) -> World {
    let mut world = small_world();
    let models = world.cities.clone();
    world.cities = (0..count)
        .map(|row| {
            let model = &models[row % models.len()];
            // The fractional parts of multiples of irrational numbers fill the square evenly.
            let (x, y) = (
                (row as f64 * 0.618_033_988_749_895).fract(),
                (row as f64 * 0.754_877_666_246_693).fract(),
            );
            City {
                code: (row as u64 * 7_919) % 1_000_003,
                latitude: 20.0 + 30.0 * x,
                longitude: 80.0 + 50.0 * y,
                revenue_cny_bn: model.revenue_cny_bn * (0.1 + x),
                gdp_cny_bn: model.gdp_cny_bn * (0.1 + y),
                amenity: y,
                ..model.clone()
            }
        })
        .collect();
    world
}

#[test]
fn removing_a_city_leaves_the_luck_of_the_others_as_it_was() {
    let mut world = small_world();
    set(
        &mut world,
        "policy.pioneer_rate_per_quarter",
        Value::Real(0.6),
    );
    let (drawn, pioneered) = (drawn_at_the_start(&world), pioneered_at_first(&world));
    assert!(pioneered.len() > 1);
    let zone = world.pilot_zones[0].city as usize;
    for removed in (0..world.cities.len()).filter(|i| *i != zone) {
        let mut smaller = world.clone();
        let code = smaller.cities.remove(removed).code;
        for zone in &mut smaller.pilot_zones {
            if zone.city as usize > removed {
                zone.city -= 1;
            }
        }
        let (mut drawn, mut pioneered) = (drawn.clone(), pioneered.clone());
        drawn.remove(&code);
        pioneered.remove(&code);
        assert_eq!(drawn_at_the_start(&smaller), drawn);
        assert_eq!(pioneered_at_first(&smaller), pioneered);
    }
}

#[test]
fn an_instrument_of_a_higher_code_leaves_luck_as_it_was() {
    let world = small_world();
    let drawn = drawn_at_the_start(&world);
    let mut larger = world.clone();
    let mut instrument = larger.instruments[0].clone();
    instrument.code = 70;
    instrument.id = String::from("one_more");
    larger.instruments.push(instrument);
    for (code, (career_weight, optima)) in drawn_at_the_start(&larger) {
        assert_eq!(career_weight, drawn[&code].0);
        assert_eq!(optima[..world.instruments.len()], drawn[&code].1);
    }
}

#[test]
fn the_order_of_cities_in_the_file_does_not_matter() {
    let world = small_world();
    let mut reversed = world.clone();
    reversed.cities.reverse();
    let last = world.cities.len() as u32 - 1;
    for zone in &mut reversed.pilot_zones {
        zone.city = last - zone.city;
    }
    for closure in &mut reversed.closures {
        closure.city = last - closure.city;
    }
    assert_eq!(drawn_at_the_start(&world), drawn_at_the_start(&reversed));
    for (one, other) in trajectory(&world).iter().zip(trajectory(&reversed)) {
        assert_equal(
            "competitiveness",
            one.competitiveness,
            other.competitiveness,
            0.0,
        );
        assert_equal("spending", one.spending_cny_mn, other.spending_cny_mn, 0.0);
        assert_eq!(one.pioneered, other.pioneered);
        assert_eq!(one.imitated, other.imitated);
        assert_eq!(one.national_measures, other.national_measures);
    }
}

#[test]
fn a_dated_change_leaves_the_quarters_before_it_bit_identical() {
    let world = small_world();
    let plain = trajectory(&world);
    for (key, value) in [
        ("budgets.precision", Value::Real(1.0)),
        ("mechanisms.comparability", Value::Switch(false)),
        ("regime.allocation", Value::Choice("coordinated")),
        ("talent.mobile_share", Value::Real(0.4)),
    ] {
        let mut treated = world.clone();
        treated.changes.push(Change {
            from: world.start.plus(7),
            parameter: parameter(key),
            value,
        });
        let treated = trajectory(&treated);
        assert_eq!(plain[..7], treated[..7], "{key}");
        assert!(
            plain[7..].iter().zip(&treated[7..]).all(|(x, y)| x != y),
            "{key}"
        );
    }
}

#[test]
fn every_mechanism_matters_in_the_china_scenario_and_leaves_other_luck_as_it_was() {
    let world = china();
    let (plain, drawn) = (trajectory(&world), drawn_at_the_start(&world));
    for parameter in PARAMETERS
        .iter()
        .filter(|parameter| parameter.group() == "mechanisms")
    {
        let is_on = (parameter.get)(&world.params) == Value::Switch(true);
        let mut other = world.clone();
        let (_, mechanism) = parameter.key.split_once('.').expect("a dotted key");
        switch(&mut other, mechanism, !is_on);
        assert_ne!(trajectory(&other), plain, "{}", parameter.key);
        assert_eq!(drawn_at_the_start(&other), drawn, "{}", parameter.key);
    }
}

#[test]
fn without_pioneering_nobody_has_an_instrument_of_local_origin() {
    let mut world = small_world();
    switch(&mut world, "pioneering", false);
    let mut outcomes = trajectory(&world);
    assert!(outcomes.iter().all(|outcome| outcome.pioneered == 0));
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.local_origin_share.unwrap_or(0.0) == 0.0)
    );
    switch(&mut world, "top_down", false);
    outcomes = trajectory(&world);
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.instruments_in_force == 0.0)
    );
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.national_measures == 0)
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        max_shrink_iters: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_241_029),
        ..ProptestConfig::default()
    })]

    #[test]
    fn accounts_and_bounds_hold_in_random_worlds(world in any_world(), seed in 0u64..1000) {
        // A world in which nobody builds anything in a sector has no frontier and is refused.
        if let Ok(setup) = Setup::new(world.0.clone()) {
            let mut run = Run::new(&setup, Draws { seed, replicate: seed % 3 });
            run.set_detail(true);
            for _ in 0..world.0.quarters {
                prop_assert_eq!(run.step(None), Ok(()));
                check_accounts(&mut run);
                check_bounds(&mut run);
            }
        }
    }
}
