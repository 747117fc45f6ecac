//! Documents and code say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Numbers of equations that a text names, `E7` or `E24-E29` alike, by their letter.
fn numbers(text: &str, letter: char) -> BTreeSet<u32> {
    text.match_indices(letter)
        .filter(|(at, _)| {
            !text[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
        })
        .filter_map(|(at, _)| {
            let digits: String = text[at + 1..]
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().ok()
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn generated_documents_are_up_to_date() {
    for (path, text) in dualtrack::cli::documents::all() {
        let written = fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == text,
            "{path} is out of date: run `cargo run --example documents`"
        );
    }
}

#[test]
fn every_equation_of_the_document_is_cited_by_a_function() {
    let odd = fs::read_to_string("docs/odd.md").expect("the document");
    // Where an equation is defined its number stands at the head of an item or sentence: `- E13 ...`, `. E3 gap`.
    let defined = numbers(&odd, 'E');
    let mut cited = BTreeSet::new();
    for path in sources(Path::new("src/model")) {
        let code = fs::read_to_string(&path).expect("a source");
        for line in code
            .lines()
            .filter(|line| line.trim_start().starts_with("///"))
        {
            cited.extend(numbers(line, 'E'));
        }
    }
    let missing: Vec<u32> = defined.difference(&cited).copied().collect();
    // E16, E17, E19 and E34 to E36 are rules of choice: phases carry them out, and are cited there.
    assert!(
        missing.is_empty(),
        "equations without a function: {missing:?}"
    );
    let unknown: Vec<u32> = cited.difference(&defined).copied().collect();
    assert!(
        unknown.is_empty(),
        "functions cite equations the document lacks: {unknown:?}"
    );
}

#[test]
fn every_symbol_of_the_parameter_table_stands_in_the_document() {
    let odd = fs::read_to_string("docs/odd.md").expect("the document");
    let missing: Vec<&str> = dualtrack::model::params::table::PARAMETERS
        .iter()
        .filter(|parameter| !parameter.symbol.is_empty() && !odd.contains(parameter.symbol))
        .map(|parameter| parameter.key)
        .collect();
    assert!(
        missing.is_empty(),
        "symbols the document does not use: {missing:?}"
    );
}

#[test]
fn the_schedule_in_the_code_has_the_phases_of_the_document() {
    let phases: [&[&str]; 3] = [
        &[
            "self.begin_quarter(",
            "self.visit_cities(",
            "self.end_quarter(",
        ],
        &[
            "self.advance_outside_world(); // E1-E3, E6, E37, E38",
            "self.set_centre(",
            "self.decide_policies();",
            "self.evaluate();",
            "self.codify();",
            "self.name_champions(",
            "self.let_officials_leave(",
        ],
        // Phases 4 to 7, which are one pass over the cities.
        &[
            "self.adjust_designs(",
            "self.set_budgets(",
            "self.move_researchers(",
            "self.spend(",
            "self.build(",
        ],
    ];
    let run = "src/model/run.rs";
    let sources = [run, run, "src/model/phases/cities.rs"];
    for (source, calls) in sources.iter().zip(phases) {
        let code = fs::read_to_string(source).expect("a source");
        let places = calls.iter().map(|call| {
            code.find(call)
                .unwrap_or_else(|| panic!("the schedule of {source} lacks `{call}`"))
        });
        assert!(places.is_sorted(), "{source}");
    }
}
