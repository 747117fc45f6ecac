//! Tells the program which commit it is built from, where that can be known.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    // The log of HEAD grows with every commit and checkout.
    if Path::new(".git/logs/HEAD").exists() {
        println!("cargo::rerun-if-changed=.git/logs/HEAD");
    }
    println!("cargo::rustc-env=DUALTRACK_COMMIT={}", commit());
}

/// The commit, with `-changed` where files under version control differ from it; `unknown` where there is no
/// git, or where the sources only lie inside the repository of something else.
fn commit() -> String {
    let is_own_repository = Path::new(".git").exists();
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).filter(|_| is_own_repository);
    match (
        commit,
        git(&["status", "--porcelain", "--untracked-files=no"]),
    ) {
        (Some(commit), Some(changes)) if !changes.is_empty() => format!("{commit}-changed"),
        (Some(commit), _) => commit,
        (None, _) => "unknown".to_string(),
    }
}

/// What git says; nothing where it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_string())
}
