//! Arms, design points and replicates, from a plan to a table of runs.
//!
//! A [`execute::Study`] has arms ([`arm`]); a [`stage`] says at which design points and with which replicates they are run.
//! [`execute`] does so on all threads, each run by the loop in [`drive`], and puts what they leave into a [`store`], from
//! which an interrupted study goes on. [`table`] holds the runs of an arm for analyses.

pub mod arm;
pub mod codec;
pub mod drive;
pub mod error;
pub mod execute;
pub mod identity;
pub mod job;
pub mod place;
mod ready;
pub mod replicates;
pub mod run_file;
pub mod shards;
pub mod stage;
pub mod store;
pub mod sweep;
pub mod table;
pub mod traced;
