//! Reads an experiment file, every problem with its place.

pub mod design;
pub mod factors;
pub mod treatments;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use crate::input::experiment::factor::{
    Assignment, Factor, Level, ScenarioFile, Values, Variant, parameter_value,
};
use crate::input::experiment::fields::{Fields, argument_text};
use crate::input::experiment::points::{DesignSpec, Points};
use crate::input::experiment::worlds::Worlds;
use crate::input::experiment::{Experiment, Objective, Treatment, table};
use crate::input::scenario::layers::parse_document;
use crate::input::scenario::literal::Literal;
use crate::input::scenario::places::{Files, MAX_SCENARIO_BYTES, MAX_TABLE_BYTES, Spot};
use crate::input::scenario::problems::Report;
use crate::input::scenario::{
    name_of,
    place::Place,
    problems::{Problem, Problems},
    shelf::Shelf,
};
use crate::kernel::text::{Ticked, nearest};
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

/// Reads an experiment file from a shelf, with its base scenario, treatments, levels and table of points.
///
/// # Errors
/// Every problem of all files.
pub fn load_from(shelf: &Shelf, path: &Path, overlay: &Overlay) -> Result<Experiment, Problems> {
    let mut files = Files::new(&overlay.sets, shelf);
    let mut report = Report::default();
    let file = match files.read(path, MAX_SCENARIO_BYTES) {
        Ok(file) => file,
        Err((spot, message)) => {
            let spot = spot.unwrap_or_else(|| Spot::File(files.unread(path)));
            report.add_syntax(spot, message);
            return Err(problems(report, &files, Vec::new(), path));
        }
    };
    let text = files.text(file);
    let document = parse_document(&text, file, &mut report);
    let fields = Fields {
        name: "",
        table: document.get_ref(),
        spot: Spot::At { file, byte: 0 },
        file,
    };
    let mut reader = Reader {
        folder: path.parent().map_or_else(PathBuf::new, Path::to_path_buf),
        report,
        files,
        foreign: Vec::new(),
        shelf: shelf.clone(),
    };
    let experiment = reader.experiment(path, &fields, overlay);
    let Reader {
        report,
        files,
        foreign,
        ..
    } = reader;
    match experiment {
        Some(mut experiment) if report.is_empty() && foreign.is_empty() => {
            experiment.sources.splice(0..0, files.sources());
            Ok(experiment)
        }
        _ => Err(problems(report, &files, foreign, path)),
    }
}

/// Problems of the file itself and of the scenarios it names.
fn problems(report: Report, files: &Files, foreign: Vec<Problem>, path: &Path) -> Problems {
    let own = report.finish(files);
    let mut list: Vec<Problem> = own.map_or_else(Vec::new, |own| own.list().to_vec());
    for problem in foreign {
        if !list.contains(&problem) {
            list.push(problem);
        }
    }
    Problems::from_list(list)
        .unwrap_or_else(|| Problems::of_file(path, "the experiment cannot be read"))
}

struct Reader {
    folder: PathBuf,
    report: Report,
    files: Files,
    /// Problems of scenario files.
    foreign: Vec<Problem>,
    shelf: Shelf,
}

/// Something laid over the base that is tried while the file is read, and where it is written.
struct Probe {
    variant: Variant,
    spot: Spot,
}

