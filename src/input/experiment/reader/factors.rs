//! `[[factors]]` and `uncertain`.

use crate::input::experiment::factor::{DEFAULT_STEPS, Distribution, Range, unit_of};
use crate::input::experiment::fields::number;
use crate::input::experiment::reader::*;
use crate::input::scenario::keys;
use crate::input::scenario::settings::{self, SettingKind};
use crate::measure::response::spec::RESERVED;
use crate::model::params::{self, Kind, Parameter};
use crate::table::cell::{PLAIN_CELL, is_plain_cell};

const KEYS: &[&str] = &[
    "name",
    "key",
    "range",
    "levels",
    "steps",
    "distribution",
    "mode",
    "mean",
    "sd",
];

impl Reader {
    pub(crate) fn factors(
        &mut self,
        fields: &Fields<'_, '_>,
        set: &[(Assignment, Spot)],
        probes: &mut Vec<Probe>,
    ) -> Vec<Factor> {
        let mut factors: Vec<Factor> = Vec::new();
        let items = fields.list("factors", "tables `[[factors]]`", &mut self.report);
        for item in items.unwrap_or_default() {
            let Some(inner) = self.inner(fields, "factors", item) else {
                continue;
            };
            inner.check_keys(KEYS, &mut self.report);
            let Some(factor) = self.factor(&inner, probes) else {
                continue;
            };
            let is_taken = factors.iter().any(|other| {
                other.name == factor.name || (other.key.is_some() && other.key == factor.key)
            });
            if is_taken {
                self.report.add(
                    inner.spot,
                    format!("two factors vary {}; allowed: one", Ticked(&factor.name)),
                );
            }
            factors.push(factor);
        }
        self.uncertain(fields, set, &mut factors);
        factors
    }

    /// `uncertain = true`, or a list of groups and keys: every parameter with an uncertain range that is neither
    /// a factor nor set.
    fn uncertain(
        &mut self,
        fields: &Fields<'_, '_>,
        set: &[(Assignment, Spot)],
        factors: &mut Vec<Factor>,
    ) {
        let Some(value) = fields.get("uncertain") else {
            return;
        };
        let (literal, spot) = fields.literal(value);
        let wanted: Option<Vec<String>> = match literal {
            Literal::Switch(false) => return,
            Literal::Switch(true) => None,
            Literal::List(items) => {
                let mut names = Vec::new();
                for (item, spot) in items {
                    match item {
                        Literal::Text(name) => {
                            self.check_uncertain(&name, spot);
                            names.push(name);
                        }
                        other => self.report.add(
                            spot,
                            format!("`uncertain` holds {other}; allowed: groups and keys of parameters in quotes"),
                        ),
                    }
                }
                Some(names)
            }
            other => {
                self.report.add(
                    spot,
                    format!("`uncertain` is {other}; allowed: true, false, or a list of groups and keys of parameters"),
                );
                return;
            }
        };
        for parameter in PARAMETERS {
            let is_wanted = wanted.as_ref().is_none_or(|names| {
                names
                    .iter()
                    .any(|name| name == parameter.key || name == parameter.group())
            });
            let is_taken = factors
                .iter()
                .any(|factor| factor.key.as_deref() == Some(parameter.key))
                || set.iter().any(|(set, _)| set.key == parameter.key);
            if is_wanted && !is_taken {
                factors.extend(Factor::uncertain(parameter));
            }
        }
    }

    fn check_uncertain(&mut self, name: &str, spot: Spot) {
        let is_uncertain = |parameter: &&Parameter| parameter.uncertain.is_some();
        let names = || {
            let rows = PARAMETERS.iter().filter(is_uncertain);
            rows.flat_map(|parameter| [parameter.group(), parameter.key])
        };
        if names().any(|known| known == name) {
            return;
        }
        let hint = nearest(name, names()).map_or_else(
            || "; `dualtrack params` lists the parameters".to_string(),
            |near| format!("; nearest valid name: `{near}`"),
        );
        self.report.add(
            spot,
            format!(
                "no parameter of {} has an uncertain range{hint}",
                Ticked(name)
            ),
        );
    }

