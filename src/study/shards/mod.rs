//! A study parted into shards that any machine can run.
//!
//! [`plan_folder`] holds what is to be run, [`make`] runs a shard, [`status`] tells what is missing, [`audit`] runs some
//! runs again.

pub mod audit;
pub mod make;
pub mod plan_folder;
pub mod shard;
pub mod status;
