//! Sections 5 and 6: constants from data and the balanced start.

use dualtrack::kernel::random::{Draws, Purpose, beta_2_2, normal, uniform};
use dualtrack::model::data::{Track, World};
use dualtrack::model::params::table::{Market, Mechanisms, Params, Reference, Tournament};

use super::formulas::{
    Site, clip, comparability, effective_spending, frontier_ratio, increment,
    left_after_introduction, level_of_track, mean, national_capability, published_shares,
    standard_deviation, switch, target_shares,
};
use super::{Constants, National, Outside, Twin};

impl Constants {
    /// D1 to D8, and `v_s`.
    pub fn new(world: &World) -> Self {
        let params = &world.params;
        let base = d1_base_budgets(world);
        let advantage = d4_advantages(world);
        let initial_researchers = d6_researchers(world);
        // D6: the pipeline, with the departure rate of the start.
        let sustained = params.talent.departure_rate + params.talent.pipeline_net_growth;
        let pipeline = initial_researchers
            .iter()
            .map(|h| sustained.max(0.0) * h)
            .collect();
        Constants {
            need_of_one: d2_need(world),
            outside_productivity: d5_outside(world),
            // D7: site advantage.
            site_advantage: advantage.iter().map(|row| mean(row) - 1.0).collect(),
            peers: d8_peers(world, &base),
            strategic_weight: strategic_weights(world),
            // E25: minimum efficient scale.
            minimum_scale: world
                .sectors
                .iter()
                .map(|sector| params.production.minimum_scale_cny_mn * (0.3 + sector.scale))
                .collect(),
            pipeline,
            initial_researchers,
            advantage,
            base,
        }
    }
}

/// Section 2: weights `v_s`, equal where all strategic weights are 0.
fn strategic_weights(world: &World) -> Vec<f64> {
    let total: f64 = world.sectors.iter().map(|sector| sector.strategic).sum();
    world
        .sectors
        .iter()
        .map(|sector| {
            if total == 0.0 {
                1.0 / world.sectors.len() as f64
            } else {
                sector.strategic / total
            }
        })
        .collect()
}

/// D1: CNY bn a year become CNY mn a quarter.
fn d1_base_budgets(world: &World) -> Vec<f64> {
    world
        .cities
        .iter()
        .map(|city| 1000.0 * city.revenue_cny_bn / 4.0)
        .collect()
}

/// D2: fiscal need for one unit of `n_0`.
fn d2_need(world: &World) -> Vec<f64> {
    let reference = world.params.geography.fiscal_capacity_reference;
    world
        .cities
        .iter()
        .map(|city| {
            let capacity = city.revenue_cny_bn / city.gdp_cny_bn;
            clip(1.0 - capacity / reference, 0.0, 1.0)
        })
        .collect()
}

/// D3 and D4: advantages of cities in sectors.
fn d4_advantages(world: &World) -> Vec<Vec<f64>> {
    let geography = &world.params.geography;
    let research: Vec<f64> = world
        .cities
        .iter()
        .map(|city| city.research_intensity)
        .collect();
    let mean_research = mean(&research);
    let mut raw = Vec::new();
    for city in &world.cities {
        // D3.
        let level = if mean_research == 0.0 {
            1.0
        } else {
            libm::pow(
                city.research_intensity / mean_research,
                geography.level_exponent,
            )
        };
        let mut row = Vec::new();
        for (s, sector) in world.sectors.iter().enumerate() {
            let mut focus = 0.0;
            for (place, named) in city.focus.iter().enumerate() {
                if *named == Some(s as u32) {
                    focus = [1.0, 2.0 / 3.0, 1.0 / 3.0][place];
                }
            }
            let lean =
                1.0 + geography.first_tier_lean * sector.first_tier_lean * (city.amenity - 0.5);
            row.push(level * (1.0 + geography.focus_bonus * focus) * lean.max(0.05));
        }
        raw.push(row);
    }
    let count = world.cities.len() as f64;
    let means: Vec<f64> = (0..world.sectors.len())
        .map(|s| raw.iter().map(|row| row[s]).sum::<f64>() / count)
        .collect();
    raw.iter()
        .map(|row| row.iter().zip(&means).map(|(x, mean)| x / mean).collect())
        .collect()
}

