//! Cities: map, ranking and losses from `cities.csv`, sectors of cities from `allocations.csv`.

use std::collections::BTreeMap;

use crate::kernel::quarter::Quarter;
use crate::measure::outcomes::{WASTE, ids::allocation, ids::city};
use crate::report::figure::{
    Figure,
    bars::{Bar, Bars},
    heat::Heat,
    map::{Map, Place},
};
use crate::report::page::{Block, Part};
use crate::report::run::context::{Context, over_time};
use crate::report::tally::{Quarters, Tally};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Cities with figures; more cannot be read.
const MOST: usize = 400;
/// Cities in a ranking.
const RANKED: usize = 8;
/// Rows of bars and heat maps.
const ROWS: usize = 40;

/// A city.
struct City {
    id: String,
    name: String,
    over_time: Quarters,
    /// Unproductive share of spending, over the quarters of the file.
    waste: Tally,
    /// Spending and what of it is lost, in the replicate that is being read.
    running: (f64, f64),
}

const CAPABILITY: usize = 0;
const LIBERALISATION: usize = 1;
const RANK: usize = 2;

/// Gathers the files and adds sections.
pub(crate) fn add(source: &Source, context: &Context, part: &mut Part) -> Result<(), OutputError> {
    let Some(cities) = read(source)? else {
        part.note("There is no cities.csv in this folder, so that figures of cities are missing (`traces.files`).");
        return Ok(());
    };
    let Some(cities) = cities else {
        part.note(format!(
            "There are more than {MOST} cities, too many for figures of single ones."
        ));
        return Ok(());
    };
    if cities.is_empty() {
        return Ok(());
    }
    part.heading("cities", "Cities");
    map(source, context, &cities, part);
    ranking(context, &cities, part);
    losses(context, &cities, part);
    allocations(source, context, &cities, part)
}

/// None if the file is not there; none within if there are too many cities.
fn read(source: &Source) -> Result<Option<Option<Vec<City>>>, OutputError> {
    let Some(mut table) = source.table("cities")? else {
        return Ok(None);
    };
    let [replicate, quarter, id, name] =
        table.places(["replicate", "quarter", "city_id", "name"])?;
    let outcomes = [
        city::capability,
        city::liberalisation,
        city::spending_cny_mn,
    ];
    let [capability, free, spending] = table.places(outcomes.map(|own| own.name))?;
    let waste = WASTE.terms.iter().map(|(_, name)| table.column(name));
    let waste: Vec<usize> = waste.collect::<Result<_, _>>()?;
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut cities: Vec<City> = Vec::new();
    // Capabilities of the quarter that is being read, for ranks.
    let mut group: Vec<(usize, f64)> = Vec::new();
    let mut at: Option<(u64, Quarter)> = None;
    while table.advance()? {
        let now = (
            table.number(replicate)?.unwrap_or(0.0) as u64,
            table.quarter(quarter)?,
        );
        if at != Some(now) {
            if let Some((run, quarter)) = at {
                rank(&mut cities, &mut group, quarter);
                if run != now.0 {
                    end_of_run(&mut cities);
                }
            }
            at = Some(now);
        }
        let id = table.text(id)?;
        let place = match found.get(id) {
            Some(place) => *place,
            None if cities.len() == MOST => return Ok(Some(None)),
            None => {
                found.insert(id.to_string(), cities.len());
                cities.push(City {
                    id: id.to_string(),
                    name: table.text(name)?.chars().take(60).collect(),
                    over_time: Quarters::new(3),
                    waste: Tally::default(),
                    running: (0.0, 0.0),
                });
                cities.len() - 1
            }
        };
        let value = table.number(capability)?.unwrap_or(0.0);
        let free = table.number(free)?.unwrap_or(0.0);
        let city = &mut cities[place];
        city.over_time.push(now.1, CAPABILITY, value);
        city.over_time.push(now.1, LIBERALISATION, free);
        city.running.0 += table.number(spending)?.unwrap_or(0.0);
        for column in &waste {
            city.running.1 += table.number(*column)?.unwrap_or(0.0);
        }
        group.push((place, value));
    }
    if let Some((_, quarter)) = at {
        rank(&mut cities, &mut group, quarter);
        end_of_run(&mut cities);
    }
    Ok(Some(Some(cities)))
}

/// Ranks of a quarter by capability; of equals the first in the file comes first.
fn rank(cities: &mut [City], group: &mut Vec<(usize, f64)>, quarter: Quarter) {
    group.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    for (rank, (place, _)) in group.drain(..).enumerate() {
        if let Some(city) = cities.get_mut(place) {
            city.over_time.push(quarter, RANK, rank as f64 + 1.0);
        }
    }
}

