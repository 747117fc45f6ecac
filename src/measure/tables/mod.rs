//! Every column of every trace file, defined once.

/// A column that carries the name of the field it shows.
pub mod events;
pub mod national;
pub mod places;

macro_rules! field {
    (real $name:ident, $unit:literal, $meaning:literal) => {
        $crate::measure::table::Column::real(stringify!($name), $unit, $meaning, |row| {
            row.values.$name
        })
    };
    (maybe $name:ident, $unit:literal, $meaning:literal, $missing:literal) => {
        $crate::measure::table::Column::maybe_real(
            stringify!($name),
            $unit,
            $meaning,
            $missing,
            |row| row.values.$name,
        )
    };
    (count $name:ident, $unit:literal, $meaning:literal) => {
        $crate::measure::table::Column::count(stringify!($name), $unit, $meaning, |row| {
            u64::from(row.values.$name)
        })
    };
    (flag $name:ident, $meaning:literal) => {
        $crate::measure::table::Column::flag(stringify!($name), $meaning, |row| row.values.$name)
    };
}
use field;
