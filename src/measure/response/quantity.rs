//! What can be read of a run in a quarter: columns of four tables, and sums of them that have a name of their own.

use crate::kernel::text::nearest;
use crate::measure::response::derived::{self, DERIVED};
use crate::measure::table::Column;
use crate::measure::tables::{
    national::NATIONAL,
    places::{ALLOCATIONS, CITIES, SECTORS},
};
use crate::model::data::World;
use crate::model::outcomes::Parts;
use crate::table::cell::Kind;

/// The table a quantity is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    National,
    Cities,
    Sectors,
    Allocations,
    Derived,
}

impl Source {
    const ALL: [(Source, &'static str); 5] = [
        (Source::National, "national"),
        (Source::Cities, "cities"),
        (Source::Sectors, "sectors"),
        (Source::Allocations, "allocations"),
        (Source::Derived, "derived"),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(source, _)| source)
    }

    /// Whether a city and a sector must be named.
    fn needs(self, column: &str) -> (bool, bool) {
        match self {
            Source::Derived => derived::find(column).map_or((false, false), |found| found.1.needs),
            Source::National => (false, false),
            Source::Cities => (true, false),
            Source::Sectors => (false, true),
            Source::Allocations => (true, true),
        }
    }
}

/// A sum of columns with a name of its own, in every table that has the columns.
const SUMS: &[(&str, &[(f64, &str)])] = &[
    (
        "waste_cny_mn",
        &[
            (1.0, "introduction_cny_mn"),
            (1.0, "subscale_cny_mn"),
            (1.0, "duplicated_cny_mn"),
            (1.0, "idle_cny_mn"),
        ],
    ),
    (
        "total_spending_cny_mn",
        &[(1.0, "spending_cny_mn"), (1.0, "instruments_cny_mn")],
    ),
    (
        "peer_excess",
        &[(1.0, "similarity_peers"), (-1.0, "similarity_all")],
    ),
];

/// A ratio of two quantities with a name of its own.
const RATIOS: &[(&str, &str, &str)] = &[
    (
        "introduction_share",
        "introduction_cny_mn",
        "spending_cny_mn",
    ),
    ("subscale_share", "subscale_cny_mn", "spending_cny_mn"),
    ("duplicated_share", "duplicated_cny_mn", "spending_cny_mn"),
    ("idle_share", "idle_cny_mn", "spending_cny_mn"),
    ("productive_share", "productive_cny_mn", "spending_cny_mn"),
    ("waste_share", "waste_cny_mn", "spending_cny_mn"),
    ("forgone_share", "forgone_cny_mn", "spending_cny_mn"),
    (
        "failed_experiments_share",
        "failed_experiments_cny_mn",
        "instruments_cny_mn",
    ),
    ("poaching_share", "poaching_cny_mn", "instruments_cny_mn"),
    ("capability_ratio", "capability", "frontier"),
];

/// The two parts of a named ratio.
pub(crate) fn ratio(column: &str) -> Option<(&'static str, &'static str)> {
    RATIOS
        .iter()
        .find(|(name, _, _)| *name == column)
        .map(|(_, numerator, denominator)| (*numerator, *denominator))
}

/// A column of numbers: its place in the table, its unit, and whether it is a flow, whose periods are sums.
#[derive(Clone, Copy)]
struct Numbers {
    index: usize,
    unit: &'static str,
}

fn numbers_of<T>(columns: &'static [Column<T>], name: &str) -> Option<Numbers> {
    let is_number = |kind| matches!(kind, Kind::Number | Kind::Integer | Kind::Boolean);
    columns
        .iter()
        .position(|column| column.name == name && is_number(column.kind()))
        .filter(|_| name != "replicate" && name != "seed")
        .map(|index| Numbers {
            index,
            unit: columns[index].unit,
        })
}

fn find(source: Source, name: &str) -> Option<Numbers> {
    match source {
        Source::National => numbers_of(NATIONAL.columns, name),
        Source::Cities => numbers_of(CITIES.columns, name),
        Source::Sectors => numbers_of(SECTORS.columns, name),
        Source::Allocations => numbers_of(ALLOCATIONS.columns, name),
        Source::Derived => derived::find(name).map(|(index, found)| Numbers {
            index,
            unit: found.unit,
        }),
    }
}

