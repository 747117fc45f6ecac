//! `[[factors]]` and `uncertain`.

use crate::input::experiment::factor::unit_of;
use crate::input::experiment::fields::number;
use crate::input::experiment::reader::*;
use crate::input::experiment::values::{DEFAULT_STEPS, Distribution, Range};
use crate::input::scenario::keys;
use crate::input::scenario::settings::{self, SettingKind};
use crate::kernel::text::near_or;
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

/// Refuses keys that have no effect on a run of an experiment.
pub(crate) fn check_effect(fields: &Fields<'_, '_>, key: &str, spot: Spot) {
    let key = key.split('@').next().unwrap_or(key);
    let instead = match key {
        "run.seed" => "`seed` of the experiment, which all of its runs have in common",
        "run.replicates" => {
            "`replicates` of the experiment, which all of its points have in common"
        }
        "title" | "description" => "keys that change a run",
        _ if key.starts_with("traces.") => "keys that change a run; experiments write no traces",
        _ => return,
    };
    fields.refuse(
        spot,
        format!("`{key}` has no effect in an experiment; allowed: {instead}"),
    );
}

/// A level is written into tables of results as it is: it must not be a formula to a spreadsheet.
fn check_label(fields: &Fields<'_, '_>, label: &str, spot: Spot) {
    if !is_plain_cell(label) {
        let message = format!(
            "{} cannot name a level; allowed: a number, or {PLAIN_CELL}",
            Ticked(label)
        );
        fields.refuse(spot, message);
    }
}

fn check_uncertain(fields: &Fields<'_, '_>, name: &str, spot: Spot) {
    let is_uncertain = |parameter: &&Parameter| parameter.uncertain.is_some();
    let names = || {
        let rows = PARAMETERS.iter().filter(is_uncertain);
        rows.flat_map(|parameter| [parameter.group(), parameter.key])
    };
    if names().any(|known| known == name) {
        return;
    }
    let hint = near_or(name, names(), || {
        "; `dualtrack params` lists the parameters".to_string()
    });
    fields.refuse(
        spot,
        format!(
            "no parameter of {} has an uncertain range{hint}",
            Ticked(name)
        ),
    );
}

impl Reader<'_, '_> {
    pub(crate) fn factors(
        &mut self,
        fields: &Fields<'_, '_>,
        set: &[(Assignment, Spot)],
        probes: &mut Vec<Probe>,
    ) -> Vec<Factor> {
        let mut factors: Vec<Factor> = Vec::new();
        for inner in fields.tables("factors", "factors") {
            inner.check_keys(KEYS);
            let Some(factor) = self.factor(&inner, probes) else {
                continue;
            };
            let is_taken = factors.iter().any(|other| {
                other.name == factor.name || (other.key.is_some() && other.key == factor.key)
            });
            if is_taken {
                let name = Ticked(&factor.name);
                inner.refuse(inner.spot, format!("two factors vary {name}; allowed: one"));
            }
            factors.push(factor);
        }
        self.uncertain(fields, set, &mut factors);
        factors
    }

