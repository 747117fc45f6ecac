//! Questions to many runs: which parameters matter, what mechanisms contribute, which rules are worth having, what policies
//! change, and which claims hold.

pub mod attribution;
pub mod claims;
pub mod compare;
pub mod frontier;
pub mod sensitivity;

use crate::model::data::World;
use crate::stats::estimate::Uncertain;
use crate::study::table::RunTable;
use crate::table::columns::ColumnInfo;
use crate::table::rows::{Columns, columns};

/// Refuses worlds whose quarters cannot be held against each other.
pub(crate) fn check_quarters(base: &World, other: &World) -> Result<(), String> {
    if (base.start, base.quarters) == (other.start, other.quarters) {
        return Ok(());
    }
    Err(format!(
        "it has {} quarters from {} on, and what it is compared with {} from {} on; allowed: the same quarters",
        other.quarters, other.start, base.quarters, base.start
    ))
}

/// What the columns of an estimate say: itself, its standard error, the ends of its interval, and n.
struct About {
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    missing: &'static str,
    /// How its 95 % interval was made.
    interval: &'static str,
    /// What n counts.
    n: &'static str,
}

impl<'a, R: Copy + 'a> Columns<'a, R> {
    /// Adds the columns of an estimate.
    fn estimate<E: Into<Uncertain>>(
        &mut self,
        about: About,
        read: impl Fn(R) -> Option<E> + Copy + 'a,
    ) {
        let About { unit, missing, .. } = about;
        let interval = format!("the 95 % interval, {}", about.interval);
        let found = move |row| read(row).map(E::into);
        self.column(about.name, about.meaning, move |row| {
            Some(found(row)?.value)
        })
        .unit(unit)
        .missing(missing);
        columns!(self, |row| {
            "se": "standard error" => found(row)?.standard_error, unit(unit), missing(missing);
            "low" to "high": &interval => found(row)?.interval, unit(unit), missing(missing);
            "n": about.n => found(row).map_or(0, |found| found.n);
        });
    }

    /// Adds the columns of a share: itself, and the ends of its interval, which are called after it.
    fn share(
        &mut self,
        name: &'static str,
        meaning: &'static str,
        missing: &'static str,
        read: impl Fn(R) -> Option<Uncertain> + Copy + 'a,
    ) {
        self.column(name, meaning, move |row| read(row).map(|share| share.value))
            .missing(missing);
        let [low, high] = ["low", "high"].map(|end| format!("{name}_{end}"));
        self.ends(low, high, "its 95 % interval (Wilson)", move |row| {
            read(row)?.interval
        })
        .missing(missing);
    }
}

/// Adds the columns of runs that a table holds, by point and replicate: replicate, seed, responses and error.
fn run_columns<'a>(
    table: &mut Columns<'a, (usize, usize)>,
    runs: &'a RunTable,
    seed: u64,
    responses: Vec<ColumnInfo>,
) {
    columns!(table, |(_, replicate)| {
        key "replicate": "replicate, from 0; with the seed it fixes the random draws of the run" => replicate;
        "seed": "seed of the run" => seed;
    });
    for (place, response) in responses.into_iter().enumerate() {
        table.group([response], move |(point, replicate)| {
            [runs.value(place, point, replicate).into()]
        });
    }
    columns!(table, |(point, replicate)| {
        "error": "why the run failed"
            => runs.error(point, replicate).map(|error| error.replace(['\n', '\r'], "; ")), missing("the run went well");
    });
}
