//! What can go wrong while results are written or read.

use std::io;
use std::path::{Path, PathBuf};

/// A result could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The folder, a file of it, or the place of what is written is not as it must be.
    #[error("{0}")]
    Input(String),
    /// The folder holds a result already.
    #[error(
        "{} exists{}; add `--force` to replace it or choose another folder with `--out`",
        path.display(),
        holds(*replicates)
    )]
    Exists {
        /// The folder.
        path: PathBuf,
        /// How many replicates it holds, where its manifest says so.
        replicates: Option<u64>,
    },
    /// What stands at the place is not a result, so that it is not replaced even when asked.
    #[error(
        "{} exists and is not a result of dualtrack (a folder with `manifest.json`); choose another folder with `--out`",
        path.display()
    )]
    NotAResult {
        /// The folder or file.
        path: PathBuf,
    },
    /// A link stands where files are written, so that they would end elsewhere.
    #[error(
        "{} is a link, so that files would be written elsewhere; remove it or choose another folder",
        path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The path does not name a folder that could be created.
    #[error("`{}` does not end in the name of a folder; choose one with `--out`", path.display())]
    NoName {
        /// The path.
        path: PathBuf,
    },
}

impl OutputError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        }
    }

    /// Whether other input, another choice of folder or `--force` would have helped.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, OutputError::Io { .. })
    }
}

fn holds(replicates: Option<u64>) -> String {
    match replicates {
        Some(1) => " and holds a run of 1 replicate".to_string(),
        Some(count) => format!(" and holds a run of {count} replicates"),
        None => String::new(),
    }
}
