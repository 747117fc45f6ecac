//! Worlds of a part, levels, and comparisons.

use crate::input::claims::reader::*;
use crate::measure::outcomes::COMPARED_RESPONSES;

impl Reader<'_, '_> {
    /// Treatment, control or levels of a part, with what the claim hands down.
    pub(crate) fn design(
        &mut self,
        fields: &Fields<'_, '_>,
        inherited: &Inherited,
    ) -> Design<Placed> {
        // What a part says itself takes the place of what the claim says.
        let is_own = |key: &str| fields.name != "claims" && fields.has(key);
        let variant = |key: &'static str, inherited: &Option<Placed>| match is_own(key) {
            true => self.variant(fields, key),
            false => inherited.clone(),
        };
        let treatment = variant("treatment", &inherited.treatment);
        let control = variant("control", &inherited.control);
        let steps = match is_own("steps") {
            true => self.steps(fields),
            false => inherited.steps.clone(),
        };
        let over = |placed: Placed| {
            let mut all = placed;
            let common = inherited.set.iter().map(|(set, _)| set.clone());
            all.variant.set = common.chain(all.variant.set).collect();
            all.spots.extend(inherited.set.iter().cloned());
            all
        };
        let treatment = over(treatment.unwrap_or_default());
        let design = match (control.map(over), steps) {
            (_, Some(levels)) => {
                let levels = levels.into_iter().map(|(level, placed)| {
                    let mut placed = over(placed);
                    placed.variant.scenario = treatment.variant.scenario.clone();
                    (level, placed)
                });
                Design::Steps {
                    levels: levels.collect(),
                    per: None,
                }
            }
            (Some(control), None) => Design::Paired { treatment, control },
            (None, None) => Design::Alone(treatment),
        };
        for placed in design.variants() {
            self.probe(placed);
        }
        design
    }

    /// Tries a variant; problems of its settings are reported where these stand.
    pub(crate) fn probe(&mut self, placed: &Placed) {
        let Some(worlds) = &self.worlds else { return };
        let Err(problems) = worlds.scenario(&placed.variant) else {
            return;
        };
        let scenario = placed.variant.scenario.as_ref();
        let path = scenario.map(|scenario| &*scenario.path);
        self.reading
            .adopt(&problems, &placed.spots, path, placed.at);
    }

    /// A table with `set`, `scenario` or nothing, which is the base.
    pub(crate) fn variant(&self, fields: &Fields<'_, '_>, key: &'static str) -> Option<Placed> {
        let inner = fields.table(key)?;
        inner.check_keys(&["set", "scenario"]);
        Some(self.placed(&inner))
    }

    pub(crate) fn placed(&self, fields: &Fields<'_, '_>) -> Placed {
        let spots = fields.settings("set", &self.reading.folder);
        // Its name stands in tables of results.
        let scenario = fields.cell("scenario");
        let at = fields.spot_of("scenario");
        Placed {
            variant: Variant {
                scenario: scenario.map(|name| ScenarioFile::new(&self.reading.folder, &name)),
                set: spots.iter().map(|(set, _)| set.clone()).collect(),
            },
            spots,
            at: Some(at),
        }
    }

    /// `steps = { key = ..., levels = [...] }`.
    pub(crate) fn steps(&self, fields: &Fields<'_, '_>) -> Option<Vec<(f64, Placed)>> {
        let inner = fields.table("steps")?;
        inner.check_keys(&["key", "levels"]);
        let key = inner.needed("key");
        let is_key = match keys::check(&key) {
            _ if !inner.has("key") => false,
            Ok(()) => true,
            Err(message) => {
                inner.refuse_key("key", message);
                false
            }
        };
        let mut is_whole = is_key;
        let allowed = "a list of at least three numbers";
        inner.require("levels", allowed);
        let items = inner.list("levels", allowed)?;
        let mut levels: Vec<(f64, Placed)> = Vec::new();
        for item in items {
            let (literal, at) = inner.literal(item);
            let Some((level, value)) = number(&literal).zip(argument_text(&literal)) else {
                let message = format!("`steps.levels` holds {literal}; allowed: numbers");
                inner.refuse(at, message);
                is_whole = false;
                continue;
            };
            if levels.last().is_some_and(|(last, _)| *last >= level) {
                let message =
                    format!("`steps.levels` holds {level} out of order; allowed: rising numbers");
                inner.refuse(at, message);
            }
            let set = Assignment {
                key: key.clone(),
                value,
                folder: self.reading.folder.clone(),
            };
            let placed = Placed {
                variant: Variant::of([set.clone()]),
                spots: vec![(set, at)],
                at: Some(at),
            };
            levels.push((level, placed));
        }
        if !is_whole {
            return None;
        }
        if levels.len() < 3 {
            let count = levels.len();
            let message = format!("`steps.levels` has {count} numbers; allowed: {allowed}");
            inner.refuse_key("levels", message);
        }
        Some(levels)
    }

    pub(crate) fn comparison(&mut self, fields: &Fields<'_, '_>) -> Option<Comparison> {
        let keys = ["table", "name", "about", "arms", "responses"];
        fields.check_keys(&keys);
        fields.require("table", "\"regimes\" or \"disputes\"");
        let table = fields.choice("table", TABLES);
        let name = fields.needed("name");
        let about = fields.cell("about").unwrap_or_default();
        let mut arms: Vec<(String, Placed)> = Vec::new();
        for inner in fields.tables("arms", "comparisons.arms") {
            inner.check_keys(&["name", "set", "scenario"]);
            inner.require("name", "a text in quotes");
            let arm = inner.text("name").unwrap_or_default();
            let is_given = inner.has("name");
            if is_given && !is_name(&arm) || arms.iter().any(|(other, _)| *other == arm) {
                let message = format!(
                    "{} cannot name an arm; allowed: small letters, digits and `_`, each name once",
                    Ticked(&arm)
                );
                inner.refuse(inner.spot, message);
            }
            let placed = self.placed(&inner);
            self.probe(&placed);
            arms.push((arm, placed));
        }
        let mut list = self.responses(fields);
        if !fields.has("responses") {
            let spot = fields.spot;
            let outcomes = COMPARED_RESPONSES
                .iter()
                .filter_map(|text| Response::parse(text).ok());
            list = outcomes.map(|response| (response, spot)).collect();
        }
        for (response, spot) in &list {
            for (_, placed) in &arms {
                self.bind(&Design::Alone(placed.clone()), response, *spot);
            }
        }
        Some(Comparison {
            table: table?,
            name,
            about,
            base: self.base.clone(),
            arms: arms
                .into_iter()
                .map(|(name, placed)| (name, placed.variant))
                .collect(),
            responses: list.into_iter().map(|(response, _)| response).collect(),
        })
    }
}
