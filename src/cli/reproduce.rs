//! `dualtrack reproduce`: the paper's claims, each put to the test.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::analysis::claims::findings::Findings;
use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::outcome::reading;
use crate::analysis::claims::robust::{self, Size};
use crate::analysis::claims::stories::Story;
use crate::analysis::claims::study::Study;
use crate::cli::common::{self, Stop};
use crate::cli::study::{self, BeginArgs, Work};
use crate::cli::terminal::NARROW;
use crate::cli::{codes, print, tables};
use crate::input::claims::Register;
use crate::input::experiment::factor::Variant;
use crate::input::scenario::shipped;
use crate::kernel::random::Luck;
use crate::model::setup::Setup;
use crate::report::page;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::table::columns::FileInfo;
use crate::table::compression::Compression;
use crate::table::{
    complete::complete_folder, datapackage, folder::Folder, manifest::Manifest, writer::WrittenFile,
};

/// Folder of the paper's register, seen from where the command is called; where it is not there, the one in the program.
const REGISTER: &str = "scenarios/claims";
/// Columns before the text of a claim.
const MARGIN: usize = 18;

/// Puts the paper's claims to the test: paired runs with common luck, a verdict for each claim, and tables for figures.
///
/// A claim holds where the 95 % interval of treatment minus control lies wholly on the expected side, is contradicted
/// where it lies wholly on the other, and is not shown otherwise; all parts of a claim must hold, and one contradicted
/// contradicts it. Verdicts are findings: whatever they are, the exit code is 0. Killed at any moment, it goes on with
/// `--resume`, to the same bytes.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// All claims at the base's parameters; a minute or two. This is the default.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Also over a sample of all uncertain parameters: where each claim holds, and what decides it.
    #[arg(long)]
    full: bool,
    /// Only this claim, such as `C1`; may be given several times.
    #[arg(long = "claim", value_name = "ID")]
    claims: Vec<String>,
    /// Claim file, instead of the paper's; may be given several times.
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Pairs of runs for each claim.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    replicates: u32,
    /// Design points of `--full`.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(2..=65_536))]
    points: u32,
    /// Pairs of runs at each design point of `--full`.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pairs: u32,
    /// Seed, instead of the base scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Folder of the result.
    #[arg(long, value_name = "DIR", default_value = "output/reproduce")]
    out: PathBuf,
    #[command(flatten)]
    begin: BeginArgs,
    /// Threads, on which results do not depend; one for each core if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Prints nothing but errors.
    #[arg(long)]
    quiet: bool,
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

    fn register(&self) -> Result<Register, Stop> {
        let files = if self.files.is_empty() {
            own_or_shipped()
        } else {
            self.files.clone()
        };
        let mut register = crate::input::claims::reader::load(&files).map_err(Stop::bad_input)?;
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
fn own_or_shipped() -> Vec<PathBuf> {
    let Ok(read) = std::fs::read_dir(REGISTER) else {
        let names = shipped::CLAIMS
            .iter()
            .map(|(name, _)| PathBuf::from(shipped::path(name)));
        return names.collect();
    };
    let mut files: Vec<PathBuf> = read
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let started = std::time::SystemTime::now();
    let mut study = Study::new(args.register()?, args.seed).map_err(Stop::bad_input)?;
    let base = study.base_arm.filter(|_| args.is_whole());
    let story = base.map(|base| Story::new(study.runs.arms[base].world()));
    let story = story.as_ref();
    // A run that fails does so in its arm, too.
    let tell = |setup: &Setup, draws: Luck| story?.tell(setup, draws).ok();
    study.runs.extra = base.map(|base| (base, &tell as _));
    let size = args.size();
    let stages = stages(args, &study).map_err(Stop::bad_input)?;
    let sources = study.register.sources.iter().map(|(_, sum)| sum.as_str());
    let identity = json!({
        "command": "reproduce",
        "study": study.runs.identity().map_err(Stop::bad_input)?,
        "sources": sources.collect::<Vec<_>>(),
        "question": question(args, &study),
    });
    let mut store = RunStore::open(&identity, &args.out, args.begin.begin())?;
    let (threads, control) = (common::threads(args.threads), common::interruptible());
    let work = Work {
        threads,
        control: &control,
        is_quiet: args.quiet,
        runs: stages.iter().map(Stage::runs).fold(0, u64::saturating_add),
    };
    study::carry_out(&study.runs, &mut store, &work, &mut |done, _| {
        Ok(stages.get(done.len()).cloned())
    })?;
    let found = Findings::read(&study, story, &mut store, size)?;
    let manifest = manifest(args, &study, threads, started, &found);
    let (written, figures) = write(&study, &found, &args.out, store.replaces(), manifest)?;
    store.remove()?;
    if !args.quiet {
        let mut text = report(args, &study, &found);
        text.push_str(&tables::files(&args.out, &written));
        text.push_str(&format!(
            "  report.html and {} in figures/\n",
            tables::counted(figures as u64, "figure")
        ));
        print::out(&text);
    }
    if let Some(reason) = &found.reason {
        print::err(&format!(
            "{} failed; the first: {reason}\n",
            tables::counted(found.failed, "run")
        ));
        return Ok(codes::RUNS_FAILED);
    }
    Ok(codes::SUCCESS)
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

/// All arms as their files have them, then those of claims at design points.
fn stages(args: &Args, study: &Study<'_>) -> Result<Vec<Stage>, String> {
    let mut stages = vec![study.own_stage(args.replicates)];
    if let Some(size) = args.size() {
        stages.push(robust::stage(study, size)?);
    }
    Ok(stages)
}

/// What decides about results, next to the runs.
fn question(args: &Args, study: &Study<'_>) -> Value {
    let claims = study.register.claims.iter().map(|claim| claim.id.as_str());
    json!({
        "claims": claims.collect::<Vec<_>>(),
        "whole_register": args.is_whole(),
        "replicates": args.replicates,
        "robustness": args.size().map(|size| json!({"points": size.points, "pairs": size.pairs})),
    })
}

fn manifest(
    args: &Args,
    study: &Study<'_>,
    threads: usize,
    started: std::time::SystemTime,
    found: &Findings,
) -> Manifest {
    let base = study
        .worlds
        .first()
        .and_then(|worlds| worlds.scenario(&Variant::default()).ok());
    let settings = base
        .as_ref()
        .map_or(Value::Null, |base| base.resolved.clone());
    let scenario = study
        .register
        .claims
        .first()
        .map(|claim| claim.base.written.clone());
    let first = base.as_ref().map(|base| base.world.start.to_string());
    let last = base
        .as_ref()
        .map(|base| crate::cli::summary::last_quarter(&base.world).to_string());
    Manifest {
        command: "reproduce",
        arguments: common::arguments(),
        scenario: scenario.unwrap_or_default(),
        title: study.register.title.clone(),
        seed: study.runs.seed,
        replicates: args.replicates,
        first_quarter: first.unwrap_or_default(),
        last_quarter: last.unwrap_or_default(),
        threads,
        started: common::second(started),
        finished: common::second(std::time::SystemTime::now()),
        sources: common::sources(&study.sources),
        settings,
        experiment: Some(json!({
            "question": question(args, study),
            "arms": study.runs.arms.iter().map(|arm| arm.name.as_str()).collect::<Vec<_>>(),
            "failed_runs": found.failed,
        })),
        ..Manifest::default()
    }
}

fn write(
    study: &Study<'_>,
    found: &Findings,
    target: &Path,
    replaces: bool,
    manifest: Manifest,
) -> Result<(Vec<WrittenFile>, usize), Stop> {
    let folder = Folder::create(target, replaces)?;
    let mut files = Vec::new();
    for sheet in &found.sheets {
        files.push(sheet.write(folder.path())?);
    }
    let infos: Vec<FileInfo> = found
        .sheets
        .iter()
        .map(|sheet| sheet.info.clone())
        .collect();
    let name = target
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let text = datapackage::of_files(&name, &study.register.title, &infos, Compression::None);
    let written = complete_folder(&folder, files, &text, manifest)?;
    let figures = pages(folder.path())?;
    folder.finish()?;
    Ok((written, figures))
}

fn report(args: &Args, study: &Study<'_>, found: &Findings) -> String {
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
        text.push_str(&wrapped(&tables::bold(&head), &claim.says));
        if let Some(open) = &claim.open {
            text.push_str(&wrapped("", &format!("not run: {open}")));
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
            text.push_str(&wrapped("", &says));
        }
        let robust = found.robust.iter().find(|own| own.claim == place);
        if let Some(share) = robust.and_then(|own| own.shares[0].as_ref()) {
            let says = format!(
                "holds at {:.0} % of {} points of the uncertain parameters; {}",
                100.0 * share.value,
                share.n,
                robust.map_or_else(String::new, |own| own.drivers_in_words())
            );
            text.push_str(&wrapped("", &says));
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
    text.push_str(&format!("\n{}\n", lines(&closing, NARROW).join("\n")));
    text.push('\n');
    text
}

/// A text beside a head, in lines that fit a terminal.
fn wrapped(head: &str, says: &str) -> String {
    let mut text = String::new();
    for (number, line) in lines(says, NARROW - MARGIN).iter().enumerate() {
        let head = if number == 0 && !head.is_empty() {
            head.to_string()
        } else {
            " ".repeat(MARGIN)
        };
        text.push_str(&format!("{head}{line}\n"));
    }
    text
}

/// Words in lines of so many columns; a longer word is cut.
fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for (number, piece) in letters.chunks(width).enumerate() {
            let gap = usize::from(length > 0 && number == 0);
            if length + gap + piece.len() > width {
                lines.push(String::new());
                length = 0;
            }
            if let Some(line) = lines.last_mut() {
                if length > 0 && number == 0 {
                    line.push(' ');
                    length += 1;
                }
                line.extend(piece);
                length += piece.len();
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = "derived.net_return_cny_mn[zhengzhou,foundation_models]@2023..2030 is long";
        let found = lines(text, 20);
        assert!(found.iter().all(|line| line.chars().count() <= 20));
        let joined: String = found
            .concat()
            .chars()
            .filter(|letter| *letter != ' ')
            .collect();
        assert_eq!(joined, text.replace(' ', ""));
    }
}
