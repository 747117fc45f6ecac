//! E9: what cities see of their peers.

use crate::lanes::{LANES, Lanes, ZERO, each};
use crate::model::data::MAX_SECTORS;
use crate::model::peers::Peers;
use crate::rows::Rows;
use std::ops::Range;

/// Columns of a row of what a city publishes: shares by sector, then researchers, and padding to whole lines.
pub(super) const COLUMNS: usize = MAX_SECTORS + LANES;

/// One entry for each column of the rows.
pub(super) type Columns = [Lanes; COLUMNS];

/// Weighted sums of peers' rows for the cities of a block: effective peers `n_is` by sector, then researchers.
#[inline(always)]
pub(super) fn rows(peers: &Peers, cities: Range<usize>, published: &Rows) -> Columns {
    // The width of a row is a constant in each branch, so that its sums stay in registers.
    match published.lines() {
        1 => sums::<1>(peers, cities, published),
        2 => sums::<2>(peers, cities, published),
        3 => sums::<3>(peers, cities, published),
        4 => sums::<4>(peers, cities, published),
        _ => sums::<5>(peers, cities, published),
    }
}

#[inline(always)]
fn sums<const LINES: usize>(peers: &Peers, cities: Range<usize>, published: &Rows) -> Columns {
    let mut columns = [ZERO; COLUMNS];
    for (lane, city) in cities.enumerate() {
        let mut sums = [ZERO; LINES];
        for (peer, weight) in peers.of(city) {
            let row = &published.data()[peer * LINES..(peer + 1) * LINES];
            for (sum, own) in sums.iter_mut().zip(row) {
                let (before, own) = (*sum, *own);
                *sum = each(|column| before[column] + weight * own[column]);
            }
        }
        for (line, sums) in sums.iter().enumerate() {
            for (column, sum) in sums.iter().enumerate() {
                columns[line * LANES + column][lane] = *sum;
            }
        }
    }
    columns
}

/// Effective peers `n_im` of the cities of a block, by instrument; of those not in force in a city as well, where
/// nobody asks for them.
#[inline(always)]
pub(super) fn instruments(
    peers: &Peers,
    cities: Range<usize>,
    in_force: &[u64],
    by_instrument: &mut [Lanes],
) {
    for (lane, city) in cities.enumerate() {
        for (octet, columns) in by_instrument.chunks_mut(LANES).enumerate() {
            let mut sums = ZERO;
            for (peer, weight) in peers.of(city) {
                let (before, own) = (sums, in_force[peer] >> (octet * LANES));
                sums = each(|m| before[m] + if own >> m & 1 == 1 { weight } else { 0.0 });
            }
            for (column, sum) in columns.iter_mut().zip(sums.iter()) {
                column[lane] = *sum;
            }
        }
    }
}
