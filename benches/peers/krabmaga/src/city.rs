//! A city and its official (docs/odd.md, 7.3 to 7.8).

use std::array::from_fn;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_distr::{Beta, Distribution, StandardNormal};
use rand_pcg::Pcg64;

use crate::nation::Nation;
use crate::world::{Channel, INSTRUMENTS, Instruments, Params, Row, SECTORS, Sectors, World};

/// What others see of a city: the end of the last quarter.
#[derive(Clone, Default)]
pub struct Published {
    pub shares: Sectors,
    pub in_force: [bool; INSTRUMENTS],
    pub design: Instruments,
    pub researchers: f64,
    pub score: f64,
    /// Result of an evaluation (E30).
    pub result: f64,
}

/// Sums over cities that production needs before any city produces.
#[derive(Default)]
pub struct Sums {
    pub grant_weight: f64,
    pub location: f64,
    pub researchers: f64,
    pub quality: f64,
}

pub struct City {
    row: Row,
    optimum: Instruments,
    tier_effect: Instruments,
    career: f64,
    rest: f64,
    pub sector_shares: Sectors,
    pub instrument_shares: Instruments,
    budget: f64,
    output: f64,
    pub capability: Sectors,
    pub terms: Sectors,
    at_evaluation: Sectors,
    in_force: [bool; INSTRUMENTS],
    design: Instruments,
    effect: Instruments,
    researchers: f64,
    failures: f64,
    score: f64,
    grant_weight: f64,
    location: f64,
    read: Sectors,
    pub relative: f64,
    pub mark: f64,
    /// Spending, what introduction leaves, what scale leaves.
    pub cascade: [Sectors; 3],
}

/// E8.
pub fn quality(p: &Params, peers: f64) -> f64 {
    let k = p.variance_ratio;
    (1.0 + k * peers) / (1.0 + k + k * peers)
}

fn official(rng: &mut Pcg64) -> f64 {
    Beta::new(2.0, 2.0).map_or(0.5, |beta| beta.sample(rng))
}

impl City {
    pub fn new(row: &Row, world: &World, p: &Params, nation: &Nation, rng: &mut Pcg64) -> Self {
        let output = nation.price * p.initial_utilisation * row.capability.iter().sum::<f64>();
        City {
            optimum: nation.optimum.map(|optimum| {
                let deviation: f64 = rng.sample(StandardNormal);
                (optimum + p.design_spread * deviation).clamp(0.0, 1.0)
            }),
            tier_effect: from_fn(|m| {
                let slope = world.instruments[m].tier_slope;
                nation.true_effect[m] * (1.0 + slope * (2.0 * row.amenity - 1.0))
            }),
            career: official(rng),
            rest: row.shares[0],
            sector_shares: from_fn(|s| row.shares[1 + s]),
            instrument_shares: [0.0; INSTRUMENTS],
            budget: row.base,
            output,
            capability: row.capability,
            terms: row.capability.map(|stock| stock.powf(p.aggregation)),
            at_evaluation: row.capability,
            in_force: [false; INSTRUMENTS],
            design: [0.0; INSTRUMENTS],
            effect: [0.0; INSTRUMENTS],
            researchers: row.researchers,
            failures: 0.0,
            score: 0.0,
            grant_weight: 0.0,
            location: 0.0,
            read: [0.0; SECTORS],
            relative: 0.0,
            mark: 0.0,
            cascade: [[0.0; SECTORS]; 3],
            row: row.clone(),
        }
    }

    pub fn publish(&self, published: &mut Published) {
        let total: f64 = self.sector_shares.iter().sum();
        published.shares = self.sector_shares.map(|share| share / total);
        published.in_force = self.in_force;
        published.design = self.design;
        published.researchers = self.researchers;
        published.score = self.score;
    }

