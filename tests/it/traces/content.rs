//! What stands in the files.

use std::collections::{BTreeMap, BTreeSet};

use dualtrack::measure::recorder::ADJUST_THRESHOLD;
use serde_json::Value;

use super::{USUAL, everything, files, records, settings};
use crate::worlds::small_world;

fn header(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let text = String::from_utf8_lossy(&files[name]);
    text.lines().next().unwrap_or_default().to_string()
}

#[test]
fn headers_stay_as_they_are() {
    let files = files(&small_world(), &everything(), 1, 1);
    insta::assert_snapshot!(header(&files, "national.csv"), @"replicate,seed,quarter,competitiveness,sovereignty,gap,spending_cny_mn,settled_cny_mn,introduction_cny_mn,subscale_cny_mn,duplicated_cny_mn,idle_cny_mn,productive_cny_mn,under_construction_cny_mn,failed_experiments_cny_mn,poaching_cny_mn,forgone_cny_mn,similarity_all,similarity_peers,specialisation,concentration,liberalisation,instruments_in_force,national_measures,local_origin_share,stringency,incidents,utilisation,champions,budget_cny_mn,instruments_cny_mn,output_cny_mn,grants_cny_mn,efficiency_per_cny_bn,top_city_share,eu_pressure,us_pressure,export_controls,researchers,effective_talent,gini_budget,gini_researchers,gini_capability,pioneered,imitated,taken_up,given_up");
    insta::assert_snapshot!(header(&files, "cities.csv"), @"replicate,seed,quarter,city_id,name,budget_cny_mn,grant_cny_mn,spending_cny_mn,settled_cny_mn,introduction_cny_mn,subscale_cny_mn,duplicated_cny_mn,idle_cny_mn,productive_cny_mn,under_construction_cny_mn,instruments_cny_mn,failed_experiments_cny_mn,poaching_cny_mn,forgone_cny_mn,output_cny_mn,capability,researchers,effective_talent,score,career_weight,quarters_in_post,instruments_in_force,liberalisation,is_pilot_zone");
    insta::assert_snapshot!(header(&files, "sectors.csv"), @"replicate,seed,quarter,sector_id,capability,gross_capability,frontier,gap,demand,utilisation,compute_access,priority,attention,spending_cny_mn,settled_cny_mn,introduction_cny_mn,subscale_cny_mn,duplicated_cny_mn,idle_cny_mn,productive_cny_mn,under_construction_cny_mn,concentration,leader_city_id,incident");
    insta::assert_snapshot!(header(&files, "allocations.csv"), @"replicate,seed,quarter,city_id,sector_id,budget_share,spending_cny_mn,settled_cny_mn,introduction_cny_mn,subscale_cny_mn,duplicated_cny_mn,idle_cny_mn,productive_cny_mn,under_construction_cny_mn,capability");
    insta::assert_snapshot!(header(&files, "policies.csv"), @"replicate,seed,quarter,event,city_id,instrument_id,design,from_city_id");
    insta::assert_snapshot!(header(&files, "officials.csv"), @"replicate,seed,quarter,city_id,is_promoted,score,quarters_in_post,career_weight,successor_career_weight");
    insta::assert_snapshot!(header(&files, "champions.csv"), @"replicate,seed,quarter,event,city_id,sector_id,region,capability,leads_nation");
}

#[test]
fn an_interval_keeps_the_last_quarter_of_each_and_all_events() {
    let every = files(&small_world(), &everything(), 2, 2);
    let mut thinned = everything();
    thinned.interval_quarters = 4;
    let thinned = files(&small_world(), &thinned, 2, 2);
    for file in ["national", "cities", "sectors", "allocations"] {
        let name = format!("{file}.csv");
        // The small world starts in 2015Q3: its years end with second quarters.
        let kept: Vec<_> = records(&every[&name])
            .into_iter()
            .filter(|row| row["quarter"].ends_with("Q2"))
            .collect();
        assert!(!kept.is_empty());
        assert_eq!(records(&thinned[&name]), kept, "{name}");
    }
    for file in ["policies", "officials", "champions"] {
        let name = format!("{file}.csv");
        assert!(thinned[&name] == every[&name], "{name}");
    }
}

#[test]
fn columns_that_are_asked_for_come_with_their_key() {
    let mut settings = settings(&["cities", "national"]);
    let wanted = ["budget_cny_mn", "name"].map(String::from).to_vec();
    settings.columns.insert("cities".to_string(), wanted);
    let files = files(&small_world(), &settings, 1, 1);
    insta::assert_snapshot!(header(&files, "cities.csv"), @"replicate,seed,quarter,city_id,name,budget_cny_mn");
    assert!(header(&files, "national.csv").contains("competitiveness"));
}

#[test]
fn the_description_covers_exactly_the_columns_that_are_written() {
    let mut subset = settings(&["sectors", "policies"]);
    let wanted = vec!["gap".to_string()];
    subset.columns.insert("sectors".to_string(), wanted);
    for settings in [everything(), subset] {
        let files = files(&small_world(), &settings, 1, 1);
        let package: Value =
            serde_json::from_slice(&files["datapackage.json"]).expect("valid JSON");
        let resources = package["resources"].as_array().expect("a list");
        assert_eq!(resources.len(), files.len() - 1);
        for resource in resources {
            let fields = resource["schema"]["fields"].as_array().expect("a list");
            let names: Vec<&str> = fields
                .iter()
                .filter_map(|field| field["name"].as_str())
                .collect();
            let path = resource["path"].as_str().expect("a path");
            assert_eq!(names.join(","), header(&files, path));
            check_rows(&files[path], fields);
        }
    }
}

