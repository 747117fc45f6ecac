//! The folder in which a sweep grows.
//!
//! Rows are appended in the order of the runs. Now and then everything is brought to disk and a line is added to
//! `checkpoints`: how many runs, how many bytes of each file, and their SHA-256. A sweep that was killed, at
//! whatever moment, is cut back to the last checkpoint whose sums agree and goes on from there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::finish::write_design;
use super::plan::{Plan, differences, hex};
use super::rows::Rows;
use super::{Shard, partial};
use crate::output::folder::{check_target, sync_folder};
use crate::output::{MANIFEST, OutputError, WrittenFile};

/// File with the identity of the plan.
pub const PLAN: &str = "plan.json";
/// File with the checkpoints.
pub const CHECKPOINTS: &str = "checkpoints";
/// File with a row for each run.
pub const RUNS: &str = "runs.csv";
/// File with the course of each run.
pub const SERIES: &str = "series.csv";
/// File whose lock says that a process works here.
pub const LOCK: &str = "lock";
/// Time between checkpoints.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes kept back before they go to a file.
const BUFFER: usize = 1 << 16;

/// What is to be done where something is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Nothing may be there.
    New,
    /// Goes on with an unfinished sweep, and takes over runs of an earlier one.
    Resume,
    /// Throws away what is there.
    Replace,
}

/// Why a sweep has no folder to grow in.
#[derive(Debug)]
pub enum WorkError {
    /// The file system, or what stands at the target.
    Output(OutputError),
    /// An unfinished sweep is there.
    Unfinished {
        /// Its folder.
        path: PathBuf,
        /// Runs done.
        done: u64,
        /// Runs of its plan.
        runs: u64,
    },
    /// A finished result is there.
    Finished {
        /// Its folder.
        path: PathBuf,
    },
    /// Another process works there.
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// What is there cannot be gone on with.
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl WorkError {
    /// Whether another choice of folder or an option would have helped.
    pub fn is_bad_input(&self) -> bool {
        match self {
            WorkError::Output(error) => error.is_bad_input(),
            _ => true,
        }
    }
}

impl From<OutputError> for WorkError {
    fn from(error: OutputError) -> Self {
        WorkError::Output(error)
    }
}

impl std::fmt::Display for WorkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WorkError::Output(error) => error.fmt(f),
            WorkError::Unfinished { path, done, runs } => write!(
                f,
                "{} holds {done} of {runs} runs of an unfinished sweep; add `--resume` to go on, `--force` to begin anew, or choose another folder with `--out`",
                path.display()
            ),
            WorkError::Finished { path } => write!(
                f,
                "{} exists; add `--resume` to take over the runs it shares with this experiment, `--force` to begin anew, or choose another folder with `--out`",
                path.display()
            ),
            WorkError::Busy { path } => write!(
                f,
                "another process works in {}; wait for it, or choose another folder with `--out`",
                path.display()
            ),
            WorkError::Damaged { path, why } => write!(
                f,
                "{}: {why}; add `--force` to begin anew, or choose another folder with `--out`",
                path.display()
            ),
        }
    }
}

impl std::error::Error for WorkError {}

/// A file that is summed while it grows.
#[derive(Debug)]
struct Growing {
    path: PathBuf,
    file: io::BufWriter<File>,
    sum: Sha256,
    bytes: u64,
}

impl Growing {
    /// A file that holds the bytes of `mark`, of which `sum` is the sum; what lies beyond them is cut off.
    fn open(path: PathBuf, mark: &Mark, sum: Sha256) -> Result<Self, OutputError> {
        let bytes = mark.bytes;
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new()
                .create(true)
                .read(true)
                .write(true)
                .truncate(false)
                .open(&path)?;
            file.set_len(bytes)?;
            io::Seek::seek(&mut file, io::SeekFrom::Start(bytes))?;
            Ok(file)
        };
        let file = open().map_err(OutputError::io(&path))?;
        Ok(Growing {
            path,
            file: io::BufWriter::with_capacity(BUFFER, file),
            sum,
            bytes,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.file
            .write_all(bytes)
            .map_err(OutputError::io(&self.path))?;
        self.sum.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), OutputError> {
        let file = &mut self.file;
        file.flush()
            .and_then(|()| file.get_ref().sync_data())
            .map_err(OutputError::io(&self.path))
    }

    fn mark(&self) -> Mark {
        Mark {
            bytes: self.bytes,
            sha256: hex(&self.sum.clone().finalize()),
        }
    }
}

/// Sums what is written to it.
pub(super) struct Summing<'a>(pub &'a mut Sha256);

