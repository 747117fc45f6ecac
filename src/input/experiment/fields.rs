//! Files of experiments and claims, read key by key, every problem with its place.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::input::experiment::factor::Assignment;
use crate::input::scenario::file_source::FileSource;
use crate::input::scenario::layers::parse_document;
use crate::input::scenario::literal::Literal;
use crate::input::scenario::place::Place;
use crate::input::scenario::places::{Files, MAX_SCENARIO_BYTES, Spot};
use crate::input::scenario::problems::{Problem, Problems, Report};
use crate::kernel::text::{Quoted, Ticked, near_or, near_value, nearest, quoted_list, ticked_list};
use crate::measure::response::spec::Responses;
use crate::model::data::World;
use crate::table::cell::{PLAIN_CELL, is_plain_cell};

/// What a reader of a file has beside its keys.
pub(crate) struct Reading<'r> {
    /// Folder that paths of the file start from.
    pub folder: PathBuf,
    pub files: Files,
    pub file_source: FileSource,
    pub report: &'r RefCell<Report>,
    /// Problems of scenario files.
    foreign: Vec<Problem>,
}

/// Reads a file with `read`; `sets` are arguments that it lays over scenarios. With what was read come the files that were.
///
/// # Errors
/// Every problem of the file and of the scenarios it names; `unreadable` where nothing more can be said.
pub(crate) fn read_file<T>(
    file_source: &FileSource,
    path: &Path,
    sets: &[String],
    unreadable: &str,
    read: impl FnOnce(&mut Reading<'_>, &Fields<'_, '_>) -> Option<T>,
) -> Result<(T, Vec<(PathBuf, String)>), Problems> {
    let report = RefCell::new(Report::default());
    let mut reading = Reading {
        folder: path.parent().map_or_else(PathBuf::new, Path::to_path_buf),
        files: Files::new(sets, file_source),
        file_source: file_source.clone(),
        report: &report,
        foreign: Vec::new(),
    };
    let found = match reading.files.read(path, MAX_SCENARIO_BYTES) {
        Ok(file) => {
            let text = reading.files.text(file);
            let document = parse_document(&text, file, &mut report.borrow_mut());
            let fields = Fields {
                name: "",
                table: document.get_ref(),
                spot: Spot::At { file, byte: 0 },
                file,
                report: &report,
            };
            read(&mut reading, &fields)
        }
        Err((spot, message)) => {
            let spot = spot.unwrap_or_else(|| Spot::File(reading.files.unread(path)));
            report.borrow_mut().add_syntax(spot, message);
            None
        }
    };
    let Reading { files, foreign, .. } = reading;
    let own = report.into_inner().finish(&files);
    let mut list: Vec<Problem> = own.map_or_else(Vec::new, |own| own.list().to_vec());
    for problem in foreign {
        if !list.contains(&problem) {
            list.push(problem);
        }
    }
    match (found, Problems::from_list(list)) {
        (Some(found), None) => Ok((found, files.sources())),
        (_, problems) => Err(problems.unwrap_or_else(|| Problems::of_file(path, unreadable))),
    }
}

impl Reading<'_> {
    /// Takes over a problem that is not about the file.
    pub fn add_foreign(&mut self, problem: Problem) {
        self.foreign.push(problem);
    }

    /// Takes over the problems of a scenario. Those of a setting of this file are reported where it stands, and those of
    /// the scenario file as a whole, such as that it is not there, where it is named.
    pub fn adopt(
        &mut self,
        problems: &Problems,
        set: &[(Assignment, Spot)],
        scenario: Option<&Path>,
        at: Option<Spot>,
    ) {
        for problem in problems.list() {
            let own = match &problem.place {
                Place::Set(argument) => {
                    let own = set.iter().find(|(set, _)| set.argument() == *argument);
                    let spot = own.map(|(_, spot)| *spot).or(at);
                    spot.map(|spot| (spot, problem.message.clone()))
                }
                _ => at
                    .zip(scenario)
                    .and_then(|(at, scenario)| Some((at, problem.of_scenario(scenario)?))),
            };
            match own {
                Some((spot, message)) => self.report.borrow_mut().add(spot, message),
                None => self.foreign.push(problem.clone()),
            }
        }
    }

    /// Reports responses that have no place in one of some worlds, each once.
    pub fn bind<'w>(
        &self,
        responses: &Responses,
        spot: Spot,
        worlds: impl IntoIterator<Item = &'w World>,
    ) {
        let mut seen = Vec::new();
        for world in worlds {
            for (_, message) in responses.bind(world).err().unwrap_or_default() {
                if !seen.contains(&message) {
                    self.report.borrow_mut().add(spot, message.clone());
                    seen.push(message);
                }
            }
        }
    }
}