/// Names of the columns of numbers of a table, with those of sums and ratios that it has.
pub fn columns(table: &str) -> Vec<&'static str> {
    let Some(source) = Source::from_name(table) else {
        return Vec::new();
    };
    let plain: Vec<&'static str> = match source {
        Source::National => NATIONAL.columns.iter().map(|column| column.name).collect(),
        Source::Cities => CITIES.columns.iter().map(|column| column.name).collect(),
        Source::Sectors => SECTORS.columns.iter().map(|column| column.name).collect(),
        Source::Allocations => ALLOCATIONS
            .columns
            .iter()
            .map(|column| column.name)
            .collect(),
        Source::Derived => DERIVED.iter().map(|row| row.name).collect(),
    };
    let has = |name: &str| {
        find(source, name).is_some()
            || SUMS.iter().any(|(sum, terms)| {
                *sum == name && terms.iter().all(|(_, term)| find(source, term).is_some())
            })
    };
    let sums = SUMS.iter().map(|(name, _)| *name).filter(|name| has(name));
    let ratios = RATIOS
        .iter()
        .filter(|(_, above, below)| has(above) && has(below))
        .map(|(name, _, _)| *name);
    plain
        .into_iter()
        .filter(|name| find(source, name).is_some())
        .chain(sums)
        .chain(ratios)
        .collect()
}

/// A number that a run shows in a quarter: a sum of columns of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    pub(crate) source: Source,
    /// Weight and place of each column.
    pub(crate) terms: Vec<(f64, usize)>,
    pub(crate) city: Option<String>,
    pub(crate) sector: Option<String>,
    /// Unit, `1` for a pure number.
    pub unit: &'static str,
}

impl Quantity {
    /// Whether a period is summed over: money and events flow, everything else is a level.
    pub fn is_flow(&self) -> bool {
        matches!(self.unit, "CNY mn" | "events" | "incidents")
    }

    /// Outcomes of the nation that it reads and that cost a pass over the cities.
    pub(crate) fn needs(&self) -> Parts {
        let mut needs = Parts::default();
        let columns = self
            .terms
            .iter()
            .filter_map(|(_, index)| NATIONAL.columns.get(*index));
        for column in columns.filter(|_| self.source == Source::National) {
            match column.name {
                "similarity_all" | "similarity_peers" | "specialisation" => needs.similarity = true,
                "concentration" | "top_city_share" => needs.concentration = true,
                "gini_budget" | "gini_researchers" | "gini_capability" => needs.inequality = true,
                _ => {}
            }
        }
        needs
    }

    /// Reads `[TABLE.]COLUMN[[CITY][,SECTOR]]`; `column` stands for the column where it is given.
    ///
    /// # Errors
    /// A sentence with what was found, what is allowed and the nearest valid name.
    pub(crate) fn parse(text: &str, column: Option<&str>) -> Result<Self, String> {
        let (head, ids) = split_ids(text)?;
        let (table, written) = match head.split_once('.') {
            Some((table, column)) => (Some(table.trim()), column.trim()),
            None => (None, head.trim()),
        };
        let source = match table {
            Some(name) => Source::from_name(name).ok_or_else(|| {
                let names = || Source::ALL.iter().map(|(_, name)| *name);
                let hint = nearest(name, names()).map_or_else(String::new, |near| {
                    format!("; nearest valid name: `{near}`")
                });
                let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                format!(
                    "unknown table `{name}` in `{text}`; allowed: {}{hint}",
                    all.join(", ")
                )
            })?,
            None => guess_source(&ids, column.unwrap_or(written)),
        };
        let column = column.unwrap_or(written);
        let (terms, unit) = terms(source, column)?;
        let (city, sector) = place(source, column, text, ids)?;
        Ok(Quantity {
            source,
            terms,
            city,
            sector,
            unit,
        })
    }

