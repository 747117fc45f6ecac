//! `dualtrack compare`: policies compared draw by draw on the same random draws.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::analysis::compare::{
    Comparison, effects, pairs,
    pairs::{Pairs, Stopping, Target},
    runs,
    uncertainty::UncertaintyAnalysis,
};
use crate::cli::common::{self, Stop};
use crate::cli::effects::{Summary, uncertainty};
use crate::cli::number;
use crate::cli::options::{OverlayArgs, WorkArgs};
use crate::cli::study::{Answer, Question, Runs};
use crate::cli::sweep;
use crate::input::experiment::{
    Experiment, direct,
    factor::Variant,
    reader::{self, Overlay},
};
use crate::input::scenario::file_source::FileSource;
use crate::kernel::text::{near_or, ticked_list};
use crate::measure::response::spec::Responses;
use crate::study::error::StudyError;
use crate::study::execute::Study;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::study::sweep::tables::{Tables, write_design};
use crate::table::{manifest::Manifest, result_table::ResultTable};

/// Most replicates where their number is left to the widths of intervals.
const MOST: u32 = 2_000;

/// Compare policies with a base on the same random draws.
///
/// BASE is a scenario file, or an experiment file with `[treatments.NAME]`. Every replicate runs the base and all
/// policies with the same random draws, so any difference is caused by the policies. An interrupted comparison resumes
/// with `--resume`; its output is byte-identical.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// Scenario file, or experiment file with treatments.
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,
    /// Scenario files to compare with the base, named by file name.
    #[arg(value_name = "POLICY")]
    pub(crate) policies: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) overlay: OverlayArgs,
    /// Add replicates until the half width of the 95 % interval (Student) of every difference is at most this: `0.001`
    /// for the first response, or `RESPONSE=0.001`.
    #[arg(long, value_name = "X", value_delimiter = ';', conflicts_with_all = ["replicates", "over"])]
    pub(crate) until_halfwidth: Vec<String>,
    /// Most replicates for `--until-halfwidth`.
    #[arg(long, value_name = "N", default_value_t = MOST, requires = "until_halfwidth", value_parser = number::whole::<u32>(2..=1_000_000, 500))]
    pub(crate) max_replicates: u32,
    /// Repeat the comparison at this many points of the experiment's factors, or else of all uncertain parameters
    /// (Sobol' sequence).
    #[arg(long, value_name = "POINTS", value_parser = number::whole::<u64>(1..=65_536, 256))]
    pub(crate) over: Option<u64>,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

impl Args {
    pub(crate) fn question(&self, file_source: &FileSource) -> Result<Box<dyn Question>, Stop> {
        let (experiment, name) = self.experiment(file_source)?;
        let comparison = Comparison::new(experiment).map_err(Stop::bad_input)?;
        Ok(Box::new(Asked {
            stopping: self.stopping(&comparison)?,
            pairs: Pairs::new(&comparison),
            target: PathBuf::from("output").join(name),
            comparison,
        }))
    }
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

impl Args {
    /// The experiment, and the name of its result.
    pub(crate) fn experiment(
        &self,
        file_source: &FileSource,
    ) -> Result<(Experiment, String), Stop> {
        let overlay = Overlay {
            has_design: self.over.is_some(),
            ..self.overlay.overlay()
        };
        let loaded = if direct::is_experiment(file_source, &self.base) {
            reader::load_from(file_source, &self.base, &overlay)
        } else {
            direct::of_scenario(file_source, &self.base, &overlay)
        };
        let mut experiment = loaded.map_err(Stop::bad_input)?;
        experiment
            .add_policies(&self.policies)
            .map_err(Stop::bad_input)?;
        if let Some(points) = self.over {
            experiment.cross_with_uncertainty(points);
        }
        let name = folder_name(&experiment.name, &self.policies);
        Ok((experiment, name))
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

/// A comparison, and when it has enough replicates.
struct Asked {
    comparison: Comparison,
    stopping: Stopping,
    pairs: Pairs,
    target: PathBuf,
}

impl Question for Asked {
    fn command(&self) -> &'static str {
        "compare"
    }

    fn title(&self) -> (String, String) {
        let experiment = &self.comparison.plan.experiment;
        (experiment.name.clone(), experiment.title.clone())
    }

    fn notes(&self) -> &[String] {
        &self.comparison.plan.experiment.notes
    }

    fn responses(&self) -> Option<&Responses> {
        Some(self.comparison.plan.responses())
    }

    fn target(&self) -> PathBuf {
        self.target.clone()
    }

    fn study(&self) -> Arc<Study> {
        Arc::clone(&self.comparison.study)
    }

    fn identity(&self) -> Result<Value, String> {
        let mut identity = self.comparison.identity()?;
        identity["command"] = json!("compare");
        identity["stopping"] = stopping_value(&self.stopping, None, &self.comparison);
        Ok(identity)
    }

    fn form(&self) -> Value {
        sweep::form(&self.comparison.plan.experiment)
    }

    fn stages(&self) -> Vec<Stage> {
        vec![self.comparison.stage(0..self.stopping.most())]
    }

    fn is_adaptive(&self) -> Option<&'static str> {
        let Stopping::Widths { .. } = self.stopping else {
            return None;
        };
        Some("`--until-halfwidth` adds replicates as results tell; allowed: `--replicates`")
    }

