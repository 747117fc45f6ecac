//! A result folder as a report reads it: manifest, description, and tables row by row.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::table::error::OutputError;
use crate::table::manifest::FILE as MANIFEST;
use crate::table::read::Table;
use crate::table::writer::sum_of;

/// Largest file that is read whole, in bytes.
const WHOLE: u64 = 1 << 24;

/// A result folder.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    manifest: Value,
    description: Value,
}

impl Source {
    /// Opens a folder by its manifest.
    ///
    /// # Errors
    /// If there is none, or it is not one.
    pub fn open(path: &Path) -> Result<Self, OutputError> {
        let shown = path.display();
        let file = path.join(MANIFEST);
        if !file.is_file() {
            return Err(OutputError::Input(format!(
                "{shown} is not a result of dualtrack: it has no `{MANIFEST}`"
            )));
        }
        let manifest = json(&file)?;
        if manifest.get("command").and_then(Value::as_str).is_none() {
            return Err(OutputError::Input(format!(
                "{}: `command` is missing, so that nobody knows what the folder holds",
                file.display()
            )));
        }
        let description = path.join("datapackage.json");
        let description = if description.is_file() {
            json(&description)?
        } else {
            Value::Null
        };
        Ok(Source {
            path: path.to_path_buf(),
            manifest,
            description,
        })
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Value {
        &self.manifest
    }

    /// A text of the manifest; empty where it is missing.
    pub fn text(&self, key: &str) -> &str {
        self.manifest.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// The arguments that it was made with.
    pub fn arguments(&self) -> Vec<&str> {
        let list = self.manifest.get("arguments").and_then(Value::as_array);
        let list = list.into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    }

    /// A number of the manifest as it stands there.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.manifest.get(key).and_then(Value::as_u64)
    }

    /// Names of the tables that the description has.
    pub fn tables(&self) -> Vec<String> {
        let names = self.resources().map(|resource| text_of(resource, "name"));
        names.collect()
    }

    fn resources(&self) -> impl Iterator<Item = &Value> {
        let resources = self.description.get("resources").and_then(Value::as_array);
        resources.into_iter().flatten()
    }

    /// Type, unit and meaning of a column, where the description has them.
    pub fn column(&self, table: &str, column: &str) -> Option<[String; 3]> {
        let named =
            |value: &&Value, name: &str| value.get("name").and_then(Value::as_str) == Some(name);
        let resource = self.resources().find(|resource| named(resource, table))?;
        let fields = resource.get("schema")?.get("fields")?.as_array()?;
        let field = fields.iter().find(|field| named(field, column))?;
        Some(["type", "unit", "description"].map(|key| text_of(field, key)))
    }

    /// A table of the folder, compressed or not; none where it is not there.
    ///
    /// # Errors
    /// If it cannot be opened or has no header.
    pub fn table(&self, name: &str) -> Result<Option<Table>, OutputError> {
        for ending in ["csv", "csv.gz", "csv.zst"] {
            let path = self.path.join(format!("{name}.{ending}"));
            if path.is_file() {
                self.check(&path)?;
                return Table::open(&path).map(Some);
            }
        }
        Ok(None)
    }

    /// Checks that a file is still as the manifest says; one that the manifest does not name is not checked.
    ///
    /// # Errors
    /// That it has changed, or what the file system says.
    pub fn check(&self, path: &Path) -> Result<(), OutputError> {
        let name = path.file_name().and_then(|name| name.to_str());
        let files = self.manifest.get("files").and_then(Value::as_array);
        let mut named = files.into_iter().flatten();
        let entry = named.find(|file| file.get("name").and_then(Value::as_str) == name);
        let Some(sha256) = entry.and_then(|file| file.get("sha256")?.as_str()) else {
            return Ok(());
        };
        let (_, found) = sum_of(path).map_err(OutputError::io(path))?;
        if found == sha256 {
            return Ok(());
        }
        Err(OutputError::Input(format!(
            "{}: it has changed since the result was written (its SHA-256 is not that of `{MANIFEST}`); make the result anew",
            path.display()
        )))
    }

    /// Checks every file that the manifest names.
    ///
    /// # Errors
    /// That one has changed or is missing, or what the file system says.
    pub fn check_all(&self) -> Result<(), OutputError> {
        let files = self.manifest.get("files").and_then(Value::as_array);
        let names = files.into_iter().flatten();
        names
            .filter_map(|file| file.get("name")?.as_str())
            .try_for_each(|name| self.check(&self.path.join(name)))
    }

    /// A table that must be there.
    ///
    /// # Errors
    /// If it is not, or cannot be read.
    pub fn needed(&self, name: &str) -> Result<Table, OutputError> {
        self.table(name)?.ok_or_else(|| {
            OutputError::Input(format!(
                "{}: `{name}.csv` (or .gz, .zst) is missing; a report of `{}` is made from it",
                self.path.display(),
                self.text("command")
            ))
        })
    }
}

fn text_of(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_string()
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A regular file of reasonable size as text.
pub(crate) fn whole(path: &Path) -> io::Result<String> {
    let found = fs::metadata(path)?;
    if !found.is_file() || found.len() > WHOLE {
        return Err(io::Error::other("not a file of at most 16 MB"));
    }
    fs::read_to_string(path)
}

fn json(path: &Path) -> Result<Value, OutputError> {
    let text =
        whole(path).map_err(|error| OutputError::Input(format!("{}: {error}", path.display())))?;
    serde_json::from_str(&text).map_err(|error| {
        OutputError::Input(format!("{}: {error}; the file is damaged", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::read::LINE;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("written");
        }
        folder
    }

    const RUN: (&str, &[u8]) = ("manifest.json", br#"{"command": "run"}"#);

    #[test]
    fn rows_are_read_and_damage_is_told_with_its_row() {
        let folder = folder(&[RUN, ("a.csv", b"x,y\n1,\n2,b\n3\n")]);
        let source = Source::open(folder.path()).expect("a result");
        let mut table = source.needed("a").expect("there");
        let x = table.column("x").expect("there");
        assert!(table.advance().expect("a row"));
        assert_eq!(table.number(x).expect("a number"), Some(1.0));
        assert_eq!(table.number(1).expect("empty"), None);
        assert!(table.advance().expect("a row"));
        let text = table.number(1).expect_err("a text").to_string();
        assert!(
            text.contains("row 2: `b` in column `y` is not a number"),
            "{text}"
        );
        let text = table.advance().expect_err("cut").to_string();
        assert!(
            text.contains("row 3") && text.ends_with("damaged or cut short"),
            "{text}"
        );
        let text = table.column("z").expect_err("missing").to_string();
        assert!(text.contains("column `z` is missing"), "{text}");
        assert!(source.needed("b").is_err());
    }

    #[test]
    fn endless_lines_and_garbage_are_refused() {
        let long = vec![b'x'; LINE + 70_000];
        let folder = folder(&[
            RUN,
            ("a.csv", &long),
            ("b.csv.gz", b"not gzip"),
            ("c.csv.zst", b"nor zstd"),
            ("d.csv", b""),
        ]);
        let source = Source::open(folder.path()).expect("a result");
        for name in ["a", "b", "c", "d"] {
            let error = source.needed(name).expect_err("refused");
            assert!(error.is_bad_input(), "{error}");
        }
    }

    #[test]
    fn a_folder_without_manifest_is_no_result() {
        for files in [
            &[][..],
            &[("manifest.json", &b"{"[..])],
            &[("manifest.json", &b"[1]"[..])],
        ] {
            let folder = folder(files);
            assert!(
                Source::open(folder.path())
                    .expect_err("refused")
                    .is_bad_input()
            );
        }
    }
}
