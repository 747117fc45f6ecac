//! Any world that a scenario could describe: every number within the range that the reader of scenarios allows.

use arbitrary::{Arbitrary, Result, Unstructured};
use dualtrack::model::data::{Change, Channel, City, Closure, Event, Instrument, PilotZone, Rank, Sector, Tier, Track, World};
use dualtrack::model::params::{Kind, table::{PARAMETERS, Params}, Parameter, Timing, Value};
use dualtrack::kernel::quarter::Quarter;

/// A world and the seed of its random draws.
#[derive(Debug)]
pub struct Drawn {
    pub world: World,
    pub seed: u64,
}

impl<'a> Arbitrary<'a> for Drawn {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let seed = u.int_in_range(0..=i64::MAX as u64)?;
        let start =
            Quarter::new(2015, u.int_in_range(1..=4)?).ok_or(arbitrary::Error::IncorrectFormat)?;
        let quarters = u.int_in_range(8..=40)?;
        let sectors = numbered(u, 1, 5, sector, |sector, code| sector.code = code)?;
        let instruments = numbered(u, 0, 6, instrument, |instrument, code| {
            instrument.code = code
        })?;
        let known = sectors.len() as u32;
        let cities = numbered(u, 1, 12, |u| city(u, known), |city, code| city.code = code)?;
        let towns = cities.len() as u32;
        let dated = |u: &mut Unstructured<'a>| Ok(start.plus(u.int_in_range(-8..=44)?));
        let mut zones: Vec<PilotZone> = Vec::new();
        for city in some(u, 4, |u| u.int_in_range(0..=towns - 1))? {
            if zones.iter().all(|zone| zone.city != city) {
                let from = dated(u)?;
                zones.push(PilotZone { city, from });
            }
        }
        let closures = some(u, 4, |u| {
            Ok(Closure {
                city: u.int_in_range(0..=towns - 1)?,
                sector: u.int_in_range(0..=known - 1)?,
                from: if u.arbitrary()? {
                    Some(dated(u)?)
                } else {
                    None
                },
            })
        })?;
        let events = some(u, 8, |u| {
            let mut touched = some(u, 3, |u| u.int_in_range(0..=known - 1))?;
            touched.sort_unstable();
            touched.dedup();
            Ok(Event {
                quarter: dated(u)?,
                track: name(u, Track::NAMES, Track::from_name)?,
                sectors: touched,
                intensity: real(u, 0.0, 1.0)?,
                half_life_quarters: maybe(u, 0.01, 1e4)?,
                title: String::from("event"),
            })
        })?;
        let mut params = Params::default();
        for parameter in some(u, 24, |u| u.choose(PARAMETERS))? {
            write(u, parameter, &mut params)?;
        }
        let mut changes = some(u, 6, |u| {
            let parameter: &'static Parameter = u.choose(PARAMETERS)?;
            let from = start.plus(u.int_in_range(0..=quarters as i32 - 1)?);
            let value = value(u, parameter)?;
            Ok(Change {
                from,
                parameter,
                value,
            })
        })?;
        // What the reader refuses: parameters of the start, and lags whose ends may come out of order.
        changes.retain(|change| {
            change.parameter.timing == Timing::Running
                && !change.parameter.key.starts_with("codification.lag_")
        });
        changes.sort_by_key(|change| (change.from, change.parameter.key));
        changes.dedup_by_key(|change| (change.from, change.parameter.key));
        let lags = &mut params.codification;
        if lags.lag_min_quarters > lags.lag_max_quarters {
            std::mem::swap(&mut lags.lag_min_quarters, &mut lags.lag_max_quarters);
        }
        let world = World {
            start,
            quarters,
            cities: cities.into(),
            regions: ["East", "Central", "West", "Northeast"]
                .into_iter()
                .map(String::from)
                .collect(),
            sectors: sectors.into(),
            instruments: instruments.into(),
            pilot_zones: zones,
            closures,
            events: events.into(),
            params,
            changes,
        };
        Ok(Drawn { world, seed })
    }
}

/// Up to `most` of something.
fn some<'a, T>(
    u: &mut Unstructured<'a>,
    most: usize,
    mut draw: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=most)?).map(|_| draw(u)).collect()
}

/// From `least` to `most` rows, each with a number of its own, in no order.
fn numbered<'a, T>(
    u: &mut Unstructured<'a>,
    least: usize,
    most: usize,
    mut draw: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
    number: impl Fn(&mut T, u64),
) -> Result<Vec<T>> {
    let rows = u.int_in_range(least..=most)?;
    let mut list = Vec::new();
    for row in 0..rows {
        let mut item = draw(u)?;
        number(
            &mut item,
            u64::from(u.arbitrary::<u16>()?) * 64 + row as u64,
        );
        list.push(item);
    }
    Ok(list)
}

