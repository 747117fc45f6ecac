//! Reads claim files, every problem with its place.

pub mod pieces;

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use crate::input::claims::{Claim, Comparison, Design, Part, Register, expectation::Expectation};
use crate::input::experiment::fields::{Fields, Reading, argument_text, number, read_file};
use crate::input::experiment::{
    factor::{Assignment, ScenarioFile, Variant},
    worlds::Worlds,
};
use crate::input::scenario::keys;
use crate::input::scenario::places::Spot;
use crate::input::scenario::{file_source::FileSource, problems::Problems};
use crate::kernel::text::Ticked;
use crate::measure::response::spec::{Response, Responses, is_name};

/// Tables that comparisons go to.
const TABLES: &[&str] = &["regimes", "disputes"];

/// Reads files from a file source, one after the other.
///
/// # Errors
/// Every problem of all files and of the scenarios they name.
pub fn load_from(file_source: &FileSource, paths: &[PathBuf]) -> Result<Register, Problems> {
    let mut register = Register::default();
    let mut problems = Vec::new();
    for path in paths {
        if let Err(found) = load_file(file_source, path, &mut register) {
            problems.extend(found.list().iter().cloned());
        }
    }
    match Problems::from_list(problems) {
        None => Ok(register),
        Some(problems) => Err(problems),
    }
}

fn load_file(
    file_source: &FileSource,
    path: &Path,
    register: &mut Register,
) -> Result<(), Problems> {
    let unreadable = "the claims cannot be read";
    let ((), sources) = read_file(file_source, path, &[], unreadable, |reading, fields| {
        let mut reader = Reader {
            reading,
            base: ScenarioFile::new(Path::new(""), ""),
            worlds: None,
        };
        reader.file(fields, register);
        Some(())
    })?;
    register.sources.extend(sources);
    Ok(())
}

struct Reader<'r, 's> {
    reading: &'r mut Reading<'s>,
    base: ScenarioFile,
    worlds: Option<Worlds>,
}

/// A variant with the places of its settings.
#[derive(Clone, Default)]
struct Placed {
    variant: Variant,
    spots: Vec<(Assignment, Spot)>,
    at: Option<Spot>,
}

impl Design<Placed> {
    /// Without places.
    fn plain(self) -> Design {
        match self {
            Design::Alone(placed) => Design::Alone(placed.variant),
            Design::Paired { treatment, control } => Design::Paired {
                treatment: treatment.variant,
                control: control.variant,
            },
            Design::Steps { levels, per } => {
                let levels = levels.into_iter();
                let levels = levels.map(|(level, placed)| (level, placed.variant));
                Design::Steps {
                    levels: levels.collect(),
                    per,
                }
            }
        }
    }
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

impl Reader<'_, '_> {
    fn file(&mut self, fields: &Fields<'_, '_>, register: &mut Register) {
        fields.check_keys(&["title", "description", "scenario", "claims", "comparisons"]);
        let title = fields.text("title").unwrap_or_default();
        if register.title.is_empty() {
            register.title = title;
        }
        fields.text("description");
        if let Some(name) = fields.scenario() {
            self.base = ScenarioFile::new(&self.reading.folder, &name);
            let worlds = Worlds::on(&self.reading.file_source, &self.base.path, &[]);
            match worlds.scenario(&Variant::default()) {
                Ok(_) => self.worlds = Some(worlds),
                Err(problems) => {
                    let spot = fields.spot_of("scenario");
                    let path = Some(&*self.base.path);
                    self.reading.adopt(&problems, &[], path, Some(spot));
                }
            }
        }
        for inner in fields.tables("claims", "claims") {
            if let Some(claim) = self.claim(&inner) {
                if register.claims.iter().any(|other| other.id == claim.id) {
                    let id = Ticked(&claim.id);
                    inner.refuse_key("id", format!("claim {id} is there twice; allowed: once"));
                }
                register.claims.push(claim);
            }
        }
        for inner in fields.tables("comparisons", "comparisons") {
            let comparison = self.comparison(&inner);
            register.comparisons.extend(comparison);
        }
    }

