//! Commands that run a study: how each of them is begun, gone on with, parted into shards and ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use serde_json::Value;

use crate::cli::common::{self, Stop};
use crate::cli::options::WorkArgs;
use crate::cli::progress::{self, Goal};
use crate::cli::{codes, print, tables};
use crate::kernel::control::Control;
use crate::measure::response::spec::{Response, Responses};
use crate::study::error::StudyError;
use crate::study::execute::{Study, execute};
use crate::study::identity;
use crate::study::place::{self, Begin};
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::study::sweep::pilot::pilot;
use crate::study::sweep::tables::Tables;
use crate::table::compression::Compression;
use crate::table::{
    complete::complete_folder, datapackage, folder::Folder, manifest::Manifest, place::Place,
};

/// What a command asks of runs, read and checked.
pub(crate) trait Question {
    /// Name of the command.
    fn command(&self) -> &'static str;
    /// Name and title of what is asked.
    fn title(&self) -> (String, String);
    /// What a dry run says about it, before the number of runs.
    fn about(&self) -> Vec<(String, String)> {
        vec![("Study".to_string(), self.title().1)]
    }
    /// What the reader of its files has to say.
    fn notes(&self) -> &[String] {
        &[]
    }
    /// What columns of its tables are named after.
    fn responses(&self) -> Option<&Responses> {
        None
    }
    /// Where the result stands where nothing else is asked for.
    fn target(&self) -> PathBuf;
    /// Arms and random draws.
    fn study(&self) -> Arc<Study>;
    /// What decides about results, apart from what its study says.
    ///
    /// # Errors
    /// Every problem of a scenario.
    fn identity(&self) -> Result<Value, String>;
    /// Its stages; of one that depends on results, all that there can be.
    fn stages(&self) -> Vec<Stage>;
    /// Why it cannot be parted into shards; none where it can.
    fn is_adaptive(&self) -> Option<&'static str> {
        None
    }
    /// The next stage.
    ///
    /// # Errors
    /// What the store says.
    fn next(&mut self, done: &[Stage], _store: &mut RunStore) -> Result<Option<Stage>, StudyError> {
        Ok(self.stages().get(done.len()).cloned())
    }
    /// What decides about the result beside the numbers of its runs.
    fn form(&self) -> Value {
        self.title().1.into()
    }
    /// How it begins, with runs of an earlier result where it can take over any.
    ///
    /// # Errors
    /// What the file system says.
    fn begin(&mut self, begin: Begin, _target: &Path) -> Result<Begin, StudyError> {
        Ok(begin)
    }
    /// Sees that its store has been opened.
    ///
    /// # Errors
    /// What the file system says.
    fn begun(&self, _target: &Path) -> Result<(), StudyError> {
        Ok(())
    }
    /// Writes the tables of the result.
    ///
    /// # Errors
    /// What the file system or the analysis says.
    fn answer(&mut self, runs: Runs<'_>) -> Result<Answer, Stop>;
    /// Adds to a result that is whole otherwise; returns what to say of it.
    ///
    /// # Errors
    /// What the file system says.
    fn complete(&self, _folder: &Path) -> Result<String, Stop> {
        Ok(String::new())
    }
    /// Sees that the result has its name.
    ///
    /// # Errors
    /// What the file system says.
    fn ended(&self, _target: &Path) -> Result<(), StudyError> {
        Ok(())
    }
}

/// All runs, and where tables go.
pub(crate) struct Runs<'a> {
    pub store: &'a mut RunStore,
    pub stages: &'a [Stage],
    pub place: &'a Place,
    pub threads: usize,
}

/// What came of it.
pub(crate) struct Answer {
    pub tables: Tables,
    /// What is known of it but command, arguments, threads and times.
    pub manifest: Manifest,
    /// For the terminal.
    pub text: String,
    /// Said on standard error at the end.
    pub warning: Option<String>,
}

impl From<StudyError> for Stop {
    fn from(error: StudyError) -> Self {
        let code = match error {
            StudyError::Interrupted => codes::INTERRUPTED,
            _ if error.is_bad_input() => codes::BAD_INPUT,
            _ => codes::FAILURE,
        };
        Stop {
            code,
            message: error.to_string(),
        }
    }
}

