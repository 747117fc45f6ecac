//! The traces of a run while they grow: rows beside a store of what each replicate left.
//!
//! The store says how long each file was after each replicate. Rows come to disk before it does, so that a run that was
//! killed goes on behind the last replicate that the store holds. Rows are compressed at the end only, so that the bytes of
//! a result do not depend on where it was interrupted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::kernel::control::Control;
use crate::kernel::random::Draws;
use crate::measure::recorder::Chunk;
use crate::measure::replicate::{Replicate, kept};
use crate::measure::traces::{self, Traces};
use crate::measure::trajectory::{Line, followed};
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::job::{EngineError, Job, Part, Replicates};
use crate::study::place::{Begin, partial};
use crate::study::replicates::in_parts;
use crate::study::store::RunStore;
use crate::table::compression::Compression;
use crate::table::error::OutputError;
use crate::table::writer::{Writer, WrittenFile, file_name};

/// Time between two times that replicates are brought to disk.
const PAUSE: Duration = Duration::from_secs(5);
/// Bytes kept back before they go to a file.
const BUFFER: usize = 1 << 16;

/// Traces that grow, and what is kept of replicates.
pub struct TraceStore {
    store: RunStore,
    tables: Vec<Table>,
    compression: Compression,
    kept: Replicates,
    /// Replicates that are not on disk yet.
    waiting: Vec<Measured>,
    last: Instant,
}

/// A file of rows.
struct Table {
    file: traces::File,
    name: &'static str,
    path: PathBuf,
    rows: BufWriter<File>,
    bytes: u64,
    count: u64,
    /// Of all bytes; none where they are to be compressed.
    sum: Option<Sha256>,
}

impl TraceStore {
    /// Opens the traces of the run with an identity and a seed whose result will be `target`.
    ///
    /// # Errors
    /// [`StudyError`], where something stands in the way.
    pub fn open(
        identity: &Value,
        seed: u64,
        traces: &Traces,
        target: &Path,
        begin: Begin,
    ) -> Result<Self, StudyError> {
        let mut store = RunStore::open(identity, target, begin)?;
        store.begin_stage(&Value::Null)?;
        let mut kept = Replicates::default();
        let mut lengths = Vec::new();
        store.for_each(0, |replicate, run| {
            let (outcome, line) = read(Draws { seed, replicate }, run);
            kept.take(outcome, &line);
            lengths = run.values[numbers()..].to_vec();
            Ok(())
        })?;
        // Length and number of rows of each file.
        let length = |place: usize| lengths.get(place).copied().flatten().unwrap_or(0.0) as u64;
        let folder = partial(target);
        let mut tables = Vec::new();
        for (place, (file, name, columns)) in traces.files().into_iter().enumerate() {
            let path = folder.join(format!("{name}.csv"));
            let open = || -> io::Result<Table> {
                let mut options = OpenOptions::new();
                let mut rows = options
                    .create(true)
                    .read(true)
                    .write(true)
                    .truncate(false)
                    .open(&path)?;
                let bytes = length(2 * place);
                if rows.metadata()?.len() < bytes {
                    return Err(io::Error::other("it is shorter than its run says"));
                }
                rows.set_len(bytes)?;
                let mut sum = (traces.compression() == Compression::None).then(Sha256::new);
                match &mut sum {
                    Some(sum) => in_pieces(&mut rows, io::Error::from, |piece| {
                        sum.update(piece);
                        Ok(())
                    })?,
                    None => drop(rows.seek(SeekFrom::End(0))?),
                }
                let mut table = Table {
                    file,
                    name,
                    path: path.clone(),
                    rows: BufWriter::with_capacity(BUFFER, rows),
                    bytes,
                    count: length(2 * place + 1),
                    sum,
                };
                if bytes == 0 {
                    table.write((columns.join(",") + "\n").as_bytes(), 0)?;
                }
                Ok(table)
            };
            tables.push(open().map_err(OutputError::io(&path))?);
        }
        Ok(TraceStore {
            store,
            tables,
            compression: traces.compression(),
            kept,
            waiting: Vec::new(),
            last: Instant::now(),
        })
    }

    /// Runs the replicates that are not there yet. Where it ends early, what is done is on disk.
    ///
    /// # Errors
    /// As [`in_parts`]. Where a replicate cannot go on, there is nothing to go on with, and nothing is left.
    pub fn run(
        mut self,
        job: &Job<'_>,
        control: &Control,
    ) -> Result<Self, EngineError<StudyError>> {
        let job = Job {
            first: self.kept.outcomes.len() as u32,
            ..*job
        };
        let outcome = in_parts(&job, control, |part| match part {
            Part::Rows(chunk) => self.append(chunk),
            Part::Done(outcome, line) => self.end_replicate(outcome, line),
        });
        match outcome {
            Err(EngineError::Sink(error)) => Err(EngineError::Sink(error)),
            Err(error @ EngineError::Model { .. }) => {
                self.remove().map_err(EngineError::Sink)?;
                Err(error)
            }
            Err(error) => {
                self.sync().map_err(EngineError::Sink)?;
                Err(error)
            }
            // The result brings all rows to disk.
            Ok(()) => Ok(self),
        }
    }

    /// What is kept of the replicates so far.
    pub fn kept(&self) -> &Replicates {
        &self.kept
    }

    /// Whether the result replaces one that stands at the target.
    pub fn replaces(&self) -> bool {
        self.store.replaces()
    }

