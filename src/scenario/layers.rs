//! One scenario file, or the arguments of `--set`, read into a layer: every key with its value and place.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Key, Ticked, nearest};
use super::literal::Literal;
use super::places::{Files, MAX_SCENARIO_BYTES, Spot};
use super::problems::Report;
use super::tables::FORMATS;
use crate::params::{Kind, Parameter, Timing, Value};
use crate::quarter::{NotAQuarter, Quarter};

/// Most files in a chain of `extends`.
const DEEPEST: usize = 16;

/// The value of a setting, where it stands, and the folder its paths start from.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub value: Literal,
    pub spot: Spot,
    pub folder: PathBuf,
}

/// A parameter that changes at a date.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    pub from: Quarter,
    pub from_spot: Spot,
    pub parameter: &'static Parameter,
    pub value: Value,
    pub spot: Spot,
}

/// A cell of a data table that takes another value.
#[derive(Clone, Debug)]
pub(super) struct Override {
    pub table: String,
    pub id: String,
    pub id_spot: Spot,
    pub column: String,
    pub value: Literal,
    pub spot: Spot,
}

/// What one file, or the command line, says.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub settings: Vec<(String, Given)>,
    pub parameters: Vec<(&'static Parameter, Value, Spot)>,
    pub changes: Vec<Dated>,
    pub overrides: Vec<Override>,
}

impl Layer {
    fn setting(&self, key: &str) -> Option<&Given> {
        self.settings.iter().find(|(name, _)| name == key).map(|(_, given)| given)
    }
}

/// Reads a file and all it extends, the most basic one first.
pub(super) fn read_chain(path: &Path, files: &mut Files, report: &mut Report) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut next = Some((path.to_path_buf(), None));
    while let Some((path, named_at)) = next.take() {
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        let refused = if seen.contains(&identity) {
            Some(format!("`extends` leads back to {}; allowed: a chain that ends", path.display()))
        } else if seen.len() >= DEEPEST {
            Some(format!("more than {DEEPEST} files extend each other; allowed: up to {DEEPEST}"))
        } else {
            None
        };
        if let (Some(message), Some(spot)) = (&refused, named_at) {
            report.add(spot, message.clone());
            break;
        }
        seen.push(identity);
        let file = match files.read(&path, MAX_SCENARIO_BYTES) {
            Ok(file) => file,
            Err((Some(spot), message)) => {
                report.add_syntax(spot, message);
                break;
            }
            Err((None, message)) => {
                match named_at {
                    Some(spot) => report.add(spot, format!("`extends` names {}: {message}", path.display())),
                    None => report.add(Spot::File(files.unread(&path)), message),
                }
                break;
            }
        };
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let layer = read_file(file, &files.text(file), folder.clone(), report);
        next = layer.setting("extends").and_then(|given| match &given.value {
            Literal::Text(name) => Some((folder.join(name), Some(given.spot))),
            _ => None,
        });
        layers.push(layer);
    }
    layers.reverse();
    layers
}

/// Reads the text of one scenario file.
fn read_file(file: usize, text: &str, folder: PathBuf, report: &mut Report) -> Layer {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let byte = error.span().map_or(text.len(), |span| span.start);
        report.add_syntax(Spot::At { file, byte }, format!("not valid TOML: {}", error.message()));
    }
    let mut reader = Reader { file, folder, report, layer: Layer::default() };
    reader.table("", document.get_ref());
    reader.layer
}

struct Reader<'a> {
    file: usize,
    folder: PathBuf,
    report: &'a mut Report,
    layer: Layer,
}