/// Runs of all stages.
pub(crate) fn runs_of(stages: &[Stage]) -> u64 {
    stages.iter().map(Stage::runs).fold(0, u64::saturating_add)
}

/// Longest name of a column that every program takes; Stata's.
const LONGEST_NAME: usize = 32;

/// Says what the reader of its files has to say, and which names of columns are too long for some programs.
pub(crate) fn tell_notes(question: &dyn Question) {
    for note in question.notes() {
        print::err(&format!("note: {note}\n"));
    }
    let responses = question.responses().map_or(&[][..], Responses::list);
    let is_long = |own: &&Response| own.name.len() > LONGEST_NAME;
    let long: Vec<&Response> = responses.iter().filter(is_long).collect();
    if let [first, ..] = long[..] {
        let text = &first.text;
        print::err(&format!(
            "note: {} of more than {LONGEST_NAME} letters, which Stata does not take, such as `{}`; a short name stands \
             before a response: `--response short={text}`, or `short = \"{text}\"` under `[responses]` in a file\n",
            tables::counted_of(long.len() as u64, "column has a name", "columns have names"),
            first.name,
        ));
    }
}

/// Carries a question out; returns the exit code.
pub(crate) fn carry_out(question: &mut dyn Question, work: &WorkArgs) -> Result<u8, Stop> {
    let started = SystemTime::now();
    let threads = common::threads(work.threads);
    if work.dry_run {
        return dry_run(question, work, threads);
    }
    // A run of a large world shares its work out by itself. A pool that is there already serves as well.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
    let control = common::interruptible();
    let target = work.out.clone().unwrap_or_else(|| question.target());
    let identity = question.identity().map_err(Stop::bad_input)?;
    let end = End {
        target: &target,
        identity: &identity,
        threads,
        started,
    };
    let result = end.carry_out(question, work.begin.begin(), |question, store| {
        if !work.quiet {
            tell_notes(question);
        }
        let most = runs_of(&question.stages());
        let outcome = thread::scope(|scope| {
            let goal = Goal::Runs(most.saturating_sub(store.found()));
            // Dropped at the end, it ends the display.
            let _display = (!work.quiet).then(|| progress::show(scope, &control, goal));
            let study = question.study();
            run(question, &study, store, threads, &control)
        });
        outcome.map_err(|error| match error {
            StudyError::Interrupted => Stop {
                code: codes::INTERRUPTED,
                message: format!(
                    "interrupted after {} of {most} runs; go on with `--resume`",
                    store.done()
                ),
            },
            error => error.into(),
        })
    })?;
    Ok(result.tell(work.quiet))
}

/// Does all runs of a question, and returns its stages.
///
/// # Errors
/// [`StudyError`].
pub(crate) fn run(
    question: &mut dyn Question,
    study: &Study,
    store: &mut RunStore,
    threads: usize,
    control: &Control,
) -> Result<Vec<Stage>, StudyError> {
    let next = &mut |done: &[Stage], store: &mut RunStore| question.next(done, store);
    execute(study, store, next, threads, control)
}

/// How a study ends.
pub(crate) struct End<'a> {
    pub target: &'a Path,
    /// All that decides about its numbers.
    pub identity: &'a Value,
    pub threads: usize,
    pub started: SystemTime,
}

/// A result that has its name.
pub(crate) struct Ended {
    failed: u64,
    /// For the terminal.
    text: String,
    warning: Option<String>,
}

