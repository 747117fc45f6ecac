//! D8: who looks at whom, as sparse lists. Never a table of all pairs.

use super::data::{City, Rank};
use crate::params::Peers as PeerParams;
use rstar::{RTree, primitives::GeomWithData};

/// Up to this many cities, looking at all pairs costs less than a tree of them.
const FEW: usize = 64;
/// Most cities in one place among which the lowest codes are looked for.
const CROWD: usize = 256;

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
}

impl Peers {
    /// D8 for all cities; `base` is the base budget of each.
    pub fn new(cities: &[City], base: &[f64], params: &PeerParams) -> Self {
        let rank_lists = rank_peers(cities, base, params.rank_peers as usize);
        let near_lists = neighbours(cities, params);
        let mut peers = Peers {
            start: vec![0],
            ..Peers::default()
        };
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
                peers.city.push(*peer);
                let kind = peers.kind_of(count * weight);
                peers.kind.push(kind);
            }
            peers.start.push(peers.city.len() as u32);
        }
        let all = peers.kind.iter().map(|kind| peers.weights[*kind as usize]);
        peers.total_weight = all.sum();
        peers
    }

    /// Place of a weight. There are at most 65,535: five ranks, each with one length of list, times three kinds of
    /// peer (rank, neighbour, both) times 128 lengths of the list that comes of both.
    fn kind_of(&mut self, weight: f64) -> u16 {
        let known = self.weights.iter().position(|known| *known == weight);
        let place = known.unwrap_or_else(|| {
            self.weights.push(weight);
            self.weights.len() - 1
        });
        place as u16
    }

    /// Peers of a city with their weights `g_ij`, in order of code.
    #[inline(always)]
    pub fn of(&self, city: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.start[city] as usize..self.start[city + 1] as usize;
        self.city[range.clone()]
            .iter()
            .map(|peer| *peer as usize)
            .zip(&self.kind[range])
            .map(|(peer, kind)| (peer, self.weights[*kind as usize]))
    }

    /// Rows of a city's peers.
    #[inline(always)]
    pub fn rows_of(&self, city: usize) -> &[u32] {
        &self.city[self.start[city] as usize..self.start[city + 1] as usize]
    }

    /// Number of peers of a city.
    #[inline(always)]
    pub fn count(&self, city: usize) -> usize {
        (self.start[city + 1] - self.start[city]) as usize
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
        for (place, city) in group.iter().enumerate() {
            lists[*city as usize] = nearest_in_order(group, place, wanted, |other| {
                (
                    (base[other as usize] - base[*city as usize]).abs(),
                    cities[other as usize].code,
                )
            });
        }
    }
    lists
}

/// The `wanted` members nearest to `place` in a group sorted by size, by `distance` and then code.
///
/// Nearest members lie next to `place` on both sides, but members of equal size may lie in any order: all that
/// are as near as the last one are looked at before the list is cut.
fn nearest_in_order(
    group: &[u32],
    place: usize,
    wanted: usize,
    distance: impl Fn(u32) -> (f64, u64),
) -> Vec<u32> {
    let (mut low, mut high) = (place, place + 1);
    let mut found: Vec<((f64, u64), u32)> = Vec::with_capacity(wanted + 1);
    loop {
        let below = low
            .checked_sub(1)
            .map(|next| (distance(group[next]), group[next]));
        let above = group.get(high).map(|next| (distance(*next), *next));
        let take_below = match (below, above) {
            (Some((b, _)), Some((a, _))) => b.0 <= a.0,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        let Some(next) = (if take_below { below } else { above }) else {
            break;
        };
        if found.len() >= wanted && found.last().is_none_or(|(last, _)| next.0.0 > last.0) {
            break;
        }
        found.push(next);
        if take_below {
            low -= 1
        } else {
            high += 1
        }
        // A long run of equal sizes needs no more than the lowest codes of it.
        if found.len() > wanted + CROWD {
            break;
        }
    }
    found.sort_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.0.1.cmp(&b.0.1)));
    found
        .into_iter()
        .take(wanted)
        .map(|(_, city)| city)
        .collect()
}

