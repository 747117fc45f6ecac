//! Which keys there are, and which one was probably meant.

use crate::input::scenario::settings::{self, SETTINGS, Setting};
use crate::kernel::text::{Ticked, nearest};
use crate::measure::trace_settings::FILES;
use crate::model::params::{self, Parameter, table::PARAMETERS};

/// What a dotted key names.
pub(crate) enum Key {
    /// A parameter.
    Parameter(&'static Parameter),
    /// A setting.
    Setting(&'static Setting),
    /// A table of keys.
    Group,
    /// Nothing.
    Unknown,
}

/// What `key` names.
pub(crate) fn find(key: &str) -> Key {
    if let Some(parameter) = params::find(key) {
        return Key::Parameter(parameter);
    }
    if let Some(setting) = settings::find(key) {
        return Key::Setting(setting);
    }
    let is_group = all().any(|known| {
        known
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    if is_group { Key::Group } else { Key::Unknown }
}

/// Every key of a setting or parameter.
fn all() -> impl Iterator<Item = &'static str> {
    let settings = SETTINGS.iter().map(|setting| setting.key);
    settings.chain(PARAMETERS.iter().map(|parameter| parameter.key))
}

/// Every table of keys, such as `budgets` and `cities.synthetic`, and the two tables of another shape.
fn groups() -> Vec<&'static str> {
    let mut groups = vec!["changes", "overrides"];
    for key in all() {
        for (at, _) in key.match_indices('.') {
            if !groups.contains(&&key[..at]) {
                groups.push(&key[..at]);
            }
        }
    }
    groups
}

/// The message about a key that nothing has. `is_table`: it was written as a table.
pub(crate) fn unknown(key: &str, is_table: bool) -> String {
    let known: Vec<String> = all().flat_map(expand).collect();
    let known = || known.iter().map(String::as_str);
    let near = if is_table {
        nearest(key, groups().into_iter())
    } else {
        // The right name in the wrong table is nearer than any spelling.
        let last = key.rsplit('.').next().unwrap_or(key);
        let mut same_name = known().filter(|known| known.rsplit('.').next() == Some(last));
        nearest(key, known()).or_else(|| same_name.next().filter(|_| same_name.next().is_none()))
    };
    let what = if is_table { "table" } else { "key" };
    let hint = match near {
        Some(name) => format!("; nearest valid name: `{name}`"),
        None => siblings(key, known()),
    };
    format!("unknown {what} {}{hint}", Ticked(key))
}

/// The keys of a setting: one, or one for each trace file.
fn expand(key: &'static str) -> Vec<String> {
    match key.strip_suffix('*') {
        Some(stem) => FILES.iter().map(|file| format!("{stem}{file}")).collect(),
        None => vec![key.to_string()],
    }
}

/// What the table of an unknown key does hold, where that is a short list.
fn siblings<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> String {
    const FEW: usize = 8;
    let group = key.rsplit_once('.').map_or("", |(group, _)| group);
    let names: Vec<String> = known
        .filter_map(|known| known.strip_prefix(group)?.strip_prefix('.'))
        .filter(|name| !name.contains('.'))
        .map(|name| format!("`{name}`"))
        .collect();
    if group.is_empty() || names.is_empty() {
        return "; `dualtrack params` lists the parameters".to_string();
    }
    if names.len() > FEW {
        return format!("; `dualtrack params {group}` lists those of `{group}`");
    }
    format!("; allowed in `{group}`: {}", names.join(", "))
}

/// Whether a key, with or without a date, is that of a parameter, setting or cell.
///
/// # Errors
/// What is said about one that is none.
pub(crate) fn check(key: &str) -> Result<(), String> {
    let plain = key.split_once('@').map_or(key, |(plain, _)| plain).trim();
    match find(plain) {
        Key::Parameter(_) | Key::Setting(_) => Ok(()),
        // Tables, rows and columns are looked at when the value is read.
        _ if plain.starts_with("overrides.") => Ok(()),
        Key::Group => Err(group(plain)),
        Key::Unknown => Err(unknown(plain, false)),
    }
}

/// The message about a table where one of its keys is meant.
pub(crate) fn group(key: &str) -> String {
    format!("`{key}` names a table; allowed: one of its keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_name_in_the_wrong_table_is_found() {
        assert_eq!(
            unknown("centre.retention", false),
            "unknown key `centre.retention`; nearest valid name: `budgets.retention`"
        );
        assert_eq!(
            unknown("seed_of_draws", false),
            "unknown key `seed_of_draws`; `dualtrack params` lists the parameters"
        );
    }
}
