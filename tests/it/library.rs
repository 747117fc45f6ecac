//! The library as others use it: examples run, and rules from outside do what they say.

use dualtrack::prelude::*;

#[path = "../../examples/data_frame.rs"]
mod data_frame;
#[path = "../../examples/own_rule.rs"]
mod own_rule;

#[test]
fn examples_run() {
    data_frame::main().expect("a data frame");
    own_rule::main().expect("two runs");
}

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

fn china() -> Scenario {
    Scenario::load("scenarios/china-2015-2024.toml").expect("valid")
}

/// Outcomes of six quarters, in whose fourth cities are scored.
fn outcomes(model: &Model, rules: impl Rules) -> Vec<Vec<u64>> {
    let mut run = model.start(0);
    let names = ["competitiveness", "gini_capability", "spending_cny_mn"];
    let cities: Vec<String> = run.cities().into_iter().map(String::from).collect();
    let of_cities = cities
        .iter()
        .map(|city| format!("cities.grant_cny_mn[{city}]"));
    let asked: Vec<String> = names
        .into_iter()
        .map(String::from)
        .chain(of_cities)
        .collect();
    let mut quarters = Vec::new();
    while quarters.len() < 6 && run.step_with(rules).expect("only finite numbers") {
        let numbers = asked
            .iter()
            .map(|what| run.get(what).expect("an outcome").to_bits());
        quarters.push(numbers.collect());
    }
    quarters
}

#[test]
fn rules_that_replace_nothing_give_the_shipped_numbers_and_others_do_not() {
    let model = china().model().expect("a world that can start");
    let shipped = outcomes(&model, Shipped);
    assert_eq!(outcomes(&model, Same), shipped);
    // A rule changes nothing before it is asked for.
    let first_other = |own: Vec<Vec<u64>>| own.iter().zip(&shipped).position(|(a, b)| a != b);
    assert_eq!(first_other(outcomes(&model, WithoutNeed)), Some(0));
    assert_eq!(first_other(outcomes(&model, WithoutNoise)), Some(4));
    assert_eq!(first_other(outcomes(&model, ToThoseBehind)), Some(4));
}

#[test]
fn a_run_in_memory_is_the_run_in_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let scenario = china()
        .set("run.quarters", 5)
        .and_then(|scenario| scenario.set("run.replicates", 2))
        .expect("settings");
    let memory = scenario.run().expect("a run");
    memory.write(at("memory")).expect("written");
    let there = scenario.threads(1).run_to(at("folder")).expect("a run");
    assert_eq!(memory.names(), there.names());
    for name in memory.names() {
        let table = memory.table(&name).expect("a table");
        assert_eq!(table.columns[0].unit, "1");
        // Where a number is missing it is not equal to itself.
        let own = there.table(&name).expect("a table");
        assert!(format!("{table:?}") == format!("{own:?}"), "{name}");
        let read = |place: &str| std::fs::read(at(place).join(format!("{name}.csv")));
        assert_eq!(
            read("memory").expect("a file"),
            read("folder").expect("a file")
        );
    }
    assert!(matches!(memory.write(at("memory")), Err(Error::Input(_))));
}

#[test]
fn what_is_wrong_is_said_as_the_command_says_it() {
    let refused = |error: Error| match error {
        Error::Input(message) => message,
        Error::Failed(message) => panic!("{message}"),
    };
    let set = |key| refused(china().set(key, 2).expect_err("no such key"));
    assert_eq!(
        set("tournament.intensiti"),
        "--set tournament.intensiti=2: unknown key `tournament.intensiti`; nearest valid name: `tournament.intensity`"
    );
    let model = china().model().expect("a world that can start");
    let mut run = model.start(0);
    assert_eq!(run.quarter(), "2014Q4");
    let get = |run: &mut Run<'_>, what| refused(run.get(what).expect_err("no such outcome"));
    assert_eq!(
        get(&mut run, "cities.budget_cny_mn[shanghay]"),
        "the world has no city `shanghay`; nearest valid name: `shanghai`"
    );
    assert_eq!(
        get(&mut run, "gap@2020"),
        "`gap@2020` has a period; allowed: what is read in a quarter, such as `gap`"
    );
    let results = china().set("run.quarters", 1).and_then(|short| short.run());
    let results = results.expect("a run");
    assert_eq!(
        refused(results.table("nation").expect_err("no such table")),
        "the result has no table `nation`; nearest valid name: `national`"
    );
    let national = results.table("national").expect("a table");
    assert_eq!(
        refused(national.numbers("quarter").expect_err("texts")),
        "column `quarter` of table `national` holds texts; allowed: `texts`"
    );
    assert_eq!(
        refused(national.numbers("gapp").expect_err("no such column")),
        "table `national` has no column `gapp`; nearest valid name: `gap`"
    );
}
