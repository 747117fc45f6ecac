//! Rows become columns, eight numbers of eight rows at a time.
//!
//! Written with the instructions that exchange numbers between two vectors: from loops the compiler makes eight loads from
//! scattered addresses, number by number, which took three times as long. Nothing is computed: results are the same
//! in each way.

use crate::kernel::lanes::{LANES, Lanes, each, wide};

/// Eight rows, then eight columns.
type Eight = [Lanes; LANES];

/// Rows become columns, eight at a time: entry `l` of the new `c` is entry `c` of the old `l`. What is left over when
/// there are no more eight stays.
///
/// A function of its own on purpose: inlined, where the compiler sees where rows come from and columns go to, it moves
/// number by number.
#[inline(never)]
pub fn transpose(blocks: &mut [Lanes]) {
    let eights = blocks.as_chunks_mut::<LANES>().0;
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(wide) = pulp::x86::V4::try_new() {
            return wide.vectorize(
                #[inline(always)]
                || {
                    for eight in eights {
                        x86::by_eight(wide, eight);
                    }
                },
            );
        }
        if let Some(half) = pulp::x86::V3::try_new() {
            return half.vectorize(
                #[inline(always)]
                || {
                    for eight in eights {
                        x86::by_four(half, eight);
                    }
                },
            );
        }
    }
    wide!({
        for eight in eights {
            *eight = by_two(eight);
        }
    });
}

/// With whatever vectors there are.
#[inline(always)]
fn by_two(rows: &Eight) -> Eight {
    exchanged::<4>(&exchanged::<2>(&exchanged::<1>(rows)))
}

/// Exchanges halves of so many entries between rows that far apart.
#[inline(always)]
fn exchanged<const APART: usize>(rows: &Eight) -> Eight {
    let mut result = *rows;
    let mut row = 0;
    while row < LANES {
        if row & APART == 0 {
            let (a, b) = (rows[row], rows[row | APART]);
            result[row] = each(|l| if l & APART == 0 { a[l] } else { b[l ^ APART] });
            result[row | APART] = each(|l| if l & APART == 0 { a[l ^ APART] } else { b[l] });
        }
        row += 1;
    }
    result
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Eight;
    use crate::kernel::lanes::Lanes;
    use pulp::x86::{V3, V4};
    use std::arch::x86_64::{__m256d, __m512d};

    /// Places 0 and 2, or 1 and 3, of four pairs of numbers.
    const EVEN: i32 = 0x88;
    const ODD: i32 = 0xdd;

    /// With vectors of eight numbers: numbers change places within pairs, then pairs within rows.
    #[inline(always)]
    pub fn by_eight(wide: V4, rows: &mut Eight) {
        let row = |row: usize| pulp::cast::<_, __m512d>(rows[row].0);
        let avx = wide.avx512f;
        let low = |at: usize| avx._mm512_unpacklo_pd(row(at), row(at + 1));
        let high = |at: usize| avx._mm512_unpackhi_pd(row(at), row(at + 1));
        let even = columns(wide, [low(0), low(2), low(4), low(6)]);
        let odd = columns(wide, [high(0), high(2), high(4), high(6)]);
        for (pair, (even, odd)) in even.into_iter().zip(odd).enumerate() {
            rows[2 * pair] = Lanes(pulp::cast(even));
            rows[2 * pair + 1] = Lanes(pulp::cast(odd));
        }
    }

    /// Every other column, from the pairs of numbers that four pairs of rows have in them.
    #[inline(always)]
    fn columns(wide: V4, pairs: [__m512d; 4]) -> [__m512d; 4] {
        let avx = wide.avx512f;
        let [a, b, c, d] = pairs;
        let outer = [
            avx._mm512_shuffle_f64x2::<EVEN>(a, b),
            avx._mm512_shuffle_f64x2::<EVEN>(c, d),
        ];
        let inner = [
            avx._mm512_shuffle_f64x2::<ODD>(a, b),
            avx._mm512_shuffle_f64x2::<ODD>(c, d),
        ];
        [
            avx._mm512_shuffle_f64x2::<EVEN>(outer[0], outer[1]),
            avx._mm512_shuffle_f64x2::<EVEN>(inner[0], inner[1]),
            avx._mm512_shuffle_f64x2::<ODD>(outer[0], outer[1]),
            avx._mm512_shuffle_f64x2::<ODD>(inner[0], inner[1]),
        ]
    }

    /// With vectors of four numbers: four squares of four by four, of which two change places.
    #[inline(always)]
    pub fn by_four(half: V3, rows: &mut Eight) {
        for (from, to) in [(0, 0), (4, 4)] {
            let turned = square_of_four(half, square(rows, from, to));
            put(rows, to, from, turned);
        }
        let [right, left] =
            [(0, 4), (4, 0)].map(|(from, to)| square_of_four(half, square(rows, from, to)));
        put(rows, 4, 0, right);
        put(rows, 0, 4, left);
    }

    /// Four numbers from `column` on of the four rows from `row` on.
    #[inline(always)]
    fn square(rows: &Eight, row: usize, column: usize) -> [__m256d; 4] {
        std::array::from_fn(|at| {
            let halves: [[f64; 4]; 2] = pulp::cast(rows[row + at].0);
            pulp::cast(halves[column / 4])
        })
    }

    #[inline(always)]
    fn put(rows: &mut Eight, row: usize, column: usize, square: [__m256d; 4]) {
        for (at, own) in square.into_iter().enumerate() {
            let own: [f64; 4] = pulp::cast(own);
            rows[row + at][column..column + 4].copy_from_slice(&own);
        }
    }

    #[inline(always)]
    fn square_of_four(half: V3, rows: [__m256d; 4]) -> [__m256d; 4] {
        let avx = half.avx;
        let [a, b, c, d] = rows;
        let (ab, cd) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpacklo_pd(c, d));
        let (ab_high, cd_high) = (avx._mm256_unpackhi_pd(a, b), avx._mm256_unpackhi_pd(c, d));
        [
            avx._mm256_permute2f128_pd::<0x20>(ab, cd),
            avx._mm256_permute2f128_pd::<0x20>(ab_high, cd_high),
            avx._mm256_permute2f128_pd::<0x31>(ab, cd),
            avx._mm256_permute2f128_pd::<0x31>(ab_high, cd_high),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Eight {
        std::array::from_fn(|row| each(|l| (10 * row + l) as f64))
    }

    fn is_turned(columns: &[Lanes]) -> bool {
        let number = |column: usize, row: usize| (10 * row + column) as f64;
        let mut columns = columns.iter().enumerate();
        columns.all(|(column, lanes)| *lanes == each(|l| number(column % LANES, l)))
    }

    #[test]
    fn rows_become_columns_eight_at_a_time() {
        let rest = each(|l| l as f64);
        let mut columns = [&rows()[..], &rows(), &[rest]].concat();
        transpose(&mut columns);
        assert!(is_turned(&columns[..2 * LANES]));
        assert_eq!(columns[2 * LANES], rest);
    }

    #[test]
    fn each_way_gives_the_same() {
        assert!(is_turned(&by_two(&rows())));
        #[cfg(target_arch = "x86_64")]
        {
            let mut turned = rows();
            if let Some(half) = pulp::x86::V3::try_new() {
                half.vectorize(|| x86::by_four(half, &mut turned));
                assert!(is_turned(&turned));
                half.vectorize(|| x86::by_four(half, &mut turned));
                assert!(turned == rows());
            }
            if let Some(wide) = pulp::x86::V4::try_new() {
                wide.vectorize(|| x86::by_eight(wide, &mut turned));
                assert!(is_turned(&turned));
            }
        }
    }
}
