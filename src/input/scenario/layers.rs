//! A scenario file read into a layer: every key with its value and place.

use crate::input::scenario::layer::{Dated, Given, Layer, Override};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::input::scenario::keys::{self, Key};
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::{Files, MAX_SCENARIO_BYTES, Spot};
use crate::input::scenario::problems::Report;
use crate::input::scenario::shipped;
use crate::input::scenario::values::{dated, override_column, override_table, parameter_value};
use crate::kernel::quarter::{NotAQuarter, Quarter};
use crate::kernel::text::{Ticked, near_or, nearest};

/// Most files in a chain of `extends`.
const DEEPEST: usize = 16;

/// Reads a file and all it extends, the most basic one first; also tells whether all of them could be read.
pub(crate) fn read_chain(
    path: &Path,
    files: &mut Files,
    report: &mut Report,
) -> (Vec<Layer>, bool) {
    let mut is_whole = true;
    let mut layers = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut next = Some((path.to_path_buf(), None));
    while let Some((path, named_at)) = next.take() {
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        let refused = if seen.contains(&identity) {
            Some(format!(
                "`extends` leads back to {}; allowed: a chain that ends",
                path.display()
            ))
        } else if seen.len() >= DEEPEST {
            Some(format!(
                "more than {DEEPEST} files extend each other; allowed: up to {DEEPEST}"
            ))
        } else {
            None
        };
        if let (Some(message), Some(spot)) = (&refused, named_at) {
            report.add(spot, message.clone());
            is_whole = false;
            break;
        }
        seen.push(identity);
        let file = match files.read(&path, MAX_SCENARIO_BYTES) {
            Ok(file) => file,
            Err((Some(spot), message)) => {
                report.add_syntax(spot, message);
                is_whole = false;
                break;
            }
            Err((None, message)) => {
                is_whole = false;
                match named_at {
                    Some(spot) => report.add(
                        spot,
                        format!("`extends` names {}: {message}", path.display()),
                    ),
                    None => report.add(Spot::File(files.unread(&path)), message),
                }
                break;
            }
        };
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let layer = read_file(file, &files.text(file), folder.clone(), report);
        is_whole &= layer.setting("extends").is_some() || !layer.names_base;
        next = layer
            .setting("extends")
            .and_then(|given| match &given.value {
                Literal::Text(name) => Some((shipped::beside(&folder, name), Some(given.spot))),
                _ => None,
            });
        layers.push(layer);
    }
    layers.reverse();
    (layers, is_whole)
}

/// A TOML document as far as it can be read; every mistake of syntax is reported.
pub(crate) fn parse_document<'t>(
    text: &'t str,
    file: usize,
    report: &mut Report,
) -> Spanned<DeTable<'t>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let byte = error.span().map_or(text.len(), |span| span.start);
        report.add_syntax(
            Spot::At { file, byte },
            format!("not valid TOML: {}", error.message()),
        );
    }
    document
}

