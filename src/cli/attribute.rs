//! `dualtrack attribute`: what each mechanism contributes.

use std::path::{Path, PathBuf};
use std::thread;

use crate::analysis::attribution::{self, Attribution};
use crate::analysis::batch::{Batch, BatchError, Done};
use crate::cli::common::{self, Stop};
use crate::cli::progress::{self, Goal};
use crate::cli::tables::{self, bold, counted, interval, percent, significant, wrapped};
use crate::cli::terminal::NARROW;
use crate::cli::{codes, print, summary};
use crate::input::experiment::{
    factor::{Assignment, Variant},
    worlds::Worlds,
};
use crate::input::scenario::{self, Scenario};
use crate::kernel::control::Control;
use crate::measure::response::spec::Responses;
use crate::model::params::Parameter;
use crate::study::sweep::plan::response_column;
use crate::table::compression::Compression;
use crate::table::folder::check_target;
use crate::table::{
    complete::finish_folder, datapackage, folder::Folder, manifest::Manifest, writer::WrittenFile,
};

/// Longest name of a response that stands in the head of a table.
const LONG: usize = 32;

/// Runs a scenario with every combination of some mechanisms on and off, and tells what each contributes.
///
/// All combinations meet the same luck. Contributions are Shapley values: what turning a mechanism on adds, averaged over
/// all orders in which mechanisms can be turned on. They add up to the difference between all on and all off.
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
    /// Replaces a result that is there.
    #[arg(long)]
    force: bool,
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
    worlds: Worlds,
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
            worlds: Worlds::new(&args.scenario, &set),
            variants: attribution::combinations(&mechanisms),
            mechanisms,
            responses,
            replicates: args.replicates.unwrap_or(scenario.replicates),
            seed: args.seed.unwrap_or(scenario.seed),
            scenario,
        })
    }

    fn batch(&self) -> Batch<'_> {
        Batch {
            worlds: &self.worlds,
            variants: &self.variants,
            responses: &self.responses,
            seed: self.seed,
            replicates: self.replicates,
        }
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
    check_target(&target, args.force)?;
    let threads = common::threads(args.threads);
    if !args.quiet {
        for note in &question.scenario.notes {
            print::err(&format!("note: {note}\n"));
        }
    }
    let control = common::interruptible();
    let done = carry_out(&question.batch(), threads, &control, args.quiet)?;
    let found = attribution::attribute(&done.runs).map_err(|message| Stop {
        code: codes::FAILURE,
        message,
    })?;
    let manifest = manifest(&question, &found, threads, started);
    let files = write(&question, &done, &found, &target, args.force, manifest)?;
    if !args.quiet {
        print::out(&report(&question, &found, &target, &files));
    }
    Ok(if found.failed > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    })
}

/// Runs a batch with a line of progress.
pub(crate) fn carry_out(
    batch: &Batch<'_>,
    threads: usize,
    control: &Control,
    is_quiet: bool,
) -> Result<Done, Stop> {
    let outcome = thread::scope(|scope| {
        // Dropped at the end, it ends the display.
        let _display = (!is_quiet).then(|| progress::show(scope, control, Goal::Runs(batch.len())));
        batch.run(threads, control)
    });
    outcome.map_err(|error| match error {
        BatchError::Interrupted => Stop {
            code: codes::INTERRUPTED,
            message: "interrupted; nothing was written".to_string(),
        },
        BatchError::Threads(error) => Stop {
            code: codes::FAILURE,
            message: format!("cannot start threads: {error}"),
        },
    })
}

fn manifest(
    question: &Question,
    found: &Attribution,
    threads: usize,
    started: std::time::SystemTime,
) -> Manifest {
    let scenario = &question.scenario;
    let keys: Vec<&str> = question.mechanisms.iter().map(|one| one.key).collect();
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
        experiment: Some(serde_json::json!({
            "over": keys,
            "responses": responses,
            "combinations": question.variants.len(),
            "runs": question.batch().len(),
            "failed_runs": found.failed,
            "whole_replicates": found.whole,
        })),
        warnings: scenario.notes.clone(),
        ..Manifest::default()
    }
}

fn write(
    question: &Question,
    done: &Done,
    found: &Attribution,
    target: &Path,
    force: bool,
    manifest: Manifest,
) -> Result<Vec<WrittenFile>, Stop> {
    let columns = question.responses.list().iter().map(response_column);
    let mut sheets = attribution::sheets(found, &question.names(), &question.mechanisms);
    sheets.push(attribution::runs_sheet(
        done,
        question.seed,
        columns.collect(),
        &question.mechanisms,
    ));
    let folder = Folder::create(target, force)?;
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
        counted(question.batch().len(), "run"),
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