/// For each city its `neighbour_peers` nearest ones in space, nearer inside a province.
fn neighbours(cities: &[City], params: &PeerParams) -> Vec<Vec<u32>> {
    let wanted = params.neighbour_peers as usize;
    if wanted == 0 {
        return vec![Vec::new(); cities.len()];
    }
    let points: Vec<[f64; 3]> = cities
        .iter()
        .map(|city| point(city.latitude, city.longitude))
        .collect();
    if cities.len() <= FEW {
        let all = |city: usize| (0..cities.len()).map(move |other| (other, city));
        return (0..cities.len())
            .map(|city| {
                let near = all(city)
                    .filter(|(other, city)| other != city)
                    .map(|(other, city)| {
                        let squared = squared_distance(&points[other], &points[city]);
                        (squared, cities[other].code, other as u32)
                    })
                    .collect();
                nearest(cities, city, near, params)
            })
            .collect();
    }
    let tree = RTree::bulk_load(
        points
            .iter()
            .enumerate()
            .map(|(city, at)| GeomWithData::new(*at, city as u32))
            .collect(),
    );
    let candidates = candidates(wanted);
    let list = |city: usize| {
        let mut near: Vec<Near> = Vec::with_capacity(candidates + 1);
        for (other, squared) in tree.nearest_neighbor_iter_with_distance_2(points[city]) {
            if other.data as usize == city {
                continue;
            }
            // All that are as far as the last candidate are looked at, so that ties fall to the lower code; but not
            // a whole crowd in one place.
            let is_tie = near.last().is_some_and(|last| last.0 == squared);
            if near.len() >= candidates && !(is_tie && near.len() < candidates + CROWD) {
                break;
            }
            near.push((squared, cities[other.data as usize].code, other.data));
        }
        nearest(cities, city, near, params)
    };
    use rayon::prelude::*;
    (0..cities.len()).into_par_iter().map(list).collect()
}

/// A candidate: distance, code and row.
type Near = (f64, u64, u32);

/// Cities among which neighbours are looked for.
fn candidates(wanted: usize) -> usize {
    4 * wanted + 8
}

