//! Outcomes of the nation, `docs/odd.md`, 7.9. Measuring draws nothing and changes nothing but scratch memory.

use super::equations::{outcomes, outside};
use super::record::National;
use super::run::Run;
use super::state::Columns;
use super::views::Cascade;
use crate::lanes::Lanes;

/// Outcomes that take a pass over the cities each. What is left out reads 0 or as missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// O4 to O6: `similarity_all`, `similarity_peers`, `specialisation`.
    pub similarity: bool,
    /// O7: `concentration`, `top_city_share`.
    pub concentration: bool,
    /// O15: the three Gini indices.
    pub inequality: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Parts = Parts {
        similarity: true,
        concentration: true,
        inequality: true,
    };
}

impl Run<'_> {
    /// Outcomes of the quarter just done; before the first quarter those of the start, with nothing spent.
    pub fn national(&mut self) -> National {
        self.national_parts(Parts::ALL)
    }

    /// As [`Run::national`], with the costly outcomes that are wanted.
    pub fn national_parts(&mut self, parts: Parts) -> National {
        let sectors = self.sectors();
        let mut cascade = Cascade::default();
        let (mut competitiveness, mut gap, mut utilisation) = (0.0, 0.0, 0.0);
        let (mut concentration, mut top_city_share) = (0.0, 0.0);
        let (mut chips, mut supply) = (0.0, 0.0);
        for s in 0..sectors {
            if self.quarter > 0 {
                cascade.add(self.national_cascade(s));
            }
            let value = self.setup.value[s];
            let (capability, frontier) = (self.national_capability(s), self.nation.frontier[s]);
            competitiveness += value * capability / frontier;
            gap += value * outside::gap(capability, frontier);
            utilisation += value * self.nation.utilisation[s];
            if parts.concentration {
                let (index, top) = self.concentration(s);
                concentration += value * index;
                top_city_share += value * top;
            }
            let supplies = self.setup.world().sectors[s].supplies_compute;
            supply += supplies;
            chips += supplies * (capability / frontier).min(1.0);
        }
        let (similarity_all, similarity_peers, specialisation) = if parts.similarity {
            self.similarity()
        } else {
            (None, None, 0.0)
        };
        let nation = &self.nation;
        let (total, rules) = (&nation.sums, &self.rules);
        let cities = self.cities() as f64;
        let national_measures = nation.national.count_ones();
        let talent = total.effective_talent / (total.effective_talent + nation.us_researchers);
        let standing = 1.0 - (rules.eu_pressure - nation.stringency).max(0.0);
        let gained = competitiveness - self.setup.competitiveness;
        let mut outcome = National {
            competitiveness,
            sovereignty: outcomes::sovereignty(
                competitiveness.min(1.0),
                if supply > 0.0 { chips / supply } else { 1.0 },
                talent,
                standing,
            ),
            gap,
            budget_cny_mn: total.budget,
            spending_cny_mn: cascade.spending,
            introduction_cny_mn: cascade.introduction,
            subscale_cny_mn: cascade.subscale,
            duplicated_cny_mn: cascade.duplicated,
            idle_cny_mn: cascade.idle,
            productive_cny_mn: cascade.productive,
            instruments_cny_mn: total.instruments,
            failed_experiments_cny_mn: total.failed,
            poaching_cny_mn: total.poaching,
            forgone_cny_mn: total.forgone,
            output_cny_mn: total.output,
            grants_cny_mn: total.grants,
            efficiency_per_cny_bn: (nation.spent > 0.0).then(|| gained / (nation.spent / 1000.0)),
            similarity_all,
            similarity_peers,
            specialisation,
            concentration,
            top_city_share,
            liberalisation: total.liberalisation / cities,
            instruments_in_force: total.in_force / cities,
            national_measures,
            local_origin_share: (national_measures > 0)
                .then(|| f64::from(nation.local_origin) / f64::from(national_measures)),
            stringency: nation.stringency,
            eu_pressure: rules.eu_pressure,
            us_pressure: rules.us_pressure,
            export_controls: rules.export_controls,
            incidents: nation.incident.iter().filter(|happened| **happened).count() as u32,
            utilisation,
            champions: nation.champions.len() as u32,
            researchers: total.researchers,
            effective_talent: total.effective_talent,
            gini_budget: 0.0,
            gini_researchers: 0.0,
            gini_capability: 0.0,
            pioneered: nation.moves[0],
            imitated: nation.moves[1],
            taken_up: nation.moves[2],
            given_up: nation.moves[3],
        };
        if parts.inequality {
            outcome.gini_budget = self.gini(|columns| &columns.budget);
            outcome.gini_researchers = self.gini(|columns| &columns.researchers);
            outcome.gini_capability = self.gini(|columns| &columns.stock);
        }
        outcome
    }

    /// Budget of a city in the quarter just done, CNY mn.
    pub fn budget(&self, city: usize) -> f64 {
        let (chunk, block, lane) = super::setup::place(city);
        self.chunks[chunk].columns[block].budget[lane]
    }

    /// O15 of a column of cities.
    fn gini(&mut self, column: impl Fn(&Columns) -> &Lanes) -> f64 {
        let mut values = std::mem::take(&mut self.scratch);
        values.clear();
        for (constants, chunk) in self.setup.chunks.iter().zip(&self.chunks) {
            let lanes = chunk.columns.iter().flat_map(|columns| column(columns).0);
            values.extend(lanes.take(constants.cities));
        }
        values.sort_unstable_by(f64::total_cmp);
        let gini = outcomes::gini_of_sorted(&values);
        self.scratch = values;
        gini
    }
}