/// D5: outside productivity.
fn d5_outside(world: &World) -> Vec<f64> {
    let known: Vec<f64> = world
        .cities
        .iter()
        .filter_map(|city| city.earlier_growth)
        .collect();
    let (centre, deviation) = (mean(&known), standard_deviation(&known));
    let weight = world.params.geography.outside_growth_weight;
    world
        .cities
        .iter()
        .map(|city| match city.earlier_growth {
            Some(growth) if deviation > 0.0 => {
                let standard = clip((growth - centre) / deviation, -3.0, 3.0);
                (1.0 + weight * standard).max(0.05)
            }
            _ => 1.0,
        })
        .collect()
}

/// D6: researchers at the start.
fn d6_researchers(world: &World) -> Vec<f64> {
    let spending: Vec<f64> = world
        .cities
        .iter()
        .map(|city| city.research_intensity * city.gdp_cny_bn)
        .collect();
    let universities: Vec<f64> = world.cities.iter().map(|city| city.universities).collect();
    let total_spending: f64 = spending.iter().sum();
    let total_universities: f64 = universities.iter().sum();
    let weight = world.params.geography.university_weight;
    (0..world.cities.len())
        .map(|i| {
            let share = match (total_spending > 0.0, total_universities > 0.0) {
                (true, true) => {
                    (1.0 - weight) * spending[i] / total_spending
                        + weight * universities[i] / total_universities
                }
                (true, false) => spending[i] / total_spending,
                (false, true) => universities[i] / total_universities,
                (false, false) => 1.0 / world.cities.len() as f64,
            };
            world.params.talent.researchers_total * share
        })
        .collect()
}

