//! `dualtrack sweep`: the runs of an experiment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::common::{self, Stop};
use crate::cli::options::{ExperimentArgs, WorkArgs};
use crate::cli::study::{Answer, Question, Runs};
use crate::cli::tables::{self, counted};
use crate::input::experiment::Experiment;
use crate::input::scenario::file_source::FileSource;
use crate::measure::response::spec::Responses;
use crate::study::error::StudyError;
use crate::study::execute::Study;
use crate::study::place::Begin;
use crate::study::stage::Stage;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::reuse;
use crate::study::sweep::tables::{Tables, WITHOUT_PARQUET, describe, to_parquet, write};
use crate::study::table::RunTable;
use crate::table::{manifest::Manifest, place::Place};

/// Run every design point of an experiment with every replicate.
///
/// An interrupted sweep resumes with `--resume`; its output is byte-identical.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    /// Write runs and series as Parquet instead of CSV.
    #[arg(long, conflicts_with = "plan")]
    pub(crate) parquet: bool,
}

impl Args {
    pub(crate) fn question(&self, file_source: &FileSource) -> Result<Box<dyn Question>, Stop> {
        Ok(Box::new(self.sweep("sweep", file_source)?))
    }

    /// A sweep as what an analysis is made of.
    pub(crate) fn analysed(
        &self,
        command: &'static str,
        file_source: &FileSource,
        analysis: impl FnOnce(&Plan) -> Result<Box<dyn Analysis>, String>,
    ) -> Result<Box<dyn Question>, Stop> {
        let mut sweep = self.sweep(command, file_source)?;
        let plan = &sweep.plan;
        let analysis = analysis(plan).and_then(|analysis| {
            RunTable::check(plan.runs(), plan.responses().len()).map(|()| analysis)
        });
        sweep.analysis = Some(analysis.map_err(|sentence| {
            let file = self.experiment.experiment.display();
            Stop::bad_input(format!("{file}: {sentence}"))
        })?);
        Ok(Box::new(sweep))
    }

    fn sweep(&self, command: &'static str, file_source: &FileSource) -> Result<Sweep, Stop> {
        if self.parquet && !cfg!(feature = "parquet") {
            return Err(Stop::bad_input(WITHOUT_PARQUET));
        }
        let plan = Plan::new(self.experiment.load(file_source)?).map_err(Stop::bad_input)?;
        Ok(Sweep {
            command,
            study: Arc::new(plan.study().map_err(Stop::bad_input)?),
            plan,
            is_parquet: self.parquet,
            analysis: None,
        })
    }
}

/// A sweep, by itself or as what an analysis is made of.
struct Sweep {
    command: &'static str,
    plan: Plan,
    study: Arc<Study>,
    is_parquet: bool,
    analysis: Option<Box<dyn Analysis>>,
}

impl Sweep {
    /// What was run, and what failed of it.
    fn head(&self, failed: u64) -> String {
        let plan = &self.plan;
        let mut text = format!(
            "{}\n{} with {}: {}\n",
            tables::bold(&plan.experiment.title),
            counted(plan.points.len(), "design point"),
            counted(u64::from(plan.experiment.replicates), "replicate"),
            counted(plan.runs(), "run"),
        );
        if failed > 0 {
            text.push_str(&format!(
                "{} failed; the column `error` of `runs.csv` says why\n",
                counted(failed, "run")
            ));
        }
        text
    }
}

/// What is asked of the runs of a sweep.
pub(crate) trait Analysis {
    /// Stages after that of the sweep.
    fn more_stages(&self, _plan: &Plan) -> Vec<Stage> {
        Vec::new()
    }
    /// Adds tables to those of the sweep; returns what to say, and the runs that failed beside those of the sweep.
    ///
    /// # Errors
    /// What the file system or the analysis says.
    fn analyse(
        &self,
        plan: &Plan,
        runs: &mut Runs<'_>,
        tables: &mut Tables,
    ) -> Result<(String, u64), Stop>;
}

