//! `dualtrack reproduce`: the paper's claims, each put to the test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::analysis::claims::diffusion::Diffusion;
use crate::analysis::claims::findings::Findings;
use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::outcome::reading;
use crate::analysis::claims::study::Study;
use crate::analysis::claims::uncertainty::{self, Size};
use crate::cli::common::{self, Stop};
use crate::cli::number;
use crate::cli::options::WorkArgs;
use crate::cli::study::{Answer, Question, Runs};
use crate::cli::tables;
use crate::cli::terminal::NARROW;
use crate::input::claims::Register;
use crate::input::experiment::factor::Variant;
use crate::input::scenario::{file_source::FileSource, shipped};
use crate::kernel::random::Draws;
use crate::model::setup::Setup;
use crate::report::page;
use crate::study::execute;
use crate::study::stage::Stage;
use crate::study::sweep::tables::Tables;
use crate::table::manifest::Manifest;

/// Folder of the paper's register, seen from where the command is called; where it is not there, the one in the program.
const REGISTER: &str = "scenarios/claims";
/// Pairs of runs for each claim.
const REPLICATES: u32 = 200;
/// Columns before the text of a claim.
const MARGIN: usize = 18;

/// Test the paper's claims: paired runs on the same random draws, a verdict for each claim, and tables for figures.
///
/// A claim holds where the 95 % interval of treatment minus control lies wholly on the expected side, is contradicted
/// where it lies wholly on the other, and is not shown otherwise; all parts of a claim must hold, and one contradicted
/// contradicts it. Verdicts are findings: whatever they are, the exit code is 0. An interrupted study resumes with
/// `--resume`; its output is byte-identical.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// All claims at the parameters of the base; takes some seconds [default].
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Also over a sample of all uncertain parameters: where each claim holds, and what it depends on.
    #[arg(long)]
    pub(crate) full: bool,
    /// Only this claim, such as `C1`; can be repeated.
    #[arg(long = "claim", value_name = "ID")]
    pub(crate) claims: Vec<String>,
    /// Claim file, instead of the paper's; can be repeated.
    #[arg(long = "file", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Pairs of runs for each claim.
    #[arg(long, value_name = "N", default_value_t = REPLICATES, value_parser = number::whole::<u32>(2..=100_000, 100))]
    pub(crate) replicates: u32,
    /// Design points of `--full`.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = number::whole::<u32>(2..=65_536, 256))]
    pub(crate) points: u32,
    /// Pairs of runs at each design point of `--full`.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = number::whole::<u32>(2..=10_000, 12))]
    pub(crate) pairs: u32,
    /// Seed, instead of the base scenario's.
    #[arg(long, value_name = "N", value_parser = number::seed())]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

impl Default for Args {
    fn default() -> Self {
        Args {
            quick: false,
            full: false,
            claims: Vec::new(),
            files: Vec::new(),
            replicates: REPLICATES,
            points: 0,
            pairs: 0,
            seed: None,
            work: WorkArgs::default(),
        }
    }
}

impl Args {
    fn size(&self) -> Option<Size> {
        self.full.then_some(Size {
            points: u64::from(self.points),
            pairs: self.pairs,
        })
    }

    /// The whole register of the paper is run.
    fn is_whole(&self) -> bool {
        self.files.is_empty() && self.claims.is_empty()
    }

    pub(crate) fn question(&self, file_source: &FileSource) -> Result<Box<dyn Question>, Stop> {
        Ok(Box::new(Asked::new(self, file_source)?))
    }

    fn register(&self, file_source: &FileSource) -> Result<Register, Stop> {
        let files = if self.files.is_empty() {
            own_or_shipped(file_source)
        } else {
            self.files.clone()
        };
        let register = crate::input::claims::reader::load_from(file_source, &files);
        let mut register = register.map_err(Stop::bad_input)?;
        if self.files.is_empty() {
            register.title = "The claims of Ma (2024)".to_string();
        }
        if !self.claims.is_empty() {
            register.select(&self.claims).map_err(Stop::bad_input)?;
        }
        if register.claims.is_empty() && register.comparisons.is_empty() {
            return Err(Stop::bad_input(
                "the files hold no claims; allowed: at least one `[[claims]]`",
            ));
        }
        Ok(register)
    }
}

