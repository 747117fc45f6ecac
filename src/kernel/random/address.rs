//! Where a draw stands: seed, replicate and purpose.

/// What a block of draws is for. A new source of chance gets a new number; numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Policy moves and exits of a city in a quarter; the slots are [`slot`]'s.
    Moves = 1,
    /// Error of a pioneer's design: one normal in a quarter.
    DesignError = 2,
    /// Career weight of an official who enters in a quarter: three uniforms.
    Official = 3,
    /// Local optima of a city, eight instruments a block.
    LocalOptimum = 4,
    /// True effect and national optimum of an instrument.
    Instrument = 5,
    /// Incidents of a sector, eight quarters a block.
    Incident = 6,
    /// Noise of a city's evaluation in a quarter.
    Evaluation = 7,
    /// Noise of the measured gain of an instrument, and the lag to codification.
    Measurement = 8,
    /// Measures of the centre's own: whether, which, which design.
    TopDown = 9,
    /// What the centre sees of a regional leader, eight sectors a block.
    Champion = 10,
    /// Constants of synthetic cities; the seed is the scenario's, not the run's.
    Synthetic = 11,
    /// Career weight of the official in post at the start: three uniforms.
    FirstOfficial = 12,
}

/// Slots of a [`Purpose::Moves`] block.
pub mod slot {
    /// Whether the city pioneers (E15).
    pub const PIONEER: usize = 0;
    /// Which instrument it pioneers.
    pub const PIONEER_PICK: usize = 1;
    /// Whether it imitates (E16).
    pub const IMITATE: usize = 2;
    /// Which instrument it copies.
    pub const IMITATE_PICK: usize = 3;
    /// Whether it takes up a national instrument (E17).
    pub const TAKE_UP: usize = 4;
    /// Which one.
    pub const TAKE_UP_PICK: usize = 5;
    /// Whether it reviews its instruments (E19).
    pub const REVIEW: usize = 6;
    /// Whether its official leaves (E31).
    pub const EXIT: usize = 7;
}

/// Version of the addresses; part of every key.
const ADDRESS_VERSION: u64 = 1;

/// One block of random words: eight independent 64-bit words.
pub type Block = [u64; 8];

/// The random draws of one replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    /// Seed of the run.
    pub seed: u64,
    /// Replicate, from 0.
    pub replicate: u64,
}

impl Draws {
    /// The key of a purpose.
    pub(super) fn key(self, purpose: Purpose) -> [u64; 4] {
        [self.seed, self.replicate, purpose as u64, ADDRESS_VERSION]
    }
}
