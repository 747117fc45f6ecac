//! One equation of `docs/odd.md`, section 7, is one function here; files follow its sections.
//!
//! The functions are pure, scalar and without branches that data could take, so that a loop over cities
//! becomes vector code. Symbols are those of the document; in a doc comment the first line gives the number.

pub mod budgets;
pub mod centre;
pub mod evaluation;
pub mod moves;
pub mod outcomes;
pub mod outside;
pub mod production;
pub mod talent;
