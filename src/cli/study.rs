//! What commands that run a study have in common.

use std::thread;

use crate::cli::codes;
use crate::cli::common::Stop;
use crate::cli::progress::{self, Goal};
use crate::kernel::control::Control;
use crate::study::error::StudyError;
use crate::study::execute::{Next, Study, execute};
use crate::study::place::Begin;
use crate::study::stage::Stage;
use crate::study::store::RunStore;

/// What is to be done where something is there already.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct BeginArgs {
    /// Goes on with an unfinished study.
    #[arg(long, conflicts_with = "force")]
    resume: bool,
    /// Throws away what is there.
    #[arg(long)]
    force: bool,
}

impl BeginArgs {
    pub(crate) fn begin(self) -> Begin {
        match (self.resume, self.force) {
            (true, _) => Begin::Resume,
            (_, true) => Begin::Replace,
            _ => Begin::New,
        }
    }
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

/// How a study is run.
pub(crate) struct Work<'a> {
    pub threads: usize,
    pub control: &'a Control,
    pub is_quiet: bool,
    /// Most runs there can be.
    pub runs: u64,
}

/// Runs a study to its end, with a line of progress; returns its stages.
pub(crate) fn carry_out(
    study: &Study<'_>,
    store: &mut RunStore,
    work: &Work<'_>,
    next: &mut Next<'_>,
) -> Result<Vec<Stage>, Stop> {
    // A run of a large world shares its work out by itself. A pool that is there already serves as well.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(work.threads)
        .build_global();
    let left = work.runs.saturating_sub(store.found());
    let outcome = thread::scope(|scope| {
        let goal = Goal::Runs(left);
        // Dropped at the end, it ends the display.
        let _display = (!work.is_quiet).then(|| progress::show(scope, work.control, goal));
        execute(study, store, next, work.threads, work.control)
    });
    outcome.map_err(|error| {
        let is_interrupted = matches!(error, StudyError::Interrupted);
        let mut stop = Stop::from(error);
        if is_interrupted {
            stop.message = match store {
                RunStore::Memory(_) => "interrupted; nothing was written".to_string(),
                RunStore::Folder(_) => format!(
                    "interrupted after {} of {} runs; go on with `--resume`",
                    store.done(),
                    work.runs
                ),
            };
        }
        stop
    })
}

/// Tells one stage, and then that there are no more.
pub(crate) fn only(
    stage: Stage,
) -> impl FnMut(&[Stage], &mut RunStore) -> Result<Option<Stage>, StudyError> {
    let mut stage = Some(stage);
    move |_, _| Ok(stage.take())
}
