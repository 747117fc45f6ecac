//! Runs of the model: many replicates at once, in order, within bounded memory.

mod ordered;
mod outcome;
mod replicates;
mod streamed;

pub use outcome::{Outcome, Sums};
pub use replicates::{Control, EngineError, Job, replicates};