fn end_of_run(cities: &mut [City]) {
    for city in cities {
        let (spending, waste) = std::mem::take(&mut city.running);
        if spending > 0.0 {
            city.waste.push(waste / spending, false);
        }
    }
}

fn map(source: &Source, context: &Context, cities: &[City], part: &mut Part) {
    let rows = crate::report::data::rows(
        source,
        "cities.csv",
        ["city_id", "latitude_deg", "longitude_deg"],
    );
    let position = |id: &str| {
        let row = rows.iter().find(|row| row[0] == id)?;
        let (latitude, longitude) = (row[1].parse::<f64>().ok()?, row[2].parse::<f64>().ok()?);
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some((latitude, longitude))
    };
    let mut quarters: Vec<Quarter> = cities
        .iter()
        .flat_map(|city| city.over_time.quarters())
        .collect();
    quarters.sort_unstable();
    quarters.dedup();
    let means = |city: &City, column: usize| -> Vec<f64> {
        city.over_time
            .column(column)
            .map(|tally| tally.mean().unwrap_or(0.0))
            .collect()
    };
    let places: Vec<Place> = cities
        .iter()
        .filter_map(|city| {
            let (latitude, longitude) = position(&city.id)?;
            Some(Place {
                name: city.name.clone(),
                latitude,
                longitude,
                sizes: means(city, CAPABILITY),
                shades: means(city, LIBERALISATION),
            })
        })
        .collect();
    if places.is_empty() {
        part.note(
            "The scenario's cities have no positions that could be found, so that there is no map.",
        );
        return;
    }
    let times: Vec<String> = quarters.iter().map(Quarter::to_string).collect();
    let caption = format!(
        "Each circle is a city at its place. Its area says how much AI capability the city has built, in all sectors \
         together; its colour how far it has liberalised. Drawn for {}; move the slider to see other quarters.",
        times.last().map_or("", String::as_str)
    );
    let chart = Map {
        size: "Capability, units".to_string(),
        shade: "Liberalisation, 0 to 1".to_string(),
        times: times.clone(),
        places,
    };
    let figure = Figure::new(
        "map",
        "Where capability is, and who liberalises",
        caption,
        &context.n,
        chart,
    );
    part.blocks.push(Block::Slides(Box::new(figure), times));
}

/// Cities by their last value of a column, the largest first.
fn order(cities: &[City], column: usize) -> Vec<&City> {
    let last = |city: &City| {
        city.over_time
            .ends(column)
            .and_then(|(_, last)| last.mean())
            .unwrap_or(0.0)
    };
    let mut order: Vec<&City> = cities.iter().collect();
    order.sort_by(|a, b| last(b).total_cmp(&last(a)).then(a.id.cmp(&b.id)));
    order
}

fn ranking(context: &Context, cities: &[City], part: &mut Part) {
    let mut order = order(cities, CAPABILITY);
    order.truncate(RANKED);
    let Some(first) = order.first() else {
        return;
    };
    let quarters = first.over_time.quarters();
    let line = |city: &&City| {
        let mut points = city.over_time.points(RANK, 1.0);
        points.iter_mut().for_each(|point| point.spread = None);
        (city.name.clone(), points)
    };
    let mut lines = over_time(
        &quarters,
        "rank, 1 is most capability",
        order.iter().map(line).collect(),
        &[],
    );
    lines.is_ranking = true;
    part.figure(
        "ranking",
        format!("Ranking of the {} cities that end on top", order.len()),
        "Rank by capability in all sectors, mean over replicates with its 95 % interval; a rank between two whole \
         numbers means that chance decides. Lines that cross are cities that overtake each other.",
        &context.n,
        lines,
    );
}

fn losses(context: &Context, cities: &[City], part: &mut Part) {
    let mut order: Vec<&City> = cities.iter().filter(|city| city.waste.n() > 0).collect();
    order.sort_by(|a, b| {
        let mean = |city: &City| city.waste.mean().unwrap_or(0.0);
        mean(b).total_cmp(&mean(a)).then(a.id.cmp(&b.id))
    });
    let shown = if order.len() > ROWS {
        let half = ROWS / 2;
        let end = order.len() - half;
        let mut shown = order[..half].to_vec();
        shown.extend(&order[end..]);
        shown
    } else {
        order.clone()
    };
    let bars = shown.iter().map(|city| Bar {
        name: city.name.clone(),
        value: city.waste.mean(),
        interval: city.waste.interval(),
        series: 1,
        ..Bar::default()
    });
    let which = if order.len() > ROWS {
        format!(" The {} with most and least are shown.", ROWS / 2)
    } else {
        String::new()
    };
    part.figure(
        "waste-of-cities",
        "Unproductive share of each city's spending",
        format!(
            "What of a city's spending on sectors, over all quarters, does not build usable capability: introduction, \
             subscale, duplicated and idle together. Whiskers are 95 % intervals of the mean.{which}"
        ),
        &context.n,
        Bars::new("city", "share of spending, 0 to 1", bars),
    );
}

