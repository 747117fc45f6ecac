//! Phase 2: the centre.

use crate::kernel::lanes::{LANES, each, eight, set_eight, wide};
use crate::kernel::random::{Purpose, uniform, wide::Words, wide::eight_codes};
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, centre, production};
use crate::model::now::Now;
use crate::model::record::{EventLog, Move, PolicyEvent};
use crate::model::state::{Nation, State};

/// Quarters for which an incident cuts demand.
const INCIDENT_QUARTERS: u32 = 4;

/// Measures whose date has come; the city where one began is credited.
pub(crate) fn bring_measures_into_force(
    now: &Now,
    state: &mut State,
    mut event_log: Option<&mut EventLog>,
) {
    let (nation, performance) = (&mut state.nation, &mut state.cities.performance);
    nation
        .waiting
        .sort_unstable_by_key(|measure| (measure.origin.is_none(), measure.instrument));
    let mut place_in_list = 0;
    while place_in_list < nation.waiting.len() {
        let measure = nation.waiting[place_in_list];
        if measure.due > now.quarter {
            place_in_list += 1;
            continue;
        }
        nation.waiting.remove(place_in_list);
        nation.national |= 1 << measure.instrument;
        nation.template[measure.instrument] = measure.template;
        if let Some(city) = measure.origin {
            nation.local_origin += 1;
            let city = city as usize;
            performance[city / LANES].inventions[city % LANES] += 1.0;
        }
        if let Some(event_log) = event_log.as_deref_mut() {
            event_log.policies.push(PolicyEvent {
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

/// E4, E5 and E7. `incidents` are the draws of eight quarters, and which these are.
pub(crate) fn decide(now: &Now, nation: &mut Nation, incidents: &mut (Option<u32>, Vec<Words>)) {
    let (setup, params, in_force) = (now.setup, &now.params, &now.in_force);
    let (sectors, eights) = (now.sectors(), &setup.sectors[..]);
    // `C/F`, and what it makes of risks.
    let (mut ratios, mut risks) = ([0.0; MAX_SECTORS], [0.0; MAX_SECTORS]);
    wide!({
        for (octet, sector) in eights.iter().enumerate() {
            let capability = eight(&nation.capability, octet);
            let frontier = eight(&nation.frontier, octet);
            let ratio = each(|l| capability[l] / frontier[l]);
            set_eight(&mut ratios, octet, ratio);
            let risk = each(|l| sector.risk[l] * ratio[l].min(1.0));
            set_eight(&mut risks, octet, risk);
        }
    });
    let mean_risk = risks[..sectors].iter().sum::<f64>() / sectors as f64;
    let mean_gap = nation
        .gap
        .iter()
        .zip(&setup.value)
        .map(|(gap, value)| value * gap)
        .sum();
    let target = centre::stringency_target(
        &params.centre,
        in_force.eu_pressure,
        mean_risk,
        in_force.us_pressure,
        mean_gap,
    );
    nation.stringency = centre::stringency(
        nation.stringency,
        target,
        params.centre.stringency_adjustment,
    );
    // A block of incidents lasts eight quarters.
    let (octet, word) = (now.quarter / 8, now.quarter as usize % 8);
    if incidents.0 != Some(octet) {
        incidents.0 = Some(octet);
        let stream = now.draws.wide_stream(Purpose::Incident);
        incidents.1.clear();
        for eight in 0..sectors.div_ceil(LANES) {
            let codes = eight_codes(&setup.world().sectors, eight, |sector| sector.code);
            incidents.1.push(stream.blocks(&codes, u64::from(octet)));
        }
    }
    let (crowding, hazard) = (params.budgets.crowding, params.centre.incident_hazard);
    let stringency = nation.stringency;
    let plans = setup.timeline.central_plan(now.quarter as usize);
    let may_happen = params.mechanisms.incidents;
    wide!({
        for (octet, sector) in eights.iter().enumerate() {
            let (ratio, risk) = (eight(&ratios, octet), sector.risk);
            let used = eight(&nation.utilisation, octet);
            let compute = eight(&nation.compute_access, octet);
            let climate = each(|l| {
                budgets::sector_climate(used[l], crowding, compute[l], stringency, risk[l])
            });
            let access = each(|l| production::access(compute[l], stringency, risk[l]));
            let (gap, attention) = (eight(&nation.gap, octet), eight(&nation.attention, octet));
            let plan = eight(plans, octet);
            let priority = each(|l| {
                centre::priority(
                    &params.centre,
                    in_force,
                    sector.strategic[l],
                    sector.import_share[l],
                    gap[l],
                    attention[l],
                    plan[l],
                )
            });
            let probability =
                each(|l| centre::incident_probability(hazard, risk[l], ratio[l], stringency));
            let words = &incidents.1[octet][word];
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
    });
}