impl Write for Summing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a checkpoint says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Checkpoint {
    /// Number of the next run.
    next_run: u64,
    failed: u64,
    runs: Mark,
    series: Mark,
    series_rows: u64,
}

/// So many bytes with this sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mark {
    bytes: u64,
    sha256: String,
}

impl Checkpoint {
    fn line(&self) -> String {
        format!(
            "{} {} {} {} {} {} {} end\n",
            self.next_run,
            self.failed,
            self.runs.bytes,
            self.runs.sha256,
            self.series.bytes,
            self.series.sha256,
            self.series_rows,
        )
    }

    /// A line; none where it was cut off.
    fn read(line: &str) -> Option<Self> {
        let parts: Vec<&str> = line.split(' ').collect();
        let [
            next_run,
            failed,
            bytes,
            sha256,
            series_bytes,
            series_sha256,
            series_rows,
            "end",
        ] = parts[..]
        else {
            return None;
        };
        let mark = |bytes: &str, sha256: &str| {
            Some(Mark {
                bytes: bytes.parse().ok()?,
                sha256: sha256.to_string(),
            })
        };
        Some(Checkpoint {
            next_run: next_run.parse().ok()?,
            failed: failed.parse().ok()?,
            runs: mark(bytes, sha256)?,
            series: mark(series_bytes, series_sha256)?,
            series_rows: series_rows.parse().ok()?,
        })
    }
}

/// A sweep that grows.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
    target: PathBuf,
    replaces: bool,
    shard: Shard,
    runs: Growing,
    series: Option<Growing>,
    at: Checkpoint,
    first: u64,
    end: u64,
    last: Instant,
    /// Whether it is whole and only needs its name.
    is_whole: bool,
    /// Whether runs and series become Parquet at the end.
    is_parquet: bool,
    // Released when the process ends, however it ends.
    _lock: File,
}