/// Claim files of the paper, by name: those of the folder they are edited in, or else those that come with the program.
fn own_or_shipped(file_source: &FileSource) -> Vec<PathBuf> {
    let mut files = file_source.list(Path::new(REGISTER));
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    if files.is_empty() {
        let names = shipped::CLAIMS.iter();
        files = names
            .map(|(name, _)| PathBuf::from(shipped::path(name)))
            .collect();
    }
    files
}

/// The claims, and what they take.
struct Asked {
    args: Args,
    study: Study,
    diffusion: Option<Arc<Diffusion>>,
    stages: Vec<Stage>,
}

impl Asked {
    fn new(args: &Args, file_source: &FileSource) -> Result<Self, Stop> {
        let register = args.register(file_source)?;
        let mut study = Study::new(file_source, register, args.seed).map_err(Stop::bad_input)?;
        let base = study.base_arm.filter(|_| args.is_whole());
        let diffusion = base.map(|base| Arc::new(Diffusion::new(study.runs.arms[base].world())));
        if let (Some(base), Some(diffusion)) = (base, diffusion.clone()) {
            // A run that fails does so in its arm, too.
            let tell = move |setup: &Setup, draws: Draws| diffusion.tell(setup, draws).ok();
            if let Some(runs) = Arc::get_mut(&mut study.runs) {
                runs.extra = Some((base, Arc::new(tell)));
            }
        }
        // All arms as their files have them, then those of claims at design points.
        let mut stages = vec![study.own_stage(args.replicates)];
        if let Some(size) = args.size() {
            stages.push(uncertainty::stage(&study, size).map_err(Stop::bad_input)?);
        }
        Ok(Asked {
            args: args.clone(),
            study,
            diffusion,
            stages,
        })
    }
}

impl Question for Asked {
    fn command(&self) -> &'static str {
        "reproduce"
    }

    fn title(&self) -> (String, String) {
        ("reproduce".to_string(), self.study.register.title.clone())
    }

    fn target(&self) -> PathBuf {
        PathBuf::from("output/reproduce")
    }

    fn study(&self) -> Arc<execute::Study> {
        Arc::clone(&self.study.runs)
    }

    fn identity(&self) -> Result<Value, String> {
        let sources = self.study.register.sources.iter();
        let sources = sources.map(|(_, sum)| sum.as_str());
        Ok(json!({
            "command": "reproduce",
            "study": self.study.runs.identity()?,
            "sources": sources.collect::<Vec<_>>(),
            "question": question(&self.args, &self.study),
        }))
    }

    fn stages(&self) -> Vec<Stage> {
        self.stages.clone()
    }

    fn answer(&mut self, runs: Runs<'_>) -> Result<Answer, Stop> {
        let (args, study) = (&self.args, &self.study);
        let found = Findings::read(study, self.diffusion.as_deref(), runs.store, args.size())?;
        let mut tables = Tables {
            failed: found.failed,
            ..Tables::default()
        };
        for result_table in &found.result_tables {
            tables.add(result_table.write(runs.place)?, result_table.info.clone());
        }
        let warning = found.reason.as_ref().map(|reason| {
            let failed = tables::counted(found.failed, "run");
            format!("{failed} failed; the first: {reason}")
        });
        Ok(Answer {
            tables,
            manifest: manifest(args, study, &found),
            text: report(args, study, &found),
            warning,
        })
    }

    fn complete(&self, folder: &Path) -> Result<String, Stop> {
        let figures = tables::counted(pages(folder)? as u64, "figure");
        Ok(format!("  report.html and {figures} in figures/\n"))
    }
}

/// The result as a page, `report.html`, and its figures as SVG; returns how many there are.
fn pages(folder: &Path) -> Result<usize, Stop> {
    let parts = [crate::report::make::make(folder)?];
    let text = page::render(&parts)?;
    crate::report::write::write_page(&folder.join("report.html"), &text, true)?;
    Ok(crate::report::write::write_figures(
        &folder.join("figures"),
        &parts,
        true,
    )?)
}