/// The neighbours among all that are near in space: nearer inside the province.
fn nearest(cities: &[City], city: usize, mut near: Vec<Near>, params: &PeerParams) -> Vec<u32> {
    let (own, wanted) = (&cities[city], params.neighbour_peers as usize);
    let by_distance = |a: &Near, b: &Near| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    near.sort_unstable_by(by_distance);
    near.truncate(candidates(wanted));
    for neighbour in &mut near {
        let is_at_home = cities[neighbour.2 as usize].province == own.province;
        let bonus = if is_at_home {
            params.province_bonus
        } else {
            0.0
        };
        neighbour.0 = neighbour.0.sqrt() / (1.0 + bonus);
    }
    near.sort_unstable_by(by_distance);
    near.into_iter()
        .take(wanted)
        .map(|(_, _, other)| other)
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::data::Tier;

    fn city(code: u64, rank: Rank, province: u32, latitude: f64, revenue: f64) -> City {
        City {
            code,
            id: code.to_string(),
            name: code.to_string(),
            province,
            region: 0,
            tier: Tier::Second,
            rank,
            latitude,
            longitude: 110.0,
            revenue_cny_bn: revenue,
            gdp_cny_bn: 10.0 * revenue,
            earlier_growth: None,
            research_intensity: 0.02,
            universities: 1.0,
            amenity: 0.5,
            focus: [None; 3],
        }
    }

    fn lists(cities: &[City], rank_peers: u32, neighbour_peers: u32) -> Vec<Vec<(usize, f64)>> {
        let base: Vec<f64> = cities.iter().map(|city| city.revenue_cny_bn).collect();
        let params = PeerParams {
            rank_peers,
            neighbour_peers,
            rank_weight: 0.5,
            province_bonus: 1.0,
        };
        let peers = Peers::new(cities, &base, &params);
        (0..cities.len())
            .map(|city| peers.of(city).collect())
            .collect()
    }

    #[test]
    fn rivals_are_of_the_same_rank_and_of_similar_size() {
        let cities = [
            city(1, Rank::Prefecture, 0, 30.0, 10.0),
            city(2, Rank::Prefecture, 0, 31.0, 90.0),
            city(3, Rank::Prefecture, 0, 32.0, 14.0),
            city(4, Rank::County, 0, 33.0, 10.0),
        ];
        assert_eq!(lists(&cities, 1, 0)[0], [(2, 1.0)]);
        assert_eq!(lists(&cities, 2, 0)[0], [(1, 1.0), (2, 1.0)]);
        assert_eq!(lists(&cities, 2, 0)[3], []);
    }

    #[test]
    fn a_neighbour_in_the_province_counts_as_nearer() {
        let cities = [
            city(1, Rank::Prefecture, 0, 30.0, 1.0),
            city(2, Rank::County, 1, 31.0, 1.0),
            city(3, Rank::Capital, 0, 31.5, 1.0),
        ];
        assert_eq!(lists(&cities, 0, 1)[0], [(2, 1.0)]);
    }

    #[test]
    fn weights_sum_to_the_number_of_peers() {
        let cities: Vec<City> = (0..9)
            .map(|i| {
                city(
                    100 - i,
                    Rank::Prefecture,
                    (i % 2) as u32,
                    20.0 + i as f64,
                    5.0 + (i * i) as f64,
                )
            })
            .collect();
        for (own, list) in lists(&cities, 3, 3).iter().enumerate() {
            let sum: f64 = list.iter().map(|(_, weight)| weight).sum();
            assert!((sum - list.len() as f64).abs() < 1e-12, "{own}");
            assert!(list.iter().all(|(peer, _)| *peer != own));
            assert!(
                list.windows(2)
                    .all(|pair| cities[pair[0].0].code < cities[pair[1].0].code)
            );
        }
    }

    #[test]
    fn a_city_of_the_province_counts_as_nearer_among_the_sixteen_nearest_alone() {
        // The first city has others to the north, 0.1 degrees apart; one of them is of its province, where distances
        // count a twentieth. Two neighbours are looked for among 4 x 2 + 8. A few cities are compared with each other, many are
        // found by a tree.
        for count in [30, 90] {
            for (at_home, expected) in [(15, [1, 15]), (16, [1, 16]), (17, [1, 2])] {
                let cities: Vec<City> = (0..count)
                    .map(|i| {
                        let province = u32::from(i != 0 && i != at_home);
                        let latitude = 20.0 + 0.1 * i as f64;
                        city(i, Rank::Prefecture, province, latitude, 1.0)
                    })
                    .collect();
                let base = vec![1.0; cities.len()];
                let params = PeerParams {
                    rank_peers: 0,
                    neighbour_peers: 2,
                    rank_weight: 0.5,
                    province_bonus: 19.0,
                };
                let peers = Peers::new(&cities, &base, &params);
                let mut found: Vec<usize> = peers.of(0).map(|(peer, _)| peer).collect();
                found.sort_unstable();
                assert_eq!(found, expected, "{count} cities");
            }
        }
    }

    #[test]
    fn in_a_crowd_in_one_place_the_lowest_codes_are_neighbours() {
        let cities: Vec<City> = (0..200)
            .map(|i| city((37 * i) % 211, Rank::Capital, 0, 30.0, 7.0))
            .collect();
        for (own, list) in lists(&cities, 0, 2).iter().enumerate() {
            let codes: Vec<u64> = list.iter().map(|(peer, _)| cities[*peer].code).collect();
            let mut all: Vec<u64> = cities.iter().map(|city| city.code).collect();
            all.retain(|code| *code != cities[own].code);
            all.sort_unstable();
            assert_eq!(codes, all[..2]);
        }
    }

    #[test]
    fn equal_sizes_fall_to_the_lower_code() {
        let cities: Vec<City> = [5, 3, 9, 1]
            .map(|code| city(code, Rank::Capital, 0, 30.0, 7.0))
            .into();
        assert_eq!(lists(&cities, 2, 0)[2], [(3, 1.0), (1, 1.0)]);
    }
}
