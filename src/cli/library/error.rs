use crate::cli::codes;
use crate::cli::common::Stop;
use crate::input::scenario::problems::Problems;
use crate::model::error::ModelError;
use crate::study::error::StudyError;
use crate::table::error::OutputError;

/// Why there is no result, in the words of the command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file, a setting, a name or a folder is not as it must be. The text names each place with line and column, what was
    /// found, what is allowed, and the nearest valid name.
    #[error("{0}")]
    Input(String),
    /// The system, a run or an analysis failed.
    #[error("{0}")]
    Failed(String),
}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Error::Input(problems.to_string())
    }
}

impl From<ModelError> for Error {
    fn from(error: ModelError) -> Self {
        Error::Failed(error.to_string())
    }
}

impl From<OutputError> for Error {
    fn from(error: OutputError) -> Self {
        Error::of(error.is_bad_input(), error.to_string())
    }
}

impl From<StudyError> for Error {
    fn from(error: StudyError) -> Self {
        Error::of(error.is_bad_input(), error.to_string())
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        Error::of(stop.code == codes::BAD_INPUT, stop.message)
    }
}

impl Error {
    pub(super) fn of(is_bad_input: bool, message: String) -> Self {
        match is_bad_input {
            true => Error::Input(message),
            false => Error::Failed(message),
        }
    }
}
