//! The command `dualtrack`; see [`dualtrack::cli`].

use clap::Parser;

fn main() -> std::process::ExitCode {
    dualtrack::cli::Command::parse().execute()
}
