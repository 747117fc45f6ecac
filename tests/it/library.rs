//! The library as others use it: examples run, and rules from outside do what they say.

use dualtrack::prelude::*;

#[path = "../../examples/data_frame.rs"]
mod data_frame;
#[path = "../../examples/own_response.rs"]
mod own_response;
#[path = "../../examples/own_rule.rs"]
mod own_rule;

#[test]
fn examples_run() {
    data_frame::main().expect("a data frame");
    own_response::main().expect("a sweep");
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
    let there = scenario
        .threads(1)
        .run_to(at("folder"), Begin::New)
        .expect("a run");
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

fn retention() -> Experiment {
    let experiment = Experiment::load("scenarios/experiments/retention.toml").expect("valid");
    experiment.set("run.quarters", 8).replicates(2)
}

#[test]
fn a_study_in_memory_is_the_study_in_a_folder_and_that_of_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let base = Experiment::load("scenarios/china-2015-2024.toml").expect("valid");
    let compared = base
        .policy("scenarios/us-silos.toml")
        .set("run.quarters", 8)
        .replicates(3);
    let claims = Claims::of_the_paper().only("C1").replicates(2);
    retention()
        .sweep()
        .and_then(|sweep| sweep.write(at("sweep")))
        .expect("a sweep");
    retention()
        .sweep_to(at("sweep-to"), Begin::New)
        .expect("a sweep");
    compared
        .compare()
        .and_then(|found| found.write(at("compare")))
        .expect("a comparison");
    compared
        .compare_to(at("compare-to"), Begin::Resume)
        .expect("a comparison");
    claims
        .reproduce()
        .and_then(|found| found.write(at("reproduce")))
        .expect("claims");
    claims
        .reproduce_to(at("reproduce-to"), Begin::Replace)
        .expect("claims");
    assert!(at("reproduce-to").join("report.html").is_file());
    let command = |name: &str, arguments: &[&str]| {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_dualtrack"))
            .args(arguments)
            .arg("--quiet")
            .arg("--out")
            .arg(at(&format!("{name}-command")))
            .output()
            .expect("the command");
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
    };
    let short = "run.quarters=8";
    let sweep = "scenarios/experiments/retention.toml";
    command(
        "sweep",
        &["sweep", sweep, "--set", short, "--replicates", "2"],
    );
    let (base, policy) = ("scenarios/china-2015-2024.toml", "scenarios/us-silos.toml");
    command(
        "compare",
        &["compare", base, policy, "--set", short, "--replicates", "3"],
    );
    command(
        "reproduce",
        &["reproduce", "--claim", "C1", "--replicates", "2"],
    );
    for name in ["sweep", "compare", "reproduce"] {
        let results = Results::open(at(name)).expect("a result");
        assert!(results.names().contains(&"runs".to_string()));
        assert_eq!(results.failed(), 0);
        for table in results.names() {
            let file = format!("{table}.csv");
            let read = |folder: String| std::fs::read(at(&folder).join(&file)).expect("a file");
            let own = read(name.to_string());
            assert!(own == read(format!("{name}-to")), "{name}: {file}");
            assert!(own == read(format!("{name}-command")), "{name}: {file}");
        }
    }
    let again = retention()
        .sweep_to(at("sweep-to"), Begin::New)
        .expect_err("it is there");
    assert!(again.to_string().contains("exists"), "{again}");
}

#[test]
fn own_responses_and_rules_go_through_a_sweep() {
    let own =
        |seen: Seen<'_>| Ok(2.0 * seen.get("gap")? + f64::from(seen.quarter().ends_with("Q3")));
    let experiment = retention().responses(["gap", "late=gap@2016"]);
    let experiment = experiment.measure("twice", "1", own).expect("a name");
    let experiment = experiment.measure("twice@2016", "1", own).expect("a name");
    let runs = experiment
        .sweep()
        .expect("a sweep")
        .table("runs")
        .expect("runs");
    let column = |table: &Table, name: &str| table.numbers(name).expect("numbers").to_vec();
    // The last quarter is 2016Q4; of the four of 2016 one is a third.
    let twice = column(&runs, "gap").into_iter().map(|gap| 2.0 * gap);
    assert_eq!(column(&runs, "twice"), twice.collect::<Vec<f64>>());
    for (late, twice) in column(&runs, "late")
        .into_iter()
        .zip(column(&runs, "twice_2016"))
    {
        assert!((twice - 2.0 * late - 0.25).abs() < 1e-12);
    }
    assert_eq!(runs.column("twice").expect("a column").unit, "1");
    let same = experiment
        .clone()
        .rules("same", Same)
        .sweep()
        .expect("a sweep");
    assert_eq!(
        column(&same.table("runs").expect("runs"), "twice"),
        column(&runs, "twice")
    );
    let other = experiment
        .clone()
        .rules("without_need", WithoutNeed)
        .sweep()
        .expect("a sweep");
    assert_ne!(
        column(&other.table("runs").expect("runs"), "gap"),
        column(&runs, "gap")
    );
    let wrong = experiment
        .clone()
        .measure("wrong", "1", |seen| seen.get("gapp"));
    let refused = wrong
        .and_then(|wrong| wrong.sweep())
        .expect_err("no such outcome");
    assert_eq!(
        refused.to_string(),
        "`national` has no column of numbers `gapp`; nearest valid name: `gap`"
    );
    let refused = experiment
        .measure("Big one", "1", own)
        .expect_err("no name");
    assert!(
        refused
            .to_string()
            .starts_with("`Big one` cannot name a response"),
        "{refused}"
    );
}
