//! What users write, read with the place of every value: scenarios with their data tables, experiments, and claims.

pub mod claims;
pub mod experiment;
pub mod scenario;
