//! The model of `docs/odd.md` in Rust.

pub mod data;
