//! Rules of one's own, from outside the crate.

use dualtrack::kernel::random::Luck;
use dualtrack::measure::outcomes::{Values, nation};
use dualtrack::measure::seen::NationSeen;
use dualtrack::model::rules::{GrantWeight, Rules, Score, SectorValue, Shipped};
use dualtrack::model::{run::Run, setup::Setup};

/// Nothing is replaced.
#[derive(Clone, Copy)]
struct Same;

impl Rules for Same {}

/// E10 without need.
#[derive(Clone, Copy)]
struct WithoutNeed;

impl Rules for WithoutNeed {
    fn sector_value(&self, x: SectorValue) -> f64 {
        Shipped.sector_value(SectorValue { need: 0.0, ..x })
    }
}

/// E30 without noise.
#[derive(Clone, Copy)]
struct WithoutNoise;

impl Rules for WithoutNoise {
    fn score(&self, x: Score) -> f64 {
        x.result + x.rewards
    }
}

/// E32 that gives to those behind.
#[derive(Clone, Copy)]
struct ToThoseBehind;

impl Rules for ToThoseBehind {
    fn grant_weight(&self, x: GrantWeight) -> f64 {
        Shipped.grant_weight(GrantWeight {
            score: -x.score,
            ..x
        })
    }
}

/// Outcomes of six quarters, in whose fourth cities are scored.
fn outcomes(rules: impl Rules) -> Vec<Values<NationSeen>> {
    let path = "scenarios/china-2015-2024.toml".as_ref();
    let scenario = dualtrack::input::scenario::load(path, &[]).expect("valid");
    let setup = Setup::new(scenario.world).expect("a world that can start");
    let luck = Luck {
        seed: 1,
        replicate: 0,
    };
    let mut run = Run::new(&setup, luck);
    let mut step = || {
        run.step_with(rules, None).expect("only finite numbers");
        nation(&mut run)
    };
    (0..6).map(|_| step()).collect()
}

#[test]
fn rules_that_replace_nothing_give_the_shipped_numbers_and_others_do_not() {
    let shipped = outcomes(Shipped);
    assert_eq!(outcomes(Same), shipped);
    // A rule changes nothing before it is asked for.
    let first_other =
        |own: Vec<Values<NationSeen>>| own.iter().zip(&shipped).position(|(a, b)| a != b);
    assert_eq!(first_other(outcomes(WithoutNeed)), Some(0));
    assert_eq!(first_other(outcomes(WithoutNoise)), Some(4));
    assert_eq!(first_other(outcomes(ToThoseBehind)), Some(4));
}