impl Reader<'_> {
    fn at(&self, byte: usize) -> Spot {
        Spot::At { file: self.file, byte }
    }

    fn start<T>(&self, spanned: &Spanned<T>) -> Spot {
        self.at(spanned.span().start)
    }

    fn literal(&self, value: &Spanned<DeValue<'_>>) -> Literal {
        let file = self.file;
        Literal::new(value.get_ref(), &|byte| Spot::At { file, byte })
    }

    /// A table of keys, at any depth.
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key = join(prefix, name.get_ref());
            let (name_spot, spot) = (self.start(name), self.start(value));
            match (keys::find(&key), value.get_ref()) {
                (_, inner) if key == "changes" => self.changes(inner, spot),
                (_, inner) if key == "overrides" => self.overrides(inner, spot),
                (Key::Group, DeValue::Table(inner)) => {
                    if key == "cities.synthetic" {
                        self.given(key.clone(), Literal::Switch(true), name_spot);
                    }
                    self.table(&key, inner);
                }
                (Key::Group, _) => {
                    let found = self.literal(value);
                    self.report.add(spot, format!("{} is {found}; allowed: a table `[{key}]`", Ticked(&key)));
                }
                (Key::Parameter(parameter), _) => {
                    let literal = self.literal(value);
                    match parameter_value(parameter, &literal) {
                        Ok(value) => self.layer.parameters.push((parameter, value, spot)),
                        Err(message) => self.report.add(spot, message),
                    }
                }
                (Key::Setting(setting), _) => {
                    let literal = self.literal(value);
                    let problems = setting.problems(&key, &literal, spot);
                    if problems.is_empty() {
                        self.given(key, literal, spot);
                    }
                    for (spot, message) in problems {
                        self.report.add(spot, message);
                    }
                }
                (Key::Unknown, inner) => {
                    let is_table = matches!(inner, DeValue::Table(_));
                    self.report.add(name_spot, keys::unknown(&key, is_table));
                }
            }
        }
    }

    fn given(&mut self, key: String, value: Literal, spot: Spot) {
        self.layer.settings.push((key, Given { value, spot, folder: self.folder.clone() }));
    }

    /// `[[changes]]`.
    fn changes(&mut self, value: &DeValue<'_>, spot: Spot) {
        let DeValue::Array(items) = value else {
            self.report.add(spot, "`changes` is not a list; allowed: tables `[[changes]]` with `from` and `set`");
            return;
        };
        for item in items.iter() {
            let spot = self.start(item);
            match item.get_ref() {
                DeValue::Table(change) => self.change(change, spot),
                _ => self.report.add(spot, "a change is not a table; allowed: `[[changes]]` with `from` and `set`"),
            }
        }
    }

    fn change(&mut self, change: &DeTable<'_>, spot: Spot) {
        for (name, _) in change {
            let key = name.get_ref();
            if key != "from" && key != "set" {
                let hint = nearest(key, ["from", "set"].into_iter())
                    .map_or("; allowed: `from` and `set`".to_string(), |name| format!("; nearest valid name: `{name}`"));
                self.report.add(self.start(name), format!("unknown key {} in `changes`{hint}", Ticked(key)));
            }
        }
        let from = match change.get("from") {
            None => {
                self.report.add(spot, format!("`from` is missing in `changes`; allowed: {NotAQuarter}"));
                None
            }
            Some(value) => {
                let (spot, literal) = (self.start(value), self.literal(value));
                let quarter = match &literal {
                    Literal::Text(text) => text.parse::<Quarter>().ok(),
                    _ => None,
                };
                if quarter.is_none() {
                    self.report.add(spot, format!("`from` is {literal}; allowed: {NotAQuarter}"));
                }
                quarter.map(|quarter| (quarter, spot))
            }
        };
        match change.get("set").map(|set| (set.get_ref(), self.start(set))) {
            None => self.report.add(spot, "`set` is missing in `changes`; allowed: a table of parameters"),
            Some((DeValue::Table(set), _)) => self.change_set("", set, from),
            Some((_, spot)) => self.report.add(spot, "`set` is not a table; allowed: a table of parameters"),
        }
    }

    fn change_set(&mut self, prefix: &str, set: &DeTable<'_>, from: Option<(Quarter, Spot)>) {
        for (name, value) in set {
            let key = join(prefix, name.get_ref());
            let (name_spot, spot) = (self.start(name), self.start(value));
            if let (Key::Group, DeValue::Table(inner)) = (keys::find(&key), value.get_ref()) {
                self.change_set(&key, inner, from);
                continue;
            }
            let is_table = matches!(value.get_ref(), DeValue::Table(_));
            match dated(&key, &self.literal(value), is_table) {
                Err((true, message)) => self.report.add(spot, message),
                Err((false, message)) => self.report.add(name_spot, message),
                Ok((parameter, value)) => {
                    let Some((from, from_spot)) = from else { continue };
                    let twice =
                        self.layer.changes.iter().any(|other| other.from == from && other.parameter.key == parameter.key);
                    if twice {
                        self.report.add(name_spot, format!("`{key}` changes twice at {from}; allowed: once"));
                    }
                    self.layer.changes.push(Dated { from, from_spot, parameter, value, spot });
                }
            }
        }
    }

    /// `[overrides.cities.zhengzhou]`; whether the row exists is seen when the table is read.
    fn overrides(&mut self, value: &DeValue<'_>, spot: Spot) {
        let shape = "allowed: tables such as `[overrides.cities.beijing]`";
        let DeValue::Table(tables) = value else {
            self.report.add(spot, format!("`overrides` is not a table; {shape}"));
            return;
        };
        for (table, rows) in tables {
            if let Err(message) = override_table(table.get_ref()) {
                self.report.add(self.start(table), message);
                continue;
            }
            let DeValue::Table(rows_by_id) = rows.get_ref() else {
                self.report.add(self.start(rows), format!("`overrides.{}` is not a table; {shape}", table.get_ref()));
                continue;
            };
            for (id, cells) in rows_by_id {
                let DeValue::Table(by_column) = cells.get_ref() else {
                    let message = format!("`overrides.{}.{}` is not a table; {shape}", table.get_ref(), id.get_ref());
                    self.report.add(self.start(cells), message);
                    continue;
                };
                for (column, value) in by_column {
                    if let Err(message) = override_column(table.get_ref(), column.get_ref()) {
                        self.report.add(self.start(column), message);
                        continue;
                    }
                    self.layer.overrides.push(Override {
                        table: table.get_ref().to_string(),
                        id: id.get_ref().to_string(),
                        id_spot: self.start(id),
                        column: column.get_ref().to_string(),
                        value: self.literal(value),
                        spot: self.start(value),
                    });
                }
            }
        }
    }
}

