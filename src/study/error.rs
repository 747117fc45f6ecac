//! What ends a study early.

use std::path::PathBuf;

use crate::kernel::ordered::Stopped;
use crate::table::error::OutputError;

/// Why a study has no result.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The file system, or what stands at the target.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// An unfinished study is there.
    #[error(
        "{} holds {done} runs of an unfinished study; add `--resume` to go on, `--force` to begin anew, or choose another folder with `--out`",
        path.display()
    )]
    Unfinished {
        /// Its folder.
        path: PathBuf,
        /// Runs done.
        done: u64,
    },
    /// Another process works there.
    #[error(
        "another process works in {}{}; wait for it, or choose another folder with `--out`",
        path.display(),
        if who.is_empty() { String::new() } else { format!(" ({who})") }
    )]
    Busy {
        /// The folder.
        path: PathBuf,
        /// Its number and machine; empty where it did not say so.
        who: String,
    },
    /// What is there cannot be gone on with.
    #[error(
        "{}: {why}; add `--force` to begin anew, or choose another folder with `--out`",
        path.display()
    )]
    Damaged {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It was asked to stop; what is done is kept.
    #[error("interrupted")]
    Interrupted,
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(String),
    /// A world, a design or a table that cannot be.
    #[error("{0}")]
    Input(String),
}

impl StudyError {
    /// Whether another choice of arguments, folder or an option would have helped.
    pub fn is_bad_input(&self) -> bool {
        match self {
            StudyError::Output(error) => error.is_bad_input(),
            StudyError::Interrupted | StudyError::Threads(_) => false,
            _ => true,
        }
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
