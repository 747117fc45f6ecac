//! Phases 1 to 8 of a quarter (sections 7.1 to 7.8).

use dualtrack::kernel::random::{Purpose, beta_2_2, index, normal, slot, uniform};
use dualtrack::model::data::{Channel, World};
use dualtrack::model::params::table::{Allocation, Params};
use dualtrack::model::record::{Move, OfficialEvent, PolicyEvent};

use super::formulas::{
    Site, clip, comparability, effective_spending, first_largest, fit, frontier_ratio,
    frontier_shock, happens, increment, left_after_introduction, mean, mean_over_peers,
    money_factor, national_capability, published_shares, standard_deviation, standardised, switch,
    target_shares,
};
use super::{Constants, Decided, Flows, Measure, Outside, Twin};

/// E4.
pub fn priorities(world: &World, params: &Params, outside: &Outside, gap: &[f64]) -> Vec<f64> {
    let centre = &params.centre;
    world
        .sectors
        .iter()
        .enumerate()
        .map(|(s, sector)| {
            centre.priority_base
                + centre.priority_strategic * sector.strategic
                + centre.priority_us_gap * outside.us_pressure * gap[s] * sector.strategic
                + centre.priority_lost_imports * outside.export_controls * sector.import_share
                + centre.priority_attention * outside.attention[s]
                + centre.priority_plan * outside.plans[s]
        })
        .collect()
}

/// E5: the target `R*`.
pub fn stringency_target(
    world: &World,
    params: &Params,
    constants: &Constants,
    outside: &Outside,
    ratio: &[f64],
    gap: &[f64],
) -> f64 {
    let centre = &params.centre;
    let mut risk = 0.0;
    let mut weighted_gap = 0.0;
    for (s, sector) in world.sectors.iter().enumerate() {
        risk += sector.risk * ratio[s].min(1.0);
        weighted_gap += constants.strategic_weight[s] * gap[s];
    }
    clip(
        centre.stringency_eu_weight * outside.eu_pressure
            + centre.stringency_risk_weight * risk / world.sectors.len() as f64
            - centre.stringency_gap_weight * outside.us_pressure * weighted_gap,
        0.0,
        1.0,
    )
}

/// E6.
pub fn compute_access(world: &World, outside: &Outside, gap: &[f64]) -> Vec<f64> {
    let supply: f64 = world
        .sectors
        .iter()
        .map(|sector| sector.supplies_compute)
        .sum();
    let mut gap_of_compute = 0.0;
    if supply > 0.0 {
        for (s, sector) in world.sectors.iter().enumerate() {
            gap_of_compute += sector.supplies_compute * gap[s] / supply;
        }
    }
    world
        .sectors
        .iter()
        .map(|sector| 1.0 - sector.compute * outside.export_controls * gap_of_compute)
        .collect()
}

/// `Π_e` of E8.
pub fn intensity(params: &Params) -> f64 {
    let tournament = &params.tournament;
    let mut intensity = switch(params.mechanisms.tournament) * tournament.intensity;
    if tournament.tied_to_slope {
        intensity *= (tournament.promotion_slope / tournament.slope_reference).max(0.0);
    }
    intensity
}

impl Twin {
    /// 7.1: frontier, pressures, demand, utilisation, compute.
    pub fn phase_1_outside(&mut self, t: u32) {
        let now = self.world.start.plus(t as i32);
        self.outside = Outside::at(&self.world, &self.params, now);
        if t > 0 {
            self.us_growth *= 1.0 + self.params.outside.us_researchers_growth_per_quarter;
        }
        for s in 0..self.sectors() {
            let sector = &self.world.sectors[s];
            // E1.
            if t > 0 {
                self.frontier[s] *=
                    1.0 + self.params.outside.frontier_growth_scale * sector.frontier_growth;
            }
            self.frontier[s] *= 1.0
                + self.params.outside.frontier_shock_per_intensity
                    * frontier_shock(&self.world, s, now);
            // E2, E3.
            let stocks = self.stocks(s);
            let rho = self.params.production.aggregation;
            self.national_capability[s] = national_capability(&stocks, rho);
            self.gross_capability[s] = stocks.iter().sum();
            self.ratio[s] = frontier_ratio(self.national_capability[s], self.frontier[s]);
            self.gap[s] = (1.0 - self.ratio[s]).max(0.0);
            // E37.
            let market = &self.params.market;
            if t > 0 {
                self.base_demand[s] *= 1.0 + market.demand_growth_scale * sector.demand_growth;
            }
            let imports = sector.import_share / (1.0 - sector.import_share);
            let lost = market.import_substitution * self.outside.export_controls * imports;
            let is_cut = self.last_incident[s].is_some_and(|then| t - then <= 4);
            let cut = market.incident_demand_cut * switch(is_cut);
            self.demand[s] = self.base_demand[s] * (1.0 + lost) * (1.0 - cut);
            self.utilisation[s] = if self.gross_capability[s] == 0.0 {
                1.0
            } else {
                (self.demand[s] / self.gross_capability[s]).min(1.0)
            };
        }
        self.compute_access = compute_access(&self.world, &self.outside, &self.gap);
    }

