//! The balanced start: `docs/odd.md`, section 5, steps 1 to 5.

use crate::kernel::lanes::{LANES, Lanes, ZERO, column_by_column, each, lane_sum, plus, wide};
use crate::kernel::math::select;
use crate::model::chunk_constants::{ChunkConstants, Constant};
use crate::model::data::{MAX_SECTORS, World};
use crate::model::equations::{budgets, centre, outside, production};
use crate::model::in_force::InForce;
use crate::model::params::Timing;
use crate::model::params::table::{PARAMETERS, Params, Production, Reference};
use crate::model::peers::Peers;
use crate::model::setup::{Setup, compute_gap};

/// Rounds of the balanced start, after the first.
const ROUNDS: usize = 8;

/// Section 5, one world: the parameters that the start is taken from. Rules that differ between arms of a study do not reach it, so that
/// their worlds differ from the first quarter's decisions on.
fn start_params(world: &World) -> Params {
    let own = &world.params;
    if own.start.reference == Reference::Own {
        return own.clone();
    }
    let mut params = world.file_params.clone();
    for parameter in PARAMETERS {
        if parameter.timing == Timing::Start {
            parameter.copy(own, &mut params);
        }
    }
    let on = &mut params.mechanisms;
    on.tournament = true;
    on.comparability = true;
    on.eu_pressure = true;
    on.us_pressure = true;
    on.export_controls = true;
    on.attention_shock = true;
    params.tournament.intensity = own.start.intensity;
    params.tournament.tied_to_slope = false;
    params
}

impl Setup {
    /// Section 5, steps 1 to 5.
    pub(crate) fn balance(&mut self) {
        let world = &self.world;
        let params = &start_params(world);
        let in_force = InForce::new(params, &self.timeline, 0);
        let ratio: Vec<f64> = world
            .sectors
            .iter()
            .map(|sector| sector.initial_frontier_ratio)
            .collect();
        let gap: Vec<f64> = ratio.iter().map(|ratio| (1.0 - ratio).max(0.0)).collect();
        let sectors = world.sectors.len();
        let mean_risk = (0..sectors)
            .map(|s| world.sectors[s].risk * ratio[s].min(1.0))
            .sum::<f64>()
            / sectors as f64;
        let mean_gap = (0..sectors).map(|s| self.value[s] * gap[s]).sum();
        self.stringency = centre::stringency_target(
            &params.centre,
            in_force.eu_pressure,
            mean_risk,
            in_force.us_pressure,
            mean_gap,
        );
        let compute_gap = compute_gap(&world.sectors, &gap);
        let compute: Vec<f64> = world
            .sectors
            .iter()
            .map(|sector| {
                outside::compute_access(sector.compute, in_force.export_controls, compute_gap)
            })
            .collect();
        let priority: Vec<f64> = world
            .sectors
            .iter()
            .enumerate()
            .map(|(s, sector)| {
                let attention = if params.mechanisms.attention_shock {
                    self.timeline.attention(0)[s]
                } else {
                    0.0
                };
                let plan = self.timeline.central_plan(0)[s];
                centre::priority(
                    &params.centre,
                    &in_force,
                    sector.strategic,
                    sector.import_share,
                    gap[s],
                    attention,
                    plan,
                )
            })
            .collect();
        let utilisation = params.market.initial_utilisation;
        let climate: Vec<f64> = (0..sectors)
            .map(|s| {
                let risk = world.sectors[s].risk;
                budgets::sector_climate(
                    utilisation,
                    params.budgets.crowding,
                    compute[s],
                    self.stringency,
                    risk,
                )
            })
            .collect();
        let choice = Choice {
            params,
            peers: &self.peers,
            career: in_force.intensity * 0.5,
            comparability: in_force.comparability,
            mean_comparability: mean_comparability(&self.peers, world, params),
            climate: &climate,
            priority: &priority,
            columns: &self.columns,
            advantage: &self.advantage,
        };
        self.mean_comparability = mean_comparability(&self.peers, world, &world.params);
        for constants in &mut self.chunks {
            wide!(choice.chunk(constants));
        }
        let access = (0..sectors)
            .map(|s| production::access(compute[s], self.stringency, world.sectors[s].risk))
            .collect();
        self.balance_capability(access);
        let rho = self.world.params.production.aggregation;
        let national: Vec<f64> = self
            .aggregation_sum
            .iter()
            .map(|sum| outside::national_capability(*sum, rho))
            .collect();
        self.frontier = (0..sectors).map(|s| national[s] / ratio[s]).collect();
        self.competitiveness = (0..sectors).map(|s| self.value[s] * ratio[s]).sum();
        self.demand = self
            .gross_capability
            .iter()
            .map(|gross| utilisation * gross)
            .collect();
    }