impl Reader {
    fn experiment(
        &mut self,
        path: &Path,
        fields: &Fields<'_, '_>,
        overlay: &Overlay,
    ) -> Option<Experiment> {
        fields.check_keys(KEYS, &mut self.report);
        let report = &mut self.report;
        let title = fields.text("title", report).unwrap_or_default();
        let description = fields.text("description", report).unwrap_or_default();
        let replicates = fields.whole("replicates", 1, MOST_REPLICATES, report);
        let seed = fields.whole("seed", 0, i64::MAX as u64, report);
        let series = fields.switch("series", report).unwrap_or(false);
        let base = match fields.text("scenario", report) {
            Some(name) => Some(ScenarioFile::new(&self.folder, &name)),
            None => {
                if !fields.has("scenario") && !self.report.has_syntax_problems() {
                    fields.missing(
                        "scenario",
                        "the path of a scenario file in quotes",
                        &mut self.report,
                    );
                }
                None
            }
        };
        let set = fields.settings("set", &self.folder, &mut self.report);
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
        let worlds = Worlds::on(&self.shelf, &base.path, &all_set);
        let scenario = match worlds.scenario(&Variant::default()) {
            Ok(scenario) => scenario,
            Err(problems) => {
                let at = fields
                    .get("scenario")
                    .map(|value| fields.at(value.span().start));
                self.adopt(&problems, &set, Some(&base.path), at);
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

    /// Takes over the problems of a scenario. Those of a setting of this file are reported where it stands, and those of
    /// the scenario file as a whole, such as that it is not there, where it is named.
    fn adopt(
        &mut self,
        problems: &Problems,
        set: &[(Assignment, Spot)],
        scenario: Option<&Path>,
        at: Option<Spot>,
    ) {
        for problem in problems.list() {
            let own = match &problem.place {
                Place::Set(argument) => {
                    let own = set.iter().find(|(set, _)| set.argument() == *argument);
                    let spot = own.map(|(_, spot)| *spot).or(at);
                    spot.map(|spot| (spot, problem.message.clone()))
                }
                _ => at
                    .zip(scenario)
                    .and_then(|(at, scenario)| Some((at, problem.of_scenario(scenario)?))),
            };
            match own {
                Some((spot, message)) => self.report.add(spot, message),
                None => self.foreign.push(problem.clone()),
            }
        }
    }

    /// Tries what is laid over the base.
    fn probe(&mut self, worlds: &Worlds, probe: &Probe, set: &[(Assignment, Spot)]) {
        let own: Vec<_> = probe.variant.set.iter().map(parameter_value).collect();
        let is_plain = probe.variant.scenario.is_none() && own.iter().all(Option::is_some);
        if is_plain {
            for (parameter, value) in own.into_iter().flatten() {
                if let Err(message) = parameter.set(&mut Params::default(), &value) {
                    self.report.add(probe.spot, message);
                }
            }
            return;
        }
        if let Err(problems) = worlds.scenario(&probe.variant) {
            let scenario = probe.variant.scenario.as_ref();
            let path = scenario.map(|scenario| scenario.path.as_path());
            self.adopt(&problems, set, path, Some(probe.spot));
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
        let spot = fields
            .get("responses")
            .map_or(fields.spot, |value| fields.at(value.span().start));
        let variants = std::iter::once(Variant::default())
            .chain(treatments.iter().map(|treatment| treatment.variant.clone()));
        let mut seen = Vec::new();
        for variant in variants {
            let Ok(scenario) = worlds.scenario(&variant) else {
                continue;
            };
            for (_, message) in responses.bind(&scenario.world).err().unwrap_or_default() {
                if !seen.contains(&message) {
                    self.report.add(spot, message.clone());
                    seen.push(message);
                }
            }
        }
    }

    /// A list of texts, or a table of names and texts; those of the command line come first.
    fn responses(&mut self, fields: &Fields<'_, '_>, overlay: &Overlay) -> Option<Responses> {
        let mut list = Vec::new();
        let mut is_whole = true;
        let mut take = |read: Result<Response, String>, spot: Spot, report: &mut Report| match read
        {
            Ok(response) => list.push(response),
            Err(message) => {
                report.add(spot, message);
                is_whole = false;
            }
        };
        let allowed = "a list such as [\"competitiveness\"] or a table of names and responses";
        match fields
            .get("responses")
            .map(|value| (value, value.get_ref()))
        {
            None => {}
            Some((_, DeValue::Array(items))) => {
                for item in items.iter() {
                    let (literal, spot) = fields.literal(item);
                    match literal {
                        Literal::Text(text) => {
                            take(Response::parse(&text), spot, &mut self.report);
                        }
                        other => {
                            let message = format!("`responses` holds {other}; allowed: {allowed}");
                            take(Err(message), spot, &mut self.report);
                        }
                    }
                }
            }
            Some((_, DeValue::Table(table))) => {
                for (name, value) in table {
                    let (literal, spot) = fields.literal(value);
                    match literal {
                        Literal::Text(text) => {
                            let read = Response::named(name.get_ref(), text.trim());
                            take(read, spot, &mut self.report);
                        }
                        other => {
                            let message = format!("`responses` holds {other}; allowed: {allowed}");
                            take(Err(message), spot, &mut self.report);
                        }
                    }
                }
            }
            Some((value, _)) => {
                let (literal, spot) = fields.literal(value);
                let message = format!("`responses` is {literal}; allowed: {allowed}");
                take(Err(message), spot, &mut self.report);
            }
        }
        if !overlay.responses.is_empty() {
            let texts = overlay.responses.iter().map(String::as_str);
            return match Responses::parse(texts).and_then(|own| own.with(&overlay.own)) {
                Ok(responses) => Some(responses),
                Err(message) => {
                    self.foreign.push(argument_problem(message));
                    None
                }
            };
        }
        if !is_whole {
            return None;
        }
        let responses = if list.is_empty() {
            Responses::parse([])
        } else {
            Responses::new(list)
        };
        responses
            .and_then(|responses| responses.with(&overlay.own))
            .map_err(|message| {
                let spot = fields
                    .get("responses")
                    .map_or(fields.spot, |value| fields.at(value.span().start));
                self.report.add(spot, message);
            })
            .ok()
    }
}

/// A problem of an argument of the command line.
fn argument_problem(message: String) -> Problem {
    Problem {
        place: Place::File("--response".to_string()),
        message,
    }
}
