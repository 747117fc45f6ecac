//! `dualtrack attribute`: what each mechanism contributes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::analysis::attribution::{self, Attribution};
use crate::cli::common::{self, Stop};
use crate::cli::study::{self, BeginArgs, Work};
use crate::cli::tables::{self, bold, counted, interval, percent, significant, wrapped};
use crate::cli::terminal::NARROW;
use crate::cli::{codes, print, summary};
use crate::input::experiment::{
    factor::{Assignment, Variant},
    worlds::Worlds,
};
use crate::input::scenario::{self, Scenario};
use crate::measure::response::spec::Responses;
use crate::model::params::Parameter;
use crate::study::arm::Arm;
use crate::study::execute::Study;
use crate::study::stage::{Order, PointList, Stage};
use crate::study::store::RunStore;
use crate::study::sweep::plan::response_column;
use crate::study::table::RunTable;
use crate::table::compression::Compression;
use crate::table::{
    complete::finish_folder, datapackage, folder::Folder, manifest::Manifest, writer::WrittenFile,
};

/// Longest name of a response that stands in the head of a table.
const LONG: usize = 32;

/// Runs a scenario with every combination of some mechanisms on and off, and tells what each contributes.
///
/// All combinations meet the same luck. Contributions are Shapley values: what turning a mechanism on adds, averaged over
/// all orders in which mechanisms can be turned on. They add up to the difference between all on and all off.
/// Interrupted at any moment, it goes on with `--resume`, to the same bytes.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Mechanisms, such as `tournament,comparability,codification`; at most 10.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    over: Vec<String>,
    /// Number of replicates, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replicates: Option<u32>,
    /// Seed, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Sets a key of the scenario, such as `run.quarters=20`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// What is measured, with commas between, such as `competitiveness,late=gap@2020..2024`; the usual outcomes if left
    /// out.
    #[arg(long = "response", value_name = "RESPONSE,...")]
    responses: Vec<String>,
    /// Folder of the result; `output/NAME-attribute` if left out.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads, on which results do not depend; one for each core if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    begin: BeginArgs,
    /// Prints nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

/// What is asked, read and checked.
struct Question {
    scenario: Scenario,
    worlds: Arc<Worlds>,
    mechanisms: Vec<&'static Parameter>,
    variants: Vec<Variant>,
    responses: Responses,
    replicates: u32,
    seed: u64,
}

impl Question {
    /// Reads it; all problems of the arguments and of the scenario in one go.
    fn read(args: &Args) -> Result<Self, Stop> {
        let mut problems = Vec::new();
        let mechanisms = attribution::mechanisms(&args.over).unwrap_or_else(|sentences| {
            problems.extend(sentences.into_iter().map(|text| format!("--over: {text}")));
            Vec::new()
        });
        let texts = common::split_responses(&args.responses);
        let responses =
            Responses::parse(texts.iter().map(String::as_str)).unwrap_or_else(|sentence| {
                problems.push(format!("--response: {sentence}"));
                Responses::default()
            });
        let scenario = match scenario::load(&args.scenario, &args.sets) {
            Ok(scenario) => scenario,
            Err(found) => {
                problems.push(found.to_string());
                return Err(Stop::bad_input(problems.join("\n")));
            }
        };
        if let Err(messages) = responses.bind(&scenario.world) {
            let messages = messages.into_iter();
            problems.extend(messages.map(|(_, message)| format!("--response: {message}")));
        }
        if !problems.is_empty() {
            return Err(Stop::bad_input(problems.join("\n")));
        }
        let set = args.sets.iter().map(|argument| Assignment::parse(argument));
        let set: Vec<Assignment> = set.collect();
        Ok(Question {
            worlds: Arc::new(Worlds::new(&args.scenario, &set)),
            variants: attribution::combinations(&mechanisms),
            mechanisms,
            responses,
            replicates: args.replicates.unwrap_or(scenario.replicates),
            seed: args.seed.unwrap_or(scenario.seed),
            scenario,
        })
    }

    /// The scenario, at design points that are the combinations.
    fn study(&self) -> Result<(Study<'static>, Stage), String> {
        let base = Arm::new("base", &self.worlds, &Variant::default(), &self.responses)?;
        let study = Study {
            arms: vec![base],
            seed: self.seed,
            extra: None,
        };
        let stage = Stage {
            points: PointList::Listed(self.variants.as_slice().into()),
            replicates: 0..u64::from(self.replicates),
            arms: vec![0],
            order: Order::ByPoint,
            keeps_series: false,
        };
        Ok((study, stage))
    }

    fn runs(&self) -> u64 {
        self.variants.len() as u64 * u64::from(self.replicates)
    }

    fn keys(&self) -> Vec<&'static str> {
        self.mechanisms.iter().map(|one| one.key).collect()
    }

    fn names(&self) -> Vec<&str> {
        let list = self.responses.list().iter();
        list.map(|response| response.name.as_str()).collect()
    }
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let started = std::time::SystemTime::now();
    let question = Question::read(args)?;
    let target = args.out.clone().unwrap_or_else(|| {
        PathBuf::from("output").join(format!("{}-attribute", question.scenario.name))
    });
    let threads = common::threads(args.threads);
    if !args.quiet {
        for note in &question.scenario.notes {
            print::err(&format!("note: {note}\n"));
        }
    }
    let control = common::interruptible();
    let (study, stage) = question.study().map_err(Stop::bad_input)?;
    let identity = json!({
        "command": "attribute",
        "study": study.identity().map_err(Stop::bad_input)?,
        "over": question.keys(),
        "replicates": question.replicates,
    });
    let mut store = RunStore::open(&identity, &target, args.begin.begin())?;
    let work = Work {
        threads,
        control: &control,
        is_quiet: args.quiet,
        runs: question.runs(),
    };
    study::carry_out(&study, &mut store, &work, &mut study::only(stage.clone()))?;
    let widths = [question.responses.len()];
    let runs = RunTable::of_stage(&mut store, 0, &stage, &widths)?.remove(0);
    let found = attribution::attribute(&runs).map_err(|message| Stop {
        code: codes::FAILURE,
        message,
    })?;
    let manifest = manifest(&question, &found, threads, started);
    let files = write(
        &question,
        &runs,
        &found,
        &target,
        store.replaces(),
        manifest,
    )?;
    store.remove()?;
    if !args.quiet {
        print::out(&report(&question, &found, &target, &files));
    }
    Ok(if found.failed > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    })
}

