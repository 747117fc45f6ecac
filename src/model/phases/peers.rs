//! E9: what cities see of their peers.

use crate::lanes::{LANES, Lanes, ZERO, each, transpose};
use crate::model::data::MAX_SECTORS;
use crate::model::peers::Peers;
use crate::model::published::Published;
use crate::rows::Rows;
use std::ops::Range;

/// Columns of a row of what a city publishes, and padding to whole lines.
pub(super) const COLUMNS: usize = MAX_SECTORS + LANES;

/// One entry for each column of the rows.
pub(super) type Columns = [Lanes; COLUMNS];

/// Weighted sums of peers' rows for the cities of a block: effective peers `n_is` by sector, then researchers. There is
/// one of `columns` for each number of a row, padding included.
#[inline(always)]
pub(super) fn rows(peers: &Peers, cities: Range<usize>, published: &Rows, columns: &mut [Lanes]) {
    // The width of a row is a constant in each branch, so that its sums stay in registers.
    match published.lines() {
        1 => sums::<1>(peers, cities, published, columns),
        2 => sums::<2>(peers, cities, published, columns),
        3 => sums::<3>(peers, cities, published, columns),
        4 => sums::<4>(peers, cities, published, columns),
        _ => sums::<5>(peers, cities, published, columns),
    }
}

/// Asks for the rows of a city's peers ahead of their use.
#[inline(always)]
pub(in crate::model) fn ask_for(peers: &Peers, city: usize, published: &Rows) {
    for peer in peers.rows_of(city) {
        published.ask_for(*peer as usize, 1);
    }
}

/// The same for what is behind a column alone.
#[inline(always)]
pub(super) fn ask_for_end(peers: &Peers, city: usize, published: &Rows, column: usize) {
    for peer in peers.rows_of(city) {
        published.ask_for_end(*peer as usize, column);
    }
}

#[inline(always)]
fn sums<const LINES: usize>(
    peers: &Peers,
    cities: Range<usize>,
    published: &Rows,
    columns: &mut [Lanes],
) {
    let columns = &mut columns[..LINES * LANES];
    let empty = cities.len()..LANES;
    for (lane, city) in cities.enumerate() {
        let mut all = [ZERO; LINES];
        for (peer, weight) in peers.of(city) {
            let row = &published.data()[peer * LINES..(peer + 1) * LINES];
            for (sum, own) in all.iter_mut().zip(row) {
                let (before, own) = (*sum, *own);
                *sum = each(|column| before[column] + weight * own[column]);
            }
        }
        put(columns, lane, &all);
    }
    empty.for_each(|lane| put(columns, lane, &[ZERO; LINES]));
    transpose(columns);
}

/// Effective peers `n_im` of the cities of a block, by instrument; of those not in force in a city as well, where
/// nobody asks for them; whole eights of columns. The rows have just been read by [`rows`].
#[inline(always)]
pub(super) fn instruments(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    by_instrument: &mut [Lanes],
) {
    match by_instrument.len().div_ceil(LANES) {
        1 => adopters::<1>(peers, cities, published, by_instrument),
        2 => adopters::<2>(peers, cities, published, by_instrument),
        3 => adopters::<3>(peers, cities, published, by_instrument),
        4 => adopters::<4>(peers, cities, published, by_instrument),
        _ => adopters::<8>(peers, cities, published, by_instrument),
    }
}

#[inline(always)]
fn adopters<const OCTETS: usize>(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    by_instrument: &mut [Lanes],
) {
    let empty = cities.len()..LANES;
    for (lane, city) in cities.enumerate() {
        let mut all = [ZERO; OCTETS];
        for (peer, weight) in peers.of(city) {
            let in_force = published.instruments_in_row::<OCTETS>(peer);
            for (octet, sum) in all.iter_mut().enumerate() {
                let (before, own) = (*sum, in_force >> (octet * LANES));
                *sum = each(|m| before[m] + if own >> m & 1 == 1 { weight } else { 0.0 });
            }
        }
        put(by_instrument, lane, &all);
    }
    empty.for_each(|lane| put(by_instrument, lane, &[ZERO; OCTETS]));
    transpose(by_instrument);
}

/// Puts the lines of a city's row where they become columns with those of the other cities.
#[inline(always)]
fn put<const LINES: usize>(columns: &mut [Lanes], lane: usize, row: &[Lanes; LINES]) {
    for (eight, line) in columns.chunks_exact_mut(LANES).zip(row) {
        eight[lane] = *line;
    }
}
