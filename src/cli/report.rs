//! `dualtrack report`: a result folder as a page with figures.

use std::path::PathBuf;

use crate::cli::common::Stop;
use crate::cli::{codes, print, tables};
use crate::report::{self, page};

/// Make one HTML page of results with figures; it opens in any browser, offline.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Result folders of run, sweep, compare, sensitivity, attribute, frontier or reproduce.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// File of the page [default: the name of the folder with `.html`, beside it; only with one folder].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite existing files.
    #[arg(long)]
    force: bool,
    /// Also write the figures as separate files into this folder.
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let out = match (&args.out, args.folders.as_slice()) {
        (Some(out), _) => out.clone(),
        (None, [folder]) => beside(folder)?,
        (None, _) => {
            return Err(Stop::bad_input(
                "there are several folders; name the page with `--out FILE`",
            ));
        }
    };
    // What is taken is told before anything is read.
    crate::report::write::check_page(&out, args.force)?;
    if let Some(folder) = &args.figures {
        crate::report::write::check_figures(folder, args.force)?;
    }
    let parts: Vec<page::Part> = args
        .folders
        .iter()
        .map(|folder| report::make::make(folder))
        .collect::<Result<_, _>>()?;
    let text = page::render(&parts)?;
    let figures = match &args.figures {
        Some(folder) => Some((
            folder,
            crate::report::write::write_figures(folder, &parts, args.force)?,
        )),
        None => None,
    };
    crate::report::write::write_page(&out, &text, args.force)?;
    if !args.quiet {
        let mut said = format!(
            "{} is written ({} kB)\n",
            out.display(),
            text.len().div_ceil(1000)
        );
        if let Some((folder, count)) = figures {
            said += &format!(
                "{} with {}\n",
                folder.display(),
                tables::counted(count as u64, "figure")
            );
        }
        print::out(&said);
    }
    Ok(codes::SUCCESS)
}

/// `output/base` to `output/base.html`.
fn beside(folder: &std::path::Path) -> Result<PathBuf, Stop> {
    let Some(name) = folder.file_name() else {
        return Err(Stop::bad_input(format!(
            "`{}` has no name of its own; name the page with `--out FILE`",
            folder.display()
        )));
    };
    let mut name = name.to_os_string();
    name.push(".html");
    Ok(folder.with_file_name(name))
}