/// Sums of a city and sector.
#[derive(Clone, Default)]
struct Sums {
    spending: f64,
    /// Sum of capability over replicates, by quarter.
    capability: BTreeMap<Quarter, f64>,
}

fn allocations(
    source: &Source,
    context: &Context,
    cities: &[City],
    part: &mut Part,
) -> Result<(), OutputError> {
    let Some(mut table) = source.table("allocations")? else {
        part.note(
            "What each city spends on each sector is in allocations.csv, which this run did not write. To see it: \
             dualtrack run SCENARIO --set 'traces.files=[\"national\",\"cities\",\"sectors\",\"allocations\",\
             \"policies\"]'.",
        );
        return Ok(());
    };
    let [quarter, city, sector] = table.places(["quarter", "city_id", "sector_id"])?;
    let outcomes = [allocation::spending_cny_mn, allocation::capability];
    let [spending, capability] = table.places(outcomes.map(|own| own.name))?;
    let places: BTreeMap<&str, usize> = cities
        .iter()
        .enumerate()
        .map(|(place, city)| (city.id.as_str(), place))
        .collect();
    let mut sectors: Vec<String> = Vec::new();
    let mut sums: Vec<Vec<Sums>> = vec![Vec::new(); cities.len()];
    let mut last: Option<Quarter> = None;
    while table.advance()? {
        let Some(place) = places.get(table.text(city)?) else {
            continue;
        };
        let id = table.text(sector)?;
        let column = match sectors.iter().position(|known| known == id) {
            Some(column) => column,
            None if sectors.len() == ROWS => {
                return Err(table.complain("more sectors than a report can show"));
            }
            None => {
                sectors.push(id.to_string());
                sectors.len() - 1
            }
        };
        let row = &mut sums[*place];
        if row.len() <= column {
            row.resize(column + 1, Sums::default());
        }
        let at = table.quarter(quarter)?;
        last = last.max(Some(at));
        row[column].spending += table.number(spending)?.unwrap_or(0.0);
        *row[column].capability.entry(at).or_default() += table.number(capability)?.unwrap_or(0.0);
    }
    let Some(last) = last else {
        return Ok(());
    };
    let mut rows: Vec<&City> = order(cities, CAPABILITY);
    rows.truncate(ROWS);
    let shares = |of: &dyn Fn(&Sums) -> f64| -> Vec<Option<f64>> {
        let row = |city: &&City| {
            let place = places.get(city.id.as_str()).copied().unwrap_or(0);
            let values: Vec<f64> = (0..sectors.len())
                .map(|column| sums[place].get(column).map_or(0.0, of))
                .collect();
            let whole: f64 = values.iter().sum();
            values
                .into_iter()
                .map(move |value| (whole > 0.0).then(|| value / whole))
                .collect::<Vec<_>>()
        };
        rows.iter().flat_map(row).collect()
    };
    let heat = |values: Vec<Option<f64>>, value: &str| Heat {
        down: "city".to_string(),
        across: "sectors".to_string(),
        value: value.to_string(),
        rows: rows.iter().map(|city| city.name.clone()).collect(),
        columns: sectors.iter().map(|id| context.name(id)).collect(),
        values,
        ..Heat::default()
    };
    part.heading("city-sectors", "Cities and sectors");
    part.text(
        "The two maps below have the same cities and sectors, cities with most capability on top. Columns that are dark \
         from top to bottom are sectors on which everybody spends.",
    );
    part.figure(
        "spending-by-sector",
        "What cities spend on",
        "Share of a city's spending on sectors that goes to each sector, over all quarters; a row adds up to 1.",
        &context.n,
        heat(shares(&|sums| sums.spending), "share of the city's spending"),
    );
    part.figure(
        "capability-by-sector",
        "What cities have come to be able to do",
        format!(
            "Share of a city's capability that lies in each sector in {last}; a row adds up to 1."
        ),
        &context.n,
        heat(
            shares(&|sums| sums.capability.get(&last).copied().unwrap_or(0.0)),
            "share of the city's capability",
        ),
    );
    Ok(())
}
