//! The phases of a quarter, in the order of `docs/odd.md`, section 3.

pub mod ahead;
pub mod budgets;
pub mod centre;
pub mod champions;
pub mod cities;
pub mod codification;
pub mod evaluation;
pub mod instruments;
pub mod moves;
pub mod officials;
pub mod outside;
pub mod peers;
pub mod production;
pub mod start;
pub mod talent;
