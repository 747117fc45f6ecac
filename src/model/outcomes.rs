//! Outcomes of the nation, `docs/odd.md`, 7.9. Measuring draws nothing and changes nothing but scratch memory.

use super::data::MAX_SECTORS;
use super::equations::{outcomes, outside};
use super::record::National;
use super::run::Run;
use super::views::Cascade;

impl Run<'_> {
    /// Outcomes of the quarter just done; before the first quarter those of the start, with nothing spent.
    pub fn national(&mut self) -> National {
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
            let (index, top) = self.concentration(s);
            concentration += value * index;
            top_city_share += value * top;
            let supplies = self.setup.world().sectors[s].supplies_compute;
            supply += supplies;
            chips += supplies * (capability / frontier).min(1.0);
        }
        let (similarity_all, similarity_peers, specialisation) = self.similarity();
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
        outcome.gini_budget = self.gini(|run, city| run.budget(city));
        outcome.gini_researchers = self.gini(|run, city| run.researchers(city));
        outcome.gini_capability =
            self.gini(|run, city| (0..run.sectors()).map(|s| run.capability(city, s)).sum());
        outcome
    }

    /// Budget of a city in the quarter just done, CNY mn.
    pub fn budget(&self, city: usize) -> f64 {
        let (chunk, block, lane) = super::setup::place(city);
        self.chunks[chunk].budget[block][lane]
    }

    /// O15 of a column of cities.
    fn gini(&mut self, value: impl Fn(&Self, usize) -> f64) -> f64 {
        let mut values = std::mem::take(&mut self.scratch);
        values.clear();
        values.extend((0..self.cities()).map(|city| value(self, city)));
        values.sort_unstable_by(f64::total_cmp);
        let gini = outcomes::gini_of_sorted(&values);
        self.scratch = values;
        gini
    }

    /// O4, O5 and O6 from the shares just published.
    fn similarity(&mut self) -> (Option<f64>, Option<f64>, f64) {
        let cities = self.cities();
        let mut per_norm = std::mem::take(&mut self.scratch);
        per_norm.clear();
        let sectors = self.sectors();
        let row = |city: usize| self.published.rows.row(city).take(sectors);
        let mut sum_of_units = [0.0; MAX_SECTORS];
        let mut mean = [0.0; MAX_SECTORS];
        let mut unit_vectors = 0.0;
        for city in 0..cities {
            let squared: f64 = row(city).map(|share| share * share).sum();
            let inverse = if squared > 0.0 {
                1.0 / squared.sqrt()
            } else {
                0.0
            };
            unit_vectors += squared * inverse * inverse;
            per_norm.push(inverse);
            for ((unit, mean), share) in sum_of_units.iter_mut().zip(&mut mean).zip(row(city)) {
                *unit += share * inverse;
                *mean += share;
            }
        }
        for mean in &mut mean {
            *mean /= cities as f64;
        }
        let squared_norm = sum_of_units.iter().map(|unit| unit * unit).sum();
        let (mut cosine, mut weights, mut specialisation) = (0.0, 0.0, 0.0);
        for city in 0..cities {
            specialisation += row(city)
                .zip(&mean)
                .map(|(share, mean)| (share - mean).abs())
                .sum::<f64>();
            for (peer, weight) in self.setup.peers.of(city) {
                let product: f64 = row(city).zip(row(peer)).map(|(a, b)| a * b).sum();
                cosine += weight * product * per_norm[city] * per_norm[peer];
                weights += weight;
            }
        }
        self.scratch = per_norm;
        (
            outcomes::all_pairs_similarity(squared_norm, unit_vectors, cities),
            (weights > 0.0).then(|| cosine / weights),
            specialisation / cities as f64,
        )
    }
}