    fn next(&mut self, done: &[Stage], store: &mut RunStore) -> Result<Option<Stage>, StudyError> {
        let (comparison, stopping) = (&self.comparison, &self.stopping);
        match comparison.has_points() {
            true => Ok(self.stages().get(done.len()).cloned()),
            false => self.pairs.next(comparison, stopping, done, store),
        }
    }

    fn answer(&mut self, mut runs: Runs<'_>) -> Result<Answer, Stop> {
        match self.comparison.has_points() {
            true => self.at_points(&mut runs),
            false => self.at_the_base(&mut runs),
        }
    }
}

impl Asked {
    /// Replicates of all treatments with the parameters of the base.
    fn at_the_base(&mut self, runs: &mut Runs<'_>) -> Result<Answer, Stop> {
        let (comparison, stopping) = (&self.comparison, &self.stopping);
        let pairs = &mut self.pairs;
        if pairs.replicates == 0 {
            // From a plan folder: nobody asked for its stage.
            pairs.next(comparison, stopping, runs.stages, runs.store)?;
        }
        let effects = effects::effects(comparison, pairs, stopping, runs.threads)?;
        let result_tables = [
            effects::result_table(comparison, &effects),
            pairs
                .trajectory
                .result_table(comparison.arms(), comparison.plan.responses()),
        ];
        let failed: u64 = pairs.failed.iter().sum();
        let mut described = comparison.describe(failed);
        described["replicates"] = json!(pairs.replicates);
        described["stopping"] = stopping_value(stopping, pairs.reached, comparison);
        let summary = Summary {
            comparison,
            pairs,
            effects: &effects,
            stopping,
        };
        let (text, counts) = (summary.to_string(), (pairs.replicates, failed));
        self.write(runs, result_tables, described, counts, text)
    }

    /// Replicates of all treatments at every design point.
    fn at_points(&self, runs: &mut Runs<'_>) -> Result<Answer, Stop> {
        let comparison = &self.comparison;
        let found = UncertaintyAnalysis::of(comparison, runs.store, &runs.stages[0])?;
        let failed: u64 = found.failed.iter().sum();
        let replicates = comparison.plan.experiment.replicates;
        let mut described = comparison.describe(failed);
        described["replicates"] = json!(replicates);
        let text = uncertainty(comparison, &found);
        let result_tables = found.result_tables(comparison);
        self.write(runs, result_tables, described, (replicates, failed), text)
    }

    fn write(
        &self,
        runs: &mut Runs<'_>,
        result_tables: impl IntoIterator<Item = ResultTable>,
        described: Value,
        (replicates, failed): (u32, u64),
        text: String,
    ) -> Result<Answer, Stop> {
        let comparison = &self.comparison;
        let plan = &comparison.plan;
        let mut tables = Tables {
            failed,
            ..Tables::default()
        };
        for result_table in result_tables {
            tables.add(result_table.write(runs.place)?, result_table.info);
        }
        let rows = runs::write(comparison, runs.store, runs.stages, runs.place)?;
        tables.add(rows, comparison.runs_info());
        if comparison.has_points() {
            tables.add(write_design(runs.place, plan)?, plan.design_info());
        }
        let manifest = Manifest {
            replicates,
            experiment: Some(described),
            sources: self.sources(),
            ..sweep::manifest(plan)
        };
        Ok(Answer {
            tables,
            manifest,
            text,
            warning: None,
        })
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
