//! Scenario files: what they mean. What is said where they are wrong stands in the catalogue.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dualtrack::input::scenario::{Scenario, load, problems::Problems, starter};
use dualtrack::model::data::{Channel, Rank, Tier, Track};
use dualtrack::model::params::{Kind, Timing, Value, table::PARAMETERS};
use dualtrack::table::compression::Compression;

const SECTORS: &str = "\
sector_id,code,name,strategic_0_1,risk_0_1,compute_0_1,scale_0_1,frontier_growth_per_quarter,demand_growth_per_quarter,first_tier_lean_0_1,initial_frontier_ratio,import_share,supplies_compute_0_1
models,1,Models,0.9,0.9,0.9,0.9,0.02,0.02,1,0.45,0,0
chips,2,Chips,1,0.1,1,0.9,0.02,0.02,1,0.25,0.84,1
";
const INSTRUMENTS: &str = "\
instrument_id,code,name,channel,tier_slope,overseas_share
plan,1,Plan,attract,0.3,0
";
const CITIES: &str = "\
city_id,code,name,province,region,tier,rank,latitude_deg,longitude_deg,revenue_2015_cny_bn,gdp_2015_cny_bn,gdp_growth_2010_2015_per_year,research_intensity_2015,universities,amenity_0_1,sector_1,sector_2,sector_3,notes
aba,10,Aba,P,East,first,municipality,30,110,100,1000,0.1,0.03,4,1,models,chips,,\"a note, with a comma\"
bobo,20,Bobo,Q,West,third,prefecture,31,105,10,100,,0.01,0,0.25,,,,
";
const BASE: &str = "\
[data]
cities = \"cities.csv\"
sectors = \"sectors.csv\"
instruments = \"instruments.csv\"
";

/// A folder with a small valid scenario, to spoil.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        folder.write("cities.csv", CITIES);
        folder.write("sectors.csv", SECTORS);
        folder.write("instruments.csv", INSTRUMENTS);
        folder.write("s.toml", BASE);
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), text).expect("written");
    }

    fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(name, text);
        self
    }

    fn load(&self, sets: &[&str]) -> Result<Scenario, Problems> {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        load(&self.0.path().join("s.toml"), &sets)
    }

    fn valid(&self, sets: &[&str]) -> Scenario {
        self.load(sets)
            .unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// The messages, without the path of the folder.
    fn messages(&self, sets: &[&str]) -> String {
        let problems = self.load(sets).expect_err("problems").to_string();
        problems.replace(
            &format!("{}{}", self.0.path().display(), std::path::MAIN_SEPARATOR),
            "",
        )
    }
}

fn shipped(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name);
    load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_china_scenario_has_its_cities_sectors_instruments_and_zones() {
    let scenario = shipped("china-2015-2024.toml");
    let world = &scenario.world;
    let counts = [
        world.cities.len(),
        world.sectors.len(),
        world.instruments.len(),
        world.pilot_zones.len(),
    ];
    assert_eq!(counts, [32, 12, 14, 18]);
    assert_eq!(
        (world.start.to_string().as_str(), world.quarters),
        ("2015Q1", 40)
    );
    assert_eq!(
        (scenario.name.as_str(), scenario.seed, scenario.replicates),
        ("china-2015-2024", 1, 20)
    );
    assert_eq!(scenario.notes, Vec::<String>::new());

    let beijing = &world.cities[0];
    assert_eq!((beijing.id.as_str(), beijing.code), ("beijing", 110_000));
    assert_eq!(
        (beijing.tier, beijing.rank),
        (Tier::First, Rank::Municipality)
    );
    assert_eq!(beijing.revenue_cny_bn, 472.39);
    // From the series: (2301.459 / 1411.358)^(1/5) - 1 = 0.1027.
    assert_eq!(beijing.earlier_growth, Some(0.1027));
    let named = beijing
        .focus
        .map(|sector| sector.map(|sector| world.sectors[sector as usize].id.as_str()));
    assert_eq!(
        named,
        [
            Some("foundation_models"),
            Some("ai_chips"),
            Some("connected_vehicles")
        ]
    );

    let change = &world.changes[0];
    assert_eq!(
        (change.from.to_string().as_str(), change.parameter.key),
        ("2016Q2", "budgets.retention")
    );
    assert_eq!(
        (world.params.budgets.retention, &change.value),
        (0.25, &Value::Real(0.5))
    );
    let count = |channel| {
        world
            .instruments
            .iter()
            .filter(|instrument| instrument.channel == channel)
            .count()
    };
    let channels = [
        Channel::Train,
        Channel::Attract,
        Channel::Soft,
        Channel::Motivate,
        Channel::Match,
    ];
    assert_eq!(channels.map(count), [4, 4, 1, 3, 2]);
}

