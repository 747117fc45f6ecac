//! Runs of all arms with common luck: a unit of work is a replicate.

use crate::analysis::claims::ledger::{Ledger, Record};
use crate::analysis::claims::stories::Story;
use crate::analysis::claims::study::{Reading, Ready, Study};
use crate::kernel::random::Luck;
use crate::kernel::{
    control::Control,
    ordered::{Crew, Stopped, work_in_order},
};
use crate::measure::response::probe::Probe;
use crate::measure::run::{Unmeasured, measure_run};
use crate::model::run::Run;
use crate::table::error::OutputError;

/// What ends a study early.
#[derive(Debug)]
pub enum StudyError {
    /// Its files.
    Output(OutputError),
    /// It was asked to stop; what is done is kept.
    Interrupted,
    /// The system gives no threads.
    Threads(String),
    /// A world cannot be set up.
    World(String),
}

impl From<OutputError> for StudyError {
    fn from(error: OutputError) -> Self {
        StudyError::Output(error)
    }
}

impl From<Stopped<StudyError>> for StudyError {
    fn from(stopped: Stopped<StudyError>) -> Self {
        match stopped {
            Stopped::Failed(error) => error,
            Stopped::Threads(error) => StudyError::Threads(error),
        }
    }
}

impl std::fmt::Display for StudyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StudyError::Output(error) => error.fmt(f),
            StudyError::Interrupted => f.write_str("interrupted"),
            StudyError::Threads(error) => write!(f, "cannot start threads: {error}"),
            StudyError::World(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for StudyError {}

/// Where the numbers of a replicate stand in its record.
#[derive(Clone, Debug)]
pub struct Layout {
    /// First place of each arm, its responses, and its quarters.
    arms: Vec<(usize, usize, usize)>,
    /// First place of the stories.
    stories: usize,
}

impl Layout {
    /// For these worlds.
    pub fn new(study: &Study, ready: &[Ready]) -> Self {
        let mut next = 0;
        let mut arms = Vec::new();
        for (arm, ready) in study.arms.iter().zip(ready) {
            let (responses, quarters) = (arm.responses.len(), ready.quarters as usize);
            arms.push((next, responses, quarters));
            next += responses * (1 + quarters);
        }
        Layout {
            arms,
            stories: next,
        }
    }

    /// A response of a replicate.
    pub fn value(&self, record: &Record, at: Reading) -> Option<f64> {
        let (first, ..) = self.arms[at.arm];
        finite(record, first + at.response)
    }

    /// A response of a replicate in a quarter, from 0.
    pub fn in_quarter(&self, record: &Record, at: Reading, quarter: usize) -> Option<f64> {
        let (first, responses, quarters) = self.arms[at.arm];
        let place = first + responses * (1 + quarter) + at.response;
        (quarter < quarters)
            .then(|| finite(record, place))
            .flatten()
    }

    /// Quarters of an arm.
    pub fn quarters(&self, arm: usize) -> usize {
        self.arms[arm].2
    }

    /// A number of the stories.
    pub fn story(&self, record: &Record, place: usize) -> Option<f64> {
        finite(record, self.stories + place)
    }
}

fn finite(record: &Record, place: usize) -> Option<f64> {
    let value = record.values.get(place).copied().flatten();
    value.filter(|value| value.is_finite())
}

/// One arm, run with one luck after the other.
pub(crate) struct Station<'a> {
    ready: &'a Ready,
    run: Option<Run<'a>>,
    probe: Probe,
    out: Vec<Option<f64>>,
}

impl<'a> Station<'a> {
    pub fn new(ready: &'a Ready, keeps_series: bool) -> Self {
        Station {
            ready,
            run: None,
            probe: Probe::new(ready.bound.clone(), keeps_series),
            out: Vec::new(),
        }
    }

    /// Appends responses and series of a run to `values`; the reason where it failed.
    pub fn measure(
        &mut self,
        luck: Luck,
        control: &Control,
        values: &mut Vec<Option<f64>>,
    ) -> Result<Option<String>, StudyError> {
        if let Some(run) = &mut self.run {
            run.reset(luck);
        }
        let setup = &self.ready.setup;
        let run = self.run.get_or_insert_with(|| Run::new(setup, luck));
        let outcome = measure_run(run, &mut self.probe, control);
        let error = match outcome {
            Ok(()) => {
                self.probe.finish(&mut self.out);
                values.extend_from_slice(&self.out);
                values.extend_from_slice(self.probe.series());
                None
            }
            Err(Unmeasured::Cancelled) => return Err(StudyError::Interrupted),
            Err(Unmeasured::Model(error)) => {
                // Nothing of what broke is left.
                self.run = None;
                Some(error.to_string())
            }
        };
        control.count_run(error.is_some());
        Ok(error)
    }
}

