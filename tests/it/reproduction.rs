//! `docs/reproduction.md` states what the program finds: a smaller run agrees with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Standard errors within which an effect may differ from the documented one. Of some forty effects one beyond five
/// would be chance once in a hundred thousand.
const MOST_ERRORS: f64 = 5.0;

/// Claim, response and effect of the rows of the document.
fn documented(root: &Path) -> Vec<(String, String, f64)> {
    let page = std::fs::read_to_string(root.join("docs/reproduction.md")).expect("the document");
    let claims = page.split("## Regimes").next().expect("a part");
    claims
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [claim, response, _, _, effect, ..] = cells[..] else {
                return None;
            };
            let response = response.trim_matches('`').to_string();
            Some((claim.to_string(), response, effect.parse().ok()?))
        })
        .collect()
}

#[test]
fn the_document_agrees_with_a_smaller_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("reproduce");
    let output = Command::new(env!("CARGO_BIN_EXE_dualtrack"))
        .current_dir(root)
        .args(["reproduce", "--replicates", "20", "--quiet", "--out"])
        .arg(&out)
        .output()
        .expect("a program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(out.join("report.html").is_file());
    assert!(out.join("figures").is_dir());
    let mut reader = csv::Reader::from_path(out.join("claims.csv")).expect("a table");
    let found: Vec<BTreeMap<String, String>> = reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect();
    let documented = documented(root);
    assert!(documented.len() > 30, "{}", documented.len());
    for (claim, response, effect) in documented {
        let row = found
            .iter()
            .find(|row| row["claim"] == claim && row["response"] == response)
            .unwrap_or_else(|| panic!("{claim} {response} is in the document alone"));
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let allowed = MOST_ERRORS * number("se") + 0.01 * effect.abs();
        let difference = (number("effect") - effect).abs();
        assert!(
            difference <= allowed,
            "{claim} {response}: {effect} in the document, {} now",
            number("effect")
        );
    }
}
