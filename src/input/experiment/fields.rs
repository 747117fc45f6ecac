//! Tables of an experiment file, read key by key, every problem with its place.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::input::experiment::factor::Assignment;
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;
use crate::kernel::text::Quoted;
use crate::kernel::text::{Ticked, nearest, ticked_list};

/// A table with the keys it may have.
pub(crate) struct Fields<'a, 'd> {
    /// How the table is called in messages, empty for the file itself.
    pub name: &'a str,
    pub table: &'a DeTable<'d>,
    /// Where the table begins.
    pub spot: Spot,
    pub file: usize,
}

impl<'a, 'd> Fields<'a, 'd> {
    /// Reports every key that is not allowed.
    pub fn check_keys(&self, allowed: &[&str], report: &mut Report) {
        for (name, _) in self.table {
            let key = name.get_ref();
            if allowed.contains(&key.as_ref()) {
                continue;
            }
            let hint = nearest(key, allowed.iter().copied()).map_or_else(
                || format!("; allowed: {}", ticked_list(allowed)),
                |near| format!("; nearest valid name: `{near}`"),
            );
            let inside = if self.name.is_empty() {
                String::new()
            } else {
                format!(" in `{}`", self.name)
            };
            report.add_unknown(
                self.at(name.span().start),
                format!("unknown key {}{inside}{hint}", Ticked(key)),
            );
        }
    }

    pub fn at(&self, byte: usize) -> Spot {
        Spot::At {
            file: self.file,
            byte,
        }
    }

    /// Where the value of a key stands; the table where it is not there.
    pub fn spot_of(&self, key: &str) -> Spot {
        self.get(key)
            .map_or(self.spot, |value| self.at(value.span().start))
    }

    /// A key as messages name it.
    pub fn key(&self, key: &str) -> String {
        if self.name.is_empty() {
            format!("`{key}`")
        } else {
            format!("`{}.{key}`", self.name)
        }
    }

    pub fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'d>>> {
        self.table.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn literal(&self, value: &Spanned<DeValue<'_>>) -> (Literal, Spot) {
        let file = self.file;
        let literal = Literal::new(value.get_ref(), &|byte| Spot::At { file, byte });
        (literal, self.at(value.span().start))
    }

    /// The value of a key where `read` takes it; else a problem.
    pub fn take<T>(
        &self,
        key: &str,
        allowed: &str,
        report: &mut Report,
        read: impl FnOnce(&Literal) -> Option<T>,
    ) -> Option<T> {
        let (literal, spot) = self.literal(self.get(key)?);
        let found = read(&literal);
        if found.is_none() {
            report.add(
                spot,
                format!("{} is {literal}; allowed: {allowed}", self.key(key)),
            );
        }
        found
    }