/// Reads the arguments of `--set` into one layer.
pub(super) fn read_sets(sets: &[String], report: &mut Report) -> Layer {
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
        return Err(one("no `=`; allowed: KEY=VALUE or KEY@QUARTER=VALUE".to_string()));
    };
    let (key, date) = match left.split_once('@') {
        Some((key, date)) => (key.trim(), Some(date.trim())),
        None => (left.trim(), None),
    };
    let text = text.trim();
    if let Some(date) = date {
        let from = date
            .parse::<Quarter>()
            .map_err(|_| one(format!("{} is not a quarter; allowed: {NotAQuarter}", Ticked(date))))?;
        let (parameter, value) =
            dated(key, &Literal::from_argument(text, spot), false).map_err(|(_, message)| one(message))?;
        layer.changes.retain(|other| other.from != from || other.parameter.key != parameter.key);
        layer.changes.push(Dated { from, from_spot: spot, parameter, value, spot });
        return Ok(());
    }
    if let Some(cell) = key.strip_prefix("overrides.") {
        let mut parts = cell.splitn(3, '.');
        let (Some(table), Some(id), Some(column)) = (parts.next(), parts.next(), parts.next()) else {
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
            let value = parameter_value(parameter, &Literal::from_argument(text, spot)).map_err(one)?;
            layer.parameters.push((parameter, value, spot));
        }
        Key::Setting(setting) => {
            if key == "extends" {
                return Err(one("`extends` belongs into a scenario file".to_string()));
            }
            let value = setting.from_argument(text, spot);
            let problems = setting.problems(key, &value, spot);
            if !problems.is_empty() {
                return Err(problems.into_iter().map(|(_, message)| message).collect());
            }
            let given = |value| Given { value, spot, folder: PathBuf::new() };
            if key.starts_with("cities.synthetic.") {
                layer.settings.push(("cities.synthetic".to_string(), given(Literal::Switch(true))));
            }
            layer.settings.push((key.to_string(), given(value)));
        }
        Key::Group => return Err(one(format!("`{key}` is a table; allowed: one of its keys"))),
        Key::Unknown => return Err(one(keys::unknown(key, false))),
    }
    Ok(())
}

