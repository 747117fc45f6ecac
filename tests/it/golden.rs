//! The numbers of shipped scenarios and of small experiments, as they were: `tests/golden.toml`.
//!
//! `GOLDEN_COMMAND` names another program, with what it runs under: a release build, or an emulated processor
//! (`tests/faults/processors`). `GOLDEN_THREADS` are other numbers of threads. `GOLDEN=write` writes the file anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Name of a result, then of its files, with their checksums.
type Golden = BTreeMap<String, BTreeMap<String, String>>;

const HEAD: &str = "\
# SHA-256 of the tables that shipped scenarios and small experiments give, on any machine, in any build, with any
# number of threads. A change here changes results: it comes with an entry under *Changes results* in CHANGELOG.md.
# Written by `GOLDEN=write cargo test --features parquet --test it golden`.
";

/// What is run, by name. The folder of the result is added.
const CASES: [(&str, &[&str]); 8] = [
    (
        "run china-2015-2024",
        &["run", "scenarios/china-2015-2024.toml", "--replicates", "3"],
    ),
    (
        "run eu-single-track",
        &["run", "scenarios/eu-single-track.toml", "--replicates", "3"],
    ),
    (
        "run us-silos",
        &["run", "scenarios/us-silos.toml", "--replicates", "3"],
    ),
    (
        "run coordinated",
        &["run", "scenarios/coordinated.toml", "--replicates", "3"],
    ),
    (
        "run synthetic",
        &[
            "run",
            "scenarios/synthetic.toml",
            "--replicates",
            "1",
            "--set",
            "run.quarters=12",
            "--set",
            "cities.synthetic.count=5000",
        ],
    ),
    (
        "sweep tournament-comparability",
        &[
            "sweep",
            "scenarios/experiments/tournament-comparability.toml",
            "--replicates",
            "2",
            "--set",
            "run.quarters=12",
        ],
    ),
    (
        "compare china-2015-2024 with us-silos",
        &[
            "compare",
            "scenarios/china-2015-2024.toml",
            "scenarios/us-silos.toml",
            "--replicates",
            "4",
        ],
    ),
    (
        "reproduce B9 C1",
        &[
            "reproduce",
            "--claim",
            "B9",
            "--claim",
            "C1",
            "--replicates",
            "4",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Checksums of the tables of each case.
fn measured(threads: &str) -> Golden {
    let asked = std::env::var("GOLDEN_COMMAND");
    let words: Vec<String> = match &asked {
        Ok(command) => command.split_whitespace().map(String::from).collect(),
        Err(_) => vec![env!("CARGO_BIN_EXE_dualtrack").to_string()],
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut found = Golden::new();
    for (name, arguments) in CASES {
        let out = folder.path().join("result");
        let output = Command::new(&words[0])
            .args(&words[1..])
            .args(arguments)
            .args(["--quiet", "--force", "--threads", threads, "--out"])
            .arg(&out)
            .current_dir(root())
            .output()
            .expect("a program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {said}");
        found.insert(name.to_string(), tables(&out));
    }
    found
}

/// Tables of a result; manifests hold clock times, pages and descriptions no numbers of their own.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .map(|path: PathBuf| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let digest = Sha256::digest(fs::read(&path).expect("a file"));
            let sum = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            (name.into_owned(), sum)
        })
        .collect()
}

#[test]
fn numbers_are_those_of_the_golden_file_at_any_number_of_threads() {
    let path = root().join("tests/golden.toml");
    if std::env::var("GOLDEN").is_ok_and(|value| value == "write") {
        let text = toml::to_string(&measured("1")).expect("text");
        fs::write(&path, format!("{HEAD}\n{text}")).expect("written");
    }
    let text = fs::read_to_string(&path).expect("tests/golden.toml");
    let golden: Golden = toml::from_str(&text).expect("checksums");
    let threads = std::env::var("GOLDEN_THREADS").unwrap_or("1 2 3 8".to_string());
    for threads in threads.split(' ') {
        let found = measured(threads);
        let differing: Vec<String> = golden
            .iter()
            .filter(|(name, tables)| found.get(*name) != Some(tables))
            .map(|(name, tables)| {
                let there = found.get(name).cloned().unwrap_or_default();
                let files = tables
                    .iter()
                    .filter(|(file, sum)| there.get(*file) != Some(sum));
                let files: Vec<&str> = files.map(|(file, _)| file.as_str()).collect();
                format!("  {name}: {}", files.join(", "))
            })
            .collect();
        assert!(
            differing.is_empty() && found.len() == golden.len(),
            "with {threads} threads these are not the numbers of tests/golden.toml:\n{}\nIf this is meant, say what \
             changes under *Changes results* in CHANGELOG.md, and write the file anew with `GOLDEN=write cargo test \
             --features parquet --test it golden`. If it is not, something depends on the machine, the build or the \
             order of work.",
            differing.join("\n")
        );
    }
}
