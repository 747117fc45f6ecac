//! Peers are those of D8.

use crate::model::data::Tier;
use crate::model::peers::*;

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

/// The `wanted` of the `others` that are nearest by `distance`, of equals those of the lowest code: D8 word by word.
fn least(
    cities: &[City],
    others: impl Iterator<Item = usize>,
    wanted: usize,
    distance: impl Fn(usize) -> f64,
) -> Vec<usize> {
    let mut found: Vec<usize> = others.collect();
    found.sort_by(|a, b| {
        let by_code = cities[*a].code.cmp(&cities[*b].code);
        distance(*a).total_cmp(&distance(*b)).then(by_code)
    });
    found.truncate(wanted);
    found
}

#[test]
fn peers_are_those_of_the_definition_where_crowds_are_alike() {
    // Two sizes, three places and two provinces, as in a table filled with round numbers.
    let cities: Vec<City> = (0..900u64)
        .map(|i| {
            let code = (37 * i) % 911;
            let (place, size) = ((code % 7).min(2), (code % 5).min(1));
            let province = u32::from(code % 3 == 0);
            let latitude = 30.0 + place as f64;
            city(code, Rank::Capital, province, latitude, 1.0 + size as f64)
        })
        .collect();
    let others = |own: usize| (0..cities.len()).filter(move |other| *other != own);
    let rivals = lists(&cities, 3, 0);
    let near = lists(&cities, 0, 3);
    let points: Vec<[f64; 3]> = cities
        .iter()
        .map(|city| point(city.latitude, city.longitude))
        .collect();
    for own in (0..cities.len()).step_by(23) {
        let size = |city: usize| cities[city].revenue_cny_bn;
        let squared = |other: usize| squared_distance(&points[other], &points[own]);
        let in_space = |other: usize| {
            let is_at_home = cities[other].province == cities[own].province;
            squared(other).sqrt() / if is_at_home { 2.0 } else { 1.0 }
        };
        let nearest = least(&cities, others(own), 20, squared);
        let expected = [
            least(&cities, others(own), 3, |other| {
                (size(other) - size(own)).abs()
            }),
            least(&cities, nearest.into_iter(), 3, in_space),
        ];
        for (list, mut expected) in [&rivals[own], &near[own]].into_iter().zip(expected) {
            expected.sort_unstable_by_key(|city| cities[*city].code);
            let list: Vec<usize> = list.iter().map(|(peer, _)| *peer).collect();
            assert_eq!(list, expected, "{own}");
        }
    }
}

#[test]
fn equal_sizes_fall_to_the_lower_code() {
    let cities: Vec<City> = [5, 3, 9, 1]
        .map(|code| city(code, Rank::Capital, 0, 30.0, 7.0))
        .into();
    assert_eq!(lists(&cities, 2, 0)[2], [(3, 1.0), (1, 1.0)]);
}

#[test]
fn rows_to_be_asked_for_are_those_of_peers_elsewhere_once_each() {
    // Two blocks and a bit; each city sees the next, one far ahead and one far behind.
    let cities = 2 * LANES + 3;
    let (mut start, mut city) = (vec![0], Vec::new());
    for own in 0..cities as u32 {
        city.extend([own + 1, 500, 100 + own / 4]);
        start.push(city.len() as u32);
    }
    let (starts, far) = far_rows(&start, &city);
    assert_eq!(starts, [0, 4, 8, 11]);
    // 8 and 16 follow their blocks; 19 is the last city's next.
    assert_eq!(far, [8, 100, 101, 500, 16, 102, 103, 500, 19, 104, 500]);
    let at_hand = far_rows(&[0, 1, 1, 1, 1, 1, 1, 1, 1, 2], &[4, 3]);
    assert_eq!(at_hand, (vec![0, 0, 0], vec![]));
    let peers = Peers {
        far_start: starts,
        far,
        ..Peers::default()
    };
    for block in 0..3 {
        let together: Vec<u32> = (0..3)
            .flat_map(|part| peers.far(block, part, 3).to_vec())
            .collect();
        assert_eq!(together, peers.far(block, 0, 1));
    }
}
