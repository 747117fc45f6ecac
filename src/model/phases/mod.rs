//! The phases of a quarter, in the order of `docs/odd.md`, section 3.

mod budgets;
mod centre;
pub(super) mod champions;
pub(super) mod cities;
mod codification;
mod evaluation;
mod events;
pub(super) mod instruments;
pub(crate) mod leaders;
mod location;
mod moves;
mod officials;
mod outside;
pub(super) mod peers;
mod production;
mod start;
mod sums;
