//! Work side by side, results in order.
//!
//! Each thread takes a free batch of items, then the next indices, fills the items and sends the batch back. Batches are
//! few, so threads cannot run far ahead of whoever takes the results. The thread that called puts them in order. Indices
//! are only taken by a thread that holds a batch, so those the others wait for are always under way.
//!
//! To hand over one item wakes a thread, which takes as long as a hundredth of a short run: short work is handed over
//! several items at a time, as many as take a few milliseconds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Most items that are handed over at once.
const MOST: usize = 16;
/// How long a thread should work between handing over.
const PAUSE: Duration = Duration::from_millis(4);

/// Threads and memory of a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct WorkerPool {
    /// Threads, at least 1. Results do not depend on them.
    pub threads: usize,
    /// Batches of items under way or waiting, at least 1.
    pub batches: usize,
    /// Most items in a batch, at least 1.
    pub most: usize,
}

impl WorkerPool {
    /// So many threads, with some more batches, so that threads need not wait for whoever takes the results.
    pub fn of(threads: usize) -> Self {
        let threads = threads.max(1);
        WorkerPool {
            threads,
            batches: 2 * threads + 2,
            most: MOST,
        }
    }

    /// The same within so many items at a time.
    pub fn within(threads: usize, items: usize) -> Self {
        let items = items.max(1);
        let workers = Self::of(threads.min(items));
        let batches = workers.batches.min(items);
        WorkerPool {
            batches,
            most: workers.most.min(items / batches),
            ..workers
        }
    }
}

/// What ends work early.
#[derive(Debug)]
pub enum Stopped<E> {
    /// The work or the taking of its results failed; of several, the first in order.
    Failed(E),
    /// The system gives no threads.
    Threads(String),
}

/// What a thread sends back.
enum Report<T, E> {
    Done(Batch<T>, Result<(), E>),
    /// The thread ended by a panic, and its index will never be done.
    Lost,
}

/// Items of consecutive indices.
struct Batch<T> {
    first: u64,
    /// How many items are filled.
    filled: usize,
    items: Vec<T>,
}

/// Does `work` for every index, each thread with what `worker` makes for it, and hands the filled items to
/// `take` in order. Items are reused as they are: `work` clears them.
///
/// # Errors
/// The first error in order, of `work` or of `take`; what comes before it has been taken.
pub fn work_in_order<T, W, E>(
    indices: Range<u64>,
    workers: WorkerPool,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, u64, &mut T) -> Result<(), E> + Sync,
    mut take: impl FnMut(u64, &mut T) -> Result<(), E>,
) -> Result<(), Stopped<E>>
where
    T: Default + Send,
    E: Send,
{
    let (give_back, free) = mpsc::channel();
    for _ in 0..workers.batches.max(1) {
        let batch = Batch {
            first: indices.start,
            filled: 0,
            items: Vec::new(),
        };
        // The other end lives in `free`.
        let _ = give_back.send(batch);
    }
    let shared = Shared {
        free: Mutex::new(free),
        next: AtomicU64::new(indices.start),
        end: indices.end,
        threads: workers.threads.max(1) as u64,
        most: workers.most.max(1) as u64,
    };
    let (send, reports) = mpsc::channel();
    thread::scope(|scope| {
        for number in 0..workers.threads.max(1) {
            let (send, shared, worker, work) = (send.clone(), &shared, &worker, &work);
            thread::Builder::new()
                .name(format!("runs-{number}"))
                .spawn_scoped(scope, move || shared.serve(worker, work, send))
                .map_err(|error| Stopped::Threads(error.to_string()))?;
        }
        drop(send);
        // Threads stop when nobody gives items back any more: when this returns.
        put_in_order(indices, reports, give_back, &mut take)
    })
}

/// What threads share.
struct Shared<T> {
    free: Mutex<Receiver<Batch<T>>>,
    next: AtomicU64,
    end: u64,
    threads: u64,
    most: u64,
}

impl<T: Default> Shared<T> {
    fn serve<W, E>(
        &self,
        worker: &impl Fn() -> W,
        work: &impl Fn(&mut W, u64, &mut T) -> Result<(), E>,
        send: Sender<Report<T, E>>,
    ) {
        let guard = TellIfLost(&send);
        let mut worker = worker();
        let mut wanted = 1;
        loop {
            let batch = self
                .free
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv();
            let Ok(mut batch) = batch else { break };
            let count = wanted.min(self.fair_share());
            batch.first = self.next.fetch_add(count, Ordering::Relaxed);
            if batch.first >= self.end {
                break;
            }
            let count = count.min(self.end - batch.first);
            let begun = Instant::now();
            let result = batch.fill(count as usize, |index, item| work(&mut worker, index, item));
            wanted = match begun.elapsed() {
                taken if taken < PAUSE / 2 => (2 * wanted).min(self.most),
                taken if taken > PAUSE => (wanted / 2).max(1),
                _ => wanted,
            };
            let is_over = result.is_err();
            if guard.0.send(Report::Done(batch, result)).is_err() || is_over {
                break;
            }
        }
    }

