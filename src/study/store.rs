//! What the runs of a study left, in order, on disk or in memory.
//!
//! On disk the folder `NAME.partial` beside the result holds `study.json`, which says what the study is, a `lock`, and for
//! each stage a file `stage-K.runs` ([`crate::study::run_file`]). One process appends, and brings runs to disk about once a
//! second. A kill at any moment therefore loses the runs of the last second and those under way. Whoever goes on takes
//! what is whole. All tables are made from what is stored, so that an interrupted study ends in the same bytes.

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::identity::differences;
use crate::study::place::{Begin, LOCK, lock, partial, write_atomically};
use crate::study::run_file::{RunFile, read, runs_in};
use crate::study::stage::Stage;
use crate::table::error::OutputError;
use crate::table::source::Source;
use crate::table::{folder::check_target, paths::refuse_links};

/// File with what the study is.
pub const IDENTITY: &str = "study.json";
/// File with the design points of a sweep, so that another one can take over its runs.
pub const DESIGN: &str = "design.csv";
/// Number of the format; another one is refused, as no study under way outlives a version of the program.
const FORMAT: u64 = 1;
/// Time between two times that runs are brought to disk.
const PAUSE: Duration = Duration::from_secs(1);

/// Where runs are kept.
#[derive(Debug)]
pub enum RunStore {
    /// On disk.
    Folder(Folder),
    /// In memory.
    Memory(Memory),
    /// In sealed files, all of which are there.
    Sealed(Sealed),
}

/// Runs in sealed files.
#[derive(Debug)]
pub struct Sealed {
    /// Files in the order of their runs.
    pub files: Vec<SealedRuns>,
    /// Stages.
    pub stages: Vec<Stage>,
}

/// A sealed file.
#[derive(Debug)]
pub struct SealedRuns {
    /// Where it is.
    pub path: PathBuf,
    /// What it says it is.
    pub text: String,
    /// Numbers of its runs, which are counted through all stages.
    pub range: Range<u64>,
}

impl Sealed {
    fn for_each(
        &self,
        stage: usize,
        take: &mut dyn FnMut(u64, &Measured) -> Result<(), StudyError>,
    ) -> Result<(), StudyError> {
        let first: u64 = self.stages[..stage].iter().map(Stage::runs).sum();
        let own = first..first + self.stages[stage].runs();
        for file in &self.files {
            if file.range.end <= own.start || own.end <= file.range.start {
                continue;
            }
            let end = read(
                &file.path,
                &file.text,
                file.range.start,
                |number, run| match own.contains(&number) {
                    true => take(number - first, run),
                    false => Ok(()),
                },
            )?;
            if end != file.range.end {
                return Err(StudyError::Damaged {
                    path: file.path.clone(),
                    why: "it has changed since it was checked".to_string(),
                });
            }
        }
        Ok(())
    }
}

/// Runs in memory, stage by stage.
#[derive(Debug, Default)]
pub struct Memory {
    stages: Vec<Vec<Measured>>,
}

/// Runs on disk.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    replaces: bool,
    identity: Value,
    /// Stages so far, the last one perhaps under way.
    stages: Vec<RunFile>,
    found: u64,
    // Released when the process ends, however it ends.
    _lock: File,
}

impl RunStore {
    /// An empty store in memory.
    pub fn memory() -> Self {
        RunStore::Memory(Memory::default())
    }

    /// The store on disk of the study with this identity, whose result will be `target`. `identity` says everything that
    /// decides about numbers.
    ///
    /// # Errors
    /// [`StudyError`], where something stands in the way.
    pub fn open(identity: &Value, target: &Path, begin: Begin) -> Result<Self, StudyError> {
        Folder::open(identity, target, begin).map(RunStore::Folder)
    }

