//! Reads claim files, every problem with its place.

pub mod pieces;

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;

use crate::input::claims::placement::{Placed, Placement};
use crate::input::claims::{Claim, Comparison, Design, Part, Register, expectation::Expectation};
use crate::input::experiment::fields::{Fields, argument_text, number};
use crate::input::experiment::{
    factor::{Assignment, ScenarioFile, Variant},
    worlds::Worlds,
};
use crate::input::scenario::keys;
use crate::input::scenario::layers::parse_document;
use crate::input::scenario::places::{Files, MAX_SCENARIO_BYTES, Spot};
use crate::input::scenario::problems::Report;
use crate::input::scenario::{
    place::Place,
    problems::{Problem, Problems},
    shelf::Shelf,
};
use crate::kernel::text::Quoted;
use crate::kernel::text::Ticked;
use crate::measure::response::spec::{Response, Responses, is_name};
use crate::table::cell::{PLAIN_CELL, is_plain_cell};

/// Tables that comparisons go to.
const TABLES: &[&str] = &["regimes", "disputes"];

/// Reads files from a shelf, one after the other.
///
/// # Errors
/// Every problem of all files and of the scenarios they name.
pub fn load_from(shelf: &Shelf, paths: &[PathBuf]) -> Result<Register, Problems> {
    let mut register = Register::default();
    let mut problems = Vec::new();
    for path in paths {
        if let Err(found) = load_file(shelf, path, &mut register) {
            problems.extend(found.list().iter().cloned());
        }
    }
    match Problems::from_list(problems) {
        None => Ok(register),
        Some(problems) => Err(problems),
    }
}

