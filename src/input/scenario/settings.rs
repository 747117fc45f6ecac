//! Every setting that is not a parameter, once: which run, which data, which traces.
//!
//! Checks, the JSON Schema and the documents are made from this table, as those of the parameters are made
//! from [`crate::model::params::table::PARAMETERS`].

use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::Spot;
use crate::kernel::quarter::Quarter;
use crate::kernel::text::{near_value, quoted_list};
use crate::measure::trace_settings as traces;
use crate::table::compression::Compression;

/// What a setting holds, with the values it may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingKind {
    /// A text.
    Text,
    /// A path, relative to the file that names it.
    File,
    /// A quarter such as `2015Q1`.
    Quarter,
    /// A whole number from `min` to `max`, both included.
    Whole {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// A number from `min` to `max`, both included.
    Real {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// One of a list of names.
    Choice {
        /// The names.
        names: &'static [&'static str],
    },
    /// A list of names.
    Names {
        /// The names it may hold; any where empty.
        names: &'static [&'static str],
    },
}

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// Dotted key; a last part `*` stands for the name of a trace file.
    pub key: &'static str,
    /// Kind and allowed values.
    pub kind: SettingKind,
    /// Default, written as on the command line; none where the setting is absent unless given.
    pub default: Option<&'static str>,
    /// Unit, empty for a pure number or a text.
    pub unit: &'static str,
    /// Its meaning in a sentence.
    pub meaning: &'static str,
}

const fn row(
    key: &'static str,
    kind: SettingKind,
    default: Option<&'static str>,
    unit: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting {
        key,
        kind,
        default,
        unit,
        meaning,
    }
}

const ANY_NAMES: SettingKind = SettingKind::Names { names: &[] };

