//! For tests: reference values in `tests/reference`.

/// Cells of a file in `tests/reference`, without its head.
pub(crate) fn table(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).expect("reference file");
    reader
        .records()
        .map(|record| record.expect("row").iter().map(String::from).collect())
        .collect()
}
