//! `dualtrack sweep`: the runs of an experiment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::common::{self, Stop};
use crate::cli::options::{ExperimentArgs, WorkArgs};
use crate::cli::study::{Answer, Question, Runs};
use crate::cli::tables::{self, counted};
use crate::input::scenario::file_source::FileSource;
use crate::study::error::StudyError;
use crate::study::execute::Study;
use crate::study::place::Begin;
use crate::study::stage::Stage;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::reuse;
use crate::study::sweep::tables::{Tables, WITHOUT_PARQUET, describe, to_parquet, write};
use crate::table::{manifest::Manifest, place::Place};

/// Run every design point of an experiment with every replicate.
///
/// An interrupted sweep goes on with `--resume`; its output is byte-identical.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Files of large tables.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct FormatArgs {
    /// Write runs and series as Parquet instead of CSV.
    #[arg(long, conflicts_with = "plan")]
    parquet: bool,
}

impl Args {
    pub(crate) fn question(&self, file_source: &FileSource) -> Result<Box<dyn Question>, Stop> {
        Ok(Box::new(Sweep::new(
            "sweep",
            &self.experiment,
            self.format,
            file_source,
        )?))
    }
}

/// A sweep, by itself or as what an analysis is made of.
pub(crate) struct Sweep {
    command: &'static str,
    pub plan: Plan,
    study: Arc<Study>,
    is_parquet: bool,
}

impl Sweep {
    pub fn new(
        command: &'static str,
        experiment: &ExperimentArgs,
        format: FormatArgs,
        file_source: &FileSource,
    ) -> Result<Self, Stop> {
        if format.parquet && !cfg!(feature = "parquet") {
            return Err(Stop::bad_input(WITHOUT_PARQUET));
        }
        let plan = Plan::new(experiment.load(file_source)?).map_err(Stop::bad_input)?;
        Ok(Sweep {
            command,
            study: Arc::new(plan.study().map_err(Stop::bad_input)?),
            plan,
            is_parquet: format.parquet,
        })
    }

    /// What is known of the result.
    pub fn manifest(&self, failed: u64) -> Manifest {
        Manifest {
            experiment: Some(describe(&self.plan, failed)),
            ..manifest(&self.plan)
        }
    }

    /// What was run, and what failed of it.
    pub fn head(&self, failed: u64) -> String {
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

/// A question that is a sweep and more.
pub(crate) trait OverSweep {
    fn sweep(&self) -> &Sweep;
    fn sweep_mut(&mut self) -> &mut Sweep;
    /// Stages after that of the sweep.
    fn more_stages(&self) -> Vec<Stage> {
        Vec::new()
    }
    /// Adds tables to those of the sweep.
    ///
    /// # Errors
    /// What the file system or the analysis says.
    fn analyse(&mut self, runs: &mut Runs<'_>, tables: &mut Tables) -> Result<Analysed, Stop>;
}

/// What an analysis adds.
#[derive(Default)]
pub(crate) struct Analysed {
    /// For the terminal.
    pub text: String,
    /// Runs that failed, beside those of the sweep.
    pub failed: u64,
}

impl OverSweep for Sweep {
    fn sweep(&self) -> &Sweep {
        self
    }

    fn sweep_mut(&mut self) -> &mut Sweep {
        self
    }

    fn analyse(&mut self, _: &mut Runs<'_>, _: &mut Tables) -> Result<Analysed, Stop> {
        Ok(Analysed::default())
    }
}

impl<T: OverSweep> Question for T {
    fn command(&self) -> &'static str {
        self.sweep().command
    }

    fn title(&self) -> (String, String) {
        let experiment = &self.sweep().plan.experiment;
        (experiment.name.clone(), experiment.title.clone())
    }

    fn about(&self) -> Vec<(String, String)> {
        let (plan, experiment) = (&self.sweep().plan, &self.sweep().plan.experiment);
        let design = experiment.design.as_ref();
        let responses = plan.responses().list().iter();
        let responses: Vec<&str> = responses.map(|own| own.name.as_str()).collect();
        let line = |name: &str, value: String| (name.to_string(), value);
        vec![
            line("Experiment", experiment.title.clone()),
            line("Base", experiment.base.written.clone()),
            line(
                "Design",
                design
                    .map_or("the base alone", |design| design.name())
                    .to_string(),
            ),
            line("Factors", plan.points.factors().len().to_string()),
            line("Design points", tables::grouped(plan.points.len())),
            line("Replicates", tables::grouped(experiment.replicates.into())),
            line("Responses", responses.join(", ")),
        ]
    }

    fn notes(&self) -> &[String] {
        &self.sweep().plan.experiment.notes
    }

    fn target(&self) -> PathBuf {
        PathBuf::from("output").join(&self.sweep().plan.experiment.name)
    }

    fn study(&self) -> Arc<Study> {
        Arc::clone(&self.sweep().study)
    }

    fn identity(&self) -> Result<Value, String> {
        Ok(json!({"command": self.sweep().command, "plan": self.sweep().plan.identity}))
    }

    fn stages(&self) -> Vec<Stage> {
        let mut stages = vec![self.sweep().plan.stage()];
        stages.extend(self.more_stages());
        stages
    }

    fn begin(&mut self, begin: Begin, target: &Path) -> Result<Begin, StudyError> {
        if begin != Begin::Resume {
            return Ok(begin);
        }
        reuse::put_aside(target, &self.sweep().plan)?;
        let known = reuse::known(target, &self.sweep().plan)?;
        if let Some(study) = Arc::get_mut(&mut self.sweep_mut().study) {
            study.known = known;
        }
        Ok(Begin::Extend)
    }

    fn begun(&self, target: &Path) -> Result<(), StudyError> {
        Ok(reuse::note_design(target, &self.sweep().plan)?)
    }

    fn answer(&mut self, mut runs: Runs<'_>) -> Result<Answer, Stop> {
        let (stage, place) = ((0, &runs.stages[0]), runs.place);
        let mut tables = write(&self.sweep().plan, runs.store, stage, place)?;
        let Analysed { text, failed } = self.analyse(&mut runs, &mut tables)?;
        let sweep = self.sweep();
        if let (true, Place::Folder(folder)) = (sweep.is_parquet, place) {
            to_parquet(folder, &mut tables)?;
        }
        let manifest = sweep.manifest(tables.failed);
        let head = sweep.head(tables.failed);
        tables.failed += failed;
        Ok(Answer {
            manifest,
            text: match text.is_empty() {
                true => head,
                false => format!("{head}\n{text}"),
            },
            warning: None,
            tables,
        })
    }

    fn ended(&self, target: &Path) -> Result<(), StudyError> {
        Ok(reuse::remove_aside(target)?)
    }
}

/// What is known of any result of a plan.
pub(crate) fn manifest(plan: &Plan) -> Manifest {
    let experiment = &plan.experiment;
    let base = experiment.worlds.scenario(&Default::default()).ok();
    let (first, last, settings) = base.as_ref().map_or_else(Default::default, |base| {
        let world = &base.world;
        (
            world.start.to_string(),
            crate::cli::summary::last_quarter(world).to_string(),
            base.resolved.clone(),
        )
    });
    Manifest {
        scenario: experiment.base.written.clone(),
        seed: experiment.seed,
        replicates: experiment.replicates,
        first_quarter: first,
        last_quarter: last,
        sources: common::sources(&experiment.sources),
        settings,
        warnings: experiment.notes.clone(),
        ..Manifest::default()
    }
}