    /// 7.2: national measures due, priorities, stringency, incidents.
    pub fn phase_2_centre(&mut self, t: u32) {
        for m in 0..self.instruments() {
            let Some(decided) = self.decided[m] else {
                continue;
            };
            if decided.due != t {
                continue;
            }
            self.decided[m] = None;
            self.national_measures[m] = Some(decided.measure);
            let origin = decided.measure.origin;
            if let Some(city) = origin {
                self.inventions[city] += 1;
            }
            self.event_log.policies.push(PolicyEvent {
                kind: if origin.is_some() {
                    Move::Codify
                } else {
                    Move::TopDown
                },
                city: None,
                instrument: m as u32,
                design: decided.measure.template,
                from: origin.map(|city| city as u32),
            });
        }
        // E4.
        self.priority = priorities(&self.world, &self.params, &self.outside, &self.gap);
        // E5.
        let target = stringency_target(
            &self.world,
            &self.params,
            &self.constants,
            &self.outside,
            &self.ratio,
            &self.gap,
        );
        self.stringency += self.params.centre.stringency_adjustment * (target - self.stringency);
        // E7.
        let mut stream = self.draws.stream(Purpose::Incident);
        self.flows = Flows::default();
        for s in 0..self.sectors() {
            let sector = &self.world.sectors[s];
            let unregulated = (1.0 - self.stringency) * (1.0 - self.stringency);
            let hazard =
                self.params.centre.incident_hazard * sector.risk * self.ratio[s] * unregulated;
            let probability = 1.0 - libm::exp(-hazard);
            let word = stream.block(sector.code, u64::from(t / 8))[(t % 8) as usize];
            let incident = self.params.mechanisms.incidents && happens(word, probability);
            if incident {
                self.last_incident[s] = Some(t);
            }
            self.flows.incident.push(incident);
        }
    }

    /// E20 without fit and money: `θ_m (1 + τ_m (2 am_i - 1))`.
    fn effect_of_tier(&self, i: usize, m: usize) -> f64 {
        let slope = self.world.instruments[m].tier_slope;
        self.true_effect[m] * (1.0 + slope * (2.0 * self.world.cities[i].amenity - 1.0))
    }

    /// E20: what law leaves of an instrument.
    pub fn left_by_law(&self) -> f64 {
        1.0 - switch(self.params.mechanisms.preemption)
            * self.params.policy.preemption_strength
            * self.stringency
    }

    pub fn fit(&self, i: usize, m: usize) -> f64 {
        fit(
            self.design[i][m],
            self.optimum[i][m],
            self.params.policy.design_tolerance,
        )
    }

    /// E20: `ê_im`.
    fn potential_effect(&self, i: usize, m: usize) -> f64 {
        self.effect_of_tier(i, m) * self.fit(i, m) * self.left_by_law()
    }

