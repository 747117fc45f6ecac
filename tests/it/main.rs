//! One module per promise of the project; all in one program, so that it is linked once.

#![allow(clippy::disallowed_methods)]

mod accounts;
mod analysis;
mod bounded;
mod catalogue;
mod claims;
mod cluster;
mod compare;
mod documents;
mod draws;
mod explore;
mod golden;
mod hostile;
mod layers;
mod ledger;
mod library;
mod long;
mod memory;
mod outcomes;
mod report;
mod reproduction;
mod responses;
mod rows;

mod scenario_files;
mod sweep;
mod traces;
mod twin;
mod worlds;