/// D8: peers with their weights `g_ij`, in order of code.
fn d8_peers(world: &World, base: &[f64]) -> Vec<Vec<(usize, f64)>> {
    let params = &world.params.peers;
    let cities = &world.cities;
    let mut by_code: Vec<usize> = (0..cities.len()).collect();
    by_code.sort_by_key(|i| cities[*i].code);

    let point = |i: usize| {
        let (latitude, longitude) = (
            cities[i].latitude.to_radians(),
            cities[i].longitude.to_radians(),
        );
        [
            libm::cos(latitude) * libm::cos(longitude),
            libm::cos(latitude) * libm::sin(longitude),
            libm::sin(latitude),
        ]
    };
    let distance = |i: usize, j: usize| {
        let (a, b) = (point(i), point(j));
        let squares: f64 = (0..3)
            .map(|axis| (a[axis] - b[axis]) * (a[axis] - b[axis]))
            .sum();
        squares.sqrt()
    };
    // The least `count` of the candidates, which come in order of code: the sort is stable, so that ties
    // fall to the lower code.
    let least = |candidates: &[usize], count: usize, key: &dyn Fn(usize) -> f64| {
        let mut sorted: Vec<(f64, usize)> = candidates.iter().map(|j| (key(*j), *j)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        sorted.truncate(count);
        let mut chosen: Vec<usize> = sorted.into_iter().map(|(_, j)| j).collect();
        chosen.sort_by_key(|j| cities[*j].code);
        chosen
    };

    let mut all = Vec::new();
    for i in 0..cities.len() {
        let others: Vec<usize> = by_code.iter().copied().filter(|j| *j != i).collect();
        let same_rank: Vec<usize> = others
            .iter()
            .copied()
            .filter(|j| cities[*j].rank == cities[i].rank)
            .collect();
        let rank_peers = least(&same_rank, params.rank_peers as usize, &|j| {
            (base[i] - base[j]).abs()
        });
        let wanted = params.neighbour_peers as usize;
        let nearest = least(&others, 4 * wanted + 8, &|j| distance(i, j));
        let neighbours = least(&nearest, wanted, &|j| {
            if cities[j].province == cities[i].province {
                distance(i, j) / (1.0 + params.province_bonus)
            } else {
                distance(i, j)
            }
        });
        let (rank_weight, neighbour_weight) = match (rank_peers.len(), neighbours.len()) {
            (0, 0) => (0.0, 0.0),
            (0, _) => (0.0, 1.0),
            (_, 0) => (1.0, 0.0),
            _ => (params.rank_weight, 1.0 - params.rank_weight),
        };
        let mut raw = Vec::new();
        for j in others {
            let mut weight = 0.0;
            if rank_peers.contains(&j) {
                weight += rank_weight / rank_peers.len() as f64;
            }
            if neighbours.contains(&j) {
                weight += neighbour_weight / neighbours.len() as f64;
            }
            if weight > 0.0 {
                raw.push((j, weight));
            }
        }
        let count = raw.len() as f64;
        all.push(
            raw.into_iter()
                .map(|(j, weight)| (j, count * weight))
                .collect(),
        );
    }
    all
}

impl Twin {
    /// Section 5.
    pub fn new(world: &World, draws: Draws) -> Self {
        let params = start_params(world);
        let constants = Constants::new(world);
        let (city_count, sector_count, instrument_count) = (
            world.cities.len(),
            world.sectors.len(),
            world.instruments.len(),
        );

        // 1. Ratios are the initial ones, utilisation is u_0; pressures count events up to the first quarter.
        let ratio: Vec<f64> = world
            .sectors
            .iter()
            .map(|sector| sector.initial_frontier_ratio)
            .collect();
        let outside = Outside::at(world, &params, world.start);
        let gap: Vec<f64> = ratio.iter().map(|x| (1.0 - x).max(0.0)).collect();
        let stringency =
            super::quarter::stringency_target(world, &params, &constants, &outside, &ratio, &gap);
        let priority = super::quarter::priorities(world, &params, &outside, &gap);
        let compute_access = super::quarter::compute_access(world, &outside, &gap);
        let utilisation = vec![params.market.initial_utilisation; sector_count];

        // 2. Shares are targets of E12 of officials with career weight 1/2, with n_is = |P_i| / S.
        let k = params.tournament.shock_variance_ratio;
        let even: Vec<f64> = constants
            .peers
            .iter()
            .map(|peers| peers.len() as f64 / sector_count as f64)
            .collect();
        let qualities: Vec<f64> = even.iter().map(|n| comparability(*n, k)).collect();
        let initial_mean_comparability = mean(&qualities);
        // That of the first quarter reads with the rule of the run.
        let k_of_run = world.params.tournament.shock_variance_ratio;
        let read: Vec<f64> = even.iter().map(|n| comparability(*n, k_of_run)).collect();
        let first_mean_comparability = mean(&read);
        let intensity = super::quarter::intensity(&params);
        let lambda = switch(params.mechanisms.comparability) * params.tournament.comparability;
        let mut shares = Vec::new();
        for i in 0..city_count {
            let need = params.budgets.need_scale * constants.need_of_one[i];
            let reading = 1.0 - lambda + lambda * qualities[i] / initial_mean_comparability;
            let mut values = vec![
                constants.outside_productivity[i]
                    + intensity * 0.5 * params.tournament.career_value_rest,
            ];
            for (s, sector) in world.sectors.iter().enumerate() {
                values.push(
                    (1.0 + need)
                        * constants.advantage[i][s]
                        * libm::pow(utilisation[s], params.budgets.crowding)
                        * compute_access[s]
                        * (1.0 - stringency * sector.risk)
                        + intensity * 0.5 * priority[s] * reading,
                );
            }
            let mut rates = vec![1.0; sector_count + 1];
            rates[0] = params.budgets.rest_base_rate;
            for s in 0..sector_count {
                if crate::twin::quarter::is_closed(world, i, s, 0) {
                    rates[1 + s] = 0.0;
                }
            }
            let mut row = target_shares(&rates, &values, params.budgets.precision);
            row.extend(vec![0.0; instrument_count]);
            shares.push(row);
        }

        // 3. The stock that this spending sustains.
        let spending: Vec<Vec<f64>> = (0..city_count)
            .map(|i| {
                (0..sector_count)
                    .map(|s| shares[i][1 + s] * constants.base[i])
                    .collect()
            })
            .collect();
        let published: Vec<Vec<f64>> = shares
            .iter()
            .map(|row| published_shares(&row[1..=sector_count]))
            .collect();
        let sustained = |i: usize, s: usize, x: f64| {
            let site = Site {
                productivity: params.production.productivity,
                alpha: params.production.money_elasticity,
                advantage: constants.advantage[i][s],
                compute_access: compute_access[s],
                restriction: stringency * world.sectors[s].risk,
            };
            let l = constants.initial_researchers[i] * published[i][s];
            increment(site, x, l) / params.production.depreciation
        };
        let half_base = |stock: &[Vec<f64>]| -> Vec<f64> {
            (0..sector_count)
                .map(|s| {
                    let column: Vec<f64> = stock.iter().map(|row| row[s]).collect();
                    params.production.introduction_half_base * mean(&column)
                })
                .collect()
        };
        let mut capability: Vec<Vec<f64>> = (0..city_count)
            .map(|i| {
                (0..sector_count)
                    .map(|s| sustained(i, s, spending[i][s]))
                    .collect()
            })
            .collect();
        for _round in 0..8 {
            let halves = half_base(&capability);
            capability = (0..city_count)
                .map(|i| {
                    (0..sector_count)
                        .map(|s| {
                            let money = spending[i][s];
                            let chi = params.production.introduction_cost;
                            let left =
                                left_after_introduction(chi, halves[s], capability[i][s], money);
                            let x = effective_spending(left, constants.minimum_scale[s]);
                            sustained(i, s, x)
                        })
                        .collect()
                })
                .collect();
        }
        let half_base = half_base(&capability);

        // 8. Work under way.
        let mut work = Vec::new();
        for i in 0..city_count {
            let mut of_city = Vec::new();
            for s in 0..sector_count {
                let chi = params.production.introduction_cost;
                let (stock, money) = (capability[i][s], spending[i][s]);
                let left = left_after_introduction(chi, half_base[s], stock, money);
                let x = effective_spending(left, constants.minimum_scale[s]);
                let quarters = if world.params.mechanisms.time_to_build {
                    world.sectors[s].build_quarters
                } else {
                    0
                };
                let each = (x, params.production.depreciation * stock);
                of_city.push((0..quarters).map(|_| each).collect());
            }
            work.push(of_city);
        }

        // 4. Frontier and base demand.
        let rho = params.production.aggregation;
        let mut frontier = Vec::new();
        let mut base_demand = Vec::new();
        let mut initial_competitiveness = 0.0;
        for s in 0..sector_count {
            let column: Vec<f64> = capability.iter().map(|row| row[s]).collect();
            let national = national_capability(&column, rho);
            frontier.push(national / ratio[s]);
            base_demand.push(params.market.initial_utilisation * column.iter().sum::<f64>());
            initial_competitiveness +=
                constants.strategic_weight[s] * frontier_ratio(national, frontier[s]);
        }

        // 5. Price of output.
        let all_spending: f64 = spending.iter().flatten().sum();
        let all_capability: f64 = capability.iter().flatten().sum();
        let (r, delta) = (
            params.outcomes.discount_rate_per_quarter,
            params.production.depreciation,
        );
        let u_0 = params.market.initial_utilisation;
        let price = if all_capability == 0.0 {
            0.0
        } else {
            params.market.output_value_ratio * (r + delta) / delta * all_spending
                / (u_0 * all_capability)
        };
        let output = capability
            .iter()
            .map(|row| price * u_0 * row.iter().sum::<f64>())
            .collect();

        // 6. Officials.
        let mut stream = draws.stream(Purpose::FirstOfficial);
        let career_weight = world
            .cities
            .iter()
            .map(|city| {
                let block = stream.block(city.code, 0);
                beta_2_2([block[0], block[1], block[2]])
            })
            .collect();

        // 7. Instruments.
        let (true_effect, optimum) = instruments(world, &params, draws);

        Twin {
            draws,
            done: 0,
            price,
            half_base,
            initial_competitiveness,
            true_effect,
            optimum,
            budget: constants.base.clone(),
            grant: vec![0.0; city_count],
            shares,
            published_start: published,
            published: Vec::new(),
            work,
            capability_at_evaluation: capability.clone(),
            start_capability: capability.clone(),
            capability,
            researchers: constants.initial_researchers.clone(),
            effective_talent: constants.initial_researchers.clone(),
            output,
            score: vec![0.0; city_count],
            spread_of_results: f64::INFINITY,
            least_unread: f64::INFINITY,
            career_weight,
            quarters_in_post: vec![0; city_count],
            in_post: Vec::new(),
            in_force: vec![vec![false; instrument_count]; city_count],
            in_force_published: vec![vec![false; instrument_count]; city_count],
            design: vec![vec![0.0; instrument_count]; city_count],
            effect: vec![vec![0.0; instrument_count]; city_count],
            inventions: vec![0; city_count],
            takeups: vec![0; city_count],
            failures: vec![0; city_count],
            first_pioneer: vec![None; instrument_count],
            national_measures: vec![None; instrument_count],
            decided: vec![None; instrument_count],
            champions: Vec::new(),
            leaders: Vec::new(),
            stringency,
            outside,
            ratio,
            gap,
            national_capability: vec![0.0; sector_count],
            gross_capability: vec![0.0; sector_count],
            frontier,
            base_demand,
            demand: vec![0.0; sector_count],
            utilisation,
            compute_access,
            priority,
            last_incident: vec![None; sector_count],
            budget_growth: 1.0,
            pipeline_growth: 1.0,
            us_growth: 1.0,
            mean_comparability: first_mean_comparability,
            mean_comparability_next: first_mean_comparability,
            flows: super::Flows::default(),
            spent_so_far: 0.0,
            event_log: super::EventLog::default(),
            outcomes: National::default(),
            constants,
            params: world.params.clone(),
            world: world.clone(),
        }
    }
}

/// One world: the parameters that steps 1 to 5 take.
fn start_params(world: &World) -> Params {
    let own = world.params.clone();
    if own.start.reference == Reference::Own {
        return own;
    }
    let file = world.file_params.clone();
    Params {
        production: own.production,
        outcomes: own.outcomes,
        policy: own.policy,
        market: Market {
            initial_utilisation: own.market.initial_utilisation,
            output_value_ratio: own.market.output_value_ratio,
            ..file.market
        },
        mechanisms: Mechanisms {
            tournament: true,
            comparability: true,
            eu_pressure: true,
            us_pressure: true,
            export_controls: true,
            attention_shock: true,
            ..file.mechanisms
        },
        tournament: Tournament {
            intensity: own.start.intensity,
            tied_to_slope: false,
            ..file.tournament
        },
        ..file
    }
}

/// Section 5, 7: true effects and local optima.
fn instruments(world: &World, params: &Params, draws: Draws) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut stream = draws.stream(Purpose::Instrument);
    let mut true_effect = Vec::new();
    let mut national_optimum = Vec::new();
    for instrument in &world.instruments {
        let block = stream.block(instrument.code, 0);
        true_effect.push(params.policy.effect_mean + params.policy.effect_sd * normal(block[0]));
        national_optimum.push(0.25 + uniform(block[1]) / 2.0);
    }
    let mut local = draws.stream(Purpose::LocalOptimum);
    let mut optimum = Vec::new();
    for city in &world.cities {
        let mut row = Vec::new();
        for (m, instrument) in world.instruments.iter().enumerate() {
            // The row of the instrument by code: how many instruments have a lower one.
            let rank = world
                .instruments
                .iter()
                .filter(|other| other.code < instrument.code)
                .count();
            let block = local.block(city.code, (rank / 8) as u64);
            let deviation = params.policy.design_spread * normal(block[rank % 8]);
            row.push(clip(national_optimum[m] + deviation, 0.0, 1.0));
        }
        optimum.push(row);
    }
    (true_effect, optimum)
}