    /// Adds rows.
    ///
    /// # Errors
    /// What the file system says.
    fn append(&mut self, chunk: &Chunk) -> Result<(), StudyError> {
        for table in &mut self.tables {
            let (bytes, rows) = chunk.of(table.file);
            if rows > 0 {
                let written = table.write(bytes, rows);
                written.map_err(OutputError::io(&table.path))?;
            }
        }
        Ok(())
    }

    /// Adds a replicate all of whose rows have been added, and from time to time brings everything to disk.
    ///
    /// # Errors
    /// What the file system says.
    fn end_replicate(&mut self, outcome: &Replicate, line: &Line) -> Result<(), StudyError> {
        let mut run = measured(outcome, line);
        for table in &self.tables {
            let numbers = [table.bytes, table.count];
            run.values.extend(numbers.map(|number| Some(number as f64)));
        }
        self.waiting.push(run);
        self.kept.take(outcome.clone(), line);
        if self.last.elapsed() >= PAUSE {
            return self.sync();
        }
        Ok(())
    }

    /// Brings everything to disk, rows first.
    ///
    /// # Errors
    /// What the file system says.
    fn sync(&mut self) -> Result<(), StudyError> {
        for table in &mut self.tables {
            let flushed = table.rows.flush();
            let flushed = flushed.and_then(|()| table.rows.get_ref().sync_data());
            flushed.map_err(OutputError::io(&table.path))?;
        }
        for run in self.waiting.drain(..) {
            self.store.push(&run)?;
        }
        self.last = Instant::now();
        self.store.sync()
    }

    /// Gives the rows to the folder of the result too, compressed where that is asked for.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&mut self, folder: &Path) -> Result<Vec<WrittenFile>, StudyError> {
        let compression = self.compression;
        let tables = self.tables.par_iter_mut();
        let files = tables.map(|table| {
            let flushed = table.rows.flush();
            flushed.map_err(OutputError::io(&table.path))?;
            match &table.sum {
                Some(sum) => table.linked(folder, hex::encode(sum.clone().finalize())),
                None => table.copied(folder, compression),
            }
        });
        Ok(files.collect::<Result<_, OutputError>>()?)
    }

    /// Removes what grew, when the result has its name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove(self) -> Result<(), StudyError> {
        self.store.remove()
    }
}

impl Table {
    fn write(&mut self, bytes: &[u8], rows: u64) -> io::Result<()> {
        self.rows.write_all(bytes)?;
        if let Some(sum) = &mut self.sum {
            sum.update(bytes);
        }
        self.bytes += bytes.len() as u64;
        self.count += rows;
        Ok(())
    }

    /// Gives the file of the rows a second name in the result. It stays where it is until the result is whole.
    fn linked(&self, folder: &Path, sha256: String) -> Result<WrittenFile, OutputError> {
        let name = file_name(self.name, Compression::None);
        let path = folder.join(&name);
        if fs::hard_link(&self.path, &path).is_err() {
            // Not every file system can.
            return self.copied(folder, Compression::None);
        }
        let synced = self.rows.get_ref().sync_all();
        synced.map_err(OutputError::io(&path))?;
        Ok(WrittenFile {
            name,
            rows: Some(self.count),
            bytes: self.bytes,
            sha256,
        })
    }

    /// Copies the rows to a file of the result.
    fn copied(&self, folder: &Path, compression: Compression) -> Result<WrittenFile, OutputError> {
        let mut writer = Writer::create(folder, self.name, compression)?;
        let unreadable = |error| OutputError::io(&self.path)(error);
        let mut rows = File::open(&self.path).map_err(unreadable)?;
        in_pieces(&mut rows, unreadable, |piece| writer.write(piece, 0))?;
        Ok(WrittenFile {
            rows: Some(self.count),
            ..writer.finish()?
        })
    }
}

/// Hands over a file from where it stands to its end.
fn in_pieces<E>(
    file: &mut File,
    unreadable: impl Fn(io::Error) -> E,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut piece = vec![0; BUFFER];
    loop {
        match file.read(&mut piece).map_err(&unreadable)? {
            0 => return Ok(()),
            read => take(&piece[..read])?,
        }
    }
}

/// How many numbers are kept of a replicate.
fn numbers() -> usize {
    4 * kept().len()
}

/// A replicate as numbers.
fn measured(outcome: &Replicate, line: &Line) -> Measured {
    let sums = outcome.sums.iter().flatten().copied().map(Some);
    let both = [&outcome.first_year_end, &outcome.last];
    let values = both.into_iter().flatten().copied();
    Measured {
        values: values.chain(sums).collect(),
        series: line.concat(),
        error: None,
    }
}

/// A replicate from its numbers.
fn read(draws: Draws, run: &Measured) -> (Replicate, Line) {
    let count = kept().len();
    let part = |from: usize, to: usize| run.values.get(from..to).unwrap_or(&[]);
    let sums = part(2 * count, numbers()).chunks(2);
    let outcome = Replicate {
        draws,
        first_year_end: part(0, count).to_vec(),
        last: part(count, 2 * count).to_vec(),
        sums: sums
            .map(|two| [0, 1].map(|place| two.get(place).copied().flatten().unwrap_or(0.0)))
            .collect(),
    };
    let quarters = run.series.chunks(followed().len().max(1));
    (outcome, quarters.map(<[_]>::to_vec).collect())
}
