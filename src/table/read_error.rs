//! Why there is no report.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A report could not be made.
#[derive(Debug)]
pub enum ReportError {
    /// The folder, a file of it, or the place of the report is not as it must be.
    Input(String),
    /// The file system refused.
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl ReportError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| ReportError::Io {
            path: path.to_path_buf(),
            source,
        }
    }

    /// Whether other input would have helped.
    pub fn is_bad_input(&self) -> bool {
        matches!(self, ReportError::Input(_))
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportError::Input(message) => f.write_str(message),
            ReportError::Io { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReportError::Io { source, .. } => Some(source),
            ReportError::Input(_) => None,
        }
    }
}