    /// Begins the next stage, or goes on with it where it is there; returns how many of its runs are stored. `text` says
    /// what the stage is. A stage that is there under another text is dropped.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin_stage(&mut self, text: &Value) -> Result<u64, StudyError> {
        match self {
            RunStore::Folder(folder) => folder.begin_stage(text),
            RunStore::Memory(memory) => {
                memory.stages.push(Vec::new());
                Ok(0)
            }
            RunStore::Sealed(_) => Ok(u64::MAX),
        }
    }

    /// Adds the next run of the stage that was begun last.
    ///
    /// # Errors
    /// What the file system says.
    pub fn push(&mut self, run: &Measured) -> Result<(), StudyError> {
        match self {
            RunStore::Folder(folder) => {
                let stage = folder.stages.last_mut();
                stage.map_or(Ok(()), |stage| stage.push(run))
            }
            RunStore::Memory(memory) => {
                if let Some(stage) = memory.stages.last_mut() {
                    stage.push(run.clone());
                }
                Ok(())
            }
            RunStore::Sealed(_) => Ok(()),
        }
    }

    /// Brings everything to disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync(&mut self) -> Result<(), StudyError> {
        match self {
            RunStore::Folder(folder) => folder.sync(),
            RunStore::Memory(_) | RunStore::Sealed(_) => Ok(()),
        }
    }

    /// Runs stored of the stages that were begun.
    pub fn done(&self) -> u64 {
        match self {
            RunStore::Folder(folder) => {
                let stages = folder.stages.iter();
                stages.map(RunFile::runs).sum()
            }
            RunStore::Memory(memory) => memory.stages.iter().map(|stage| stage.len() as u64).sum(),
            RunStore::Sealed(sealed) => sealed.stages.iter().map(Stage::runs).sum(),
        }
    }

    /// Hands over the runs of a stage with their numbers, in order.
    ///
    /// # Errors
    /// What the file system or `take` says; a file that is not what was written.
    pub fn for_each(
        &mut self,
        stage: usize,
        mut take: impl FnMut(u64, &Measured) -> Result<(), StudyError>,
    ) -> Result<(), StudyError> {
        match self {
            RunStore::Folder(folder) => {
                let stage = folder.stages.get_mut(stage);
                stage.map_or(Ok(()), |stage| stage.for_each(take))
            }
            RunStore::Memory(memory) => {
                let runs = memory.stages.get(stage).into_iter().flatten();
                (0..)
                    .zip(runs)
                    .try_for_each(|(number, run)| take(number, run))
            }
            RunStore::Sealed(sealed) => sealed.for_each(stage, &mut take),
        }
    }

    /// Runs that were there when it was opened.
    pub fn found(&self) -> u64 {
        match self {
            RunStore::Folder(folder) => folder.found,
            RunStore::Memory(_) | RunStore::Sealed(_) => 0,
        }
    }

    /// Whether the result replaces one that stands at the target.
    pub fn replaces(&self) -> bool {
        match self {
            RunStore::Folder(folder) => folder.replaces,
            RunStore::Memory(_) | RunStore::Sealed(_) => false,
        }
    }

    /// Removes the store, when the result has its name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(self) -> Result<(), StudyError> {
        if let RunStore::Folder(folder) = self {
            let path = folder.path.clone();
            drop(folder);
            fs::remove_dir_all(&path).map_err(OutputError::io(&path))?;
        }
        Ok(())
    }
}

impl Folder {
    fn open(identity: &Value, target: &Path, begin: Begin) -> Result<Self, StudyError> {
        if target.file_name().is_none() {
            let path = target.to_path_buf();
            return Err(OutputError::NoName { path }.into());
        }
        let path = partial(target);
        let damaged = |path: &Path, why: &str| StudyError::Damaged {
            path: path.to_path_buf(),
            why: why.to_string(),
        };
        let is_there = fs::symlink_metadata(&path).is_ok();
        if is_there {
            check_ours(&path)?;
        }
        let replaces = match check_target(target, false) {
            Ok(_) => false,
            Err(OutputError::Exists { .. }) if begin == Begin::Replace => true,
            Err(OutputError::Exists { .. }) if begin == Begin::Extend => true,
            Err(OutputError::Exists { .. }) if begin == Begin::Resume && is_there => true,
            Err(OutputError::Exists { path, .. }) if begin == Begin::Resume => {
                let made = Source::open(&path)?;
                let why = format!(
                    "it is a finished result of other settings or of another version: `dualtrack {}`, version {}",
                    made.arguments().join(" "),
                    made.text("version")
                );
                return Err(damaged(&path, &why));
            }
            Err(error) => return Err(error.into()),
        };
        fs::create_dir_all(&path).map_err(OutputError::io(&path))?;
        let lock = lock(&path)?;
        let identity = json!({"format": FORMAT, "study": identity});
        let known = fs::read_to_string(path.join(IDENTITY)).ok();
        let known: Option<Value> = known.and_then(|text| serde_json::from_str(&text).ok());
        let found = stored_in(&path)?;
        let found = match (&known, begin) {
            (Some(_), Begin::New) => {
                let done = found;
                return Err(StudyError::Unfinished { path, done });
            }
            (Some(known), Begin::Resume | Begin::Extend) if *known != identity => {
                let found = differences(&identity, known).join("; ");
                let why = format!("it holds an unfinished study of other settings: {found}");
                return Err(damaged(&path, &why));
            }
            (Some(_), Begin::Resume | Begin::Extend) => found,
            _ => {
                clear(&path)?;
                write_atomically(&path, IDENTITY, &crate::table::json::json_text(&identity))?;
                0
            }
        };
        Ok(Folder {
            path,
            replaces,
            identity,
            stages: Vec::new(),
            found,
            _lock: lock,
        })
    }

