//! The command: one file per subcommand, exit codes, words on the terminal.

pub mod attribute;
pub mod audit;
pub mod chart;
pub mod check;
pub mod codes;
pub mod common;
pub mod compare;
#[cfg(feature = "internals")]
pub mod documents;
pub mod effects;
pub mod eval;
pub mod explore;
pub mod frontier;
pub mod init;
pub mod merge;
pub mod number;
pub mod options;
pub mod params;
pub mod plan;
pub mod print;
pub mod progress;
pub mod report;
pub mod reproduce;
pub mod run;
pub mod schema;
pub mod script;
pub mod sensitivity;
pub mod shard;
pub mod status;
pub mod study;
pub mod summary;
pub mod sweep;
pub mod tables;
pub mod terminal;

use std::process::ExitCode;

use crate::cli::common::Stop;
use crate::cli::plan::run_or_plan;
use crate::cli::study::Question;
use crate::input::scenario::file_source::FileSource;

/// Carries out the command that the process was called with.
pub fn main() -> ExitCode {
    <Command as clap::Parser>::parse().execute()
}

/// An agent-based model of how Chinese cities compete with each other in AI policy, after Ma (2024).
#[derive(Debug, clap::Parser)]
#[command(name = "dualtrack", version, max_term_width = 100)]
#[command(mut_subcommands(|own| own.mut_args(number::with_sign)))]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Run(run::Args),
    Sweep(sweep::Args),
    Shard(shard::Args),
    Status(status::Args),
    Merge(merge::Args),
    Compare(compare::Args),
    Report(report::Args),
    Audit(audit::Args),
    Script(script::Args),
    Eval(eval::Args),
    Reproduce(reproduce::Args),
    Sensitivity(sensitivity::Args),
    Attribute(attribute::Args),
    Frontier(frontier::Args),
    Explore(explore::Args),
    Check(check::Args),
    Init(init::Args),
    Schema(schema::Args),
    Params(params::Args),
}

impl Command {
    /// Carries the command out.
    pub fn execute(&self) -> ExitCode {
        ExitCode::from(self.outcome().unwrap_or_else(|stop| {
            print::err(&format!("{}\n", stop.message));
            stop.code
        }))
    }

    fn outcome(&self) -> Result<u8, Stop> {
        match &self.action {
            Action::Run(args) => run::run(args),
            Action::Sweep(args) => run_or_plan(&args.work, |files| args.question(files)),
            Action::Shard(args) => shard::run(args),
            Action::Status(args) => status::run(args),
            Action::Merge(args) => merge::run(args),
            Action::Compare(args) => run_or_plan(&args.work, |files| args.question(files)),
            Action::Report(args) => report::run(args),
            Action::Audit(args) => audit::run(args),
            Action::Script(args) => script::run(args),
            Action::Eval(args) => eval::run(args),
            Action::Reproduce(args) => run_or_plan(&args.work, |files| args.question(files)),
            Action::Sensitivity(args) => {
                run_or_plan(&args.sweep.work, |files| args.question(files))
            }
            Action::Attribute(args) => run_or_plan(&args.work, |files| args.question(files)),
            Action::Frontier(args) => run_or_plan(&args.sweep.work, |files| args.question(files)),
            Action::Explore(args) => explore::run(args),
            Action::Check(args) => Ok(check::run(args)),
            Action::Init(args) => Ok(init::run(args)),
            Action::Schema(args) => Ok(schema::run(args)),
            Action::Params(args) => Ok(params::run(args)),
        }
    }

    /// What it asks of a study, with all files from a file source; none where it runs no study.
    fn question(&self, file_source: &FileSource) -> Option<Result<Box<dyn Question>, Stop>> {
        Some(match &self.action {
            Action::Sweep(args) => args.question(file_source),
            Action::Compare(args) => args.question(file_source),
            Action::Reproduce(args) => args.question(file_source),
            Action::Sensitivity(args) => args.question(file_source),
            Action::Attribute(args) => args.question(file_source),
            Action::Frontier(args) => args.question(file_source),
            _ => return None,
        })
    }
}
