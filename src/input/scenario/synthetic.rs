//! Synthetic cities: a nation of any size with the shape of the real one.
//!
//! Revenue follows the rank-size rule. Everything else is drawn for each city by its size rank, so that a
//! city keeps its draws when others are added; what depends on the number of cities by its nature (tier,
//! administrative rank, province) may change.

use crate::input::scenario::cities::{Cities, REGIONS};
use crate::kernel::math;
use crate::kernel::random::{Block, Draws, Purpose, Stream, index, normal, uniform};
use crate::model::data::{City, Rank, Tier};

/// Revenue over GDP, the same in every synthetic city; the mean of the shipped table is near it.
const REVENUE_OVER_GDP: f64 = 0.11;
/// Most sectors of which distinct ones are drawn.
const FOCUS: usize = 3;

/// What synthetic cities are made from: `[cities.synthetic]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Number of cities.
    pub count: u32,
    /// Revenue falls with the size rank to this power.
    pub rank_size_exponent: f64,
    /// Revenue of the largest city, CNY bn.
    pub largest_revenue_cny_bn: f64,
    /// Picks the draws.
    pub seed: u64,
}

/// Shares of cities up to and including a tier, and a tier's amenity, research intensity and universities.
///
/// The shares are judgements after the lists of market tiers, which count 4, 15, 30 and 70 cities of some
/// 340; the smallest fifth stands for counties. Amenity is that of the shipped table.
const TIERS: [(Tier, f64, f64, f64, f64); 5] = [
    (Tier::First, 0.012, 1.0, 0.035, 14.0),
    (Tier::NewFirst, 0.06, 0.65, 0.025, 4.0),
    (Tier::Second, 0.15, 0.4, 0.02, 1.5),
    (Tier::Third, 0.8, 0.25, 0.014, 0.2),
    (Tier::County, 1.0, 0.2, 0.01, 0.0),
];

impl Recipe {
    /// Makes the cities, with `sectors` sectors to be known for.
    pub(crate) fn make(&self, sectors: usize) -> Cities {
        let draws = Draws {
            seed: self.seed,
            replicate: 0,
        };
        let mut stream = draws.stream(Purpose::Synthetic);
        // About as many provinces as the square root of the number of cities, on a square grid.
        let side = f64::from(self.count).sqrt().sqrt().round().max(1.0) as usize;
        let mut numbers: Vec<Option<u32>> = vec![None; side * side];
        let mut provinces = 0;
        let mut cities = Cities {
            regions: REGIONS.iter().map(ToString::to_string).collect(),
            ..Cities::default()
        };
        cities.list.reserve(self.count as usize);
        for size_rank in 1..=self.count {
            let (city, cell) = self.city(size_rank, side, sectors, &mut stream);
            // The largest city of a province is its capital, unless it ranks higher anyway.
            let is_first = numbers[cell].is_none();
            let province = *numbers[cell].get_or_insert(provinces);
            provinces += u32::from(is_first);
            let rank = if is_first {
                city.rank.min(Rank::Capital)
            } else {
                city.rank
            };
            cities.list.push(City {
                province,
                rank,
                ..city
            });
        }
        cities
    }

    /// The city of a size rank, and the cell of the grid of provinces in which it lies.
    fn city(
        &self,
        size_rank: u32,
        side: usize,
        sectors: usize,
        stream: &mut Stream,
    ) -> (City, usize) {
        let code = u64::from(size_rank);
        let (place, traits) = (stream.block(code, 0), stream.block(code, 1));
        let share = f64::from(size_rank) / f64::from(self.count);
        let (tier, _, amenity, intensity, universities) = tier_of(size_rank, share);
        let (east, north) = (uniform(place[0]), uniform(place[1]));
        let cell_of = |share: f64| ((share * side as f64) as usize).min(side - 1);
        let (column, row) = (cell_of(east), cell_of(north));
        let revenue =
            self.largest_revenue_cny_bn / math::pow(f64::from(size_rank), self.rank_size_exponent);
        let city = City {
            code,
            id: format!("city-{size_rank}"),
            name: format!("City {size_rank}"),
            province: 0,
            region: region_of(column, row, side),
            tier,
            rank: rank_of(size_rank, share, tier),
            latitude: 21.0 + 26.0 * north,
            longitude: 100.0 + 23.0 * east,
            revenue_cny_bn: revenue,
            gdp_cny_bn: revenue / REVENUE_OVER_GDP,
            earlier_growth: Some(0.11 + 0.025 * normal(traits[0])),
            research_intensity: (intensity * math::exp(0.4 * normal(traits[1]))).min(0.1),
            universities: (universities * 2.0 * uniform(traits[2])).round(),
            amenity: (amenity + 0.2 * (uniform(traits[3]) - 0.5)).clamp(0.0, 1.0),
            focus: focus(&traits, sectors),
        };
        (city, row * side + column)
    }
}

fn tier_of(size_rank: u32, share: f64) -> (Tier, f64, f64, f64, f64) {
    // The largest city is of the first tier, however few there are.
    let share = if size_rank == 1 { 0.0 } else { share };
    TIERS
        .into_iter()
        .find(|(_, up_to, ..)| share <= *up_to)
        .unwrap_or(TIERS[4])
}

