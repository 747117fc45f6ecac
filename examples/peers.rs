//! dualtrack's part of `benches/peers/`, which does the same work in other engines.
//!
//! `peers world SCENARIO [KEY=VALUE ...]` prints the world as the others read it: constants, dates and the balanced
//! start, in JSON. `peers run SCENARIO RUNS [KEY=VALUE ...]` does so many runs on one thread, with the nation's
//! competitiveness each quarter, and prints its trajectory, averaged over the runs. Called with 0 runs it does all but that.

use std::path::Path;
use std::process::ExitCode;

use dualtrack::input::scenario;
use dualtrack::kernel::random::Draws;
use dualtrack::measure::outcomes::{self, ids::national, ids::sector};
use dualtrack::measure::seen::Passes;
use dualtrack::model::data::Track;
use dualtrack::model::params::Value;
use dualtrack::model::{constants::Constants, run::Run, setup::Setup};
use serde_json::{Map, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let printed = match words.as_slice() {
        ["world", file, ..] => setup(file, &arguments[2..]).map(|setup| world(&setup)),
        ["run", file, runs, ..] => match runs.parse() {
            Ok(runs) => setup(file, &arguments[3..]).and_then(|setup| trajectory(&setup, runs)),
            Err(_) => Err(format!("{runs}: allowed: a number of runs")),
        },
        _ => Err(
            "use: peers world SCENARIO [KEY=VALUE ...] | peers run SCENARIO RUNS [KEY=VALUE ...]"
                .to_string(),
        ),
    };
    match printed {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn setup(file: &str, sets: &[String]) -> Result<Setup, String> {
    let scenario =
        scenario::load(Path::new(file), sets).map_err(|problems| problems.to_string())?;
    Setup::new(scenario.world).map_err(|error| error.to_string())
}

/// Competitiveness after each quarter, mean over runs with other random draws.
fn trajectory(setup: &Setup, runs: u64) -> Result<serde_json::Value, String> {
    let quarters = setup.world().quarters;
    let mut sums = vec![0.0; quarters as usize];
    let draws = |replicate| Draws { seed: 1, replicate };
    let mut run = Run::new(setup, draws(0));
    for replicate in 0..runs {
        run.reset(draws(replicate));
        for sum in &mut sums {
            run.step(None).map_err(|error| error.to_string())?;
            *sum += outcomes::nation_with(&mut run, Passes::NONE).get(national::competitiveness);
        }
    }
    let mean: Vec<f64> = sums.iter().map(|sum| sum / runs as f64).collect();
    Ok(json!({ "competitiveness": mean, "runs": runs }))
}

/// A parameter's value in JSON.
fn value(value: &Value) -> serde_json::Value {
    match value {
        Value::Real(x) => json!(x),
        Value::Count(n) => json!(n),
        Value::Switch(on) => json!(on),
        Value::Choice(name) => json!(name),
    }
}

/// Everything a peer is given.
fn world(setup: &Setup) -> serde_json::Value {
    let world = setup.world();
    let mut start = Run::new(
        setup,
        Draws {
            seed: 1,
            replicate: 0,
        },
    );
    let stringency = outcomes::nation_with(&mut start, Passes::NONE).get(national::stringency);
    let constants = Constants::new(world);
    let (sectors, instruments) = (world.sectors.len(), world.instruments.len());
    let mut params: Map<String, serde_json::Value> = Map::new();
    for (parameter, own) in world.params.values() {
        params.insert(parameter.key.to_string(), value(&own));
    }
    let changes: Vec<_> = world
        .changes
        .iter()
        .map(|change| {
            json!({"quarter": change.from.since(world.start), "key": change.parameter.key, "value": value(&change.value)})
        })
        .collect();
    let cities: Vec<_> = (0..world.cities.len())
        .map(|i| {
            let peers: Vec<_> = setup.peers_of(i).map(|(j, g)| json!([j, g])).collect();
            let zone = world
                .pilot_zones
                .iter()
                .filter(|zone| zone.city as usize == i);
            json!({
                "base": constants.base[i],
                "need": constants.unit_need[i],
                "outside": constants.outside[i],
                "amenity": world.cities[i].amenity,
                "pipeline": constants.pipeline[i],
                "researchers": constants.researchers[i],
                "pilot_from": zone.map(|zone| zone.from.since(world.start)).min(),
                "advantage": (0..sectors).map(|s| start.advantage(i, s)).collect::<Vec<_>>(),
                "shares": (0..=sectors).map(|s| start.share(i, s)).collect::<Vec<_>>(),
                "capability": (0..sectors).map(|s| start.capability(i, s)).collect::<Vec<_>>(),
                "peers": peers,
            })
        })
        .collect();
    let sector_rows: Vec<_> = world
        .sectors
        .iter()
        .enumerate()
        .map(|(s, sector)| {
            json!({
                "strategic": sector.strategic,
                "value": setup.value(s),
                "risk": sector.risk,
                "compute": sector.compute,
                "scale": sector.scale,
                "frontier_growth": sector.frontier_growth,
                "demand_growth": sector.demand_growth,
                "import_share": sector.import_share,
                "supplies_compute": sector.supplies_compute,
                "frontier": outcomes::sector(&start, s).get(sector::frontier),
            })
        })
        .collect();
    let instrument_rows: Vec<_> = (0..instruments)
        .map(|m| {
            let instrument = &world.instruments[m];
            json!({
                "channel": instrument.channel.name(),
                "tier_slope": instrument.tier_slope,
                "overseas_share": instrument.overseas_share,
            })
        })
        .collect();
    let quarters: Vec<_> = (0..world.quarters)
        .map(|quarter| levels(world, quarter))
        .collect();
    json!({
        "params": params,
        "changes": changes,
        "sectors": sector_rows,
        "instruments": instrument_rows,
        "cities": cities,
        "quarters": quarters,
        "stringency": stringency,
    })
}

/// E38: what dated events come to in a quarter, before their weights; a number per sector where sectors differ.
fn levels(world: &dualtrack::model::data::World, quarter: u32) -> serde_json::Value {
    let now = world.start.plus(quarter as i32);
    let level = |track: Track, sector: Option<u32>| -> f64 {
        world
            .events
            .iter()
            .filter(|event| {
                let touches = sector
                    .is_none_or(|own| event.sectors.is_empty() || event.sectors.contains(&own));
                event.track == track && touches && now.since(event.quarter) >= 0
            })
            .map(|event| {
                let age = f64::from(now.since(event.quarter));
                match (track, event.half_life_quarters) {
                    (Track::FrontierShock, _) => f64::from(u8::from(age == 0.0)) * event.intensity,
                    (_, half_life) => dualtrack::model::equations::outside::event_level(
                        event.intensity,
                        age,
                        half_life,
                    ),
                }
            })
            .sum()
    };
    let sectors = |track| -> Vec<f64> {
        let rows = 0..world.sectors.len() as u32;
        rows.map(|s| level(track, Some(s))).collect()
    };
    json!({
        "eu": level(Track::EuPressure, None),
        "us": level(Track::UsPressure, None),
        "controls": level(Track::ExportControls, None),
        "attention": sectors(Track::Attention),
        "plans": sectors(Track::CentralPlan),
        "shock": sectors(Track::FrontierShock),
    })
}
