//! D8: who looks at whom, as sparse lists. Never a table of all pairs.

#[cfg(test)]
pub mod tests;

use crate::kernel::lanes::LANES;
use crate::kernel::parallel::PARALLEL_CITIES;
use crate::kernel::rows::prefetch_entries;
use crate::model::data::{City, Rank};
use crate::model::params::table::Peers as PeerParams;
use rstar::{RTree, primitives::GeomWithData};
use std::cmp::Ordering;
use std::ops::Range;

/// Up to this many cities, looking at all pairs costs less than a tree of them.
const FEW: usize = 64;

/// Peers of all cities: city `i` has entries `start[i]..start[i + 1]` of the next two columns.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    start: Vec<u32>,
    city: Vec<u32>,
    /// Place of the weight among `weights`.
    kind: Vec<u16>,
    /// The weights there are: few, as they depend on the lengths of lists and on whether a peer stands in both.
    weights: Vec<f64>,
    total_weight: f64,
    /// In large worlds, the peers of the cities of block `b` that lie elsewhere in memory: entries
    /// `far_start[b]..far_start[b + 1]` of the next column, each row once.
    far_start: Vec<u32>,
    far: Vec<u32>,
}

/// Rows before a block that are still at hand when it comes: those of the blocks just visited.
const AT_HAND: usize = 4 * LANES;

impl Peers {
    /// D8 for all cities; `base` is the base budget of each.
    pub fn new(cities: &[City], base: &[f64], params: &PeerParams) -> Self {
        let rank_lists = rank_peers(cities, base, params.rank_peers as usize);
        let near_lists = neighbours(cities, params);
        let (mut start, mut city, mut kind) = (vec![0], Vec::new(), Vec::new());
        let mut weights = Vec::new();
        let mut list: Vec<(u32, f64)> = Vec::new();
        for (rank_list, near_list) in rank_lists.iter().zip(&near_lists) {
            list.clear();
            let rank_weight = match (rank_list.is_empty(), near_list.is_empty()) {
                (true, _) => 0.0,
                (_, true) => 1.0,
                _ => params.rank_weight,
            };
            add(&mut list, rank_list, rank_weight);
            add(&mut list, near_list, 1.0 - rank_weight);
            list.retain(|(_, weight)| *weight > 0.0);
            list.sort_by_key(|(peer, _)| cities[*peer as usize].code);
            let count = list.len() as f64;
            for (peer, weight) in &list {
                city.push(*peer);
                kind.push(kind_of(&mut weights, count * weight));
            }
            start.push(city.len() as u32);
        }
        let is_large = cities.len() >= PARALLEL_CITIES;
        let (far_start, far) = if is_large {
            far_rows(&start, &city)
        } else {
            Default::default()
        };
        Peers {
            total_weight: kind.iter().map(|kind| weights[usize::from(*kind)]).sum(),
            start,
            city,
            kind,
            weights,
            far_start,
            far,
        }
    }

    /// In large worlds, one of so many parts of the rows of the peers of a block that lie elsewhere in memory.
    #[inline(always)]
    pub fn far(&self, block: usize, part: usize, parts: usize) -> &[u32] {
        let (start, end) = (
            self.far_start[block] as usize,
            self.far_start[block + 1] as usize,
        );
        let count = end - start;
        &self.far[start + count * part / parts..start + count * (part + 1) / parts]
    }

    /// Peers of a city with their weights `g_ij`, in order of code.
    #[inline(always)]
    pub fn of(&self, city: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.within(self.range(city))
    }

    /// Where the peers of a city stand in the lists.
    #[inline(always)]
    pub fn range(&self, city: usize) -> Range<usize> {
        self.start[city] as usize..self.start[city + 1] as usize
    }

    /// Peers in a part of the lists, with their weights.
    #[inline(always)]
    pub fn within(&self, range: Range<usize>) -> impl Iterator<Item = (usize, f64)> + '_ {
        let weights = &self.weights[..];
        self.city[range.clone()]
            .iter()
            .map(|peer| *peer as usize)
            .zip(&self.kind[range])
            .map(|(peer, kind)| (peer, weights[*kind as usize]))
    }

    /// Rows of a city's peers.
    #[inline(always)]
    pub fn rows_of(&self, city: usize) -> &[u32] {
        &self.city[self.range(city)]
    }

    /// Asks for the lists of the peers of a block, where it has any cities.
    #[inline(always)]
    pub fn prefetch_lists(&self, block: usize) {
        let cities = self.start.len() - 1;
        if block * LANES < cities {
            let end = cities.min((block + 1) * LANES);
            let of_block = self.start[block * LANES] as usize..self.start[end] as usize;
            prefetch_entries(&self.city, of_block.clone());
            prefetch_entries(&self.kind, of_block);
        }
    }

    /// Asks for the list of what [`Peers::far`] gives of a block, where it has any cities.
    #[inline(always)]
    pub fn prefetch_far(&self, block: usize) {
        if block + 1 < self.far_start.len() {
            let of_block = self.far_start[block] as usize..self.far_start[block + 1] as usize;
            prefetch_entries(&self.far, of_block);
        }
    }

    /// Number of peers of a city.
    #[inline(always)]
    pub fn count(&self, city: usize) -> usize {
        self.range(city).len()
    }

    /// Sum of all weights.
    pub fn total_weight(&self) -> f64 {
        self.total_weight
    }

    /// Mean of a column over a city's peers, weighted; none without peers.
    #[inline(always)]
    pub fn mean(&self, city: usize, column: &[f64]) -> Option<f64> {
        let count = self.count(city);
        let sum: f64 = self
            .of(city)
            .map(|(peer, weight)| weight * column[peer])
            .sum();
        (count > 0).then(|| sum / count as f64)
    }
}

