//! Runs of the model: many replicates at once, in order, within bounded memory.

mod course;
mod measure;
mod ordered;
mod outcome;
mod replicates;
mod streamed;

pub use course::{Course, Moment};
pub use measure::{Unmeasured, measure, measure_run};
pub use ordered::{Crew, Stopped, work_in_order};
pub use outcome::{Outcome, Sums};
pub use replicates::{Control, EngineError, Job, Replicates, replicates};
