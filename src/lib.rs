//! dualtrack: an agent-based model of how Chinese cities compete with each other in AI policy.
//!
//! After Ma (2024), <https://doi.org/10.23962/ajic.i34.20103>. Programs use the [`prelude`]; all else is private.
//!
//! ```
//! use dualtrack::prelude::*;
//!
//! let scenario = Scenario::load("scenarios/china-2015-2024.toml")?.set("run.quarters", 4)?;
//! let national = scenario.run()?.table("national")?;
//! println!("{:?} {:?}", national.texts("quarter")?, national.numbers("gap")?);
//! # Ok::<(), Error>(())
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]
// clippy.toml: the platform's functions of real numbers stay out of results; tests may compare with them.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

// What users need stands in `prelude`. The feature is for tests, benches, examples and fuzz targets of this repository.
#[cfg(not(feature = "internals"))]
mod analysis;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod analysis;
#[cfg(not(feature = "internals"))]
mod cli;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod cli;
#[cfg(not(feature = "internals"))]
mod explore;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod explore;
#[cfg(not(feature = "internals"))]
mod input;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod input;
#[cfg(not(feature = "internals"))]
mod kernel;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod kernel;
#[cfg(not(feature = "internals"))]
mod measure;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod measure;
#[cfg(not(feature = "internals"))]
mod model;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod model;
// It asks the questions of the commands, beside which it stands.
#[path = "cli/library/mod.rs"]
pub mod prelude;
#[cfg(not(feature = "internals"))]
mod report;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod report;
#[cfg(not(feature = "internals"))]
mod stats;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod stats;
#[cfg(not(feature = "internals"))]
mod study;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod study;
#[cfg(not(feature = "internals"))]
mod table;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod table;

/// Programs in documents are compiled and run.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/first-mechanism.md")]
    struct FirstMechanism;
}
