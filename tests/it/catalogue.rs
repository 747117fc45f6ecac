//! The catalogue of wrong input, `tests/catalogue/`: what is said about each file, reviewed; that it is said with exit
//! code 2; and that nothing is written.
//!
//! A folder is a kind of input, a file in it one mistake, named after it. What the program says stands in
//! `KIND.snap`, one file after the other, so that it can be read in one go; after a change on purpose `INSTA_UPDATE=always
//! cargo test --test it catalogue` writes it anew. `base/` is right and is what the others spoil.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

mod edges;
mod generated;
mod places;

/// A copy of the catalogue to run in, so that whatever is written shows.
pub struct Copy {
    folder: tempfile::TempDir,
    before: BTreeSet<PathBuf>,
}

impl Copy {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&catalogue(), folder.path());
        let before = entries(folder.path());
        Copy { folder, before }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a file that was there before.
    pub fn write(&mut self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, bytes).expect("written");
        self.before = entries(self.folder.path());
    }

    pub fn run(&self, arguments: &[impl AsRef<std::ffi::OsStr>]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dualtrack"))
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env_remove("COLUMNS")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("a program")
    }

    /// What is said about wrong input: with exit code 2, without a panic, and with nothing written.
    pub fn refused(&self, arguments: &[impl AsRef<std::ffi::OsStr> + std::fmt::Debug]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        let after = entries(self.folder.path());
        let more: Vec<_> = after.symmetric_difference(&self.before).collect();
        assert!(more.is_empty(), "{arguments:?} wrote {more:?}");
        said
    }
}

fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else if path.extension().is_none_or(|ending| ending != "snap") {
            fs::copy(&path, target).expect("copied");
        }
    }
}

/// Everything in a folder, at any depth.
fn entries(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = entry.path();
        if entry.file_type().expect("a type").is_dir() {
            found.extend(entries(&path));
        }
        found.insert(path);
    }
    found
}

/// The files of a kind by name, in order; those in folders below with their folder.
fn files(kind: &str) -> Vec<String> {
    let folder = catalogue().join(kind);
    let found = entries(&folder).into_iter().filter(|path| path.is_file());
    found
        .map(|path| {
            let name = path.strip_prefix(&folder).expect("in the folder");
            name.to_str().expect("UTF-8").replace('\\', "/")
        })
        .collect()
}

/// Compares what is said about all files of a kind with what was reviewed.
fn check(kind: &str, said: &[(String, String)]) {
    let text: Vec<String> = said
        .iter()
        .map(|(name, message)| format!("--- {name}\n{message}"))
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(catalogue());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(kind.to_string(), text.join("\n")));
    for (name, message) in said {
        for line in message.lines().filter(|line| !line.is_empty()) {
            assert!(line.chars().count() < 1200, "{kind}/{name}: {line}");
            assert!(
                !line.contains(|c: char| c.is_control()),
                "{kind}/{name}: {line:?}"
            );
        }
    }
}

/// Whether a message begins with `FILE:LINE:COLUMN: `.
fn has_place(message: &str) -> bool {
    let Some((place, _)) = message.split_once(": ") else {
        return false;
    };
    let mut parts = place.rsplitn(3, ':');
    let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<usize>().is_ok());
    is_number(parts.next()) && is_number(parts.next()) && parts.next().is_some()
}

/// Runs `command` for every file of a kind; every message has a place, but for the files named.
fn walk(kind: &str, whole_files: &[&str], mut run: impl FnMut(&mut Copy, &str) -> String) {
    let mut copy = Copy::new();
    let mut said = Vec::new();
    for name in files(kind) {
        let message = run(&mut copy, &name);
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        for line in message.lines() {
            assert!(
                has_place(line) != whole_files.contains(&stem),
                "{kind}/{name}: {line}"
            );
        }
        said.push((name, message));
    }
    check(kind, &said);
}

#[test]
fn wrong_scenarios() {
    walk(
        "scenario",
        &["file-data-needed", "file-empty"],
        |copy, name| {
            let path = format!("scenario/{name}");
            let message = copy.refused(&["run", &path]);
            // What is said before anything runs is what is said when it is to run.
            assert_eq!(copy.refused(&["check", &path]), message);
            message
        },
    );
}

#[test]
fn wrong_tables() {
    let whole_files = [
        "cities/head-alone",
        "cities/empty",
        "cities/blank-lines-alone",
        "sectors/head-alone",
    ];
    walk("data", &whole_files, |copy, name| {
        let (table, _) = name.split_once('/').expect("a folder for each table");
        let set = format!("data.{table}=data/{name}");
        copy.refused(&["run", "base/base.toml", "--set", &set])
    });
}

#[test]
fn wrong_experiments() {
    let whole_files = [
        "treatments-none",
        "objective-alone",
        "objectives-none",
        "sensitivity-of-a-grid",
        "sensitivity-of-nothing",
    ];
    walk("experiment", &whole_files, |copy, name| {
        let path = format!("experiment/{name}");
        // The first line may name another command.
        let text = fs::read_to_string(copy.path(&path)).expect("a file");
        let command = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# dualtrack "));
        copy.refused(&[command.unwrap_or("sweep"), &path])
    });
}

#[test]
fn wrong_tables_of_points() {
    walk("design", &["empty", "head-alone"], |copy, name| {
        let bytes = fs::read(copy.path(&format!("design/{name}"))).expect("a file");
        copy.write("base/points.csv", bytes);
        copy.refused(&["sweep", "base/points.toml"])
    });
}

#[test]
fn wrong_claims() {
    walk("claims", &["nothing-claimed"], |copy, name| {
        copy.refused(&["reproduce", "--file", &format!("claims/{name}")])
    });
}

#[test]
fn wrong_arguments() {
    let copy = Copy::new();
    let said: Vec<_> = files("arguments")
        .into_iter()
        .map(|name| {
            let text = fs::read_to_string(copy.path(&format!("arguments/{name}"))).expect("a file");
            let arguments: Vec<&str> = text.lines().collect();
            let message = copy.refused(&arguments);
            (name, message)
        })
        .collect();
    check("arguments", &said);
}

#[test]
fn what_the_catalogue_spoils_is_right() {
    let copy = Copy::new();
    for arguments in [
        ["run", "base/base.toml", "--out", "r"],
        ["sweep", "base/points.toml", "--out", "s"],
    ] {
        let output = copy.run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
}