impl WorkFolder {
    /// Opens the folder in which `plan`, or a shard of it, grows to be `target`.
    ///
    /// # Errors
    /// [`WorkError`].
    pub fn open(plan: &Plan, shard: Shard, target: &Path, begin: Begin) -> Result<Self, WorkError> {
        if target.file_name().is_none() {
            return Err(OutputError::NoName {
                path: target.to_path_buf(),
            }
            .into());
        }
        let path = partial(target);
        let replaces = match check_target(target, false) {
            Ok(_) => false,
            Err(OutputError::Exists { .. }) if begin != Begin::New => true,
            Err(OutputError::Exists { path, .. }) => return Err(WorkError::Finished { path }),
            Err(error) => return Err(error.into()),
        };
        let is_there = fs::symlink_metadata(&path).is_ok();
        if is_there {
            check_ours(&path)?;
        }
        fs::create_dir_all(&path).map_err(OutputError::io(&path))?;
        let lock = lock(&path)?;
        let identity = json!({"id": plan.id, "identity": plan.identity, "shard": shard});
        if is_there {
            match begin {
                Begin::New => {
                    let (done, runs) = progress(&path, plan);
                    return Err(WorkError::Unfinished { path, done, runs });
                }
                Begin::Resume => {}
                Begin::Replace => clear(&path)?,
            }
        }
        let is_whole = path.join(MANIFEST).is_file();
        match read_plan(&path) {
            Some(known) if known == identity => {}
            // Only the name is missing: the identity stands in the manifest.
            None if is_whole => {}
            Some(known) => {
                let aside = earlier(target);
                let is_akin = known["identity"]["run"] == plan.identity["run"];
                if is_akin && fs::symlink_metadata(&aside).is_err() {
                    // Its runs are taken over; the lock goes with it.
                    fs::rename(&path, &aside).map_err(OutputError::io(&path))?;
                    drop(lock);
                    return Self::open(plan, shard, target, begin);
                }
                let found = differences(&identity, &known);
                return Err(WorkError::Damaged {
                    path,
                    why: format!(
                        "an unfinished sweep of another experiment: {}",
                        found.join("; ")
                    ),
                });
            }
            None => {
                clear(&path)?;
                write_atomically(&path, PLAN, &crate::output::json_text(&identity))?;
                if shard.is_all() {
                    // With it, a sweep of another experiment can take over the runs, should this one not end.
                    write_design(&path, plan)?;
                }
            }
        }
        let start = shard.range(plan.runs()).start;
        let found = if is_whole {
            Recovered::nothing(start)
        } else {
            recover(&path, plan, start)?
        };
        let mut folder = WorkFolder {
            runs: Growing::open(path.join(RUNS), &found.at.runs, found.runs)?,
            series: match plan.experiment.series {
                true => Some(Growing::open(
                    path.join(SERIES),
                    &found.at.series,
                    found.series,
                )?),
                false => None,
            },
            at: found.at,
            first: start,
            end: shard.range(plan.runs()).end,
            path,
            target: target.to_path_buf(),
            replaces,
            shard,
            last: Instant::now(),
            is_whole,
            is_parquet: false,
            _lock: lock,
        };
        if !is_whole && folder.runs.bytes == 0 {
            folder.runs.write(plan.runs_info().header().as_bytes())?;
            if let (Some(series), Some(info)) = (&mut folder.series, plan.series_info()) {
                series.write(info.header().as_bytes())?;
            }
        }
        if !is_whole {
            // Begins the list of checkpoints anew, without a line that was cut off.
            folder.sync()?;
            write_atomically(&folder.path, CHECKPOINTS, &folder.at.line())?;
            sync_folder(&folder.path).map_err(OutputError::io(&folder.path))?;
        }
        Ok(folder)
    }

    /// Number of the next run.
    pub fn next_run(&self) -> u64 {
        self.at.next_run
    }

    /// Number after the last run.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Runs that failed.
    pub fn failed(&self) -> u64 {
        self.at.failed
    }

    /// The part of the plan it holds.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// Whether runs and series become Parquet at the end.
    pub fn set_parquet(&mut self, is_parquet: bool) {
        self.is_parquet = is_parquet;
    }

    /// Whether runs and series become Parquet at the end.
    pub fn is_parquet(&self) -> bool {
        self.is_parquet
    }

    /// Where it grows.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it will stand.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Whether a result at the target is replaced.
    pub fn replaces(&self) -> bool {
        self.replaces
    }

    /// Whether all files are whole, so that it only needs its name.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Appends the rows of the next run.
    pub(super) fn append(&mut self, rows: &Rows) -> Result<(), WorkError> {
        self.runs.write(&rows.runs)?;
        if let Some(series) = &mut self.series {
            series.write(&rows.series)?;
        }
        self.at.series_rows += rows.series_rows;
        self.at.failed += u64::from(rows.has_failed);
        self.at.next_run += 1;
        if self.last.elapsed() >= PAUSE {
            self.checkpoint()?;
        }
        Ok(())
    }

    /// Appends rows that were made elsewhere: of `count` runs, `failed` of which failed.
    pub(super) fn append_many(
        &mut self,
        runs: &[u8],
        series: &[u8],
        counts: Counts,
    ) -> Result<(), WorkError> {
        self.runs.write(runs)?;
        if let Some(file) = &mut self.series {
            file.write(series)?;
        }
        self.at.next_run += counts.runs;
        self.at.failed += counts.failed;
        self.at.series_rows += counts.series_rows;
        Ok(())
    }

