//! The arguments of `--set`, read into a layer like a file.

use std::path::PathBuf;

use crate::input::scenario::keys::{self, Key};
use crate::input::scenario::layer::{Dated, Given, Layer, Override};
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;
use crate::input::scenario::values::{dated, override_column, override_table, parameter_value};
use crate::kernel::quarter::{NotAQuarter, Quarter};
use crate::kernel::text::Ticked;

/// Reads the arguments of `--set` into one layer.
pub(crate) fn read_sets(sets: &[String], report: &mut Report) -> Layer {
    let mut layer = Layer::default();
    for (position, argument) in sets.iter().enumerate() {
        if let Err(messages) = read_set(argument, Spot::Set(position), &mut layer) {
            for message in messages {
                report.add(Spot::Set(position), message);
            }
        }
    }
    layer
}

fn read_set(argument: &str, spot: Spot, layer: &mut Layer) -> Result<(), Vec<String>> {
    let one = |message: String| vec![message];
    let Some((left, text)) = argument.split_once('=') else {
        return Err(one(
            "no `=`; allowed: KEY=VALUE or KEY@QUARTER=VALUE".to_string()
        ));
    };
    let (key, date) = match left.split_once('@') {
        Some((key, date)) => (key.trim(), Some(date.trim())),
        None => (left.trim(), None),
    };
    let text = text.trim();
    if let Some(date) = date {
        let from = date.parse::<Quarter>().map_err(|_| {
            one(format!(
                "{} is not a quarter; allowed: {NotAQuarter}",
                Ticked(date)
            ))
        })?;
        let (parameter, value) = dated(key, &Literal::from_argument(text, spot), false)
            .map_err(|(_, message)| one(message))?;
        layer
            .changes
            .retain(|other| other.from != from || other.parameter.key != parameter.key);
        layer.changes.push(Dated {
            from,
            from_spot: spot,
            parameter,
            value,
            spot,
        });
        return Ok(());
    }
    if let Some(cell) = key.strip_prefix("overrides.") {
        let mut parts = cell.splitn(3, '.');
        let (Some(table), Some(id), Some(column)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(one("an override needs a table, a row and a column: `overrides.cities.beijing.amenity_0_1`".to_string()));
        };
        override_table(table).map_err(one)?;
        override_column(table, column).map_err(one)?;
        layer.overrides.push(Override {
            table: table.to_string(),
            id: id.to_string(),
            id_spot: spot,
            column: column.to_string(),
            value: Literal::from_argument(text, spot),
            spot,
        });
        return Ok(());
    }
    match keys::find(key) {
        Key::Parameter(parameter) => {
            let value =
                parameter_value(parameter, &Literal::from_argument(text, spot)).map_err(one)?;
            layer.parameters.push((parameter, value, spot));
        }
        Key::Setting(setting) => {
            if key == "extends" {
                return Err(one("`extends` belongs into a scenario file".to_string()));
            }
            let value = setting.read_argument(text, spot);
            let problems = setting.problems(key, &value, spot);
            if !problems.is_empty() {
                return Err(problems.into_iter().map(|(_, message)| message).collect());
            }
            let given = |value| Given {
                value,
                spot,
                folder: PathBuf::new(),
            };
            if key.starts_with("cities.synthetic.") {
                layer
                    .settings
                    .push(("cities.synthetic".to_string(), given(Literal::Switch(true))));
            }
            layer.settings.push((key.to_string(), given(value)));
        }
        Key::Group => {
            return Err(one(keys::group(key)));
        }
        Key::Unknown => return Err(one(keys::unknown(key, false))),
    }
    Ok(())
}
