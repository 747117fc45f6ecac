//! Output to the terminal or a pipe.

use std::io::{ErrorKind, Write};

use crate::cli::codes;

/// Writes `text` to standard output; returns the exit code.
///
/// A reader who closes the pipe has seen enough, which is no failure.
pub fn out(text: &str) -> u8 {
    let mut stdout = anstream::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => codes::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => codes::SUCCESS,
        Err(error) => {
            err(&format!("standard output: {error}\n"));
            codes::FAILURE
        }
    }
}

/// Writes `text` to standard error; where that is closed, there is nobody left to tell.
pub fn err(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}
