//! `[treatments.NAME]`, and what treatments and levels lay over the base.

use crate::input::experiment::reader::factors::check_effect;
use crate::input::experiment::reader::*;

impl Reader<'_, '_> {
    pub(crate) fn treatments(
        &mut self,
        fields: &Fields<'_, '_>,
        probes: &mut Vec<Probe>,
    ) -> Vec<Treatment> {
        let mut treatments = Vec::new();
        let Some(all) = fields.table("treatments") else {
            return treatments;
        };
        // In the order of the file, which the table has lost.
        let mut written: Vec<_> = all.table.iter().collect();
        written.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in written {
            let spot = fields.at(name.span().start);
            let name: &str = name.get_ref();
            if !is_name(name) || name == "base" {
                fields.refuse(
                    spot,
                    format!("{} cannot name a treatment; allowed: small letters, digits and `_`, a letter first, not `base`", Ticked(name)),
                );
            }
            let key = format!("treatments.{name}");
            let Some(inner) = fields.item(&key, value) else {
                continue;
            };
            inner.check_keys(&["set", "scenario", "description"]);
            if !inner.has("set") && !inner.has("scenario") {
                inner.missing("set", "a table of settings, or `scenario`");
            }
            let variant = self.variant(&inner, probes);
            treatments.push(Treatment {
                name: name.to_string(),
                description: inner.text("description").unwrap_or_default(),
                variant,
            });
        }
        treatments
    }

    /// `set` and `scenario` of a treatment or level.
    pub(crate) fn variant(&mut self, fields: &Fields<'_, '_>, probes: &mut Vec<Probe>) -> Variant {
        let settings = fields.settings("set", &self.reading.folder);
        let scenario = fields
            .text("scenario")
            .map(|name| ScenarioFile::new(&self.reading.folder, &name));
        for (assignment, spot) in &settings {
            check_effect(fields, &assignment.key, *spot);
            probes.push(Probe {
                variant: Variant {
                    scenario: scenario.clone(),
                    set: vec![assignment.clone()],
                },
                spot: *spot,
            });
        }
        let variant = Variant {
            scenario,
            set: settings.into_iter().map(|(set, _)| set).collect(),
        };
        if variant.scenario.is_some() {
            probes.push(Probe {
                variant: variant.clone(),
                spot: fields.spot_of("scenario"),
            });
        }
        variant
    }
}