    /// Steps 3 and 5: the stock that the first quarter's spending sustains, and the price of output.
    fn balance_capability(&mut self, access: Vec<f64>) {
        let sectors = self.world.sectors.len();
        let params = &self.world.params;
        let count = self.world.cities.len() as f64;
        let mut stock = Stock {
            made: &params.production,
            columns: &self.columns,
            advantage: &self.advantage,
            access,
            minimum_scale: &self.minimum_scale,
            half_base: None,
            sums: vec![ZERO; sectors],
        };
        for _ in 0..=ROUNDS {
            stock.sums.fill(ZERO);
            for constants in &mut self.chunks {
                wide!(stock.round(constants));
            }
            self.gross_capability = stock.sums.iter().map(lane_sum).collect();
            let half = params.production.introduction_half_base;
            let gross = self.gross_capability.iter();
            stock.half_base = Some(gross.map(|sum| half * sum / count).collect());
        }
        self.half_base = stock.half_base.take().unwrap_or_default();

        let mut spending = ZERO;
        let mut terms = vec![ZERO; sectors];
        let rho = params.production.aggregation;
        for constants in &self.chunks {
            wide!(constants.add_start(&self.columns, rho, &mut spending, &mut terms));
        }
        self.aggregation_sum = terms.iter().map(lane_sum).collect();
        if self.places.count > 0 {
            let production = &params.production;
            for constants in &mut self.chunks {
                constants.keep_effective(
                    &self.columns,
                    &self.half_base,
                    &self.minimum_scale,
                    production.introduction_cost,
                );
            }
        }
        let utilisation = params.market.initial_utilisation;
        let used = utilisation * self.gross_capability.iter().sum::<f64>();
        self.output_price = production::output_price(
            params.market.output_value_ratio,
            params.outcomes.discount_rate_per_quarter,
            params.production.depreciation,
            lane_sum(&spending),
            used,
        );
        for constants in &mut self.chunks {
            let stocks = constants.capability.chunks_exact(sectors);
            for (start, stocks) in constants.start.iter_mut().zip(stocks) {
                let stock = stocks.iter().fold(ZERO, |sum, own| plus(sum, *own));
                start.output =
                    each(|l| production::output(self.output_price, utilisation * stock[l]));
            }
        }
    }
}

/// Mean over cities of `q(|P_i|/S)`, the comparability before anybody has chosen.
fn mean_comparability(peers: &Peers, world: &World, params: &Params) -> f64 {
    let (cities, sectors) = (world.cities.len(), world.sectors.len() as f64);
    let k = params.tournament.shock_variance_ratio;
    let of = |city| budgets::comparability(peers.count(city) as f64 / sectors, k);
    (0..cities).map(of).sum::<f64>() / cities as f64
}

/// Step 2: the targets of E12 before any instrument.
struct Choice<'a> {
    params: &'a Params,
    peers: &'a Peers,
    /// `Π_e/2`.
    career: f64,
    /// `λ_e`.
    comparability: f64,
    /// `q̄`.
    mean_comparability: f64,
    climate: &'a [f64],
    priority: &'a [f64],
    columns: &'a [Constant],
    advantage: &'a [Lanes],
}

