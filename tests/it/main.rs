//! One module per promise of the project; all in one program, so that it is linked once.

mod accounts;
mod compare;
mod documents;
mod scenario_files;
mod traces;
mod twin;
mod worlds;