    /// Rows of the city and the sector in a world; 0 where none is named.
    pub(crate) fn rows(&self, world: &World) -> Result<(usize, usize), String> {
        fn row<'a>(
            what: &str,
            id: Option<&str>,
            ids: impl Iterator<Item = &'a str> + Clone,
        ) -> Result<usize, String> {
            let Some(id) = id else { return Ok(0) };
            let mut known = ids.clone();
            known.position(|known| known == id).ok_or_else(|| {
                let hint = nearest(id, ids).map_or_else(String::new, |near| {
                    format!("; nearest valid name: `{near}`")
                });
                format!("the world has no {what} `{id}`{hint}")
            })
        }
        let cities = world.cities.iter().map(|city| city.id.as_str());
        let sectors = world.sectors.iter().map(|sector| sector.id.as_str());
        Ok((
            row("city", self.city.as_deref(), cities)?,
            row("sector", self.sector.as_deref(), sectors)?,
        ))
    }
}

/// `name[a,b]` into `name` and the names in brackets.
fn split_ids(text: &str) -> Result<(&str, Vec<&str>), String> {
    let Some((head, rest)) = text.split_once('[') else {
        return Ok((text, Vec::new()));
    };
    let inside = rest.trim_end().strip_suffix(']').ok_or_else(|| {
        format!("`{text}` has no `]` at its end; allowed: `sectors.gap[ai_chips]`")
    })?;
    Ok((head, inside.split(',').map(str::trim).collect()))
}

/// The table of a column without one: two names in brackets are a city and a sector, one is what has the column.
fn guess_source(ids: &[&str], column: &str) -> Source {
    match ids {
        _ if derived::find(column).is_some() => Source::Derived,
        [] => Source::National,
        [_] if terms(Source::Sectors, column).is_ok() => Source::Sectors,
        [_] => Source::Cities,
        _ => Source::Allocations,
    }
}

/// Weights and places of columns, and their unit.
type Terms = (Vec<(f64, usize)>, &'static str);

/// The columns of a column or named sum.
fn terms(source: Source, column: &str) -> Result<Terms, String> {
    if let Some(found) = find(source, column) {
        return Ok((vec![(1.0, found.index)], found.unit));
    }
    let sum = SUMS.iter().find(|(name, _)| *name == column);
    let found: Option<Vec<(f64, Numbers)>> = sum.and_then(|(_, terms)| {
        terms
            .iter()
            .map(|(weight, name)| Some((*weight, find(source, name)?)))
            .collect()
    });
    if let Some(found) = found {
        let unit = found.first().map_or("1", |(_, column)| column.unit);
        let terms = found
            .iter()
            .map(|(weight, column)| (*weight, column.index))
            .collect();
        return Ok((terms, unit));
    }
    let mut known = columns(source.name());
    if source == Source::National {
        known.extend(DERIVED.iter().map(|row| row.name));
    }
    let hint = nearest(column, known.into_iter()).map_or_else(
        || "; `docs/outputs.md` lists the columns".to_string(),
        |near| format!("; nearest valid name: `{near}`"),
    );
    Err(format!(
        "`{}` has no column of numbers `{column}`{hint}",
        source.name()
    ))
}

/// City and sector as the table needs them.
fn place(
    source: Source,
    column: &str,
    text: &str,
    ids: Vec<&str>,
) -> Result<(Option<String>, Option<String>), String> {
    let needs = source.needs(column);
    let (allowed, example) = match needs {
        (false, false) => ("no name in brackets", "competitiveness"),
        (true, false) => ("the name of a city in brackets", "cities.score[zhengzhou]"),
        (false, true) => ("the name of a sector in brackets", "sectors.gap[ai_chips]"),
        (true, true) => (
            "the names of a city and a sector in brackets",
            "allocations.budget_share[zhengzhou,ai_chips]",
        ),
    };
    let named = |id: &&str| !id.is_empty();
    match (needs, &ids[..]) {
        ((false, false), []) => Ok((None, None)),
        ((true, false), [city]) if named(city) => Ok((Some(city.to_string()), None)),
        ((false, true), [sector]) if named(sector) => Ok((None, Some(sector.to_string()))),
        ((true, true), [city, sector]) if named(city) && named(sector) => {
            Ok((Some(city.to_string()), Some(sector.to_string())))
        }
        _ => Err(format!(
            "`{text}` is of the table `{}`; allowed: {allowed}, as in `{example}`",
            source.name()
        )),
    }
}
