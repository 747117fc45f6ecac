//! Exit codes of all commands.

/// Everything went well.
pub const SUCCESS: u8 = 0;
/// Something failed that is not the input's fault: a full disk, or a run that cannot go on.
pub const FAILURE: u8 = 1;
/// The input is wrong: arguments, a scenario, a data file, or a folder that is taken. clap uses the same.
pub const BAD_INPUT: u8 = 2;
/// Everything was written, but some runs failed; their rows say why.
pub const RUNS_FAILED: u8 = 3;
/// Stopped by Ctrl-C: 128 and the number of the signal, as shells have it.
pub const INTERRUPTED: u8 = 130;