    fn begin_stage(&mut self, text: &Value) -> Result<u64, StudyError> {
        self.sync()?;
        // With the sum of the stage before, so that none outlives what it was made of.
        let after = self.stages.last().map(|stage| hex::encode(stage.sum()));
        let text = json!({"study": self.identity, "stage": text, "after": after}).to_string();
        let path = stage_file(&self.path, self.stages.len());
        let stage = RunFile::open(&path, &text, 0, PAUSE)?;
        let runs = stage.runs();
        self.stages.push(stage);
        Ok(runs)
    }

    fn sync(&mut self) -> Result<(), StudyError> {
        self.stages.last_mut().map_or(Ok(()), RunFile::sync)
    }
}

/// File of a stage.
pub(crate) fn stage_file(folder: &Path, stage: usize) -> PathBuf {
    folder.join(format!("stage-{stage}.runs"))
}

/// Runs in a folder.
fn stored_in(folder: &Path) -> Result<u64, StudyError> {
    let mut done = 0;
    for stage in 0.. {
        match runs_in(&stage_file(folder, stage), 0)? {
            Some((_, runs)) => done += runs,
            None => break,
        }
    }
    Ok(done)
}

/// Whether a study under way has a file of this name.
fn is_ours(name: &str) -> bool {
    let stage = name.strip_prefix("stage-");
    let number = stage.and_then(|rest| rest.strip_suffix(".runs"));
    let is_stage = number.is_some_and(|digits| digits.parse::<usize>().is_ok());
    let name = name.strip_prefix(".new-").unwrap_or(name);
    // Lists of design points, and rows of traces.
    let is_table = name.ends_with(".csv");
    is_stage || is_table || [IDENTITY, LOCK].contains(&name)
}

/// Refuses a folder that holds anything else, or a link, so that neither is ever cleared or written through.
fn check_ours(path: &Path) -> Result<(), StudyError> {
    refuse_links(path)?;
    for entry in fs::read_dir(path).map_err(OutputError::io(path))? {
        let entry = entry.map_err(OutputError::io(path))?;
        if !entry.file_name().to_str().is_some_and(is_ours) {
            return Err(StudyError::Damaged {
                path: path.to_path_buf(),
                why: "it holds files that no study writes".to_string(),
            });
        }
    }
    Ok(())
}

