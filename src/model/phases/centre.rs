//! Phase 2: the centre.

use crate::kernel::lanes::{LANES, each, eight, set_eight, vectorised};
use crate::kernel::random::{Purpose, uniform, wide::eight_codes};
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, centre};
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;

/// Quarters for which an incident cuts demand.
const INCIDENT_QUARTERS: u32 = 4;

impl Run<'_> {
    /// National measures that are due, E4, E5 and E7.
    pub(crate) fn set_centre(&mut self, journal: Option<&mut Journal>) {
        self.bring_measures_into_force(journal);
        let world = self.setup.world();
        let (params, nation, rules) = (&self.params, &mut self.nation, &self.rules);
        let (sectors, eights) = (world.sectors.len(), &self.setup.sectors[..]);
        // `C/F`, and what it makes of risks.
        let (mut ratios, mut risks) = ([0.0; MAX_SECTORS], [0.0; MAX_SECTORS]);
        vectorised(
            #[inline(always)]
            || {
                for (octet, sector) in eights.iter().enumerate() {
                    let capability = eight(&nation.capability, octet);
                    let frontier = eight(&nation.frontier, octet);
                    let ratio = each(|l| capability[l] / frontier[l]);
                    set_eight(&mut ratios, octet, ratio);
                    let risk = each(|l| sector.risk[l] * ratio[l].min(1.0));
                    set_eight(&mut risks, octet, risk);
                }
            },
        );
        let mean_risk = risks[..sectors].iter().sum::<f64>() / sectors as f64;
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
        let plans = self.setup.timeline.central_plan(self.quarter as usize);
        let may_happen = params.mechanisms.incidents;
        vectorised(
            #[inline(always)]
            || {
                for (octet, sector) in eights.iter().enumerate() {
                    let (ratio, risk) = (eight(&ratios, octet), sector.risk);
                    let used = eight(&nation.utilisation, octet);
                    let compute = eight(&nation.compute_access, octet);
                    let climate = each(|l| {
                        budgets::sector_climate(used[l], crowding, compute[l], stringency, risk[l])
                    });
                    let access = each(|l| compute[l] * (1.0 - stringency * risk[l]));
                    let (gap, attention) =
                        (eight(&nation.gap, octet), eight(&nation.attention, octet));
                    let plan = eight(plans, octet);
                    let priority = each(|l| {
                        centre::priority(
                            &params.centre,
                            rules,
                            sector.strategic[l],
                            sector.import_share[l],
                            gap[l],
                            attention[l],
                            plan[l],
                        )
                    });
                    let probability = each(|l| {
                        centre::incident_probability(hazard, risk[l], ratio[l], stringency)
                    });
                    let words = &nation.incident_luck[octet][word];
                    let draws = each(|l| uniform(words[l]));
                    let left = &mut nation.incident_left[octet * LANES..][..LANES];
                    let happened = &mut nation.incident[octet * LANES..][..LANES];
                    for l in 0..LANES {
                        happened[l] = may_happen & (draws[l] < probability[l]);
                        left[l] = if happened[l] {
                            INCIDENT_QUARTERS
                        } else {
                            left[l]
                        };
                    }
                    set_eight(&mut nation.climate, octet, climate);
                    set_eight(&mut nation.access, octet, access);
                    set_eight(&mut nation.priority, octet, priority);
                    set_eight(&mut nation.incident_probability, octet, probability);
                }
            },
        );
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
