//! What the targets have in common. The properties are those of the tests, which hold them to a few seconds of input.

#[path = "../../tests/it/hostile.rs"]
pub mod hostile;
#[path = "../../tests/it/ledger.rs"]
pub mod ledger;
#[path = "../../tests/it/rows.rs"]
pub mod rows;
pub mod world;