/// Every setting, in the order of the documents.
#[rustfmt::skip]
pub static SETTINGS: &[Setting] = &[
    row("title", SettingKind::Text, Some(""), "", "Title of the scenario in reports."),
    row("description", SettingKind::Text, Some(""), "", "What the scenario asks, for readers of its results."),
    row("extends", SettingKind::File, None, "", "Scenario file whose settings hold where this one says nothing."),
    row("run.start", SettingKind::Quarter, Some("2015Q1"), "", "First quarter."),
    row("run.quarters", SettingKind::Whole { min: 1, max: 4000 }, Some("40"), "quarters", "Length of a run."),
    row("run.seed", SettingKind::Whole { min: 0, max: i64::MAX }, Some("1"), "", "Picks the random draws; scenarios with the same seed use the same ones."),
    row("run.replicates", SettingKind::Whole { min: 1, max: 1_000_000 }, Some("20"), "runs", "How often a design point is repeated with other random draws."),
    row("data.cities", SettingKind::File, None, "", "Table of cities; `[cities.synthetic]` takes its place."),
    row("data.sectors", SettingKind::File, None, "", "Table of sectors."),
    row("data.instruments", SettingKind::File, None, "", "Table of instruments of talent policy."),
    row("data.pilot_zones", SettingKind::File, None, "", "Table of pilot zones; absent or empty, there are none."),
    row("data.events", SettingKind::File, None, "", "Table of dated events; absent or empty, there are none."),
    row("cities.only", ANY_NAMES, None, "", "Cities to keep, by `city_id`; absent, all."),
    row("cities.drop", ANY_NAMES, None, "", "Cities to leave out, by `city_id`."),
    row("cities.synthetic.count", SettingKind::Whole { min: 1, max: 1_000_000 }, Some("1000"), "cities", "Number of synthetic cities."),
    row("cities.synthetic.rank_size_exponent", SettingKind::Real { min: 0.0, max: 3.0 }, Some("0.8"), "", "Revenue falls with the size rank to this power; 0 makes all cities equal."),
    row("cities.synthetic.largest_revenue_cny_bn", SettingKind::Real { min: 0.001, max: 1e6 }, Some("550.0"), "CNY bn", "Revenue of the largest city in the base year."),
    row("cities.synthetic.seed", SettingKind::Whole { min: 0, max: i64::MAX }, Some("1"), "", "Picks the synthetic cities; apart from `run.seed`, so that random draws and cities vary independently."),
    row("traces.interval_quarters", SettingKind::Whole { min: 1, max: 4000 }, Some("1"), "quarters", "Quarters from one record to the next."),
    row("traces.files", SettingKind::Names { names: traces::FILES }, Some(r#"["national", "cities", "sectors", "policies", "officials", "champions"]"#), "", "Trace files that are written."),
    row("traces.compression", SettingKind::Choice { names: Compression::NAMES }, Some("none"), "", "How trace files are compressed; zstd needs a program built with `--features zstd`."),
    row("traces.columns.*", ANY_NAMES, None, "", "Columns of a trace file that are written; absent, all."),
];

impl Setting {
    /// What is allowed, in words: `a whole number from 1 to 4000 (quarters), default 40`.
    pub fn allowed(&self) -> String {
        let unit = if self.unit.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.unit)
        };
        let range = match self.kind {
            SettingKind::Text => "a text in quotes".to_string(),
            SettingKind::File => "the path of a file in quotes".to_string(),
            SettingKind::Quarter => crate::kernel::quarter::NotAQuarter.to_string(),
            SettingKind::Whole { min, max } => format!("a whole number from {min} to {max}{unit}"),
            SettingKind::Real { min, max } => format!("{min} to {max}{unit}"),
            SettingKind::Choice { names } => quoted_list(names, " or "),
            SettingKind::Names { names: [] } => "a list of names in quotes".to_string(),
            SettingKind::Names { names } => format!("a list of {}", quoted_list(names, ", ")),
        };
        match (self.default, self.kind) {
            (None | Some(""), _) | (_, SettingKind::Names { .. }) => range,
            (Some(default), SettingKind::Choice { .. } | SettingKind::Quarter) => {
                format!("{range}, default \"{default}\"")
            }
            (Some(default), _) => format!("{range}, default {default}"),
        }
    }

    /// Its default, where it has one.
    pub(crate) fn default_literal(&self) -> Option<Literal> {
        self.default.map(|text| match self.kind {
            SettingKind::Text | SettingKind::File | SettingKind::Quarter => {
                Literal::Text(text.to_string())
            }
            _ => Literal::from_argument(text, Spot::Set(0)),
        })
    }

    /// Reads the value of `--set KEY=VALUE` by the kind of the setting: texts need no quotes, and names
    /// may be given with commas between them.
    pub(crate) fn read_argument(&self, text: &str, spot: Spot) -> Literal {
        let literal = Literal::from_argument(text, spot);
        let is_text = matches!(literal, Literal::Text(_));
        match self.kind {
            SettingKind::Text | SettingKind::File if !is_text => Literal::Text(text.to_string()),
            SettingKind::Names { .. } if is_text => {
                let names = text
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                Literal::List(
                    names
                        .map(|name| (Literal::Text(name.to_string()), spot))
                        .collect(),
                )
            }
            _ => literal,
        }
    }

    /// Checks a value; each problem with its place, `spot` where it is the value as a whole.
    pub(crate) fn problems(&self, key: &str, value: &Literal, spot: Spot) -> Vec<(Spot, String)> {
        let refused = |found: &Literal, hint: String| {
            format!("`{key}` is {found}; allowed: {}{hint}", self.allowed())
        };
        let hint = |name: &str, names: &[&'static str]| near_value(name, names.iter().copied());
        let fits = match (self.kind, value) {
            (SettingKind::Text | SettingKind::File, Literal::Text(_)) => true,
            (SettingKind::Quarter, Literal::Text(text)) => text.parse::<Quarter>().is_ok(),
            (SettingKind::Whole { min, max }, Literal::Whole(number)) => {
                (min..=max).contains(number)
            }
            (SettingKind::Real { min, max }, Literal::Real(number)) => (min..=max).contains(number),
            (SettingKind::Real { min, max }, Literal::Whole(number)) => {
                (min..=max).contains(&(*number as f64))
            }
            (SettingKind::Choice { names }, Literal::Text(name)) => {
                if names.contains(&name.as_str()) {
                    return lacking(key, name)
                        .map(|message| (spot, message))
                        .into_iter()
                        .collect();
                }
                return vec![(spot, refused(value, hint(name, names)))];
            }
            (SettingKind::Names { names }, Literal::List(items)) => {
                return items
                    .iter()
                    .filter_map(|(item, spot)| match item {
                        Literal::Text(name)
                            if names.is_empty() || names.contains(&name.as_str()) =>
                        {
                            None
                        }
                        Literal::Text(name) => {
                            let message = format!(
                                "`{key}` holds {item}; allowed: {}{}",
                                self.allowed(),
                                hint(name, names)
                            );
                            Some((*spot, message))
                        }
                        _ => Some((
                            *spot,
                            format!("`{key}` holds {item}; allowed: {}", self.allowed()),
                        )),
                    })
                    .collect();
            }
            _ => false,
        };
        if fits {
            Vec::new()
        } else {
            vec![(spot, refused(value, String::new()))]
        }
    }
}

/// What is wrong with a name that this program was built without.
fn lacking(key: &str, name: &str) -> Option<String> {
    let hint = Compression::from_name(name)
        .filter(|_| key == "traces.compression")?
        .lacking()?;
    Some(format!(
        "`{key}` is \"{name}\"; allowed: \"none\" or \"gzip\", default \"none\": {hint}"
    ))
}

/// The setting of a key.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| match setting.key.strip_suffix('*') {
            Some(stem) => key
                .strip_prefix(stem)
                .is_some_and(|file| traces::FILES.contains(&file)),
            None => setting.key == key,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_allowed() {
        for setting in SETTINGS {
            if let Some(default) = setting.default_literal() {
                assert_eq!(setting.problems(setting.key, &default, Spot::Set(0)), []);
            }
        }
    }

    #[test]
    fn keys_are_unique_and_no_parameter_has_them() {
        for (row, setting) in SETTINGS.iter().enumerate() {
            assert!(
                SETTINGS[..row]
                    .iter()
                    .all(|earlier| earlier.key != setting.key)
            );
            assert!(crate::model::params::find(setting.key).is_none());
        }
    }

    #[test]
    fn columns_can_be_chosen_for_trace_files_alone() {
        assert!(find("traces.columns.cities").is_some());
        assert!(find("traces.columns.city").is_none());
    }

    #[test]
    fn names_on_the_command_line_need_no_brackets() {
        let setting = find("traces.files").expect("in the table");
        let expected = setting.read_argument("[\"national\", \"cities\"]", Spot::Set(0));
        assert_eq!(
            setting.read_argument("national, cities", Spot::Set(0)),
            expected
        );
    }
}
