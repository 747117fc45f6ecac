//! Worlds for tests: one small by hand, the shipped one, and random ones.

use std::path::Path;

use dualtrack::kernel::quarter::Quarter;
use dualtrack::model::data::{
    Change, Channel, City, Closure, Event, Instrument, PilotZone, Rank, Sector, Tier, Track, World,
};
use dualtrack::model::params::{
    Kind, Parameter, Timing, Value, find,
    table::{PARAMETERS, Params},
};
use proptest::prelude::*;

/// A quarter that is known to exist.
pub fn quarter(year: i32, of_year: u32) -> Quarter {
    Quarter::new(year, of_year).expect("a quarter between the years 1000 and 9999")
}

/// The parameter with this key, which is known to be in the table.
pub fn parameter(key: &str) -> &'static Parameter {
    find(key).expect("a key of the table")
}

/// Writes a value that is known to be allowed.
pub fn set(world: &mut World, key: &str, value: Value) {
    parameter(key)
        .set(&mut world.params, &value)
        .expect("an allowed value");
}

/// Turns a mechanism on or off.
pub fn switch(world: &mut World, mechanism: &str, on: bool) {
    set(world, &format!("mechanisms.{mechanism}"), Value::Switch(on));
}

/// The shipped scenario.
pub fn china() -> World {
    shipped("china-2015-2024")
}

/// A shipped scenario by the name of its file.
pub fn shipped(name: &str) -> World {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    dualtrack::input::scenario::load(&path, &[])
        .expect("a shipped scenario is valid")
        .world
}

/// Five lopsided cities, three sectors, four instruments, twelve quarters; events on every track, one zone
/// and one dated change. Cities and instruments do not come in order of code.
pub fn small_world() -> World {
    World {
        start: quarter(2015, 3),
        quarters: 12,
        cities: small_cities().into(),
        regions: ["East", "West"].into_iter().map(String::from).collect(),
        sectors: small_sectors().into(),
        instruments: small_instruments().into(),
        pilot_zones: vec![PilotZone {
            city: 1,
            from: quarter(2016, 2),
        }],
        closures: vec![
            Closure {
                city: 2,
                sector: 1,
                from: None,
            },
            Closure {
                city: 3,
                sector: 0,
                from: Some(quarter(2016, 3)),
            },
        ],
        events: small_events().into(),
        params: small_params(),
        file_params: small_params(),
        changes: vec![Change {
            from: quarter(2016, 4),
            parameter: parameter("tournament.intensity"),
            value: Value::Real(2.5),
        }],
    }
}

/// Lively enough that twelve quarters see every kind of event.
fn small_params() -> Params {
    let mut params = Params::default();
    params.policy.pioneer_rate_per_quarter = 0.15;
    params.policy.imitation_rate_per_quarter = 0.3;
    params.policy.review_rate_per_quarter = 0.3;
    params.policy.drop_below = 0.08;
    params.codification.min_adopters = 2;
    params.codification.threshold = 0.0;
    params.codification.lag_min_quarters = 1;
    params.codification.lag_max_quarters = 3;
    params.codification.top_down_rate_per_year = 0.6;
    params.codification.max_per_year = 1;
    params.champions.max_per_year = 2;
    params.peers.rank_peers = 2;
    params.peers.neighbour_peers = 2;
    params
}

