//! What is told of a choice is what the core does.

use crate::input::experiment::{
    factor::{Assignment, Variant},
    worlds::Worlds,
};
use crate::kernel::random::Draws;
use crate::measure::outcomes;
use crate::model::choice::*;
use crate::model::equations::budgets;
use crate::model::record::Move;
use std::path::Path;

/// Steps the China scenario with and without telling; every choice has to explain the shares that came out.
/// Gives the rows of the instruments that the cities gave up.
fn explains(sets: &[(&str, &str)], tolerance: f64) -> Vec<u32> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    let set = sets.iter();
    let variant = Variant::of(set.map(|(key, value)| Assignment::new(key, value)));
    let setup = Worlds::new(&base, &[]).setup(&variant).expect("a world");
    let draws = Draws {
        seed: 5,
        replicate: 2,
    };
    let (mut plain, mut telling) = (
        crate::model::run::Run::new(&setup, draws),
        crate::model::run::Run::new(&setup, draws),
    );
    let (mut in_force, mut given_up) = (0, Vec::new());
    for quarter in 0..setup.world().quarters as usize {
        let city = (7 * quarter + 3) % setup.world().cities.len();
        let mut journals = [EventLog::default(), EventLog::default()];
        plain.step(Some(&mut journals[0])).expect("a step");
        let choice = telling
            .step_and_tell(city, Some(&mut journals[1]))
            .expect("a step");
        assert_eq!(journals[0].policies, journals[1].policies);
        let own = journals[0].policies.iter();
        let own = own.filter(|event| event.city == Some(city as u32));
        assert_eq!(by_instrument(own), by_instrument(&choice.moves));
        assert_eq!(choice.budget_cny_mn, plain.budget(city));
        let allocation = plain.params().regime.allocation;
        assert_eq!(choice.is_planned, allocation == Allocation::Coordinated);
        let drops = choice.moves.iter().filter(|own| own.kind == Move::Drop);
        given_up.extend(drops.map(|own| own.instrument));
        let before: f64 = choice.options.iter().map(|seen| seen.before).sum();
        assert!((before - 1.0).abs() < 1e-12, "quarter {quarter}: {before}");
        let stringency = plain.nation().stringency;
        let rate = plain.params().budgets.adjustment_rate;
        for seen in &choice.options {
            let expected = budgets::share(seen.before, seen.target, rate);
            assert!(
                (seen.after - expected).abs() <= tolerance,
                "quarter {quarter}, {seen:?}: {expected}"
            );
            in_force += usize::from(matches!(seen.option, Spendable::Instrument(_)));
            if let (Spendable::Sector(s), Some(terms)) = (seen.option, seen.sector) {
                let risk = setup.world().sectors[s].risk;
                assert!((terms.restriction - stringency * risk).abs() < 1e-15);
            }
        }
        let target: f64 = choice.options.iter().map(|seen| seen.target).sum();
        assert!((target - 1.0).abs() < 1e-9, "{target}");
    }
    assert!(in_force > 0);
    for city in 0..setup.world().cities.len() {
        assert_eq!(outcomes::city(&plain, city), outcomes::city(&telling, city));
    }
    given_up
}

/// The moves of a city; the event log has them kind by kind, a choice as they were made.
fn by_instrument<'a>(moves: impl IntoIterator<Item = &'a PolicyEvent>) -> Vec<PolicyEvent> {
    let mut moves: Vec<PolicyEvent> = moves.into_iter().copied().collect();
    moves.sort_by_key(|own| own.instrument);
    moves
}

#[test]
fn money_of_an_instrument_that_is_given_up_is_free_for_the_rest() {
    let given_up = explains(
        &[
            ("policy.review_rate_per_quarter", "0.6"),
            ("policy.drop_below", "5"),
            ("policy.imitation_rate_per_quarter", "0.6"),
            ("policy.pioneer_rate_per_quarter", "0.3"),
        ],
        1e-13,
    );
    assert!(given_up.iter().any(|row| *row > 0), "{given_up:?}");
}

#[test]
fn an_option_without_weight_does_not_set_the_scale_of_the_others() {
    explains(
        &[
            ("budgets.precision", "50"),
            ("budgets.instrument_base_rate", "0"),
            ("tournament.intensity", "10"),
            ("tournament.career_value_instrument", "5"),
            ("policy.imitation_rate_per_quarter", "0.3"),
        ],
        1e-9,
    );
}

#[test]
fn where_shares_do_not_move_targets_are_told_all_the_same() {
    explains(&[("budgets.adjustment_rate", "0")], 1e-13);
}

#[test]
fn an_effect_that_law_blunts_is_seen_blunted() {
    explains(
        &[
            ("mechanisms.preemption", "true"),
            ("budgets.instrument_own_value", "50"),
        ],
        1e-13,
    );
}

#[test]
fn the_moves_of_a_city_in_a_later_chunk_are_its_own() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/synthetic.toml");
    let sets = [
        "cities.synthetic.count=530",
        "run.quarters=24",
        "policy.pioneer_rate_per_quarter=0.2",
    ];
    let sets = sets.map(String::from);
    let scenario = crate::input::scenario::load(&base, &sets).expect("a scenario");
    let setup = crate::model::setup::Setup::new(scenario.world).expect("valid");
    let draws = Draws {
        seed: 5,
        replicate: 2,
    };
    let mut run = crate::model::run::Run::new(&setup, draws);
    let mut moves = 0;
    for quarter in 0..24 {
        let city = 512 + quarter % 18;
        let mut event_log = EventLog::default();
        let choice = run
            .step_and_tell(city, Some(&mut event_log))
            .expect("a step");
        let own = event_log.policies.iter();
        let own = own.filter(|event| event.city == Some(city as u32));
        assert_eq!(by_instrument(own), by_instrument(&choice.moves));
        moves += choice.moves.len();
    }
    assert!(moves > 0);
}

#[test]
fn what_a_city_saw_explains_its_shares_and_telling_changes_nothing() {
    explains(&[], 1e-13);
    explains(
        &[
            ("mechanisms.comparability", "false"),
            ("tournament.intensity", "2"),
        ],
        1e-13,
    );
}

#[test]
fn planned_budgets_and_closed_sectors_are_explained() {
    explains(&[("regime.allocation", "coordinated")], 1e-13);
    explains(
        &[(
            "overrides.cities.zhengzhou.closed_sectors",
            "foundation_models",
        )],
        1e-13,
    );
}
