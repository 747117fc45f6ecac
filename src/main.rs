//! The command `dualtrack`.

fn main() -> std::process::ExitCode {
    dualtrack::prelude::command()
}