    fn factor(&mut self, fields: &Fields<'_, '_>, probes: &mut Vec<Probe>) -> Option<Factor> {
        let key = fields.text("key", &mut self.report);
        let name = fields
            .text("name", &mut self.report)
            .or_else(|| key.clone());
        let Some(name) = name else {
            if !fields.has("key") && !fields.has("name") {
                fields.missing(
                    "key",
                    "the key of a parameter, setting or cell",
                    &mut self.report,
                );
            }
            return None;
        };
        if fields.has("name") && (!is_name(&name) || RESERVED.contains(&name.as_str())) {
            self.report.add(
                fields.spot_of("name"),
                format!(
                    "{} cannot name a factor; allowed: small letters, digits and `_`, a letter first, at most 64, and no other column of results",
                    Ticked(&name)
                ),
            );
        }
        if let Some(Err(message)) = key.as_deref().map(keys::check) {
            self.report.add(fields.spot_of("key"), message);
            return None;
        }
        let parameter = key.as_deref().and_then(params::find);
        let values = if fields.has("levels") {
            for other in ["range", "distribution", "steps", "mode", "mean", "sd"] {
                if let Some(value) = fields.get(other) {
                    self.report.add(
                        fields.at(value.span().start),
                        format!("`factors.{other}` and `factors.levels` stand together; allowed: one of them"),
                    );
                }
            }
            self.levels(fields, key.as_deref(), probes)?
        } else {
            Values::Range(self.range(fields, key.as_deref()?, parameter, probes)?)
        };
        Some(Factor {
            name,
            key,
            unit: parameter.map_or_else(String::new, unit_of),
            values,
        })
    }

    fn levels(
        &mut self,
        fields: &Fields<'_, '_>,
        key: Option<&str>,
        probes: &mut Vec<Probe>,
    ) -> Option<Values> {
        let allowed = "a list of values, or of tables with `name` and `set` or `scenario`";
        let items = fields.list("levels", allowed, &mut self.report)?;
        let mut levels: Vec<Level> = Vec::new();
        for item in items {
            let (literal, spot) = fields.literal(item);
            let level = match (item.get_ref(), key, argument_text(&literal)) {
                (DeValue::Table(_), _, _) => self.level_table(fields, item, probes)?,
                (_, Some(key), Some(value)) => {
                    let set = vec![Assignment {
                        key: key.to_string(),
                        value: value.clone(),
                        folder: self.folder.clone(),
                    }];
                    let variant = Variant {
                        scenario: None,
                        set,
                    };
                    probes.push(Probe {
                        variant: variant.clone(),
                        spot,
                    });
                    let label = match &literal {
                        Literal::Text(text) => text.clone(),
                        _ => value,
                    };
                    self.check_label(&label, spot);
                    Level { label, variant }
                }
                _ => {
                    self.report
                        .add(spot, format!("`factors.levels` holds {literal}; allowed: {allowed}; values need `key`"));
                    return None;
                }
            };
            if levels.iter().any(|other| other.label == level.label) {
                self.report.add(
                    spot,
                    format!(
                        "two levels are {}; allowed: levels that differ",
                        Ticked(&level.label)
                    ),
                );
            }
            levels.push(level);
        }
        if levels.is_empty() {
            fields.missing("levels", "at least one level", &mut self.report);
            return None;
        }
        Some(Values::Levels(levels))
    }

    fn level_table(
        &mut self,
        fields: &Fields<'_, '_>,
        item: &Spanned<DeValue<'_>>,
        probes: &mut Vec<Probe>,
    ) -> Option<Level> {
        let inner = self.inner(fields, "factors.levels", item)?;
        inner.check_keys(&["name", "set", "scenario"], &mut self.report);
        let variant = self.variant(&inner, probes);
        let Some(label) = inner.text("name", &mut self.report) else {
            if !inner.has("name") {
                inner.missing("name", "a text in quotes", &mut self.report);
            }
            return None;
        };
        self.check_label(&label, inner.spot_of("name"));
        Some(Level { label, variant })
    }

    /// A level is written into tables of results as it is: it must not be a formula to a spreadsheet.
    fn check_label(&mut self, label: &str, spot: Spot) {
        if !is_plain_cell(label) {
            let message = format!(
                "{} cannot name a level; allowed: a number, or {PLAIN_CELL}",
                Ticked(label)
            );
            self.report.add(spot, message);
        }
    }