/// What decides about results, next to the runs.
fn question(args: &Args, study: &Study) -> Value {
    let claims = study.register.claims.iter().map(|claim| claim.id.as_str());
    json!({
        "claims": claims.collect::<Vec<_>>(),
        "whole_register": args.is_whole(),
        "replicates": args.replicates,
        "uncertainty": args.size().map(|size| json!({"points": size.points, "pairs": size.pairs})),
    })
}

fn manifest(args: &Args, study: &Study, found: &Findings) -> Manifest {
    let base = study
        .worlds
        .first()
        .and_then(|worlds| worlds.scenario(&Variant::default()).ok());
    let scenario = study.register.claims.first();
    let scenario = scenario.map(|claim| claim.base.written.clone());
    Manifest {
        scenario: scenario.unwrap_or_default(),
        seed: study.runs.seed,
        replicates: args.replicates,
        sources: common::sources(&study.sources),
        experiment: Some(json!({
            "question": question(args, study),
            "arms": study.runs.arms.iter().map(|arm| arm.name.as_str()).collect::<Vec<_>>(),
            "failed_runs": found.failed,
        })),
        warnings: Vec::new(),
        ..base.map_or_else(Manifest::default, |base| common::manifest(&base))
    }
}

fn report(args: &Args, study: &Study, found: &Findings) -> String {
    let mut text = format!(
        "{}\n{} of runs for each claim, seed {}, {} in all\n\n",
        tables::bold(&study.register.title),
        tables::counted(u64::from(args.replicates), "pair"),
        study.runs.seed,
        tables::counted(study.runs.arms.len() as u64, "world"),
    );
    for (place, claim) in study.register.claims.iter().enumerate() {
        let verdict = found.verdicts[place];
        let head = format!("{:<4}{:<14}", claim.id, verdict.name());
        text.push_str(&beside(&tables::bold(&head), &claim.says));
        if let Some(open) = &claim.open {
            text.push_str(&beside("", &format!("not run: {open}")));
        }
        for (at, plan) in study.plans_of(place) {
            let part = study.part(plan);
            if found.outcomes[at].verdict == Verdict::Reported {
                continue;
            }
            let says = format!(
                "{} {}: {}",
                part.response.text,
                part.expect,
                reading(part, &found.outcomes[at])
            );
            text.push_str(&beside("", &says));
        }
        let across_points = found.across_points.iter().find(|own| own.claim == place);
        if let Some(share) = across_points.and_then(|own| own.shares[0].as_ref()) {
            let drivers = across_points.map_or_else(String::new, |own| own.drivers_in_words());
            let says = format!(
                "holds at {:.0} % of {} points of the uncertain parameters{}{drivers}",
                100.0 * share.value,
                share.n,
                if drivers.is_empty() { "" } else { "; " },
            );
            text.push_str(&beside("", &says));
        }
    }
    let count = |wanted: Verdict| found.verdicts.iter().filter(|own| **own == wanted).count();
    let words = [
        Verdict::Holds,
        Verdict::Contradicted,
        Verdict::NotShown,
        Verdict::Open,
    ];
    let counts: Vec<String> = words
        .iter()
        .filter(|own| count(**own) > 0)
        .map(|own| format!("{}: {}", own.name(), count(*own)))
        .collect();
    let closing = format!(
        "Of {}, {}. A claim holds where the 95 % interval lies wholly on the expected side and is contradicted where it \
         lies wholly on the other; all of its parts must hold, and one contradicted contradicts it.",
        tables::counted(found.verdicts.len() as u64, "claim"),
        counts.join(", "),
    );
    text.push_str(&format!("\n{}\n", tables::paragraph(&closing)));
    text
}

/// A text beside a head, in lines that fit a terminal.
fn beside(head: &str, says: &str) -> String {
    let text = tables::wrapped(says, &" ".repeat(MARGIN), NARROW);
    match head {
        "" => text,
        head => format!("{head}{}", text.get(MARGIN..).unwrap_or_default()),
    }
}