    /// 7.3, in the order review, pioneer, imitate, take up, adjust.
    pub fn phase_3_moves(&mut self, t: u32) {
        let policy = self.params.policy.clone();
        let mechanisms = self.params.mechanisms.clone();
        let in_force_before = self.in_force.clone();
        let design_before = self.design.clone();
        let mut moves = self.draws.stream(Purpose::Moves);
        let mut errors = self.draws.stream(Purpose::DesignError);
        let mut in_force_after = self.in_force.clone();
        let mut design_after = self.design.clone();
        let mut pioneers: Vec<(usize, usize)> = Vec::new();

        for i in 0..self.cities() {
            let code = self.world.cities[i].code;
            let words = moves.block(code, u64::from(t));
            let peers = self.constants.peers[i].clone();
            let has = |m: usize| in_force_before[i][m];
            let is_national = |m: usize| self.national_measures[m].is_some();
            let all = 0..self.instruments();
            let mut begun: Vec<(usize, f64)> = Vec::new();
            let mut events: Vec<PolicyEvent> = Vec::new();
            let event = |kind, m: usize, design, from: Option<usize>| PolicyEvent {
                kind,
                city: Some(i as u32),
                instrument: m as u32,
                design,
                from: from.map(|city| city as u32),
            };

            // E19.
            let mut given_up = None;
            if happens(words[slot::REVIEW], policy.review_rate_per_quarter) {
                let mut worst: Option<(usize, f64)> = None;
                for m in all.clone().filter(|m| has(*m) && !is_national(*m)) {
                    let potential = self.potential_effect(i, m);
                    if worst.is_none_or(|(_, least)| potential < least) {
                        worst = Some((m, potential));
                    }
                }
                if let Some((m, potential)) = worst
                    && potential <= policy.drop_below
                {
                    given_up = Some(m);
                    events.push(event(Move::Drop, m, design_before[i][m], None));
                }
            }

            // E15.
            if mechanisms.pioneering {
                let behind = mean_over_peers(&peers, &self.score)
                    .map_or(0.0, |mean| clip(mean - self.score[i], 0.0, 2.0));
                let need = self.params.budgets.need_scale * self.constants.need_of_one[i];
                let pressure = intensity(&self.params) * self.career_weight[i] * behind + need;
                let probability = policy.pioneer_rate_per_quarter
                    * (1.0 + policy.pioneer_pressure * pressure)
                    * (1.0 + policy.pilot_boost * self.pilot(i, t));
                let open: Vec<usize> = all
                    .clone()
                    .filter(|m| !has(*m) && !is_national(*m))
                    .collect();
                if happens(words[slot::PIONEER], probability.min(1.0)) && !open.is_empty() {
                    let m = open[index(words[slot::PIONEER_PICK], open.len())];
                    let error = normal(errors.block(code, u64::from(t))[0]);
                    let design = clip(self.optimum[i][m] + policy.design_error * error, 0.0, 1.0);
                    begun.push((m, design));
                    events.push(event(Move::Pioneer, m, design, None));
                    pioneers.push((i, m));
                }
            }

            // E16.
            if mechanisms.imitation
                && happens(words[slot::IMITATE], policy.imitation_rate_per_quarter)
                && let Some(best) = first_largest(peers.iter().map(|(j, _)| (*j, self.score[*j])))
            {
                let open: Vec<usize> = all
                    .clone()
                    .filter(|m| in_force_before[best][*m] && !has(*m))
                    .filter(|m| begun.iter().all(|(new, _)| new != m))
                    .collect();
                if !open.is_empty() {
                    let m = open[index(words[slot::IMITATE_PICK], open.len())];
                    begun.push((m, design_before[best][m]));
                    events.push(event(Move::Imitate, m, design_before[best][m], Some(best)));
                }
            }

            // E17.
            if happens(words[slot::TAKE_UP], policy.codified_rate_per_quarter) {
                let open: Vec<usize> = all
                    .clone()
                    .filter(|m| is_national(*m) && !has(*m))
                    .filter(|m| begun.iter().all(|(new, _)| new != m))
                    .collect();
                if !open.is_empty() {
                    let m = open[index(words[slot::TAKE_UP_PICK], open.len())];
                    if let Some(measure) = self.national_measures[m] {
                        begun.push((m, measure.template));
                        events.push(event(Move::TakeUp, m, measure.template, None));
                        self.takeups[i] += 1;
                    }
                }
            }

            // E18.
            if mechanisms.local_adjustment {
                for m in all.filter(|m| has(*m) && given_up != Some(*m)) {
                    design_after[i][m] = design_before[i][m]
                        + policy.adjustment_rate * (self.optimum[i][m] - design_before[i][m]);
                }
            }

            if let Some(m) = given_up {
                in_force_after[i][m] = false;
                self.failures[i] += 1;
                let option = 1 + self.sectors() + m;
                self.shares[i][0] += self.shares[i][option];
                self.shares[i][option] = 0.0;
            }
            for (m, design) in begun {
                in_force_after[i][m] = true;
                design_after[i][m] = design;
            }
            self.event_log.policies.extend(events);
        }
        self.in_force = in_force_after;
        self.design = design_after;

        // E33: the first to pioneer an instrument; in the same quarter the lower code.
        pioneers.sort_by_key(|(i, _)| self.world.cities[*i].code);
        for (i, m) in pioneers {
            if self.first_pioneer[m].is_none() {
                self.first_pioneer[m] = Some(i);
            }
        }
    }