impl Choice<'_> {
    /// Budget shares of the cities of a chunk.
    #[inline(always)]
    fn chunk(&self, constants: &mut ChunkConstants) {
        let sectors = self.climate.len();
        let (tournament, rules) = (&self.params.tournament, &self.params.budgets);
        let k = tournament.shock_variance_ratio;
        for block in 0..constants.blocks() {
            let at = constants.first_block() + block;
            let first = constants.first + block * LANES;
            let cities = constants.cities - block * LANES;
            let reading = each(|l| {
                let peers = if l < cities {
                    self.peers.count(first + l)
                } else {
                    0
                };
                let q = budgets::comparability(peers as f64 / sectors as f64, k);
                budgets::reading_factor(
                    q,
                    self.comparability,
                    self.comparability / self.mean_comparability,
                )
            });
            let (unit_need, outside) = (self.columns[at].unit_need, self.columns[at].outside);
            let live = constants.live(block);
            let rest = each(|l| {
                budgets::rest_value(outside[l], self.career, tournament.career_value_rest)
            });
            let mut weights = [ZERO; MAX_SECTORS];
            let weights = &mut weights[..sectors];
            for (s, weight) in weights.iter_mut().enumerate() {
                let advantage = self.advantage[at * sectors + s];
                let (climate, priority) = (self.climate[s], self.priority[s]);
                *weight = each(|l| {
                    let need = rules.need_scale * unit_need[l];
                    budgets::sector_value(
                        need,
                        advantage[l],
                        climate,
                        self.career,
                        priority,
                        reading[l],
                    )
                });
            }
            constants.close(block, 0, weights, rest);
            let highest = weights.iter().fold(rest, |highest, value| {
                each(|l| select(value[l] > highest[l], value[l], highest[l]))
            });
            for weight in &mut *weights {
                let value = *weight;
                *weight =
                    each(|l| budgets::choice_weight(1.0, rules.precision, value[l], highest[l]));
                column_by_column();
            }
            constants.close(block, 0, weights, ZERO);
            let all = weights.iter().fold(ZERO, |sum, weight| plus(sum, *weight));
            let rest = each(|l| {
                budgets::choice_weight(rules.rest_base_rate, rules.precision, rest[l], highest[l])
            });
            let shares = &mut constants.shares[block * sectors..(block + 1) * sectors];
            for (share, weight) in shares.iter_mut().zip(&*weights) {
                *share = each(|l| live[l] * weight[l] / (rest[l] + all[l]));
                column_by_column();
            }
        }
    }
}

/// Step 3: the stock that spending sustains.
struct Stock<'a> {
    made: &'a Production,
    columns: &'a [Constant],
    advantage: &'a [Lanes],
    /// `κ (1 - R risk)`, by sector.
    access: Vec<f64>,
    minimum_scale: &'a [f64],
    /// `K^h` of the round before; none in the first, in which all spending is effective.
    half_base: Option<Vec<f64>>,
    /// Sums of the stock, by sector.
    sums: Vec<Lanes>,
}

impl Stock<'_> {
    /// A round for the cities of a chunk.
    #[inline(always)]
    fn round(&mut self, constants: &mut ChunkConstants) {
        let sectors = self.access.len();
        let made = self.made;
        for block in 0..constants.blocks() {
            let shares = &constants.shares[block * sectors..(block + 1) * sectors];
            let (base, researchers) = (
                self.columns[constants.first_block() + block].base,
                constants.start[block].researchers,
            );
            let all_share = shares.iter().fold(ZERO, |sum, share| plus(sum, *share));
            for s in 0..sectors {
                let at = block * sectors + s;
                let (share, before) = (shares[s], constants.capability[at]);
                let advantage = self.advantage[constants.first_block() * sectors + at];
                let access = self.access[s];
                let (scale, cost) = (self.minimum_scale[s], made.introduction_cost);
                let spending = each(|l| share[l] * base[l]);
                let effective = match &self.half_base {
                    None => spending,
                    Some(half_base) => {
                        let half_base = half_base[s];
                        each(|l| {
                            let per_base = production::per_base(before[l], half_base);
                            let left = production::left_after_introduction(
                                spending[l],
                                before[l],
                                half_base,
                                per_base,
                                cost,
                            );
                            let scale_share = production::scale_share(left, scale);
                            production::effective_spending(left, scale_share)
                        })
                    }
                };
                let within = each(|l| select(all_share[l] > 0.0, share[l] / all_share[l], 0.0));
                let stock = each(|l| {
                    let talent = researchers[l] * within[l];
                    let increment = production::increment(
                        made.productivity,
                        advantage[l],
                        effective[l],
                        talent,
                        made.money_elasticity,
                        access,
                    );
                    increment / made.depreciation
                });
                constants.capability[at] = stock;
                self.sums[s] = plus(self.sums[s], stock);
            }
        }
    }
}

