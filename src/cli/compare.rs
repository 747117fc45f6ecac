//! `dualtrack compare`: policies compared draw by draw on the same luck.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::analysis::compare::{
    Comparison, effects, pairs,
    pairs::{Pairs, Stopping, Target},
    robust::Robust,
    runs,
};
use crate::cli::common::{self, Stop};
use crate::cli::effects::{Summary, robust};
use crate::cli::study::{self, BeginArgs};
use crate::cli::{codes, print, sweep, tables};
use crate::input::experiment::{Experiment, factor::Variant, reader::Overlay};
use crate::kernel::control::Control;
use crate::kernel::text::{near_or, ticked_list};
use crate::measure::response::spec::Responses;
use crate::study::execute::Next;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::study::sweep::finish::write_design;
use crate::table::compression::Compression;
use crate::table::{
    complete::finish_folder, datapackage, folder::Folder, manifest::Manifest, sheet::Sheet,
};

/// Most replicates where their number is left to the widths of intervals.
const MOST: u32 = 2_000;

/// Compares policies with a base on the same luck, draw by draw.
///
/// BASE is a scenario file, or an experiment file with `[treatments.NAME]`. Every replicate runs the base and all
/// policies with the same draws, so that their differences are the policies' doing. Interrupted at any moment, it goes on
/// with `--resume`, to the same bytes.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file, or experiment file with treatments.
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Scenario files that are compared with the base, named by file name.
    #[arg(value_name = "POLICY")]
    policies: Vec<PathBuf>,
    /// Number of replicates, instead of the file's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replicates: Option<u32>,
    /// Adds replicates until Student's 95 % interval of every difference is at most so wide to either side: `0.001` of
    /// the first response, or `RESPONSE=0.001`.
    #[arg(long, value_name = "X", value_delimiter = ';', conflicts_with_all = ["replicates", "over"])]
    until_halfwidth: Vec<String>,
    /// Most replicates for `--until-halfwidth`.
    #[arg(long, value_name = "N", default_value_t = MOST, requires = "until_halfwidth", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    max_replicates: u32,
    /// Repeats the comparison at so many points of the experiment's factors, or else of all uncertain parameters
    /// (Sobol' sequence).
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(u64).range(1..=65_536))]
    over: Option<u64>,
    /// Seed, instead of the file's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    seed: Option<u64>,
    /// Sets a key of base and policies, such as `run.quarters=20`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// What is measured, with commas between, such as `competitiveness,late=gap@2020..2024`; instead of the file's
    /// responses.
    #[arg(long = "response", value_name = "RESPONSE,...")]
    responses: Vec<String>,
    /// Folder of the result [default: `output/` and what is compared, such as `output/BASE-with-POLICY`].
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

/// The name of the result's folder: what is compared, as far as it is not too long for a name.
fn folder_name(base: &str, policies: &[PathBuf]) -> String {
    const LONGEST: usize = 100;
    let stems = policies.iter().filter_map(|path| path.file_stem());
    let names: Vec<_> = stems.map(|stem| stem.to_string_lossy()).collect();
    if names.is_empty() {
        return base.to_string();
    }
    let name = format!("{base}-with-{}", names.join("-"));
    name.chars().take(LONGEST).collect()
}

/// Runs the command; returns the exit code.
pub fn run(args: &Args) -> u8 {
    common::finish(try_run(args))
}

fn try_run(args: &Args) -> Result<u8, Stop> {
    let started = std::time::SystemTime::now();
    let (experiment, target) = args.experiment()?;
    let comparison = Comparison::new(experiment).map_err(Stop::bad_input)?;
    let stopping = args.stopping(&comparison)?;
    let control = common::interruptible();
    let mut identity = comparison.identity().map_err(Stop::bad_input)?;
    identity["command"] = json!("compare");
    identity["stopping"] = stopping_value(&stopping, None, &comparison);
    let store = RunStore::open(&identity, &target, args.begin.begin())?;
    if !args.quiet {
        for note in &comparison.plan.experiment.notes {
            print::err(&format!("note: {note}\n"));
        }
    }
    let work = Work {
        comparison: &comparison,
        store,
        threads: common::threads(args.threads),
        control: &control,
        is_quiet: args.quiet,
        started,
        target: &target,
    };
    if comparison.has_points() {
        work.over_points()
    } else {
        work.over_pairs(&stopping)
    }
}

