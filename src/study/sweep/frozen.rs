//! A sweep frozen into a folder that any machine can work on.
//!
//! ```text
//! plan.json            identity, number of runs and shards, the files of the experiment with their checksums
//! files/               these files, as they were when the plan was made
//! shards/0000/0000017.shard   the runs of shard 17; a thousand shards to a folder
//! ```
//!
//! The experiment is read from `files` under the names its files had, so that the folder works wherever it lies.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::experiment::reader::Overlay;
use crate::input::scenario::{places::MAX_TABLE_BYTES, problems::Problems, shelf::Shelf};
use crate::study::sweep::finish::Shard;
use crate::study::sweep::plan::{Plan, PlanError, differences, sha256};
use crate::study::sweep::work::PLAN;
use crate::table::{error::OutputError, folder::Folder, json::json_text};

/// Most shards of a plan.
pub const MOST_SHARDS: u64 = 9_999_999;
/// Shards whose files lie in one folder.
pub const SHARDS_PER_FOLDER: u64 = 1000;
/// Version of the form of `plan.json`; grows when a key changes its meaning.
const FORMAT: u32 = 1;
/// Folder with the files of the experiment.
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
    runs: u64,
    shards: u64,
    /// Name under which the experiment file was read.
    experiment: PathBuf,
    /// What the command line laid over it.
    overlay: Overlay,
    files: Vec<KeptFile>,
    /// What decides about results.
    identity: Value,
}

/// A file of the experiment.
#[derive(Debug, Serialize, Deserialize)]
struct KeptFile {
    /// Name under which it was read.
    name: PathBuf,
    /// Where it is, from the folder of the plan.
    file: String,
    sha256: String,
}

/// Why there is no plan folder.
#[derive(Debug)]
pub enum FrozenError {
    /// The folder is not what it should be; a sentence with what would be.
    Refused(String),
    /// The experiment in it has problems.
    Problems(Problems),
    /// The file system.
    Output(OutputError),
}

impl From<OutputError> for FrozenError {
    fn from(error: OutputError) -> Self {
        FrozenError::Output(error)
    }
}

impl std::fmt::Display for FrozenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FrozenError::Refused(sentence) => f.write_str(sentence),
            FrozenError::Problems(problems) => problems.fmt(f),
            FrozenError::Output(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FrozenError {}

/// Where an experiment was read from, and what was laid over it.
#[derive(Debug)]
pub struct Origin<'a> {
    /// The experiment file.
    pub experiment: &'a Path,
    /// What the command line laid over it.
    pub overlay: &'a Overlay,
    /// Everything that was read.
    pub shelf: &'a Shelf,
}

