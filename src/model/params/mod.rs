//! Every parameter of the model, defined once.
//!
//! A row of `table.rs` states key, default, range, symbol, unit, source and meaning. From it come the typed
//! `Params` that the equations read, the checks of scenario files, the table `dualtrack params` prints,
//! the JSON Schema, `docs/parameters.md` and the factors of experiments. A default is written nowhere else.

pub mod parameter;
pub mod table;

pub use parameter::{Kind, Timing, Value};
pub use table::{Parameter, find};
