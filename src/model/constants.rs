//! City data become constants of the model: D1 to D7 of `docs/odd.md`, section 6.

use crate::kernel::lanes::{LANES, each, part, wide};
use crate::kernel::math;
use crate::model::data::{City, Sector, World};
use crate::model::params::table::Params;

/// D1: base budget, CNY mn per quarter, from revenue in CNY bn a year.
pub fn base_budget(revenue_cny_bn: f64) -> f64 {
    1000.0 * revenue_cny_bn / 4.0
}

/// D2: fiscal need for one unit of `n_0`, `clip(1 - (revenue/gdp)/f_4, 0, 1)`.
///
/// After the 1994 reform revenue went to the centre and duties stayed: what a city keeps of its output is small.
pub fn unit_need(revenue_cny_bn: f64, gdp_cny_bn: f64, reference: f64) -> f64 {
    (1.0 - revenue_cny_bn / gdp_cny_bn / reference).clamp(0.0, 1.0)
}

/// D3: level of a city, `(research/mean research)^x_L`; 1 where all are 0.
#[inline(always)]
pub fn level(research_intensity: f64, mean: f64, exponent: f64) -> f64 {
    if mean > 0.0 {
        math::pow(research_intensity / mean, exponent)
    } else {
        1.0
    }
}

/// D4: focus of a city on a sector: 1, 2/3, 1/3 for its first, second and third named sector.
pub fn focus(named: &[Option<u32>; 3], sector: u32) -> f64 {
    match named.iter().position(|name| *name == Some(sector)) {
        Some(place) => 1.0 - place as f64 / 3.0,
        None => 0.0,
    }
}

/// D4, before normalisation: `ℓ (1 + f_1 focus) max(0.05, 1 + f_2 lean (am - 1/2))`.
pub fn raw_advantage(level: f64, bonus: f64, focus: f64, lean: f64, amenity: f64) -> f64 {
    level * (1.0 + bonus * focus) * (1.0 + lean * (amenity - 0.5)).max(0.05)
}

/// D5: outside productivity, `max(0.05, 1 + f_3 clip(standardised growth, -3, 3))`.
pub fn outside_productivity(standardised_growth: f64, weight: f64) -> f64 {
    (1.0 + weight * standardised_growth.clamp(-3.0, 3.0)).max(0.05)
}

/// Constants of all cities; columns in the order of [`World::cities`].
#[derive(Clone, Debug, Default)]
pub struct Constants {
    /// D1, CNY mn per quarter.
    pub base: Vec<f64>,
    /// D2, 0 to 1.
    pub unit_need: Vec<f64>,
    /// D4, city-major, one per city and sector; mean over cities is 1.
    pub advantage: Vec<f64>,
    /// D5, national mean about 1.
    pub outside: Vec<f64>,
    /// D6, researchers at the start, FTE.
    pub researchers: Vec<f64>,
    /// D6, pipeline at the start, FTE per quarter.
    pub pipeline: Vec<f64>,
    /// D7, mean advantage over the national one.
    pub site_advantage: Vec<f64>,
}

impl Constants {
    /// D1 to D7 for all cities.
    pub fn new(world: &World) -> Self {
        let params = &world.params;
        let advantage = advantages(&world.cities, &world.sectors, params);
        let sectors = world.sectors.len();
        let site_advantage = (0..world.cities.len())
            .map(|city| {
                mean(
                    advantage[city * sectors..(city + 1) * sectors]
                        .iter()
                        .copied(),
                ) - 1.0
            })
            .collect();
        let researchers = researchers(&world.cities, params);
        let net = (params.talent.departure_rate + params.talent.pipeline_net_growth).max(0.0);
        let reference = params.geography.fiscal_capacity_reference;
        Constants {
            base: world
                .cities
                .iter()
                .map(|city| base_budget(city.revenue_cny_bn))
                .collect(),
            unit_need: world
                .cities
                .iter()
                .map(|city| unit_need(city.revenue_cny_bn, city.gdp_cny_bn, reference))
                .collect(),
            outside: outside(&world.cities, params.geography.outside_growth_weight),
            pipeline: researchers.iter().map(|own| net * own).collect(),
            researchers,
            advantage,
            site_advantage,
        }
    }
}

/// Mean in order; 0 for nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// D3 and D4, city-major.
fn advantages(cities: &[City], sectors: &[Sector], params: &Params) -> Vec<f64> {
    let geography = &params.geography;
    let mean_research = mean(cities.iter().map(|city| city.research_intensity));
    let mut levels: Vec<f64> = cities.iter().map(|city| city.research_intensity).collect();
    let exponent = geography.level_exponent;
    wide!({
        for eight in levels.chunks_mut(LANES) {
            let research = part(eight, 0);
            let level = each(|l| level(research[l], mean_research, exponent));
            eight.copy_from_slice(&level[..eight.len()]);
        }
    });
    let mut advantage: Vec<f64> = cities
        .iter()
        .zip(&levels)
        .flat_map(|(city, level)| {
            sectors.iter().enumerate().map(move |(s, sector)| {
                let lean = geography.first_tier_lean * sector.first_tier_lean;
                raw_advantage(
                    *level,
                    geography.focus_bonus,
                    focus(&city.focus, s as u32),
                    lean,
                    city.amenity,
                )
            })
        })
        .collect();
    for s in 0..sectors.len() {
        let national = mean(advantage.iter().skip(s).step_by(sectors.len()).copied());
        if national > 0.0 {
            for own in advantage.iter_mut().skip(s).step_by(sectors.len()) {
                *own /= national;
            }
        }
    }
    advantage
}