/// Place of a weight. There are at most 65,535: five ranks, each with one length of list, times three kinds of
/// peer (rank, neighbour, both) times 128 lengths of the list that comes of both.
fn kind_of(weights: &mut Vec<f64>, weight: f64) -> u16 {
    let known = weights.iter().position(|known| *known == weight);
    let place = known.unwrap_or_else(|| {
        weights.push(weight);
        weights.len() - 1
    });
    place as u16
}

/// For each block the peers of its cities that lie elsewhere in memory, each row once, and where those of a block start;
/// `start` and `city` as in [`Peers`].
fn far_rows(start: &[u32], city: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let cities = start.len() - 1;
    let (mut starts, mut far, mut of_block) = (vec![0], Vec::new(), Vec::new());
    for first in (0..cities).step_by(LANES) {
        let end = (first + LANES).min(cities);
        let at_hand = first.saturating_sub(AT_HAND)..end;
        let rows = city[start[first] as usize..start[end] as usize].iter();
        of_block.clear();
        of_block.extend(rows.filter(|row| !at_hand.contains(&(**row as usize))));
        of_block.sort_unstable();
        of_block.dedup();
        far.extend_from_slice(&of_block);
        starts.push(far.len() as u32);
    }
    (starts, far)
}

/// Adds the raw weight of one list to the peers found so far.
fn add(list: &mut Vec<(u32, f64)>, found: &[u32], weight: f64) {
    for peer in found {
        let share = weight / found.len() as f64;
        match list.iter_mut().find(|(known, _)| known == peer) {
            Some((_, sum)) => *sum += share,
            None => list.push((*peer, share)),
        }
    }
}

