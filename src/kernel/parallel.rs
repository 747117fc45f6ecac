//! Work over chunks of cities, and sums in fixed order.
//!
//! A chunk holds the same cities whatever the number of threads, each chunk sums its own cities in order, and
//! the sums of chunks are added in order of chunk: results do not depend on how the work is shared out.

use crate::kernel::lanes::LANES;
use rayon::prelude::*;

/// Blocks in a chunk.
pub const CHUNK_BLOCKS: usize = 64;
/// Cities in a chunk.
pub const CHUNK_CITIES: usize = LANES * CHUNK_BLOCKS;
/// From this many cities on, a run uses threads of its own; below, runs are done side by side instead.
pub const PARALLEL_CITIES: usize = 8 * CHUNK_CITIES;

/// Calls `work` with index and item of each part, in parallel or in order.
pub fn for_each<P: IntoParts>(
    parallel: bool,
    parts: P,
    work: impl Fn(usize, P::Item) + Sync + Send,
) {
    let work = |(index, item)| work(index, item);
    if parallel {
        parts.side_by_side().enumerate().for_each(work);
    } else {
        parts.in_turn().enumerate().for_each(work);
    }
}

/// Parts that can be visited in parallel or in order; several of them side by side, as a tuple, up to the end of the
/// shortest.
pub trait IntoParts {
    /// What a visit gets.
    type Item: Send;
    /// For many threads.
    fn side_by_side(self) -> impl IndexedParallelIterator<Item = Self::Item>;
    /// For this thread.
    fn in_turn(self) -> impl Iterator<Item = Self::Item>;
}

impl<'a, T: Send> IntoParts for &'a mut [T] {
    type Item = &'a mut T;

    fn side_by_side(self) -> impl IndexedParallelIterator<Item = &'a mut T> {
        self.par_iter_mut()
    }

    #[inline(always)]
    fn in_turn(self) -> impl Iterator<Item = &'a mut T> {
        self.iter_mut()
    }
}

/// A slice cut into pieces of a fixed length, the last one shorter.
pub struct Pieces<'a, T> {
    /// The whole.
    pub whole: &'a mut [T],
    /// Length of a piece; at least 1.
    pub length: usize,
}

impl<'a, T> Pieces<'a, T> {
    /// Pieces of a column.
    pub fn new(whole: &'a mut [T], length: usize) -> Self {
        Pieces { whole, length }
    }
}

impl<'a, T: Send> IntoParts for Pieces<'a, T> {
    type Item = &'a mut [T];

    fn side_by_side(self) -> impl IndexedParallelIterator<Item = &'a mut [T]> {
        self.whole.par_chunks_mut(self.length)
    }

    #[inline(always)]
    fn in_turn(self) -> impl Iterator<Item = &'a mut [T]> {
        self.whole.chunks_mut(self.length)
    }
}

impl<A: IntoParts, B: IntoParts> IntoParts for (A, B) {
    type Item = (A::Item, B::Item);

    fn side_by_side(self) -> impl IndexedParallelIterator<Item = Self::Item> {
        self.0.side_by_side().zip(self.1.side_by_side())
    }

    #[inline(always)]
    fn in_turn(self) -> impl Iterator<Item = Self::Item> {
        self.0.in_turn().zip(self.1.in_turn())
    }
}

/// Hands what `work` makes of each of so many parts to `add`, in order of part whatever the number of threads, so that
/// sums are the same. Takes memory where it is parallel.
pub fn in_order<T: Send>(
    parallel: bool,
    parts: usize,
    work: impl Fn(usize) -> T + Sync + Send,
    add: impl FnMut(T),
) {
    if parallel {
        let all: Vec<T> = (0..parts).into_par_iter().map(work).collect();
        all.into_iter().for_each(add);
    } else {
        (0..parts).map(work).for_each(add);
    }
}

/// As [`in_order`], where the parts are pieces that `work` changes.
pub fn pieces_in_order<A: Send, T: Send>(
    parallel: bool,
    pieces: Pieces<A>,
    work: impl Fn(usize, &mut [A]) -> T + Sync + Send,
    add: impl FnMut(T),
) {
    let Pieces { whole, length } = pieces;
    let work = |(index, piece)| work(index, piece);
    if parallel {
        let parts = whole.par_chunks_mut(length).enumerate();
        let all: Vec<T> = parts.map(work).collect();
        all.into_iter().for_each(add);
    } else {
        whole.chunks_mut(length).enumerate().map(work).for_each(add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_added_in_their_order_either_way() {
        for parallel in [false, true] {
            let mut added = Vec::new();
            in_order(parallel, 100, |part| part * part, |own| added.push(own));
            assert!(
                added
                    .iter()
                    .enumerate()
                    .all(|(part, own)| *own == part * part)
            );
            assert_eq!(added.len(), 100);
            let (mut whole, mut lengths) = (vec![0; 7], Vec::new());
            let pieces = Pieces::new(&mut whole, 3);
            let work = |index, piece: &mut [usize]| {
                piece.fill(index);
                (index, piece.len())
            };
            pieces_in_order(parallel, pieces, work, |own| lengths.push(own));
            assert_eq!(lengths, [(0, 3), (1, 3), (2, 1)]);
            assert_eq!(whole, [0, 0, 0, 1, 1, 1, 2]);
        }
    }

    #[test]
    fn parts_are_visited_with_their_index_either_way() {
        for parallel in [false, true] {
            let mut items = vec![0usize; 1000];
            for_each(parallel, &mut items[..], |index, item| {
                *item = index * index
            });
            assert!(
                items
                    .iter()
                    .enumerate()
                    .all(|(index, item)| *item == index * index)
            );
        }
    }

    #[test]
    fn pieces_follow_their_item() {
        for parallel in [false, true] {
            let mut items = [0usize, 1, 2];
            let (mut b, mut c, mut d) = (vec![0; 5], vec![0; 3], vec![0; 9]);
            for_each(
                parallel,
                (
                    (&mut items[..], &mut c[..]),
                    (Pieces::new(&mut b, 2), Pieces::new(&mut d, 3)),
                ),
                |index, ((_, c), (b, d))| {
                    b.fill(index);
                    *c = index;
                    d.fill(index);
                },
            );
            assert_eq!(b, [0, 0, 1, 1, 2]);
            assert_eq!(c, [0, 1, 2]);
            assert_eq!(d, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
        }
    }
}