fn small_cities() -> Vec<City> {
    let city = |code: u64, rank, tier, province, region| City {
        code,
        id: format!("city_{code}"),
        name: format!("City {code}"),
        province,
        region,
        tier,
        rank,
        latitude: 30.0,
        longitude: 110.0,
        revenue_cny_bn: 50.0,
        gdp_cny_bn: 400.0,
        earlier_growth: None,
        research_intensity: 0.02,
        universities: 3.0,
        amenity: 0.5,
        focus: [None; 3],
    };
    vec![
        City {
            latitude: 39.9,
            longitude: 116.4,
            revenue_cny_bn: 470.0,
            gdp_cny_bn: 2300.0,
            earlier_growth: Some(0.1),
            research_intensity: 0.06,
            universities: 34.0,
            amenity: 1.0,
            focus: [Some(0), Some(1), Some(2)],
            ..city(900, Rank::Municipality, Tier::First, 0, 0)
        },
        City {
            latitude: 38.5,
            longitude: 115.0,
            revenue_cny_bn: 61.0,
            gdp_cny_bn: 520.0,
            earlier_growth: Some(0.14),
            research_intensity: 0.025,
            universities: 5.0,
            amenity: 0.6,
            focus: [Some(2), None, None],
            ..city(120, Rank::Prefecture, Tier::Second, 0, 0)
        },
        City {
            latitude: 30.6,
            longitude: 104.1,
            revenue_cny_bn: 116.0,
            gdp_cny_bn: 1080.0,
            research_intensity: 0.022,
            universities: 9.0,
            amenity: 0.7,
            focus: [Some(1), Some(2), None],
            ..city(330, Rank::SubProvincial, Tier::NewFirst, 1, 1)
        },
        City {
            latitude: 29.9,
            longitude: 103.0,
            revenue_cny_bn: 7.0,
            gdp_cny_bn: 140.0,
            earlier_growth: Some(0.07),
            research_intensity: 0.004,
            universities: 0.0,
            amenity: 0.2,
            ..city(45, Rank::Prefecture, Tier::Third, 1, 1)
        },
        City {
            latitude: 31.2,
            longitude: 120.6,
            revenue_cny_bn: 0.9,
            gdp_cny_bn: 21.0,
            earlier_growth: Some(0.11),
            research_intensity: 0.011,
            universities: 1.0,
            amenity: 0.35,
            focus: [Some(0), None, None],
            ..city(201, Rank::County, Tier::County, 2, 0)
        },
    ]
}

fn small_sectors() -> Vec<Sector> {
    let sector = |code: u64| Sector {
        code,
        id: format!("sector_{code}"),
        name: format!("Sector {code}"),
        strategic: 0.5,
        risk: 0.3,
        compute: 0.4,
        scale: 0.5,
        frontier_growth: 0.01,
        demand_growth: 0.02,
        first_tier_lean: 0.5,
        initial_frontier_ratio: 0.6,
        import_share: 0.1,
        supplies_compute: 0.0,
        build_quarters: 2,
    };
    vec![
        Sector {
            strategic: 0.9,
            risk: 0.9,
            compute: 0.9,
            scale: 0.9,
            frontier_growth: 0.03,
            first_tier_lean: 1.0,
            initial_frontier_ratio: 0.45,
            import_share: 0.0,
            ..sector(7)
        },
        Sector {
            strategic: 1.0,
            risk: 0.1,
            compute: 1.0,
            initial_frontier_ratio: 0.25,
            import_share: 0.84,
            supplies_compute: 1.0,
            build_quarters: 8,
            ..sector(2)
        },
        Sector {
            strategic: 0.2,
            risk: 0.6,
            compute: 0.1,
            initial_frontier_ratio: 1.1,
            demand_growth: 0.0,
            first_tier_lean: 0.1,
            ..sector(11)
        },
    ]
}

fn small_instruments() -> Vec<Instrument> {
    let instrument = |code: u64, channel, tier_slope, overseas_share| Instrument {
        code,
        id: format!("instrument_{code}"),
        name: format!("Instrument {code}"),
        channel,
        tier_slope,
        overseas_share,
    };
    vec![
        instrument(5, Channel::Attract, 0.5, 0.4),
        instrument(1, Channel::Train, 0.0, 0.0),
        instrument(9, Channel::Soft, -0.6, 0.1),
        instrument(3, Channel::Motivate, 0.2, 0.0),
    ]
}

fn small_events() -> Vec<Event> {
    let event = |year, of_year, track, sectors: &[u32], intensity, half_life| Event {
        quarter: quarter(year, of_year),
        track,
        sectors: sectors.to_vec(),
        intensity,
        half_life_quarters: half_life,
        title: String::from("an event"),
    };
    vec![
        event(2014, 2, Track::EuPressure, &[], 0.4, Some(8.0)),
        event(2016, 1, Track::EuPressure, &[], 0.9, None),
        event(2015, 3, Track::UsPressure, &[], 0.5, Some(12.0)),
        event(2017, 1, Track::UsPressure, &[1], 0.8, None),
        event(2016, 2, Track::ExportControls, &[], 0.7, None),
        event(2017, 3, Track::ExportControls, &[], 0.9, Some(20.0)),
        event(2016, 1, Track::Attention, &[0, 2], 1.0, Some(3.0)),
        event(2015, 3, Track::FrontierShock, &[0], 0.6, None),
        event(2017, 2, Track::FrontierShock, &[], 1.0, Some(4.0)),
        event(2015, 4, Track::CentralPlan, &[1], 0.6, Some(12.0)),
        event(2017, 4, Track::CentralPlan, &[], 0.9, None),
        event(2016, 3, Track::Record, &[], 1.0, None),
    ]
}

