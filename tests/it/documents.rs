//! Documents and code say the same.

use std::collections::{BTreeMap, BTreeSet};
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
fn an_equation_has_one_place() {
    // Rules of choice and sums over peers, which phases carry out; all others are functions.
    // E45 is a wait: `model/construction.rs`.
    let rules = [9, 16, 17, 19, 28, 34, 35, 45];
    let mut places: BTreeMap<u32, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in sources(Path::new("src/model/equations")) {
        let code = fs::read_to_string(&path).expect("a source");
        for line in code.lines() {
            // The first words of a function's documentation.
            let text = line.trim_start().strip_prefix("/// E").unwrap_or_default();
            let digits = text
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>();
            if let Ok(number) = digits.parse() {
                places.entry(number).or_default().insert(path.clone());
            }
        }
    }
    let odd = fs::read_to_string("docs/odd.md").expect("the document");
    for number in numbers(&odd, 'E') {
        let files = places.get(&number).map_or(0, BTreeSet::len);
        let expected = usize::from(!rules.contains(&number));
        assert_eq!(files, expected, "E{number}: {:?}", places.get(&number));
    }
}

#[test]
fn the_schedule_in_the_code_is_the_table_of_the_document() {
    let odd = fs::read_to_string("docs/odd.md").expect("the document");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, phase, _, equations, draws, _] = cells[..] else {
            return None;
        };
        let is_phase = phase.starts_with(|first: char| ('1'..='8').contains(&first));
        let told: Vec<&str> = [phase, equations, draws]
            .into_iter()
            .filter(|cell| !cell.is_empty())
            .collect();
        is_phase.then(|| format!("// {}", told.join(" | ")))
    };
    let table: Vec<String> = odd.lines().filter_map(row).collect();
    let schedule = fs::read_to_string("src/model/schedule.rs").expect("a source");
    let pass = fs::read_to_string("src/model/phases/cities.rs").expect("a source");
    let phases = |code: &str| -> Vec<String> {
        let lines = code.lines().map(str::trim);
        let named = lines.filter(|line| {
            let number = line
                .strip_prefix("// ")
                .and_then(|rest| rest.chars().next());
            number.is_some_and(|number| number.is_ascii_digit()) && line.contains(" | ")
        });
        named.map(String::from).collect()
    };
    // Phases 4 to 7 are one pass over the cities.
    let visit = schedule.find("cities::visit(").expect("the pass");
    let mut written = phases(&schedule[..visit]);
    written.extend(phases(&pass));
    written.extend(phases(&schedule[visit..]));
    assert_eq!(written, table);
}