impl ChunkConstants {
    /// Section 5, step 8: effective spending of the first quarter, at the stock of the start.
    fn keep_effective(
        &mut self,
        columns: &[Constant],
        half_base: &[f64],
        minimum_scale: &[f64],
        cost: f64,
    ) {
        let sectors = half_base.len();
        let effective = |at: usize| {
            let (block, s) = (at / sectors, at % sectors);
            let base = columns[self.first_block() + block].base;
            let (share, stock) = (self.shares[at], self.capability[at]);
            each(|l| {
                let per_base = production::per_base(stock[l], half_base[s]);
                let left = production::left_after_introduction(
                    share[l] * base[l],
                    stock[l],
                    half_base[s],
                    per_base,
                    cost,
                );
                let scale_share = production::scale_share(left, minimum_scale[s]);
                production::effective_spending(left, scale_share)
            })
        };
        self.effective = (0..self.capability.len()).map(effective).collect();
    }

    /// Adds spending and the terms of E2 at the start.
    #[inline(always)]
    fn add_start(&self, columns: &[Constant], rho: f64, spending: &mut Lanes, terms: &mut [Lanes]) {
        let sectors = terms.len();
        for block in 0..self.blocks() {
            let base = columns[self.first_block() + block].base;
            for (s, sum) in terms.iter_mut().enumerate() {
                let share = self.shares[block * sectors + s];
                let stock = self.capability[block * sectors + s];
                let before = *spending;
                *spending = each(|l| before[l] + share[l] * base[l]);
                *sum = plus(*sum, each(|l| outside::aggregation_term(stock[l], rho)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::scenario::load;
    use crate::model::params::{Kind, Value};
    use std::path::Path;

    /// What the start comes to, bit by bit.
    fn start(file: &str, sets: &[&str]) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(file);
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        let scenario = load(&path, &sets).expect("valid");
        let Setup {
            chunks,
            half_base,
            frontier,
            demand,
            gross_capability,
            aggregation_sum,
            output_price,
            stringency,
            ..
        } = Setup::new(scenario.world).expect("a world that can start");
        let cities: Vec<_> = chunks
            .iter()
            .map(|chunk| (&chunk.shares, &chunk.capability, &chunk.start))
            .collect();
        format!(
            "{cities:?} {half_base:?} {frontier:?} {demand:?} {gross_capability:?} {aggregation_sum:?} {output_price:?} {stringency:?}"
        )
    }

    #[test]
    fn arms_start_in_one_world_whatever_is_laid_over_the_file() {
        let base = start("china-2015-2024.toml", &[]);
        for regime in ["eu-single-track.toml", "us-silos.toml", "coordinated.toml"] {
            assert!(start(regime, &[]) == base, "{regime}");
        }
        let running = PARAMETERS
            .iter()
            .filter(|parameter| parameter.timing == Timing::Running);
        for parameter in running {
            let own = parameter.default();
            let value = match parameter.kind {
                Kind::Real { min, max } if own == Value::Real(min) => Value::Real(max),
                Kind::Real { min, .. } => Value::Real(min),
                Kind::Count { min, max } if own == Value::Count(min) => Value::Count(max),
                // The shortest lag may not be above the longest.
                Kind::Count { .. } if parameter.key == "codification.lag_max_quarters" => continue,
                Kind::Count { min, .. } => Value::Count(min),
                Kind::Switch => Value::Switch(own == Value::Switch(false)),
                Kind::Choice { names } => Value::Choice(names[names.len() - 1]),
            };
            let set = format!("{}={}", parameter.key, value);
            assert!(start("china-2015-2024.toml", &[&set]) == base, "{set}");
        }
    }

    #[test]
    fn what_is_read_at_the_start_makes_another_world_and_so_does_a_start_of_ones_own() {
        let base = start("china-2015-2024.toml", &[]);
        for sets in [
            &["production.depreciation=0.05"][..],
            &["start.intensity=0.5"],
            &["start.reference=own", "mechanisms.tournament=false"],
            &["start.reference=own", "budgets.need_scale=0"],
        ] {
            assert!(start("china-2015-2024.toml", sets) != base, "{sets:?}");
        }
        // With the rules that the file has, both starts are one.
        assert!(start("core.toml", &[]) == base);
        let half = ["start.reference=own", "tournament.intensity=0.5"];
        let same = ["start.intensity=0.5", "tournament.intensity=2"];
        assert!(start("china-2015-2024.toml", &half) == start("china-2015-2024.toml", &same));
    }
}
