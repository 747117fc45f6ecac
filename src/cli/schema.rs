//! `dualtrack schema`: the JSON Schema of scenario files.

use crate::cli::print;
use crate::input::scenario::schema;

/// Print the JSON Schema (draft 2020-12) of scenario files, for editors.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it; returns the exit code.
pub fn run(_: &Args) -> u8 {
    // The alternate form of a JSON value is indented.
    print::out(&format!("{:#}\n", schema::schema()))
}
