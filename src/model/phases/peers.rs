//! E9: what cities see of their peers.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, transposition::transpose, wide};
use crate::model::peers::Peers;
use crate::model::published::{Published, instruments_in_row};
use std::ops::Range;

/// Weighted sums of peers' rows for the cities of a block: effective peers `n_is` by sector, then researchers. There is
/// one of `columns` for each number of a row, padding included.
pub(crate) fn rows(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    columns: &mut [Lanes],
) {
    rows_and_instruments(peers, cities, published, columns, &mut []);
}

/// [`rows`], and effective peers `n_im` by instrument; of those not in force in a city as well, where nobody asks for
/// them; whole eights of columns.
pub(crate) fn rows_and_instruments(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    columns: &mut [Lanes],
    by_instrument: &mut [Lanes],
) {
    // Widths are constants in each branch, so that sums stay in registers.
    let visit = match (published.rows.lines(), by_instrument.len() / LANES) {
        (1, 0) => sums::<1, 0>,
        (2, 0) => sums::<2, 0>,
        (2, 1) => sums::<2, 1>,
        (2, 2) => sums::<2, 2>,
        (3, 0) => sums::<3, 0>,
        (3, 2) => sums::<3, 2>,
        (4, 0) => sums::<4, 0>,
        (_, 0) => sums::<5, 0>,
        _ => {
            rows(peers, cities.clone(), published, columns);
            return instruments(peers, cities, published, by_instrument);
        }
    };
    visit(peers, cities, published, columns, by_instrument);
}

/// Effective peers by instrument alone.
pub(crate) fn instruments(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    by_instrument: &mut [Lanes],
) {
    let visit = match by_instrument.len() / LANES {
        1 => adopters::<1>,
        2 => adopters::<2>,
        3 => adopters::<3>,
        4 => adopters::<4>,
        _ => adopters::<8>,
    };
    visit(peers, cities, published, by_instrument);
}

/// So many lines of sums of rows, and so many eights of instruments, in one visit of each peer.
///
/// A function of its own, as is the next one: within the long one that calls it, what the loop needs would not stay in
/// registers.
#[inline(never)]
fn sums<const LINES: usize, const OCTETS: usize>(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    columns: &mut [Lanes],
    by_instrument: &mut [Lanes],
) {
    let all_rows = published.rows.data().as_chunks::<LINES>().0;
    let first = published.first_of_instruments();
    wide!({
        for lane in 0..LANES {
            let (mut all, mut adopters) = ([ZERO; LINES], [ZERO; OCTETS]);
            for (peer, weight) in peers_in(peers, &cities, lane) {
                let row = &all_rows[peer];
                for (sum, own) in all.iter_mut().zip(row) {
                    let (before, own) = (*sum, *own);
                    *sum = each(|column| before[column] + weight * own[column]);
                }
                if OCTETS > 0 {
                    add_adopter(&mut adopters, row, first, weight);
                }
            }
            put(columns, lane, &all);
            put(by_instrument, lane, &adopters);
        }
    });
    transpose(&mut columns[..LINES * LANES]);
    transpose(by_instrument);
}

#[inline(never)]
fn adopters<const OCTETS: usize>(
    peers: &Peers,
    cities: Range<usize>,
    published: &Published,
    by_instrument: &mut [Lanes],
) {
    let (all_rows, lines) = (published.rows.data(), published.rows.lines());
    let first = published.first_of_instruments();
    wide!({
        for lane in 0..LANES {
            let mut all = [ZERO; OCTETS];
            for (peer, weight) in peers_in(peers, &cities, lane) {
                let row = &all_rows[peer * lines..(peer + 1) * lines];
                add_adopter(&mut all, row, first, weight);
            }
            put(by_instrument, lane, &all);
        }
    });
    transpose(by_instrument);
}

/// Peers of the city in a lane; none where there is no city.
#[inline(always)]
fn peers_in<'a>(
    peers: &'a Peers,
    cities: &Range<usize>,
    lane: usize,
) -> impl Iterator<Item = (usize, f64)> + use<'a> {
    let city = cities.start + lane;
    let range = if city < cities.end {
        peers.range(city)
    } else {
        0..0
    };
    peers.within(range)
}

