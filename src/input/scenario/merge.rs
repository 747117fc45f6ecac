//! Layers laid over one another: what holds in the end.
//!
//! A value without a date replaces the key for the whole run: dated changes of that key which earlier
//! layers hold are dropped, and those of its own layer come on top. The arguments of `--set` are one layer,
//! the last. `[cities.synthetic]` takes the place of an earlier `data.cities`, and the reverse.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::input::scenario::layer::{Dated, Given, Layer, Override};
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::Spot;
use crate::input::scenario::problems::Report;
use crate::input::scenario::{settings, shipped};
use crate::kernel::quarter::Quarter;
use crate::model::params::{Value, table::Params};

/// What all layers together say.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub settings: BTreeMap<String, Given>,
    pub parameters: BTreeMap<&'static str, (Value, Spot)>,
    pub params: Params,
    /// Those of the first layer alone.
    pub file_params: Params,
    /// In order of date, and of key within one.
    pub changes: Vec<Dated>,
    pub overrides: BTreeMap<(String, String, String), Override>,
    pub notes: Vec<String>,
}

/// Lays the layers over one another, the first at the bottom.
pub(crate) fn merge(layers: Vec<Layer>, report: &mut Report) -> Merged {
    let mut merged = Merged::default();
    for (place, layer) in layers.into_iter().enumerate() {
        merged.lay(layer, report);
        if place == 0 {
            merged.file_params = merged.at_start();
        }
    }
    merged.settle();
    merged.check_lags(report);
    merged
}

impl Merged {
    fn lay(&mut self, layer: Layer, report: &mut Report) {
        let has = |key: &str| layer.settings.iter().find(|(name, _)| name == key);
        match (has("data.cities"), has("cities.synthetic")) {
            (Some(_), Some((_, given))) => {
                report.add(
                    given.spot,
                    "`cities.synthetic` and `data.cities` stand together; allowed: one of them",
                );
            }
            (Some(_), None) => self
                .settings
                .retain(|key, _| !key.starts_with("cities.synthetic")),
            (None, Some(_)) => {
                self.settings.remove("data.cities");
            }
            (None, None) => {}
        }
        for (key, given) in layer.settings {
            self.settings.insert(key, given);
        }
        for (parameter, value, spot) in layer.parameters {
            self.changes
                .retain(|change| change.parameter.key != parameter.key);
            if let Err(message) = parameter.set(&mut self.params, &value) {
                report.add(spot, message);
            }
            self.parameters.insert(parameter.key, (value, spot));
        }
        let (start, end) = (self.start(), self.end());
        for change in layer.changes {
            if change.from < start || change.from >= end {
                let last = end.plus(-1);
                let message = format!(
                    "`{}` changes at {}, outside the run; allowed: {start} to {last}",
                    change.parameter.key, change.from
                );
                report.add(change.from_spot, message);
            }
            let same = |other: &Dated| {
                other.from == change.from && other.parameter.key == change.parameter.key
            };
            self.changes.retain(|other| !same(other));
            self.changes.push(change);
        }
        for cell in layer.overrides {
            self.overrides.insert(
                (cell.table.clone(), cell.id.clone(), cell.column.clone()),
                cell,
            );
        }
    }

    /// Parameters at the start, where no more layers come.
    fn at_start(&self) -> Params {
        let (mut params, start) = (self.params.clone(), self.start());
        let mut early: Vec<&Dated> = self
            .changes
            .iter()
            .filter(|change| change.from <= start)
            .collect();
        early.sort_by_key(|change| change.from);
        for change in early {
            // The value was checked when it was read.
            let _ = change.parameter.set(&mut params, &change.value);
        }
        params
    }

    /// Brings changes into order. A change in the first quarter is the value that the run starts with. A later layer may
    /// have shortened the run: changes before its start hold from the start, those after its end are left out.
    fn settle(&mut self) {
        let (start, end) = (self.start(), self.end());
        self.changes
            .sort_by_key(|change| (change.from, change.parameter.key));
        let changes = std::mem::take(&mut self.changes);
        let (mut early, mut late) = (0, 0);
        for change in changes {
            if change.from <= start {
                early += usize::from(change.from < start);
                // The value was checked when it was read.
                if change
                    .parameter
                    .set(&mut self.params, &change.value)
                    .is_ok()
                {
                    self.parameters
                        .insert(change.parameter.key, (change.value, change.spot));
                }
            } else if change.from >= end {
                late += 1;
            } else {
                self.changes.push(change);
            }
        }
        let note = |count: usize, where_to: String| match count {
            0 => None,
            1 => Some(format!("1 dated change lies {where_to}")),
            _ => Some(format!("{count} dated changes lie {where_to}")),
        };
        let early = note(
            early,
            format!("before the start of the run ({start}); its values hold from there"),
        );
        let late = note(
            late,
            format!(
                "after the end of the run ({}), without effect",
                end.plus(-1)
            ),
        );
        self.notes.extend(early.into_iter().chain(late));
    }

