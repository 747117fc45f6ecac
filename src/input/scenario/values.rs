//! What a key takes: the checks that files and arguments have in common.

use crate::input::scenario::formats::FORMATS;
use crate::input::scenario::keys::{self, Key};
use crate::input::scenario::literal::Literal;
use crate::kernel::text::{Ticked, near, near_or, near_value, ticked_list};
use crate::model::params::{Kind, Parameter, Timing, Value};

/// A change of a key at a date; an error says whether it is about the value.
pub(crate) fn dated(
    key: &str,
    value: &Literal,
    is_table: bool,
) -> Result<(&'static Parameter, Value), (bool, String)> {
    match keys::find(key) {
        Key::Parameter(parameter) if parameter.timing == Timing::Start => Err((
            false,
            format!(
                "`{key}` is read at the start alone; allowed at a date: parameters of running quarters"
            ),
        )),
        Key::Parameter(parameter) => parameter_value(parameter, value)
            .map(|value| (parameter, value))
            .map_err(|message| (true, message)),
        Key::Setting(_) => Err((
            false,
            format!("`{key}` is a setting of the whole run; allowed at a date: parameters"),
        )),
        Key::Group => Err((true, keys::group(key))),
        Key::Unknown => Err((false, keys::unknown(key, is_table))),
    }
}

/// The value of a parameter: a whole number may stand for a real one, never the reverse.
pub(crate) fn parameter_value(
    parameter: &'static Parameter,
    value: &Literal,
) -> Result<Value, String> {
    let read = match (parameter.kind, value) {
        (Kind::Real { min, max }, Literal::Real(number)) if (min..=max).contains(number) => {
            Some(Value::Real(*number))
        }
        (Kind::Real { min, max }, Literal::Whole(number))
            if (min..=max).contains(&(*number as f64)) =>
        {
            Some(Value::Real(*number as f64))
        }
        (Kind::Count { min, max }, Literal::Whole(number)) => u32::try_from(*number)
            .ok()
            .filter(|number| (min..=max).contains(number))
            .map(Value::Count),
        (Kind::Switch, Literal::Switch(on)) => Some(Value::Switch(*on)),
        (Kind::Choice { names }, Literal::Text(text)) => names
            .iter()
            .find(|name| *name == text)
            .map(|name| Value::Choice(name)),
        _ => None,
    };
    read.ok_or_else(|| {
        let hint = match (parameter.kind, value) {
            (Kind::Choice { names }, Literal::Text(text)) => {
                near_value(text, names.iter().copied())
            }
            _ => String::new(),
        };
        format!(
            "`{}` is {value}; allowed: {}{hint}",
            parameter.key,
            parameter.allowed()
        )
    })
}

/// Whether cells of a table can be overridden.
pub(crate) fn override_table(table: &str) -> Result<(), String> {
    if FORMATS.iter().any(|format| format.table == table) {
        return Ok(());
    }
    let names = || FORMATS.iter().map(|format| format.table);
    Err(format!(
        "unknown table {} in `overrides`; allowed: {}{}",
        Ticked(table),
        ticked_list(names()),
        near(table, names())
    ))
}

/// Whether cells of a column can be overridden.
pub(crate) fn override_column(table: &str, column: &str) -> Result<(), String> {
    let Some(format) = FORMATS.iter().find(|format| format.table == table) else {
        return Ok(());
    };
    let names = || {
        format
            .columns
            .iter()
            .map(|column| column.name)
            .filter(|name| *name != format.id)
    };
    if names().any(|name| name == column) {
        return Ok(());
    }
    let all = || format!("; allowed: {}", ticked_list(names()));
    let hint = near_or(column, names(), all);
    Err(format!(
        "unknown column {} in `overrides.{table}`{hint}",
        Ticked(column)
    ))
}
