//! What commands that run the model have in common.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::cli::codes;
use crate::cli::summary::last_quarter;
use crate::input::scenario::Scenario;
use crate::kernel::control::Control;
use crate::table::error::OutputError;
use crate::table::manifest::{Manifest, Source};

/// Why a command ends early, and the exit code that says so.
#[derive(Debug)]
pub(crate) struct Stop {
    pub code: u8,
    pub message: String,
}

impl Stop {
    pub fn new(code: u8, message: impl ToString) -> Self {
        let message = message.to_string();
        Stop { code, message }
    }

    pub fn bad_input(message: impl ToString) -> Self {
        Stop::new(codes::BAD_INPUT, message)
    }

    pub fn failure(message: impl ToString) -> Self {
        Stop::new(codes::FAILURE, message)
    }
}

impl From<OutputError> for Stop {
    fn from(error: OutputError) -> Self {
        match error.is_bad_input() {
            true => Stop::bad_input(error),
            false => Stop::failure(error),
        }
    }
}

/// Controls that Ctrl-C cancels: a process has one handler, and a command may have several pieces of work.
static INTERRUPTIBLE: Mutex<Vec<Arc<Control>>> = Mutex::new(Vec::new());

/// A control that Ctrl-C cancels.
pub(crate) fn interruptible() -> Arc<Control> {
    let control = Arc::new(Control::default());
    let known = || INTERRUPTIBLE.lock().unwrap_or_else(PoisonError::into_inner);
    known().push(Arc::clone(&control));
    // An error means that a handler is there already: this one, or one of callers of the library.
    let _ = ctrlc::set_handler(move || known().iter().for_each(|control| control.cancel()));
    control
}

/// A control that Ctrl-C, SIGTERM, SIGUSR1 and SIGUSR2 cancel: what schedulers send before they kill.
#[cfg(unix)]
pub(crate) fn stoppable() -> Arc<Control> {
    use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
    use signal_hook::iterator::Signals;
    let control = Arc::new(Control::default());
    let handle = Arc::clone(&control);
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGUSR1, SIGUSR2]) {
        let waiter = thread::Builder::new().name("signals".to_string());
        // Without the thread a signal is lost, and the scheduler kills a little later what goes on from a checkpoint.
        let _ = waiter.spawn(move || signals.forever().for_each(|_| handle.cancel()));
    }
    control
}

/// A control that Ctrl-C cancels.
#[cfg(not(unix))]
pub(crate) fn stoppable() -> Arc<Control> {
    interruptible()
}

/// Threads as asked for, or one for each core.
pub(crate) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(
        || thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// The arguments of this process.
pub(crate) fn arguments() -> Vec<String> {
    std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

/// A time to the second, UTC.
pub(crate) fn second(time: std::time::SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// What a scenario says about a result of it.
pub(crate) fn manifest(scenario: &Scenario) -> Manifest {
    let world = &scenario.world;
    Manifest {
        scenario: scenario.name.clone(),
        seed: scenario.seed,
        replicates: scenario.replicates,
        first_quarter: world.start.to_string(),
        last_quarter: last_quarter(world).to_string(),
        sources: sources(&scenario.sources),
        settings: scenario.resolved.clone(),
        warnings: scenario.notes.clone(),
        ..Manifest::default()
    }
}

/// Files that were read, for a manifest.
pub(crate) fn sources(list: &[(PathBuf, String)]) -> Vec<Source> {
    list.iter()
        .map(|(path, sha256)| Source {
            path: path.clone(),
            sha256: sha256.clone(),
        })
        .collect()
}

/// Arguments of `--response`, each of which may hold several with commas between them; those in brackets do not count.
pub(crate) fn split_responses(arguments: &[String]) -> Vec<String> {
    let mut list = Vec::new();
    for argument in arguments {
        let (mut depth, mut text) = (0i32, String::new());
        for letter in argument.chars() {
            match letter {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if letter == ',' && depth == 0 {
                list.push(std::mem::take(&mut text));
            } else {
                text.push(letter);
            }
        }
        list.push(text);
    }
    list.retain(|text| !text.trim().is_empty());
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_brackets_do_not_part_responses() {
        let arguments = [
            "a, b".to_string(),
            "x=allocations.y[c,d]@2020,e".to_string(),
        ];
        assert_eq!(
            split_responses(&arguments),
            ["a", " b", "x=allocations.y[c,d]@2020", "e"]
        );
    }
}