fn manifest(
    question: &Question,
    found: &Attribution,
    threads: usize,
    started: std::time::SystemTime,
) -> Manifest {
    let scenario = &question.scenario;
    let responses: serde_json::Map<String, serde_json::Value> = question
        .responses
        .list()
        .iter()
        .map(|response| (response.name.clone(), response.text.clone().into()))
        .collect();
    Manifest {
        command: "attribute",
        arguments: common::arguments(),
        scenario: scenario.name.clone(),
        title: scenario.title.clone(),
        seed: question.seed,
        replicates: question.replicates,
        first_quarter: scenario.world.start.to_string(),
        last_quarter: summary::last_quarter(&scenario.world).to_string(),
        threads,
        started: common::second(started),
        finished: common::second(std::time::SystemTime::now()),
        sources: common::sources(&scenario.sources),
        settings: scenario.resolved.clone(),
        experiment: Some(json!({
            "over": question.keys(),
            "responses": responses,
            "combinations": question.variants.len(),
            "runs": question.runs(),
            "failed_runs": found.failed,
            "whole_replicates": found.whole,
        })),
        warnings: scenario.notes.clone(),
        ..Manifest::default()
    }
}

fn write(
    question: &Question,
    runs: &RunTable,
    found: &Attribution,
    target: &Path,
    replaces: bool,
    manifest: Manifest,
) -> Result<Vec<WrittenFile>, Stop> {
    let columns = question.responses.list().iter().map(response_column);
    let mut sheets = attribution::sheets(found, &question.names(), &question.mechanisms);
    sheets.push(attribution::runs_sheet(
        runs,
        question.seed,
        columns.collect(),
        &question.mechanisms,
    ));
    let folder = Folder::create(target, replaces)?;
    let mut files = Vec::new();
    for sheet in &sheets {
        files.push(sheet.write(folder.path())?);
    }
    let infos: Vec<_> = sheets.into_iter().map(|sheet| sheet.info).collect();
    let scenario = &question.scenario;
    let description =
        datapackage::of_files(&scenario.name, &scenario.title, &infos, Compression::None);
    Ok(finish_folder(folder, files, &description, manifest)?)
}

fn report(
    question: &Question,
    found: &Attribution,
    target: &Path,
    files: &[WrittenFile],
) -> String {
    let mut text = format!(
        "{}\n{} of {} with {}: {}, seed {}\n",
        bold(&question.scenario.title),
        counted(question.variants.len() as u64, "combination"),
        counted(question.mechanisms.len() as u64, "mechanism"),
        counted(u64::from(question.replicates), "replicate"),
        counted(question.runs(), "run"),
        question.seed,
    );
    if found.failed > 0 {
        let sentence = format!(
            "{} failed; {} left out with all combinations, {} used. The column `error` of `runs.csv` says why.",
            counted(found.failed as u64, "run"),
            match found.replicates - found.whole {
                1 => "1 replicate is".to_string(),
                many => format!("{many} replicates are"),
            },
            found.whole,
        );
        text.push_str(&wrapped(&sentence, "", NARROW));
    }
    for (of, name) in found.responses.iter().zip(question.names()) {
        // A long name stands alone, so that the table fits.
        let is_long = name.chars().count() > LONG;
        let head = if is_long { "Mechanism" } else { name };
        let header = [head, "value", "95 % interval", "share"];
        let Some(difference) = of.difference else {
            text.push_str(&format!(
                "\n{}\n  no replicate has it in all combinations\n",
                bold(name)
            ));
            continue;
        };
        let mut rows = vec![vec![
            "All on less all off".to_string(),
            significant(difference.mean),
            interval(difference.interval()),
            of.share(difference.mean)
                .map_or(tables::NOTHING.to_string(), percent),
        ]];
        let values = of.shapley.iter().flat_map(|all| &all.values);
        for (mechanism, value) in question.mechanisms.iter().zip(values) {
            rows.push(vec![
                format!("  {}", attribution::name(mechanism)),
                significant(value.mean),
                interval(value.interval()),
                of.share(value.mean)
                    .map_or(tables::NOTHING.to_string(), percent),
            ]);
        }
        text.push('\n');
        if is_long {
            text.push_str(&format!("{}\n", bold(name)));
        }
        text.push_str(&tables::table(&header.map(str::to_string), rows));
    }
    text.push('\n');
    text.push_str(&wrapped(
        &format!(
            "Shapley values: what a mechanism adds, averaged over all orders of turning mechanisms on. Means over \
             replicates with the same luck, n = {}, with Student's 95 % intervals. No share where the whole \
             difference cannot be told from 0.",
            found.whole
        ),
        "",
        NARROW,
    ));
    if found.replicates == 1 {
        text.push_str("One replicate has no interval; add `--replicates 20` or more.\n");
    }
    text.push('\n');
    text.push_str(&tables::files(target, files));
    text
}