fn load_file(shelf: &Shelf, path: &Path, register: &mut Register) -> Result<(), Problems> {
    let mut files = Files::new(&[], shelf);
    let mut report = Report::default();
    let nothing = || Problems::of_file(path, "the claims cannot be read");
    let file = match files.read(path, MAX_SCENARIO_BYTES) {
        Ok(file) => file,
        Err((spot, message)) => {
            let spot = spot.unwrap_or_else(|| Spot::File(files.unread(path)));
            report.add_syntax(spot, message);
            return Err(report.finish(&files).unwrap_or_else(nothing));
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
        foreign: Vec::new(),
        shelf: shelf.clone(),
        base: ScenarioFile::new(Path::new(""), ""),
        worlds: None,
    };
    reader.file(&fields, register);
    let Reader {
        report, foreign, ..
    } = reader;
    let own = report.finish(&files);
    let mut list: Vec<Problem> = own.map_or_else(Vec::new, |own| own.list().to_vec());
    for problem in foreign {
        if !list.contains(&problem) {
            list.push(problem);
        }
    }
    register.sources.extend(files.sources());
    match Problems::from_list(list) {
        None => Ok(()),
        Some(problems) => Err(problems),
    }
}

struct Reader {
    folder: PathBuf,
    report: Report,
    /// Problems of scenario files.
    foreign: Vec<Problem>,
    shelf: Shelf,
    base: ScenarioFile,
    worlds: Option<Worlds>,
}

/// What a claim hands down to its parts.
struct Inherited {
    set: Vec<(Assignment, Spot)>,
    treatment: Option<Placed>,
    control: Option<Placed>,
    steps: Option<Vec<(f64, Placed)>>,
}

const CLAIM_KEYS: &[&str] = &[
    "id",
    "section",
    "says",
    "set",
    "treatment",
    "control",
    "steps",
    "response",
    "minus",
    "per",
    "expect",
    "parts",
    "reports",
    "open",
];

impl Reader {
    fn file(&mut self, fields: &Fields<'_, '_>, register: &mut Register) {
        let keys = ["title", "description", "scenario", "claims", "comparisons"];
        fields.check_keys(&keys, &mut self.report);
        let title = fields.text("title", &mut self.report).unwrap_or_default();
        if register.title.is_empty() {
            register.title = title;
        }
        fields.text("description", &mut self.report);
        match fields.text("scenario", &mut self.report) {
            Some(name) => {
                self.base = ScenarioFile::new(&self.folder, &name);
                let worlds = Worlds::on(&self.shelf, &self.base.path, &[]);
                match worlds.scenario(&Variant::default()) {
                    Ok(_) => self.worlds = Some(worlds),
                    Err(problems) => {
                        let spot = fields.spot_of("scenario");
                        for problem in problems.list() {
                            match problem.of_scenario(&self.base.path) {
                                Some(message) => self.report.add(spot, message),
                                None => self.foreign.push(problem.clone()),
                            }
                        }
                    }
                }
            }
            None if !fields.has("scenario") && !self.report.has_syntax_problems() => {
                let allowed = "the path of a scenario file in quotes";
                fields.missing("scenario", allowed, &mut self.report);
            }
            None => {}
        }
        for (inner, _) in self.tables(fields, "claims", "claims") {
            if let Some(claim) = self.claim(&inner) {
                if register.claims.iter().any(|other| other.id == claim.id) {
                    let spot = inner.spot_of("id");
                    let message =
                        format!("claim {} is there twice; allowed: once", Ticked(&claim.id));
                    self.report.add(spot, message);
                }
                register.claims.push(claim);
            }
        }
        for (inner, _) in self.tables(fields, "comparisons", "comparisons") {
            let comparison = self.comparison(&inner);
            register.comparisons.extend(comparison);
        }
    }

    /// The tables of a list of tables.
    fn tables<'a, 'd>(
        &mut self,
        fields: &Fields<'a, 'd>,
        key: &str,
        name: &'static str,
    ) -> Vec<(Fields<'a, 'd>, Spot)> {
        let allowed = format!("tables `[[{name}]]`");
        let items = fields.list(key, &allowed, &mut self.report);
        let mut found = Vec::new();
        for item in items.unwrap_or_default() {
            found.extend(self.inner(fields, name, item));
        }
        found
    }

    fn inner<'a, 'd>(
        &mut self,
        fields: &Fields<'a, 'd>,
        name: &'static str,
        value: &'a Spanned<DeValue<'d>>,
    ) -> Option<(Fields<'a, 'd>, Spot)> {
        let spot = fields.at(value.span().start);
        match value.get_ref() {
            DeValue::Table(table) => {
                let file = fields.file;
                let inner = Fields {
                    name,
                    table,
                    spot,
                    file,
                };
                Some((inner, spot))
            }
            _ => {
                let (literal, spot) = fields.literal(value);
                let message = format!("{} is {literal}; allowed: a table", Ticked(name));
                self.report.add(spot, message);
                None
            }
        }
    }

    fn needed(&mut self, fields: &Fields<'_, '_>, key: &str) -> String {
        if !fields.has(key) {
            fields.missing(key, "a text in quotes", &mut self.report);
        }
        self.cell(fields, key).unwrap_or_default()
    }

    /// A text that goes into tables of results.
    fn cell(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<String> {
        let text = fields.text(key, &mut self.report)?;
        if !is_plain_cell(&text) {
            let message = format!(
                "{} is {}; allowed: {PLAIN_CELL}",
                fields.key(key),
                Quoted(&text)
            );
            self.report.add(fields.spot_of(key), message);
        }
        Some(text)
    }

    fn claim(&mut self, fields: &Fields<'_, '_>) -> Option<Claim> {
        fields.check_keys(CLAIM_KEYS, &mut self.report);
        let id = self.needed(fields, "id");
        let says = self.needed(fields, "says");
        let section = self.cell(fields, "section").unwrap_or_default();
        let open = self.cell(fields, "open");
        let inherited = Inherited {
            set: fields.settings("set", &self.folder, &mut self.report),
            treatment: self.variant(fields, "treatment"),
            control: self.variant(fields, "control"),
            steps: self.steps(fields),
        };
        let mut parts = Vec::new();
        if fields.has("response") {
            parts.extend(self.part(fields, &inherited));
        }
        for (inner, _) in self.tables(fields, "parts", "claims.parts") {
            let keys = [
                "treatment",
                "control",
                "steps",
                "response",
                "minus",
                "per",
                "expect",
            ];
            inner.check_keys(&keys, &mut self.report);
            parts.extend(self.part(&inner, &inherited));
        }
        for (inner, _) in self.tables(fields, "reports", "claims.reports") {
            inner.check_keys(&["treatment", "control", "responses"], &mut self.report);
            let design = self.design(&inner, &inherited);
            for (response, spot) in self.responses(&inner) {
                self.bind(&design, &response, spot);
                parts.push(Part {
                    design: design.plain(),
                    response,
                    minus: None,
                    expect: Expectation::Report,
                });
            }
        }
        if parts.is_empty() && open.is_none() && self.report.is_empty() {
            let allowed =
                "what is measured, in quotes; or `open` with the reason why the claim is not run";
            fields.missing("response", allowed, &mut self.report);
        }
        Some(Claim {
            id,
            section,
            says,
            base: self.base.clone(),
            parts,
            open,
        })
    }

    fn part(&mut self, fields: &Fields<'_, '_>, inherited: &Inherited) -> Option<Part> {
        let design = self.design(fields, inherited);
        if !fields.has("response") {
            fields.missing("response", "what is measured, in quotes", &mut self.report);
        }
        if !fields.has("expect") {
            fields.missing(
                "expect",
                "\"> 0\", \"< 0.5\", \">= 0\", \"<= 0\" or \"report\"",
                &mut self.report,
            );
        }
        let response = self.response(fields, "response", &design);
        let minus = self.response(fields, "minus", &design);
        let per = self.response(fields, "per", &design);
        if let (Some(value), Placement::Alone(_) | Placement::Paired(..)) =
            (fields.get("per"), &design)
        {
            let spot = fields.at(value.span().start);
            self.report
                .add(spot, "`per` stands without `steps`; allowed: with them");
        }
        let text = fields.text("expect", &mut self.report)?;
        let expect = match Expectation::parse(&text) {
            Ok(expect) => expect,
            Err(message) => {
                let spot = fields.spot_of("expect");
                let message = format!("{}: {message}", fields.key("expect"));
                self.report.add(spot, message);
                return None;
            }
        };
        let design = match design.plain() {
            Design::Steps { levels, .. } => Design::Steps { levels, per },
            design => design,
        };
        Some(Part {
            design,
            response: response?,
            minus,
            expect,
        })
    }

    fn response(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        design: &Placement,
    ) -> Option<Response> {
        let text = fields.text(key, &mut self.report)?;
        let spot = fields.spot_of(key);
        match Response::parse(&text) {
            Ok(response) => {
                self.bind(design, &response, spot);
                Some(response)
            }
            Err(message) => {
                self.report.add(spot, message);
                None
            }
        }
    }

    /// A list of responses with their places.
    fn responses(&mut self, fields: &Fields<'_, '_>) -> Vec<(Response, Spot)> {
        let allowed = "a list such as [\"competitiveness\"]";
        let mut found = Vec::new();
        let items = fields.list("responses", allowed, &mut self.report);
        for item in items.unwrap_or_default() {
            let (literal, spot) = fields.literal(item);
            let read = match argument_text(&literal) {
                Some(text) if matches!(item.get_ref(), DeValue::String(_)) => {
                    Response::parse(text.trim_matches('"'))
                }
                _ => Err(format!("`responses` holds {literal}; allowed: {allowed}")),
            };
            match read {
                Ok(response) => found.push((response, spot)),
                Err(message) => self.report.add(spot, message),
            }
        }
        found
    }

    /// Whether a response has a place in every world of a design.
    fn bind(&mut self, design: &Placement, response: &Response, spot: Spot) {
        let Ok(responses) = Responses::new(vec![response.clone()]) else {
            return;
        };
        let mut seen = Vec::new();
        for placed in design.all() {
            let scenario = self
                .worlds
                .as_ref()
                .map(|worlds| worlds.scenario(&placed.variant));
            let Some(Ok(scenario)) = scenario else {
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
}
