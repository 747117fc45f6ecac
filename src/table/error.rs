//! What can go wrong while results are written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A result could not be written.
#[derive(Debug)]
pub enum OutputError {
    /// The file system refused.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The folder holds a result already.
    Exists {
        /// The folder.
        path: PathBuf,
        /// How many replicates it holds, where its manifest says so.
        replicates: Option<u64>,
    },
    /// What stands at the place is not a result, so that it is not replaced even when asked.
    NotAResult {
        /// The folder or file.
        path: PathBuf,
    },
    /// A link stands where files are written, so that they would end elsewhere.
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The path does not name a folder that could be created.
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

    /// Whether another choice of folder or `--force` would have helped, so that the input is to blame.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, OutputError::Io { .. })
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutputError::Io { path, source } => write!(f, "{}: {source}", path.display()),
            OutputError::Exists { path, replicates } => {
                let holds = match replicates {
                    Some(1) => " and holds a run of 1 replicate".to_string(),
                    Some(count) => format!(" and holds a run of {count} replicates"),
                    None => String::new(),
                };
                write!(
                    f,
                    "{} exists{holds}; add `--force` to replace it or choose another folder with `--out`",
                    path.display()
                )
            }
            OutputError::NotAResult { path } => write!(
                f,
                "{} exists and is not a result of dualtrack (a folder with `manifest.json`); \
                 choose another folder with `--out`",
                path.display()
            ),
            OutputError::Link { path } => write!(
                f,
                "{} is a link, so that files would be written elsewhere; remove it or choose another folder",
                path.display()
            ),
            OutputError::NoName { path } => write!(
                f,
                "`{}` does not end in the name of a folder; choose one with `--out`",
                path.display()
            ),
        }
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OutputError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
