//! Columns of `policies.csv`, `officials.csv` and `champions.csv`.

use crate::measure::table::{Column, Table};
use crate::measure::tables::field;
use crate::model::data::World;
use crate::model::record::{ChampionEvent, Move, OfficialEvent, PolicyEvent};

const MOVES: &[&str] = &[
    "pioneer", "imitate", "take_up", "adjust", "drop", "codify", "top_down",
];

fn move_name(kind: Move) -> &'static str {
    match kind {
        Move::Pioneer => "pioneer",
        Move::Imitate => "imitate",
        Move::TakeUp => "take_up",
        Move::Adjust => "adjust",
        Move::Drop => "drop",
        Move::Codify => "codify",
        Move::TopDown => "top_down",
    }
}

fn city_id(world: &World, city: Option<u32>) -> Option<&str> {
    let city = world.cities.get(city? as usize)?;
    Some(city.id.as_str())
}

/// `policies.csv`.
pub static POLICIES: Table<PolicyEvent> = Table {
    file: "policies",
    row: "an event in the life of an instrument",
    key: &[
        "replicate",
        "seed",
        "quarter",
        "event",
        "city_id",
        "instrument_id",
    ],
    columns: &[
        Column::replicate(),
        Column::seed(),
        Column::quarter(),
        Column::one_of(
            "event",
            MOVES,
            "what happened: a city begins it with a design of its own (pioneer, E15), copies a peer (imitate, E16), \
             takes up a national measure (take_up, E17), has moved its design by 0.05 or more since the last row \
             of that instrument (adjust, E18), or gives it up (drop, E19); the centre makes it national \
             (codify, E33) or issues it on its own (top_down, E34), in force from this quarter",
            |_, row| move_name(row.values.kind),
        ),
        Column::maybe_name(
            "city_id",
            "short name of the city that acts",
            "the centre acts",
            |world, row| city_id(world, row.values.city),
        ),
        Column::name(
            "instrument_id",
            "short name of the instrument",
            |world, row| {
                world
                    .instruments
                    .get(row.values.instrument as usize)
                    .map_or("", |instrument| instrument.id.as_str())
            },
        ),
        field!(real design, "1", "its design after the event, 0 to 1; that of the template where the centre acts"),
        Column::maybe_name(
            "from_city_id",
            "short name of the city it was copied from or, where it is codified, in which it began",
            "it comes from no city",
            |world, row| city_id(world, row.values.from),
        ),
    ],
};

/// `officials.csv`.
pub static OFFICIALS: Table<OfficialEvent> = Table {
    file: "officials",
    row: "an official who leaves",
    key: &["replicate", "seed", "quarter", "city_id"],
    columns: &[
        Column::replicate(),
        Column::seed(),
        Column::quarter(),
        Column::city_id(),
        field!(flag is_promoted, "true if the official is promoted, false if replaced (E31)"),
        field!(real score, "s.d.", "score of the last evaluation (E30)"),
        field!(count quarters_in_post, "quarters", "quarters in post, this one included"),
        field!(real career_weight, "1", "career weight of the one who leaves, 0 to 1"),
        field!(real successor_career_weight, "1", "career weight of the one who comes, 0 to 1"),
    ],
};

/// `champions.csv`.
pub static CHAMPIONS: Table<ChampionEvent> = Table {
    file: "champions",
    row: "a city that comes to lead its region in a sector, or is named national champion in it",
    key: &[
        "replicate",
        "seed",
        "quarter",
        "event",
        "city_id",
        "sector_id",
    ],
    columns: &[
        Column::replicate(),
        Column::seed(),
        Column::quarter(),
        Column::one_of(
            "event",
            &["regional_leader", "national_champion"],
            "regional_leader: the city has most capability of its region from now on, leaders at the start \
             being dated with the first quarter; national_champion: the centre names it (E36)",
            |_, row| {
                if row.values.is_national {
                    "national_champion"
                } else {
                    "regional_leader"
                }
            },
        ),
        Column::city_id(),
        Column::sector_id(),
        Column::name("region", "region of the city", |world, row| {
            world
                .cities
                .get(row.city)
                .and_then(|city| world.regions.get(city.region as usize))
                .map_or("", String::as_str)
        }),
        field!(real capability, "capability units", "capability of the city in the sector"),
        field!(flag leads_nation, "whether the city has most capability of the nation in the sector"),
    ],
};
