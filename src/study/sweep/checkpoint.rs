//! Checkpoints of rows that grow: how far they were when everything was last on disk.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::study::sweep::growing::{BUFFER, CHECKPOINTS, RUNS, SERIES, Summing};
use crate::study::sweep::plan::{Plan, hex};
use crate::study::sweep::work::WorkError;
use crate::table::error::OutputError;

/// What a checkpoint says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// Number of the next run.
    pub next_run: u64,
    pub failed: u64,
    pub runs: Mark,
    pub series: Mark,
    pub series_rows: u64,
}

/// So many bytes with this sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
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

    /// Whether it can be one of work on these runs.
    fn is_within(&self, range: &Range<u64>) -> bool {
        (range.start..=range.end).contains(&self.next_run)
            && self.failed <= self.next_run - range.start
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

/// What a folder holds.
pub(crate) struct Recovered {
    pub at: Checkpoint,
    pub runs: Sha256,
    pub series: Sha256,
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

/// The last checkpoint within the runs of `range` that the files bear out.
pub(crate) fn recover(
    path: &Path,
    plan: &Plan,
    range: &Range<u64>,
) -> Result<Recovered, WorkError> {
    // Bytes that are no text are a damaged line, and an earlier one may stand.
    let text = match fs::read(path.join(CHECKPOINTS)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(OutputError::io(path)(error).into()),
    };
    let mut marks: Vec<Checkpoint> = text.lines().filter_map(Checkpoint::read).collect();
    marks.retain(|mark| mark.is_within(range));
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
    Ok(found.unwrap_or_else(|| Recovered::nothing(range.start)))
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
    fn a_checkpoint_of_other_runs_is_none() {
        let at = |next_run, failed| Checkpoint {
            next_run,
            failed,
            ..Checkpoint::default()
        };
        assert!(at(5, 0).is_within(&(5..9)) && at(9, 4).is_within(&(5..9)));
        assert!(!at(4, 0).is_within(&(5..9)) && !at(10, 0).is_within(&(5..9)));
        assert!(!at(6, 2).is_within(&(5..9)));
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
