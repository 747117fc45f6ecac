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

pub mod prelude {
    //! Everything a program needs of the model: `use dualtrack::prelude::*`.
    //!
    //! | type | what it is |
    //! |---|---|
    //! | [`Scenario`] | a scenario file with settings; runs, or gives a [`Model`] |
    //! | [`Model`], [`Run`] | a replicate, stepped quarter by quarter, under [`Rules`] of one's own where there are any |
    //! | [`Experiment`] | sweeps design points, or compares policies; measures what one's own code reads of what is [`Seen`] |
    //! | [`Claims`] | claims of a paper, put to the test |
    //! | [`Results`], [`Table`], [`Column`] | what came of it, in memory or in a folder |
    //! | [`Error`] | why nothing came of it, in the words of the command |
    //!
    //! Everything goes the way of the command: the same settings give the same bytes, whatever the number of threads. Units stand
    //! with each column; money is CNY mn of the quarter.

    pub use crate::cli::library::*;

    #[doc(hidden)]
    pub use crate::cli::main as command;
}

/// Programs in documents are compiled and run.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/first-mechanism.md")]
    struct FirstMechanism;
}
