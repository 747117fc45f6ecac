//! `[design]` and `[objectives]`.

use crate::input::experiment::reader::*;
use crate::input::scenario::shipped;

impl Reader<'_, '_> {
    pub(crate) fn design(
        &mut self,
        fields: &Fields<'_, '_>,
        factors: &[Factor],
        has_other: bool,
    ) -> Option<DesignSpec> {
        let Some(inner) = fields.table("design") else {
            if !factors.is_empty() && !fields.has("design") && !has_other {
                fields.missing("design", "a table with `kind`");
            }
            return None;
        };
        if !inner.require("kind", &quoted_list(DesignSpec::NAMES, " or ")) {
            return None;
        }
        let kind = inner.choice("kind", DesignSpec::NAMES)?;
        if factors.is_empty() {
            // Where factors are written, what is wrong with them is said already.
            let is_consequence = ["factors", "uncertain"].iter().any(|key| fields.has(key));
            if is_consequence && fields.has_problems() {
                return None;
            }
            fields.refuse(
                inner.spot,
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
        inner.check_keys(keys);
        let seed = inner.whole("seed", 0, i64::MAX as u64).unwrap_or(1);
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
                    .whole("levels", 2, 1000)
                    .and_then(|levels| u32::try_from(levels).ok())
                    .unwrap_or(4),
                seed,
            },
            "saltelli" => DesignSpec::Saltelli {
                base_points: self.size(&inner, "base_points")?,
                second_order: inner.switch("second_order").unwrap_or(false),
                seed,
            },
            _ => DesignSpec::Table {
                rows: self.table_rows(&inner, factors)?,
            },
        };
        if let Err(message) = Points::new(factors, Some(&spec)) {
            inner.refuse(inner.spot, format!("`design`: {message}"));
        }
        Some(spec)
    }

    fn size(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<u64> {
        if !fields.has(key) {
            let allowed = format!("a whole number from 1 to {MOST_POINTS}");
            fields.missing(key, &allowed);
        }
        fields.whole(key, 1, MOST_POINTS)
    }

    fn table_rows(
        &mut self,
        fields: &Fields<'_, '_>,
        factors: &[Factor],
    ) -> Option<Vec<Vec<crate::input::experiment::values::FactorValue>>> {
        fields.require("file", "the path of a CSV file in quotes");
        let name = fields.text("file")?;
        let path = shipped::beside(&self.reading.folder, &name);
        match self.reading.files.read(&path, MAX_TABLE_BYTES) {
            Ok(file) => {
                let report = &mut self.reading.report.borrow_mut();
                Some(table::read(file, &self.reading.files, factors, report))
            }
            Err((Some(spot), message)) => {
                fields.refuse(spot, message);
                None
            }
            Err((None, message)) => {
                let path = path.display();
                fields.refuse_key("file", format!("`design.file` names {path}: {message}"));
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
        let Some(inner) = fields.table("objectives") else {
            return Vec::new();
        };
        let names: Vec<&str> = responses
            .list()
            .iter()
            .map(|response| response.name.as_str())
            .collect();
        // Those of responses that the command line has replaced stay without effect.
        if !are_others {
            inner.check_keys(&names);
        }
        let mut objectives = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let direction = inner.choice(name, &["max", "min"]);
            objectives.extend(direction.map(|direction| Objective {
                response: place,
                is_maximised: direction == "max",
            }));
        }
        objectives
    }
}
