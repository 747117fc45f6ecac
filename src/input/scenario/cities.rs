//! The table of cities.

use crate::input::scenario::merge::Merged;
use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::{Codes, Index, Row};
use crate::input::scenario::{
    format::{Cell, Format, columns},
    table_text::Table,
};
use crate::kernel::quarter::Quarter;
use crate::kernel::text::{Ticked, hint};
use crate::model::data::{City, Closure, Rank, Tier};

/// Regions, in the division of the national statistics.
pub const REGIONS: &[&str] = &["East", "Central", "West", "Northeast"];

/// Columns of the table of cities.
pub static FORMAT: Format = Format {
    table: "cities",
    row: "city",
    id: "city_id",
    columns: columns! {
        "city_id": Cell::Id => "Stable short name.";
        "code": Cell::Code => "Stable number that addresses the city's random draws: its GB/T 2260 code.";
        "name": Cell::Text => "Name for people.";
        "province": Cell::Text => "Province.";
        "region": Cell::Choice(REGIONS) => "Region.";
        "tier": Cell::Choice(Tier::NAMES) => "Market tier.";
        "rank": Cell::Choice(Rank::NAMES) => "Administrative rank.";
        "latitude_deg": Cell::real(-90.0, 90.0, "degrees north") => "Latitude.";
        "longitude_deg": Cell::real(-180.0, 180.0, "degrees east") => "Longitude.";
        "revenue_2015_cny_bn": Cell::real(1e-6, 1e6, "CNY bn") => "General public budget revenue in 2015.";
        "gdp_2015_cny_bn": Cell::real(1e-6, 1e6, "CNY bn") => "GDP in 2015.";
        optional "gdp_growth_2010_2015_per_year": Cell::real(-0.5, 1.0, "1/year")
            => "Growth of nominal GDP from 2010 to 2015; empty where unknown.";
        "research_intensity_2015": Cell::SHARE => "Research and development over GDP in 2015.";
        "universities": Cell::real(0.0, 1e4, "") => "Universities that train researchers.";
        "amenity_0_1": Cell::SHARE => "How attractive residency is.";
        optional "sector_1": Cell::Text => "The sector the city is best known for.";
        optional "sector_2": Cell::Text => "The second.";
        optional "sector_3": Cell::Text => "The third.";
        optional "closed_sectors": Cell::Text
            => "Sectors on which the city spends nothing new (E12), with `;` between them.";
        optional "closed_from": Cell::Quarter
            => "First quarter in which they are closed; empty, they are from the start.";
    },
};

/// Cities with the lists they refer to.
#[derive(Debug, Default)]
pub(crate) struct Cities {
    pub list: Vec<City>,
    /// Name of the city, row of the sector, and date of each closure.
    pub closures: Vec<(String, u32, Option<Quarter>)>,
    pub regions: Vec<String>,
}

/// Reads the table; `sectors` are those a city may be known for.
pub(crate) fn read(table: &Table, sectors: &Index, report: &mut Report) -> Cities {
    let mut cities = Cities {
        regions: REGIONS.iter().map(ToString::to_string).collect(),
        ..Cities::default()
    };
    let mut provinces = std::collections::HashMap::new();
    let mut codes = Codes::default();
    table.read(report, |row| {
        let id = row.id();
        let code = codes.read(row);
        let next = provinces.len() as u32;
        let province = provinces.entry(row.text("province").to_string());
        let province = *province.or_insert(next);
        let mut focus = [None; 3];
        for (at, column) in ["sector_1", "sector_2", "sector_3"].into_iter().enumerate() {
            let name = row.text(column);
            if name.is_empty() {
                continue;
            }
            let sector = row.reference(column, name, "sector", sectors);
            if sector.is_some() && focus.contains(&sector) {
                row.refuse(
                    column,
                    format!(
                        "`{column}` of {} names {} again; allowed: once",
                        Ticked(&id),
                        Ticked(name)
                    ),
                );
            }
            focus[at] = sector;
        }
        let from = row.optional("closed_from", Row::quarter);
        let closed = row.text("closed_sectors");
        for name in closed.split(';').map(str::trim) {
            let is_named = !name.is_empty();
            let sector = is_named.then(|| row.reference("closed_sectors", name, "sector", sectors));
            let closure = sector.flatten().map(|sector| (id.clone(), sector, from));
            cities.closures.extend(closure);
        }
        let region = |name: &str| {
            (0..)
                .zip(REGIONS)
                .find(|(_, known)| **known == name)
                .map(|(at, _)| at)
        };
        cities.list.push(City {
            code,
            name: row.text("name").to_string(),
            province,
            region: row.choice("region", REGIONS, region).unwrap_or(0),
            tier: row
                .choice("tier", Tier::NAMES, Tier::from_name)
                .unwrap_or(Tier::Third),
            rank: row
                .choice("rank", Rank::NAMES, Rank::from_name)
                .unwrap_or(Rank::Prefecture),
            latitude: row.real("latitude_deg"),
            longitude: row.real("longitude_deg"),
            revenue_cny_bn: row.real("revenue_2015_cny_bn"),
            gdp_cny_bn: row.real("gdp_2015_cny_bn"),
            earlier_growth: row.optional("gdp_growth_2010_2015_per_year", Row::number),
            research_intensity: row.real("research_intensity_2015"),
            universities: row.real("universities"),
            amenity: row.real("amenity_0_1"),
            focus,
            id,
        });
    });
    cities
}

impl Cities {
    /// Closures of the cities that are kept.
    pub fn closures(&self) -> Vec<Closure> {
        let row = |id: &str| self.list.iter().position(|city| city.id == id);
        let list = self.closures.iter().filter_map(|(id, sector, from)| {
            Some(Closure {
                city: u32::try_from(row(id)?).ok()?,
                sector: *sector,
                from: *from,
            })
        });
        list.collect()
    }
}

/// Keeps the cities that `[cities]` selects, and returns the names of those it leaves out.
pub(crate) fn select(
    cities: &mut Cities,
    has_all: bool,
    merged: &Merged,
    report: &mut Report,
) -> Vec<String> {
    let only = merged.names("cities.only");
    let drop = merged.names("cities.drop");
    if only.is_none() && drop.is_none() {
        return Vec::new();
    }
    let names = cities.list.iter().map(|city| city.id.as_str());
    let index = Index::new(names, has_all);
    let mut check = |key: &str, names: &Option<Vec<(String, Spot)>>| {
        for (name, spot) in names
            .iter()
            .flatten()
            .filter(|(name, _)| index.refuses(name))
        {
            let hint = hint(name, index.names());
            report.add(
                *spot,
                format!("unknown city {} in `{key}`{hint}", Ticked(name)),
            );
        }
    };
    check("cities.only", &only);
    check("cities.drop", &drop);
    let names = |list: Option<Vec<(String, Spot)>>| {
        list.map(|list| {
            list.into_iter()
                .map(|(name, _)| name)
                .collect::<std::collections::BTreeSet<_>>()
        })
    };
    let (only, drop) = (names(only), names(drop).unwrap_or_default());
    let keeps = |id: &str| only.as_ref().is_none_or(|only| only.contains(id)) && !drop.contains(id);
    let left_out = cities
        .list
        .iter()
        .filter(|city| !keeps(&city.id))
        .map(|city| city.id.clone())
        .collect();
    cities.list.retain(|city| keeps(&city.id));
    left_out
}