    fn claim(&mut self, fields: &Fields<'_, '_>) -> Option<Claim> {
        fields.check_keys(CLAIM_KEYS);
        let id = fields.needed("id");
        let says = fields.needed("says");
        let section = fields.cell("section").unwrap_or_default();
        let open = fields.cell("open");
        let inherited = Inherited {
            set: fields.settings("set", &self.reading.folder),
            treatment: self.variant(fields, "treatment"),
            control: self.variant(fields, "control"),
            steps: self.steps(fields),
        };
        let mut parts = Vec::new();
        if fields.has("response") {
            parts.extend(self.part(fields, &inherited));
        }
        for inner in fields.tables("parts", "claims.parts") {
            let keys = [
                "treatment",
                "control",
                "steps",
                "response",
                "minus",
                "per",
                "expect",
            ];
            inner.check_keys(&keys);
            parts.extend(self.part(&inner, &inherited));
        }
        for inner in fields.tables("reports", "claims.reports") {
            inner.check_keys(&["treatment", "control", "responses"]);
            let design = self.design(&inner, &inherited);
            for (response, spot) in self.responses(&inner) {
                self.bind(&design, &response, spot);
                parts.push(Part {
                    design: design.clone().plain(),
                    response,
                    minus: None,
                    expect: Expectation::Report,
                });
            }
        }
        if parts.is_empty() && open.is_none() && !fields.has_problems() {
            let allowed =
                "what is measured, in quotes; or `open` with the reason why the claim is not run";
            fields.missing("response", allowed);
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
        let mut design = self.design(fields, inherited);
        fields.require("response", "what is measured, in quotes");
        fields.require(
            "expect",
            "\"> 0\", \"< 0.5\", \">= 0\", \"<= 0\" or \"report\"",
        );
        let response = self.response(fields, "response", &design);
        let minus = self.response(fields, "minus", &design);
        let per = self.response(fields, "per", &design);
        if fields.has("per") && !matches!(design, Design::Steps { .. }) {
            fields.refuse_key("per", "`per` stands without `steps`; allowed: with them");
        }
        let text = fields.text("expect")?;
        let expect = match Expectation::parse(&text) {
            Ok(expect) => expect,
            Err(message) => {
                let key = fields.key("expect");
                fields.refuse_key("expect", format!("{key}: {message}"));
                return None;
            }
        };
        if let Design::Steps { per: own, .. } = &mut design {
            *own = per;
        }
        Some(Part {
            design: design.plain(),
            response: response?,
            minus,
            expect,
        })
    }

    fn response(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        design: &Design<Placed>,
    ) -> Option<Response> {
        let text = fields.text(key)?;
        let spot = fields.spot_of(key);
        match Response::parse(&text) {
            Ok(response) => {
                self.bind(design, &response, spot);
                Some(response)
            }
            Err(message) => {
                fields.refuse(spot, message);
                None
            }
        }
    }

    /// A list of responses with their places.
    fn responses(&mut self, fields: &Fields<'_, '_>) -> Vec<(Response, Spot)> {
        let allowed = "a list such as [\"competitiveness\"]";
        let mut found = Vec::new();
        let items = fields.list("responses", allowed);
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
                Err(message) => fields.refuse(spot, message),
            }
        }
        found
    }

    /// Whether a response has a place in every world of a design.
    fn bind(&mut self, design: &Design<Placed>, response: &Response, spot: Spot) {
        let Ok(responses) = Responses::new(vec![response.clone()]) else {
            return;
        };
        let worlds = design.variants().into_iter().filter_map(|placed| {
            let scenario = self.worlds.as_ref()?.scenario(&placed.variant);
            scenario.ok()
        });
        let worlds: Vec<_> = worlds.collect();
        let worlds = worlds.iter().map(|scenario| &scenario.world);
        self.reading.bind(&responses, spot, worlds);
    }
}
