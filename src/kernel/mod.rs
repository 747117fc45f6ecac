//! What everything else is built on: exact mathematics, keyed random draws, vector lanes, ordered parallel work,
//! calendar quarters, and names in messages. It knows no other room.

pub mod bits;
pub mod control;
pub mod keyed;
pub mod lanes;
pub mod math;
pub mod named;
pub mod ordered;
pub mod pages;
pub mod parallel;
pub mod quarter;
pub mod random;
#[cfg(test)]
pub mod reference;
pub mod rows;
pub mod text;