#[test]
fn every_shipped_fact_has_a_source_and_a_confidence() {
    for name in ["cities", "sectors", "instruments", "pilot_zones", "events"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/data/{name}.csv"));
        let mut reader = csv::Reader::from_path(path).expect("a table");
        let head = reader.headers().expect("a head").clone();
        for record in reader.records() {
            let record = record.expect("a row");
            for column in ["source", "confidence"] {
                let at = head
                    .iter()
                    .position(|name| name == column)
                    .expect("the column");
                assert!(!record[at].is_empty(), "{name}: {record:?}");
            }
        }
    }
}

#[test]
fn one_event_of_the_record_may_act_on_several_tracks() {
    let world = shipped("china-2015-2024.toml").world;
    let tracks: Vec<_> = world
        .events
        .iter()
        .filter(|event| event.title == "ChatGPT released")
        .map(|event| event.track)
        .collect();
    assert_eq!(
        tracks,
        [Track::Attention, Track::FrontierShock, Track::UsPressure]
    );
    let titles: std::collections::BTreeSet<_> =
        world.events.iter().map(|event| &event.title).collect();
    assert_eq!((world.events.len(), titles.len()), (115, 97));
}

#[test]
fn the_regimes_differ_from_china_in_what_they_say_alone() {
    let china = shipped("china-2015-2024.toml");
    for (name, differing) in [("eu-single-track", 9), ("us-silos", 5), ("coordinated", 1)] {
        let other = shipped(&format!("{name}.toml"));
        let pairs = china.world.params.values().zip(other.world.params.values());
        let changed: Vec<_> = pairs
            .filter(|(a, b)| a.1 != b.1)
            .map(|(a, _)| a.0.key)
            .collect();
        assert_eq!(changed.len(), differing, "{name}: {changed:?}");
        assert_eq!(other.world.cities, china.world.cities);
        assert_eq!(other.world.events, china.world.events);
        assert_eq!(other.world.changes.len(), 1);
    }
}

#[test]
fn synthetic_cities_take_the_place_of_the_table() {
    let world = shipped("synthetic.toml").world;
    assert_eq!(
        (
            world.cities.len(),
            world.sectors.len(),
            world.pilot_zones.len()
        ),
        (1000, 12, 0)
    );
    let total: f64 = world.cities.iter().map(|city| city.revenue_cny_bn).sum();
    assert!((7_000.0..9_500.0).contains(&total), "{total}");
}

#[test]
fn the_starter_passes_its_own_check_with_its_data_beside_it() {
    let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
    fs::create_dir(folder.0.path().join("data")).expect("a folder");
    for (path, text) in dualtrack::input::scenario::shipped::DATA {
        folder.write(path, text);
    }
    folder.write("s.toml", starter::scenario());
    let scenario = folder.valid(&[]);
    assert_eq!(scenario.world.cities.len(), 32);

    // What is behind a `#` is the default: with every parameter set, nothing changes.
    let (head, parameters) = starter::scenario()
        .split_once("# Parameters, all at their defaults.")
        .map(|(head, rest)| (head.to_string(), rest.to_string()))
        .expect("both parts");
    let mut text = head;
    for line in parameters.lines() {
        let is_value = line.contains(" = ") && !line.contains("Allowed");
        let _ = writeln!(
            text,
            "{}",
            if is_value {
                line.trim_start_matches("# ")
            } else {
                line
            }
        );
    }
    folder.write("s.toml", text);
    let explicit = folder.valid(&[]);
    assert_eq!(explicit.world.params, scenario.world.params);
    let set = explicit
        .places
        .keys()
        .filter(|key| dualtrack::model::params::find(key).is_some())
        .count();
    assert_eq!(set, dualtrack::model::params::table::PARAMETERS.len());
}