impl Outside {
    /// E38: pressures, attention and plans in a quarter.
    pub fn at(world: &World, params: &Params, now: dualtrack::kernel::quarter::Quarter) -> Self {
        let (mechanisms, outside) = (&params.mechanisms, &params.outside);
        let national = |track| level_of_track(world, track, None, now);
        let by_sector = |track| -> Vec<f64> {
            (0..world.sectors.len())
                .map(|s| level_of_track(world, track, Some(s), now))
                .collect()
        };
        Outside {
            eu_pressure: switch(mechanisms.eu_pressure)
                * clip(
                    outside.eu_pressure_base
                        + outside.eu_pressure_per_intensity * national(Track::EuPressure),
                    0.0,
                    1.0,
                ),
            us_pressure: switch(mechanisms.us_pressure)
                * clip(
                    outside.us_pressure_base
                        + outside.us_pressure_per_intensity * national(Track::UsPressure),
                    0.0,
                    1.0,
                ),
            export_controls: switch(mechanisms.export_controls)
                * clip(
                    outside.export_control_per_intensity * national(Track::ExportControls),
                    0.0,
                    1.0,
                ),
            attention: by_sector(Track::Attention)
                .iter()
                .map(|a| switch(mechanisms.attention_shock) * a)
                .collect(),
            plans: by_sector(Track::CentralPlan),
        }
    }
}
