//! O4 to O6: how alike cities spend, from the shares they published.

use crate::kernel::lanes::{
    LANES, Lanes, ZERO, each, lane_sum, plus, transposition::transpose, wide,
};
use crate::kernel::math::select;
use crate::kernel::parallel::{CHUNK_CITIES, Pieces, in_order, pieces_in_order};
use crate::kernel::rows::{Rows, prefetch_entry};
use crate::model::equations::outcomes;
use crate::model::peers::Peers;
use crate::model::run::Run;

/// So many cities ahead, rows of peers are asked for.
const AHEAD: usize = 8;

impl Run<'_> {
    /// O4, O5 and O6.
    pub(crate) fn similarity(&mut self) -> (Option<f64>, Option<f64>, f64) {
        let mut per_norm = std::mem::take(&mut self.scratch.outcomes.per_norm);
        per_norm.resize(self.now.cities(), 0.0);
        let compared = Compared {
            rows: &self.state.published.rows,
            peers: &self.now.setup.peers,
            sectors: self.now.sectors(),
            cities: self.now.cities(),
            is_large: self.now.is_large,
        };
        // The width of a row is a constant in each branch, so that its sums stay in registers.
        let (all, cosine, specialisation) = match compared.rows.lines() {
            1 => compared.measure::<1>(&mut per_norm),
            2 => compared.measure::<2>(&mut per_norm),
            3 => compared.measure::<3>(&mut per_norm),
            4 => compared.measure::<4>(&mut per_norm),
            _ => compared.measure::<5>(&mut per_norm),
        };
        self.scratch.outcomes.per_norm = per_norm;
        let weights = self.now.setup.peers.total_weight();
        let by_peers = (weights > 0.0).then(|| cosine / weights);
        // Cosines of equal rows can be a hair above 1.
        let up_to_one = |mean: Option<f64>| mean.map(|mean| mean.min(1.0));
        (up_to_one(all), up_to_one(by_peers), specialisation)
    }
}

/// What is compared.
#[derive(Clone, Copy)]
struct Compared<'a> {
    rows: &'a Rows,
    peers: &'a Peers,
    sectors: usize,
    cities: usize,
    /// Whether rows of peers lie too far apart to be at hand when they are wanted.
    is_large: bool,
}

/// Sums over cities that need nothing but their own rows, column by column.
#[derive(Clone, Copy)]
struct Alone<const LINES: usize> {
    /// Of unit vectors.
    units: [Lanes; LINES],
    /// Of shares.
    shares: [Lanes; LINES],
    /// Of squared lengths of unit vectors: how many of them are not 0.
    unit_vectors: f64,
}

/// Sums over cities that are compared with others, column by column.
#[derive(Clone, Copy)]
struct Together<const LINES: usize> {
    /// Of products with the weighted unit vectors of peers.
    cosines: [Lanes; LINES],
    /// Of distances from the mean.
    distances: [Lanes; LINES],
}