#[test]
fn a_small_scenario_takes_defaults_for_what_it_does_not_say() {
    let scenario = Folder::new().valid(&[]);
    assert_eq!(
        (scenario.title.as_str(), scenario.seed, scenario.replicates),
        ("s", 1, 20)
    );
    assert_eq!(scenario.traces.files.len(), 6);
    assert_eq!(
        (
            scenario.traces.interval_quarters,
            scenario.traces.compression
        ),
        (1, Compression::None)
    );
    assert_eq!(scenario.world.cities[1].earlier_growth, None);
    assert_eq!(scenario.world.cities[0].focus, [Some(0), Some(1), None]);
    let provinces = scenario.world.cities.iter().map(|city| city.province);
    assert_eq!(provinces.collect::<Vec<u32>>(), [0, 1]);
    let names: Vec<_> = scenario
        .sources
        .iter()
        .filter_map(|(path, _)| path.file_name())
        .collect();
    assert_eq!(
        names,
        ["s.toml", "sectors.csv", "instruments.csv", "cities.csv"]
    );
    assert!(
        scenario
            .sources
            .iter()
            .all(|(_, sha256)| sha256.len() == 64)
    );
}

#[test]
fn all_problems_of_all_files_come_at_once_in_the_order_of_their_places() {
    let folder = Folder::new()
        .with("s.toml", format!("{BASE}[budgets]\nadjustment_rate = 1.4\nadjustmet_rate = 0.2\n[run]\nseed = \"x\"\n"))
        .with("sectors.csv", SECTORS.replace("0.84", "84"))
        .with("cities.csv", CITIES.replace("first,", "frist,").replace("West", "Wset"));
    assert_eq!(
        folder.messages(&["policy.effect_sd=-1"]),
        "\
--set policy.effect_sd=-1: `policy.effect_sd` is -1; allowed: 0 to 5 (effect), default 0.12
s.toml:6:19: `budgets.adjustment_rate` is 1.4; allowed: 0 to 1 (1/quarter), default 0.2
s.toml:7:1: unknown key `budgets.adjustmet_rate`; nearest valid name: `budgets.adjustment_rate`
s.toml:9:8: `run.seed` is \"x\"; allowed: a whole number from 0 to 9223372036854775807, default 1
sectors.csv:3:44: `import_share` of `chips` is \"84\"; allowed: a number from 0 to 0.99
cities.csv:2:19: `tier` of `aba` is \"frist\"; allowed: \"first\", \"new_first\", \"second\", \"third\", \"county\"; nearest valid name: \"first\"
cities.csv:3:16: `region` of `bobo` is \"Wset\"; allowed: \"East\", \"Central\", \"West\", \"Northeast\"; nearest valid name: \"West\""
    );
}

#[test]
fn a_later_layer_replaces_a_key_for_the_whole_run() {
    let change = "[[changes]]\nfrom = \"2016Q2\"\nset = { budgets.retention = 0.5, budgets.precision = 4 }\n";
    let folder = Folder::new()
        .with(
            "base.toml",
            format!("{BASE}[budgets]\nretention = 0.3\n{change}"),
        )
        .with(
            "s.toml",
            "extends = \"base.toml\"\n[budgets]\nretention = 0.4\n",
        );
    let dated = |scenario: &Scenario| -> Vec<String> {
        let changes = scenario.world.changes.iter();
        changes
            .map(|change| format!("{}@{}={}", change.parameter.key, change.from, change.value))
            .collect()
    };
    // The undated value of the derived file drops the dated one of its base, and no other.
    let scenario = folder.valid(&[]);
    assert_eq!(scenario.world.params.budgets.retention, 0.4);
    assert_eq!(dated(&scenario), ["budgets.precision@2016Q2=4"]);

    // Later changes come on top, whatever the order of the arguments.
    for sets in [
        ["budgets.retention@2020Q1=0.6", "budgets.retention=0.1"],
        ["budgets.retention=0.1", "budgets.retention@2020Q1=0.6"],
    ] {
        let scenario = folder.valid(&sets);
        assert_eq!(scenario.world.params.budgets.retention, 0.1);
        assert_eq!(
            dated(&scenario),
            ["budgets.precision@2016Q2=4", "budgets.retention@2020Q1=0.6"]
        );
    }

    // A change at the same date takes the place of the inherited one.
    let scenario = folder.valid(&["budgets.precision@2016Q2=5"]);
    assert_eq!(dated(&scenario), ["budgets.precision@2016Q2=5"]);
}

#[test]
fn an_undated_argument_drops_the_dated_changes_of_its_key_from_all_files() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    let scenario = load(&path, &["budgets.retention=0.3".to_string()]).expect("valid");
    assert_eq!(scenario.world.params.budgets.retention, 0.3);
    assert!(scenario.world.changes.is_empty());
}