    /// Sector shares as published at the end of a quarter; `quarters_ago` counts from this one.
    fn published_then(&self, t: u32, quarters_ago: u32) -> &[Vec<f64>] {
        if t >= quarters_ago {
            &self.published[(t - quarters_ago) as usize]
        } else {
            &self.published_start
        }
    }

    /// E9: effective peers in every sector.
    fn effective_peers(&self, i: usize, published: &[Vec<f64>]) -> Vec<f64> {
        (0..self.sectors())
            .map(|s| {
                self.constants.peers[i]
                    .iter()
                    .map(|(j, g)| g * published[*j][s])
                    .sum()
            })
            .collect()
    }

    /// E8: `q(n_is)` of all cities at these shares.
    fn qualities(&self, published: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let k = self.params.tournament.shock_variance_ratio;
        (0..self.cities())
            .map(|i| {
                self.effective_peers(i, published)
                    .iter()
                    .map(|n| comparability(*n, k))
                    .collect()
            })
            .collect()
    }

    /// What E29 needs of a city and sector.
    fn site(&self, i: usize, s: usize) -> Site {
        Site {
            productivity: self.params.production.productivity,
            alpha: self.params.production.money_elasticity,
            advantage: self.constants.advantage[i][s],
            compute_access: self.compute_access[s],
            restriction: self.stringency * self.world.sectors[s].risk,
        }
    }

    /// 7.4.
    pub fn phase_4_budgets(&mut self, t: u32) {
        let params = self.params.clone();
        let (city_count, sector_count, instrument_count) =
            (self.cities(), self.sectors(), self.instruments());

        // E20: effects, with the money of the quarter before.
        for i in 0..city_count {
            for m in 0..instrument_count {
                let money = self.shares[i][1 + sector_count + m] * self.budget[i];
                let half = params.policy.half_money_share * self.constants.base[i];
                self.effect[i][m] = if self.in_force[i][m] {
                    self.potential_effect(i, m) * money_factor(money, half)
                } else {
                    0.0
                };
            }
        }

        // E8: the mean comparability of the quarter before, then that of this quarter for the next.
        self.mean_comparability = self.mean_comparability_next;
        let published_last = self.published_then(t, 1).to_vec();
        self.mean_comparability_next = mean(&self.qualities(&published_last).concat());
        let lambda = switch(params.mechanisms.comparability) * params.tournament.comparability;
        let k = params.tournament.shock_variance_ratio;
        let mean_comparability = self.mean_comparability;
        let reading = |n: f64| 1.0 - lambda + lambda * comparability(n, k) / mean_comparability;
        let intensity = intensity(&params);

        let last_spending: Vec<Vec<f64>> = (0..city_count)
            .map(|i| {
                (0..sector_count)
                    .map(|s| self.shares[i][1 + s] * self.budget[i])
                    .collect()
            })
            .collect();
        let mut new_shares = Vec::new();
        for i in 0..city_count {
            let career = intensity * self.career_weight[i];
            let need = params.budgets.need_scale * self.constants.need_of_one[i];
            let effective_peers = self.effective_peers(i, &published_last);
            // E11: the rest.
            let mut values = vec![
                self.constants.outside_productivity[i]
                    + career * params.tournament.career_value_rest,
            ];
            let mut rates = vec![params.budgets.rest_base_rate];
            // E10.
            for s in 0..sector_count {
                values.push(
                    (1.0 + need)
                        * self.constants.advantage[i][s]
                        * libm::pow(self.utilisation[s], params.budgets.crowding)
                        * self.compute_access[s]
                        * (1.0 - self.stringency * self.world.sectors[s].risk)
                        + career * self.priority[s] * reading(effective_peers[s]),
                );
                rates.push(switch(!is_closed(&self.world, i, s, t)));
            }
            // E11: instruments.
            for m in 0..instrument_count {
                let adopters: f64 = self.constants.peers[i]
                    .iter()
                    .map(|(j, g)| g * switch(self.in_force_published[*j][m]))
                    .sum();
                values.push(
                    params.budgets.instrument_own_value * self.effect[i][m]
                        + career * params.tournament.career_value_instrument * reading(adopters),
                );
                rates.push(if self.in_force[i][m] {
                    params.budgets.instrument_base_rate
                } else {
                    0.0
                });
            }
            // E12.
            let mut target = target_shares(&rates, &values, params.budgets.precision);
            // E40.
            if params.regime.allocation == Allocation::Coordinated {
                let weights: Vec<f64> = (0..sector_count)
                    .map(|s| {
                        switch(!is_closed(&self.world, i, s, t))
                            * self.marginal_value(i, s, &last_spending[i])
                    })
                    .collect();
                let all: f64 = weights.iter().sum();
                if all > 0.0 {
                    let total: f64 = target[1..=sector_count].iter().sum();
                    for s in 0..sector_count {
                        target[1 + s] = total * weights[s] / all;
                    }
                }
            }
            // E13.
            let eta = params.budgets.adjustment_rate;
            let mut row: Vec<f64> = self.shares[i]
                .iter()
                .zip(&target)
                .map(|(share, target)| (1.0 - eta) * share + eta * target)
                .collect();
            row[0] = 1.0 - row[1..].iter().sum::<f64>();
            new_shares.push(row);
        }
        self.shares = new_shares;

        // E14 and E32.
        if t > 0 {
            self.budget_growth *= 1.0 + params.budgets.growth_per_quarter;
        }
        let concentration =
            switch(params.mechanisms.grants_by_score) * params.budgets.grant_concentration;
        let weights: Vec<f64> = (0..city_count)
            .map(|i| {
                self.constants.base[i] * libm::exp(concentration * clip(self.score[i], -3.0, 3.0))
            })
            .collect();
        let all_weights: f64 = weights.iter().sum();
        let all_base: f64 = self.constants.base.iter().sum();
        for i in 0..city_count {
            self.grant[i] = params.budgets.grant_share * self.budget_growth * all_base * weights[i]
                / all_weights;
            self.budget[i] = self.constants.base[i] * self.budget_growth
                + params.budgets.retention * params.budgets.tax_rate * self.output[i]
                + self.grant[i];
        }

        self.published.push(
            self.shares
                .iter()
                .map(|row| published_shares(&row[1..=sector_count]))
                .collect(),
        );
    }