    /// Both ends of the lag to codification, at the start and after each change.
    fn check_lags(&self, report: &mut Report) {
        let keys = [
            "codification.lag_max_quarters",
            "codification.lag_min_quarters",
        ];
        let mut params = self.params.clone();
        let mut spot = keys
            .iter()
            .find_map(|key| self.parameters.get(key))
            .map(|(_, spot)| *spot);
        let mut position = 0;
        loop {
            let lags = (
                params.codification.lag_min_quarters,
                params.codification.lag_max_quarters,
            );
            if let (true, Some(spot)) = (lags.0 > lags.1, spot) {
                let message = format!(
                    "`codification.lag_min_quarters` is {}, above `codification.lag_max_quarters`, {}; allowed: at most as long",
                    lags.0, lags.1
                );
                report.add(spot, message);
            }
            let Some(from) = self.changes.get(position).map(|change| change.from) else {
                return;
            };
            spot = None;
            while let Some(change) = self
                .changes
                .get(position)
                .filter(|change| change.from == from)
            {
                if keys.contains(&change.parameter.key) {
                    spot = Some(change.spot);
                }
                // The value was checked when it was read.
                let _ = change.parameter.set(&mut params, &change.value);
                position += 1;
            }
        }
    }

    /// Where a setting is given; the first file where it is not.
    pub fn spot(&self, key: &str) -> Spot {
        let given = self.settings.get(key);
        given.map_or(Spot::File(0), |given| given.spot)
    }

    /// The value of a setting: as given, or its default.
    fn value(&self, key: &str) -> Option<Literal> {
        let given = self.settings.get(key).map(|given| given.value.clone());
        given.or_else(|| settings::find(key).and_then(|setting| setting.default_literal()))
    }

    /// The text of a setting; empty where it has none.
    pub fn text(&self, key: &str) -> String {
        match self.value(key) {
            Some(Literal::Text(text)) => text,
            _ => String::new(),
        }
    }

    /// The whole number of a setting.
    pub fn whole(&self, key: &str) -> u64 {
        match self.value(key) {
            Some(Literal::Whole(number)) => number.unsigned_abs(),
            _ => 0,
        }
    }

    /// The whole number of a setting whose range fits.
    pub fn count(&self, key: &str) -> u32 {
        u32::try_from(self.whole(key)).unwrap_or(u32::MAX)
    }

    /// The number of a setting.
    pub fn real(&self, key: &str) -> f64 {
        match self.value(key) {
            Some(Literal::Real(number)) => number,
            Some(Literal::Whole(number)) => number as f64,
            _ => 0.0,
        }
    }

    /// The names of a setting, each with its place; none where it is absent.
    pub fn names(&self, key: &str) -> Option<Vec<(String, Spot)>> {
        let Some(Literal::List(items)) = self.value(key) else {
            return None;
        };
        let names = items.into_iter().filter_map(|(item, spot)| match item {
            Literal::Text(name) => Some((name, spot)),
            _ => None,
        });
        Some(names.collect())
    }

    /// The path of a data table and where it is named; none where it is absent or empty.
    pub fn path(&self, key: &str) -> Option<(PathBuf, Spot)> {
        let given = self.settings.get(key)?;
        match &given.value {
            Literal::Text(name) if !name.is_empty() => {
                Some((shipped::beside(&given.folder, name), given.spot))
            }
            _ => None,
        }
    }

    /// First quarter of the run.
    pub fn start(&self) -> Quarter {
        self.text("run.start").parse().unwrap_or(Quarter::RANGE.0)
    }

    /// The quarter after the last.
    pub fn end(&self) -> Quarter {
        self.start()
            .plus(i32::try_from(self.count("run.quarters")).unwrap_or(0))
    }

    /// The overrides of one table, by row and column.
    pub fn overrides_of(&self, table: &str) -> BTreeMap<String, Vec<Override>> {
        let mut rows: BTreeMap<String, Vec<Override>> = BTreeMap::new();
        for cell in self.overrides.values().filter(|cell| cell.table == table) {
            rows.entry(cell.id.clone()).or_default().push(cell.clone());
        }
        rows
    }
}
