//! Phase 1: outside world and market.

use crate::kernel::lanes::{LANES, each, eight, set_eight, wide};
use crate::kernel::math::select;
use crate::model::equations::{outside, production};
use crate::model::now::Now;
use crate::model::setup::compute_gap;
use crate::model::state::Nation;

/// E1-E3, E6, E37 (E38 stands in the timeline and the rules).
pub(crate) fn advance(now: &Now, nation: &mut Nation) {
    let (setup, timeline) = (now.setup, &now.setup.timeline);
    let quarter = now.quarter as usize;
    let is_first = quarter == 0;
    if !is_first {
        nation.growth_factor *= 1.0 + now.params.budgets.growth_per_quarter;
        nation.pipeline_factor *= 1.0 + now.params.talent.pipeline_growth_per_quarter;
        nation.us_researchers *= 1.0 + now.params.outside.us_researchers_growth_per_quarter;
    }
    let (outside, market) = (&now.params.outside, &now.params.market);
    let rho = now.params.production.aggregation;
    let export_controls = now.in_force.export_controls;
    let (shocks, attention) = (
        timeline.frontier_shock(quarter),
        timeline.attention(quarter),
    );
    // Nothing has grown yet in the first quarter.
    let quarters_past = if is_first { 0.0 } else { 1.0 };
    let growth_scale = quarters_past * outside.frontier_growth_scale;
    let demand_scale = quarters_past * market.demand_growth_scale;
    let heard = now.params.mechanisms.attention_shock;
    wide!({
        for (octet, sector) in setup.sectors.iter().enumerate() {
            let terms = eight(&nation.terms, octet);
            let capability = each(|l| outside::national_capability(terms[l], rho));
            let (before, shock) = (eight(&nation.frontier, octet), eight(shocks, octet));
            let frontier = each(|l| {
                let growth = growth_scale * sector.frontier_growth[l];
                let shock = outside.frontier_shock_per_intensity * shock[l];
                outside::frontier(before[l], growth, shock)
            });
            let gap = each(|l| outside::gap(capability[l], frontier[l]));
            let gross = eight(&nation.gross, octet);
            let duplicated = each(|l| production::duplicated_share(capability[l], gross[l]));
            let before = eight(&nation.base_demand, octet);
            let base = each(|l| before[l] * (1.0 + demand_scale * sector.demand_growth[l]));
            let left = &mut nation.incident_left[octet * LANES..][..LANES];
            let demand = each(|l| {
                let cut = select(left[l] > 0, market.incident_demand_cut, 0.0);
                outside::demand(
                    base[l],
                    market.import_substitution,
                    export_controls,
                    sector.import_share[l],
                    cut,
                )
            });
            for left in left {
                *left = left.saturating_sub(1);
            }
            let utilisation = each(|l| outside::utilisation(demand[l], gross[l]));
            let attention = eight(attention, octet);
            let attention = each(|l| select(heard, attention[l], 0.0));
            set_eight(&mut nation.capability, octet, capability);
            set_eight(&mut nation.frontier, octet, frontier);
            set_eight(&mut nation.gap, octet, gap);
            set_eight(&mut nation.duplicated_share, octet, duplicated);
            set_eight(&mut nation.base_demand, octet, base);
            set_eight(&mut nation.demand, octet, demand);
            set_eight(&mut nation.utilisation, octet, utilisation);
            set_eight(&mut nation.attention, octet, attention);
        }
    });
    let compute_gap = compute_gap(&setup.world().sectors, &nation.gap);
    wide!({
        for (octet, sector) in setup.sectors.iter().enumerate() {
            let access =
                each(|l| outside::compute_access(sector.compute[l], export_controls, compute_gap));
            set_eight(&mut nation.compute_access, octet, access);
        }
    });
}