/// Cells are what the description says: present where required, of the type, out of the list.
fn check_rows(bytes: &[u8], fields: &[Value]) {
    for row in records(bytes) {
        for field in fields {
            let name = field["name"].as_str().expect("a name");
            let cell = row[name].as_str();
            let constraints = &field["constraints"];
            if cell.is_empty() {
                assert_ne!(constraints["required"], Value::Bool(true), "{name}");
                continue;
            }
            match field["type"].as_str() {
                Some("number") => assert!(cell.parse::<f64>().is_ok_and(f64::is_finite), "{name}"),
                Some("integer") => assert!(cell.parse::<u64>().is_ok(), "{name}"),
                Some("boolean") => assert!(["true", "false"].contains(&cell), "{name}"),
                _ => {
                    let names = constraints["enum"].as_array();
                    let is_known = |names: &Vec<Value>| names.iter().any(|one| one == cell);
                    assert!(names.is_none_or(is_known), "{name} {cell}");
                }
            }
        }
    }
}

#[test]
fn keys_tell_rows_apart() {
    let files = files(&small_world(), &everything(), 6, 2);
    for file in dualtrack::measure::catalogue::files() {
        let rows = records(&files[&format!("{}.csv", file.file)]);
        let key = |row: &BTreeMap<String, String>| -> Vec<String> {
            file.key.iter().map(|name| row[&**name].clone()).collect()
        };
        let keys: BTreeSet<_> = rows.iter().map(key).collect();
        assert!(!rows.is_empty(), "{}", file.file);
        assert_eq!(keys.len(), rows.len(), "{}", file.file);
    }
}

#[test]
fn a_name_with_a_comma_and_quotes_survives() {
    let mut world = small_world();
    let name = "Xi'an, \"the old capital\"";
    world.cities[2].name = name.to_string();
    world.cities[2].id = "xi,an".to_string();
    let files = files(&world, &everything(), 1, 1);
    let rows = records(&files["cities.csv"]);
    assert_eq!(rows[2]["name"], name);
    assert_eq!(rows[2]["city_id"], "xi,an");
    assert_eq!(rows[3]["name"], "City 45");
}

#[test]
fn leaders_at_the_start_stand_in_the_first_quarter() {
    let world = small_world();
    let files = files(&world, &settings(&["champions"]), 2, 2);
    let rows = records(&files["champions.csv"]);
    for replicate in ["0", "1"] {
        let first: Vec<_> = rows
            .iter()
            .filter(|row| row["replicate"] == replicate && row["quarter"] == "2015Q3")
            .collect();
        assert_eq!(first.len(), world.regions.len() * world.sectors.len());
        assert!(first.iter().all(|row| row["event"] == "regional_leader"));
        let leads = first.iter().filter(|row| row["leads_nation"] == "true");
        assert_eq!(leads.count(), world.sectors.len());
    }
}

#[test]
fn parts_add_up_to_the_whole_in_the_files() {
    let files = files(&small_world(), &everything(), 2, 2);
    let parts = [
        "introduction",
        "subscale",
        "duplicated",
        "idle",
        "productive",
    ];
    for file in ["national", "cities", "sectors", "allocations"] {
        for row in records(&files[&format!("{file}.csv")]) {
            let money =
                |name: &str| -> f64 { row[&format!("{name}_cny_mn")].parse().expect("a number") };
            let sum: f64 = parts.iter().map(|part| money(part)).sum();
            approx::assert_relative_eq!(sum, money("spending"), max_relative = 1e-9);
        }
    }
}

/// The rows of an instrument tell its life: a city begins it, a peer copies it, the centre makes it national,
/// another city takes it up, and designs drift afterwards.
#[test]
fn policies_tell_the_life_of_an_instrument() {
    let files = files(&small_world(), &settings(&USUAL), 30, 2);
    let rows = records(&files["policies.csv"]);
    let mut lives: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in &rows {
        let life = (row["replicate"].clone(), row["instrument_id"].clone());
        lives.entry(life).or_default().push(row["event"].clone());
    }
    let whole = ["pioneer", "imitate", "codify", "take_up", "adjust"];
    let is_whole = |events: &Vec<String>| {
        let mut events = events.iter();
        whole
            .iter()
            .all(|wanted| events.any(|event| event == wanted))
    };
    assert!(
        lives.values().any(is_whole),
        "no instrument lived through {whole:?}"
    );
    for row in &rows {
        let (city, from) = (row["city_id"].as_str(), row["from_city_id"].as_str());
        match row["event"].as_str() {
            "imitate" => assert!(!city.is_empty() && !from.is_empty() && city != from),
            "codify" => assert!(!from.is_empty()),
            "top_down" => assert!(city.is_empty() && from.is_empty()),
            _ => assert!(!city.is_empty()),
        }
    }
}

#[test]
fn a_design_has_a_row_of_its_own_once_it_has_moved_far_enough() {
    let files = files(&small_world(), &settings(&["policies"]), 30, 2);
    let mut logged: BTreeMap<[String; 3], f64> = BTreeMap::new();
    let mut adjusted = 0;
    for row in records(&files["policies.csv"]) {
        let place = ["replicate", "city_id", "instrument_id"].map(|name| row[name].clone());
        let design: f64 = row["design"].parse().expect("a number");
        if row["event"] == "adjust" {
            let last = logged
                .get(&place)
                .expect("an earlier row of that instrument");
            assert!((design - last).abs() >= ADJUST_THRESHOLD, "{row:?}");
            adjusted += 1;
        }
        if !matches!(row["event"].as_str(), "codify" | "top_down") {
            logged.insert(place, design);
        }
    }
    assert!(adjusted > 0);
}