/// The small world with so many sectors and instruments, all of them a little different, for which a row of what
/// cities publish takes more room; one instrument does nothing where residency does not attract.
pub fn wide_world(sectors: usize, instruments: usize) -> World {
    let mut world = small_world();
    let (of_sectors, of_instruments) = (world.sectors.clone(), world.instruments.clone());
    world.sectors = (0..sectors)
        .map(|row| {
            let model = &of_sectors[row % of_sectors.len()];
            Sector {
                code: (row as u64 * 37) % 101,
                risk: model.risk * (0.5 + row as f64 / 64.0),
                ..model.clone()
            }
        })
        .collect();
    world.instruments = (0..instruments)
        .map(|row| {
            let model = &of_instruments[row % of_instruments.len()];
            Instrument {
                code: (row as u64 * 37) % 101,
                tier_slope: if row == 0 { 1.0 } else { model.tier_slope },
                ..model.clone()
            }
        })
        .collect();
    world.cities[4].amenity = 0.0;
    world
}

/// A random world, which shows its shape and the parameters that left their default.
#[derive(Clone)]
pub struct Drawn(pub World);

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let world = &self.0;
        let (cities, sectors) = (world.cities.len(), world.sectors.len());
        let (instruments, quarters) = (world.instruments.len(), world.quarters);
        writeln!(
            f,
            "{cities} cities, {sectors} sectors, {instruments} instruments, {quarters} quarters"
        )?;
        for (parameter, value) in world.params.values() {
            if value != parameter.default() {
                writeln!(f, "{} = {value}", parameter.key)?;
            }
        }
        for change in &world.changes {
            writeln!(
                f,
                "{}: {} = {}",
                change.from, change.parameter.key, change.value
            )?;
        }
        Ok(())
    }
}

/// Random worlds: all shapes that a scenario file may have, and parameters at and between their bounds.
pub fn any_world() -> impl Strategy<Value = Drawn> {
    (1usize..=40, 1usize..=14, 0usize..=16, 1u32..=30).prop_flat_map(
        |(cities, sectors, instruments, quarters)| {
            (
                any_cities(cities, sectors),
                prop::collection::vec(any_sector(), sectors),
                prop::collection::vec(any_instrument(), instruments),
                any_events(sectors, quarters),
                prop::collection::vec((0..cities as u32, -3..quarters as i32), 0..5),
                prop::collection::vec(
                    (0..cities as u32, 0..sectors as u32, 1..=quarters as i32),
                    0..3,
                ),
                (any_params(), any_params()),
                prop::collection::vec(any_change(quarters), 0..4),
            )
                .prop_map(
                    move |(
                        cities,
                        sectors,
                        instruments,
                        events,
                        zones,
                        closures,
                        (params, file_params),
                        changes,
                    )| {
                        let start = quarter(2015, 1);
                        Drawn(World {
                            start,
                            quarters,
                            cities: cities.into(),
                            regions: (0..4).map(|k| format!("Region {k}")).collect(),
                            sectors: numbered(sectors, |sector, code| sector.code = code).into(),
                            instruments: numbered(instruments, |instrument, code| {
                                instrument.code = code;
                            })
                            .into(),
                            pilot_zones: zones
                                .into_iter()
                                .map(|(city, from)| PilotZone {
                                    city,
                                    from: start.plus(from),
                                })
                                .collect(),
                            closures: closures
                                .into_iter()
                                .map(|(city, sector, from)| Closure {
                                    city,
                                    sector,
                                    from: Some(start.plus(from)),
                                })
                                .collect(),
                            events: events.into(),
                            params,
                            file_params,
                            changes: in_order_of_date(changes),
                        })
                    },
                )
        },
    )
}

