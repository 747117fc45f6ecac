//! O4 to O6: how alike cities spend, from the shares they published.

use super::equations::outcomes;
use super::peers::Peers;
use super::run::Run;
use crate::lanes::{LANES, Lanes, ZERO, each, lane_sum, plus, vectorised};
use crate::rows::Rows;

impl Run<'_> {
    /// O4, O5 and O6.
    pub(super) fn similarity(&mut self) -> (Option<f64>, Option<f64>, f64) {
        let mut per_norm = std::mem::take(&mut self.scratch);
        let compared = Compared {
            rows: &self.published.rows,
            peers: &self.setup.peers,
            sectors: self.sectors(),
            cities: self.cities(),
        };
        // The width of a row is a constant in each branch, so that its sums stay in registers.
        let (all, cosine, specialisation) = vectorised(
            #[inline(always)]
            || match compared.rows.lines() {
                1 => compared.measure::<1>(&mut per_norm),
                2 => compared.measure::<2>(&mut per_norm),
                3 => compared.measure::<3>(&mut per_norm),
                4 => compared.measure::<4>(&mut per_norm),
                _ => compared.measure::<5>(&mut per_norm),
            },
        );
        self.scratch = per_norm;
        let weights = self.setup.peers.total_weight();
        let by_peers = (weights > 0.0).then(|| cosine / weights);
        (all, by_peers, specialisation)
    }
}

/// What is compared.
#[derive(Clone, Copy)]
struct Compared<'a> {
    rows: &'a Rows,
    peers: &'a Peers,
    sectors: usize,
    cities: usize,
}

impl Compared<'_> {
    /// O4, the weighted sum of cosines between peers, and O6. Sums stand column by column; those beyond the last
    /// sector are left out at the end.
    #[inline(always)]
    fn measure<const LINES: usize>(self, per_norm: &mut Vec<f64>) -> (Option<f64>, f64, f64) {
        let row = |city: usize| -> [Lanes; LINES] {
            std::array::from_fn(|line| self.rows.data()[city * LINES + line])
        };
        let kept: [Lanes; LINES] = std::array::from_fn(|line| {
            each(|column| {
                let is_sector = line * LANES + column < self.sectors;
                if is_sector { 1.0 } else { 0.0 }
            })
        });
        per_norm.clear();
        let (mut units, mut mean) = ([ZERO; LINES], [ZERO; LINES]);
        let mut unit_vectors = 0.0;
        for city in 0..self.cities {
            let own = row(city);
            let squared = sum_over_columns(
                |line, column| kept[line][column] * own[line][column] * own[line][column],
                LINES,
            );
            let inverse = if squared > 0.0 {
                1.0 / squared.sqrt()
            } else {
                0.0
            };
            unit_vectors += squared * inverse * inverse;
            per_norm.push(inverse);
            for line in 0..LINES {
                let (unit, all) = (units[line], mean[line]);
                units[line] = each(|column| unit[column] + own[line][column] * inverse);
                mean[line] = plus(all, own[line]);
            }
        }
        let cities = self.cities as f64;
        let mean = mean.map(|line| each(|column| line[column] / cities));
        let (mut cosines, mut distances) = ([ZERO; LINES], [ZERO; LINES]);
        for city in 0..self.cities {
            let own = row(city);
            let mut others = [ZERO; LINES];
            for (peer, weight) in self.peers.of(city) {
                let (of_peer, weight) = (row(peer), weight * per_norm[peer]);
                for line in 0..LINES {
                    let before = others[line];
                    others[line] = each(|column| before[column] + weight * of_peer[line][column]);
                }
            }
            for line in 0..LINES {
                let (cosine, distance) = (cosines[line], distances[line]);
                cosines[line] = each(|column| {
                    cosine[column] + per_norm[city] * own[line][column] * others[line][column]
                });
                distances[line] = each(|column| {
                    distance[column] + (own[line][column] - mean[line][column]).abs()
                });
            }
        }
        let of_sectors = |sums: [Lanes; LINES]| {
            sum_over_columns(
                |line, column| kept[line][column] * sums[line][column],
                LINES,
            )
        };
        let squared_norm = of_sectors(units.map(|line| each(|column| line[column] * line[column])));
        (
            outcomes::all_pairs_similarity(squared_norm, unit_vectors, self.cities),
            of_sectors(cosines),
            of_sectors(distances) / cities,
        )
    }
}

/// Sum over the columns of a row, the same column of all lines first.
#[inline(always)]
fn sum_over_columns(value: impl Fn(usize, usize) -> f64, lines: usize) -> f64 {
    let mut sums = ZERO;
    for line in 0..lines {
        let before = sums;
        sums = each(|column| before[column] + value(line, column));
    }
    lane_sum(&sums)
}
