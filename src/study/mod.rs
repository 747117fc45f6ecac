//! Arms, design points and replicates, from a plan to a table of runs.

pub mod replicates;
pub mod streamed;
pub mod sweep;
