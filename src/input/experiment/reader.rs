//! Reads an experiment file, every problem with its place.

pub mod design;
pub mod factors;
pub mod treatments;

use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use crate::input::experiment::factor::{
    Assignment, Factor, Level, ScenarioFile, Values, Variant, parameter_value,
};
use crate::input::experiment::fields::{Fields, Reading, argument_text, read_file};
use crate::input::experiment::points::{DesignSpec, Points};
use crate::input::experiment::worlds::Worlds;
use crate::input::experiment::{Experiment, Objective, Treatment, table};
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::{MAX_TABLE_BYTES, Spot};
use crate::input::scenario::{
    file_source::FileSource,
    name_of,
    place::Place,
    problems::{Problem, Problems},
};
use crate::kernel::text::{Ticked, quoted_list};
use crate::measure::response::spec::{Response, Responses, is_name};
use crate::model::params::table::{PARAMETERS, Params};

/// Keys of an experiment file.
const KEYS: &[&str] = &[
    "title",
    "description",
    "scenario",
    "set",
    "replicates",
    "seed",
    "responses",
    "series",
    "factors",
    "uncertain",
    "design",
    "treatments",
    "objectives",
];
/// Most replicates.
const MOST_REPLICATES: u64 = 1_000_000;
/// Most points of a design.
const MOST_POINTS: u64 = 1_000_000_000;

/// What the command line lays over an experiment file.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Arguments of `--set`.
    pub sets: Vec<String>,
    /// Replicates.
    pub replicates: Option<u32>,
    /// Seed.
    pub seed: Option<u64>,
    /// Responses in place of the file's.
    pub responses: Vec<String>,
    /// Responses that somebody else's code reads, after all others.
    pub own: Vec<Response>,
    /// Whether another design takes the place of the file's, so that it needs none.
    pub has_design: bool,
}

/// Reads an experiment file from a file source, with its base scenario, treatments, levels and table of points.
///
/// # Errors
/// Every problem of all files.
pub fn load_from(
    file_source: &FileSource,
    path: &Path,
    overlay: &Overlay,
) -> Result<Experiment, Problems> {
    let unreadable = "the experiment cannot be read";
    let (mut experiment, sources) = read_file(
        file_source,
        path,
        &overlay.sets,
        unreadable,
        |reading, fields| Reader { reading }.experiment(path, fields, overlay),
    )?;
    experiment.sources.splice(0..0, sources);
    Ok(experiment)
}

struct Reader<'r, 's> {
    reading: &'r mut Reading<'s>,
}

/// Something laid over the base that is tried while the file is read, and where it is written.
struct Probe {
    variant: Variant,
    spot: Spot,
}

impl Reader<'_, '_> {
    fn experiment(
        &mut self,
        path: &Path,
        fields: &Fields<'_, '_>,
        overlay: &Overlay,
    ) -> Option<Experiment> {
        fields.check_keys(KEYS);
        let title = fields.text("title").unwrap_or_default();
        let description = fields.text("description").unwrap_or_default();
        let replicates = fields.whole("replicates", 1, MOST_REPLICATES);
        let seed = fields.whole("seed", 0, i64::MAX as u64);
        let series = fields.switch("series").unwrap_or(false);
        let folder = &self.reading.folder;
        let base = fields
            .scenario()
            .map(|name| ScenarioFile::new(folder, &name));
        let set = fields.settings("set", folder);
        let responses = self.responses(fields, overlay);
        let mut probes = Vec::new();
        let treatments = self.treatments(fields, &mut probes);
        let factors = self.factors(fields, &set, &mut probes);
        self.check_together(fields, &factors, &treatments, responses.as_ref());
        let design = self.design(fields, &factors, overlay.has_design);
        let objectives = responses.as_ref().map_or_else(Vec::new, |responses| {
            self.objectives(fields, responses, !overlay.responses.is_empty())
        });
        let base = base?;
        let mut all_set: Vec<Assignment> = set.iter().map(|(set, _)| set.clone()).collect();
        all_set.extend(overlay.sets.iter().map(|set| Assignment::parse(set)));
        let worlds = Worlds::on(&self.reading.file_source, &base.path, &all_set);
        let scenario = match worlds.scenario(&Variant::default()) {
            Ok(scenario) => scenario,
            Err(problems) => {
                let at = Some(fields.spot_of("scenario"));
                self.reading.adopt(&problems, &set, Some(&base.path), at);
                return None;
            }
        };
        for probe in &probes {
            self.probe(&worlds, probe, &set);
        }
        let responses = responses?;
        self.bind(&worlds, &responses, &treatments, fields);
        let name = name_of(path);
        let replicates = replicates.and_then(|count| u32::try_from(count).ok());
        Some(Experiment {
            title: if title.is_empty() {
                name.clone()
            } else {
                title
            },
            name,
            description,
            base,
            set: all_set,
            replicates: overlay
                .replicates
                .or(replicates)
                .unwrap_or(scenario.replicates),
            seed: overlay.seed.or(seed).unwrap_or(scenario.seed),
            responses,
            series,
            factors,
            design,
            treatments,
            objectives,
            worlds: Arc::new(worlds),
            sources: scenario.sources.clone(),
            notes: scenario.notes.clone(),
        })
    }