/// A number within a range, often at its ends, and on a scale of magnitudes where the range spans many.
fn real(u: &mut Unstructured<'_>, min: f64, max: f64) -> Result<f64> {
    let place = f64::from(u.arbitrary::<u16>()?) / f64::from(u16::MAX);
    let drawn = match u.int_in_range(0..=7u8)? {
        0 => min,
        1 => max,
        2 if min <= 0.0 && max >= 0.0 => 0.0,
        3 | 4 if min > 0.0 && max / min > 1e3 => min * (max / min).powf(place),
        3 if max > 1.0 && min <= 0.0 => place,
        _ => min + place * (max - min),
    };
    Ok(drawn.clamp(min, max))
}

fn maybe(u: &mut Unstructured<'_>, min: f64, max: f64) -> Result<Option<f64>> {
    if u.arbitrary()? {
        real(u, min, max).map(Some)
    } else {
        Ok(None)
    }
}

fn name<T>(
    u: &mut Unstructured<'_>,
    names: &[&str],
    read: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    read(u.choose(names)?).ok_or(arbitrary::Error::IncorrectFormat)
}

fn value(u: &mut Unstructured<'_>, parameter: &Parameter) -> Result<Value> {
    Ok(match parameter.kind {
        Kind::Real { min, max } => Value::Real(real(u, min, max)?),
        Kind::Count { min, max } => Value::Count(u.int_in_range(min..=max)?),
        Kind::Switch => Value::Switch(u.arbitrary()?),
        Kind::Choice { names } => Value::Choice(u.choose(names)?),
    })
}

fn write(u: &mut Unstructured<'_>, parameter: &Parameter, params: &mut Params) -> Result<()> {
    let value = value(u, parameter)?;
    parameter
        .set(params, &value)
        .expect("a value within its range");
    Ok(())
}

fn city(u: &mut Unstructured<'_>, sectors: u32) -> Result<City> {
    let mut focus = [None; 3];
    for place in 0..3 {
        let sector = if u.arbitrary()? {
            Some(u.int_in_range(0..=sectors - 1)?)
        } else {
            None
        };
        if !focus.contains(&sector) {
            focus[place] = sector;
        }
    }
    Ok(City {
        code: 0,
        id: String::from("city"),
        name: String::from("City"),
        province: u.int_in_range(0..=2)?,
        region: u.int_in_range(0..=3)?,
        tier: name(u, Tier::NAMES, Tier::from_name)?,
        rank: name(u, Rank::NAMES, Rank::from_name)?,
        latitude: real(u, -90.0, 90.0)?,
        longitude: real(u, -180.0, 180.0)?,
        revenue_cny_bn: real(u, 1e-6, 1e6)?,
        gdp_cny_bn: real(u, 1e-6, 1e6)?,
        earlier_growth: maybe(u, -0.5, 1.0)?,
        research_intensity: real(u, 0.0, 1.0)?,
        universities: real(u, 0.0, 1e4)?,
        amenity: real(u, 0.0, 1.0)?,
        focus,
    })
}

fn sector(u: &mut Unstructured<'_>) -> Result<Sector> {
    Ok(Sector {
        code: 0,
        id: String::from("sector"),
        name: String::from("Sector"),
        strategic: real(u, 0.0, 1.0)?,
        risk: real(u, 0.0, 1.0)?,
        compute: real(u, 0.0, 1.0)?,
        scale: real(u, 0.0, 1.0)?,
        frontier_growth: real(u, -0.3, 1.0)?,
        demand_growth: real(u, -0.3, 1.0)?,
        first_tier_lean: real(u, 0.0, 1.0)?,
        initial_frontier_ratio: real(u, 0.001, 10.0)?,
        import_share: real(u, 0.0, 0.99)?,
        supplies_compute: real(u, 0.0, 1.0)?,
        build_quarters: u.int_in_range(0..=40)?,
    })
}

fn instrument(u: &mut Unstructured<'_>) -> Result<Instrument> {
    Ok(Instrument {
        code: 0,
        id: String::from("instrument"),
        name: String::from("Instrument"),
        channel: name(u, Channel::NAMES, Channel::from_name)?,
        tier_slope: real(u, -1.0, 1.0)?,
        overseas_share: real(u, 0.0, 1.0)?,
    })
}
