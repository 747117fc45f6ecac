//! Long columns, in large pages of memory where the system gives them.
//!
//! A processor remembers where some thousand pages lie. Worlds that take more than it remembers of common pages (4 kB
//! each) wait for page tables rather than for numbers: asked to, Linux gives pages of 2 MB. Elsewhere, and for short
//! columns, memory comes as it always does. Changes speed alone.

use bytemuck::Pod;
use std::ops::{Deref, DerefMut};

/// Bytes from which on large pages are asked for: one such page.
#[cfg(target_os = "linux")]
const LARGE: usize = 2 << 20;

/// A column of a fixed length, of zeros at first.
#[derive(Debug)]
pub struct Pages<T> {
    memory: Memory<T>,
}

#[derive(Debug)]
enum Memory<T> {
    Heap(Vec<T>),
    #[cfg(target_os = "linux")]
    Mapped(memmap2::MmapMut),
}

impl<T: Pod> Pages<T> {
    /// A column of zeros.
    pub fn new(length: usize) -> Self {
        #[cfg(target_os = "linux")]
        if length * size_of::<T>() >= LARGE
            && let Ok(map) = memmap2::MmapMut::map_anon(length * size_of::<T>())
        {
            // Where there are none to be had, common pages do.
            let _ = map.advise(memmap2::Advice::HugePage);
            return Pages {
                memory: Memory::Mapped(map),
            };
        }
        Pages {
            memory: Memory::Heap(vec![T::zeroed(); length]),
        }
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Pages {
            memory: Memory::Heap(Vec::new()),
        }
    }
}

impl<T: Pod> Clone for Pages<T> {
    fn clone(&self) -> Self {
        match &self.memory {
            Memory::Heap(column) => Pages {
                memory: Memory::Heap(column.clone()),
            },
            #[cfg(target_os = "linux")]
            Memory::Mapped(..) => {
                let mut copy = Pages::new(self.len());
                copy.copy_from_slice(self);
                copy
            }
        }
    }
}

impl<T: Pod> Deref for Pages<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        match &self.memory {
            Memory::Heap(column) => column,
            #[cfg(target_os = "linux")]
            Memory::Mapped(map) => bytemuck::cast_slice(map),
        }
    }
}

impl<T: Pod> DerefMut for Pages<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.memory {
            Memory::Heap(column) => column,
            #[cfg(target_os = "linux")]
            Memory::Mapped(map) => bytemuck::cast_slice_mut(map),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_any_length_hold_zeros_and_then_what_is_written() {
        for length in [0, 1, 1000, 600_000] {
            let mut column: Pages<f64> = Pages::new(length);
            assert_eq!(column.len(), length);
            assert!(column.iter().all(|own| *own == 0.0));
            for (at, own) in column.iter_mut().enumerate() {
                *own = at as f64;
            }
            let copy = column.clone();
            column.fill(0.0);
            assert!(copy.iter().enumerate().all(|(at, own)| *own == at as f64));
        }
        assert!(Pages::<f64>::default().is_empty());
    }
}
