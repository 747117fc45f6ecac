//! Eight cities at a time: the numbers one vector operation treats at once.

pub mod transposition;

use std::ops::{Deref, DerefMut};

/// Cities that one vector operation treats at once. A block of this many is the unit of storage.
pub const LANES: usize = 8;

/// One number for each city of a block: one line of the processor's cache, so that no load touches two.
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub struct Lanes(pub [f64; LANES]);

/// A block of zeros.
pub const ZERO: Lanes = Lanes([0.0; LANES]);

impl Deref for Lanes {
    type Target = [f64; LANES];

    #[inline(always)]
    fn deref(&self) -> &[f64; LANES] {
        &self.0
    }
}

impl DerefMut for Lanes {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f64; LANES] {
        &mut self.0
    }
}

/// Does `work` with the widest vectors this machine has. What it calls must be inlined into it, and so must the
/// closure itself: it has to be written `#[inline(always)] || …`, or it is compiled for the narrowest vectors.
///
/// The choice changes speed alone: additions, multiplications and divisions are the same in any width, and
/// nothing is fused or reordered.
#[inline(always)]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    #[expect(
        clippy::redundant_closure,
        reason = "only a closure of its own can be told to be inlined"
    )]
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || work(),
    )
}

/// [`vectorised`] for the value of an expression, which is inlined.
macro_rules! wide {
    ($work:expr) => {
        $crate::kernel::lanes::vectorised(
            #[inline(always)]
            || $work,
        )
    };
}
pub(crate) use wide;

/// One number for each lane. Operands should be local copies: then nothing can alias and this is vector code.
#[inline(always)]
pub fn each(value: impl Fn(usize) -> f64) -> Lanes {
    let mut lanes = ZERO;
    for (l, lane) in lanes.iter_mut().enumerate() {
        *lane = value(l);
    }
    lanes
}

/// Keeps a loop over columns, in which this stands, from being turned round: the compiler would rather take one lane of
/// eight columns at a time, which are eight places of memory, and costs a third. No instruction comes of it.
#[inline(always)]
pub fn column_by_column() {
    std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

/// Lane by lane, `a + b`.
#[inline(always)]
pub fn plus(a: Lanes, b: Lanes) -> Lanes {
    each(|l| a[l] + b[l])
}

/// Eight numbers of a column from `first` on; 0 beyond its end.
#[inline(always)]
pub fn part(column: &[f64], first: usize) -> Lanes {
    each(|l| column.get(first + l).copied().unwrap_or(0.0))
}

/// An eight of a column that has whole ones.
#[inline(always)]
pub fn eight(column: &[f64], number: usize) -> Lanes {
    let eight = &column[number * LANES..(number + 1) * LANES];
    each(|l| eight[l])
}

/// Sets an eight of a column that has whole ones.
#[inline(always)]
pub fn set_eight(column: &mut [f64], number: usize, lanes: Lanes) {
    column[number * LANES..(number + 1) * LANES].copy_from_slice(&*lanes);
}

/// Adds the lanes of a block in order.
#[inline(always)]
pub fn lane_sum(lanes: &Lanes) -> f64 {
    lanes.iter().sum()
}