/// A change of a key at a date; an error says whether it is about the value.
fn dated(key: &str, value: &Literal, is_table: bool) -> Result<(&'static Parameter, Value), (bool, String)> {
    match keys::find(key) {
        Key::Parameter(parameter) if parameter.timing == Timing::Start => {
            Err((false, format!("`{key}` is read at the start alone; allowed at a date: parameters of running quarters")))
        }
        Key::Parameter(parameter) => {
            parameter_value(parameter, value).map(|value| (parameter, value)).map_err(|message| (true, message))
        }
        Key::Setting(_) => Err((false, format!("`{key}` is a setting of the whole run; allowed at a date: parameters"))),
        Key::Group => Err((true, format!("`{key}` is a table; allowed: one of its keys"))),
        Key::Unknown => Err((false, keys::unknown(key, is_table))),
    }
}

/// The value of a parameter: a whole number may stand for a real one, never the reverse.
fn parameter_value(parameter: &'static Parameter, value: &Literal) -> Result<Value, String> {
    let read = match (parameter.kind, value) {
        (Kind::Real { min, max }, Literal::Real(number)) if (min..=max).contains(number) => Some(Value::Real(*number)),
        (Kind::Real { min, max }, Literal::Whole(number)) if (min..=max).contains(&(*number as f64)) => {
            Some(Value::Real(*number as f64))
        }
        (Kind::Count { min, max }, Literal::Whole(number)) => {
            u32::try_from(*number).ok().filter(|number| (min..=max).contains(number)).map(Value::Count)
        }
        (Kind::Switch, Literal::Switch(on)) => Some(Value::Switch(*on)),
        (Kind::Choice { names }, Literal::Text(text)) => {
            names.iter().find(|name| *name == text).map(|name| Value::Choice(name))
        }
        _ => None,
    };
    read.ok_or_else(|| {
        let near = match (parameter.kind, value) {
            (Kind::Choice { names }, Literal::Text(text)) => nearest(text, names.iter().copied()),
            _ => None,
        };
        let hint = near.map_or(String::new(), |name| format!("; nearest valid name: \"{name}\""));
        format!("`{}` is {value}; allowed: {}{hint}", parameter.key, parameter.allowed())
    })
}

fn override_table(table: &str) -> Result<(), String> {
    if FORMATS.iter().any(|format| format.table == table) {
        return Ok(());
    }
    let names = || FORMATS.iter().map(|format| format.table);
    let allowed = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let hint = nearest(table, names()).map_or(String::new(), |name| format!("; nearest valid name: `{name}`"));
    Err(format!("unknown table {} in `overrides`; allowed: {allowed}{hint}", Ticked(table)))
}

fn override_column(table: &str, column: &str) -> Result<(), String> {
    let Some(format) = FORMATS.iter().find(|format| format.table == table) else { return Ok(()) };
    let names = || format.columns.iter().map(|column| column.name).filter(|name| *name != format.id);
    if names().any(|name| name == column) {
        return Ok(());
    }
    let hint = nearest(column, names()).map_or_else(
        || format!("; allowed: {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        |name| format!("; nearest valid name: `{name}`"),
    );
    Err(format!("unknown column {} in `overrides.{table}`{hint}", Ticked(column)))
}


fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") }
}