/// Runs replicates up to `end` that the ledger does not hold yet.
///
/// # Errors
/// [`StudyError`]; what is done stays in the ledger.
pub fn run(
    study: &Study,
    ready: &[Ready],
    story: Option<&Story>,
    ledger: &mut Ledger,
    end: u64,
    threads: usize,
    control: &Control,
) -> Result<(), StudyError> {
    let layout = Layout::new(study, ready);
    let next = ledger.records.len() as u64;
    let base = study.base_arm().filter(|_| story.is_some());
    let outcome = work_in_order(
        next..end.max(next),
        Crew::of(threads),
        || -> Vec<Station<'_>> {
            let stations = ready.iter().map(|ready| Station::new(ready, true));
            stations.collect()
        },
        |stations, replicate, record: &mut Record| {
            record.values.clear();
            record.errors.clear();
            let luck = Luck {
                seed: study.seed,
                replicate,
            };
            for (arm, station) in stations.iter_mut().enumerate() {
                let (first, responses, quarters) = layout.arms[arm];
                if let Some(error) = station.measure(luck, control, &mut record.values)? {
                    record.errors.push((arm, error));
                }
                record
                    .values
                    .resize(first + responses * (1 + quarters), None);
            }
            if let (Some(story), Some(base)) = (story, base) {
                // A run that fails has failed above, too.
                let numbers = story.tell(&ready[base].setup, luck).unwrap_or_default();
                record.values.extend(numbers);
            }
            Ok(())
        },
        |_, record| ledger.push(record.clone()).map_err(StudyError::from),
    );
    ledger.sync()?;
    outcome.map_err(StudyError::from)
}

/// Everything a study found, as tables.
#[derive(Debug)]
pub struct Findings {
    /// Outcomes of parts.
    pub outcomes: Vec<crate::analysis::claims::outcome::Outcome>,
    /// Verdicts of claims.
    pub verdicts: Vec<crate::analysis::claims::judge::Verdict>,
    /// Robustness of claims; empty where it was not asked for.
    pub robust: Vec<crate::analysis::claims::robust::Robustness>,
    /// All tables.
    pub sheets: Vec<crate::table::sheet::Sheet>,
    /// Runs that failed.
    pub failed: u64,
    /// Why the first did.
    pub reason: Option<String>,
}

/// Makes the tables of a ledger that is complete: `replicates` lines, then one for each design point.
///
/// # Errors
/// A sentence about a design that cannot be.
pub fn findings(
    study: &Study,
    ready: &[Ready],
    story: Option<&Story>,
    records: &[Record],
    replicates: usize,
    size: Option<crate::analysis::claims::robust::Size>,
) -> Result<Findings, String> {
    use crate::analysis::claims::{outcome, robust, series, sides, tables};
    let layout = Layout::new(study, ready);
    let (quick, points) = records.split_at(replicates.min(records.len()));
    let outcomes = outcome::outcomes(study, &layout, quick);
    let verdicts = outcome::verdicts(study, &outcomes);
    let mut sheets = vec![
        tables::claims(study, &outcomes, &verdicts),
        tables::runs(study, &layout, quick),
        series::sheet(study, &layout, quick),
    ];
    sheets.extend(series::henan(study, &layout, quick));
    sheets.extend(sides::comparisons(study, &layout, quick));
    if let Some(story) = story {
        sheets.extend(sides::stories(study, story, &layout, quick));
    }
    let mut found = Vec::new();
    if let Some(size) = size {
        let design = robust::points(size)?;
        found = robust::robustness(study, &design, points);
        sheets.extend(crate::analysis::claims::robust::sheets::sheets(
            study, size, &found,
        ));
    }
    let failed = records
        .iter()
        .map(|record| record.errors.len() as u64)
        .sum();
    let reason = records.iter().find_map(|record| record.errors.first());
    Ok(Findings {
        outcomes,
        verdicts,
        robust: found,
        sheets,
        failed,
        reason: reason.map(|(arm, error)| format!("{}: {error}", study.arms[*arm].name)),
    })
}