impl Question for Sweep {
    fn command(&self) -> &'static str {
        self.command
    }

    fn title(&self) -> (String, String) {
        let experiment = &self.plan.experiment;
        (experiment.name.clone(), experiment.title.clone())
    }

    fn about(&self) -> Vec<(String, String)> {
        let (plan, experiment) = (&self.plan, &self.plan.experiment);
        let design = experiment.design.as_ref();
        let design = design.map_or("the base alone", |design| design.name());
        let responses = plan.responses().list().iter();
        let responses: Vec<&str> = responses.map(|own| own.name.as_str()).collect();
        let line = |name: &str, value: String| (name.to_string(), value);
        vec![
            line("Experiment", experiment.title.clone()),
            line("Base", experiment.base.written.clone()),
            line("Design", design.to_string()),
            line("Factors", plan.points.factors().len().to_string()),
            line("Design points", tables::grouped(plan.points.len())),
            line("Replicates", tables::grouped(experiment.replicates.into())),
            line("Responses", responses.join(", ")),
        ]
    }

    fn notes(&self) -> &[String] {
        &self.plan.experiment.notes
    }

    fn responses(&self) -> Option<&Responses> {
        Some(self.plan.responses())
    }

    fn target(&self) -> PathBuf {
        PathBuf::from("output").join(&self.plan.experiment.name)
    }

    fn study(&self) -> Arc<Study> {
        Arc::clone(&self.study)
    }

    fn identity(&self) -> Result<Value, String> {
        Ok(json!({"command": self.command, "plan": self.plan.identity}))
    }

    fn stages(&self) -> Vec<Stage> {
        let mut stages = vec![self.plan.stage()];
        let analysis = self.analysis.iter();
        stages.extend(analysis.flat_map(|analysis| analysis.more_stages(&self.plan)));
        stages
    }

    fn form(&self) -> Value {
        json!([form(&self.plan.experiment), self.is_parquet])
    }

    fn begin(&mut self, begin: Begin, target: &Path) -> Result<Begin, StudyError> {
        if begin != Begin::Resume {
            return Ok(begin);
        }
        reuse::put_aside(target, &self.plan)?;
        let known = reuse::known(target, &self.plan)?;
        if let Some(study) = Arc::get_mut(&mut self.study) {
            study.known = known;
        }
        Ok(Begin::Extend)
    }

    fn begun(&self, target: &Path) -> Result<(), StudyError> {
        Ok(reuse::note_design(target, &self.plan)?)
    }

    fn answer(&mut self, mut runs: Runs<'_>) -> Result<Answer, Stop> {
        let (plan, place) = (&self.plan, runs.place);
        let mut tables = write(plan, runs.store, (0, &runs.stages[0]), place)?;
        let (said, failed) = match &self.analysis {
            Some(analysis) => analysis.analyse(plan, &mut runs, &mut tables)?,
            None => (String::new(), 0),
        };
        if let (true, Place::Folder(folder)) = (self.is_parquet, place) {
            to_parquet(folder, &mut tables)?;
        }
        let manifest = Manifest {
            experiment: Some(describe(plan, tables.failed)),
            ..manifest(plan)
        };
        let head = self.head(tables.failed);
        tables.failed += failed;
        Ok(Answer {
            manifest,
            text: match said.is_empty() {
                true => head,
                false => format!("{head}\n{said}"),
            },
            warning: None,
            tables,
        })
    }

    fn ended(&self, target: &Path) -> Result<(), StudyError> {
        Ok(reuse::remove_aside(target)?)
    }
}

/// What decides about a result of an experiment beside the numbers of its runs.
pub(crate) fn form(experiment: &Experiment) -> Value {
    json!([
        experiment.title,
        experiment.description,
        experiment.objectives
    ])
}

/// What is known of any result of a plan.
pub(crate) fn manifest(plan: &Plan) -> Manifest {
    let experiment = &plan.experiment;
    let base = experiment.worlds.scenario(&Default::default()).ok();
    Manifest {
        scenario: experiment.base.written.clone(),
        seed: experiment.seed,
        replicates: experiment.replicates,
        sources: common::sources(&experiment.sources),
        warnings: experiment.notes.clone(),
        ..base.map_or_else(Manifest::default, |base| common::manifest(&base))
    }
}