/// For each city the `wanted` cities of its rank with the least difference in base budget.
fn rank_peers(cities: &[City], base: &[f64], wanted: usize) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); cities.len()];
    let mut order: Vec<u32> = (0..cities.len() as u32).collect();
    let key = |city: u32| -> (Rank, f64, u64) {
        let own = &cities[city as usize];
        (own.rank, base[city as usize], own.code)
    };
    order.sort_by(|a, b| {
        let (a, b) = (key(*a), key(*b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
    });
    for group in order.chunk_by(|a, b| cities[*a as usize].rank == cities[*b as usize].rank) {
        let sizes = group.chunk_by(|a, b| base[*a as usize] == base[*b as usize]);
        let sizes: Vec<&[u32]> = sizes.collect();
        for (place, equals) in sizes.iter().enumerate() {
            for city in *equals {
                let own = base[*city as usize];
                let near = |other: u32| {
                    let distance = (base[other as usize] - own).abs();
                    (distance, cities[other as usize].code, other)
                };
                lists[*city as usize] = nearest_in_size(&sizes, place, *city, wanted, near);
            }
        }
    }
    lists
}

/// The `wanted` cities nearest to `city`, which stands among those of the size at `place`, by distance and then code.
///
/// Sizes stand in order, and cities of one size in order of code, so that the first few of a size are enough; those
/// of the two sizes on either side that are as far are both looked at.
fn nearest_in_size(
    sizes: &[&[u32]],
    place: usize,
    city: u32,
    wanted: usize,
    near: impl Fn(u32) -> Near,
) -> Vec<u32> {
    let first_of = |equals: &[u32], found: &mut Vec<Near>| {
        let others = equals.iter().filter(|other| **other != city);
        found.extend(others.take(wanted).map(|other| near(*other)));
    };
    let mut found = Vec::with_capacity(2 * wanted);
    first_of(sizes[place], &mut found);
    let (mut low, mut high) = (place, place + 1);
    loop {
        let distance = |equals: &&[u32]| near(equals[0]).0;
        let below = low.checked_sub(1).map(|next| distance(&sizes[next]));
        let above = sizes.get(high).map(distance);
        let is_below = match (below, above) {
            (Some(below), Some(above)) => below <= above,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        let next = if is_below { below } else { above };
        let is_as_near = match (found.last(), next) {
            (Some((last, ..)), Some(next)) => next <= *last,
            _ => false,
        };
        if found.len() >= wanted && !is_as_near {
            break;
        }
        if is_below {
            low -= 1;
            first_of(sizes[low], &mut found);
        } else {
            first_of(sizes[high], &mut found);
            high += 1;
        }
    }
    found.sort_unstable_by(|a, b| by_distance((a.0, a.1), (b.0, b.1)));
    let found = found.into_iter().take(wanted);
    found.map(|(_, _, city)| city).collect()
}

/// For each city its `neighbour_peers` nearest ones in space, nearer inside a province.
fn neighbours(cities: &[City], params: &PeerParams) -> Vec<Vec<u32>> {
    let wanted = params.neighbour_peers as usize;
    if wanted == 0 {
        return vec![Vec::new(); cities.len()];
    }
    // In an order in which neighbours lie close in memory; cities in one place in order of code, so that the first few
    // of a crowd are enough.
    let at = |spot: &Spot| spot.place.map(f64::to_bits);
    let mut spots: Vec<Spot> = cities.iter().zip(0..).map(Spot::new).collect();
    spots.sort_by_cached_key(|spot| (spot.cell(), at(spot), spot.code));
    let mut lists = vec![Vec::new(); cities.len()];
    if cities.len() <= FEW {
        for own in &spots {
            let others = spots.iter().filter(|other| other.city != own.city);
            let near = others.map(|other| (squared_distance(&other.point, &own.point), other));
            lists[own.city as usize] = nearest(own, near.collect(), params);
        }
        return lists;
    }
    let tree = RTree::bulk_load(
        spots
            .chunk_by(|a, b| at(a) == at(b))
            .map(|place| GeomWithData::new(place[0].point, place))
            .collect(),
    );
    let candidates = candidates(wanted);
    let list = |own: &Spot| {
        let mut near: Vec<(f64, &Spot)> = Vec::with_capacity(2 * candidates);
        for (place, squared) in tree.nearest_neighbor_iter_with_distance_2(own.point) {
            // All that are as far as the last candidate are looked at, so that ties fall to the lower code.
            let is_tie = near.last().is_some_and(|last| last.0 == squared);
            if near.len() >= candidates && !is_tie {
                break;
            }
            let others = place.data.iter().filter(|other| other.city != own.city);
            near.extend(others.take(candidates).map(|other| (squared, other)));
        }
        nearest(own, near, params)
    };
    use rayon::prelude::*;
    let found: Vec<Vec<u32>> = spots.par_iter().map(list).collect();
    for (own, found) in spots.iter().zip(found) {
        lists[own.city as usize] = found;
    }
    lists
}

/// A city as its neighbours see it.
#[derive(Clone, Copy, Debug)]
struct Spot {
    code: u64,
    city: u32,
    province: u32,
    /// Latitude and longitude, degrees.
    place: [f64; 2],
    /// The same on the unit sphere.
    point: [f64; 3],
}

impl Spot {
    fn new((city, row): (&City, u32)) -> Self {
        Spot {
            code: city.code,
            city: row,
            province: city.province,
            place: [city.latitude, city.longitude],
            point: point(city.latitude, city.longitude),
        }
    }

    /// Number of the cell of a grid, along a curve that visits near cells one soon after the other (Morton's).
    fn cell(&self) -> u64 {
        let steps = self.place.map(|degrees| ((degrees + 180.0) * 182.0) as u64);
        (0..16).fold(0, |cell, bit| {
            let [a, b] = steps.map(|step| step >> bit & 1);
            cell | a << (2 * bit) | b << (2 * bit + 1)
        })
    }
}

/// A candidate: distance, code and row.
type Near = (f64, u64, u32);

/// The nearer one first, of two as far the lower code.
fn by_distance(a: (f64, u64), b: (f64, u64)) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// Cities among which neighbours are looked for.
fn candidates(wanted: usize) -> usize {
    4 * wanted + 8
}

/// The neighbours among all that are near in space: nearer inside the province.
fn nearest(own: &Spot, mut near: Vec<(f64, &Spot)>, params: &PeerParams) -> Vec<u32> {
    let wanted = params.neighbour_peers as usize;
    let order = |a: &(f64, &Spot), b: &(f64, &Spot)| by_distance((a.0, a.1.code), (b.0, b.1.code));
    near.sort_unstable_by(order);
    near.truncate(candidates(wanted));
    for (distance, other) in &mut near {
        let is_at_home = other.province == own.province;
        let bonus = if is_at_home {
            params.province_bonus
        } else {
            0.0
        };
        *distance = distance.sqrt() / (1.0 + bonus);
    }
    near.sort_unstable_by(order);
    let near = near.into_iter().take(wanted);
    near.map(|(_, other)| other.city).collect()
}

fn squared_distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Point on the unit sphere. `libm` gives the same bits on every machine.
fn point(latitude: f64, longitude: f64) -> [f64; 3] {
    let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
    let across = libm::cos(latitude);
    [
        across * libm::cos(longitude),
        across * libm::sin(longitude),
        libm::sin(latitude),
    ]
}
