//! `dualtrack explore`: a page on this machine where one moves the rules and watches.

use std::path::PathBuf;

use crate::cli::common::{Stop, interruptible};
use crate::cli::{codes, number, print};
use crate::explore::laboratory::Laboratory;
use crate::explore::server::Server;

/// Open a page to change rules and see what happens: sliders, charts, a map, and why a city chose what it did.
///
/// The page is served to this machine only, at a link with a random token. Stop it with Ctrl-C. Nothing is written.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file to start with [default: the China scenario that comes with the program].
    #[arg(value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Port on this machine [default: a free one].
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = number::whole::<u16>(0..=u16::MAX, 8080))]
    port: u16,
    /// Print the link without opening it.
    #[arg(long)]
    no_open: bool,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let laboratory = Laboratory::new(args.scenario.as_deref()).map_err(Stop::bad_input)?;
    let failed = |error: std::io::Error| {
        let port = args.port;
        Stop::failure(format!(
            "cannot serve the page at 127.0.0.1:{port}: {error}"
        ))
    };
    let server = Server::bind(laboratory, args.port).map_err(failed)?;
    let link = server.link();
    let control = interruptible();
    let code = print::out(&format!("{link}\n"));
    if code != codes::SUCCESS {
        return Ok(code);
    }
    print::err("Ctrl-C ends it.\n");
    if !args.no_open
        && let Err(error) = open::that_detached(&link)
    {
        print::err(&format!(
            "no browser could be opened ({error}); open the link yourself\n"
        ));
    }
    server.serve(&control).map_err(failed)?;
    Ok(codes::SUCCESS)
}
