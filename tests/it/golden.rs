//! The numbers of shipped scenarios and of small experiments, as they were, and the words in which they are told:
//! `tests/golden.toml`, and texts in `tests/golden/`. What is run stands in `tests/golden/cases.toml`.
//!
//! `GOLDEN_COMMAND` names another program, with what it runs under: a release build, an older one, or an emulated
//! processor (`tests/faults/processors`). `GOLDEN_THREADS` are other numbers of threads. `GOLDEN=write` writes anew what
//! the tests that are called look at: `golden::numbers` the checksums, `golden::words` the texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use rayon::prelude::*;

mod cases;
mod words;

use cases::{Case, Found};

/// Name of a case, then of its files, with their checksums.
type Golden = BTreeMap<String, BTreeMap<String, String>>;

const HEAD: &str = "\
# SHA-256 of the tables that shipped scenarios and small experiments give, on any machine, in any build, with any
# number of threads. A change here changes results: it comes with an entry under *Changes results* in CHANGELOG.md.
# Written by `GOLDEN=write cargo test --features parquet --test it golden::numbers`.
";

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases::read);
/// With the first number of threads, for both tests.
static FIRST: LazyLock<BTreeMap<String, Found>> = LazyLock::new(|| measured(&threads()[0]));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn threads() -> Vec<String> {
    let asked = std::env::var("GOLDEN_THREADS").unwrap_or("1 2 3 8".to_string());
    asked.split_whitespace().map(String::from).collect()
}

fn is_writing() -> bool {
    std::env::var("GOLDEN").is_ok_and(|value| value == "write")
}

/// What the cases give that the program can run.
fn measured(threads: &str) -> BTreeMap<String, Found> {
    let found = CASES.par_iter().filter_map(|case| {
        let found = case.run(threads)?;
        Some((case.name.clone(), found))
    });
    found.collect()
}

#[test]
fn numbers_are_those_of_the_golden_file_at_any_number_of_threads() {
    let path = root().join("tests/golden.toml");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let mut golden: Golden = toml::from_str(&text).expect("checksums");
    if is_writing() {
        // What this program cannot run stays as it is.
        golden.retain(|name, _| CASES.iter().any(|case| case.name == *name));
        let found = FIRST.iter().filter(|(_, found)| found.problem.is_none());
        golden.extend(found.map(|(name, found)| (name.clone(), found.sums.clone())));
        let text = toml::to_string(&golden).expect("text");
        fs::write(&path, format!("{HEAD}\n{text}")).expect("written");
    }
    for threads in threads() {
        let own;
        let found = if threads == self::threads()[0] {
            &*FIRST
        } else {
            own = measured(&threads);
            &own
        };
        let nothing = BTreeMap::new();
        let mut differing: Vec<String> = found
            .iter()
            .filter_map(|(name, found)| {
                if let Some(problem) = &found.problem {
                    return Some(format!("  {name}: {problem}"));
                }
                let golden = golden.get(name).unwrap_or(&nothing);
                let files: BTreeSet<&String> = golden.keys().chain(found.sums.keys()).collect();
                let files = files.into_iter().map(String::as_str);
                let files: Vec<&str> = files
                    .filter(|file| golden.get(*file) != found.sums.get(*file))
                    .collect();
                (!files.is_empty()).then(|| format!("  {name}: {}", files.join(", ")))
            })
            .collect();
        let is_case = |name: &&String| CASES.iter().any(|case| case.name == **name);
        let gone = golden.keys().filter(|name| !is_case(name));
        differing.extend(gone.map(|name| format!("  {name}: there is no such case")));
        assert!(
            differing.is_empty(),
            "with {threads} threads these are not the numbers of tests/golden.toml:\n{}\nIf this is meant, say what \
             changes under *Changes results* in CHANGELOG.md, and write the file anew with `GOLDEN=write cargo test \
             --features parquet --test it golden::numbers`. If it is not, something depends on the machine, the build or \
             the order of work.",
            differing.join("\n")
        );
        for case in CASES.iter() {
            // What this program cannot run has been left out.
            if let Some(other) = case
                .same_as
                .as_ref()
                .filter(|_| found.contains_key(&case.name))
            {
                let plain = |name: &str| cases::plain_names(&found[name].sums);
                assert_eq!(plain(&case.name), plain(other), "{} as {other}", case.name);
            }
        }
    }
}

#[test]
fn words_are_those_of_the_golden_texts() {
    for (name, text) in words::all(&FIRST) {
        let path = root().join("tests/golden").join(name);
        if is_writing() {
            fs::write(&path, &text).expect("written");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        let here = text.lines().zip(golden.lines()).position(|(a, b)| a != b);
        let line = here.unwrap_or(text.lines().count().min(golden.lines().count()));
        assert!(
            text == golden,
            "tests/golden/{name}:{} is `{}`, and the program says `{}`. If this is meant, write the text anew with \
             `GOLDEN=write cargo test --test it golden::words`.",
            line + 1,
            golden.lines().nth(line).unwrap_or_default(),
            text.lines().nth(line).unwrap_or_default()
        );
    }
}