/// Codes are drawn from few numbers, then made unique without putting them in order.
fn numbered<T>(drawn: Vec<(T, u32)>, write: impl Fn(&mut T, u64)) -> Vec<T> {
    drawn
        .into_iter()
        .enumerate()
        .map(|(row, (mut item, number))| {
            write(&mut item, u64::from(number) * 64 + row as u64);
            item
        })
        .collect()
}

fn in_order_of_date(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| change.from);
    changes
}

fn any_cities(count: usize, sectors: usize) -> impl Strategy<Value = Vec<City>> {
    prop::collection::vec((any_city(sectors), any::<u32>()), count).prop_map(|drawn| {
        let mut cities = numbered(drawn, |city, code| city.code = code);
        // Some city can build something, or nothing has a frontier.
        cities[0].research_intensity = cities[0].research_intensity.max(0.01);
        cities[0].universities = cities[0].universities.max(1.0);
        // Some cities are alike, so that ties among peers happen.
        for row in (4..cities.len()).step_by(7) {
            cities[row].latitude = cities[row - 3].latitude;
            cities[row].longitude = cities[row - 3].longitude;
            cities[row].revenue_cny_bn = cities[row - 2].revenue_cny_bn;
        }
        cities
    })
}

fn any_city(sectors: usize) -> impl Strategy<Value = City> {
    let place = (
        0u32..6,
        0u32..4,
        0usize..5,
        0usize..5,
        18.0..50.0,
        75.0..130.0,
    );
    let size = (
        prop_oneof![1e-6..1e-3, 0.1..100.0, 1e3..1e6],
        0.005..0.4,
        prop::option::of(-0.05..0.25),
        prop_oneof![1 => Just(0.0), 4 => 0.001..0.1],
        prop_oneof![Just(0.0), 1.0..40.0],
        prop_oneof![1 => Just(0.0), 1 => Just(1.0), 4 => 0.0..1.0],
    );
    let focus = prop::collection::vec(prop::option::of(0..sectors as u32), 3);
    (place, size, focus).prop_map(|(place, size, focus)| {
        let (province, region, tier, rank, latitude, longitude) = place;
        let (revenue, capacity, earlier_growth, research_intensity, universities, amenity) = size;
        let mut named = [None; 3];
        for (k, sector) in focus.into_iter().enumerate() {
            if !named.contains(&sector) {
                named[k] = sector;
            }
        }
        City {
            code: 0,
            id: String::from("city"),
            name: String::from("City"),
            province,
            region,
            tier: Tier::from_name(Tier::NAMES[tier]).expect("a name of the list"),
            rank: Rank::from_name(Rank::NAMES[rank]).expect("a name of the list"),
            latitude,
            longitude,
            revenue_cny_bn: revenue,
            gdp_cny_bn: revenue / capacity,
            earlier_growth,
            research_intensity,
            universities,
            amenity,
            focus: named,
        }
    })
}

fn any_sector() -> impl Strategy<Value = (Sector, u32)> {
    let zero_to_one = || prop_oneof![1 => Just(0.0), 1 => Just(1.0), 6 => 0.0..1.0];
    let weights = (
        zero_to_one(),
        zero_to_one(),
        zero_to_one(),
        zero_to_one(),
        zero_to_one(),
    );
    let growth = (-0.02..0.06, -0.02..0.06, 0.02..1.3, 0.0..0.95);
    (
        weights,
        growth,
        (prop_oneof![3 => Just(0.0), 1 => 0.0..1.0], 0u32..10),
        any::<u32>(),
    )
        .prop_map(
            |(weights, growth, (supplies_compute, build_quarters), number)| {
                let (strategic, risk, compute, scale, first_tier_lean) = weights;
                let (frontier_growth, demand_growth, initial_frontier_ratio, import_share) = growth;
                let sector = Sector {
                    code: 0,
                    id: String::from("sector"),
                    name: String::from("Sector"),
                    strategic,
                    risk,
                    compute,
                    scale,
                    frontier_growth,
                    demand_growth,
                    first_tier_lean,
                    initial_frontier_ratio,
                    import_share,
                    supplies_compute,
                    build_quarters,
                };
                (sector, number)
            },
        )
}

