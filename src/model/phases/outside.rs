//! Phase 1: outside world and market.

use crate::model::equations::{outside, production};
use crate::model::run::Run;
use crate::model::setup::compute_gap;

impl Run<'_> {
    /// E1-E3, E6, E37 (E38 stands in the timeline and the rules).
    pub(crate) fn advance_outside_world(&mut self) {
        let world = self.setup.world();
        let (params, nation) = (&self.params, &mut self.nation);
        let quarter = self.quarter as usize;
        let is_first = quarter == 0;
        if !is_first {
            nation.growth_factor *= 1.0 + params.budgets.growth_per_quarter;
            nation.pipeline_factor *= 1.0 + params.talent.pipeline_growth_per_quarter;
            nation.us_researchers *= 1.0 + params.outside.us_researchers_growth_per_quarter;
        }
        let rho = params.production.aggregation;
        outside::national_capabilities(&nation.terms, rho, &mut nation.capability);
        for (s, sector) in world.sectors.iter().enumerate() {
            let growth = if is_first {
                0.0
            } else {
                params.outside.frontier_growth_scale * sector.frontier_growth
            };
            let shock = params.outside.frontier_shock_per_intensity
                * self.setup.timeline.frontier_shock(quarter, s);
            nation.frontier[s] = outside::frontier(nation.frontier[s], growth, shock);
            nation.gap[s] = outside::gap(nation.capability[s], nation.frontier[s]);
            nation.duplicated_share[s] =
                production::duplicated_share(nation.capability[s], nation.gross[s]);
            if !is_first {
                nation.base_demand[s] *=
                    1.0 + params.market.demand_growth_scale * sector.demand_growth;
            }
            let cut = if nation.incident_left[s] > 0 {
                params.market.incident_demand_cut
            } else {
                0.0
            };
            nation.incident_left[s] = nation.incident_left[s].saturating_sub(1);
            nation.demand[s] = outside::demand(
                nation.base_demand[s],
                params.market.import_substitution,
                self.rules.export_controls,
                sector.import_share,
                cut,
            );
            nation.utilisation[s] = outside::utilisation(nation.demand[s], nation.gross[s]);
            nation.attention[s] = if params.mechanisms.attention_shock {
                self.setup.timeline.attention(quarter, s)
            } else {
                0.0
            };
        }
        let compute_gap = compute_gap(&world.sectors, &nation.gap);
        for (s, sector) in world.sectors.iter().enumerate() {
            nation.compute_access[s] =
                outside::compute_access(sector.compute, self.rules.export_controls, compute_gap);
        }
    }
}