    /// Tries what is laid over the base.
    fn probe(&mut self, worlds: &Worlds, probe: &Probe, set: &[(Assignment, Spot)]) {
        let own: Vec<_> = probe.variant.set.iter().map(parameter_value).collect();
        let is_plain = probe.variant.scenario.is_none() && own.iter().all(Option::is_some);
        if is_plain {
            for (parameter, value) in own.into_iter().flatten() {
                if let Err(message) = parameter.set(&mut Params::default(), &value) {
                    self.reading.report.borrow_mut().add(probe.spot, message);
                }
            }
            return;
        }
        if let Err(problems) = worlds.scenario(&probe.variant) {
            let scenario = probe.variant.scenario.as_ref();
            let path = scenario.map(|scenario| scenario.path.as_path());
            self.reading.adopt(&problems, set, path, Some(probe.spot));
        }
    }

    /// Whether the responses have a place in the base and in every treatment.
    fn bind(
        &mut self,
        worlds: &Worlds,
        responses: &Responses,
        treatments: &[Treatment],
        fields: &Fields<'_, '_>,
    ) {
        let variants = std::iter::once(Variant::default())
            .chain(treatments.iter().map(|treatment| treatment.variant.clone()));
        let scenarios: Vec<_> = variants
            .filter_map(|variant| worlds.scenario(&variant).ok())
            .collect();
        let worlds = scenarios.iter().map(|scenario| &scenario.world);
        self.reading
            .bind(responses, fields.spot_of("responses"), worlds);
    }

    /// A list of texts, or a table of names and texts; those of the command line come first.
    fn responses(&mut self, fields: &Fields<'_, '_>, overlay: &Overlay) -> Option<Responses> {
        let allowed = "a list such as [\"competitiveness\"] or a table of names and responses";
        let mut list = Vec::new();
        let mut is_whole = true;
        let mut take = |name: Option<&str>, value: &Spanned<DeValue<'_>>| {
            let (literal, spot) = fields.literal(value);
            let read = match (&literal, name) {
                (Literal::Text(text), None) => Response::parse(text),
                (Literal::Text(text), Some(name)) => Response::named(name, text.trim()),
                _ => Err(format!("`responses` holds {literal}; allowed: {allowed}")),
            };
            match read {
                Ok(response) => list.push(response),
                Err(message) => {
                    fields.refuse(spot, message);
                    is_whole = false;
                }
            }
        };
        match fields.get("responses").map(Spanned::get_ref) {
            None => {}
            Some(DeValue::Array(items)) => items.iter().for_each(|item| take(None, item)),
            Some(DeValue::Table(table)) => table
                .iter()
                .for_each(|(name, value)| take(Some(name.get_ref()), value)),
            Some(_) => {
                fields.list("responses", allowed);
                is_whole = false;
            }
        }
        if !overlay.responses.is_empty() {
            let texts = overlay.responses.iter().map(String::as_str);
            let responses = Responses::parse(texts).and_then(|own| own.with(&overlay.own));
            let refused = |message| self.reading.add_foreign(argument_problem(message));
            return responses.map_err(refused).ok();
        }
        if !is_whole {
            return None;
        }
        let responses = if list.is_empty() {
            Responses::parse([])
        } else {
            Responses::new(list)
        };
        let responses = responses.and_then(|responses| responses.with(&overlay.own));
        let refused = |message| fields.refuse_key("responses", message);
        responses.map_err(refused).ok()
    }
}

/// A problem of an argument of the command line.
fn argument_problem(message: String) -> Problem {
    Problem {
        place: Place::File("--response".to_string()),
        message,
    }
}