    /// Factors that undo one another or the treatments, of which points could not be told apart.
    pub(crate) fn check_together(
        &mut self,
        fields: &Fields<'_, '_>,
        factors: &[Factor],
        treatments: &[Treatment],
        responses: Option<&Responses>,
    ) {
        let refuse = |message: String| fields.refuse_key("factors", message);
        let mut taken: Vec<(&str, &Factor)> = Vec::new();
        let mut of_scenarios: Vec<&str> = Vec::new();
        for factor in factors {
            let name = &factor.name;
            let mut keys: Vec<&str> = factor.key.iter().map(String::as_str).collect();
            if let Values::Levels(levels) = &factor.values {
                let set = levels.iter().flat_map(|level| &level.variant.set);
                keys.extend(set.map(|set| set.key.as_str()));
                if levels.iter().any(|level| level.variant.scenario.is_some()) {
                    of_scenarios.push(name);
                }
            }
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                match taken.iter().find(|(known, _)| *known == key) {
                    // Two factors of one key are refused where they are read.
                    Some((_, other)) if factor.key.is_none() || other.key != factor.key => {
                        let other = &other.name;
                        refuse(format!(
                            "factors `{other}` and `{name}` both set `{key}`; allowed: one of them"
                        ));
                    }
                    Some(_) => {}
                    None => taken.push((key, factor)),
                }
            }
            let mut responses = responses.iter().flat_map(|list| list.list());
            if responses.any(|own| own.name == *name) {
                refuse(format!(
                    "a factor and a response are both named `{name}`, as would be two columns of results; allowed: names that differ"
                ));
            }
        }
        if let [one, other, ..] = of_scenarios[..] {
            refuse(format!(
                "factors `{one}` and `{other}` both take another scenario in place of the base; allowed: one, with a level for each combination"
            ));
        }
        let mut treatments = treatments.iter();
        let treatment = treatments.find(|own| own.variant.scenario.is_some());
        if let (Some(factor), Some(treatment)) = (of_scenarios.first(), treatment) {
            let treatment = &treatment.name;
            refuse(format!(
                "factor `{factor}` and treatment `{treatment}` both take another scenario in place of the base; allowed: one of them"
            ));
        }
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
                            check_uncertain(fields, &name, spot);
                            names.push(name);
                        }
                        other => fields.refuse(
                            spot,
                            format!("`uncertain` holds {other}; allowed: groups and keys of parameters in quotes"),
                        ),
                    }
                }
                Some(names)
            }
            other => {
                fields.refuse(
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

    fn factor(&mut self, fields: &Fields<'_, '_>, probes: &mut Vec<Probe>) -> Option<Factor> {
        let key = fields.text("key");
        let name = fields.text("name").or_else(|| key.clone());
        let Some(name) = name else {
            if !fields.has("key") && !fields.has("name") {
                fields.missing("key", "the key of a parameter, setting or cell");
            }
            return None;
        };
        if fields.has("name") && (!is_name(&name) || RESERVED.contains(&name.as_str())) {
            fields.refuse_key("name",
                format!(
                    "{} cannot name a factor; allowed: small letters, digits and `_`, a letter first, at most 64, and no other column of results",
                    Ticked(&name)
                ),
            );
        }
        if let Some(Err(message)) = key.as_deref().map(keys::check) {
            fields.refuse_key("key", message);
            return None;
        }
        if let Some(key) = &key {
            check_effect(fields, key, fields.spot_of("key"));
        }
        let parameter = key.as_deref().and_then(params::find);
        let values = if fields.has("levels") {
            for other in ["range", "distribution", "steps", "mode", "mean", "sd"] {
                if fields.has(other) {
                    fields.refuse_key(
                        other,
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
        let items = fields.list("levels", allowed)?;
        let mut levels: Vec<Level> = Vec::new();
        for item in items {
            let (literal, spot) = fields.literal(item);
            let level = match (item.get_ref(), key, argument_text(&literal)) {
                (DeValue::Table(_), _, _) => self.level_table(fields, item, probes)?,
                (_, Some(key), Some(value)) => {
                    let variant = Variant::of([Assignment {
                        folder: self.reading.folder.clone(),
                        ..Assignment::new(key, &value)
                    }]);
                    probes.push(Probe {
                        variant: variant.clone(),
                        spot,
                    });
                    let label = match &literal {
                        Literal::Text(text) => text.clone(),
                        _ => value,
                    };
                    check_label(fields, &label, spot);
                    Level { label, variant }
                }
                _ => {
                    fields.refuse(spot, format!("`factors.levels` holds {literal}; allowed: {allowed}; values need `key`"));
                    return None;
                }
            };
            let number = |level: &Level| level.label.parse::<f64>().ok();
            let is_same = |other: &Level| {
                other.label == level.label
                    || number(other).is_some_and(|other| Some(other) == number(&level))
            };
            if levels.iter().any(is_same) {
                fields.refuse(
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
            fields.missing("levels", "at least one level");
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
        let inner = fields.item("factors.levels", item)?;
        inner.check_keys(&["name", "set", "scenario"]);
        let variant = self.variant(&inner, probes);
        let Some(label) = inner.text("name") else {
            inner.require("name", "a text in quotes");
            return None;
        };
        check_label(fields, &label, inner.spot_of("name"));
        Some(Level { label, variant })
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
                        fields.refuse(
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
                    fields.missing("range", "[LOW, HIGH], or `levels`");
                    return None;
                }
            },
        };
        let is_whole = match parameter.map(|parameter| parameter.kind) {
            Some(Kind::Count { .. }) => true,
            Some(Kind::Switch | Kind::Choice { .. }) => {
                let allowed = parameter.map_or_else(String::new, Parameter::allowed);
                fields.refuse_key(
                    "range",
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
            fields.refuse_key(
                "range",
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
                .whole("steps", 2, 1_000_000)
                .and_then(|steps| u32::try_from(steps).ok())
                .unwrap_or(if is_whole {
                    (high - low + 1.0).min(1e6) as u32
                } else {
                    DEFAULT_STEPS
                }),
        };
        if is_whole && fields.has("steps") && range.repeats_a_step() {
            fields.refuse_key("steps",
                format!(
                    "{} steps from {low} to {high} repeat a whole number; allowed: fewer, so that all differ",
                    range.steps
                ),
            );
        }
        let (spot, ends) = (fields.spot_of("range"), Factor::of_range(key, range));
        probes.extend([0.0, 1.0].map(|u| Probe {
            variant: ends.variant(&range.at(u)),
            spot,
        }));
        Some(range)
    }

    fn distribution(
        &mut self,
        fields: &Fields<'_, '_>,
        low: f64,
        high: f64,
    ) -> Option<Distribution> {
        let name = match fields.has("distribution") {
            true => fields.choice("distribution", Distribution::NAMES)?,
            false => "uniform",
        };
        let needed: &[&str] = match name {
            "triangular" => &["mode"],
            "normal" => &["mean", "sd"],
            _ => &[],
        };
        for key in ["mode", "mean", "sd"] {
            match (fields.has(key), needed.contains(&key)) {
                (true, false) => fields.refuse_key(
                    key,
                    format!("`factors.{key}` means nothing to the distribution \"{name}\"; allowed: to leave it out"),
                ),
                (false, true) => fields.missing(key, "a number"),
                _ => {}
            }
        }
        match name {
            "log_uniform" if low <= 0.0 => {
                fields.refuse_key(
                    "range",
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
                let sd = fields.take("sd", "a number above 0", |literal| {
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
        fields.take(key, &allowed, |literal| {
            number(literal).filter(|number| (low..=high).contains(number))
        })
    }
}