/// D5 for all cities.
fn outside(cities: &[City], weight: f64) -> Vec<f64> {
    let known = || cities.iter().filter_map(|city| city.earlier_growth);
    let national = mean(known());
    let sd = mean(known().map(|growth| (growth - national) * (growth - national))).sqrt();
    cities
        .iter()
        .map(|city| match city.earlier_growth {
            Some(growth) if sd > 0.0 => outside_productivity((growth - national) / sd, weight),
            _ => 1.0,
        })
        .collect()
}

/// D6: researchers at the start.
fn researchers(cities: &[City], params: &Params) -> Vec<f64> {
    let spending: f64 = cities
        .iter()
        .map(|city| city.research_intensity * city.gdp_cny_bn)
        .sum();
    let universities: f64 = cities.iter().map(|city| city.universities).sum();
    let weight = match (spending > 0.0, universities > 0.0) {
        (true, false) => 0.0,
        (false, true) => 1.0,
        _ => params.geography.university_weight,
    };
    let equal = 1.0 / cities.len() as f64;
    let part = |own: f64, all: f64| if all > 0.0 { own / all } else { equal };
    cities
        .iter()
        .map(|city| {
            let by_spending = part(city.research_intensity * city.gdp_cny_bn, spending);
            let by_universities = part(city.universities, universities);
            params.talent.researchers_total
                * ((1.0 - weight) * by_spending + weight * by_universities)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_that_keeps_little_of_its_output_is_needy() {
        // 10/200 = 0.05 of GDP against 0.2: need 0.75.
        assert!((unit_need(10.0, 200.0, 0.2) - 0.75).abs() < 1e-15);
        assert_eq!(unit_need(60.0, 200.0, 0.2), 0.0);
    }

    #[test]
    fn named_sectors_count_in_order() {
        let named = [Some(4), None, Some(1)];
        assert_eq!(focus(&named, 4), 1.0);
        assert!((focus(&named, 1) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(focus(&named, 2), 0.0);
    }

    #[test]
    fn advantage_follows_level_focus_and_lean() {
        // 1.2 (1 + 0.6) (1 + 0.8 (1.0 - 0.5)) = 1.2 x 1.6 x 1.4.
        assert!((raw_advantage(1.2, 0.6, 1.0, 0.8, 1.0) - 2.688).abs() < 1e-12);
        assert!((raw_advantage(1.0, 0.6, 0.0, 2.0, 0.0) - 0.05).abs() < 1e-15);
    }

    #[test]
    fn where_nobody_does_research_all_levels_are_one() {
        assert_eq!(level(0.0, 0.0, 0.3), 1.0);
        assert_eq!(level(0.0, 0.02, 0.3), 0.0);
        assert_eq!(mean(std::iter::empty()), 0.0);
    }

    #[test]
    fn twice_the_mean_research_is_a_level_of_the_root_of_two_at_an_exponent_of_one_half() {
        assert!((level(0.04, 0.02, 0.5) - 2.0f64.sqrt()).abs() < 1e-14);
    }

    /// Two cities with research intensity, universities and earlier growth as given.
    fn pair(research: [f64; 2], universities: [f64; 2], growth: [f64; 2]) -> Vec<City> {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let world = crate::input::scenario::load(&base, &[])
            .expect("valid")
            .world;
        (0..2)
            .map(|i| City {
                gdp_cny_bn: 100.0,
                research_intensity: research[i],
                universities: universities[i],
                earlier_growth: Some(growth[i]),
                ..world.cities[i].clone()
            })
            .collect()
    }

    #[test]
    fn researchers_follow_the_one_that_is_known_of_spending_and_universities() {
        let mut params = Params::default();
        params.talent.researchers_total = 100.0;
        params.geography.university_weight = 0.4;
        let shares = |research, universities| {
            let cities = pair(research, universities, [0.1; 2]);
            let found = researchers(&cities, &params);
            [found[0], found[1]]
        };
        // 0.6 x 3/4 + 0.4 x 1/5 = 0.53.
        let both = shares([0.03, 0.01], [1.0, 4.0]);
        approx::assert_abs_diff_eq!(both[0], 53.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(both[1], 47.0, epsilon = 1e-12);
        assert_eq!(shares([0.03, 0.01], [0.0; 2]), [75.0, 25.0]);
        assert_eq!(shares([0.0; 2], [1.0, 4.0]), [20.0, 80.0]);
        assert_eq!(shares([0.0; 2], [0.0; 2]), [50.0, 50.0]);
    }

    #[test]
    fn where_all_grew_alike_the_rest_of_the_economy_is_as_productive_everywhere() {
        let cities = |growth| pair([0.02; 2], [1.0; 2], growth);
        assert_eq!(outside(&cities([0.1, 0.1]), 0.2), [1.0, 1.0]);
        // One standard deviation above and below.
        let found = outside(&cities([0.125, 0.375]), 0.2);
        approx::assert_abs_diff_eq!(found[0], 0.8, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(found[1], 1.2, epsilon = 1e-12);
    }

    #[test]
    fn budgets_are_a_quarter_of_revenue_in_millions() {
        assert_eq!(base_budget(4.0), 1000.0);
    }
}
