//! Replicates of one design point.

use crate::study::job::{EngineError, Job, Part, Replicates, Worker};

use crate::kernel::control::Control;
use crate::kernel::ordered::{Stopped, WorkerPool, work_in_order};
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::measure::recorder::{Chunk, Recorder};
use crate::measure::replicate::Replicate;
use crate::measure::trajectory::Line;
use crate::model::run::Run;

/// Bytes of rows that may wait for the writer. Where two replicates have more, they run one after the other
/// and hand over their rows each quarter.
const WAITING_BYTES: u64 = 1 << 30;

/// Runs all replicates and hands their rows to `sink` in order of replicate and quarter, whatever the number
/// of threads.
///
/// # Errors
/// The first replicate, in order, that cannot go on; the error of `sink`; or that the job was cancelled.
pub fn replicates<E: Send>(
    job: &Job<'_>,
    control: &Control,
    mut sink: impl FnMut(&Chunk) -> Result<(), E> + Send,
) -> Result<Replicates, EngineError<E>> {
    let mut all = Replicates::default();
    in_parts(job, control, |part| match part {
        Part::Rows(chunk) => sink(chunk),
        Part::Done(outcome, line) => {
            all.take(outcome.clone(), line);
            Ok(())
        }
    })?;
    Ok(all)
}

/// Runs replicates and hands over their rows and what is kept of them, in order of replicate and quarter.
///
/// Replicates of a small world run side by side, each on one thread; those of a large one follow each other,
/// as a run of it uses all threads by itself.
///
/// # Errors
/// As [`replicates`].
pub fn in_parts<E: Send>(
    job: &Job<'_>,
    control: &Control,
    sink: impl FnMut(Part<'_>) -> Result<(), E> + Send,
) -> Result<(), EngineError<E>> {
    let left = job.replicates.saturating_sub(job.first);
    if left == 0 {
        return Ok(());
    }
    let world = job.setup.world();
    let (cities, sectors) = (world.cities.len(), world.sectors.len());
    let bytes = job
        .traces
        .bytes_per_replicate(cities, sectors, world.quarters);
    let fit = usize::try_from(WAITING_BYTES / bytes.max(1)).unwrap_or(usize::MAX);
    if cities >= PARALLEL_CITIES || fit < 2 {
        one_by_one(job, control, sink)
    } else {
        let threads = job.threads.clamp(1, left as usize);
        side_by_side(job, WorkerPool::within(threads, fit), control, sink)
    }
}

/// What a thread hands over for a replicate: its rows, its quarters and its outcome.
#[derive(Default)]
struct Done {
    chunk: Chunk,
    line: Line,
    outcome: Option<Replicate>,
}

/// Replicates side by side, their rows in order.
fn side_by_side<E: Send>(
    job: &Job<'_>,
    workers: WorkerPool,
    control: &Control,
    mut sink: impl FnMut(Part<'_>) -> Result<(), E> + Send,
) -> Result<(), EngineError<E>> {
    let done = work_in_order(
        u64::from(job.first)..u64::from(job.replicates),
        workers,
        || Worker::new(job, control),
        |worker, replicate, done: &mut Done| {
            done.chunk.clear();
            let Done { chunk, line, .. } = done;
            let outcome = worker.replicate(replicate, chunk, line, |recorder, run, chunk| {
                recorder.record_cities(run, chunk);
                Ok(())
            })?;
            done.outcome = Some(outcome);
            Ok(())
        },
        |_, done| {
            let mut take = || {
                sink(Part::Rows(&done.chunk))?;
                match &done.outcome {
                    Some(outcome) => sink(Part::Done(outcome, &done.line)),
                    None => Ok(()),
                }
            };
            take().map_err(EngineError::Sink)
        },
    );
    match done {
        Ok(()) => Ok(()),
        Err(Stopped::Failed(error)) => Err(error),
        Err(Stopped::Threads(error)) => Err(EngineError::Threads(error)),
    }
}

/// Replicates one after the other, each with all threads, their rows handed over every quarter.
fn one_by_one<E: Send>(
    job: &Job<'_>,
    control: &Control,
    mut sink: impl FnMut(Part<'_>) -> Result<(), E> + Send,
) -> Result<(), EngineError<E>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.max(1))
        .build()
        .map_err(|error| EngineError::Threads(error.to_string()))?;
    pool.install(|| {
        let mut worker = Worker::new(job, control);
        let (mut chunk, mut line) = (Chunk::default(), Line::new());
        for replicate in u64::from(job.first)..u64::from(job.replicates) {
            let hand_over = |recorder: &mut Recorder<'_>, run: &Run<'_>, chunk: &mut Chunk| {
                sink(Part::Rows(chunk))?;
                chunk.clear();
                recorder.stream_cities(run, &mut |rows| sink(Part::Rows(rows)))
            };
            let outcome = worker.replicate(replicate, &mut chunk, &mut line, hand_over)?;
            sink(Part::Done(&outcome, &line)).map_err(EngineError::Sink)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use crate::measure::traces::Traces;
    use crate::model::setup::Setup;
    use std::collections::BTreeMap;
    use std::convert::Infallible;
    use std::path::Path;

    use super::*;
    use crate::input::scenario;
    use crate::measure::trace_settings::TraceSettings;

    /// What is kept, and all bytes of each file.
    type Written = (Replicates, BTreeMap<&'static str, Vec<u8>>);

    fn written(
        traces: &Traces,
        run: impl FnOnce(&mut (dyn FnMut(Part<'_>) -> Result<(), Infallible> + Send)),
    ) -> Written {
        let mut files: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
        let mut kept = Replicates::default();
        run(&mut |part| {
            match part {
                Part::Rows(chunk) => {
                    for (file, name, _) in traces.files() {
                        files.entry(name).or_default().extend(chunk.of(file).0);
                    }
                }
                Part::Done(outcome, line) => kept.take(outcome.clone(), line),
            }
            Ok(())
        });
        (kept, files)
    }

    #[test]
    fn replicates_side_by_side_and_one_after_the_other_write_the_same() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let scenario = scenario::load(&path, &["run.quarters=8".to_string()]).expect("valid");
        let settings = TraceSettings {
            interval_quarters: 1,
            files: crate::measure::catalogue::catalogue()
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
                first: 0,
                rules: None,
                threads: 2,
            },
        );
        let streamed = written(&traces, |sink| {
            one_by_one(&job, &control, sink).expect("a run")
        });
        assert_eq!(streamed.0.outcomes.len(), 5);
        assert_eq!(streamed.0.trajectory.means(0).len(), 8);
        assert!(streamed.1.values().all(|bytes| !bytes.is_empty()));
        for (threads, items) in [(1, 1), (3, 2), (3, 80)] {
            let ordered = written(&traces, |sink| {
                side_by_side(&job, WorkerPool::within(threads, items), &control, sink)
                    .expect("a run")
            });
            assert!(ordered == streamed, "{threads} threads, {items} items");
        }
    }
}