/// A table with the keys it may have.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a, 'd> {
    /// How the table is called in messages, empty for the file itself.
    pub name: &'a str,
    pub table: &'a DeTable<'d>,
    /// Where the table begins.
    pub spot: Spot,
    pub file: usize,
    /// Takes the problems.
    report: &'a RefCell<Report>,
}

impl<'a, 'd> Fields<'a, 'd> {
    /// Reports a problem.
    pub fn refuse(&self, spot: Spot, message: impl Into<String>) {
        self.report.borrow_mut().add(spot, message);
    }

    /// Reports a problem of a key.
    pub fn refuse_key(&self, key: &str, message: impl Into<String>) {
        self.refuse(self.spot_of(key), message);
    }

    /// Reports that a value is not what is allowed.
    fn refuse_value(&self, value: &Spanned<DeValue<'_>>, name: &str, allowed: &str) {
        let (literal, spot) = self.literal(value);
        self.refuse(spot, format!("{name} is {literal}; allowed: {allowed}"));
    }

    /// Whether a problem was found in the file so far.
    pub fn has_problems(&self) -> bool {
        !self.report.borrow().is_empty()
    }

    /// Reports every key that is not allowed.
    pub fn check_keys(&self, allowed: &[&str]) {
        for (name, _) in self.table {
            let key = name.get_ref();
            if allowed.contains(&key.as_ref()) {
                continue;
            }
            let hint = near_or(key, allowed.iter().copied(), || {
                format!("; allowed: {}", ticked_list(allowed))
            });
            let inside = if self.name.is_empty() {
                String::new()
            } else {
                format!(" in `{}`", self.name)
            };
            self.report.borrow_mut().add_unknown(
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
        read: impl FnOnce(&Literal) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let found = read(&self.literal(value).0);
        if found.is_none() {
            self.refuse_value(value, &self.key(key), allowed);
        }
        found
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.take(key, "a text in quotes", |literal| match literal {
            Literal::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// A text that must be there and goes into tables of results.
    pub fn needed(&self, key: &str) -> String {
        self.require(key, "a text in quotes");
        self.cell(key).unwrap_or_default()
    }

    /// A text that goes into tables of results.
    pub fn cell(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        if !is_plain_cell(&text) {
            let (name, text) = (self.key(key), Quoted(&text));
            self.refuse_key(key, format!("{name} is {text}; allowed: {PLAIN_CELL}"));
        }
        Some(text)
    }

    /// The name of the scenario that the file is about.
    pub fn scenario(&self) -> Option<String> {
        if !self.has("scenario") && !self.report.borrow().has_syntax_problems() {
            self.missing("scenario", "the path of a scenario file in quotes");
        }
        self.text("scenario")
    }

    pub fn whole(&self, key: &str, min: u64, max: u64) -> Option<u64> {
        let allowed = format!("a whole number from {min} to {max}");
        self.take(key, &allowed, |literal| match literal {
            Literal::Whole(number) => u64::try_from(*number)
                .ok()
                .filter(|number| (min..=max).contains(number)),
            _ => None,
        })
    }

    pub fn switch(&self, key: &str) -> Option<bool> {
        self.take(key, "true or false", |literal| match literal {
            Literal::Switch(on) => Some(*on),
            _ => None,
        })
    }

    /// One of a list of names.
    pub fn choice(&self, key: &str, names: &[&'static str]) -> Option<&'static str> {
        let value = self.get(key)?;
        let (literal, _) = self.literal(value);
        let text = match &literal {
            Literal::Text(text) => text.as_str(),
            _ => "",
        };
        let found = names.iter().find(|name| **name == text).copied();
        if found.is_none() {
            let hint = near_value(text, names.iter().copied());
            let allowed = quoted_list(names, " or ") + &hint;
            self.refuse_value(value, &self.key(key), &allowed);
        }
        found
    }

    /// A list, item by item; a problem where it is none.
    pub fn list(&self, key: &str, allowed: &str) -> Option<Vec<&'a Spanned<DeValue<'d>>>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Array(items) => Some(items.iter().collect()),
            _ => {
                self.refuse_value(value, &self.key(key), allowed);
                None
            }
        }
    }

    /// The table at a key, which messages call by the key; a problem where it is none.
    pub fn table(&self, key: &'a str) -> Option<Fields<'a, 'd>> {
        self.inner(key, &self.key(key), self.get(key)?)
    }

    /// The table at an item of a list or of a table; a problem where it is none.
    pub fn item(&self, name: &'a str, value: &'a Spanned<DeValue<'d>>) -> Option<Fields<'a, 'd>> {
        self.inner(name, &Ticked(name).to_string(), value)
    }

    fn inner(
        &self,
        name: &'a str,
        shown: &str,
        value: &'a Spanned<DeValue<'d>>,
    ) -> Option<Fields<'a, 'd>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields {
                name,
                table,
                spot: self.at(value.span().start),
                ..*self
            }),
            _ => {
                self.refuse_value(value, shown, "a table");
                None
            }
        }
    }

    /// The tables of a list of tables.
    pub fn tables(&self, key: &str, name: &'a str) -> Vec<Fields<'a, 'd>> {
        let items = self.list(key, &format!("tables `[[{name}]]`"));
        let items = items.unwrap_or_default().into_iter();
        items.filter_map(|item| self.item(name, item)).collect()
    }

    /// Says that a key is missing, unless one is there that was probably meant: [`Fields::check_keys`] tells that.
    pub fn missing(&self, key: &str, allowed: &str) {
        let mut names = self.table.iter().map(|(name, _)| name.get_ref().as_ref());
        if names.any(|name| name != key && nearest(name, std::iter::once(key)).is_some()) {
            return;
        }
        let message = format!("{} is missing; allowed: {allowed}", self.key(key));
        self.refuse(self.spot, message);
    }

    /// Whether a key is there; one that is not is missing.
    pub fn require(&self, key: &str, allowed: &str) -> bool {
        if !self.has(key) {
            self.missing(key, allowed);
        }
        self.has(key)
    }

    /// Settings laid over a scenario: keys with their values, in quotes or nested; paths start from `folder`.
    pub fn settings(&self, key: &'a str, folder: &Path) -> Vec<(Assignment, Spot)> {
        let mut settings = Vec::new();
        if let Some(inner) = self.table(key) {
            self.flatten("", inner.table, &mut settings);
        }
        for (assignment, _) in &mut settings {
            assignment.folder = folder.to_path_buf();
        }
        settings
    }

    fn flatten(&self, prefix: &str, table: &DeTable<'_>, settings: &mut Vec<(Assignment, Spot)>) {
        for (name, value) in table {
            let key = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            if let DeValue::Table(inner) = value.get_ref() {
                self.flatten(&key, inner, settings);
                continue;
            }
            let (literal, spot) = self.literal(value);
            match argument_text(&literal) {
                Some(value) => {
                    let assignment = Assignment::new(&key, value);
                    settings.push((assignment, spot));
                }
                None => {
                    let allowed = "a number, a text, `true`, `false` or a list";
                    self.refuse_value(value, &Ticked(&key).to_string(), allowed);
                }
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
