//! Runs of a plan folder, made again and compared with what its shards hold.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use rand_chacha::rand_core::Rng;

use crate::kernel::keyed::{Use, generator};
use crate::kernel::{
    control::Control,
    ordered::{Crew, Stopped, work_in_order},
};
use crate::study::sweep::SweepError;
use crate::study::sweep::block::{self, Look};
use crate::study::sweep::frozen::Frozen;
use crate::study::sweep::rows::{Rows, Setups, Worker};
use crate::study::sweep::status::Status;
use crate::table::error::OutputError;

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Runs that were made again.
    pub runs: u64,
    /// Those whose rows are others.
    pub different: Vec<Difference>,
}

/// A run whose rows are others.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its number.
    pub run: u64,
    /// Its shard.
    pub shard: u64,
    /// The first line that differs, as the shard has it.
    pub there: String,
    /// The same line of the run that was made again.
    pub here: String,
}

/// Which runs are made again.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// How many.
    pub runs: u64,
    /// Picks them.
    pub seed: u64,
}

/// Makes a sample of the runs of whole shards again.
///
/// # Errors
/// [`SweepError`].
pub fn audit(
    frozen: &Frozen,
    status: &Status,
    sample: Sample,
    threads: usize,
    control: &Control,
) -> Result<Audit, SweepError> {
    let folder = &frozen.folder;
    let open: BTreeSet<u64> = status.open().collect();
    let done: Vec<u64> = (1..=folder.shards())
        .filter(|number| !open.contains(number))
        .collect();
    let mut picked = pick(frozen, &done, status.done_runs, sample);
    picked.retain(|(_, runs)| !runs.is_empty());
    let setups = Setups::new(&frozen.plan);
    let mut audit = Audit::default();
    let outcome = work_in_order(
        0..picked.len() as u64,
        Crew::of(if setups.is_large() { 1 } else { threads }),
        || Worker::new(&frozen.plan, &setups, &[]),
        |worker, place, found: &mut Vec<Difference>| {
            let (shard, runs) = &picked[place as usize];
            *found = compare(frozen, worker, *shard, runs, control)?;
            Ok(())
        },
        |place, found| {
            audit.runs += picked[place as usize].1.len() as u64;
            audit.different.append(found);
            Ok(())
        },
    );
    match outcome {
        Ok(()) => Ok(audit),
        Err(Stopped::Failed(error)) => Err(error),
        Err(Stopped::Threads(error)) => Err(SweepError::Threads(error)),
    }
}

/// Runs of the sample, by shard.
fn pick(frozen: &Frozen, done: &[u64], done_runs: u64, sample: Sample) -> Vec<(u64, Vec<u64>)> {
    let mut places = floyd(done_runs, sample).into_iter().peekable();
    let mut picked = Vec::new();
    let mut before = 0;
    for number in done {
        let range = frozen.folder.shard(*number).range(frozen.plan.runs());
        let length = range.end - range.start;
        let mut runs = Vec::new();
        while let Some(place) = places.next_if(|place| *place < before + length) {
            runs.push(range.start + place - before);
        }
        before += length;
        picked.push((*number, runs));
    }
    picked
}

/// So many of 0..`all`, every choice alike (Floyd's algorithm; Bentley and Floyd 1987).
fn floyd(all: u64, sample: Sample) -> BTreeSet<u64> {
    let mut luck = generator(sample.seed, 0, Use::Audit);
    let mut chosen = BTreeSet::new();
    for last in all.saturating_sub(sample.runs)..all {
        let drawn = ((u128::from(luck.next_u64()) * u128::from(last + 1)) >> 64) as u64;
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen
}

/// Makes runs of a shard again, in order.
fn compare(
    frozen: &Frozen,
    worker: &mut Worker<'_>,
    number: u64,
    runs: &[u64],
    control: &Control,
) -> Result<Vec<Difference>, SweepError> {
    let folder = &frozen.folder;
    let (path, shard) = (folder.file_of(number), folder.shard(number));
    let unreadable = |error: io::Error| SweepError::Work(OutputError::io(&path)(error).into());
    let whole = block::check(&path, folder.id(), shard, Look::Quick).map_err(|_| {
        unreadable(io::Error::other(
            "the shard has changed since it was checked",
        ))
    })?;
    let first = shard.range(frozen.plan.runs()).start;
    let reader = |start: u64, bytes: u64| -> io::Result<Lines> {
        let mut file = File::open(&path)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(start))?;
        let mut lines = Lines(BufReader::new(file.take(bytes)));
        lines.next()?;
        Ok(lines)
    };
    let trailer = &whole.trailer;
    let mut rows_there = reader(0, trailer.runs_bytes).map_err(unreadable)?;
    let mut series_there = reader(trailer.runs_bytes, trailer.series_bytes).map_err(unreadable)?;
    let (mut rows, mut found) = (Rows::default(), Vec::new());
    let (mut next, mut series_line) = (first, Vec::new());
    for run in runs {
        worker
            .run(*run, &mut rows, control)
            .map_err(|_| SweepError::Interrupted)?;
        let mut there = Vec::new();
        for _ in next..*run + 1 {
            there = rows_there.next().map_err(unreadable)?;
        }
        next = run + 1;
        let mut difference = differ(&there, &rows.runs);
        if frozen.plan.experiment.series && difference.is_none() {
            let key = rows.runs.splitn(3, |byte| *byte == b',').take(2);
            let mut key = key.collect::<Vec<_>>().join(&b',');
            key.push(b',');
            let mut course = Vec::new();
            loop {
                if series_line.is_empty() {
                    series_line = series_there.next().map_err(unreadable)?;
                }
                if series_line.starts_with(&key) {
                    course.append(&mut series_line);
                } else if !course.is_empty() || series_line.is_empty() || rows.has_failed {
                    break;
                } else {
                    series_line.clear();
                }
            }
            difference = differ(&course, &rows.series);
        }
        if let Some((there, here)) = difference {
            found.push(Difference {
                run: *run,
                shard: number,
                there,
                here,
            });
        }
    }
    Ok(found)
}

/// The first lines that differ.
fn differ(there: &[u8], here: &[u8]) -> Option<(String, String)> {
    if there == here {
        return None;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (there, here) = (text(there), text(here));
    let pairs = there.lines().zip(here.lines());
    let first = pairs.into_iter().find(|(a, b)| a != b);
    let first = first.map(|(a, b)| (a.to_string(), b.to_string()));
    Some(first.unwrap_or((there, here)))
}

struct Lines(BufReader<io::Take<File>>);

impl Lines {
    /// The next line with its end; empty at the end.
    fn next(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line)?;
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_its_size_and_depends_on_the_seed_alone() {
        let sample = |runs, seed| Sample { runs, seed };
        let chosen = floyd(1000, sample(20, 1));
        assert_eq!(chosen.len(), 20);
        assert!(chosen.iter().all(|place| *place < 1000));
        assert_eq!(chosen, floyd(1000, sample(20, 1)));
        assert_ne!(chosen, floyd(1000, sample(20, 2)));
        assert_eq!(floyd(5, sample(9, 1)).len(), 5);
        assert!(floyd(0, sample(9, 1)).is_empty());
    }
}
