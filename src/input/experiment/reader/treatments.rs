//! `[treatments.NAME]`, and what treatments and levels lay over the base.

use crate::input::experiment::reader::*;

impl Reader {
    pub(crate) fn treatments(
        &mut self,
        fields: &Fields<'_, '_>,
        probes: &mut Vec<Probe>,
    ) -> Vec<Treatment> {
        let mut treatments = Vec::new();
        let Some((table, _)) = fields.table("treatments", &mut self.report) else {
            return treatments;
        };
        // In the order of the file, which the table has lost.
        let mut written: Vec<_> = table.iter().collect();
        written.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in written {
            let spot = fields.at(name.span().start);
            let name: &str = name.get_ref();
            if !is_name(name) || name == "base" {
                self.report.add(
                    spot,
                    format!("{} cannot name a treatment; allowed: small letters, digits and `_`, a letter first, not `base`", Ticked(name)),
                );
            }
            let key = format!("treatments.{name}");
            let Some(inner) = self.inner(fields, &key, value) else {
                continue;
            };
            inner.check_keys(&["set", "scenario", "description"], &mut self.report);
            if !inner.has("set") && !inner.has("scenario") {
                inner.missing(
                    "set",
                    "a table of settings, or `scenario`",
                    &mut self.report,
                );
            }
            let variant = self.variant(&inner, probes);
            treatments.push(Treatment {
                name: name.to_string(),
                description: inner
                    .text("description", &mut self.report)
                    .unwrap_or_default(),
                variant,
            });
        }
        treatments
    }

    /// The table at a value; a problem where it is none.
    pub(crate) fn inner<'a, 'd>(
        &mut self,
        fields: &Fields<'a, 'd>,
        name: &'a str,
        value: &'a Spanned<DeValue<'d>>,
    ) -> Option<Fields<'a, 'd>> {
        let spot = fields.at(value.span().start);
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields {
                name,
                table,
                spot,
                file: fields.file,
            }),
            _ => {
                let (literal, spot) = fields.literal(value);
                self.report.add(
                    spot,
                    format!("{} is {literal}; allowed: a table", Ticked(name)),
                );
                None
            }
        }
    }

    /// `set` and `scenario` of a treatment or level.
    pub(crate) fn variant(&mut self, fields: &Fields<'_, '_>, probes: &mut Vec<Probe>) -> Variant {
        let settings = fields.settings("set", &self.folder, &mut self.report);
        let scenario = fields
            .text("scenario", &mut self.report)
            .map(|name| ScenarioFile::new(&self.folder, &name));
        for (assignment, spot) in &settings {
            self.check_effect(&assignment.key, *spot);
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
            let spot = fields
                .get("scenario")
                .map_or(fields.spot, |value| fields.at(value.span().start));
            probes.push(Probe {
                variant: variant.clone(),
                spot,
            });
        }
        variant
    }
}