impl End<'_> {
    /// Takes a question from its store beside the target, which `run` fills, to the result there.
    ///
    /// # Errors
    /// What stands in the way, and what `run` and the analysis say; what is done is kept.
    pub fn carry_out<E: From<StudyError> + From<Stop>>(
        &self,
        question: &mut dyn Question,
        begin: Begin,
        run: impl FnOnce(&mut dyn Question, &mut RunStore) -> Result<Vec<Stage>, E>,
    ) -> Result<Ended, E> {
        if let Some(result) = self.finished(question, begin)? {
            question.ended(self.target)?;
            return Ok(result);
        }
        let begin = question.begin(begin, self.target)?;
        let mut store = RunStore::open(self.identity, self.target, begin)?;
        question.begun(self.target)?;
        let stages = run(question, &mut store)?;
        let replaces = store.replaces();
        let result = self.finish(question, &mut store, &stages, replaces)?;
        store.remove()?;
        question.ended(self.target)?;
        Ok(result)
    }

    /// The result that stands there already, where it is to be gone on with and is the one that is asked for.
    fn finished(&self, question: &dyn Question, begin: Begin) -> Result<Option<Ended>, StudyError> {
        if begin != Begin::Resume {
            return Ok(None);
        }
        let identity = identity::of_result(self.identity, question.form());
        let found = place::finished(&identity, self.target)?;
        Ok(found.map(|found| {
            let failed = &found.manifest()["experiment"]["failed_runs"];
            Ended {
                text: is_finished(self.target),
                failed: failed.as_u64().unwrap_or(0),
                warning: None,
            }
        }))
    }

    /// Makes the result of all runs and gives it its name.
    ///
    /// # Errors
    /// What the file system or the analysis says.
    pub fn finish(
        &self,
        question: &mut dyn Question,
        store: &mut RunStore,
        stages: &[Stage],
        replaces: bool,
    ) -> Result<Ended, Stop> {
        let folder = Folder::create(self.target, replaces)?;
        let answer = question.answer(Runs {
            store,
            stages,
            place: &folder.path().into(),
            threads: self.threads,
        })?;
        let manifest = self.manifest(question, answer.manifest);
        let Tables {
            files,
            infos,
            failed,
        } = answer.tables;
        let (name, title) = question.title();
        let description = datapackage::of_files(&name, &title, &infos, Compression::None);
        let files = complete_folder(&folder, files, &description, manifest)?;
        let more = question.complete(folder.path())?;
        folder.finish()?;
        Ok(Ended {
            text: format!(
                "{}\n{}{more}",
                answer.text,
                tables::files(self.target, &files)
            ),
            failed,
            warning: answer.warning,
        })
    }

    /// The manifest with what every result has.
    pub fn manifest(&self, question: &dyn Question, known: Manifest) -> Manifest {
        Manifest {
            command: question.command(),
            arguments: common::arguments(),
            title: question.title().1,
            threads: self.threads,
            identity: identity::of_result(self.identity, question.form()),
            started: common::second(self.started),
            finished: common::second(SystemTime::now()),
            ..known
        }
    }
}

/// What is said of a result that is to be gone on with and is whole.
pub(crate) fn is_finished(target: &Path) -> String {
    let path = target.display();
    let said = format!(
        "{path} is finished, and its files are as they were written: nothing was run. `--force` makes it anew."
    );
    tables::hanging(&said, 0)
}

impl Ended {
    /// Prints what came of it; returns the exit code.
    pub fn tell(&self, is_quiet: bool) -> u8 {
        if !is_quiet {
            print::out(&self.text);
        }
        if let Some(warning) = &self.warning {
            print::err(&format!("{warning}\n"));
        }
        match self.failed {
            0 => codes::SUCCESS,
            _ => codes::RUNS_FAILED,
        }
    }
}

/// Counts, and an estimate of size and time from a few runs.
fn dry_run(question: &dyn Question, work: &WorkArgs, threads: usize) -> Result<u8, Stop> {
    let stages = question.stages();
    let pilot = pilot(&question.study(), &stages, &Control::default())?;
    let runs = runs_of(&stages);
    let mut lines = question.about();
    lines.push(("Runs".to_string(), tables::grouped(runs)));
    // As text, a number has about so many bytes.
    let bytes = 18.0 * pilot.numbers_per_run * runs as f64;
    lines.push((
        "On disk".to_string(),
        format!("about {}", tables::bytes(bytes)),
    ));
    let seconds = pilot.seconds_per_run * runs as f64 / threads as f64;
    lines.push((
        "Time".to_string(),
        format!(
            "{}{} on {} (from {})",
            if seconds < 1.0 { "" } else { "about " },
            tables::duration(seconds),
            tables::counted(threads as u64, "thread"),
            tables::counted(pilot.runs, "run")
        ),
    ));
    let target = work.out.clone().unwrap_or_else(|| question.target());
    lines.push(("Folder".to_string(), target.display().to_string()));
    let mut text = tables::pairs(&lines);
    if pilot.failed > 0 {
        let failed = format!(
            "{} of these failed: {}",
            tables::counted(pilot.failed, "run"),
            pilot.reason
        );
        text.push_str(&tables::hanging(&failed, 0));
    }
    Ok(print::out(&text))
}