#[test]
fn a_shorter_run_leaves_out_what_lies_beyond_it_and_says_so() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    let scenario = load(&path, &["run.quarters=4".to_string()]).expect("valid");
    assert!(scenario.world.changes.is_empty());
    assert_eq!(
        scenario.notes,
        [
            "1 dated change lies after the end of the run (2015Q4), without effect",
            "113 events lie after the end of the run (2015Q4), without effect",
            "18 pilot zones lie after the end of the run (2015Q4), without effect",
        ]
    );
    let sets = ["run.start=2018Q1", "run.quarters=28"].map(String::from);
    let scenario = load(&path, &sets).expect("valid");
    assert_eq!(scenario.world.params.budgets.retention, 0.5);
    assert_eq!(
        scenario.notes,
        ["1 dated change lies before the start of the run (2018Q1); its values hold from there"]
    );
}

/// What a key means in the first quarter is what it means without a date, also where it is read before that quarter.
#[test]
fn a_change_in_the_first_quarter_is_the_value_that_a_run_starts_with() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    for row in PARAMETERS
        .iter()
        .filter(|row| row.timing == Timing::Running)
    {
        let value = match (row.kind, row.default()) {
            (Kind::Real { min, max }, Value::Real(now)) => {
                format!(
                    "{:?}",
                    if now == min {
                        max.min(min + 1.0)
                    } else {
                        (min + now) / 2.0
                    }
                )
            }
            (Kind::Count { min, .. }, Value::Count(now)) => {
                if now == min { now + 1 } else { now - 1 }.to_string()
            }
            (Kind::Switch, Value::Switch(now)) => (!now).to_string(),
            (Kind::Choice { names }, now) => {
                let other = names.iter().find(|name| now != Value::Choice(name));
                other.expect("another name").to_string()
            }
            other => panic!("{other:?}"),
        };
        let world = |key: String| {
            let found = load(&path, &[format!("{key}={value}")]);
            found.unwrap_or_else(|problems| panic!("{problems}")).world
        };
        let (plain, dated) = (
            world(row.key.to_string()),
            world(format!("{}@2015Q1", row.key)),
        );
        for other in PARAMETERS {
            assert_eq!(
                (other.get)(&plain.params),
                (other.get)(&dated.params),
                "{}",
                row.key
            );
        }
        assert!(
            dated.changes.iter().all(|change| change.from > dated.start),
            "{}",
            row.key
        );
    }
}

#[test]
fn the_order_of_instruments_in_their_table_is_that_of_their_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let table = std::fs::read_to_string(scenarios.join("data/instruments.csv")).expect("a table");
    let (head, rows) = table.split_once('\n').expect("rows");
    let rows: Vec<&str> = rows.lines().rev().collect();
    let other = folder.path().join("instruments.csv");
    std::fs::write(&other, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
    let path = scenarios.join("china-2015-2024.toml");
    let usual = load(&path, &[]).expect("valid");
    let set = format!("data.instruments={}", other.display());
    let turned = load(&path, &[set]).expect("valid");
    assert!(usual.world.instruments == turned.world.instruments);
}

#[test]
fn the_columns_that_the_starter_has_as_an_example_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/input/scenario/starter.toml");
    let text = std::fs::read_to_string(path).expect("a starter");
    let columns = text.lines().find(|line| line.starts_with("# columns = "));
    let columns = columns.expect("an example").trim_start_matches("# ");
    let scenario = scenarios_path();
    let file = folder.path().join("s.toml");
    std::fs::write(
        &file,
        format!("extends = {scenario:?}\n[traces]\n{columns}\n"),
    )
    .expect("written");
    let found = load(&file, &[]).expect("valid");
    found
        .check_traces(&dualtrack::measure::catalogue::catalogue())
        .expect("columns that are there");
}

#[test]
fn an_interval_longer_than_the_run_is_told() {
    let sets = ["run.quarters=4", "traces.interval_quarters=5"].map(String::from);
    let found = load(&scenarios_path(), &sets).expect("valid");
    let note = "`traces.interval_quarters` is 5 and the run has 4 quarters";
    assert!(
        found.notes.iter().any(|own| own.starts_with(note)),
        "{:?}",
        found.notes
    );
    let sets = ["run.quarters=4", "traces.interval_quarters=4"].map(String::from);
    let found = load(&scenarios_path(), &sets).expect("valid");
    assert!(
        !found.notes.iter().any(|own| own.contains("interval")),
        "{:?}",
        found.notes
    );
}

fn scenarios_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml")
}

