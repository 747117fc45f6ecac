//! What looks wrong and is right: worlds at the edge of what is allowed run to their end and keep their accounts.

use std::fs;

use dualtrack::input::scenario::{self, Scenario};

use super::Copy;
use crate::hostile;

/// The scenario of `base/` with some of its files, or more, put otherwise.
fn load(files: &[(&str, Vec<u8>)], sets: &[&str]) -> Scenario {
    let mut copy = Copy::new();
    for (name, bytes) in files {
        copy.write(&format!("base/{name}"), bytes);
    }
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    scenario::load(&copy.path("base/base.toml"), &sets)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// A file of `base/`.
fn base(name: &str) -> String {
    fs::read_to_string(super::catalogue().join("base").join(name)).expect("a file")
}

/// Whether two scenarios describe one world.
fn is_same(one: &Scenario, other: &Scenario) -> bool {
    format!("{:?}", one.world) == format!("{:?}", other.world)
}

/// Runs a scenario to its end with several lucks.
fn run(scenario: &Scenario) {
    for seed in 0..3 {
        hostile::run(&scenario.world, seed, u32::MAX);
    }
}

#[test]
fn one_city_one_sector_one_quarter_and_nobody_to_look_at() {
    for sets in [
        &["cities.only=aba"][..],
        &["cities.only=bobo"],
        &["run.quarters=1"],
        &["cities.only=coco", "run.quarters=1"],
        &["peers.rank_peers=0", "peers.neighbour_peers=0"],
        &["run.start=9998Q1"],
        &["run.quarters=400"],
    ] {
        run(&load(&[], sets));
    }
    let sectors: Vec<String> = base("sectors.csv")
        .lines()
        .take(2)
        .map(String::from)
        .collect();
    let cities = base("cities.csv")
        .replace("chips", "")
        .replace("robots", "");
    let files = [
        ("sectors.csv", sectors.join("\n").into_bytes()),
        ("cities.csv", cities.into_bytes()),
    ];
    let scenario = load(&files, &["data.events="]);
    assert_eq!(scenario.world.sectors.len(), 1);
    run(&scenario);
    let head = base("instruments.csv")
        .lines()
        .next()
        .expect("a head")
        .to_string();
    let scenario = load(&[("instruments.csv", head.into_bytes())], &[]);
    assert_eq!(scenario.world.instruments.len(), 0);
    run(&scenario);
}

#[test]
fn identical_cities() {
    let text = base("cities.csv");
    let mut lines = text.lines();
    let (head, row) = (lines.next().expect("a head"), lines.next().expect("a row"));
    let rows = ["aba,10", "bobo,20", "coco,30"].map(|id| row.replacen("aba,10", id, 1));
    let text = format!("{head}\n{}\n", rows.join("\n"));
    let scenario = load(&[("cities.csv", text.into_bytes())], &[]);
    assert_eq!(
        scenario.world.cities[0].revenue_cny_bn,
        scenario.world.cities[2].revenue_cny_bn
    );
    run(&scenario);
}

#[test]
fn budgets_of_nothing() {
    // The least revenue that is allowed, and a centre that leaves nothing of it.
    let text = base("cities.csv");
    let text = text
        .replace(",100,1000,", ",1e-6,1e-6,")
        .replace(",10,100,", ",1e-6,1e6,");
    let poor = ("cities.csv", text.into_bytes());
    for sets in [
        &["budgets.retention=0"][..],
        &["budgets.retention=0", "budgets.need_scale=0"],
        &[],
    ] {
        run(&load(std::slice::from_ref(&poor), sets));
    }
}

#[test]
fn all_mechanisms_off_and_cities_at_the_poles() {
    let off: Vec<String> = dualtrack::model::params::table::PARAMETERS
        .iter()
        .filter(|parameter| parameter.group() == "mechanisms")
        .map(|parameter| format!("{}=false", parameter.key))
        .collect();
    let off: Vec<&str> = off.iter().map(String::as_str).collect();
    run(&load(&[], &off));
    let text = base("cities.csv")
        .replace(",30,110,", ",90,180,")
        .replace(",31,105,", ",-90,-180,");
    run(&load(&[("cities.csv", text.into_bytes())], &[]));
}

/// Found by the fuzz target `core`: with growth of -0.5 and a scale of 3 the frontier fell below 0.
#[test]
fn growth_at_its_ends() {
    let text = base("sectors.csv").replace(",0.02,0.02,", ",-0.3,-0.3,");
    let text = text.replace(",0.01,0.03,", ",1,1,");
    let scales = [
        "outside.frontier_growth_scale=3",
        "market.demand_growth_scale=3",
    ];
    run(&load(&[("sectors.csv", text.into_bytes())], &scales));
}

#[test]
fn line_ends_byte_order_marks_and_quotation_marks_do_not_matter() {
    let plain = load(&[], &[]);
    let names = [
        "base.toml",
        "cities.csv",
        "sectors.csv",
        "instruments.csv",
        "events.csv",
        "pilot_zones.csv",
    ];
    let windows = names.map(|name| {
        let text = base(name).replace('\n', "\r\n");
        (name, format!("\u{feff}{text}").into_bytes())
    });
    assert!(is_same(&load(&windows, &[]), &plain));
    let cut = names.map(|name| (name, base(name).trim_end().as_bytes().to_vec()));
    assert!(is_same(&load(&cut, &[]), &plain));
    let blank = names.map(|name| (name, base(name).replace('\n', "\n\n").into_bytes()));
    assert!(is_same(&load(&blank, &[]), &plain));
    let quoted = base("cities.csv")
        .replace("Aba", "\"Aba\"")
        .replace("10,Bobo", "10,\"Bo\"\"bo\"");
    let quoted = load(&[("cities.csv", quoted.into_bytes())], &[]);
    assert_eq!(quoted.world.cities[0].name, "Aba");
}
