//! The tables of traces: what their rows are and what tells them apart, and the columns of events.

use crate::measure::column::{Column, Get, Placed};
use crate::measure::outcomes::Scope;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, SectorSeen};
use crate::measure::table::Table;
use crate::model::data::World;
use crate::model::record::{ChampionEvent, Move, OfficialEvent, PolicyEvent};

/// `national.csv`.
pub static NATIONAL: Table<NationSeen> = Table {
    file: "national",
    row: "the nation at the end of a quarter",
    key: &["replicate", "seed", "quarter"],
    columns: &[],
    outcomes: NationSeen::outcomes,
};

/// `cities.csv`.
pub static CITIES: Table<CitySeen> = Table {
    file: "cities",
    row: "a city at the end of a quarter",
    key: &["replicate", "seed", "quarter", "city_id"],
    columns: &[
        Column::city_id(),
        Column::name("name", "name of the city for people", |run, seen| {
            let city = run.world().cities.get(seen.city);
            city.map_or("", |city| city.name.as_str())
        }),
    ],
    outcomes: CitySeen::outcomes,
};

/// `sectors.csv`.
pub static SECTORS: Table<SectorSeen> = Table {
    file: "sectors",
    row: "a sector of the nation at the end of a quarter",
    key: &["replicate", "seed", "quarter", "sector_id"],
    columns: &[Column::sector_id()],
    outcomes: SectorSeen::outcomes,
};

/// `allocations.csv`.
pub static ALLOCATIONS: Table<AllocationSeen> = Table {
    file: "allocations",
    row: "a sector of a city at the end of a quarter",
    key: &["replicate", "seed", "quarter", "city_id", "sector_id"],
    columns: &[Column::city_id(), Column::sector_id()],
    outcomes: AllocationSeen::outcomes,
};

impl Placed for OfficialEvent {
    fn city(&self) -> usize {
        self.city as usize
    }
}

impl Placed for ChampionEvent {
    fn city(&self) -> usize {
        self.city as usize
    }
    fn sector(&self) -> usize {
        self.sector as usize
    }
}

/// A column that carries the name of the field it shows.
macro_rules! field {
    (real $name:ident, $unit:literal, $meaning:literal) => {
        Column::new(
            stringify!($name),
            $unit,
            $meaning,
            Get::Real(|_, event| event.$name),
        )
    };
    (count $name:ident, $unit:literal, $meaning:literal) => {
        Column::new(
            stringify!($name),
            $unit,
            $meaning,
            Get::Count(|_, event| u64::from(event.$name)),
        )
    };
    (flag $name:ident, $meaning:literal) => {
        Column::new(
            stringify!($name),
            "",
            $meaning,
            Get::Flag(|_, event| event.$name),
        )
    };
}

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
        Column::one_of(
            "event",
            MOVES,
            "what happened: a city begins it with a design of its own (pioneer, E15), copies a peer (imitate, E16), \
             takes up a national measure (take_up, E17), has moved its design by 0.05 or more since the last row \
             of that instrument (adjust, E18), or gives it up (drop, E19); the centre makes it national \
             (codify, E33) or issues it on its own (top_down, E34), in force from this quarter",
            |_, event| move_name(event.kind),
        ),
        Column::maybe_name(
            "city_id",
            "short name of the city that acts",
            "the centre acts",
            |run, event| city_id(run.world(), event.city),
        ),
        Column::name(
            "instrument_id",
            "short name of the instrument",
            |run, event| {
                run.world()
                    .instruments
                    .get(event.instrument as usize)
                    .map_or("", |instrument| instrument.id.as_str())
            },
        ),
        field!(real design, "1", "its design after the event, 0 to 1; that of the template where the centre acts"),
        Column::maybe_name(
            "from_city_id",
            "short name of the city it was copied from or, where it is codified, in which it began",
            "it comes from no city",
            |run, event| city_id(run.world(), event.from),
        ),
    ],
    outcomes: || &[],
};

/// `officials.csv`.
pub static OFFICIALS: Table<OfficialEvent> = Table {
    file: "officials",
    row: "an official who leaves",
    key: &["replicate", "seed", "quarter", "city_id"],
    columns: &[
        Column::city_id(),
        field!(flag is_promoted, "true if the official is promoted, false if replaced (E31)"),
        field!(real score, "s.d.", "score of the last evaluation (E30)"),
        field!(count quarters_in_post, "quarters", "quarters in post, this one included"),
        field!(real career_weight, "1", "career weight of the one who leaves, 0 to 1"),
        field!(real successor_career_weight, "1", "career weight of the one who comes, 0 to 1"),
    ],
    outcomes: || &[],
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
        Column::one_of(
            "event",
            &["regional_leader", "national_champion"],
            "what happened: the city has most capability of its region from now on (regional_leader; leaders at the start \
             are dated with the first quarter), or the centre names it (national_champion, E36)",
            |_, event| {
                if event.is_national {
                    "national_champion"
                } else {
                    "regional_leader"
                }
            },
        ),
        Column::city_id(),
        Column::sector_id(),
        Column::name("region", "region of the city", |run, event| {
            let city = run.world().cities.get(event.city as usize);
            city.and_then(|city| run.world().regions.get(city.region as usize))
                .map_or("", String::as_str)
        }),
        field!(real capability, "capability units", "capability of the city in the sector"),
        field!(flag leads_nation, "whether the city has most capability of the nation in the sector"),
    ],
    outcomes: || &[],
};
