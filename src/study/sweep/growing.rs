//! Rows that grow in a folder, run by run.
//!
//! Rows are appended in the order of the runs. Now and then everything is brought to disk and a line is added to
//! `checkpoints`: how many runs, how many bytes of each file, and their SHA-256. Work that was killed, at whatever
//! moment, goes on from the last checkpoint whose sums agree.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::study::place::write_atomically;
use crate::study::sweep::checkpoint::{Checkpoint, Mark, Recovered};
use crate::study::sweep::plan::{Plan, hex};
use crate::study::sweep::rows::Rows;
use crate::study::sweep::work::WorkError;
use crate::table::error::OutputError;
use crate::table::paths::sync_folder;

/// File with the checkpoints.
pub const CHECKPOINTS: &str = "checkpoints";
/// File with a row for each run.
pub const RUNS: &str = "runs.csv";
/// File with the course of each run.
pub const SERIES: &str = "series.csv";
/// Bytes kept back before they go to a file.
pub(crate) const BUFFER: usize = 1 << 16;

/// A file that is summed while it grows.
#[derive(Debug)]
pub(crate) struct Growing {
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
pub(crate) struct Summing<'a>(pub &'a mut Sha256);

impl Write for Summing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
pub(crate) struct Counts {
    pub runs: u64,
    pub failed: u64,
    pub series_rows: u64,
}

impl Ledger {
    /// Opens the rows of the runs of `range` in a folder at the checkpoint that was found there. `pause` is the time between checkpoints.
    pub(crate) fn open(
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
    pub(crate) fn begin(&mut self) -> Result<(), WorkError> {
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
    pub(crate) fn has_series(&self) -> bool {
        self.series.is_some()
    }

    /// How far it is, as of the last time everything was brought to disk.
    pub(crate) fn at(&self) -> &Checkpoint {
        &self.at
    }

    /// Appends the rows of the next run.
    pub(crate) fn append(&mut self, rows: &Rows) -> Result<(), WorkError> {
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
    pub(crate) fn append_many(
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
    pub(crate) fn seal(
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
    pub(crate) fn sync(&mut self) -> Result<(), WorkError> {
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
