//! A study parted into shards, in a folder that any machine can work on.
//!
//! ```text
//! plan.json            what is asked, its identity, numbers of runs and shards, files with their checksums
//! files/               these files, as they were when the plan was made
//! shards/0000/0000017.shard   the runs of shard 17; a thousand shards to a folder
//! ```
//!
//! What is asked is read from `files` under the names its files had, so that the folder works wherever it lies.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::input::scenario::{file_source::FileSource, places::MAX_TABLE_BYTES};
use crate::study::error::StudyError;
use crate::study::identity::{differences, hash};
use crate::study::run_file::{Fault, Look, Sealed, check};
use crate::study::shards::shard::Shard;
use crate::study::stage::Stage;
use crate::study::store::{self, RunStore, SealedRuns};
use crate::table::{error::OutputError, folder::Folder, json::json_text};

/// File that says what the plan is.
const PLAN: &str = "plan.json";
/// Most shards of a plan.
pub const MOST_SHARDS: u64 = 9_999_999;
/// Shards whose files lie in one folder.
pub const SHARDS_PER_FOLDER: u64 = 1000;
/// Version of the form of `plan.json`; grows when a key changes its meaning.
const FORMAT: u32 = 2;
/// Folder with the files.
const FILES: &str = "files";
/// Folder with the shards.
pub(crate) const SHARDS: &str = "shards";

/// What `plan.json` holds.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    format: u32,
    /// Hash of the identity.
    id: String,
    title: String,
    /// Arguments of the command that asks, without the program.
    arguments: Vec<String>,
    runs: u64,
    shards: u64,
    files: Vec<KeptFile>,
    /// What decides about results.
    identity: Value,
}

/// A file that is read.
#[derive(Debug, Serialize, Deserialize)]
struct KeptFile {
    /// Name under which it was read.
    name: PathBuf,
    /// Where it is, from the folder of the plan.
    file: String,
    sha256: String,
}

/// What a plan is made of.
#[derive(Debug)]
pub struct Planned<'a> {
    /// For people.
    pub title: &'a str,
    /// Arguments of the command that asks, without the program.
    pub arguments: Vec<String>,
    /// What decides about results.
    pub identity: Value,
    /// Runs of all stages.
    pub runs: u64,
    /// Parts.
    pub shards: u64,
    /// Everything that was read.
    pub file_source: &'a FileSource,
}