    pub fn shares_error(&self) -> f64 {
        let sectors: f64 = self.sector_shares.iter().sum();
        (self.rest + sectors + self.instrument_shares.iter().sum::<f64>() - 1.0).abs()
    }

    fn mean_over_peers(&self, all: &[Published], of: impl Fn(&Published) -> f64) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (j, g) in &self.row.peers {
            sum += g * of(&all[*j]);
            weight += g;
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    }

    fn is_pilot(&self, p: &Params, t: u64) -> f64 {
        let is = self.row.pilot_from.is_some_and(|from| t as i64 >= from);
        if is { p.pilot_zones_on } else { 0.0 }
    }

    fn fit(&self, p: &Params, m: usize) -> f64 {
        let distance = (self.design[m] - self.optimum[m]) / p.tolerance;
        (1.0 - distance * distance).max(0.0)
    }

    /// E15, E16, E18, E19.
    pub fn move_policies(
        &mut self,
        t: u64,
        p: &Params,
        nation: &Nation,
        all: &[Published],
        rng: &mut Pcg64,
    ) {
        let had = self.in_force;
        // E19.
        let mut dropped = None;
        if rng.random::<f64>() < p.review_rate {
            let potential = |m: &usize| self.tier_effect[*m] * self.fit(p, *m) * nation.unblunted;
            let worst = (0..INSTRUMENTS)
                .filter(|m| had[*m])
                .min_by(|a, b| potential(a).total_cmp(&potential(b)));
            dropped = worst.filter(|m| potential(m) <= p.drop_below);
        }
        // E18.
        for m in (0..INSTRUMENTS).filter(|m| had[*m]) {
            let step = p.adjustment_on * p.design_adjustment;
            self.design[m] += step * (self.optimum[m] - self.design[m]);
        }
        // E15.
        let behind = (self.mean_over_peers(all, |peer| peer.score) - self.score).clamp(0.0, 2.0);
        let pressure = nation.intensity * self.career * behind + p.need_scale * self.row.need;
        let rate = p.pioneering_on
            * p.pioneer_rate
            * (1.0 + p.pioneer_pressure * pressure)
            * (1.0 + p.pilot_boost * self.is_pilot(p, t));
        if rng.random::<f64>() < rate {
            let lacked: Vec<usize> = (0..INSTRUMENTS).filter(|m| !had[*m]).collect();
            if let Some(new) = lacked.choose(rng) {
                let error: f64 = rng.sample(StandardNormal);
                self.in_force[*new] = true;
                self.design[*new] = (self.optimum[*new] + p.design_error * error).clamp(0.0, 1.0);
            }
        }
        // E16.
        if rng.random::<f64>() < p.imitation_on * p.imitation_rate {
            let best = self
                .row
                .peers
                .iter()
                .map(|(j, _)| &all[*j])
                .max_by(|a, b| a.score.total_cmp(&b.score));
            if let Some(best) = best {
                let lacked: Vec<usize> = (0..INSTRUMENTS)
                    .filter(|m| best.in_force[*m] && !self.in_force[*m] && !had[*m])
                    .collect();
                if let Some(new) = lacked.choose(rng) {
                    self.in_force[*new] = true;
                    self.design[*new] = best.design[*new];
                }
            }
        }
        if let Some(m) = dropped {
            self.in_force[m] = false;
            self.rest += self.instrument_shares[m];
            self.instrument_shares[m] = 0.0;
            self.failures += 1.0;
        }
    }