    /// Brings everything to disk and notes it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn checkpoint(&mut self) -> Result<(), WorkError> {
        self.sync()?;
        let path = self.path.join(CHECKPOINTS);
        let append = || -> io::Result<()> {
            let mut file = OpenOptions::new().append(true).open(&path)?;
            file.write_all(self.at.line().as_bytes())?;
            file.sync_data()
        };
        append().map_err(OutputError::io(&path))?;
        self.last = Instant::now();
        Ok(())
    }

    fn sync(&mut self) -> Result<(), WorkError> {
        self.runs.sync()?;
        self.at.runs = self.runs.mark();
        if let Some(series) = &mut self.series {
            series.sync()?;
            self.at.series = series.mark();
        }
        Ok(())
    }

    /// The files, whole: bytes, sums and rows.
    pub(super) fn written(&mut self) -> Result<Vec<WrittenFile>, WorkError> {
        self.sync()?;
        let rows = self.at.next_run - self.start();
        let file = |name: &str, rows: u64, mark: &Mark| WrittenFile {
            name: name.to_string(),
            rows: Some(rows),
            bytes: mark.bytes,
            sha256: mark.sha256.clone(),
        };
        let mut files = vec![file(RUNS, rows, &self.at.runs)];
        if self.series.is_some() {
            files.push(file(SERIES, self.at.series_rows, &self.at.series));
        }
        Ok(files)
    }

    fn start(&self) -> u64 {
        self.first
    }
}

/// Runs and rows that were appended together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub runs: u64,
    pub failed: u64,
    pub series_rows: u64,
}

/// What a folder holds.
struct Recovered {
    at: Checkpoint,
    runs: Sha256,
    series: Sha256,
}

impl Recovered {
    fn nothing(start: u64) -> Self {
        Recovered {
            at: Checkpoint {
                next_run: start,
                ..Checkpoint::default()
            },
            runs: Sha256::new(),
            series: Sha256::new(),
        }
    }
}

/// The last checkpoint that the files bear out.
fn recover(path: &Path, plan: &Plan, start: u64) -> Result<Recovered, WorkError> {
    let text = match fs::read_to_string(path.join(CHECKPOINTS)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(OutputError::io(path)(error).into()),
    };
    let mut marks: Vec<Checkpoint> = text.lines().filter_map(Checkpoint::read).collect();
    marks.sort_by_key(|mark| mark.runs.bytes);
    let runs = sums(&path.join(RUNS), marks.iter().map(|mark| &mark.runs))?;
    let series = if plan.experiment.series {
        sums(&path.join(SERIES), marks.iter().map(|mark| &mark.series))?
    } else {
        vec![Some(Sha256::new()); marks.len()]
    };
    let whole = marks.into_iter().zip(runs.into_iter().zip(series)).rev();
    let found = whole.into_iter().find_map(|(at, sums)| match sums {
        (Some(runs), Some(series)) => Some(Recovered { at, runs, series }),
        _ => None,
    });
    Ok(found.unwrap_or_else(|| Recovered::nothing(start)))
}

/// For each mark, in order of bytes, the running sum where the file bears it out.
fn sums<'a>(
    path: &Path,
    marks: impl Iterator<Item = &'a Mark>,
) -> Result<Vec<Option<Sha256>>, OutputError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(marks.map(|_| None).collect());
        }
        Err(error) => return Err(OutputError::io(path)(error)),
    };
    let mut file = BufReader::with_capacity(BUFFER, file);
    let (mut sum, mut read) = (Sha256::new(), 0);
    let mut found = Vec::new();
    for mark in marks {
        let wanted = mark.bytes.saturating_sub(read);
        let mut part = (&mut file).take(wanted);
        let copied = io::copy(&mut part, &mut Summing(&mut sum)).map_err(OutputError::io(path))?;
        read += copied;
        let holds = read == mark.bytes && hex(&sum.clone().finalize()) == mark.sha256;
        found.push(holds.then(|| sum.clone()));
    }
    Ok(found)
}

