//! `[design]` and `[objectives]`.

use crate::input::experiment::reader::*;
use crate::input::scenario::shipped;

impl Reader {
    pub(crate) fn design(
        &mut self,
        fields: &Fields<'_, '_>,
        factors: &[Factor],
        has_other: bool,
    ) -> Option<DesignSpec> {
        let Some((inner, spot)) = fields.table("design", &mut self.report) else {
            if !factors.is_empty() && !fields.has("design") && !has_other {
                fields.missing("design", "a table with `kind`", &mut self.report);
            }
            return None;
        };
        let inner = Fields {
            name: "design",
            table: inner,
            spot,
            file: fields.file,
        };
        if !inner.has("kind") {
            let names: Vec<String> = DesignSpec::NAMES
                .iter()
                .map(|name| format!("\"{name}\""))
                .collect();
            inner.missing("kind", &names.join(" or "), &mut self.report);
            return None;
        }
        let kind = inner.choice("kind", DesignSpec::NAMES, &mut self.report)?;
        if factors.is_empty() {
            // Where factors are written, what is wrong with them is said already.
            let is_consequence = ["factors", "uncertain"].iter().any(|key| fields.has(key));
            if is_consequence && !self.report.is_empty() {
                return None;
            }
            self.report.add(
                spot,
                "there is a design without factors; allowed: at least one `[[factors]]`, or `uncertain`",
            );
            return None;
        }
        let keys: &[&str] = match kind {
            "grid" | "one_at_a_time" => &["kind"],
            "latin_hypercube" | "sobol" => &["kind", "points", "seed"],
            "morris" => &["kind", "trajectories", "levels", "seed"],
            "saltelli" => &["kind", "base_points", "second_order", "seed"],
            _ => &["kind", "file"],
        };
        inner.check_keys(keys, &mut self.report);
        let seed = inner
            .whole("seed", 0, i64::MAX as u64, &mut self.report)
            .unwrap_or(1);
        let spec = match kind {
            "grid" => DesignSpec::Grid,
            "one_at_a_time" => DesignSpec::OneAtATime,
            "latin_hypercube" => DesignSpec::LatinHypercube {
                points: self.size(&inner, "points")?,
                seed,
            },
            "sobol" => DesignSpec::Sobol {
                points: self.size(&inner, "points")?,
                seed,
            },
            "morris" => DesignSpec::Morris {
                trajectories: self.size(&inner, "trajectories")?,
                levels: inner
                    .whole("levels", 2, 1000, &mut self.report)
                    .and_then(|levels| u32::try_from(levels).ok())
                    .unwrap_or(4),
                seed,
            },
            "saltelli" => DesignSpec::Saltelli {
                base_points: self.size(&inner, "base_points")?,
                second_order: inner
                    .switch("second_order", &mut self.report)
                    .unwrap_or(false),
                seed,
            },
            _ => DesignSpec::Table {
                rows: self.table_rows(&inner, factors)?,
            },
        };
        if let Err(message) = Points::new(factors, Some(&spec)) {
            self.report.add(spot, format!("`design`: {message}"));
        }
        Some(spec)
    }

    fn size(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<u64> {
        if !fields.has(key) {
            let allowed = format!("a whole number from 1 to {MOST_POINTS}");
            fields.missing(key, &allowed, &mut self.report);
        }
        fields.whole(key, 1, MOST_POINTS, &mut self.report)
    }

    fn table_rows(
        &mut self,
        fields: &Fields<'_, '_>,
        factors: &[Factor],
    ) -> Option<Vec<Vec<crate::input::experiment::factor::FactorValue>>> {
        if !fields.has("file") {
            fields.missing("file", "the path of a CSV file in quotes", &mut self.report);
        }
        let name = fields.text("file", &mut self.report)?;
        let path = shipped::beside(&self.folder, &name);
        match self.files.read(&path, MAX_TABLE_BYTES) {
            Ok(file) => Some(table::read(file, &self.files, factors, &mut self.report)),
            Err((spot, message)) => {
                let here = fields
                    .get("file")
                    .map_or(fields.spot, |value| fields.at(value.span().start));
                match spot {
                    Some(spot) => self.report.add(spot, message),
                    None => self.report.add(
                        here,
                        format!("`design.file` names {}: {message}", path.display()),
                    ),
                }
                None
            }
        }
    }

    pub(crate) fn objectives(
        &mut self,
        fields: &Fields<'_, '_>,
        responses: &Responses,
        are_others: bool,
    ) -> Vec<Objective> {
        let Some((table, spot)) = fields.table("objectives", &mut self.report) else {
            return Vec::new();
        };
        let inner = Fields {
            name: "objectives",
            table,
            spot,
            file: fields.file,
        };
        let names: Vec<&str> = responses
            .list()
            .iter()
            .map(|response| response.name.as_str())
            .collect();
        // Those of responses that the command line has replaced stay without effect.
        if !are_others {
            inner.check_keys(&names, &mut self.report);
        }
        let mut objectives = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let direction = inner.choice(name, &["max", "min"], &mut self.report);
            objectives.extend(direction.map(|direction| Objective {
                response: place,
                is_maximised: direction == "max",
            }));
        }
        objectives
    }
}