    /// E40: spending times marginal national value, at the spending of the quarter before.
    fn marginal_value(&self, i: usize, s: usize, last_spending: &[f64]) -> f64 {
        let production = &self.params.production;
        let (capability, frontier) = (self.national_capability[s], self.frontier[s]);
        if capability == 0.0 || frontier == 0.0 {
            return 0.0;
        }
        let money = last_spending[s];
        let all: f64 = last_spending.iter().sum();
        let stock = self.capability[i][s];
        let left = left_after_introduction(
            production.introduction_cost,
            self.half_base[s],
            stock,
            money,
        );
        let scale = self.constants.minimum_scale[s];
        let x = effective_spending(left, scale);
        let l = if all == 0.0 {
            0.0
        } else {
            self.effective_talent[i] * money / all
        };
        let built = increment(self.site(i, s), x, l);
        if built == 0.0 {
            return 0.0;
        }
        let alpha = production.money_elasticity;
        self.constants.strategic_weight[s] / frontier
            * libm::pow(stock / capability, production.aggregation - 1.0)
            * built
            * (alpha * (1.0 + scale / (left + scale)) + 1.0 - alpha)
    }

    /// Sum of effects of instruments in force in a channel.
    fn channel(&self, i: usize, channel: Channel) -> f64 {
        (0..self.instruments())
            .filter(|m| self.world.instruments[*m].channel == channel)
            .map(|m| self.effect[i][m])
            .sum()
    }

    /// 7.5.
    pub fn phase_5_talent(&mut self, t: u32) {
        let talent = self.params.talent.clone();
        if t > 0 {
            self.pipeline_growth *= 1.0 + talent.pipeline_growth_per_quarter;
        }
        let published = self.researchers.clone();
        // E21.
        let weights: Vec<f64> = (0..self.cities())
            .map(|i| {
                let pull = self.world.cities[i].amenity + self.channel(i, Channel::Attract);
                self.capability[i].iter().sum::<f64>()
                    * libm::exp(clip(talent.location_precision * pull, -300.0, 300.0))
            })
            .collect();
        let all_weights: f64 = weights.iter().sum();
        let all_researchers: f64 = published.iter().sum();
        for i in 0..self.cities() {
            let moved = if self.params.mechanisms.talent_mobility && all_weights > 0.0 {
                (1.0 - talent.mobile_share) * published[i]
                    + talent.mobile_share * all_researchers * weights[i] / all_weights
            } else {
                published[i]
            };
            // E22.
            let overseas: f64 = (0..self.instruments())
                .map(|m| self.world.instruments[m].overseas_share * self.effect[i][m])
                .sum();
            let trained = (1.0 + self.channel(i, Channel::Train)).max(0.0);
            self.researchers[i] = moved * (1.0 - talent.departure_rate)
                + self.constants.pipeline[i] * self.pipeline_growth * trained
                + talent.overseas_rate * overseas.max(0.0) * moved;
            // E23.
            let own = 1.0 + self.channel(i, Channel::Motivate) + self.channel(i, Channel::Match);
            let borrowed = mean_over_peers(&self.constants.peers[i], &published).unwrap_or(0.0);
            self.effective_talent[i] = self.researchers[i] * own.max(0.0)
                + talent.soft_time * self.channel(i, Channel::Soft).max(0.0) * borrowed;
        }
    }