fn any_instrument() -> impl Strategy<Value = (Instrument, u32)> {
    (0usize..5, -1.0..=1.0, 0.0..=1.0, any::<u32>()).prop_map(
        |(channel, tier_slope, overseas_share, number)| {
            let instrument = Instrument {
                code: 0,
                id: String::from("instrument"),
                name: String::from("Instrument"),
                channel: Channel::from_name(Channel::NAMES[channel]).expect("a name of the list"),
                tier_slope,
                overseas_share,
            };
            (instrument, number)
        },
    )
}

fn any_events(sectors: usize, quarters: u32) -> impl Strategy<Value = Vec<Event>> {
    let event = (
        -8..quarters as i32 + 2,
        0usize..Track::NAMES.len(),
        prop::collection::btree_set(0..sectors as u32, 0..=sectors.min(3)),
        0.0..=1.0,
        prop::option::of(0.5..40.0),
    )
        .prop_map(
            |(from, track, sectors, intensity, half_life_quarters)| Event {
                quarter: quarter(2015, 1).plus(from),
                track: Track::from_name(Track::NAMES[track]).expect("a name of the list"),
                sectors: sectors.into_iter().collect(),
                intensity,
                half_life_quarters,
                title: String::from("an event"),
            },
        );
    prop::collection::vec(event, 0..20)
}

/// Parameters: in tame worlds few leave their default, in wild ones half do.
fn any_params() -> impl Strategy<Value = Params> {
    let draws = prop::collection::vec((0.0..1.0, 0u32..4, 0.0..1.0), PARAMETERS.len());
    (prop_oneof![Just(0.0), Just(0.1), Just(0.5)], draws).prop_map(|(wildness, draws)| {
        let mut params = Params::default();
        for (parameter, (departs, how, place)) in PARAMETERS.iter().zip(draws) {
            if departs < wildness {
                let value = value_at(parameter, how, place);
                parameter
                    .set(&mut params, &value)
                    .expect("an allowed value");
            }
        }
        order_lags(&mut params);
        params
    })
}

/// The shortest lag is not above the longest.
pub fn order_lags(params: &mut Params) {
    let lags = &mut params.codification;
    if lags.lag_min_quarters > lags.lag_max_quarters {
        std::mem::swap(&mut lags.lag_min_quarters, &mut lags.lag_max_quarters);
    }
}

/// A value of a parameter: its least (`how` 0), its most (1), within its uncertain range (2) or within
/// what is allowed (3, and 2 where no range is given), at `place` from 0 to 1.
pub fn value_at(parameter: &Parameter, how: u32, place: f64) -> Value {
    match parameter.kind {
        Kind::Real { min, max } => {
            let (low, high) = match (how, parameter.uncertain) {
                (2, Some(range)) => range,
                _ => (min, max),
            };
            Value::Real(match how {
                0 => min,
                1 => max,
                _ => (low + place * (high - low)).clamp(low, high),
            })
        }
        Kind::Count { min, max } => Value::Count(match how {
            0 => min,
            1 => max,
            _ => min + (place * f64::from(max.min(min + 12) - min)).round() as u32,
        }),
        Kind::Switch => Value::Switch(match how {
            0 => false,
            1 => true,
            _ => place < 0.5,
        }),
        Kind::Choice { names } => {
            let row = match how {
                0 => 0,
                1 => names.len() - 1,
                _ => (place * names.len() as f64) as usize,
            };
            Value::Choice(names[row.min(names.len() - 1)])
        }
    }
}

/// A dated change of a parameter that is read in every quarter; not of a lag, whose order must hold.
fn any_change(quarters: u32) -> impl Strategy<Value = Change> {
    let running: Vec<&'static Parameter> = PARAMETERS
        .iter()
        .filter(|parameter| parameter.timing == Timing::Running)
        .filter(|parameter| !parameter.key.starts_with("codification.lag"))
        .collect();
    (
        prop::sample::select(running),
        0u32..4,
        0.0..1.0,
        0..quarters,
    )
        .prop_map(|(parameter, how, place, t)| Change {
            from: quarter(2015, 1).plus(t as i32),
            parameter,
            value: value_at(parameter, how, place),
        })
}
