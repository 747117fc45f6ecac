//! Replicates side by side, their rows in order.
//!
//! Each thread takes a free chunk, then the next replicate, and sends the chunk back full. Chunks are few, so
//! threads cannot run far ahead of the writer. The thread that called puts them in order. A replicate is
//! only taken by a thread that holds a chunk, so the one the writer waits for is always under way.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::outcome::Outcome;
use super::replicates::{Control, EngineError, Job, Worker};
use crate::output::Chunk;

/// A replicate that has ended.
struct Done {
    replicate: u64,
    chunk: Chunk,
    outcome: Result<Outcome, EngineError<Infallible>>,
}

/// What a thread sends back.
enum Report {
    Done(Box<Done>),
    /// The thread ended by a panic, and its replicate will never be done.
    Lost,
}

/// Runs on `threads` threads, with `chunks` chunks under way or waiting; both at least 1.
pub(super) fn run<E: Send>(
    job: &Job<'_>,
    threads: usize,
    chunks: usize,
    control: &Control,
    mut sink: impl FnMut(&Chunk) -> Result<(), E> + Send,
) -> Result<Vec<Outcome>, EngineError<E>> {
    let (give_back, free) = mpsc::channel();
    for _ in 0..chunks {
        // The other end lives in `free`.
        let _ = give_back.send(Chunk::default());
    }
    let (free, next) = (Mutex::new(free), AtomicU64::new(0));
    let (send, reports) = mpsc::channel();
    thread::scope(|scope| {
        for number in 0..threads {
            let (send, free, next) = (send.clone(), &free, &next);
            let work = move || work(job, control, free, next, send);
            thread::Builder::new()
                .name(format!("replicates-{number}"))
                .spawn_scoped(scope, work)
                .map_err(|error| EngineError::Threads(error.to_string()))?;
        }
        drop(send);
        // Threads stop when nobody gives chunks back any more: when this returns.
        put_in_order(job, reports, give_back, &mut sink)
    })
}

fn work(
    job: &Job<'_>,
    control: &Control,
    free: &Mutex<Receiver<Chunk>>,
    next: &AtomicU64,
    send: Sender<Report>,
) {
    let guard = TellIfLost(&send);
    let mut worker = Worker::new(job, control);
    loop {
        let chunk = free.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut chunk) = chunk else { break };
        let replicate = next.fetch_add(1, Ordering::Relaxed);
        if replicate >= u64::from(job.replicates) {
            break;
        }
        let outcome = worker.replicate(replicate, &mut chunk, |recorder, run, chunk| {
            recorder.record_cities(run, chunk);
            Ok(())
        });
        let is_over = outcome.is_err();
        let done = Done {
            replicate,
            chunk,
            outcome,
        };
        if guard.0.send(Report::Done(Box::new(done))).is_err() || is_over {
            break;
        }
    }
}

/// Tells the writer when a thread panics, which would otherwise wait for its replicate for ever.
struct TellIfLost<'a>(&'a Sender<Report>);

impl Drop for TellIfLost<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            // Nobody listens any more if the writer has ended by itself.
            let _ = self.0.send(Report::Lost);
        }
    }
}

fn put_in_order<E>(
    job: &Job<'_>,
    reports: Receiver<Report>,
    give_back: Sender<Chunk>,
    sink: &mut impl FnMut(&Chunk) -> Result<(), E>,
) -> Result<Vec<Outcome>, EngineError<E>> {
    let mut waiting = BTreeMap::new();
    let mut outcomes = Vec::with_capacity(job.replicates as usize);
    // Until all replicates are there, not until all threads are gone: those wait for chunks that only this
    // function's end tells them not to expect.
    while outcomes.len() < job.replicates as usize {
        let Ok(report) = reports.recv() else {
            return Err(EngineError::Cancelled);
        };
        let Report::Done(done) = report else {
            // The scope passes the panic on when it ends.
            return Err(EngineError::Cancelled);
        };
        waiting.insert(done.replicate, done);
        while let Some(done) = waiting.remove(&(outcomes.len() as u64)) {
            let Done {
                mut chunk, outcome, ..
            } = *done;
            outcomes.push(outcome.map_err(as_error)?);
            sink(&chunk).map_err(EngineError::Sink)?;
            chunk.clear();
            // All threads may be gone already, after the last replicate.
            let _ = give_back.send(chunk);
        }
        // Threads may outnumber chunks: some still wait for one, and only the end of this lets them go.
        if outcomes.len() == job.replicates as usize {
            return Ok(outcomes);
        }
    }
    Err(EngineError::Cancelled)
}

fn as_error<E>(error: EngineError<Infallible>) -> EngineError<E> {
    match error {
        EngineError::Model {
            replicate,
            seed,
            error,
        } => EngineError::Model {
            replicate,
            seed,
            error,
        },
        EngineError::Cancelled => EngineError::Cancelled,
        EngineError::Threads(error) => EngineError::Threads(error),
        EngineError::Sink(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;
    use crate::engine::streamed;
    use crate::model::Setup;
    use crate::output::{Traces, columns};
    use crate::scenario::{self, traces::TraceSettings};

    /// Outcomes, and all bytes of each file.
    type Written = (Vec<Outcome>, BTreeMap<&'static str, Vec<u8>>);

    fn written(
        traces: &Traces,
        run: impl FnOnce(&mut (dyn FnMut(&Chunk) -> Result<(), Infallible> + Send)) -> Vec<Outcome>,
    ) -> Written {
        let mut files: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
        let outcomes = run(&mut |chunk| {
            for (file, name, _) in traces.files() {
                files.entry(name).or_default().extend(chunk.of(file).0);
            }
            Ok(())
        });
        (outcomes, files)
    }

    #[test]
    fn replicates_side_by_side_and_one_after_the_other_write_the_same() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let scenario = scenario::load(&path, &["run.quarters=8".to_string()]).expect("valid");
        let settings = TraceSettings {
            interval_quarters: 1,
            files: columns::catalogue()
                .iter()
                .map(|(file, _)| file.to_string())
                .collect(),
            ..TraceSettings::default()
        };
        let traces = Traces::new(&settings).expect("valid");
        let setup = Setup::new(scenario.world).expect("valid");
        let (control, job) = (
            Control::default(),
            Job {
                setup: &setup,
                traces: &traces,
                seed: 3,
                replicates: 5,
                threads: 2,
            },
        );
        let streamed = written(&traces, |sink| {
            streamed::run(&job, &control, sink).expect("a run")
        });
        assert_eq!(streamed.0.len(), 5);
        assert!(streamed.1.values().all(|bytes| !bytes.is_empty()));
        for (threads, chunks) in [(1, 1), (3, 2), (3, 8)] {
            let ordered = written(&traces, |sink| {
                run(&job, threads, chunks, &control, sink).expect("a run")
            });
            assert!(ordered == streamed, "{threads} threads, {chunks} chunks");
        }
    }
}