    /// E8 to E13, E20, and this city's part of the sums of E8, E21 and E32.
    pub fn choose(
        &mut self,
        p: &Params,
        nation: &Nation,
        (all, mean_quality): (&[Published], f64),
        sums: &mut Sums,
        world: &World,
    ) {
        for m in 0..INSTRUMENTS {
            let money = self.instrument_shares[m] * self.budget;
            self.effect[m] = if self.in_force[m] && money > 0.0 {
                let potential = self.tier_effect[m] * self.fit(p, m) * nation.unblunted;
                potential * money / (money + p.half_money * self.row.base)
            } else {
                0.0
            };
        }
        // E9.
        let (mut same, mut adopters) = ([0.0; SECTORS], [0.0; INSTRUMENTS]);
        for (j, g) in &self.row.peers {
            let peer = &all[*j];
            for s in 0..SECTORS {
                same[s] += g * peer.shares[s];
            }
            for m in 0..INSTRUMENTS {
                adopters[m] += if peer.in_force[m] { *g } else { 0.0 };
            }
        }
        let reading = |quality: f64| 1.0 - nation.reading + nation.reading * quality / mean_quality;
        let career = nation.intensity * self.career;
        // E10, E11.
        let need = 1.0 + p.need_scale * self.row.need;
        let sectors: Sectors = from_fn(|s| {
            let quality = quality(p, same[s]);
            sums.quality += quality;
            need * self.row.advantage[s] * nation.climate[s]
                + career * nation.priority[s] * reading(quality)
        });
        let rest = self.row.outside + career * p.career_rest;
        let instruments: Instruments = from_fn(|m| {
            if self.in_force[m] {
                p.own_value * self.effect[m]
                    + career * p.career_instrument * reading(quality(p, adopters[m]))
            } else {
                f64::NEG_INFINITY
            }
        });
        // E12: exp(-inf) is 0, so that instruments not in force have no weight.
        let highest = sectors
            .iter()
            .chain(&instruments)
            .fold(rest, |a, b| a.max(*b));
        let weight = |value: f64| (p.precision * (value - highest)).exp();
        let sectors = sectors.map(weight);
        let instruments = instruments.map(|value| match value {
            f64::NEG_INFINITY => 0.0,
            value => p.instrument_rate * weight(value),
        });
        let total = p.rest_rate * weight(rest)
            + sectors.iter().sum::<f64>()
            + instruments.iter().sum::<f64>();
        // E13.
        let eta = p.share_adjustment;
        for s in 0..SECTORS {
            self.sector_shares[s] = (1.0 - eta) * self.sector_shares[s] + eta * sectors[s] / total;
        }
        for m in 0..INSTRUMENTS {
            self.instrument_shares[m] =
                (1.0 - eta) * self.instrument_shares[m] + eta * instruments[m] / total;
        }
        self.rest = 1.0
            - self.sector_shares.iter().sum::<f64>()
            - self.instrument_shares.iter().sum::<f64>();
        // E32, E21.
        let concentration = p.grants_on * p.grant_concentration;
        self.grant_weight = self.row.base * (concentration * self.score.clamp(-3.0, 3.0)).exp();
        let attract = self.channel(world, Channel::Attract);
        let pull = (p.location_precision * (self.row.amenity + attract)).clamp(-300.0, 300.0);
        self.location = self.capability.iter().sum::<f64>() * pull.exp();
        sums.grant_weight += self.grant_weight;
        sums.location += self.location;
        sums.researchers += self.researchers;
    }

    fn channel(&self, world: &World, channel: Channel) -> f64 {
        let instruments = world.instruments.iter().zip(&self.effect);
        instruments
            .filter(|(instrument, _)| instrument.channel == channel)
            .map(|(_, effect)| effect)
            .sum()
    }

