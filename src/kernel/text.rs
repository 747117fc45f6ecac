//! Names and texts in messages: quoted, cut, and the nearest valid name.

use std::fmt;

/// A text in quotes, cut where it is long, with control characters made visible.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 60;
        let visible: String = self
            .0
            .chars()
            .take(LONGEST)
            .flat_map(|c| c.escape_debug())
            .collect();
        let rest = if self.0.chars().nth(LONGEST).is_some() {
            "…"
        } else {
            ""
        };
        write!(
            f,
            "\"{}{rest}\"",
            visible.replace("\\\"", "\"").replace("\\'", "'")
        )
    }
}

/// A name in backticks, cut where it is long.
pub(crate) struct Ticked<'a>(pub &'a str);

impl std::fmt::Display for Ticked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = Quoted(self.0).to_string();
        write!(
            f,
            "`{}`",
            quoted.trim_start_matches('"').trim_end_matches('"')
        )
    }
}

/// What is allowed in place of a wrong name: the nearest, or all where they are few.
pub(crate) fn hint<'a>(name: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    const FEW: usize = 12;
    near_or(name, names.clone(), || {
        let first: Vec<&str> = names.clone().take(FEW).collect();
        match names.count() {
            0 => "; there is none".to_string(),
            count if count > FEW => {
                format!("; allowed: one of {count} names, such as `{}`", first[0])
            }
            _ => format!("; allowed: {}", ticked_list(first)),
        }
    })
}

/// The nearest of some names, as a hint behind what is allowed; nothing where none is near.
pub(crate) fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    near_or(name, names, String::new)
}

/// The nearest of some names, or else what `or` says.
pub(crate) fn near_or<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    or: impl FnOnce() -> String,
) -> String {
    let near = nearest(name, names.into_iter());
    near.map_or_else(or, |near| format!("; nearest valid name: `{near}`"))
}

/// As [`near`], of values that stand in quotes.
pub(crate) fn near_value<'a>(value: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(value, values.into_iter());
    near.map_or_else(String::new, |near| {
        format!("; nearest valid name: \"{near}\"")
    })
}

/// Names in backticks, with commas.
pub(crate) fn ticked_list<T: fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    let ticked = names.into_iter().map(|name| format!("`{name}`"));
    ticked.collect::<Vec<String>>().join(", ")
}

/// Values in quotes, with a word or a comma between.
pub(crate) fn quoted_list(values: &[&str], between: &str) -> String {
    let quoted = values.iter().map(|value| format!("\"{value}\""));
    quoted.collect::<Vec<String>>().join(between)
}

/// The nearest of some names, where one is near enough to have been meant: a third of the letters may
/// differ, at least one and at most four. Capital letters count once.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.chars().count();
    if letters > 200 {
        return None;
    }
    let allowed = (letters / 3).clamp(1, 4);
    let lower = name.to_lowercase();
    names
        .filter(|known| known.chars().count().abs_diff(letters) <= allowed)
        .map(|known| {
            let plain = strsim::osa_distance(&lower, &known.to_lowercase());
            let distance = strsim::osa_distance(name, known).min(plain + 1);
            (distance, known)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_must_be_very_near() {
        assert_eq!(nearest("xi", ["xian", "wuxi"].into_iter()), None);
        assert_eq!(
            nearest("zhengzuo", ["zhengzhou", "guangzhou"].into_iter()),
            Some("zhengzhou")
        );
    }
}
