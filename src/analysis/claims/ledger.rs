//! What is done, a line each, so that a kill at any moment loses at most what was under way.
//!
//! The folder beside the result holds the lines in the order of their numbers, each with the sum of its bytes. Whoever
//! goes on reads them up to the first that is not whole. All tables are made from these lines, so that an interrupted
//! study ends in the same bytes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::study::place::{Begin, LOCK, lock, partial, write_atomically};
use crate::study::sweep::work::WorkError;
use crate::table::error::OutputError;
use crate::table::paths::refuse_links;

/// File with the lines.
const LINES: &str = "done";
/// File with what the study is.
const IDENTITY: &str = "study.json";
/// Time between two times that lines are brought to disk.
const PAUSE: Duration = Duration::from_secs(1);
/// Digits of a line's sum.
const DIGITS: usize = 16;

/// What a unit of work left: numbers, and why runs failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Numbers, in an order that the unit's kind knows.
    pub values: Vec<Option<f64>>,
    /// Arms that failed, and why.
    pub errors: Vec<(usize, String)>,
}

/// Lines on disk.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: io::BufWriter<File>,
    /// What is done.
    pub records: Vec<Record>,
    last: Instant,
    // Released when the process ends, however it ends.
    _lock: File,
}

impl Ledger {
    /// Opens the ledger of the study with this identity, whose result will be `target`.
    ///
    /// # Errors
    /// [`WorkError`].
    pub fn open(identity: &Value, target: &Path, begin: Begin) -> Result<Self, WorkError> {
        if target.file_name().is_none() {
            let path = target.to_path_buf();
            return Err(OutputError::NoName { path }.into());
        }
        let path = partial(target);
        let is_there = fs::symlink_metadata(&path).is_ok();
        if is_there {
            check_ours(&path)?;
        }
        match crate::table::folder::check_target(target, false) {
            Ok(_) => {}
            Err(OutputError::Exists { .. }) if begin == Begin::Replace => {}
            Err(OutputError::Exists { .. }) if begin == Begin::Resume && is_there => {}
            Err(OutputError::Exists { path, .. }) if begin == Begin::Resume => {
                return Err(WorkError::Damaged {
                    path,
                    why: "it is finished, and there is nothing to go on with".to_string(),
                });
            }
            Err(error) => return Err(error.into()),
        }
        fs::create_dir_all(&path).map_err(OutputError::io(&path))?;
        let lock = lock(&path)?;
        let found = fs::read_to_string(path.join(IDENTITY)).ok();
        let found: Option<Value> = found.and_then(|text| serde_json::from_str(&text).ok());
        let known = found.as_ref() == Some(identity);
        match (is_there && found.is_some(), begin) {
            (true, Begin::New) => {
                return Err(WorkError::Damaged {
                    path,
                    why: "it holds an unfinished study; add `--resume` to go on".to_string(),
                });
            }
            (true, Begin::Resume) if !known => {
                return Err(WorkError::Damaged {
                    path,
                    why:
                        "it holds an unfinished study of other claims, settings or another program"
                            .to_string(),
                });
            }
            _ => {}
        }
        let lines = path.join(LINES);
        if !(known && begin == Begin::Resume) {
            File::create(&lines).map_err(OutputError::io(&lines))?;
            write_atomically(&path, IDENTITY, &crate::table::json::json_text(identity))?;
        }
        let (records, length) = read(&lines).map_err(OutputError::io(&lines))?;
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&lines)?;
            file.set_len(length)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(OutputError::io(&lines))?;
        Ok(Ledger {
            path,
            file: io::BufWriter::new(file),
            records,
            last: Instant::now(),
            _lock: lock,
        })
    }

    /// Adds the next unit.
    ///
    /// # Errors
    /// What the file system says.
    pub fn push(&mut self, record: Record) -> Result<(), OutputError> {
        let text = serde_json::to_string(&record).unwrap_or_default();
        let written = writeln!(self.file, "{} {text}", sum(text.as_bytes()));
        written.map_err(OutputError::io(&self.path))?;
        self.records.push(record);
        if self.last.elapsed() >= PAUSE {
            self.sync()?;
        }
        Ok(())
    }

    /// Brings all lines to disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync(&mut self) -> Result<(), OutputError> {
        self.last = Instant::now();
        let file = &mut self.file;
        file.flush()
            .and_then(|()| file.get_ref().sync_data())
            .map_err(OutputError::io(&self.path))
    }

    /// Removes the folder, when the result has its name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(self) -> Result<(), OutputError> {
        let path = self.path.clone();
        drop(self);
        fs::remove_dir_all(&path).map_err(OutputError::io(&path))
    }
}

fn sum(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let mut text = String::with_capacity(DIGITS);
    for byte in digest.iter().take(DIGITS / 2) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Lines that are whole, and the bytes they take.
fn read(path: &Path) -> io::Result<(Vec<Record>, u64)> {
    let mut reader = BufReader::new(File::open(path)?);
    let (mut records, mut length) = (Vec::new(), 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok((records, length));
        }
        let Some(record) = whole(&line) else {
            return Ok((records, length));
        };
        records.push(record);
        length += line.len() as u64;
    }
}

fn whole(line: &[u8]) -> Option<Record> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (found, text) = text.split_once(' ')?;
    let is_whole = found == sum(text.as_bytes());
    is_whole.then(|| serde_json::from_str(text).ok()).flatten()
}

/// Refuses a folder that holds anything else, so that it is never removed.
fn check_ours(path: &Path) -> Result<(), WorkError> {
    refuse_links(path)?;
    let names = [
        LINES.to_string(),
        IDENTITY.to_string(),
        format!(".new-{IDENTITY}"),
        LOCK.to_string(),
    ];
    for entry in fs::read_dir(path).map_err(OutputError::io(path))? {
        let entry = entry.map_err(OutputError::io(path))?;
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| names.iter().any(|own| own == name));
        if !is_ours {
            return Err(WorkError::Damaged {
                path: path.to_path_buf(),
                why: "it holds files that no study writes".to_string(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_none_and_numbers_keep_their_bits() {
        let record = Record {
            values: vec![Some(0.1 + 0.2), None, Some(-1e-300)],
            errors: vec![(3, "broken\nhere".to_string())],
        };
        let text = serde_json::to_string(&record).expect("text");
        let line = format!("{} {text}\n", sum(text.as_bytes()));
        assert_eq!(whole(line.as_bytes()), Some(record));
        for length in 0..line.len() {
            assert_eq!(whole(&line.as_bytes()[..length]), None, "{length}");
        }
    }
}
