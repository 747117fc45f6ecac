//! What cities see of each other.

use crate::kernel::bits::all_bits;
use crate::kernel::lanes::{LANES, Lanes, each};
use crate::kernel::parallel::{CHUNK_CITIES, Pieces};
use crate::kernel::rows::Rows;
use crate::model::data::MAX_SECTORS;

/// Columns of a row of what a city publishes, and padding to whole lines.
pub(crate) const COLUMNS: usize = MAX_SECTORS + LANES;

/// One entry for each column of the rows.
pub(crate) type Columns = [Lanes; COLUMNS];

/// What cities saw of each other at the end of the last quarter; one entry per city, lanes of a last, partly
/// empty block included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// A row for each city: sector shares `p`; researchers; the share `Σ_s w_s` of all sectors in the budget, which is
    /// for the city itself; and instruments in force in the bits of one or two numbers, so that one visit to a peer
    /// brings everything. Budget shares of sectors stand nowhere else.
    pub rows: Rows,
    /// Instruments in force, one bit each.
    pub in_force: Vec<u64>,
    /// Of the copy where cities publish next: whether an evaluation left the sums of their peers' rows there, the
    /// columns of each block where its rows will be, so that the next quarter need not gather them once more.
    pub has_sums_of_peers: bool,
    sectors: usize,
}

/// Instruments in one number of a row: they are the lowest bits of a number from 1 to 2, so that whatever a vector
/// does with it on its way is done at full speed.
const BITS_IN_NUMBER: usize = 32;
/// Bits of the number 1.
const ONE: u64 = 1f64.to_bits();

impl Published {
    /// Public information of so many lanes.
    pub fn new(lanes: usize, sectors: usize, instruments: usize) -> Self {
        let numbers = instruments.div_ceil(BITS_IN_NUMBER);
        Published {
            rows: Rows::new(lanes, sectors + 2 + numbers),
            in_force: vec![0; lanes],
            has_sums_of_peers: false,
            sectors,
        }
    }

    /// Column of rows from which on instruments in force stand.
    #[inline(always)]
    pub fn first_of_instruments(&self) -> usize {
        self.sectors + 2
    }

    /// Columns of a block that hold its instruments in force, in the order of a row.
    #[inline(always)]
    pub fn instrument_columns(in_force: &[u64; LANES]) -> [Lanes; 2] {
        [0, BITS_IN_NUMBER].map(|shift| {
            each(|l| f64::from_bits(ONE | in_force[l] >> shift & all_bits(BITS_IN_NUMBER)))
        })
    }
}

/// Instruments in force as they stand in the lines of a row, from column `first` on; `OCTETS` times eight of them at most.
#[inline(always)]
pub(crate) fn instruments_in_row<const OCTETS: usize>(row: &[Lanes], first: usize) -> u64 {
    let number = |column: usize| row[column / LANES][column % LANES].to_bits() - ONE;
    if OCTETS * LANES > BITS_IN_NUMBER {
        number(first) | number(first + 1) << BITS_IN_NUMBER
    } else {
        number(first)
    }
}

/// Scores of all cities, flat as peers read them; lanes of a last, partly empty block included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scores {
    /// Scores, s.d.; in an evaluation under way what they are made of.
    pub score: Vec<f64>,
    /// Results of an evaluation under way.
    pub result: Vec<f64>,
}

impl Scores {
    /// Results to be read, and scores to be written, by chunk.
    pub fn parts(&mut self) -> (&[f64], Pieces<'_, f64>) {
        let scores = Pieces::new(&mut self.score, CHUNK_CITIES);
        (&self.result, scores)
    }
}
