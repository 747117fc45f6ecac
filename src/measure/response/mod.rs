//! Responses: what a run is measured by, named once and read the same everywhere.
//!
//! A response is a column of a trace, or a ratio of two, over a period:
//!
//! ```text
//! competitiveness                            the last quarter, as the column is a level
//! waste_share                                the whole run, as money flows
//! gap@2020                                   mean over the quarters of a year
//! sectors.capability_ratio[ai_chips]@2018Q1..2020Q4
//! allocations.spending_cny_mn[zhengzhou,foundation_models]/cities.budget_cny_mn[zhengzhou]
//! ```
//!
//! What no column holds stands in the table `derived`, named in `docs/responses.md`: effects of codified measures,
//! what pioneers and followers do, how alike portfolios are.
//!
//! `Response::parse` reads one, `Responses::bind` finds its places in a world, and a `Probe` watches a run.

pub mod derived;
pub mod now;
pub mod own;
pub mod part;
pub mod portfolio;
pub mod probe;
pub mod quantity;
pub mod spec;
pub mod watch;
