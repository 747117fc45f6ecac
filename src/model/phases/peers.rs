//! E9: what cities see of their peers.

use crate::lanes::{LANES, Lanes, ZERO};
use crate::model::data::MAX_SECTORS;
use crate::model::peers::Peers;
use crate::rows::{Quad, Rows, WIDTH, add_row};
use std::ops::Range;

/// Effective peers `n_is` of the cities of a block, by sector.
#[inline(always)]
pub(super) fn sectors(peers: &Peers, cities: Range<usize>, shares: &Rows) -> [Lanes; MAX_SECTORS] {
    // The width of a row is a constant in each branch, so that its sums stay in registers.
    match shares.quads() {
        1 => rows::<1>(peers, cities, shares),
        2 => rows::<2>(peers, cities, shares),
        3 => rows::<3>(peers, cities, shares),
        4 => rows::<4>(peers, cities, shares),
        5 => rows::<5>(peers, cities, shares),
        6 => rows::<6>(peers, cities, shares),
        7 => rows::<7>(peers, cities, shares),
        _ => rows::<8>(peers, cities, shares),
    }
}

#[inline(always)]
fn rows<const QUADS: usize>(
    peers: &Peers,
    cities: Range<usize>,
    shares: &Rows,
) -> [Lanes; MAX_SECTORS] {
    let mut by_sector = [ZERO; MAX_SECTORS];
    for (lane, city) in cities.enumerate() {
        let mut sum = [Quad::default(); QUADS];
        for (peer, weight) in peers.of(city) {
            let row = &shares.data()[peer * QUADS..(peer + 1) * QUADS];
            add_row(&mut sum, row, weight);
        }
        for (q, quad) in sum.iter().enumerate() {
            for (i, sum) in quad.0.iter().enumerate() {
                by_sector[q * WIDTH + i][lane] = *sum;
            }
        }
    }
    by_sector
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
            let mut sum = ZERO;
            for (peer, weight) in peers.of(city) {
                let own = in_force[peer] >> (octet * LANES);
                for (m, sum) in sum.iter_mut().enumerate() {
                    *sum += if own >> m & 1 == 1 { weight } else { 0.0 };
                }
            }
            for (column, sum) in columns.iter_mut().zip(sum.iter()) {
                column[lane] = *sum;
            }
        }
    }
}
