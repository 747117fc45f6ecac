//! `dualtrack init`: a scenario to start from.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::{codes, print};
use crate::input::scenario::starter;
use crate::table::writer::replace_file;

/// Write a commented scenario that is ready to run, with the data tables in `data/` beside it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File to write.
    #[arg(default_value = "scenario.toml", value_name = "FILE")]
    file: PathBuf,
    /// Overwrite existing files.
    #[arg(long)]
    force: bool,
}

/// Runs it; returns the exit code: 0, 1 where a file cannot be written, 2 where one is in the way.
pub fn run(args: &Args) -> u8 {
    let folder = args
        .file
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf);
    let scenario = starter::scenario();
    let mut files = vec![(args.file.clone(), scenario.as_str())];
    files.extend(
        crate::input::scenario::shipped::DATA
            .iter()
            .map(|(path, text)| (folder.join(path), *text)),
    );
    let linked: Vec<_> = files
        .iter()
        .filter_map(|(path, _)| path.parent())
        .filter(|parent| *parent != folder && parent.is_symlink())
        .collect();
    if let Some(parent) = linked.first() {
        print::err(&format!(
            "{} is a link, and tables would be written elsewhere; choose another folder\n",
            parent.display()
        ));
        return codes::BAD_INPUT;
    }
    if !args.force {
        // All are looked at before the first is written, so that nothing is left half done. A table that
        // is there with the same content is as good as written.
        let in_the_way = |(path, text): &&(PathBuf, &str)| {
            fs::symlink_metadata(path).is_ok()
                && (*path == args.file
                    || fs::read(path).map_or(true, |found| found != text.as_bytes()))
        };
        let taken: Vec<_> = files.iter().filter(in_the_way).collect();
        for (path, _) in &taken {
            print::err(&format!(
                "{} exists; add `--force` to overwrite it or choose another folder\n",
                path.display()
            ));
        }
        if !taken.is_empty() {
            return codes::BAD_INPUT;
        }
    }
    for (path, text) in &files {
        if let Err(error) = write(path, text, args.force) {
            print::err(&format!("{}: {error}\n", path.display()));
            return codes::FAILURE;
        }
    }
    let shown = args.file.display();
    print::out(&format!(
        "{shown} and its data tables are written; `dualtrack check {shown}` reads them\n"
    ))
}

/// Writes a file, and without `force` only where none is.
fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    match replace_file(path, text.as_bytes(), force) {
        // It was seen to have the same content.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && !path.is_symlink() => Ok(()),
        outcome => outcome,
    }
}
