//! Rows that grow in a folder, run by run.
//!
//! Rows are appended in the order of the runs. Now and then everything is brought to disk and a line is added to
//! `checkpoints`: how many runs, how many bytes of each file, and their SHA-256. Work that was killed, at whatever
//! moment, goes on from the last checkpoint whose sums agree.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::plan::{Plan, hex};
use super::rows::Rows;
use super::work::{WorkError, write_atomically};
use crate::output::OutputError;
use crate::output::folder::sync_folder;

/// File with the checkpoints.
pub const CHECKPOINTS: &str = "checkpoints";
/// File with a row for each run.
pub const RUNS: &str = "runs.csv";
/// File with the course of each run.
pub const SERIES: &str = "series.csv";
/// Bytes kept back before they go to a file.
const BUFFER: usize = 1 << 16;

/// A file that is summed while it grows.
#[derive(Debug)]
pub(super) struct Growing {
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

    fn flush(&mut self) -> Result<(), OutputError> {
        self.file.flush().map_err(OutputError::io(&self.path))
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
pub(super) struct Checkpoint {
    /// Number of the next run.
    pub next_run: u64,
    pub failed: u64,
    pub runs: Mark,
    pub series: Mark,
    pub series_rows: u64,
}

/// So many bytes with this sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub bytes: u64,
    pub sha256: String,
}

impl Checkpoint {
    pub fn line(&self) -> String {
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
    pub fn read(line: &str) -> Option<Self> {
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

/// The rows of a block of runs, as they grow in a folder.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    runs: Growing,
    series: Option<Growing>,
    at: Checkpoint,
    range: Range<u64>,
    last: Instant,
    pause: Duration,
}

/// Runs and rows that were appended together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub runs: u64,
    pub failed: u64,
    pub series_rows: u64,
}

impl Ledger {
    /// Opens the rows of the runs of `range` in a folder at the checkpoint that was found there. `pause` is the time between checkpoints.
    pub(super) fn open(
        folder: &Path,
        plan: &Plan,
        range: Range<u64>,
        found: Recovered,
        pause: Duration,
    ) -> Result<Self, WorkError> {
        let series = if plan.experiment.series {
            let path = folder.join(SERIES);
            Some(Growing::open(path, &found.at.series, found.series)?)
        } else {
            None
        };
        let mut ledger = Ledger {
            runs: Growing::open(folder.join(RUNS), &found.at.runs, found.runs)?,
            series,
            at: found.at,
            range,
            folder: folder.to_path_buf(),
            last: Instant::now(),
            pause,
        };
        if ledger.runs.bytes == 0 {
            ledger.runs.write(plan.runs_info().header().as_bytes())?;
            if let (Some(series), Some(info)) = (&mut ledger.series, plan.series_info()) {
                series.write(info.header().as_bytes())?;
            }
        }
        Ok(ledger)
    }

    /// Begins the list of checkpoints anew, without a line that was cut off.
    pub(super) fn begin(&mut self) -> Result<(), WorkError> {
        self.sync()?;
        write_atomically(&self.folder, CHECKPOINTS, &self.at.line())?;
        sync_folder(&self.folder).map_err(OutputError::io(&self.folder))?;
        Ok(())
    }

    /// Number of the next run.
    pub fn next_run(&self) -> u64 {
        self.at.next_run
    }

    /// Numbers of the runs it is for.
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Runs that failed.
    pub fn failed(&self) -> u64 {
        self.at.failed
    }

    /// Whether it holds the course of runs, too.
    pub(super) fn has_series(&self) -> bool {
        self.series.is_some()
    }

    /// How far it is, as of the last time everything was brought to disk.
    pub(super) fn at(&self) -> &Checkpoint {
        &self.at
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
        if self.last.elapsed() >= self.pause {
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
        let path = self.folder.join(CHECKPOINTS);
        let append = || -> io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(self.at.line().as_bytes())?;
            file.sync_data()
        };
        append().map_err(OutputError::io(&path))?;
        self.last = Instant::now();
        Ok(())
    }

    /// Appends the course of the runs to their rows and closes the file with a line: `head` makes it from what the files
    /// hold, `tail` from the checksum of everything before.
    pub(super) fn seal(
        mut self,
        head: impl FnOnce(&Checkpoint) -> String,
        tail: impl FnOnce(&str) -> String,
    ) -> Result<PathBuf, WorkError> {
        self.mark()?;
        if self.series.is_some() {
            let path = self.folder.join(SERIES);
            let mut file = File::open(&path).map_err(OutputError::io(&path))?;
            let mut piece = vec![0; BUFFER];
            loop {
                let read = file.read(&mut piece).map_err(OutputError::io(&path))?;
                if read == 0 {
                    break;
                }
                self.runs.write(&piece[..read])?;
            }
        }
        self.runs.write(head(&self.at).as_bytes())?;
        let sha256 = self.runs.mark().sha256;
        self.runs.write(tail(&sha256).as_bytes())?;
        self.runs.sync()?;
        Ok(self.runs.path)
    }

    /// Brings everything to disk.
    pub(super) fn sync(&mut self) -> Result<(), WorkError> {
        self.mark()?;
        self.runs.sync()?;
        if let Some(series) = &mut self.series {
            series.sync()?;
        }
        Ok(())
    }

    /// Hands everything to the system and notes how far it is.
    fn mark(&mut self) -> Result<(), WorkError> {
        self.runs.flush()?;
        self.at.runs = self.runs.mark();
        if let Some(series) = &mut self.series {
            series.flush()?;
            self.at.series = series.mark();
        }
        Ok(())
    }
}

/// What a folder holds.
pub(super) struct Recovered {
    pub at: Checkpoint,
    runs: Sha256,
    series: Sha256,
}

impl Recovered {
    /// No run, where the first one would be `start`.
    pub fn nothing(start: u64) -> Self {
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
pub(super) fn recover(path: &Path, plan: &Plan, start: u64) -> Result<Recovered, WorkError> {
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