/// Adds the weight of a peer to the instruments it has, which stand in its row from column `first` on.
#[inline(always)]
fn add_adopter<const OCTETS: usize>(
    adopters: &mut [Lanes; OCTETS],
    row: &[Lanes],
    first: usize,
    weight: f64,
) {
    let in_force = instruments_in_row::<OCTETS>(row, first);
    for (octet, sum) in adopters.iter_mut().enumerate() {
        let (before, own) = (*sum, in_force >> (octet * LANES));
        *sum = each(|m| before[m] + if own >> m & 1 == 1 { weight } else { 0.0 });
    }
}

/// Puts the lines of a city's row where they become columns with those of the other cities.
#[inline(always)]
fn put<const LINES: usize>(columns: &mut [Lanes], lane: usize, row: &[Lanes; LINES]) {
    for (eight, line) in columns.chunks_exact_mut(LANES).zip(row) {
        eight[lane] = *line;
    }
}

#[cfg(test)]
mod tests {
    use super::instruments as instruments_alone;
    use super::*;
    use crate::input::experiment::{factor::Variant, worlds::Worlds};
    use crate::model::data::{MAX_INSTRUMENTS, MAX_SECTORS};
    use crate::model::published::COLUMNS;
    use std::path::Path;

    /// Public information with other numbers in each row, and instruments with one bit of three set.
    fn board(cities: usize, sectors: usize, instruments: usize) -> (Published, Vec<u64>) {
        let mut board = Published::new(cities.next_multiple_of(LANES), sectors, instruments);
        let mut in_force = Vec::new();
        for city in 0..cities {
            let own = (0..instruments).filter(|m| (city + 5 * m) % 3 == 0);
            in_force.push(own.fold(0u64, |all, m| all | 1 << m));
            for column in 0..sectors + 2 {
                let number = (1 + city * 7 + column) as f64;
                board.rows.set(city, column, number);
            }
            let columns = Published::instrument_columns(&[in_force[city]; LANES]);
            for (number, column) in columns.iter().take(instruments.div_ceil(32)).enumerate() {
                board.rows.set(city, sectors + 2 + number, column[0]);
            }
        }
        (board, in_force)
    }

    #[test]
    fn rows_and_instruments_of_any_width_are_summed_as_their_definition_says() {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let worlds = Worlds::new(&base, &[]);
        let setup = worlds.setup(&Variant::default()).expect("a world");
        let (graph, cities) = (&setup.peers, setup.world().cities.len());
        for sectors in [1, 3, 6, 12, 14, 20, 27, MAX_SECTORS] {
            for instruments in [1, 8, 9, 14, 17, 25, 33, 41, MAX_INSTRUMENTS] {
                let (published, in_force) = board(cities, sectors, instruments);
                let mut columns = [ZERO; COLUMNS];
                let mut by_instrument = vec![ZERO; instruments.next_multiple_of(LANES)];
                // The last block is not full.
                let (first, last) = ((cities - 1) / LANES * LANES, cities);
                let block = first..last;
                rows_and_instruments(
                    graph,
                    block.clone(),
                    &published,
                    &mut columns,
                    &mut by_instrument,
                );
                let mut alone = (columns, by_instrument.clone());
                rows(graph, block.clone(), &published, &mut alone.0);
                instruments_alone(graph, block.clone(), &published, &mut alone.1);
                assert_eq!(alone, (columns, by_instrument.clone()));
                for (lane, city) in block.enumerate() {
                    let sum = |of: &dyn Fn(usize) -> f64| {
                        graph
                            .of(city)
                            .fold(0.0, |sum, (peer, weight)| sum + weight * of(peer))
                    };
                    for (column, own) in columns.iter().take(sectors + 1).enumerate() {
                        assert_eq!(own[lane], sum(&|peer| published.rows.get(peer, column)));
                    }
                    for (m, own) in by_instrument.iter().take(instruments).enumerate() {
                        assert_eq!(own[lane], sum(&|peer| (in_force[peer] >> m & 1) as f64));
                    }
                }
                let empty = last - first..LANES;
                assert!(empty.into_iter().all(|lane| columns[0][lane] == 0.0));
            }
        }
    }
}
