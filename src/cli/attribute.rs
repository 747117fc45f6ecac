//! `dualtrack attribute`: what each mechanism contributes.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::analysis::attribution::{self, Attribution};
use crate::cli::common::{self, Stop};
use crate::cli::options::{OverlayArgs, WorkArgs};
use crate::cli::study::{self, Answer, Runs};
use crate::cli::tables::{
    self, bold, counted, interval, or_nothing, paragraph, percent, significant,
};
use crate::input::experiment::{
    factor::{Assignment, Variant},
    worlds::Worlds,
};
use crate::input::scenario::{self, Scenario, file_source::FileSource};
use crate::measure::response::spec::Responses;
use crate::model::params::Parameter;
use crate::stats::estimate::Estimate;
use crate::study::arm::Arm;
use crate::study::execute::Study;
use crate::study::identity::of_responses;
use crate::study::stage::{Order, PointList, Stage};
use crate::study::sweep::plan::response_column;
use crate::study::sweep::tables::Tables;
use crate::study::table::RunTable;
use crate::table::manifest::Manifest;

/// Longest name of a response that stands in the head of a table.
const LONG: usize = 32;

/// Run a scenario with every combination of some mechanisms on and off, and estimate what each contributes.
///
/// All combinations use the same random draws. Contributions are Shapley values: what turning a mechanism on adds,
/// averaged over all orders in which mechanisms can be turned on. They add up to the difference between all on and all
/// off. An interrupted study resumes with `--resume`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Mechanisms, such as `tournament,comparability,codification`; at most 10.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    over: Vec<String>,
    #[command(flatten)]
    overlay: OverlayArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

impl Args {
    pub(crate) fn question(
        &self,
        file_source: &FileSource,
    ) -> Result<Box<dyn study::Question>, Stop> {
        Ok(Box::new(Question::read(self, file_source)?))
    }
}

/// What is asked, read and checked.
struct Question {
    scenario: Scenario,
    mechanisms: Vec<&'static Parameter>,
    variants: Vec<Variant>,
    responses: Responses,
    replicates: u32,
    study: Arc<Study>,
}