    pub fn text(&self, key: &str, report: &mut Report) -> Option<String> {
        self.take(key, "a text in quotes", report, |literal| match literal {
            Literal::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    pub fn whole(&self, key: &str, min: u64, max: u64, report: &mut Report) -> Option<u64> {
        let allowed = format!("a whole number from {min} to {max}");
        self.take(key, &allowed, report, |literal| match literal {
            Literal::Whole(number) => u64::try_from(*number)
                .ok()
                .filter(|number| (min..=max).contains(number)),
            _ => None,
        })
    }

    pub fn switch(&self, key: &str, report: &mut Report) -> Option<bool> {
        self.take(key, "true or false", report, |literal| match literal {
            Literal::Switch(on) => Some(*on),
            _ => None,
        })
    }

    /// One of a list of names.
    pub fn choice(
        &self,
        key: &str,
        names: &[&'static str],
        report: &mut Report,
    ) -> Option<&'static str> {
        let (literal, spot) = self.literal(self.get(key)?);
        let found = match &literal {
            Literal::Text(text) => names.iter().find(|name| *name == text).copied(),
            _ => None,
        };
        if found.is_none() {
            let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            let hint = match &literal {
                Literal::Text(text) => nearest(text, names.iter().copied()),
                _ => None,
            };
            let hint = hint.map_or_else(String::new, |near| {
                format!("; nearest valid name: \"{near}\"")
            });
            report.add(
                spot,
                format!(
                    "{} is {literal}; allowed: {}{hint}",
                    self.key(key),
                    quoted.join(" or ")
                ),
            );
        }
        found
    }

    /// A list, item by item; a problem where it is none.
    pub fn list(
        &self,
        key: &str,
        allowed: &str,
        report: &mut Report,
    ) -> Option<Vec<&'a Spanned<DeValue<'d>>>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Array(items) => Some(items.iter().collect()),
            _ => {
                let (literal, spot) = self.literal(value);
                report.add(
                    spot,
                    format!("{} is {literal}; allowed: {allowed}", self.key(key)),
                );
                None
            }
        }
    }

    /// A table; a problem where it is none.
    pub fn table(&self, key: &str, report: &mut Report) -> Option<(&'a DeTable<'d>, Spot)> {
        let value = self.get(key)?;
        let spot = self.at(value.span().start);
        match value.get_ref() {
            DeValue::Table(table) => Some((table, spot)),
            _ => {
                let (literal, spot) = self.literal(value);
                report.add(
                    spot,
                    format!("{} is {literal}; allowed: a table", self.key(key)),
                );
                None
            }
        }
    }

    /// Says that a key is missing, unless one is there that was probably meant: [`Fields::check_keys`] tells that.
    pub fn missing(&self, key: &str, allowed: &str, report: &mut Report) {
        let mut names = self.table.iter().map(|(name, _)| name.get_ref().as_ref());
        if names.any(|name| name != key && nearest(name, std::iter::once(key)).is_some()) {
            return;
        }
        report.add(
            self.spot,
            format!("{} is missing; allowed: {allowed}", self.key(key)),
        );
    }

    /// Settings laid over a scenario: keys with their values, in quotes or nested; paths start from `folder`.
    pub fn settings(
        &self,
        key: &str,
        folder: &Path,
        report: &mut Report,
    ) -> Vec<(Assignment, Spot)> {
        let mut settings = Vec::new();
        if let Some((table, _)) = self.table(key, report) {
            self.flatten("", table, &mut settings, report);
        }
        for (assignment, _) in &mut settings {
            assignment.folder = folder.to_path_buf();
        }
        settings
    }

    fn flatten(
        &self,
        prefix: &str,
        table: &DeTable<'_>,
        settings: &mut Vec<(Assignment, Spot)>,
        report: &mut Report,
    ) {
        for (name, value) in table {
            let key = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            if let DeValue::Table(inner) = value.get_ref() {
                self.flatten(&key, inner, settings, report);
                continue;
            }
            let (literal, spot) = self.literal(value);
            match argument_text(&literal) {
                Some(value) => {
                    let assignment = Assignment {
                        key,
                        value,
                        ..Assignment::default()
                    };
                    settings.push((assignment, spot));
                }
                None => report.add(
                    spot,
                    format!(
                        "{} is {literal}; allowed: a number, a text, `true`, `false` or a list",
                        Ticked(&key)
                    ),
                ),
            }
        }
    }
}

/// A number, whole or not, that is finite.
pub(crate) fn number(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Whole(number) => Some(*number as f64),
        Literal::Real(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

/// A value as `--set` takes it.
pub(crate) fn argument_text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Text(text) => Some(format!(
            "\"{}\"",
            text.replace('\\', "\\\\").replace('"', "\\\"")
        )),
        Literal::Whole(_) | Literal::Real(_) | Literal::Switch(_) => Some(literal.to_string()),
        Literal::List(items) => {
            let items: Option<Vec<String>> =
                items.iter().map(|(item, _)| argument_text(item)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Literal::Other(_) => None,
    }
}

/// A text in quotes, as messages show it.
pub(crate) fn quoted(text: &str) -> String {
    Quoted(text).to_string()
}
