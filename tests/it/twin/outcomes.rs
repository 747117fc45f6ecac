//! Section 7.9: outcomes of the nation.

use dualtrack::model::record::Move;

use super::formulas::{frontier_ratio, gini, mean, money_factor, national_capability};
use super::{National, Twin};

impl Twin {
    /// O1 to O16, with capability just built over the frontier of the quarter.
    pub fn observe(&mut self) -> National {
        let (cities, sectors, instruments) = (self.cities(), self.sectors(), self.instruments());
        let weight = self.constants.strategic_weight.clone();
        let flows = &self.flows;
        let all = |table: &[Vec<f64>]| table.iter().flatten().sum::<f64>();

        // O1, O2, O3, O7, O13.
        let (mut competitiveness, mut gap) = (0.0, 0.0);
        let (mut chips, mut supply) = (0.0, 0.0);
        let (mut concentration, mut top_city_share) = (0.0, 0.0);
        let mut utilisation = 0.0;
        for (s, weight) in weight.iter().enumerate() {
            let stocks = self.stocks(s);
            let national = national_capability(&stocks, self.params.production.aggregation);
            let ratio = frontier_ratio(national, self.frontier[s]);
            competitiveness += weight * ratio;
            gap += weight * (1.0 - ratio).max(0.0);
            chips += self.world.sectors[s].supplies_compute * ratio.min(1.0);
            supply += self.world.sectors[s].supplies_compute;
            let gross: f64 = stocks.iter().sum();
            if gross > 0.0 {
                let squares: f64 = stocks.iter().map(|k| (k / gross) * (k / gross)).sum();
                let largest = stocks.iter().copied().fold(0.0, f64::max);
                concentration += weight * squares;
                top_city_share += weight * largest / gross;
            }
            utilisation += weight * self.utilisation[s];
        }
        let self_reliance = if supply > 0.0 { chips / supply } else { 1.0 };
        let researchers: f64 = self.researchers.iter().sum();
        let effective_talent: f64 = self.effective_talent.iter().sum();
        let us_researchers = self.world.params.outside.us_researchers * self.us_growth;
        let talent = effective_talent / (effective_talent + us_researchers);
        let standing = 1.0 - (self.outside.eu_pressure - self.stringency).max(0.0);
        let product = competitiveness.min(1.0) * self_reliance * talent * standing;

        // O4, O5, O6.
        let published = &self.published[self.done as usize];
        let normed: Vec<Vec<f64>> = published
            .iter()
            .map(|row| {
                let length = row.iter().map(|p| p * p).sum::<f64>().sqrt();
                row.iter()
                    .map(|p| if length == 0.0 { 0.0 } else { p / length })
                    .collect()
            })
            .collect();
        let count = cities as f64;
        let similarity_all = (cities > 1).then(|| {
            let squares: f64 = (0..sectors)
                .map(|s| {
                    let sum: f64 = normed.iter().map(|row| row[s]).sum();
                    sum * sum
                })
                .sum();
            let own: f64 = normed.iter().flatten().map(|p| p * p).sum();
            (squares - own) / (count * (count - 1.0))
        });
        let (mut agreement, mut all_weights) = (0.0, 0.0);
        for i in 0..cities {
            for (j, g) in &self.constants.peers[i] {
                let cosine: f64 = (0..sectors).map(|s| normed[i][s] * normed[*j][s]).sum();
                agreement += g * cosine;
                all_weights += g;
            }
        }
        let similarity_peers = (all_weights > 0.0).then(|| agreement / all_weights);
        let mut specialisation = 0.0;
        for s in 0..sectors {
            let column: Vec<f64> = published.iter().map(|row| row[s]).collect();
            let centre = mean(&column);
            specialisation += column.iter().map(|p| (p - centre).abs()).sum::<f64>() / count;
        }

        // O8, O9.
        let (mut liberalisation, mut in_force) = (0.0, 0.0);
        for i in 0..cities {
            for m in 0..instruments {
                if self.in_force[i][m] {
                    let half = self.params.policy.half_money_share * self.constants.base[i];
                    let works = money_factor(flows.instruments[i][m], half);
                    liberalisation +=
                        self.fit(i, m) * self.left_by_law() * works / (count * instruments as f64);
                    in_force += 1.0 / count;
                }
            }
        }

        // O10.
        let national: Vec<_> = self.national_measures.iter().flatten().collect();
        let local = national
            .iter()
            .filter(|measure| measure.origin.is_some())
            .count();
        let local_origin_share =
            (!national.is_empty()).then(|| local as f64 / national.len() as f64);

        // O11, O12.
        let spending = all(&flows.spending);
        let on_instruments = all(&flows.instruments);
        self.spent_so_far += spending + on_instruments;
        let gained = competitiveness - self.initial_competitiveness;
        let efficiency = (self.spent_so_far > 0.0).then(|| gained / (self.spent_so_far / 1000.0));

        // O15.
        let capability: Vec<f64> = self.capability.iter().map(|row| row.iter().sum()).collect();

        // O16.
        let moves = |kind: Move| {
            let of_kind = self
                .event_log
                .policies
                .iter()
                .filter(|event| event.kind == kind);
            of_kind.count() as u32
        };

        National {
            competitiveness,
            sovereignty: libm::pow(product, 0.25),
            gap,
            budget_cny_mn: self.budget.iter().sum(),
            spending_cny_mn: spending,
            introduction_cny_mn: all(&flows.introduction),
            subscale_cny_mn: all(&flows.subscale),
            duplicated_cny_mn: all(&flows.duplicated),
            idle_cny_mn: all(&flows.idle),
            productive_cny_mn: all(&flows.productive),
            settled_cny_mn: all(&flows.settled),
            under_construction_cny_mn: all(&flows.under_construction),
            instruments_cny_mn: on_instruments,
            failed_experiments_cny_mn: flows.failed_experiments.iter().sum(),
            poaching_cny_mn: flows.poaching.iter().sum(),
            forgone_cny_mn: flows.forgone.iter().sum(),
            output_cny_mn: self.output.iter().sum(),
            grants_cny_mn: self.grant.iter().sum(),
            efficiency_per_cny_bn: efficiency,
            similarity_all,
            similarity_peers,
            specialisation,
            concentration,
            top_city_share,
            liberalisation,
            instruments_in_force: in_force,
            national_measures: national.len() as u32,
            local_origin_share,
            stringency: self.stringency,
            eu_pressure: self.outside.eu_pressure,
            us_pressure: self.outside.us_pressure,
            export_controls: self.outside.export_controls,
            incidents: flows.incident.iter().filter(|x| **x).count() as u32,
            utilisation,
            champions: self.champions.len() as u32,
            researchers,
            effective_talent,
            gini_budget: gini(&self.budget),
            gini_researchers: gini(&self.researchers),
            gini_capability: gini(&capability),
            pioneered: moves(Move::Pioneer),
            imitated: moves(Move::Imitate),
            taken_up: moves(Move::TakeUp),
            given_up: moves(Move::Drop),
        }
    }
}