/// Writes a plan with the files it was read from to a new folder.
///
/// # Errors
/// [`StudyError`]; nothing is left then.
pub fn write(planned: Planned<'_>, target: &Path) -> Result<(), StudyError> {
    if fs::symlink_metadata(target).is_ok() {
        return Err(StudyError::Input(format!(
            "{} exists; a plan is never changed: choose another folder with `--plan`, or remove it",
            target.display()
        )));
    }
    let folder = Folder::create(target, false)?;
    let files = folder.path().join(FILES);
    fs::create_dir(&files).map_err(OutputError::io(&files))?;
    let mut list = Vec::new();
    for (number, (name, bytes)) in (1..).zip(planned.file_source.kept()) {
        if name.to_str().is_none() {
            return Err(StudyError::Input(format!(
                "{}: the name is not UTF-8; allowed: names in UTF-8",
                name.display()
            )));
        }
        let short = name.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{number:02}-{short}");
        write_file(&files.join(&file), &bytes)?;
        list.push(KeptFile {
            name,
            file: format!("{FILES}/{file}"),
            sha256: sha256(&bytes),
        });
    }
    let document = Document {
        format: FORMAT,
        id: hash(&planned.identity),
        title: planned.title.to_string(),
        arguments: planned.arguments,
        runs: planned.runs,
        shards: planned.shards,
        files: list,
        identity: planned.identity,
    };
    crate::table::paths::sync_folder(&files).map_err(OutputError::io(&files))?;
    write_file(&folder.path().join(PLAN), json_text(&document).as_bytes())?;
    Ok(folder.finish()?)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(OutputError::io(path))
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A plan folder as its `plan.json` describes it.
#[derive(Debug)]
pub struct PlanFolder {
    path: PathBuf,
    document: Document,
    /// Its files; none where they were not asked for.
    file_source: Option<FileSource>,
}

impl PlanFolder {
    /// Reads `plan.json`.
    ///
    /// # Errors
    /// A sentence with what would be a plan folder.
    pub fn open(path: &Path) -> Result<Self, StudyError> {
        let refused = |why: String| {
            StudyError::Input(format!(
                "{}: {why}; `--plan DIR` of a command that runs a study makes a plan folder, such as `dualtrack sweep EXPERIMENT --plan DIR`",
                path.display()
            ))
        };
        let text = match fs::read_to_string(path.join(PLAN)) {
            Ok(text) => text,
            Err(error) => {
                return Err(refused(format!(
                    "this is no plan folder, `{PLAN}`: {error}"
                )));
            }
        };
        let document: Document = serde_json::from_str(&text)
            .map_err(|error| refused(format!("`{PLAN}` is not that of a plan folder: {error}")))?;
        if document.format != FORMAT {
            return Err(refused(format!(
                "`{PLAN}` has format {}; allowed: {FORMAT}",
                document.format
            )));
        }
        if !(1..=MOST_SHARDS).contains(&document.shards) {
            return Err(refused(format!(
                "`{PLAN}` has {} shards; allowed: 1 to {MOST_SHARDS}",
                document.shards
            )));
        }
        Ok(PlanFolder {
            path: path.to_path_buf(),
            document,
            file_source: None,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Name of the plan by content.
    pub fn id(&self) -> &str {
        &self.document.id
    }

    /// Begin of the name, for names of files.
    pub(crate) fn short_id(&self) -> &str {
        let id = self.id();
        id.get(..12).unwrap_or(id)
    }

    /// Title of what is asked.
    pub fn title(&self) -> &str {
        &self.document.title
    }

    /// Arguments of the command that asks, without the program.
    pub fn arguments(&self) -> &[String] {
        &self.document.arguments
    }

    /// Number of runs.
    pub fn runs(&self) -> u64 {
        self.document.runs
    }

    /// Number of shards.
    pub fn shards(&self) -> u64 {
        self.document.shards
    }

    fn shard(&self, number: u64) -> Shard {
        let of = self.shards();
        Shard { number, of }
    }

    /// Numbers of the runs of a shard, which is numbered from 1.
    pub fn range(&self, number: u64) -> Range<u64> {
        self.shard(number).range(self.runs())
    }

    /// What the file of a shard says it holds.
    pub fn text(&self, number: u64) -> String {
        self.shard(number).text(self.id())
    }

    /// The folder in which a shard lies.
    pub fn folder_of(&self, number: u64) -> PathBuf {
        let folder = format!("{:04}", number / SHARDS_PER_FOLDER);
        self.path.join(SHARDS).join(folder)
    }

    /// The file of a shard.
    pub fn file_of(&self, number: u64) -> PathBuf {
        self.folder_of(number).join(format!("{number:07}.shard"))
    }

    /// Checks the file of a shard.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn check(&self, number: u64, look: Look) -> Result<Sealed, Fault> {
        let (text, range) = (self.text(number), self.range(number));
        check(&self.file_of(number), &text, &range, look)
    }

    /// The runs of all shards, which must be whole, as a store of stages.
    pub fn store(&self, stages: &[Stage]) -> RunStore {
        let files = (1..=self.shards()).map(|number| SealedRuns {
            path: self.file_of(number),
            text: self.text(number),
            range: self.range(number),
        });
        RunStore::Sealed(store::Sealed {
            files: files.collect(),
            stages: stages.to_vec(),
        })
    }

    /// Reads the files of the folder, and nothing else from then on.
    ///
    /// # Errors
    /// A file that is missing or changed.
    pub fn files(&mut self) -> Result<FileSource, StudyError> {
        let mut files: BTreeMap<PathBuf, Arc<[u8]>> = BTreeMap::new();
        for kept in &self.document.files {
            // Nothing but what lies in the folder is read, and nothing without end.
            let inside = kept
                .file
                .strip_prefix(FILES)
                .and_then(|rest| rest.strip_prefix('/'));
            let is_name = inside.is_some_and(|name| {
                !name.contains(['/', '\\']) && Path::new(name).file_name().is_some()
            });
            if !is_name {
                return Err(StudyError::Input(format!(
                    "{}: {:?} is no file of a plan; allowed: `{FILES}/NAME`",
                    self.path.join(PLAN).display(),
                    kept.file
                )));
            }
            let path = self.path.join(&kept.file);
            let disk = FileSource::default();
            let bytes = disk.read(&path, MAX_TABLE_BYTES).map_err(|error| {
                StudyError::Input(format!(
                    "{}: {error}; a plan is whole or useless: make it again",
                    path.display()
                ))
            })?;
            if sha256(&bytes) != kept.sha256 {
                return Err(StudyError::Input(format!(
                    "{}: its checksum is not that of `{PLAN}`; a plan is never changed: make a new one",
                    path.display()
                )));
            }
            files.insert(kept.name.clone(), bytes.into());
        }
        let file_source = FileSource::closed(files);
        self.file_source = Some(file_source.clone());
        Ok(file_source)
    }

    /// Refuses a plan that this program would make otherwise.
    ///
    /// # Errors
    /// A sentence with what differs.
    pub fn check_identity(&self, identity: &Value, runs: u64) -> Result<(), StudyError> {
        if hash(identity) == self.document.id && runs == self.document.runs {
            return Ok(());
        }
        let found = differences(identity, &self.document.identity);
        Err(StudyError::Input(format!(
            "{}: a plan that this program would make otherwise: {}",
            self.path.display(),
            found.join("; ")
        )))
    }

    /// A file that a run asked for and that the plan does not hold.
    pub fn lacked(&self) -> Option<PathBuf> {
        self.file_source.as_ref().and_then(FileSource::lacked)
    }
}