impl Compared<'_> {
    /// O4, the weighted sum of cosines between peers, and O6. Sums of columns beyond the last sector are left out at
    /// the end.
    fn measure<const LINES: usize>(self, per_norm: &mut [f64]) -> (Option<f64>, f64, f64) {
        let pieces = Pieces::new(&mut *per_norm, CHUNK_CITIES);
        let mut alone = Alone {
            units: [ZERO; LINES],
            shares: [ZERO; LINES],
            unit_vectors: 0.0,
        };
        pieces_in_order(
            self.is_large,
            pieces,
            |chunk, per_norm| wide!(self.alone(chunk * CHUNK_CITIES, per_norm)),
            |own| {
                alone.units = sums(alone.units, own.units);
                alone.shares = sums(alone.shares, own.shares);
                alone.unit_vectors += own.unit_vectors;
            },
        );
        let cities = self.cities as f64;
        let mean = alone
            .shares
            .map(|line| each(|column| line[column] / cities));
        let per_norm = &*per_norm;
        let mut together = Together {
            cosines: [ZERO; LINES],
            distances: [ZERO; LINES],
        };
        in_order(
            self.is_large,
            self.cities.div_ceil(CHUNK_CITIES),
            |chunk| wide!(self.together(chunk, per_norm, &mean)),
            |own| {
                together.cosines = sums(together.cosines, own.cosines);
                together.distances = sums(together.distances, own.distances);
            },
        );
        let kept = self.kept::<LINES>();
        let of_sectors = |sums: [Lanes; LINES]| lane_sum(&sum_of_kept(&kept, |line| sums[line]));
        let squares = alone
            .units
            .map(|line| each(|column| line[column] * line[column]));
        (
            outcomes::all_pairs_similarity(of_sectors(squares), alone.unit_vectors, self.cities),
            of_sectors(together.cosines),
            of_sectors(together.distances) / cities,
        )
    }

    /// 1 in the columns of sectors, 0 in those beyond.
    #[inline(always)]
    fn kept<const LINES: usize>(self) -> [Lanes; LINES] {
        std::array::from_fn(|line| {
            each(|column| {
                let is_sector = line * LANES + column < self.sectors;
                if is_sector { 1.0 } else { 0.0 }
            })
        })
    }

    #[inline(always)]
    fn row<const LINES: usize>(self, city: usize) -> [Lanes; LINES] {
        std::array::from_fn(|line| self.rows.data()[city * LINES + line])
    }

    /// One over the norms of a chunk's cities, 0 where nothing is spent, and sums.
    #[inline(always)]
    fn alone<const LINES: usize>(self, first: usize, per_norm: &mut [f64]) -> Alone<LINES> {
        let kept = self.kept::<LINES>();
        let (mut units, mut shares, mut unit_vectors) = ([ZERO; LINES], [ZERO; LINES], 0.0);
        for (block, per_norm) in per_norm.chunks_mut(LANES).enumerate() {
            let first = first + block * LANES;
            // Squares of each city's columns become columns of cities, to be added for all of them at once.
            let mut squares = [ZERO; LANES];
            for (lane, squares) in squares.iter_mut().enumerate().take(per_norm.len()) {
                let own = self.row::<LINES>(first + lane);
                *squares = sum_of_kept(&kept, |line| {
                    each(|column| own[line][column] * own[line][column])
                });
            }
            transpose(&mut squares);
            let squared = squares.iter().fold(ZERO, |sum, column| plus(sum, *column));
            let inverse = each(|l| select(squared[l] > 0.0, 1.0 / squared[l].sqrt(), 0.0));
            unit_vectors += lane_sum(&each(|l| squared[l] * inverse[l] * inverse[l]));
            per_norm.copy_from_slice(&inverse[..per_norm.len()]);
            for lane in 0..per_norm.len() {
                let (own, inverse) = (self.row::<LINES>(first + lane), inverse[lane]);
                for line in 0..LINES {
                    let (unit, all, own) = (units[line], shares[line], own[line]);
                    units[line] = each(|column| unit[column] + own[column] * inverse);
                    shares[line] = plus(all, own);
                }
            }
        }
        Alone {
            units,
            shares,
            unit_vectors,
        }
    }

    /// A chunk's cities compared with their peers and with the mean.
    #[inline(always)]
    fn together<const LINES: usize>(
        self,
        chunk: usize,
        per_norm: &[f64],
        mean: &[Lanes; LINES],
    ) -> Together<LINES> {
        let (mut cosines, mut distances) = ([ZERO; LINES], [ZERO; LINES]);
        let first = chunk * CHUNK_CITIES;
        for city in first..self.cities.min(first + CHUNK_CITIES) {
            self.prefetch_peers(city + AHEAD, per_norm);
            let own = self.row::<LINES>(city);
            let mut others = [ZERO; LINES];
            for (peer, weight) in self.peers.of(city) {
                let (of_peer, weight) = (self.row::<LINES>(peer), weight * per_norm[peer]);
                for line in 0..LINES {
                    let before = others[line];
                    others[line] = each(|column| before[column] + weight * of_peer[line][column]);
                }
            }
            let inverse = per_norm[city];
            for line in 0..LINES {
                let (cosine, distance) = (cosines[line], distances[line]);
                let (own, others, mean) = (own[line], others[line], mean[line]);
                cosines[line] =
                    each(|column| cosine[column] + inverse * own[column] * others[column]);
                distances[line] =
                    each(|column| distance[column] + (own[column] - mean[column]).abs());
            }
        }
        Together { cosines, distances }
    }

    /// Asks for what [`Compared::together`] will read of a city's peers, where worlds are too large for it to be at
    /// hand.
    #[inline(always)]
    fn prefetch_peers(self, city: usize, per_norm: &[f64]) {
        if !self.is_large || city >= self.cities {
            return;
        }
        let far = self.peers.far(city / LANES, city % LANES, LANES);
        self.rows.prefetch_ends(far, 0);
        for peer in far {
            prefetch_entry(per_norm, *peer as usize);
        }
    }
}

/// Line by line, `a + b`.
#[inline(always)]
fn sums<const LINES: usize>(a: [Lanes; LINES], b: [Lanes; LINES]) -> [Lanes; LINES] {
    std::array::from_fn(|line| plus(a[line], b[line]))
}

/// Sum over the lines of a row, the same column of all lines; of columns that are kept.
#[inline(always)]
fn sum_of_kept<const LINES: usize>(kept: &[Lanes; LINES], value: impl Fn(usize) -> Lanes) -> Lanes {
    let mut sum = ZERO;
    for line in 0..LINES {
        let (before, kept, own) = (sum, kept[line], value(line));
        sum = each(|column| before[column] + kept[column] * own[column]);
    }
    sum
}
