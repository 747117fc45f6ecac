//! Phase 2: the centre.

use crate::lanes::{LANES, each, fill, part, vectorised};
use crate::model::equations::{budgets, centre};
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;
use crate::random::{Purpose, eight_codes, uniform};

/// Quarters for which an incident cuts demand.
const INCIDENT_QUARTERS: u32 = 4;

impl Run<'_> {
    /// National measures that are due, E4, E5 and E7.
    pub(crate) fn set_centre(&mut self, journal: Option<&mut Journal>) {
        self.bring_measures_into_force(journal);
        let world = self.setup.world();
        let (params, nation, rules) = (&self.params, &mut self.nation, &self.rules);
        let ratio = |s: usize| nation.capability[s] / nation.frontier[s];
        let risks = world
            .sectors
            .iter()
            .enumerate()
            .map(|(s, sector)| sector.risk * ratio(s).min(1.0));
        let mean_risk = risks.sum::<f64>() / world.sectors.len() as f64;
        let mean_gap = nation
            .gap
            .iter()
            .zip(&self.setup.value)
            .map(|(gap, value)| value * gap)
            .sum();
        let target = centre::stringency_target(
            &params.centre,
            rules.eu_pressure,
            mean_risk,
            rules.us_pressure,
            mean_gap,
        );
        nation.stringency = centre::stringency(
            nation.stringency,
            target,
            params.centre.stringency_adjustment,
        );
        // A block of incidents lasts eight quarters.
        let (octet, word) = (u64::from(self.quarter / 8), self.quarter as usize % 8);
        if word == 0 {
            let incidents = self.luck.wide_stream(Purpose::Incident);
            nation.incident_luck.clear();
            for eight in 0..world.sectors.len().div_ceil(LANES) {
                let codes = eight_codes(&world.sectors, eight, |sector| sector.code);
                let words = incidents.blocks(&codes, octet);
                nation.incident_luck.push(words);
            }
        }
        let (crowding, hazard) = (params.budgets.crowding, params.centre.incident_hazard);
        let stringency = nation.stringency;
        let (used, compute) = (&nation.utilisation, &nation.compute_access);
        let (capability, frontier) = (&nation.capability, &nation.frontier);
        let (climate, incidents) = (&mut nation.climate, &mut nation.incident_probability);
        let risk = |s: usize| world.sectors.get(s).map_or(0.0, |sector| sector.risk);
        vectorised(
            #[inline(always)]
            || {
                fill(
                    climate,
                    #[inline(always)]
                    |first| {
                        let (used, compute) = (part(used, first), part(compute, first));
                        let risk = each(|l| risk(first + l));
                        each(|l| {
                            budgets::sector_climate(
                                used[l], crowding, compute[l], stringency, risk[l],
                            )
                        })
                    },
                );
                fill(
                    incidents,
                    #[inline(always)]
                    |first| {
                        let capability = part(capability, first);
                        let frontier = part(frontier, first);
                        let risk = each(|l| risk(first + l));
                        each(|l| {
                            let ratio = capability[l] / frontier[l];
                            centre::incident_probability(hazard, risk[l], ratio, stringency)
                        })
                    },
                );
            },
        );
        for (s, sector) in world.sectors.iter().enumerate() {
            nation.priority[s] = centre::priority(
                &params.centre,
                sector,
                nation.gap[s],
                rules.us_pressure,
                rules.export_controls,
                nation.attention[s],
                self.setup.timeline.central_plan(self.quarter as usize, s),
            );
            nation.access[s] = nation.compute_access[s] * (1.0 - nation.stringency * sector.risk);
            let draw = uniform(nation.incident_luck[s / LANES][word][s % LANES]);
            nation.incident[s] =
                params.mechanisms.incidents && draw < nation.incident_probability[s];
            if nation.incident[s] {
                nation.incident_left[s] = INCIDENT_QUARTERS;
            }
        }
    }

    /// Measures whose date has come; the city where one began is credited.
    fn bring_measures_into_force(&mut self, mut journal: Option<&mut Journal>) {
        let quarter = self.quarter;
        let (nation, deeds) = (&mut self.nation, &mut self.state.deeds);
        nation
            .waiting
            .sort_unstable_by_key(|measure| (measure.origin.is_none(), measure.instrument));
        let mut place_in_list = 0;
        while place_in_list < nation.waiting.len() {
            let measure = nation.waiting[place_in_list];
            if measure.due > quarter {
                place_in_list += 1;
                continue;
            }
            nation.waiting.remove(place_in_list);
            nation.national |= 1 << measure.instrument;
            nation.template[measure.instrument] = measure.template;
            if let Some(city) = measure.origin {
                nation.local_origin += 1;
                let city = city as usize;
                deeds[city / LANES].inventions[city % LANES] += 1.0;
            }
            if let Some(journal) = journal.as_deref_mut() {
                journal.policies.push(PolicyEvent {
                    kind: if measure.origin.is_some() {
                        Move::Codify
                    } else {
                        Move::TopDown
                    },
                    city: None,
                    instrument: measure.instrument as u32,
                    design: measure.template,
                    from: measure.origin,
                });
            }
        }
    }
}
