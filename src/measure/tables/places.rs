//! Columns of `cities.csv`, `sectors.csv` and `allocations.csv`.

use crate::measure::table::{Column, Table};
use crate::measure::tables::field;
use crate::model::record::{AllocationRow, CityRow, SectorRow};

/// `cities.csv`.
pub static CITIES: Table<CityRow> = Table {
    file: "cities",
    row: "a city at the end of a quarter",
    key: &["replicate", "seed", "quarter", "city_id"],
    columns: &[
        Column::replicate(),
        Column::seed(),
        Column::quarter(),
        Column::city_id(),
        Column::name("name", "name of the city for people", |world, row| {
            world
                .cities
                .get(row.city)
                .map_or("", |city| city.name.as_str())
        }),
        field!(real budget_cny_mn, "CNY mn", "budget (E14)"),
        field!(real grant_cny_mn, "CNY mn", "grant in the budget (E32)"),
        field!(real spending_cny_mn, "CNY mn", "spending on sectors: the sum of the five parts that follow"),
        field!(real introduction_cny_mn, "CNY mn", "paid to bring in outside firms (E24)"),
        field!(real subscale_cny_mn, "CNY mn", "lost for want of scale (E25)"),
        field!(real duplicated_cny_mn, "CNY mn", "builds what other cities have (E26)"),
        field!(real idle_cny_mn, "CNY mn", "builds what nobody uses (E27)"),
        field!(real productive_cny_mn, "CNY mn", "the rest of the spending on sectors (E28)"),
        field!(real instruments_cny_mn, "CNY mn", "spending on instruments"),
        field!(real failed_experiments_cny_mn, "CNY mn", "money in instruments that do not fit; a part of the spending on instruments"),
        field!(real poaching_cny_mn, "CNY mn", "money that only moves researchers between cities; a part of the spending on instruments"),
        field!(real forgone_cny_mn, "CNY mn", "what the spending on sectors would have returned in the rest of the local economy; not a part of any spending"),
        field!(real output_cny_mn, "CNY mn", "value of output (E39)"),
        field!(real capability, "capability units", "capability in all sectors"),
        field!(real researchers, "FTE", "researchers"),
        field!(real effective_talent, "FTE", "effective talent (E23)"),
        field!(real score, "s.d.", "score of the last evaluation (E30)"),
        field!(real career_weight, "1", "career weight of the official in post, 0 to 1"),
        field!(count quarters_in_post, "quarters", "quarters the official has been in post, this one included"),
        field!(count instruments_in_force, "instruments", "instruments in force"),
        field!(real liberalisation, "1", "share of instruments in force, weighted by how fully they work, 0 to 1 (O8)"),
        field!(flag is_pilot_zone, "whether the city is a pilot zone"),
    ],
};

/// `sectors.csv`.
pub static SECTORS: Table<SectorRow> = Table {
    file: "sectors",
    row: "a sector of the nation at the end of a quarter",
    key: &["replicate", "seed", "quarter", "sector_id"],
    columns: &[
        Column::replicate(),
        Column::seed(),
        Column::quarter(),
        Column::sector_id(),
        field!(real capability, "capability units", "national capability (E2)"),
        field!(real gross_capability, "capability units", "sum of the cities' capability"),
        field!(real frontier, "capability units", "frontier (E1)"),
        field!(real gap, "1", "technological gap, 0 to 1 (E3)"),
        field!(real demand, "capability units", "demand (E37)"),
        field!(real utilisation, "1", "share of capability in use, 0 to 1 (E37)"),
        field!(real compute_access, "1", "access to compute, 0 to 1 (E6)"),
        field!(real priority, "1", "priority of the centre (E4)"),
        field!(real attention, "1", "attention (E38)"),
        field!(real spending_cny_mn, "CNY mn", "spending on the sector: the sum of the five parts that follow"),
        field!(real introduction_cny_mn, "CNY mn", "paid to bring in outside firms (E24)"),
        field!(real subscale_cny_mn, "CNY mn", "lost for want of scale (E25)"),
        field!(real duplicated_cny_mn, "CNY mn", "builds what other cities have (E26)"),
        field!(real idle_cny_mn, "CNY mn", "builds what nobody uses (E27)"),
        field!(real productive_cny_mn, "CNY mn", "the rest of the spending (E28)"),
        field!(real concentration, "1", "Hirschman-Herfindahl index of capability over cities, 0 to 1 (O7)"),
        Column::name(
            "leader_city_id",
            "short name of the city with most capability",
            |world, row| {
                world
                    .cities
                    .get(row.values.leader as usize)
                    .map_or("", |city| city.id.as_str())
            },
        ),
        field!(flag incident, "whether an incident happened in the quarter (E7)"),
    ],
};

/// `allocations.csv`.
pub static ALLOCATIONS: Table<AllocationRow> = Table {
    file: "allocations",
    row: "a sector of a city at the end of a quarter",
    key: &["replicate", "seed", "quarter", "city_id", "sector_id"],
    columns: &[
        Column::replicate(),
        Column::seed(),
        Column::quarter(),
        Column::city_id(),
        Column::sector_id(),
        field!(real budget_share, "1", "share of the whole budget, 0 to 1 (E13)"),
        field!(real spending_cny_mn, "CNY mn", "spending on the sector: the sum of the five parts that follow"),
        field!(real introduction_cny_mn, "CNY mn", "paid to bring in outside firms (E24)"),
        field!(real subscale_cny_mn, "CNY mn", "lost for want of scale (E25)"),
        field!(real duplicated_cny_mn, "CNY mn", "builds what other cities have (E26)"),
        field!(real idle_cny_mn, "CNY mn", "builds what nobody uses (E27)"),
        field!(real productive_cny_mn, "CNY mn", "the rest of the spending (E28)"),
        field!(real capability, "capability units", "capability just built (E29)"),
    ],
};