fn rank_of(size_rank: u32, share: f64, tier: Tier) -> Rank {
    match tier {
        Tier::County => Rank::County,
        _ if size_rank == 1 || share <= 0.012 => Rank::Municipality,
        _ if share <= 0.055 => Rank::SubProvincial,
        _ => Rank::Prefecture,
    }
}

/// Provinces lie in regions as a whole, by the middle of their cell: the north-east corner, then from the
/// coast inland.
fn region_of(column: usize, row: usize, side: usize) -> u32 {
    let middle = |cell: usize| (cell as f64 + 0.5) / side as f64;
    let (east, north) = (middle(column), middle(row));
    let name = match () {
        _ if east > 0.65 && north > 0.75 => "Northeast",
        _ if east > 0.65 => "East",
        _ if east > 0.35 => "Central",
        _ => "West",
    };
    (0..)
        .zip(REGIONS)
        .find(|(_, region)| **region == name)
        .map_or(0, |(at, _)| at)
}

/// Up to three distinct sectors, each as likely.
fn focus(block: &Block, sectors: usize) -> [Option<u32>; FOCUS] {
    let mut chosen = [None; FOCUS];
    for at in 0..FOCUS.min(sectors) {
        // The position among those not yet chosen, moved past the chosen ones in ascending order.
        let mut sector = index(block[4 + at], sectors - at) as u32;
        let mut taken: Vec<u32> = chosen.iter().flatten().copied().collect();
        taken.sort_unstable();
        for other in taken {
            sector += u32::from(sector >= other);
        }
        chosen[at] = Some(sector);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: Recipe = Recipe {
        count: 400,
        rank_size_exponent: 0.5,
        largest_revenue_cny_bn: 100.0,
        seed: 1,
    };

    #[test]
    fn revenue_follows_the_rank_size_rule() {
        // 100 / 4^0.5 = 50 and 100 / 100^0.5 = 10; GDP is revenue over 0.11.
        let cities = RECIPE.make(12).list;
        assert!((cities[3].revenue_cny_bn - 50.0).abs() < 1e-12);
        assert!((cities[99].revenue_cny_bn - 10.0).abs() < 1e-12);
        assert!((cities[99].gdp_cny_bn - 10.0 / 0.11).abs() < 1e-12);
    }

    #[test]
    fn one_more_city_changes_no_draw_of_the_others() {
        let (few, many) = (
            RECIPE.make(12).list,
            Recipe {
                count: 401,
                ..RECIPE
            }
            .make(12)
            .list,
        );
        for (a, b) in few.iter().zip(&many) {
            assert_eq!(
                (a.latitude, a.longitude, a.focus),
                (b.latitude, b.longitude, b.focus)
            );
            assert_eq!(
                (a.earlier_growth, a.revenue_cny_bn),
                (b.earlier_growth, b.revenue_cny_bn)
            );
        }
    }

    #[test]
    fn a_nation_has_all_tiers_ranks_and_regions_and_about_sqrt_provinces() {
        let cities = RECIPE.make(12);
        let last = cities.list.iter().map(|city| city.province).max();
        assert_eq!(last, Some(15));
        for tier in Tier::NAMES {
            assert!(
                cities.list.iter().any(|city| city.tier.name() == *tier),
                "{tier}"
            );
        }
        for rank in Rank::NAMES {
            assert!(
                cities.list.iter().any(|city| city.rank.name() == *rank),
                "{rank}"
            );
        }
        for region in 0..4 {
            assert!(
                cities.list.iter().any(|city| city.region == region),
                "{region}"
            );
        }
        // A province lies in one region.
        for a in &cities.list {
            let other = cities
                .list
                .iter()
                .find(|b| b.province == a.province && b.region != a.region);
            assert_eq!(other, None);
        }
    }

    #[test]
    fn focus_sectors_are_distinct_and_as_likely_as_each_other() {
        // 3 of 4 sectors for 400 cities: each sector is expected 300 times, with a variance of
        // 400 x 3/4 x 1/4 = 75; the bound is five standard deviations.
        let mut counts = [0_i32; 4];
        for city in RECIPE.make(4).list {
            let mut named: Vec<_> = city.focus.into_iter().flatten().collect();
            for sector in &named {
                counts[*sector as usize] += 1;
            }
            named.sort_unstable();
            named.dedup();
            assert_eq!(named.len(), 3);
        }
        assert!(
            counts.iter().all(|count| (count - 300).abs() < 44),
            "{counts:?}"
        );
        assert_eq!(focus(&[7; 8], 2).iter().flatten().count(), 2);
        assert_eq!(focus(&[7; 8], 0), [None; 3]);
    }

    #[test]
    fn one_city_is_a_nation_too() {
        let cities = Recipe { count: 1, ..RECIPE }.make(12);
        assert_eq!(cities.list.len(), 1);
        assert_eq!(
            (cities.list[0].tier, cities.list[0].rank),
            (Tier::First, Rank::Municipality)
        );
    }
}
