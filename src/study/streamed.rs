//! Replicates one after the other, each with all threads, their rows handed over every quarter.

use crate::kernel::control::Control;
use crate::measure::course::Line;
use crate::measure::recorder::{Chunk, Recorder};
use crate::model::run::Run;
use crate::study::job::{EngineError, Job, Replicates, Worker};

pub(crate) fn run<E: Send>(
    job: &Job<'_>,
    control: &Control,
    mut sink: impl FnMut(&Chunk) -> Result<(), E> + Send,
) -> Result<Replicates, EngineError<E>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.max(1))
        .build()
        .map_err(|error| EngineError::Threads(error.to_string()))?;
    pool.install(|| {
        let mut worker = Worker::new(job, control);
        let (mut chunk, mut line) = (Chunk::default(), Line::new());
        let mut all = Replicates::default();
        for replicate in 0..u64::from(job.replicates) {
            let hand_over = |recorder: &mut Recorder<'_>, run: &Run<'_>, chunk: &mut Chunk| {
                sink(chunk)?;
                chunk.clear();
                recorder.stream_cities(run, &mut sink)
            };
            let outcome = worker.replicate(replicate, &mut chunk, &mut line, hand_over)?;
            all.take(outcome, &line);
        }
        Ok(all)
    })
}
