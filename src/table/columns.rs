//! Descriptions of tables and their columns.

use std::borrow::Cow;

use crate::table::cell::Kind;

/// A text of a definition, or one made for a result.
pub(crate) type Text = Cow<'static, str>;

/// One file of the catalogue.
#[derive(Clone, Debug)]
pub struct FileInfo {
    /// Name without ending.
    pub file: &'static str,
    /// What one row is, a phrase without a full stop.
    pub row: Text,
    /// Columns that tell rows apart; they are always written.
    pub key: Vec<Text>,
    /// Columns in order.
    pub columns: Vec<ColumnInfo>,
}

/// One column of the catalogue.
#[derive(Clone, Debug)]
pub struct ColumnInfo {
    /// Name in the header.
    pub name: Text,
    /// Type.
    pub kind: Kind,
    /// Unit, `1` for a pure number, empty for texts and flags.
    pub unit: Text,
    /// Meaning, a phrase without a full stop.
    pub meaning: Text,
    /// Where the cell is empty; none if it never is.
    pub missing: Option<Text>,
    /// Texts the cell may hold; empty where any may stand.
    pub names: &'static [&'static str],
}

impl ColumnInfo {
    /// A column that is never empty.
    pub fn new(
        name: impl Into<Text>,
        kind: Kind,
        unit: impl Into<Text>,
        meaning: impl Into<Text>,
    ) -> Self {
        ColumnInfo {
            name: name.into(),
            kind,
            unit: unit.into(),
            meaning: meaning.into(),
            missing: None,
            names: &[],
        }
    }

    /// The column, empty in the cases that the phrase names.
    #[must_use]
    pub fn missing(mut self, phrase: impl Into<Text>) -> Self {
        self.missing = Some(phrase.into());
        self
    }
}

impl FileInfo {
    /// A table of a result.
    pub fn new(
        file: &'static str,
        row: impl Into<Text>,
        key: &[&'static str],
        columns: Vec<ColumnInfo>,
    ) -> Self {
        FileInfo {
            file,
            row: row.into(),
            key: key.iter().map(|name| Text::from(*name)).collect(),
            columns,
        }
    }

    /// Names of the columns with commas between them, and the end of the line.
    pub fn header(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| &*column.name).collect();
        names.join(",") + "\n"
    }
}
