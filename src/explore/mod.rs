//! To move the rules and watch: what a page asks, and the server that lets it ask.
//!
//! [`Laboratory`] answers requests and knows nothing of HTTP, threads of a server, or files beyond scenarios: a page
//! that runs the model in the reader's browser would call it as it is. [`server`] binds it to the loopback address.

mod answers;
mod catalogue;
mod choice;
mod downloads;
mod laboratory;
mod many;
mod requests;
mod series;
pub mod server;
mod story;
mod trace;

pub use answers::{
    ChoiceView, Interval, Model, RunView, ScenarioView, SeriesView, Snapshot, TraceView,
};
pub use laboratory::{LIMITS, Laboratory, Limits, Refusal};
pub use requests::{ChoiceRequest, CsvRequest, FileRequest, RunRequest, Side, TraceRequest};