#[test]
fn overrides_replace_cells_and_later_ones_win() {
    let folder = Folder::new().with(
        "s.toml",
        format!("{BASE}[overrides.cities.bobo]\namenity_0_1 = 0.5\nuniversities = 2\nsector_1 = \"chips\"\n[overrides.cities.aba]\ngdp_growth_2010_2015_per_year = \"\"\n[overrides.instruments.plan]\nchannel = \"soft\"\n"),
    );
    let world = folder
        .valid(&["overrides.cities.bobo.amenity_0_1=0.75"])
        .world;
    assert_eq!(
        (world.cities[1].amenity, world.cities[1].universities),
        (0.75, 2.0)
    );
    assert_eq!(world.cities[1].focus, [Some(1), None, None]);
    assert_eq!(world.cities[0].earlier_growth, None);
    assert_eq!(world.instruments[0].channel, Channel::Soft);
}

#[test]
fn paths_start_from_the_file_that_names_them() {
    let folder = Folder::new();
    fs::create_dir(folder.0.path().join("sub")).expect("a folder");
    let folder = folder
        .with("sub/base.toml", "[data]\ncities = \"c.csv\"\n")
        .with("sub/c.csv", CITIES);
    let rest = BASE.replace("cities = \"cities.csv\"\n", "");
    let scenario = folder
        .with("s.toml", format!("extends = \"sub/base.toml\"\n{rest}"))
        .valid(&[]);
    assert_eq!(scenario.world.cities.len(), 2);
}

#[test]
fn a_selection_keeps_the_order_and_passes_over_zones_of_the_others() {
    let folder = Folder::new()
        .with("z.csv", "city_id,from_quarter\nbobo,2019Q1\naba,2018Q2\n")
        .with(
            "s.toml",
            format!("{BASE}pilot_zones = \"z.csv\"\n[cities]\ndrop = [\"aba\"]\n"),
        );
    let scenario = folder.valid(&[]);
    assert_eq!(scenario.world.cities[0].id, "bobo");
    assert_eq!(
        scenario
            .world
            .pilot_zones
            .iter()
            .map(|zone| zone.city)
            .collect::<Vec<_>>(),
        [0]
    );
    assert_eq!(
        scenario.notes,
        ["1 pilot zone is of cities that are left out"]
    );
}

#[test]
fn tables_from_spreadsheets_are_read() {
    let spreadsheet = format!("\u{feff}{}", CITIES.replace('\n', "\r\n"));
    let folder = Folder::new().with("cities.csv", &spreadsheet);
    assert_eq!(
        folder.valid(&[]).world.cities,
        Folder::new().valid(&[]).world.cities
    );
    // Places are right behind the byte-order mark and with Windows line ends, too.
    let broken = spreadsheet
        .replace("bobo,20", "bobo,x")
        .replace("city_id,code,name", "city_id,code,Name");
    let messages = Folder::new().with("cities.csv", broken).messages(&[]);
    assert_eq!(
        messages,
        "cities.csv:1:14: unknown column `Name`; nearest valid name: `name`"
    );
    let messages = Folder::new()
        .with("cities.csv", spreadsheet.replace("bobo,20", "bobo,x"))
        .messages(&[]);
    assert_eq!(
        messages,
        "cities.csv:3:6: `code` of `bobo` is \"x\"; allowed: a whole number from 0 to 9223372036854775807"
    );
}

#[test]
fn everything_in_force_is_written_down() {
    let scenario = Folder::new().valid(&[
        "run.seed=7",
        "budgets.retention@2016Q1=0.5",
        "traces.columns.cities=budget",
    ]);
    let resolved = &scenario.resolved;
    assert_eq!(resolved["run"]["seed"], 7);
    assert_eq!(resolved["run"]["start"], "2015Q1");
    assert_eq!(resolved["budgets"]["retention"], 0.25);
    assert_eq!(resolved["changes"][0]["from"], "2016Q1");
    assert_eq!(resolved["changes"][0]["set"]["budgets"]["retention"], 0.5);
    assert_eq!(resolved["traces"]["columns"]["cities"][0], "budget");
    assert_eq!(scenario.places["run.seed"].to_string(), "--set run.seed=7");
    for (parameter, _) in scenario.world.params.values() {
        let (group, name) = parameter.key.split_once('.').expect("a group");
        assert!(!resolved[group][name].is_null(), "{}", parameter.key);
    }
    let problems = scenario
        .check_traces(&[("cities", vec!["budgets", "city"])])
        .expect_err("one problem");
    let message = "--set traces.columns.cities=budget: unknown column `budget` of trace file `cities`; nearest valid name: `budgets`; allowed: budgets, city";
    assert_eq!(problems.to_string(), message);
}
