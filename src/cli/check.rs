//! `dualtrack check`: every problem of scenario files, before anything runs.

use std::fmt::Write;
use std::path::PathBuf;

use crate::cli::summary::last_quarter;
use crate::cli::{codes, print};
use crate::input::scenario::{self, Scenario};

/// Check scenario files and their data; report every problem with its file, line and column.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Set a key of the scenario, such as `run.seed=7`, `budgets.retention=0.4`,
    /// `budgets.retention@2016Q2=0.5` from a date on, or `overrides.cities.beijing.amenity_0_1=0.9`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
}

/// Runs it; returns the exit code: 0, or 2 where a file has problems.
pub fn run(args: &Args) -> u8 {
    let mut code = codes::SUCCESS;
    for file in &args.files {
        let loaded = scenario::load(file, &args.sets).and_then(|scenario| {
            scenario.check_traces(&crate::measure::catalogue::catalogue())?;
            Ok(scenario)
        });
        code = code.max(match loaded {
            Ok(scenario) => print::out(&summary(&file.display().to_string(), &scenario)),
            Err(problems) => {
                print::err(&format!("{problems}\n"));
                codes::BAD_INPUT
            }
        });
    }
    code
}

/// What a scenario holds, in a line, and its notes.
fn summary(file: &str, scenario: &Scenario) -> String {
    let world = &scenario.world;
    let last = last_quarter(world);
    let counts = [
        (world.cities.len(), "city", "cities"),
        (world.sectors.len(), "sector", "sectors"),
        (world.instruments.len(), "instrument", "instruments"),
        (world.pilot_zones.len(), "pilot zone", "pilot zones"),
        (world.events.len(), "event", "events"),
        (world.changes.len(), "dated change", "dated changes"),
    ];
    let counts =
        counts.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }));
    let mut text = format!(
        "{file}: ok, {}, {} to {last} ({} quarters)\n",
        counts.join(", "),
        world.start,
        world.quarters
    );
    for note in &scenario.notes {
        let _ = writeln!(text, "{file}: note: {note}");
    }
    text
}