    /// 7.6.
    pub fn phase_6_production(&mut self) {
        let production = self.params.production.clone();
        let mut built = self.capability.clone();
        for i in 0..self.cities() {
            let mut rows: [Vec<f64>; 8] = Default::default();
            let sector_total: f64 = self.shares[i][1..=self.sectors()].iter().sum();
            let mut all_spending = 0.0;
            for s in 0..self.sectors() {
                let share = self.shares[i][1 + s];
                let spending = share * self.budget[i];
                let stock = self.capability[i][s];
                // E24.
                let left = left_after_introduction(
                    production.introduction_cost,
                    self.half_base[s],
                    stock,
                    spending,
                );
                let intro = spending - left;
                // E25.
                let x = effective_spending(left, self.constants.minimum_scale[s]);
                let lost = left - x;
                // E29.
                let l = if sector_total == 0.0 {
                    0.0
                } else {
                    self.effective_talent[i] * share / sector_total
                };
                let built_by_it = increment(self.site(i, s), x, l);
                // E45.
                let work = &mut self.work[i][s];
                work.push_back((x, built_by_it));
                let (done, arrives) = work.pop_front().expect("the work just begun, at least");
                let under_way: f64 = work.iter().map(|(money, _)| money).sum();
                // E26, of what is completed.
                let duplicated = if self.gross_capability[s] == 0.0 {
                    0.0
                } else {
                    // The sum is not less than the aggregate, apart from rounding.
                    done * (1.0 - self.national_capability[s] / self.gross_capability[s]).max(0.0)
                };
                // E27, E28.
                let idle = (done - duplicated) * (1.0 - self.utilisation[s]);
                let productive = done - duplicated - idle;
                // E47.
                let settled = intro + lost + done;
                let parts = [spending, intro, lost, duplicated, idle, productive];
                for (row, value) in rows
                    .iter_mut()
                    .zip(parts.into_iter().chain([settled, under_way]))
                {
                    row.push(value);
                }
                all_spending += spending;
                built[i][s] = (1.0 - production.depreciation) * stock + arrives;
            }
            let [
                spending,
                intro,
                lost,
                duplicated,
                idle,
                productive,
                settled,
                under_way,
            ] = rows;
            self.flows.spending.push(spending);
            self.flows.introduction.push(intro);
            self.flows.subscale.push(lost);
            self.flows.duplicated.push(duplicated);
            self.flows.idle.push(idle);
            self.flows.productive.push(productive);
            self.flows.settled.push(settled);
            self.flows.under_construction.push(under_way);

            // Instruments' money.
            let mut money = Vec::new();
            let (mut failed, mut poaching) = (0.0, 0.0);
            for m in 0..self.instruments() {
                let spent = self.shares[i][1 + self.sectors() + m] * self.budget[i];
                let fit = if self.effect_of_tier(i, m) > 0.0 {
                    self.fit(i, m)
                } else {
                    0.0
                };
                failed += spent * (1.0 - fit);
                if self.world.instruments[m].channel == Channel::Attract {
                    poaching += switch(self.params.mechanisms.talent_mobility)
                        * (1.0 - self.world.instruments[m].overseas_share)
                        * spent
                        * fit;
                }
                money.push(spent);
            }
            self.flows.instruments.push(money);
            self.flows.failed_experiments.push(failed);
            self.flows.poaching.push(poaching);
            self.flows.forgone.push(
                self.params.outcomes.rest_return
                    * self.constants.outside_productivity[i]
                    * all_spending,
            );
        }
        self.capability = built;
    }

    /// E39.
    pub fn phase_7_revenue(&mut self) {
        for i in 0..self.cities() {
            let used: f64 = (0..self.sectors())
                .map(|s| self.utilisation[s] * self.capability[i][s])
                .sum();
            self.output[i] = self.price * used;
        }
    }

