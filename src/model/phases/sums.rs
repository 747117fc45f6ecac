//! Sums over all cities, chunk by chunk in order.

use crate::kernel::lanes::lane_sum;
use crate::model::run::Run;

impl Run<'_> {
    /// Adds what the chunks found, in order; the stocks serve the next quarter's E2.
    pub(crate) fn add_sums(&mut self, location: f64) {
        let sectors = self.sectors();
        let instruments = if self.is_evaluation() {
            self.instruments()
        } else {
            0
        };
        let cities = self.cities() as f64 * sectors as f64;
        let nation = &mut self.nation;
        let total = &mut nation.sums;
        total.clear(sectors, instruments);
        total.location = location;
        for sums in &self.sums {
            total.comparability += lane_sum(&sums.comparability);
            total.budget += lane_sum(&sums.budget);
            total.grants += lane_sum(&sums.grants);
            total.instruments += lane_sum(&sums.instruments);
            total.failed += lane_sum(&sums.failed);
            total.poaching += lane_sum(&sums.poaching);
            total.liberalisation += lane_sum(&sums.liberalisation);
            total.in_force += lane_sum(&sums.in_force);
            for (all, own) in total.evidence.iter_mut().zip(&sums.evidence) {
                all.adopters += lane_sum(&own.adopters);
                all.effect += lane_sum(&own.effect);
                all.weight += lane_sum(&own.weight);
                all.weighted_design += lane_sum(&own.weighted_design);
                all.design += lane_sum(&own.design);
                all.advantage += lane_sum(&own.advantage);
            }
            total.researchers += lane_sum(&sums.researchers);
            total.effective_talent += lane_sum(&sums.effective_talent);
            total.output += lane_sum(&sums.output);
            total.forgone += lane_sum(&sums.forgone);
            for (all, own) in total.sectors.iter_mut().zip(&sums.sectors) {
                all.capability += lane_sum(&own.capability);
                all.terms += lane_sum(&own.terms);
                all.spending += lane_sum(&own.spending);
                all.introduction += lane_sum(&own.introduction);
                all.subscale += lane_sum(&own.subscale);
            }
        }
        let mut spending = 0.0;
        for (s, sums) in total.sectors.iter().enumerate() {
            nation.gross[s] = sums.capability;
            nation.terms[s] = sums.terms;
            spending += sums.spending;
        }
        nation.spent += spending + total.instruments;
        nation.researchers = total.researchers;
        // The national mean is published after the fact: it serves the next quarter.
        nation.next_mean_comparability = total.comparability / cities;
    }
}