impl Args {
    /// The experiment, and where its result will stand.
    fn experiment(&self) -> Result<(Experiment, PathBuf), Stop> {
        let overlay = Overlay {
            sets: self.sets.clone(),
            replicates: self.replicates,
            seed: self.seed,
            responses: common::split_responses(&self.responses),
            has_design: self.over.is_some(),
        };
        let is_experiment = crate::input::experiment::direct::is_experiment(&self.base);
        let loaded = if is_experiment {
            crate::input::experiment::reader::load(&self.base, &overlay)
        } else {
            crate::input::experiment::direct::of_scenario(&self.base, &overlay)
        };
        let mut experiment = loaded.map_err(Stop::bad_input)?;
        experiment
            .add_policies(&self.policies)
            .map_err(Stop::bad_input)?;
        if let Some(points) = self.over {
            experiment.cross_with_uncertainty(points);
        }
        let name = folder_name(&experiment.name, &self.policies);
        let default = || PathBuf::from("output").join(&name);
        let target = self.out.clone().unwrap_or_else(default);
        Ok((experiment, target))
    }

    fn stopping(&self, comparison: &Comparison) -> Result<Stopping, Stop> {
        if self.until_halfwidth.is_empty() {
            return Ok(Stopping::Fixed(comparison.plan.experiment.replicates));
        }
        if comparison.has_points() {
            return Err(Stop::bad_input(
                "`--until-halfwidth` is for comparisons without design points; this experiment has a `[design]`, and \
                 every point takes `--replicates`",
            ));
        }
        let mut targets: Vec<Target> = Vec::new();
        for text in &self.until_halfwidth {
            let target = target(text, comparison.plan.responses()).map_err(|message| {
                Stop::bad_input(format!("--until-halfwidth {text}: {message}"))
            })?;
            targets.retain(|other| other.response != target.response);
            targets.push(target);
        }
        Ok(Stopping::Widths {
            targets,
            most: self.max_replicates,
        })
    }
}

/// Reads `0.001` or `RESPONSE=0.001`.
fn target(text: &str, responses: &Responses) -> Result<Target, String> {
    let (name, number) = match text.split_once('=') {
        Some((name, number)) => (Some(name.trim()), number.trim()),
        None => (None, text.trim()),
    };
    let response = match name {
        None => 0,
        Some(name) => responses.position(name).ok_or_else(|| {
            let list = responses.list().iter();
            let names = || list.clone().map(|response| response.name.as_str());
            let all = || format!("; allowed: {}", ticked_list(names()));
            let hint = near_or(name, names(), all);
            format!("there is no response `{name}`{hint}")
        })?,
    };
    let half_width = number
        .parse()
        .ok()
        .filter(|width: &f64| width.is_finite() && *width > 0.0)
        .ok_or_else(|| {
            format!("`{number}` is no half width; allowed: a number above 0, as in `0.001` or `gap=0.001`")
        })?;
    Ok(Target {
        response,
        half_width,
    })
}

/// What the two kinds of comparison have in common.
struct Work<'a> {
    comparison: &'a Comparison,
    store: RunStore,
    threads: usize,
    control: &'a Control,
    is_quiet: bool,
    started: std::time::SystemTime,
    target: &'a Path,
}

