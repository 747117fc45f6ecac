use std::io::Cursor;
use std::path::Path;

use serde_json::Value;

use super::table::{Described, unknown};
use super::{Error, Table};
use crate::table::cell::Kind;
use crate::table::columns::FileInfo;
use crate::table::complete::finish_folder;
use crate::table::compression::Compression;
use crate::table::datapackage;
use crate::table::error::OutputError;
use crate::table::folder::Folder;
use crate::table::manifest::Manifest;
use crate::table::place::Memory;
use crate::table::read;
use crate::table::source::Source;
use crate::table::writer::{Writer, WrittenFile};

/// The tables of a result, in memory or in a folder.
///
/// `docs/outputs.md` lists the columns of a run's tables; every table describes its own, too.
///
/// ```
/// use dualtrack::prelude::*;
///
/// let folder = std::env::temp_dir().join(format!("dualtrack-{}", std::process::id()));
/// let short = Scenario::load("scenarios/china-2015-2024.toml")?.set("run.quarters", 2)?;
/// short.set("run.replicates", 1)?.run()?.write(&folder)?;
/// let again = Results::open(&folder)?;
/// assert_eq!(again.table("national")?.rows, 2);
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Results {
    kept: Kept,
    failed: u64,
}

#[derive(Debug)]
enum Kept {
    Memory(Box<InMemory>),
    Folder(Source),
}

#[derive(Debug)]
pub(super) struct InMemory {
    pub name: String,
    pub title: String,
    pub tables: Vec<InMemoryTable>,
    pub compression: Compression,
    /// Without the files.
    pub manifest: Manifest,
}

#[derive(Debug)]
pub(super) struct InMemoryTable {
    info: FileInfo,
    rows: u64,
    bytes: Vec<u8>,
}

impl InMemory {
    /// Takes tables out of memory.
    pub fn take(&mut self, memory: &Memory, files: &[WrittenFile], infos: Vec<FileInfo>) {
        let mut taken = memory.take();
        for (file, info) in files.iter().zip(infos) {
            self.tables.push(InMemoryTable {
                info,
                rows: file.rows.unwrap_or(0),
                bytes: taken.remove(&file.name).unwrap_or_default(),
            });
        }
    }

    fn write(&self, target: &Path) -> Result<(), Error> {
        let folder = Folder::create(target, false)?;
        let mut files = Vec::new();
        let mut infos = Vec::new();
        for table in &self.tables {
            let mut writer = Writer::create(folder.path(), table.info.file, self.compression)?;
            writer.write(&table.bytes, table.rows)?;
            files.push(writer.finish()?);
            infos.push(table.info.clone());
        }
        let description = datapackage::of_files(&self.name, &self.title, &infos, self.compression);
        finish_folder(folder, files, &description, self.manifest.clone())?;
        Ok(())
    }
}

impl InMemoryTable {
    /// A table without rows.
    pub fn new(info: FileInfo) -> Self {
        InMemoryTable {
            bytes: info.header().into_bytes(),
            info,
            rows: 0,
        }
    }

    /// Adds rows.
    pub fn append(&mut self, bytes: &[u8], rows: u64) {
        self.bytes.extend_from_slice(bytes);
        self.rows += rows;
    }

    fn read(&self) -> Result<Table, OutputError> {
        let name = self.info.file;
        let bytes = Cursor::new(self.bytes.clone());
        let table = read::Table::of(Path::new(name), Box::new(bytes))?;
        Table::read(name, table, |column| {
            let mut columns = self.info.columns.iter();
            let found = columns.find(|own| own.name == column);
            found.map_or_else(Described::default, |own| Described {
                is_number: !matches!(own.kind, Kind::Quarter | Kind::Text),
                unit: own.unit.to_string(),
                meaning: datapackage::described(own),
            })
        })
    }
}

impl Results {
    pub(super) fn in_memory(kept: InMemory, failed: u64) -> Self {
        Results {
            kept: Kept::Memory(Box::new(kept)),
            failed,
        }
    }

    /// The result in a folder, of this library or of the command.
    ///
    /// # Errors
    /// [`Error::Input`] where the folder holds none.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let source = Source::open(folder.as_ref())?;
        let failed = source.manifest().pointer("/experiment/failed_runs");
        Ok(Results {
            failed: failed.and_then(Value::as_u64).unwrap_or(0),
            kept: Kept::Folder(source),
        })
    }

    /// Names of the tables, in order.
    pub fn names(&self) -> Vec<String> {
        match &self.kept {
            Kept::Memory(kept) => {
                let tables = kept.tables.iter();
                tables.map(|table| table.info.file.to_string()).collect()
            }
            Kept::Folder(source) => source.tables(),
        }
    }

    /// A table by its name, such as `national`.
    ///
    /// # Errors
    /// [`Error::Input`] where there is none of that name, or its file has changed since it was written.
    pub fn table(&self, name: &str) -> Result<Table, Error> {
        let found = match &self.kept {
            Kept::Memory(kept) => {
                let mut tables = kept.tables.iter();
                let table = tables.find(|table| table.info.file == name);
                table.map(InMemoryTable::read).transpose()?
            }
            Kept::Folder(source) => match source.table(name)? {
                Some(table) => Some(Table::read(name, table, |column| {
                    let [kind, unit, meaning] = source.column(name, column).unwrap_or_default();
                    Described {
                        is_number: ["number", "integer", "boolean"].contains(&&*kind),
                        unit,
                        meaning,
                    }
                })?),
                None => None,
            },
        };
        let names = self.names();
        found.ok_or_else(|| {
            unknown(
                "the result has no table",
                name,
                names.iter().map(String::as_str),
            )
        })
    }

    /// Writes a result that is in memory to a new folder: tables, `datapackage.json` and `manifest.json`, as the command
    /// does. The folder appears when all of it is there.
    ///
    /// # Errors
    /// [`Error::Input`] where something stands there, or the result stands in a folder already; [`Error::Failed`] with what
    /// the file system says.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<(), Error> {
        match &self.kept {
            Kept::Memory(kept) => kept.write(folder.as_ref()),
            Kept::Folder(_) => Err(Error::Input(
                "the result stands in a folder; allowed: to write one that is in memory"
                    .to_string(),
            )),
        }
    }

    /// Number of runs that failed; column `error` of table `runs` says why.
    pub fn failed(&self) -> u64 {
        self.failed
    }
}