/// Takes the lock of a folder.
pub(crate) fn lock(path: &Path) -> Result<File, WorkError> {
    let name = path.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&name)
        .map_err(OutputError::io(&name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(WorkError::Busy {
            path: path.to_path_buf(),
        }),
        Err(TryLockError::Error(error)) => Err(OutputError::io(&name)(error).into()),
    }
}

/// Names of everything that a growing sweep may hold.
fn is_ours(name: &str) -> bool {
    const NAMES: &[&str] = &[PLAN, CHECKPOINTS, LOCK, RUNS, SERIES, MANIFEST];
    let is_table = name.ends_with(".csv") || name.ends_with(".json") || name.ends_with(".parquet");
    NAMES.contains(&name) || is_table || name.starts_with(".new-")
}

/// Refuses a folder that holds anything a sweep does not write, so that it is never cleared.
fn check_ours(path: &Path) -> Result<(), WorkError> {
    let foreign = || WorkError::Damaged {
        path: path.to_path_buf(),
        why: "it holds files that no sweep writes".to_string(),
    };
    let entries = fs::read_dir(path).map_err(OutputError::io(path))?;
    for entry in entries {
        let entry = entry.map_err(OutputError::io(path))?;
        if !entry.file_name().to_str().is_some_and(is_ours) {
            return Err(foreign());
        }
    }
    Ok(())
}

/// Removes everything from a folder but its lock.
fn clear(path: &Path) -> Result<(), WorkError> {
    for entry in fs::read_dir(path).map_err(OutputError::io(path))? {
        let entry = entry.map_err(OutputError::io(path))?.path();
        if entry.file_name().is_some_and(|name| name != LOCK) {
            fs::remove_file(&entry).map_err(OutputError::io(&entry))?;
        }
    }
    Ok(())
}

fn read_plan(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path.join(PLAN)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Runs done and runs planned, as the folder says.
fn progress(path: &Path, plan: &Plan) -> (u64, u64) {
    let text = fs::read_to_string(path.join(CHECKPOINTS)).unwrap_or_default();
    let last = text.lines().filter_map(Checkpoint::read).next_back();
    let runs = read_plan(path).and_then(|known| {
        let identity = &known["identity"];
        identity["points"]
            .as_u64()?
            .checked_mul(identity["replicates"].as_u64()?)
    });
    (
        last.map_or(0, |at| at.next_run),
        runs.unwrap_or_else(|| plan.runs()),
    )
}

/// Where an unfinished sweep of another experiment is put aside, for its runs to be taken over.
pub fn earlier(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".earlier");
    target.with_file_name(name)
}

/// Writes a file so that a reader sees all of it or nothing.
pub(crate) fn write_atomically(folder: &Path, name: &str, text: &str) -> Result<(), OutputError> {
    let new = folder.join(format!(".new-{name}"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, folder.join(name))
    };
    write().map_err(OutputError::io(&folder.join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_that_was_cut_off_is_none() {
        let at = Checkpoint {
            next_run: 12,
            failed: 1,
            runs: Mark {
                bytes: 34,
                sha256: "ab".to_string(),
            },
            series: Mark {
                bytes: 0,
                sha256: "-".to_string(),
            },
            series_rows: 0,
        };
        let line = at.line();
        let read = |text: &str| Checkpoint::read(text.trim_end_matches('\n'));
        assert_eq!(read(&line), Some(at));
        for length in 0..line.len() - 1 {
            assert_eq!(read(&line[..length]), None, "{length}");
        }
    }

    #[test]
    fn sums_are_borne_out_or_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        fs::write(&path, "abcdef").expect("written");
        let mark = |bytes, text: &str| Mark {
            bytes,
            sha256: hex(&Sha256::digest(text.as_bytes())),
        };
        let marks = [
            mark(0, ""),
            mark(3, "abc"),
            mark(4, "abcX"),
            mark(6, "abcdef"),
            mark(9, "abcdefghi"),
        ];
        let found = sums(&path, marks.iter()).expect("read");
        let holds: Vec<bool> = found.iter().map(Option::is_some).collect();
        assert_eq!(holds, [true, true, false, true, false]);
    }
}
