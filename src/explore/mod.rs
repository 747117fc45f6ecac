//! To move the rules and watch: what a page asks, and the server that lets it ask.
//!
//! `Laboratory` answers requests and knows nothing of HTTP, threads of a server, or files beyond scenarios: a page
//! that runs the model in the reader's browser would call it as it is. [`server`] binds it to the loopback address.

pub mod answers;
pub mod catalogue;
pub mod choice;
pub mod downloads;
pub mod laboratory;
pub mod many;
pub mod reasons;
pub mod requests;
pub mod series;
pub mod server;
pub mod trace;
