//! What a program needs of dualtrack.

#[doc(hidden)]
pub use crate::cli::main as command;
