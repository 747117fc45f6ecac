//! The nation's equations (docs/odd.md, 7.1 and 7.2): twelve sectors once a quarter.

use std::array::from_fn;

use rand::Rng;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use crate::world::{INSTRUMENTS, Instruments, Params, SECTORS, Sectors, World};

pub struct Nation {
    pub frontier: Sectors,
    base_demand: Sectors,
    last_incident: [Option<u64>; SECTORS],
    pub half_base: Sectors,
    pub minimum_scale: Sectors,
    pub stringency: f64,
    pub price: f64,
    pub all_base: f64,
    pub growth: f64,
    pub pipeline_growth: f64,
    pub true_effect: Instruments,
    pub optimum: Instruments,
    pub utilisation: Sectors,
    pub duplicated: Sectors,
    pub priority: Sectors,
    pub access: Sectors,
    pub climate: Sectors,
    pub unblunted: f64,
    pub intensity: f64,
    pub reading: f64,
}

impl Nation {
    pub fn new(world: &World, p: &Params, rng: &mut Pcg64) -> Self {
        let cities = &world.cities;
        let gross: Sectors = from_fn(|s| cities.iter().map(|city| city.capability[s]).sum());
        let spending: f64 = cities
            .iter()
            .map(|city| city.base * city.shares[1..].iter().sum::<f64>())
            .sum();
        let used = p.initial_utilisation * gross.iter().sum::<f64>();
        let zero = [0.0; SECTORS];
        Nation {
            frontier: from_fn(|s| world.sectors[s].frontier),
            base_demand: gross.map(|gross| p.initial_utilisation * gross),
            last_incident: [None; SECTORS],
            half_base: gross.map(|gross| p.half_base * gross / cities.len() as f64),
            minimum_scale: from_fn(|s| p.minimum_scale * (0.3 + world.sectors[s].scale)),
            stringency: world.stringency,
            price: p.value_ratio * (p.discount_rate + p.depreciation) / p.depreciation * spending
                / used,
            all_base: cities.iter().map(|city| city.base).sum(),
            growth: 1.0,
            pipeline_growth: 1.0,
            true_effect: from_fn(|_| {
                p.effect_mean + p.effect_sd * rng.sample::<f64, _>(StandardNormal)
            }),
            optimum: [0.0; INSTRUMENTS].map(|_| 0.25 + rng.random::<f64>() / 2.0),
            utilisation: zero,
            duplicated: zero,
            priority: zero,
            access: zero,
            climate: zero,
            unblunted: 1.0,
            intensity: 0.0,
            reading: 0.0,
        }
    }

    /// Phases 1 and 2; `gross` and `terms` are sums over cities of capability and of its powers (E2).
    pub fn begin(
        &mut self,
        t: u64,
        world: &World,
        p: &Params,
        (gross, terms): (&Sectors, &Sectors),
        rng: &mut Pcg64,
    ) {
        let level = &world.quarters[t as usize];
        let eu = p.eu_on * (p.eu_base + p.eu_weight * level.eu).clamp(0.0, 1.0);
        let us = p.us_on * (p.us_base + p.us_weight * level.us).clamp(0.0, 1.0);
        let controls = p.controls_on * (p.controls_weight * level.controls).clamp(0.0, 1.0);
        if t > 0 {
            self.growth *= 1.0 + p.budget_growth;
            self.pipeline_growth *= 1.0 + p.pipeline_growth;
        }
        let (mut ratio, mut gap) = ([0.0; SECTORS], [0.0; SECTORS]);
        let (mut supply, mut missing, mut risk, mut behind) = (0.0, 0.0, 0.0, 0.0);
        for (s, sector) in world.sectors.iter().enumerate() {
            // E1, E37.
            if t > 0 {
                self.frontier[s] *= 1.0 + p.frontier_growth * sector.frontier_growth;
                self.base_demand[s] *= 1.0 + p.demand_growth * sector.demand_growth;
            }
            self.frontier[s] *= 1.0 + p.frontier_shock * level.shock[s];
            // E2, E3.
            let capability = terms[s].powf(1.0 / p.aggregation);
            ratio[s] = capability / self.frontier[s];
            gap[s] = (1.0 - ratio[s]).max(0.0);
            let imports = sector.import_share / (1.0 - sector.import_share);
            let is_cut = self.last_incident[s].is_some_and(|then| t - then <= 4);
            let cut = if is_cut { p.incident_cut } else { 0.0 };
            let demand = self.base_demand[s]
                * (1.0 + p.import_substitution * controls * imports)
                * (1.0 - cut);
            self.utilisation[s] = (demand / gross[s]).min(1.0);
            self.duplicated[s] = 1.0 - capability / gross[s];
            supply += sector.supplies_compute;
            missing += sector.supplies_compute * gap[s];
            risk += sector.risk * ratio[s].min(1.0) / SECTORS as f64;
            behind += sector.value * gap[s];
        }
        // E5.
        let target =
            p.stringency_eu * eu + p.stringency_risk * risk - p.stringency_gap * us * behind;
        self.stringency += p.stringency_adjustment * (target.clamp(0.0, 1.0) - self.stringency);
        for (s, sector) in world.sectors.iter().enumerate() {
            // E4, E6.
            self.priority[s] = p.priority_base
                + p.priority_strategic * sector.strategic
                + p.priority_gap * us * gap[s] * sector.strategic
                + p.priority_imports * controls * sector.import_share
                + p.priority_attention * p.attention_on * level.attention[s]
                + p.priority_plan * level.plans[s];
            let compute = 1.0 - sector.compute * controls * missing / supply;
            self.access[s] = compute * (1.0 - self.stringency * sector.risk);
            self.climate[s] = self.utilisation[s].powf(p.crowding) * self.access[s];
            // E7.
            let unregulated = 1.0 - self.stringency;
            let hazard = p.hazard * sector.risk * ratio[s] * unregulated * unregulated;
            if p.incidents_on > 0.0 && rng.random::<f64>() < 1.0 - (-hazard).exp() {
                self.last_incident[s] = Some(t);
            }
        }
        self.unblunted = 1.0 - p.preemption_on * p.preemption * self.stringency;
        self.intensity = p.tournament_on * p.intensity;
        self.reading = p.comparability_on * p.comparability;
    }

    /// O1, of the capability just built.
    pub fn competitiveness(&self, world: &World, p: &Params, terms: &Sectors) -> f64 {
        let sectors = world.sectors.iter().enumerate();
        sectors
            .map(|(s, sector)| sector.value * terms[s].powf(1.0 / p.aggregation) / self.frontier[s])
            .sum()
    }
}
