//! How far a plan folder is, from its files alone.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::kernel::ordered::{Stopped, WorkerPool, work_in_order};
use crate::study::run_file::{Fault, Look, Sealed};
use crate::study::shards::make::PART;
use crate::study::shards::plan_folder::{PlanFolder, SHARDS};

/// The pace is that of the last hour in which shards appeared.
const RECENT: Duration = Duration::from_secs(3600);

/// How far a plan folder is.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Shards.
    pub shards: u64,
    /// Runs.
    pub runs: u64,
    /// Numbers of the shards that are not there, in order.
    pub missing: Vec<u64>,
    /// Shards that are there but not as they were written, with the reason, in order.
    pub damaged: Vec<(u64, String)>,
    /// Of these, shards at which an execution is under way or was stopped.
    pub begun: u64,
    /// Runs of whole shards.
    pub done_runs: u64,
    /// Of these, runs that failed.
    pub failed_runs: u64,
    /// Bytes of whole shards.
    pub bytes: u64,
    /// Runs a second, from the times at which shards appeared; none where fewer than two did.
    pub pace: Option<f64>,
}

impl Status {
    /// Looks at every shard. Cannot fail: what cannot be read is damaged.
    pub fn of(folder: &PlanFolder, look: Look, threads: usize) -> Self {
        Status::of_some(folder, 1..folder.shards() + 1, look, threads)
    }

    /// As [`Status::of`], but looks at some shards only; counts and pace are theirs.
    pub fn of_some(folder: &PlanFolder, numbers: Range<u64>, look: Look, threads: usize) -> Self {
        let mut status = Status {
            shards: numbers.end.saturating_sub(numbers.start),
            runs: folder.range(numbers.end.max(2) - 1).end
                - folder.range(numbers.start.max(1)).start,
            ..Status::default()
        };
        let mut arrivals: Vec<(SystemTime, u64)> = Vec::new();
        each(
            folder,
            numbers,
            look,
            threads,
            |number, found| match found {
                Ok(whole) => {
                    let range = folder.range(number);
                    let runs = range.end - range.start;
                    status.done_runs += runs;
                    status.failed_runs += whole.failed;
                    status.bytes += whole.bytes;
                    arrivals.extend(whole.modified.map(|time| (time, runs)));
                }
                Err(Fault::Missing) => status.missing.push(number),
                Err(Fault::Damaged(why)) => status.damaged.push((number, why)),
            },
        );
        let open: BTreeSet<u64> = status.open().collect();
        let begun = begun(&folder.path().join(SHARDS));
        status.begun = begun.intersection(&open).count() as u64;
        status.pace = pace(&mut arrivals);
        status
    }

    /// Shards that are whole.
    pub fn done(&self) -> u64 {
        self.shards - self.missing.len() as u64 - self.damaged.len() as u64
    }

    /// Whether all shards are whole.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.damaged.is_empty()
    }

    /// Numbers of the shards that have to be made, in order.
    pub fn open(&self) -> impl Iterator<Item = u64> {
        let mut all: Vec<u64> = self.missing.clone();
        all.extend(self.damaged.iter().map(|(number, _)| *number));
        all.sort_unstable();
        all.into_iter()
    }

    /// Seconds until the rest is done at the pace so far.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = self.runs - self.done_runs;
        match self.pace {
            _ if left == 0 => Some(0.0),
            Some(pace) if pace > 0.0 => Some(left as f64 / pace),
            _ => None,
        }
    }

    /// What stands in the way of a merge, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        /// Damaged shards that are named with their reasons.
        const FEW: usize = 20;
        let mut problems = Vec::new();
        if !self.missing.is_empty() {
            problems.push(format!(
                "of {} shards these are missing: {}",
                self.shards,
                ranges(self.missing.iter().copied())
            ));
        }
        for (number, why) in self.damaged.iter().take(FEW) {
            problems.push(format!("shard {number} is damaged: {why}"));
        }
        if self.damaged.len() > FEW {
            let rest = self.damaged[FEW..].iter().map(|(number, _)| *number);
            problems.push(format!("these are damaged, too: {}", ranges(rest)));
        }
        problems
    }
}

/// Checks shards side by side and hands over what was found in order.
pub(crate) fn each(
    folder: &PlanFolder,
    numbers: Range<u64>,
    look: Look,
    threads: usize,
    mut take: impl FnMut(u64, Result<Sealed, Fault>),
) {
    let check = |number: u64| folder.check(number, look);
    let mut next = numbers.start;
    let outcome = work_in_order(
        numbers.clone(),
        WorkerPool::of(threads),
        || (),
        |(), number, found: &mut Option<Result<Sealed, Fault>>| {
            *found = Some(check(number));
            Ok::<(), ()>(())
        },
        |number, found| {
            take(number, found.take().unwrap_or(Err(Fault::Missing)));
            next = number + 1;
            Ok(())
        },
    );
    if let Err(Stopped::Threads(_) | Stopped::Failed(())) = outcome {
        // The system gives no threads: one goes on alone.
        for number in next..numbers.end {
            take(number, check(number));
        }
    }
}

/// Numbers of shards that have folders of executions.
fn begun(shards: &Path) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    for folder in fs::read_dir(shards).into_iter().flatten().flatten() {
        for entry in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let number: Option<u64> = name.to_str().and_then(|name| {
                let name = name.strip_prefix('.')?.strip_suffix(PART)?;
                name.split('.').next()?.parse().ok()
            });
            found.extend(number);
        }
    }
    found
}

/// Runs a second, from the times at which shards appeared with so many runs.
fn pace(arrivals: &mut [(SystemTime, u64)]) -> Option<f64> {
    arrivals.sort_unstable();
    let newest = arrivals.last()?.0;
    let recent = arrivals
        .partition_point(|(time, _)| newest.duration_since(*time).is_ok_and(|age| age > RECENT));
    let recent = &arrivals[recent..];
    let span = newest.duration_since(recent.first()?.0).ok()?.as_secs_f64();
    // The first shard was made before the span began.
    let runs: u64 = recent.iter().skip(1).map(|(_, runs)| runs).sum();
    (span > 0.0 && runs > 0).then(|| runs as f64 / span)
}

/// Numbers in order as `3,7-9`.
pub fn ranges(numbers: impl Iterator<Item = u64>) -> String {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match parts.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => parts.push((number, number)),
        }
    }
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        })
        .collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_make_ranges() {
        assert_eq!(ranges([3, 7, 8, 9, 12, 13].into_iter()), "3,7-9,12-13");
        assert_eq!(ranges(std::iter::empty()), "");
    }

    #[test]
    fn the_pace_is_that_of_the_last_hour() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(pace(&mut []), None);
        assert_eq!(pace(&mut [(at(5), 10)]), None);
        // 30 runs within 10 seconds after the first.
        assert_eq!(
            pace(&mut [(at(15), 20), (at(5), 10), (at(9), 10)]),
            Some(3.0)
        );
        // A shard of the day before does not count.
        let mut arrivals = [(at(0), 10), (at(86_400), 10), (at(86_410), 40)];
        assert_eq!(pace(&mut arrivals), Some(4.0));
    }
}