    /// How many of the indices that are left one thread may take at once, so that all end at about the same time.
    fn fair_share(&self) -> u64 {
        let left = self.end.saturating_sub(self.next.load(Ordering::Relaxed));
        (left / (4 * self.threads)).max(1)
    }
}

impl<T: Default> Batch<T> {
    /// Does the work of so many indices, up to the first that fails.
    fn fill<E>(
        &mut self,
        count: usize,
        mut work: impl FnMut(u64, &mut T) -> Result<(), E>,
    ) -> Result<(), E> {
        self.filled = 0;
        if self.items.len() < count {
            self.items.resize_with(count, T::default);
        }
        for (index, item) in (self.first..).zip(&mut self.items[..count]) {
            work(index, item)?;
            self.filled += 1;
        }
        Ok(())
    }
}

/// Tells the one who waits when a thread panics, who would otherwise wait for its index for ever.
struct TellIfLost<'a, T, E>(&'a Sender<Report<T, E>>);

impl<T, E> Drop for TellIfLost<'_, T, E> {
    fn drop(&mut self) {
        if thread::panicking() {
            // Nobody listens any more if the other end has gone by itself.
            let _ = self.0.send(Report::Lost);
        }
    }
}

fn put_in_order<T, E>(
    indices: Range<u64>,
    reports: Receiver<Report<T, E>>,
    give_back: Sender<Batch<T>>,
    take: &mut impl FnMut(u64, &mut T) -> Result<(), E>,
) -> Result<(), Stopped<E>> {
    let mut waiting = BTreeMap::new();
    let mut next = indices.start;
    // Until all indices are there, not until all threads are gone: those wait for batches that only this
    // function's end tells them not to expect.
    while next < indices.end {
        let Ok(Report::Done(batch, result)) = reports.recv() else {
            // A thread panicked; the scope passes the panic on when it ends.
            return Err(Stopped::Threads("a thread was lost".to_string()));
        };
        waiting.insert(batch.first, (batch, result));
        while let Some((mut batch, result)) = waiting.remove(&next) {
            for item in &mut batch.items[..batch.filled] {
                take(next, item).map_err(Stopped::Failed)?;
                next += 1;
            }
            result.map_err(Stopped::Failed)?;
            // All threads may be gone already, after the last index.
            let _ = give_back.send(batch);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(workers: WorkerPool, fails_at: Option<u64>) -> (Vec<u64>, Option<u64>) {
        let mut taken = Vec::new();
        let stopped = work_in_order(
            3..50,
            workers,
            || (),
            |(), index, item: &mut u64| {
                *item = index * index;
                if Some(index) == fails_at {
                    Err(index)
                } else {
                    Ok(())
                }
            },
            |index, item| {
                assert_eq!(*item, index * index);
                taken.push(*item);
                Ok(())
            },
        );
        let error = match stopped {
            Ok(()) => None,
            Err(Stopped::Failed(index)) => Some(index),
            Err(Stopped::Threads(error)) => panic!("{error}"),
        };
        (taken, error)
    }

    #[test]
    fn results_come_in_order_whatever_the_threads_and_batches() {
        let expected: Vec<u64> = (3..50).map(|index| index * index).collect();
        for (threads, batches) in [(1, 1), (2, 1), (3, 2), (3, 8), (60, 60)] {
            for most in [1, 2, 16, 100] {
                let workers = WorkerPool {
                    threads,
                    batches,
                    most,
                };
                assert_eq!(squares(workers, None), (expected.clone(), None));
            }
        }
    }

    #[test]
    fn what_comes_before_a_failure_is_taken() {
        for most in [1, 16] {
            let workers = WorkerPool {
                most,
                ..WorkerPool::of(3)
            };
            let (taken, error) = squares(workers, Some(20));
            assert_eq!(error, Some(20));
            assert_eq!(taken.len(), 17);
        }
    }

    #[test]
    fn a_crew_keeps_within_the_items_it_is_given() {
        for items in 1..100 {
            let workers = WorkerPool::within(8, items);
            assert!(workers.batches * workers.most <= items && workers.threads <= items);
            assert!(workers.batches >= 1 && workers.most >= 1);
        }
        assert_eq!(WorkerPool::within(8, 10_000).most, MOST);
    }

    #[test]
    #[should_panic]
    fn a_panic_of_a_thread_ends_the_work() {
        let _ = work_in_order(
            0..10,
            WorkerPool::of(2),
            || (),
            |(), index, _: &mut ()| {
                assert!(index != 4, "lost");
                Ok::<(), ()>(())
            },
            |_, _| Ok(()),
        );
    }
}