impl Question {
    /// Reads it; all problems of the arguments and of the scenario in one go.
    fn read(args: &Args, file_source: &FileSource) -> Result<Self, Stop> {
        let overlay = &args.overlay;
        let mut problems = Vec::new();
        let mechanisms = attribution::mechanisms(&args.over).unwrap_or_else(|sentences| {
            problems.extend(sentences.into_iter().map(|text| format!("--over: {text}")));
            Vec::new()
        });
        let texts = common::split_responses(&overlay.responses);
        let responses =
            Responses::parse(texts.iter().map(String::as_str)).unwrap_or_else(|sentence| {
                problems.push(format!("--response: {sentence}"));
                Responses::default()
            });
        let scenario = match scenario::load_from(file_source, &args.scenario, &overlay.sets) {
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
        let set = overlay
            .sets
            .iter()
            .map(|argument| Assignment::parse(argument));
        let set: Vec<Assignment> = set.collect();
        let worlds = Arc::new(Worlds::on(file_source, &args.scenario, &set));
        let base = Arm::new("base", &worlds, &Variant::default(), &responses);
        let seed = overlay.seed.unwrap_or(scenario.seed);
        Ok(Question {
            study: Arc::new(Study::new(vec![base.map_err(Stop::bad_input)?], seed)),
            variants: attribution::combinations(&mechanisms),
            mechanisms,
            responses,
            replicates: overlay.replicates.unwrap_or(scenario.replicates),
            scenario,
        })
    }

    /// The scenario, at design points that are the combinations.
    fn stage(&self) -> Stage {
        Stage {
            points: PointList::Listed(self.variants.as_slice().into()),
            replicates: 0..u64::from(self.replicates),
            arms: vec![0],
            order: Order::ByPoint,
            keeps_series: false,
        }
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

impl study::Question for Question {
    fn command(&self) -> &'static str {
        "attribute"
    }

    fn title(&self) -> (String, String) {
        (self.scenario.name.clone(), self.scenario.title.clone())
    }

    fn notes(&self) -> &[String] {
        &self.scenario.notes
    }

    fn responses(&self) -> Option<&Responses> {
        Some(&self.responses)
    }

    fn target(&self) -> PathBuf {
        PathBuf::from("output").join(format!("{}-attribute", self.scenario.name))
    }

    fn study(&self) -> Arc<Study> {
        Arc::clone(&self.study)
    }

    fn identity(&self) -> Result<Value, String> {
        Ok(json!({
            "command": "attribute",
            "study": self.study.identity()?,
            "over": self.keys(),
            "replicates": self.replicates,
        }))
    }

    fn stages(&self) -> Vec<Stage> {
        vec![self.stage()]
    }

    fn answer(&mut self, runs: Runs<'_>) -> Result<Answer, Stop> {
        let widths = [self.responses.len()];
        let table = RunTable::of(runs.store, 0, runs.stages, &widths)?.remove(0);
        let found = attribution::attribute(&table).map_err(Stop::failure)?;
        let columns = self.responses.list().iter().map(response_column);
        let (seed, mechanisms) = (self.study.seed, &self.mechanisms);
        let mut result_tables = attribution::result_tables(&found, &self.names(), mechanisms);
        let columns = columns.collect();
        result_tables.push(attribution::runs_table(&table, seed, columns, mechanisms));
        let mut tables = Tables {
            failed: found.failed as u64,
            ..Tables::default()
        };
        for result_table in result_tables {
            tables.add(result_table.write(runs.place)?, result_table.info);
        }
        Ok(Answer {
            manifest: manifest(self, &found),
            text: report(self, &found),
            warning: None,
            tables,
        })
    }
}

fn manifest(question: &Question, found: &Attribution) -> Manifest {
    Manifest {
        seed: question.study.seed,
        replicates: question.replicates,
        experiment: Some(json!({
            "over": question.keys(),
            "responses": of_responses(&question.responses),
            "combinations": question.variants.len(),
            "runs": question.runs(),
            "failed_runs": found.failed,
            "whole_replicates": found.whole,
        })),
        ..common::manifest(&question.scenario)
    }
}

fn report(question: &Question, found: &Attribution) -> String {
    let mut text = format!(
        "{}\n{} of {} with {}: {}, seed {}\n",
        bold(&question.scenario.title),
        counted(question.variants.len() as u64, "combination"),
        counted(question.mechanisms.len() as u64, "mechanism"),
        counted(u64::from(question.replicates), "replicate"),
        counted(question.runs(), "run"),
        question.study.seed,
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
        text.push_str(&paragraph(&sentence));
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
        let row = |name: String, value: &Estimate| {
            let share = or_nothing(of.share(value.mean), percent);
            let interval = interval(value.interval(), significant);
            vec![name, significant(value.mean), interval, share]
        };
        let mut rows = vec![row("All on less all off".to_string(), &difference)];
        let values = of.shapley.iter().flat_map(|all| &all.values);
        let values = question.mechanisms.iter().zip(values);
        rows.extend(values.map(|(own, value)| row(format!("  {}", attribution::name(own)), value)));
        text.push('\n');
        if is_long {
            text.push_str(&format!("{}\n", bold(name)));
        }
        text.push_str(&tables::table(&header, rows));
    }
    text.push('\n');
    text.push_str(&paragraph(
        &format!(
            "Shapley values: what a mechanism adds, averaged over all orders of turning mechanisms on. Means over \
             replicates with the same random draws, n = {}, with Student's 95 % intervals. No share where the whole \
             difference cannot be told from 0.",
            found.whole
        )));
    if found.replicates == 1 {
        text.push_str("One replicate has no interval; add `--replicates 20` or more.\n");
    }
    text
}
