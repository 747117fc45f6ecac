//! Replicates one after the other, each with all threads, their rows handed over every quarter.

use super::outcome::Outcome;
use super::replicates::{Control, EngineError, Job, Worker};
use crate::output::Chunk;

pub(super) fn run<E: Send>(
    job: &Job<'_>,
    control: &Control,
    mut sink: impl FnMut(&Chunk) -> Result<(), E> + Send,
) -> Result<Vec<Outcome>, EngineError<E>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.max(1))
        .build()
        .map_err(|error| EngineError::Threads(error.to_string()))?;
    pool.install(|| {
        let mut worker = Worker::new(job, control);
        let mut chunk = Chunk::default();
        let one = |replicate| {
            worker.replicate(replicate, &mut chunk, |recorder, run, chunk| {
                sink(chunk)?;
                chunk.clear();
                recorder.stream_cities(run, &mut sink)
            })
        };
        (0..u64::from(job.replicates)).map(one).collect()
    })
}