    /// A range: given, or the uncertain one of the parameter.
    fn range(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        parameter: Option<&'static Parameter>,
        probes: &mut Vec<Probe>,
    ) -> Option<Range> {
        let (low, high) = match fields.get("range") {
            Some(value) => {
                let (literal, spot) = fields.literal(value);
                let ends: Option<Vec<f64>> = match &literal {
                    Literal::List(items) => items.iter().map(|(item, _)| number(item)).collect(),
                    _ => None,
                };
                match ends.as_deref() {
                    Some([low, high]) if low < high => (*low, *high),
                    _ => {
                        self.report.add(
                            spot,
                            "`factors.range` is not two finite numbers in order; allowed: [LOW, HIGH]"
                                .to_string(),
                        );
                        return None;
                    }
                }
            }
            None => match parameter.and_then(|parameter| parameter.uncertain) {
                Some(range) => range,
                None => {
                    fields.missing("range", "[LOW, HIGH], or `levels`", &mut self.report);
                    return None;
                }
            },
        };
        let is_whole = match parameter.map(|parameter| parameter.kind) {
            Some(Kind::Count { .. }) => true,
            Some(Kind::Switch | Kind::Choice { .. }) => {
                let allowed = parameter.map_or_else(String::new, Parameter::allowed);
                self.report.add(
                    fields.spot_of("range"),
                    format!(
                        "{} has no range; allowed: `levels` of {allowed}",
                        Ticked(key)
                    ),
                );
                return None;
            }
            Some(Kind::Real { .. }) => false,
            None => settings::find(key)
                .is_some_and(|setting| matches!(setting.kind, SettingKind::Whole { .. })),
        };
        if is_whole && (low.fract() != 0.0 || high.fract() != 0.0) {
            self.report.add(
                fields.spot_of("range"),
                format!(
                    "{} takes whole numbers; allowed: a range between two of them",
                    Ticked(key)
                ),
            );
            return None;
        }
        let range = Range {
            low,
            high,
            distribution: self.distribution(fields, low, high)?,
            is_whole,
            steps: fields
                .whole("steps", 2, 1_000_000, &mut self.report)
                .and_then(|steps| u32::try_from(steps).ok())
                .unwrap_or(if is_whole {
                    (high - low + 1.0).min(1e6) as u32
                } else {
                    DEFAULT_STEPS
                }),
        };
        if is_whole && fields.has("steps") && range.repeats_a_step() {
            self.report.add(
                fields.spot_of("steps"),
                format!(
                    "{} steps from {low} to {high} repeat a whole number; allowed: fewer, so that all differ",
                    range.steps
                ),
            );
        }
        let spot = fields
            .get("range")
            .map_or(fields.spot, |value| fields.at(value.span().start));
        for u in [0.0, 1.0] {
            let end = Factor {
                name: key.to_string(),
                key: Some(key.to_string()),
                unit: String::new(),
                values: Values::Range(range),
            };
            probes.push(Probe {
                variant: end.variant(&range.at(u)),
                spot,
            });
        }
        Some(range)
    }

    fn distribution(
        &mut self,
        fields: &Fields<'_, '_>,
        low: f64,
        high: f64,
    ) -> Option<Distribution> {
        let name = match fields.has("distribution") {
            true => fields.choice("distribution", Distribution::NAMES, &mut self.report)?,
            false => "uniform",
        };
        let needed: &[&str] = match name {
            "triangular" => &["mode"],
            "normal" => &["mean", "sd"],
            _ => &[],
        };
        for key in ["mode", "mean", "sd"] {
            match (fields.get(key), needed.contains(&key)) {
                (Some(value), false) => self.report.add(
                    fields.at(value.span().start),
                    format!("`factors.{key}` means nothing to the distribution \"{name}\"; allowed: to leave it out"),
                ),
                (None, true) => fields.missing(key, "a number", &mut self.report),
                _ => {}
            }
        }
        match name {
            "log_uniform" if low <= 0.0 => {
                self.report.add(
                    fields.spot_of("range"),
                    format!("a log-uniform range begins at {low}; allowed: above 0"),
                );
                None
            }
            "log_uniform" => Some(Distribution::LogUniform),
            "triangular" => {
                let mode = self.inside(fields, "mode", low, high)?;
                Some(Distribution::Triangular { mode })
            }
            "normal" => {
                let mean = self.inside(fields, "mean", low, high)?;
                let sd = fields.take("sd", "a number above 0", &mut self.report, |literal| {
                    number(literal).filter(|sd| *sd > 0.0)
                })?;
                Some(Distribution::Normal { mean, sd })
            }
            _ => Some(Distribution::Uniform),
        }
    }

    /// A number inside the range.
    fn inside(&mut self, fields: &Fields<'_, '_>, key: &str, low: f64, high: f64) -> Option<f64> {
        let allowed = format!("{low} to {high}");
        fields.take(key, &allowed, &mut self.report, |literal| {
            number(literal).filter(|number| (low..=high).contains(number))
        })
    }
}
