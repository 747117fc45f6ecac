//! Sets of at most 64 rows, one bit each.

/// Rows of the bits that are set, from low to high.
#[inline(always)]
pub fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let row = word.trailing_zeros() as usize;
        let more = word != 0;
        word &= word.wrapping_sub(1);
        more.then_some(row)
    })
}

/// A word whose lowest `count` bits are set.
pub fn all_bits(count: usize) -> u64 {
    if count >= 64 {
        u64::MAX
    } else {
        (1 << count) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_from_low_to_high() {
        assert_eq!(bits(0b10110).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(bits(0).count(), 0);
        assert_eq!(bits(1 << 63).collect::<Vec<_>>(), [63]);
        assert_eq!(all_bits(0), 0);
        assert_eq!(all_bits(3), 7);
        assert_eq!(all_bits(64), u64::MAX);
    }
}