    /// E14, E21 to E29, E39.
    pub fn produce(
        &mut self,
        p: &Params,
        nation: &Nation,
        all: &[Published],
        sums: &Sums,
        world: &World,
    ) {
        let grants = p.grant_share * nation.growth * nation.all_base;
        self.budget = self.row.base * nation.growth
            + p.retention * p.tax_rate * self.output
            + grants * self.grant_weight / sums.grant_weight;
        // E21 to E23.
        let mobile = p.mobility_on * p.mobile_share;
        let moved = (1.0 - mobile) * self.researchers
            + mobile * sums.researchers * self.location / sums.location;
        let instruments = world.instruments.iter().zip(&self.effect);
        let overseas: f64 = instruments
            .map(|(instrument, effect)| instrument.overseas_share * effect)
            .sum();
        let train = self.channel(world, Channel::Train);
        self.researchers = moved * (1.0 - p.departure_rate)
            + self.row.pipeline * nation.pipeline_growth * (1.0 + train).max(0.0)
            + p.overseas_rate * overseas.max(0.0) * moved;
        let own =
            1.0 + self.channel(world, Channel::Motivate) + self.channel(world, Channel::Match);
        let borrowed = self.mean_over_peers(all, |peer| peer.researchers);
        let talent = self.researchers * own.max(0.0)
            + p.soft_time * self.channel(world, Channel::Soft).max(0.0) * borrowed;
        let talent = talent / self.sector_shares.iter().sum::<f64>();
        self.output = 0.0;
        for s in 0..SECTORS {
            // E24, E25.
            let spending = self.sector_shares[s] * self.budget;
            let (stock, base) = (self.capability[s], nation.half_base[s]);
            let left = spending * (stock + (1.0 - p.introduction_cost) * base) / (stock + base);
            let effective = left * left / (left + nation.minimum_scale[s]);
            self.cascade[0][s] = spending;
            self.cascade[1][s] = left;
            self.cascade[2][s] = effective;
            // E29.
            let talent = talent * self.sector_shares[s];
            let increment = p.productivity
                * self.row.advantage[s]
                * talent
                * (effective / talent).powf(p.money_elasticity)
                * nation.access[s];
            self.capability[s] = (1.0 - p.depreciation) * stock + increment;
            self.terms[s] = self.capability[s].powf(p.aggregation);
            self.output += nation.price * nation.utilisation[s] * self.capability[s];
        }
    }

    /// E30, before the comparison with peers.
    pub fn result(
        &mut self,
        p: &Params,
        nation: &Nation,
        all: &[Published],
        mean_quality: f64,
    ) -> f64 {
        let mut result = 0.0;
        for s in 0..SECTORS {
            let same: f64 = self
                .row
                .peers
                .iter()
                .map(|(j, g)| g * all[*j].shares[s])
                .sum();
            self.read[s] = if p.comparability_on > 0.0 {
                quality(p, same)
            } else {
                mean_quality
            };
            let (now, then) = (self.capability[s], self.at_evaluation[s]);
            result += nation.priority[s] * self.read[s] * 2.0 * (now - then) / (now + then);
        }
        self.at_evaluation = self.capability;
        result / nation.priority.iter().sum::<f64>()
    }

    pub fn compare(&mut self, own: &Published, all: &[Published]) {
        self.relative = own.result - self.mean_over_peers(all, |peer| peer.result);
    }

    pub fn mark_deeds(&mut self, t: u64, p: &Params, own: &Published, rng: &mut Pcg64) {
        let shield = 1.0 - p.pilot_shield * self.is_pilot(p, t);
        let unread: f64 = (0..SECTORS)
            .map(|s| own.shares[s] * (1.0 - self.read[s]))
            .sum();
        let noise: f64 = rng.sample(StandardNormal);
        self.mark = self.relative - p.penalty_failure * self.failures * shield
            + p.evaluation_noise * unread.max(0.0).sqrt() * noise;
        self.failures = 0.0;
    }

    pub fn take_score(&mut self) {
        self.score = self.mark;
    }

    /// E31.
    pub fn let_official_leave(&mut self, p: &Params, rng: &mut Pcg64) {
        let h = p.turnover * p.promoted_share;
        let slope = p.tournament_on * p.promotion_slope;
        let promotion = h / (h + (1.0 - h) * (-slope * self.score).exp());
        let replacement = p.turnover * (1.0 - p.promoted_share);
        if rng.random::<f64>() < promotion + replacement {
            self.career = official(rng);
        }
    }
}
