//! Columns of tables of claims.

use crate::report::rows::Row;

/// The first of some columns that is there and not empty.
pub(crate) fn first<'a>(row: &Row<'a>, columns: &[&str]) -> &'a str {
    columns
        .iter()
        .map(|column| row.text(column))
        .find(|text| !text.is_empty())
        .unwrap_or("")
}

/// The claim of a row.
pub(crate) fn claim<'a>(row: &Row<'a>) -> &'a str {
    first(row, &["claim", "id"])
}
