//! What is measured of the nation and of cities: columns of the trace files, and shares of spending.

use std::sync::LazyLock;

use crate::explore::answers::Measured;
use crate::measure::table::{Column, Row};
use crate::measure::tables::{national::NATIONAL, places::CITIES};
use crate::model::record::{CityRow, National};

/// Series of the nation, by column.
const NATIONAL_NAMES: &[&str] = &[
    "competitiveness",
    "sovereignty",
    "gap",
    "stringency",
    "liberalisation",
    "instruments_in_force",
    "national_measures",
    "similarity_all",
    "similarity_peers",
    "specialisation",
    "concentration",
    "utilisation",
    "researchers",
    "effective_talent",
    "budget_cny_mn",
    "spending_cny_mn",
    "introduction_cny_mn",
    "subscale_cny_mn",
    "duplicated_cny_mn",
    "idle_cny_mn",
    "productive_cny_mn",
    "instruments_cny_mn",
    "incidents",
    "champions",
];

/// Totals over the run, by column; money in CNY bn.
const TOTAL_NAMES: &[&str] = &[
    "budget_cny_mn",
    "spending_cny_mn",
    "introduction_cny_mn",
    "subscale_cny_mn",
    "duplicated_cny_mn",
    "idle_cny_mn",
    "productive_cny_mn",
    "instruments_cny_mn",
    "failed_experiments_cny_mn",
    "poaching_cny_mn",
    "forgone_cny_mn",
    "output_cny_mn",
    "incidents",
    "pioneered",
    "imitated",
    "taken_up",
    "given_up",
];

/// Series of cities, by column.
const CITY_NAMES: &[&str] = &[
    "budget_cny_mn",
    "spending_cny_mn",
    "productive_cny_mn",
    "duplicated_cny_mn",
    "idle_cny_mn",
    "capability",
    "researchers",
    "effective_talent",
    "score",
    "career_weight",
    "instruments_in_force",
    "liberalisation",
];

/// Parts of sector spending that produce nothing.
const WASTE: &[&str] = &[
    "introduction_cny_mn",
    "subscale_cny_mn",
    "duplicated_cny_mn",
    "idle_cny_mn",
];
/// Name of the share of it, of a quarter and of a run.
const WASTE_SHARE: &str = "waste_share";
const WASTE_MEANING: &str = "share of sector spending that produces nothing: paid to bring in outside firms, lost for want of scale, \
     building what others have, or idle (E24 to E27)";

/// Columns of a table by name.
fn columns<T>(table: &'static [Column<T>], names: &[&str]) -> Vec<&'static Column<T>> {
    let find = |name: &&str| table.iter().find(|column| column.name == *name);
    names.iter().filter_map(find).collect()
}

/// The columns that are read.
struct Columns {
    national: Vec<&'static Column<National>>,
    totals: Vec<&'static Column<National>>,
    waste: Vec<&'static Column<National>>,
    spending: Vec<&'static Column<National>>,
    cities: Vec<&'static Column<CityRow>>,
}

static COLUMNS: LazyLock<Columns> = LazyLock::new(|| Columns {
    national: columns(NATIONAL.columns, NATIONAL_NAMES),
    totals: columns(NATIONAL.columns, TOTAL_NAMES),
    waste: columns(NATIONAL.columns, WASTE),
    spending: columns(NATIONAL.columns, &["spending_cny_mn"]),
    cities: columns(CITIES.columns, CITY_NAMES),
});

/// Series of the nation.
pub(crate) fn responses() -> Vec<Measured> {
    let mut list: Vec<Measured> = COLUMNS.national.iter().map(|own| measured(own)).collect();
    list.push(waste_share("of the quarter"));
    list
}

/// Totals over the run.
pub(crate) fn totals() -> Vec<Measured> {
    let total = |column: &&'static Column<National>| {
        let own = measured(column);
        Measured {
            unit: if own.unit == "CNY mn" {
                "CNY bn"
            } else {
                own.unit
            },
            ..own
        }
    };
    let mut list: Vec<Measured> = COLUMNS.totals.iter().map(total).collect();
    list.push(waste_share("over the whole run"));
    list
}

/// Series of cities.
pub(crate) fn city_responses() -> Vec<Measured> {
    COLUMNS.cities.iter().map(|own| measured(own)).collect()
}

fn measured<T>(column: &Column<T>) -> Measured {
    Measured {
        name: column.name,
        title: title(column.name),
        unit: column.unit,
        meaning: column.meaning.to_string(),
    }
}

fn waste_share(when: &str) -> Measured {
    Measured {
        name: WASTE_SHARE,
        title: "Unproductive share of spending".to_string(),
        unit: "1",
        meaning: format!("{WASTE_MEANING}; {when}"),
    }
}

/// A name for people, with a capital letter.
pub(crate) fn title(name: &str) -> String {
    let words = crate::report::words::words(name);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// The numbers of a quarter in the order of [`responses`].
pub(crate) fn of_nation(row: &Row<National>) -> impl Iterator<Item = Option<f64>> + '_ {
    let columns = &*COLUMNS;
    let waste: f64 = columns.waste.iter().filter_map(|own| own.number(row)).sum();
    let spending: f64 = columns
        .spending
        .iter()
        .filter_map(|own| own.number(row))
        .sum();
    let share = (spending > 0.0).then(|| waste / spending);
    let numbers = columns.national.iter().map(|own| own.number(row));
    numbers.chain(std::iter::once(share))
}

/// The numbers of a city in the order of [`city_responses`].
pub(crate) fn of_city(row: &Row<CityRow>) -> impl Iterator<Item = Option<f64>> + '_ {
    COLUMNS.cities.iter().map(|own| own.number(row))
}

/// Sums over the quarters of a run.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    sums: Vec<f64>,
    waste: f64,
    spending: f64,
}

impl Totals {
    /// Nothing yet.
    pub fn new() -> Self {
        Totals {
            sums: vec![0.0; COLUMNS.totals.len()],
            waste: 0.0,
            spending: 0.0,
        }
    }

    /// Adds a quarter.
    pub fn add(&mut self, row: &Row<National>) {
        let columns = &*COLUMNS;
        for (sum, column) in self.sums.iter_mut().zip(&columns.totals) {
            *sum += column.number(row).unwrap_or(0.0);
        }
        self.waste += columns
            .waste
            .iter()
            .filter_map(|own| own.number(row))
            .sum::<f64>();
        self.spending += columns
            .spending
            .iter()
            .filter_map(|own| own.number(row))
            .sum::<f64>();
    }

    /// The totals in the order of [`totals`].
    pub fn finish(self) -> impl Iterator<Item = Option<f64>> {
        let share = (self.spending > 0.0).then(|| self.waste / self.spending);
        let in_unit = |(sum, column): (f64, &&'static Column<National>)| {
            Some(if column.unit == "CNY mn" {
                sum / 1000.0
            } else {
                sum
            })
        };
        let sums = self.sums.into_iter().zip(&COLUMNS.totals).map(in_unit);
        sums.chain(std::iter::once(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_column() {
        assert_eq!(COLUMNS.national.len(), NATIONAL_NAMES.len());
        assert_eq!(COLUMNS.totals.len(), TOTAL_NAMES.len());
        assert_eq!(COLUMNS.cities.len(), CITY_NAMES.len());
        assert_eq!((COLUMNS.waste.len(), COLUMNS.spending.len()), (4, 1));
    }

    #[test]
    fn titles_begin_with_a_capital_letter_and_leave_out_units() {
        assert_eq!(title("budget_cny_mn"), "Budget");
        assert_eq!(title("instruments_in_force"), "Instruments in force");
    }
}