/// Writes a plan with the files it was read from to a new folder.
///
/// # Errors
/// [`FrozenError`]; nothing is left then.
pub fn freeze(
    plan: &Plan,
    origin: &Origin<'_>,
    shards: u64,
    target: &Path,
) -> Result<(), FrozenError> {
    if fs::symlink_metadata(target).is_ok() {
        return Err(FrozenError::Refused(format!(
            "{} exists; a plan is never changed: choose another folder with `--plan`, or remove it",
            target.display()
        )));
    }
    let folder = Folder::create(target, false)?;
    let files = folder.path().join(FILES);
    fs::create_dir(&files).map_err(OutputError::io(&files))?;
    let mut list = Vec::new();
    for (number, (name, bytes)) in (1..).zip(origin.shelf.kept()) {
        if name.to_str().is_none() {
            return Err(FrozenError::Refused(format!(
                "{}: the name is not UTF-8; allowed: names in UTF-8",
                name.display()
            )));
        }
        let short = name.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{number:02}-{short}");
        write(&files.join(&file), &bytes)?;
        list.push(KeptFile {
            name,
            file: format!("{FILES}/{file}"),
            sha256: sha256(&bytes),
        });
    }
    let document = Document {
        format: FORMAT,
        id: plan.id.clone(),
        title: plan.experiment.title.clone(),
        runs: plan.runs(),
        shards,
        experiment: origin.experiment.to_path_buf(),
        overlay: origin.overlay.clone(),
        files: list,
        identity: plan.identity.clone(),
    };
    crate::table::paths::sync_folder(&files).map_err(OutputError::io(&files))?;
    write(&folder.path().join(PLAN), json_text(&document).as_bytes())?;
    Ok(folder.finish()?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(OutputError::io(path))
}

/// A plan folder as its `plan.json` describes it. Its experiment is not read.
#[derive(Debug)]
pub struct PlanFolder {
    path: PathBuf,
    document: Document,
}

impl PlanFolder {
    /// Whether a path is meant as a plan folder and not as an experiment file.
    pub fn is_meant(path: &Path) -> bool {
        path.is_dir()
    }

    /// Reads `plan.json`.
    ///
    /// # Errors
    /// [`FrozenError`].
    pub fn open(path: &Path) -> Result<Self, FrozenError> {
        let refused = |why: String| {
            FrozenError::Refused(format!(
                "{}: {why}; `dualtrack sweep EXPERIMENT --plan DIR` makes a plan folder",
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

    /// Title of the experiment.
    pub fn title(&self) -> &str {
        &self.document.title
    }

    /// Number of runs.
    pub fn runs(&self) -> u64 {
        self.document.runs
    }

    /// Number of shards.
    pub fn shards(&self) -> u64 {
        self.document.shards
    }

    /// A shard by its number, from 1.
    pub fn shard(&self, number: u64) -> Shard {
        Shard {
            number,
            of: self.document.shards,
        }
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

    /// Reads the experiment of the folder.
    ///
    /// # Errors
    /// [`FrozenError`]: a file that is missing or changed, or another program, with what differs.
    pub fn thaw(self) -> Result<Frozen, FrozenError> {
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
                return Err(FrozenError::Refused(format!(
                    "{}: {:?} is no file of a plan; allowed: `{FILES}/NAME`",
                    self.path.join(PLAN).display(),
                    kept.file
                )));
            }
            let path = self.path.join(&kept.file);
            let disk = Shelf::default();
            let bytes = disk.read(&path, MAX_TABLE_BYTES).map_err(|error| {
                FrozenError::Refused(format!(
                    "{}: {error}; a plan is whole or useless: make it again",
                    path.display()
                ))
            })?;
            if sha256(&bytes) != kept.sha256 {
                return Err(FrozenError::Refused(format!(
                    "{}: its checksum is not that of `{PLAN}`; a plan is never changed: make a new one",
                    path.display()
                )));
            }
            files.insert(kept.name.clone(), bytes.into());
        }
        let shelf = Shelf::closed(files);
        let experiment = crate::input::experiment::reader::load_from(
            &shelf,
            &self.document.experiment,
            &self.document.overlay,
        )
        .map_err(FrozenError::Problems)?;
        let plan = Plan::new(experiment).map_err(|error| match error {
            PlanError::Scenario(problems) => FrozenError::Problems(problems),
            PlanError::Design(sentence) => FrozenError::Refused(sentence),
        })?;
        if plan.id != self.document.id || plan.runs() != self.document.runs {
            let found = differences(&plan.identity, &self.document.identity);
            return Err(FrozenError::Refused(format!(
                "{}: a plan that this program would make otherwise: {}",
                self.path.display(),
                found.join("; ")
            )));
        }
        Ok(Frozen { folder: self, plan })
    }
}

/// A plan folder with its plan.
#[derive(Debug)]
pub struct Frozen {
    /// The folder.
    pub folder: PlanFolder,
    /// Its plan.
    pub plan: Plan,
}

impl Frozen {
    /// A file that a run asked for and that the plan does not hold.
    pub fn lacked(&self) -> Option<PathBuf> {
        self.plan.experiment.worlds.shelf().lacked()
    }
}
