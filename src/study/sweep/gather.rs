//! All shards of a plan folder, put together: the same files as a sweep in one go.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use sha2::{Digest, Sha256};

use crate::study::sweep::block::{self, Fault, Look, Whole};
use crate::study::sweep::frozen::Frozen;
use crate::study::sweep::growing::Counts;
use crate::study::sweep::merge::MergeError;
use crate::study::sweep::plan::hex;
use crate::study::sweep::status::Status;
use crate::study::sweep::work::WorkFolder;
use crate::table::error::OutputError;

/// Bytes that are copied at a time.
const PIECE: usize = 1 << 18;

/// Checks every byte of every shard.
///
/// # Errors
/// A sentence about all that are missing and each that is damaged.
pub fn check(frozen: &Frozen, threads: usize) -> Result<Status, MergeError> {
    let status = Status::of(&frozen.folder, Look::Whole, threads);
    if status.is_complete() {
        Ok(status)
    } else {
        Err(MergeError::Parts(status.problems()))
    }
}

/// Copies the rows of all shards, in order, into a folder that holds none yet. One file is open at a time, and memory
/// depends neither on their number nor on their size.
///
/// # Errors
/// What the file system says, or that a shard has changed since it was checked.
pub fn copy(frozen: &Frozen, work: &mut WorkFolder) -> Result<(), MergeError> {
    let folder = &frozen.folder;
    let mut copier = Copier {
        piece: vec![0; PIECE],
        head: Vec::new(),
    };
    for number in 1..=folder.shards() {
        let (path, shard) = (folder.file_of(number), folder.shard(number));
        let changed = |fault: Fault| {
            let why = match fault {
                Fault::Missing => "it is gone".to_string(),
                Fault::Damaged(why) => why,
            };
            MergeError::Parts(vec![format!("shard {number} has changed meanwhile: {why}")])
        };
        let whole = block::check(&path, folder.id(), shard, Look::Quick).map_err(changed)?;
        let file = File::open(&path).map_err(OutputError::io(&path))?;
        let sum = copier
            .copy(file, &whole, work)
            .map_err(|error| match error {
                Failed::Read(error) => OutputError::io(&path)(error).into(),
                Failed::Merge(error) => error,
            })?;
        if sum != whole.sha256 {
            return Err(changed(Fault::Damaged("its checksum".to_string())));
        }
        let range = shard.range(folder.runs());
        let counts = Counts {
            runs: range.end - range.start,
            failed: whole.trailer.failed,
            series_rows: whole.trailer.series_rows,
        };
        work.append_many(&[], &[], counts)?;
    }
    Ok(())
}

enum Failed {
    Read(std::io::Error),
    Merge(MergeError),
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Failed::Read(error)
    }
}

/// Memory that is used for shard after shard.
struct Copier {
    piece: Vec<u8>,
    head: Vec<u8>,
}

impl Copier {
    /// Copies the rows of a shard without their headers; returns the checksum of what was read.
    fn copy(&mut self, file: File, whole: &Whole, work: &mut WorkFolder) -> Result<String, Failed> {
        let mut file = BufReader::with_capacity(1 << 13, file);
        let mut sum = Sha256::new();
        let trailer = &whole.trailer;
        for (is_series, bytes) in [(false, trailer.runs_bytes), (true, trailer.series_bytes)] {
            let mut section = (&mut file).take(bytes);
            self.head.clear();
            section.read_until(b'\n', &mut self.head)?;
            sum.update(&self.head);
            loop {
                let read = section.read(&mut self.piece)?;
                if read == 0 {
                    break;
                }
                let rows = &self.piece[..read];
                sum.update(rows);
                let (runs, series): (&[u8], &[u8]) =
                    if is_series { (&[], rows) } else { (rows, &[]) };
                work.append_many(runs, series, Counts::default())
                    .map_err(|error| Failed::Merge(error.into()))?;
            }
        }
        sum.update(trailer.head().as_bytes());
        Ok(hex(&sum.finalize()))
    }
}