    /// E30.
    pub fn evaluation(&mut self, t: u32) {
        let tournament = self.params.tournament.clone();
        let published = self.published_then(t, 0).to_vec();
        let qualities = if self.params.mechanisms.comparability {
            self.qualities(&published)
        } else {
            vec![vec![self.mean_comparability; self.sectors()]; self.cities()]
        };
        let all_priority: f64 = self.priority.iter().sum();
        let results: Vec<f64> = (0..self.cities())
            .map(|i| {
                let mut sum = 0.0;
                for s in 0..self.sectors() {
                    let (now, then) = (self.capability[i][s], self.capability_at_evaluation[i][s]);
                    let growth = if now + then == 0.0 {
                        0.0
                    } else {
                        2.0 * (now - then) / (now + then)
                    };
                    sum += self.priority[s] * qualities[i][s] * growth;
                }
                if all_priority == 0.0 {
                    0.0
                } else {
                    sum / all_priority
                }
            })
            .collect();
        let national = mean(&results);
        let relative: Vec<f64> = (0..self.cities())
            .map(|i| {
                results[i] - mean_over_peers(&self.constants.peers[i], &results).unwrap_or(national)
            })
            .collect();
        let standard = standardised(&relative);
        let mut stream = self.draws.stream(Purpose::Evaluation);
        let marks: Vec<f64> = (0..self.cities())
            .map(|i| {
                let block = stream.block(self.world.cities[i].code, u64::from(t));
                // Shares sum to 1: what is not read is the sum of p (1 - q), which needs no difference of two
                // numbers that may be almost equal.
                let unread: f64 = if published[i].iter().sum::<f64>() == 0.0 {
                    1.0
                } else {
                    (0..self.sectors())
                        .map(|s| published[i][s] * (1.0 - qualities[i][s]))
                        .sum()
                };
                if tournament.evaluation_noise > 0.0 {
                    self.least_unread = self.least_unread.min(unread);
                }
                let shield = 1.0 - self.params.policy.pilot_shield * self.pilot(i, t);
                standard[i]
                    + tournament.reward_invention * f64::from(self.inventions[i])
                    + tournament.reward_enforcement * f64::from(self.takeups[i])
                    - tournament.penalty_failure * f64::from(self.failures[i]) * shield
                    + tournament.evaluation_noise * unread.max(0.0).sqrt() * normal(block[0])
            })
            .collect();
        self.score = standardised(&marks);
        for spread in [standard_deviation(&relative), standard_deviation(&marks)] {
            if spread >= 1e-12 {
                self.spread_of_results = self.spread_of_results.min(spread);
            }
        }
        self.inventions.fill(0);
        self.takeups.fill(0);
        self.failures.fill(0);
        self.capability_at_evaluation = self.capability.clone();
    }

    /// Rows of instruments that are neither national nor decided.
    fn open_to_the_centre(&self) -> Vec<usize> {
        (0..self.instruments())
            .filter(|m| self.national_measures[*m].is_none() && self.decided[*m].is_none())
            .collect()
    }

    /// E33.
    pub fn codification(&mut self, t: u32) {
        if !self.params.mechanisms.codification {
            return;
        }
        let params = self.params.codification.clone();
        let mut stream = self.draws.stream(Purpose::Measurement);
        let mut candidates: Vec<(usize, f64)> = Vec::new();
        for m in self.open_to_the_centre() {
            let adopters: Vec<usize> = (0..self.cities())
                .filter(|i| self.in_force[*i][m])
                .collect();
            if adopters.is_empty() || adopters.len() < params.min_adopters as usize {
                continue;
            }
            let effects: Vec<f64> = adopters.iter().map(|i| self.effect[*i][m]).collect();
            let sites: Vec<f64> = adopters
                .iter()
                .map(|i| self.constants.site_advantage[*i])
                .collect();
            let block = stream.block(self.world.instruments[m].code, u64::from(t));
            let gain = mean(&effects)
                + (1.0 - params.correction)
                    * (params.site_bias * mean(&sites) + params.trial_effort)
                + params.measurement_noise * normal(block[0]) / (adopters.len() as f64).sqrt();
            if gain >= params.threshold {
                candidates.push((m, gain));
            }
        }
        // The highest first; the sort is stable, so that ties stay in order of row.
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (m, _) in candidates.into_iter().take(params.max_per_year as usize) {
            let adopters: Vec<usize> = (0..self.cities())
                .filter(|i| self.in_force[*i][m])
                .collect();
            let mut weights: Vec<f64> = adopters
                .iter()
                .map(|i| self.effect[*i][m].max(0.0))
                .collect();
            if weights.iter().all(|weight| *weight == 0.0) {
                weights.fill(1.0);
            }
            let all: f64 = weights.iter().sum();
            let sum: f64 = adopters
                .iter()
                .zip(&weights)
                .map(|(i, weight)| weight * self.design[*i][m])
                .sum();
            let block = stream.block(self.world.instruments[m].code, u64::from(t));
            let range = params.lag_max_quarters - params.lag_min_quarters + 1;
            let lag = params.lag_min_quarters + index(block[1], range as usize) as u32;
            self.decided[m] = Some(Decided {
                measure: Measure {
                    template: sum / all,
                    origin: self.first_pioneer[m],
                },
                due: t + lag,
            });
        }
    }

