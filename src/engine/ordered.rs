//! Work side by side, results in order.
//!
//! Each thread takes a free item, then the next index, fills the item and sends it back. Items are few, so threads
//! cannot run far ahead of whoever takes the results. The thread that called puts them in order. An index is
//! only taken by a thread that holds an item, so the one the others wait for is always under way.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Threads and memory of a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Crew {
    /// Threads, at least 1. Results do not depend on them.
    pub threads: usize,
    /// Items under way or waiting, at least 1.
    pub items: usize,
}

impl Crew {
    /// So many threads, with some more items, so that threads need not wait for whoever takes the results.
    pub fn of(threads: usize) -> Self {
        let threads = threads.max(1);
        Crew {
            threads,
            items: 2 * threads + 2,
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
    Done(u64, T, Result<(), E>),
    /// The thread ended by a panic, and its index will never be done.
    Lost,
}

/// Does `work` for every index, each thread with what `worker` makes for it, and hands the filled items to
/// `take` in order. Items are reused as they are: `work` clears them.
///
/// # Errors
/// The first error in order, of `work` or of `take`; what comes before it has been taken.
pub fn work_in_order<T, W, E>(
    indices: Range<u64>,
    crew: Crew,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, u64, &mut T) -> Result<(), E> + Sync,
    mut take: impl FnMut(u64, &mut T) -> Result<(), E>,
) -> Result<(), Stopped<E>>
where
    T: Default + Send,
    E: Send,
{
    let (give_back, free) = mpsc::channel();
    for _ in 0..crew.items.max(1) {
        // The other end lives in `free`.
        let _ = give_back.send(T::default());
    }
    let shared = Shared {
        free: Mutex::new(free),
        next: AtomicU64::new(indices.start),
        end: indices.end,
    };
    let (send, reports) = mpsc::channel();
    thread::scope(|scope| {
        for number in 0..crew.threads.max(1) {
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
    free: Mutex<Receiver<T>>,
    next: AtomicU64,
    end: u64,
}

impl<T> Shared<T> {
    fn serve<W, E>(
        &self,
        worker: &impl Fn() -> W,
        work: &impl Fn(&mut W, u64, &mut T) -> Result<(), E>,
        send: Sender<Report<T, E>>,
    ) {
        let guard = TellIfLost(&send);
        let mut worker = worker();
        loop {
            let item = self
                .free
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv();
            let Ok(mut item) = item else { break };
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.end {
                break;
            }
            let result = work(&mut worker, index, &mut item);
            let is_over = result.is_err();
            if guard.0.send(Report::Done(index, item, result)).is_err() || is_over {
                break;
            }
        }
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
    give_back: Sender<T>,
    take: &mut impl FnMut(u64, &mut T) -> Result<(), E>,
) -> Result<(), Stopped<E>> {
    let mut waiting = BTreeMap::new();
    let mut next = indices.start;
    // Until all indices are there, not until all threads are gone: those wait for items that only this
    // function's end tells them not to expect.
    while next < indices.end {
        let Ok(Report::Done(index, item, result)) = reports.recv() else {
            // A thread panicked; the scope passes the panic on when it ends.
            return Err(Stopped::Threads("a thread was lost".to_string()));
        };
        waiting.insert(index, (item, result));
        while let Some((mut item, result)) = waiting.remove(&next) {
            result.map_err(Stopped::Failed)?;
            take(next, &mut item).map_err(Stopped::Failed)?;
            next += 1;
            // All threads may be gone already, after the last index.
            let _ = give_back.send(item);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(threads: usize, items: usize, fails_at: Option<u64>) -> (Vec<u64>, Option<u64>) {
        let mut taken = Vec::new();
        let stopped = work_in_order(
            3..50,
            Crew { threads, items },
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
    fn results_come_in_order_whatever_the_threads_and_items() {
        let expected: Vec<u64> = (3..50).map(|index| index * index).collect();
        for (threads, items) in [(1, 1), (2, 1), (3, 2), (3, 8), (60, 60)] {
            assert_eq!(squares(threads, items, None), (expected.clone(), None));
        }
    }

    #[test]
    fn what_comes_before_a_failure_is_taken() {
        let (taken, error) = squares(3, 8, Some(20));
        assert_eq!(error, Some(20));
        assert_eq!(taken.len(), 17);
    }

    #[test]
    #[should_panic]
    fn a_panic_of_a_thread_ends_the_work() {
        let _ = work_in_order(
            0..10,
            Crew::of(2),
            || (),
            |(), index, _: &mut ()| {
                assert!(index != 4, "lost");
                Ok::<(), ()>(())
            },
            |_, _| Ok(()),
        );
    }
}