/// Removes everything from a folder but its lock.
fn clear(path: &Path) -> Result<(), StudyError> {
    for entry in fs::read_dir(path).map_err(OutputError::io(path))? {
        let entry = entry.map_err(OutputError::io(path))?.path();
        if entry.file_name().is_some_and(|name| name != LOCK) {
            fs::remove_file(&entry).map_err(OutputError::io(&entry))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(value: f64) -> Measured {
        Measured {
            values: vec![Some(value), None],
            ..Measured::default()
        }
    }

    fn open(target: &Path, begin: Begin) -> Result<RunStore, StudyError> {
        RunStore::open(&json!({"seed": 1}), target, begin)
    }

    fn values(store: &mut RunStore, stage: usize) -> Vec<f64> {
        let mut found = Vec::new();
        let read = store.for_each(stage, |number, run| {
            assert_eq!(number, found.len() as u64);
            found.extend(run.value(0));
            Ok(())
        });
        read.expect("read");
        found
    }

    /// A store of two stages with three and two runs.
    fn filled(target: &Path) -> RunStore {
        let mut store = open(target, Begin::New).expect("opened");
        for (stage, list) in [vec![1.0, 2.0, 3.0], vec![4.0, 5.0]].iter().enumerate() {
            assert_eq!(store.begin_stage(&json!(stage)).expect("begun"), 0);
            for value in list {
                store.push(&run(*value)).expect("pushed");
                store.sync().expect("synced");
            }
        }
        store
    }

    #[test]
    fn a_store_that_was_cut_anywhere_goes_on_with_what_is_whole() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("r");
        drop(filled(&target));
        let path = stage_file(&partial(&target), 1);
        let whole = fs::read(&path).expect("read");
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).expect("cut");
            let mut store = open(&target, Begin::Resume).expect("resumed");
            assert_eq!(store.begin_stage(&json!(0)).expect("begun"), 3);
            assert_eq!(values(&mut store, 0), [1.0, 2.0, 3.0]);
            let done = store.begin_stage(&json!(1)).expect("begun");
            assert!(done < 2, "{length}");
            for value in &[4.0, 5.0][done as usize..] {
                store.push(&run(*value)).expect("pushed");
                store.sync().expect("synced");
            }
            assert_eq!(values(&mut store, 1), [4.0, 5.0], "{length}");
            assert_eq!(store.done(), 5);
            drop(store);
            assert!(fs::read(&path).expect("read") == whole, "{length}");
        }
    }

    #[test]
    fn a_stage_of_another_text_or_after_other_runs_begins_anew() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("r");
        drop(filled(&target));
        let mut store = open(&target, Begin::Resume).expect("resumed");
        assert_eq!(store.begin_stage(&json!(0)).expect("begun"), 3);
        assert_eq!(store.begin_stage(&json!("other")).expect("begun"), 0);
        drop(store);
        drop(open(&target, Begin::Replace).expect("replaced"));
        drop(filled_again(&target));
        // The first stage loses its last run: the second does not count.
        let path = stage_file(&partial(&target), 0);
        let bytes = fs::read(&path).expect("read");
        fs::write(&path, &bytes[..bytes.len() - 1]).expect("cut");
        let mut store = open(&target, Begin::Resume).expect("resumed");
        assert_eq!(store.begin_stage(&json!(0)).expect("begun"), 2);
        store.push(&run(7.0)).expect("pushed");
        assert_eq!(store.begin_stage(&json!(1)).expect("begun"), 0);
    }

    fn filled_again(target: &Path) -> RunStore {
        fs::remove_dir_all(partial(target)).expect("removed");
        filled(target)
    }

    #[test]
    fn what_is_in_the_way_is_said() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("r");
        let store = filled(&target);
        let refused = |begin| open(&target, begin).expect_err("refused").to_string();
        assert!(refused(Begin::Resume).contains("another process works in"));
        drop(store);
        assert!(refused(Begin::New).contains("holds 5 runs of an unfinished study"));
        let other = RunStore::open(&json!({"seed": 2}), &target, Begin::Resume);
        let message = other.expect_err("refused").to_string();
        assert!(message.contains("of other settings"), "{message}");
        open(&target, Begin::Resume)
            .expect("resumed")
            .remove()
            .expect("removed");
        assert!(!partial(&target).exists());
        // Somebody's own folder is left alone.
        fs::create_dir(partial(&target)).expect("made");
        fs::write(partial(&target).join("thesis.tex"), "years of work").expect("written");
        for begin in [Begin::New, Begin::Resume, Begin::Replace] {
            assert!(refused(begin).contains("files that no study writes"));
        }
    }

    #[test]
    fn a_changed_file_is_not_read_as_if_it_were_whole() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("r");
        let mut store = filled(&target);
        let path = stage_file(&partial(&target), 0);
        let mut bytes = fs::read(&path).expect("read");
        let last = bytes.len() - 30;
        bytes[last] ^= 4;
        fs::write(&path, bytes).expect("written");
        let read = store.for_each(0, |_, _| Ok(()));
        assert!(matches!(read, Err(StudyError::Damaged { .. })));
    }
}