/// Reads the text of one scenario file.
fn read_file(file: usize, text: &str, folder: PathBuf, report: &mut Report) -> Layer {
    let document = parse_document(text, file, report);
    let mut reader = Reader {
        file,
        folder,
        report,
        layer: Layer::default(),
    };
    reader.table("", document.get_ref());
    reader.layer.names_base = document.get_ref().contains_key("extends");
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
        Spot::At {
            file: self.file,
            byte,
        }
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
                    self.report.add(
                        spot,
                        format!("{} is {found}; allowed: a table `[{key}]`", Ticked(&key)),
                    );
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
                    self.report
                        .add_unknown(name_spot, keys::unknown(&key, is_table));
                }
            }
        }
    }

    fn given(&mut self, key: String, value: Literal, spot: Spot) {
        self.layer.settings.push((
            key,
            Given {
                value,
                spot,
                folder: self.folder.clone(),
            },
        ));
    }

    /// `[[changes]]`.
    fn changes(&mut self, value: &DeValue<'_>, spot: Spot) {
        let DeValue::Array(items) = value else {
            self.report.add(
                spot,
                "`changes` is not a list; allowed: tables `[[changes]]` with `from` and `set`",
            );
            return;
        };
        for item in items.iter() {
            let spot = self.start(item);
            match item.get_ref() {
                DeValue::Table(change) => self.change(change, spot),
                _ => self.report.add(
                    spot,
                    "a change is not a table; allowed: `[[changes]]` with `from` and `set`",
                ),
            }
        }
    }

    fn change(&mut self, change: &DeTable<'_>, spot: Spot) {
        let mut misspelt = Vec::new();
        for (name, _) in change {
            let key = name.get_ref();
            if key != "from" && key != "set" {
                misspelt.extend(nearest(key, ["from", "set"].into_iter()));
                let hint = near_or(key, ["from", "set"], || {
                    "; allowed: `from` and `set`".to_string()
                });
                self.report.add(
                    self.start(name),
                    format!("unknown key {} in `changes`{hint}", Ticked(key)),
                );
            }
        }
        let from = match change.get("from") {
            None if misspelt.contains(&"from") => None,
            None => {
                self.report.add(
                    spot,
                    format!("`from` is missing in `changes`; allowed: {NotAQuarter}"),
                );
                None
            }
            Some(value) => {
                let (spot, literal) = (self.start(value), self.literal(value));
                let quarter = match &literal {
                    Literal::Text(text) => text.parse::<Quarter>().ok(),
                    _ => None,
                };
                if quarter.is_none() {
                    self.report
                        .add(spot, format!("`from` is {literal}; allowed: {NotAQuarter}"));
                }
                quarter.map(|quarter| (quarter, spot))
            }
        };
        match change
            .get("set")
            .map(|set| (set.get_ref(), self.start(set)))
        {
            None if misspelt.contains(&"set") => {}
            None => self.report.add(
                spot,
                "`set` is missing in `changes`; allowed: a table of parameters",
            ),
            Some((DeValue::Table(set), _)) => self.change_set("", set, from),
            Some((_, spot)) => self
                .report
                .add(spot, "`set` is not a table; allowed: a table of parameters"),
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
                    let Some((from, from_spot)) = from else {
                        continue;
                    };
                    let twice =
                        self.layer.changes.iter().any(|other| {
                            other.from == from && other.parameter.key == parameter.key
                        });
                    if twice {
                        self.report.add(
                            name_spot,
                            format!("`{key}` changes twice at {from}; allowed: once"),
                        );
                    }
                    self.layer.changes.push(Dated {
                        from,
                        from_spot,
                        parameter,
                        value,
                        spot,
                    });
                }
            }
        }
    }

    /// `[overrides.cities.zhengzhou]`; whether the row exists is seen when the table is read.
    fn overrides(&mut self, value: &DeValue<'_>, spot: Spot) {
        let Some(tables) = self.inner("overrides", value, spot) else {
            return;
        };
        for (table, rows) in tables {
            if let Err(message) = override_table(table.get_ref()) {
                self.report.add(self.start(table), message);
                continue;
            }
            let name = format!("overrides.{}", table.get_ref());
            let rows = self.inner(&name, rows.get_ref(), self.start(rows));
            for (id, cells) in rows.into_iter().flatten() {
                let name = format!("{name}.{}", id.get_ref());
                let cells = self.inner(&name, cells.get_ref(), self.start(cells));
                for (column, value) in cells.into_iter().flatten() {
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

    /// A table of `[overrides]`; reported where it is none.
    fn inner<'d, 't>(
        &mut self,
        name: &str,
        value: &'t DeValue<'d>,
        spot: Spot,
    ) -> Option<&'t DeTable<'d>> {
        let DeValue::Table(table) = value else {
            let allowed = "allowed: tables such as `[overrides.cities.beijing]`";
            self.report
                .add(spot, format!("`{name}` is not a table; {allowed}"));
            return None;
        };
        Some(table)
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_string()
    } else {
        format!("{prefix}.{name}")
    }
}