impl Work<'_> {
    /// Replicates of all treatments with the parameters of the base.
    fn over_pairs(mut self, stopping: &Stopping) -> Result<u8, Stop> {
        let comparison = self.comparison;
        let mut pairs = Pairs::new(comparison);
        let stages = self.carry_out(stopping.most(), &mut |stages, store| {
            pairs.next(comparison, stopping, stages, store)
        })?;
        let effects = effects::effects(comparison, &pairs, stopping, self.threads)?;
        let sheets = [
            effects::sheet(comparison, &effects),
            pairs
                .course
                .sheet(comparison.arms(), comparison.plan.responses()),
        ];
        let failed: u64 = pairs.failed.iter().sum();
        let mut described = comparison.describe(failed);
        described["replicates"] = json!(pairs.replicates);
        described["stopping"] = stopping_value(stopping, pairs.reached, comparison);
        let summary = Summary {
            comparison,
            pairs: &pairs,
            effects: &effects,
            stopping,
        };
        self.finish(&stages, &sheets, described, pairs.replicates, || {
            summary.to_string()
        })?;
        Ok(code(failed))
    }

    /// Replicates of all treatments at every design point.
    fn over_points(mut self) -> Result<u8, Stop> {
        let comparison = self.comparison;
        let replicates = comparison.plan.experiment.replicates;
        let stage = comparison.stage(0..replicates);
        let stages = self.carry_out(replicates, &mut study::only(stage.clone()))?;
        let found = Robust::of(comparison, &mut self.store, &stage)?;
        let sheets = found.sheets(comparison);
        let failed: u64 = found.failed.iter().sum();
        let mut described = comparison.describe(failed);
        described["replicates"] = json!(replicates);
        self.finish(&stages, &sheets, described, replicates, || {
            robust(comparison, &found)
        })?;
        Ok(code(failed))
    }

    /// Runs everything that `next` asks for, with a line of progress.
    fn carry_out(&mut self, most: u32, next: &mut Next<'_>) -> Result<Vec<Stage>, Stop> {
        let work = study::Work {
            threads: self.threads,
            control: self.control,
            is_quiet: self.is_quiet,
            runs: self.comparison.stage(0..most).runs(),
        };
        study::carry_out(&self.comparison.study, &mut self.store, &work, next)
    }

    /// Writes the result, gives it its name, and tells what came of it.
    fn finish(
        mut self,
        stages: &[Stage],
        sheets: &[Sheet],
        described: Value,
        replicates: u32,
        text: impl FnOnce() -> String,
    ) -> Result<(), Stop> {
        let plan = &self.comparison.plan;
        let folder = Folder::create(self.target, self.store.replaces())?;
        let (mut files, mut infos) = (Vec::new(), Vec::new());
        for sheet in sheets {
            files.push(sheet.write(folder.path())?);
            infos.push(sheet.info.clone());
        }
        let rows = runs::write(self.comparison, &mut self.store, stages, folder.path())?;
        files.push(rows);
        infos.push(self.comparison.runs_info());
        if self.comparison.has_points() {
            files.push(write_design(folder.path(), plan)?);
            infos.push(plan.design_info());
        }
        let experiment = &plan.experiment;
        let (name, title) = (&experiment.name, &experiment.title);
        let description = datapackage::of_files(name, title, &infos, Compression::None);
        let manifest = Manifest {
            replicates,
            experiment: Some(described),
            sources: self.sources(),
            ..sweep::manifest(plan, self.threads, self.started, "compare")
        };
        let files = finish_folder(folder, files, &description, manifest)?;
        self.store.remove()?;
        if !self.is_quiet {
            let files = tables::files(self.target, &files);
            print::out(&format!("{}\n{files}", text()));
        }
        Ok(())
    }

    /// Files of the experiment and of all scenarios, each once.
    fn sources(&self) -> Vec<crate::table::manifest::Source> {
        let experiment = &self.comparison.plan.experiment;
        let mut list = experiment.sources.clone();
        for arm in self.comparison.arms() {
            let scenario = Variant {
                scenario: arm.variant.scenario.clone(),
                set: Vec::new(),
            };
            if let Ok(scenario) = experiment.worlds.scenario(&scenario) {
                for source in &scenario.sources {
                    if !list.contains(source) {
                        list.push(source.clone());
                    }
                }
            }
        }
        common::sources(&list)
    }
}

/// How the number of replicates came about, for a manifest.
fn stopping_value(stopping: &Stopping, reached: Option<bool>, comparison: &Comparison) -> Value {
    let Stopping::Widths { targets, most } = stopping else {
        return json!({"rule": "fixed"});
    };
    let list = comparison.plan.responses().list();
    let targets: Vec<Value> = targets
        .iter()
        .map(|target| {
            json!({"response": list[target.response].name, "half_width": target.half_width})
        })
        .collect();
    json!({
        "rule": "half widths of Student's 95 % intervals of all treatments",
        "targets": targets,
        "first_batch": pairs::FIRST_BATCH,
        "max_replicates": most,
        "reached": reached,
    })
}

fn code(failed: u64) -> u8 {
    if failed > 0 {
        codes::RUNS_FAILED
    } else {
        codes::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_name_a_response_or_mean_the_first() {
        let responses = Responses::parse(["gap", "competitiveness"]).expect("responses");
        let read =
            |text| target(text, &responses).map(|target| (target.response, target.half_width));
        assert_eq!(read("0.001"), Ok((0, 0.001)));
        assert_eq!(read("competitiveness=2"), Ok((1, 2.0)));
        assert_eq!(
            read("competitivness=2"),
            Err(
                "there is no response `competitivness`; nearest valid name: `competitiveness`"
                    .to_string()
            )
        );
        assert_eq!(
            read("gap=0"),
            Err(
                "`0` is no half width; allowed: a number above 0, as in `0.001` or `gap=0.001`"
                    .to_string()
            )
        );
    }
}
