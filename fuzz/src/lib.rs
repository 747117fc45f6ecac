//! What the targets have in common. The properties are those of the tests, which hold them to a few seconds of input.

#[path = "../../tests/it/hostile.rs"]
pub mod hostile;
#[path = "../../tests/it/ledger.rs"]
pub mod ledger;
pub mod world;