    /// E34.
    pub fn top_down(&mut self, t: u32) {
        let words = self.draws.stream(Purpose::TopDown).block(0, u64::from(t));
        let open = self.open_to_the_centre();
        let rate = self.params.codification.top_down_rate_per_year;
        if self.params.mechanisms.top_down && happens(words[0], rate) && !open.is_empty() {
            let m = open[index(words[1], open.len())];
            self.decided[m] = Some(Decided {
                measure: Measure {
                    template: uniform(words[2]),
                    origin: None,
                },
                due: t + 1,
            });
        }
    }

    /// E36.
    pub fn name_champions(&mut self, t: u32) {
        let mut stream = self.draws.stream(Purpose::Champion);
        let mut candidates: Vec<(usize, usize)> = Vec::new();
        for s in 0..self.sectors() {
            let mut best: Option<(usize, f64)> = None;
            for region in 0..self.world.regions.len() {
                let leader = self.leader(region, s, &self.capability);
                if leader != self.leaders[region][s]
                    && let Some(city) = leader
                {
                    self.leaders[region][s] = leader;
                    let event = self.champion_event(false, city, s);
                    self.event_log.champions.push(event);
                }
                let Some(city) = leader else {
                    continue;
                };
                let position = 4 * u64::from(t) + (s / 8) as u64;
                let word = stream.block(self.world.cities[city].code, position)[s % 8];
                let factor = (1.0 + self.params.champions.noise * normal(word)).max(0.0);
                let seen = self.capability[city][s] * factor;
                // Of equals the leader of the first region.
                let is_better = best.is_none_or(|(_, most)| seen > most);
                if is_better {
                    best = Some((city, seen));
                }
            }
            if let Some((city, _)) = best
                && !self.champions.contains(&(city, s))
            {
                candidates.push((city, s));
            }
        }
        candidates.sort_by(|a, b| self.priority[b.1].total_cmp(&self.priority[a.1]));
        for (city, s) in candidates
            .into_iter()
            .take(self.params.champions.max_per_year as usize)
        {
            self.champions.push((city, s));
            let event = self.champion_event(true, city, s);
            self.event_log.champions.push(event);
        }
    }

    /// E31, every quarter.
    pub fn exits(&mut self, t: u32) {
        let tournament = self.params.tournament.clone();
        let mut moves = self.draws.stream(Purpose::Moves);
        let mut officials = self.draws.stream(Purpose::Official);
        for i in 0..self.cities() {
            let code = self.world.cities[i].code;
            let h = tournament.turnover_per_quarter * tournament.promoted_share;
            let promotion = if h == 0.0 {
                0.0
            } else {
                let odds = libm::log(h / (1.0 - h))
                    + switch(self.params.mechanisms.tournament)
                        * tournament.promotion_slope
                        * self.score[i];
                1.0 / (1.0 + libm::exp(-odds))
            };
            let replacement = tournament.turnover_per_quarter * (1.0 - tournament.promoted_share);
            let word = moves.block(code, u64::from(t))[slot::EXIT];
            self.quarters_in_post[i] += 1;
            if !happens(word, promotion + replacement) {
                continue;
            }
            let block = officials.block(code, u64::from(t + 1));
            let successor = beta_2_2([block[0], block[1], block[2]]);
            self.event_log.officials.push(OfficialEvent {
                city: i as u32,
                is_promoted: happens(word, promotion),
                score: self.score[i],
                quarters_in_post: self.quarters_in_post[i],
                career_weight: self.career_weight[i],
                successor_career_weight: successor,
            });
            self.career_weight[i] = successor;
            self.quarters_in_post[i] = 0;
        }
    }
}

/// E12: whether a sector is closed to a city in quarter `t`.
pub fn is_closed(world: &World, city: usize, sector: usize, t: u32) -> bool {
    world.closures.iter().any(|closure| {
        let place = (closure.city as usize, closure.sector as usize);
        let begun = closure
            .from
            .is_none_or(|from| from.since(world.start) <= t as i32);
        place == (city, sector) && begun
    })
}
