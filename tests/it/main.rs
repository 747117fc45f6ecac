//! One module per promise of the project; all in one program, so that it is linked once.

mod accounts;
mod cluster;
mod documents;
mod memory;
mod scenario_files;
mod sweep;
mod traces;
mod twin;
mod worlds;
