//! Every column of every trace file, defined once.

mod events;
mod national;
mod places;

pub use events::{CHAMPIONS, OFFICIALS, POLICIES};
pub use national::NATIONAL;
pub use places::{ALLOCATIONS, CITIES, SECTORS};

/// A column that carries the name of the field it shows.
macro_rules! field {
    (real $name:ident, $unit:literal, $meaning:literal) => {
        $crate::output::table::Column::real(stringify!($name), $unit, $meaning, |row| {
            row.values.$name
        })
    };
    (maybe $name:ident, $unit:literal, $meaning:literal, $missing:literal) => {
        $crate::output::table::Column::maybe_real(
            stringify!($name),
            $unit,
            $meaning,
            $missing,
            |row| row.values.$name,
        )
    };
    (count $name:ident, $unit:literal, $meaning:literal) => {
        $crate::output::table::Column::count(stringify!($name), $unit, $meaning, |row| {
            u64::from(row.values.$name)
        })
    };
    (flag $name:ident, $meaning:literal) => {
        $crate::output::table::Column::flag(stringify!($name), $meaning, |row| row.values.$name)
    };
}
use field;
