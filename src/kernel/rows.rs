//! Rows of numbers, one for each city, that others gather from anywhere in memory.

use crate::kernel::lanes::{LANES, Lanes, transposition::transpose};
use crate::kernel::pages::Pages;
use std::ops::Range;

/// One row for each city, padded with finite numbers to whole lines of the processor's cache, so that no row touches a line
/// in vain.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    lines: usize,
    data: Pages<Lanes>,
}

impl Rows {
    /// Rows of zeros.
    pub fn new(rows: usize, width: usize) -> Self {
        let lines = width.div_ceil(LANES);
        Rows {
            lines,
            data: Pages::new(rows * lines),
        }
    }

    /// Lines in a row.
    #[inline(always)]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// All rows, one after the other.
    #[inline(always)]
    pub fn data(&self) -> &[Lanes] {
        &self.data
    }

    /// The same, to be written.
    pub fn data_mut(&mut self) -> &mut [Lanes] {
        &mut self.data
    }

    /// Asks for rows that will be wanted, one after the other.
    #[inline(always)]
    pub fn prefetch(&self, row: usize, rows: usize) {
        prefetch(&self.data[row * self.lines], rows * self.lines);
    }

    /// Asks for the lines of rows from that of a column on.
    #[inline(always)]
    pub fn prefetch_ends(&self, rows: &[u32], column: usize) {
        let (data, lines, from) = (&self.data[..], self.lines, column / LANES);
        // Most rows have two lines.
        match lines - from {
            1 => {
                for row in rows {
                    prefetch_entry(data, *row as usize * lines + from);
                }
            }
            2 => {
                for row in rows {
                    prefetch_entry(data, *row as usize * lines + from);
                    prefetch_entry(data, *row as usize * lines + from + 1);
                }
            }
            _ => {
                for row in rows {
                    for line in from..lines {
                        prefetch_entry(data, *row as usize * lines + line);
                    }
                }
            }
        }
    }

    /// Columns of the eight rows from `first` on.
    #[inline(always)]
    pub fn columns(&self, first: usize, columns: &mut [Lanes]) {
        let rows = &self.data[first * self.lines..(first + LANES) * self.lines];
        let columns = &mut columns[..LANES * self.lines];
        for (line, rows_of_line) in columns.chunks_exact_mut(LANES).enumerate() {
            for lane in 0..LANES {
                rows_of_line[lane] = rows[lane * self.lines + line];
            }
        }
        transpose(columns);
    }

    /// A number of a row.
    #[inline(always)]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.data[row * self.lines + column / LANES][column % LANES]
    }

    /// Sets a number of a row.
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.data[row * self.lines + column / LANES][column % LANES] = value;
    }
}

/// Asks for lines of memory, from this one on, ahead of their use, so that the processor need not wait for them then.
/// Changes speed alone.
#[inline(always)]
pub fn prefetch(first: &Lanes, lines: usize) {
    for line in 0..lines {
        prefetch_entry(std::slice::from_ref(first), line);
    }
}

/// Asks for the line of memory in which an entry of a list stands.
///
/// For the cache of the second level: its queue of open requests is longer than that of the first.
#[inline(always)]
pub fn prefetch_entry<T>(list: &[T], entry: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        let place = list.as_ptr().wrapping_add(entry);
        sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(place.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    prefetch_index::prefetch_index(list, entry);
}

/// Asks for the lines of memory in which entries of a list stand.
#[inline(always)]
pub fn prefetch_entries<T>(list: &[T], entries: Range<usize>) {
    for entry in entries.clone().step_by(size_of::<Lanes>() / size_of::<T>()) {
        prefetch_entry(list, entry);
    }
    prefetch_entry(list, entries.end.saturating_sub(1));
}

/// Rows of a block from its columns, which are of no use afterwards.
#[inline(always)]
pub fn write_rows(rows: &mut [Lanes], columns: &mut [Lanes], lines: usize) {
    let columns = &mut columns[..LANES * lines];
    transpose(columns);
    for (line, rows_of_line) in columns.chunks_exact(LANES).enumerate() {
        for lane in 0..LANES {
            rows[lane * lines + line] = rows_of_line[lane];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::each;

    #[test]
    fn columns_become_rows() {
        let mut rows = Rows::new(LANES, 9);
        let mut columns: [Lanes; 16] =
            std::array::from_fn(|column| each(|lane| (100 * lane + column) as f64));
        let lines = rows.lines();
        write_rows(rows.data_mut(), &mut columns, lines);
        assert_eq!((lines, rows.get(3, 8), rows.get(7, 0)), (2, 308.0, 700.0));
        assert_eq!(rows.get(5, 9), 509.0);
        rows.set(5, 9, 1.0);
        assert_eq!(rows.get(5, 9), 1.0);
    }
}
