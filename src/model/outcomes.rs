//! Outcomes of the nation, `docs/odd.md`, 7.9. Measuring draws nothing and changes nothing but scratch memory.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, lane_sum, vectorised};
use crate::kernel::math::{from_order_key, order_key, select};
use crate::kernel::parallel::{Pieces, for_each, in_order};
use crate::model::chunks::Columns;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{outcomes, outside};
use crate::model::record::{Move, National};
use crate::model::run::Run;
use crate::model::views::Cascade;
use std::ops::Range;

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

/// Memory that measuring takes once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// One over the norms of cities' shares.
    pub per_norm: Vec<f64>,
    /// Numbers to sort, as integers.
    keys: Vec<i64>,
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
        let capabilities = self.national_capabilities();
        let concentrations = if parts.concentration {
            self.concentrations(0..sectors)
        } else {
            [(0.0, 0.0); MAX_SECTORS]
        };
        for s in 0..sectors {
            if self.quarter > 0 {
                cascade.add(self.national_cascade(s));
            }
            let value = self.setup.value[s];
            let (capability, frontier) = (capabilities[s], self.nation.frontier[s]);
            competitiveness += value * capability / frontier;
            gap += value * outside::gap(capability, frontier);
            utilisation += value * self.nation.utilisation[s];
            let (index, top) = concentrations[s];
            concentration += value * index;
            top_city_share += value * top;
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
        let moves = |kind: Move| nation.moves[kind as usize];
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
            concentration: concentration.min(1.0),
            top_city_share: top_city_share.min(1.0),
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
            pioneered: moves(Move::Pioneer),
            imitated: moves(Move::Imitate),
            taken_up: moves(Move::TakeUp),
            given_up: moves(Move::Drop),
        };
        if parts.inequality {
            [
                outcome.gini_budget,
                outcome.gini_researchers,
                outcome.gini_capability,
            ] = self.inequality();
        }
        outcome
    }

    /// Budget of a city in the quarter just done, CNY mn.
    pub fn budget(&self, city: usize) -> f64 {
        self.state.columns[city / LANES].budget[city % LANES]
    }

    /// O15 of budgets, researchers and capability.
    fn inequality(&mut self) -> [f64; 3] {
        const COLUMNS: [fn(&Columns) -> &Lanes; 3] = [
            |columns| &columns.budget,
            |columns| &columns.researchers,
            |columns| &columns.stock,
        ];
        let cities = self.cities();
        let mut keys = std::mem::take(&mut self.scratch.keys);
        keys.resize(COLUMNS.len() * cities, 0);
        let mut indices = [0.0; COLUMNS.len()];
        let by_column = Pieces {
            whole: &mut keys,
            length: cities,
        };
        for_each(
            self.parallel,
            (&mut indices[..], by_column),
            |index, (gini, keys)| {
                let blocks = self.state.columns.iter();
                let values = blocks.flat_map(|columns| COLUMNS[index](columns).0);
                for (key, value) in keys.iter_mut().zip(values) {
                    *key = order_key(value);
                }
                // Sorted as integers: about twice as fast as by comparing numbers.
                keys.sort_unstable();
                *gini = outcomes::gini_of_sorted(keys.iter().map(|key| from_order_key(*key)));
            },
        );
        self.scratch.keys = keys;
        indices
    }

    /// Hirschman-Herfindahl index and top share of capability over cities, by sector; 0 for other sectors.
    pub(crate) fn concentrations(&self, sectors: Range<usize>) -> [(f64, f64); MAX_SECTORS] {
        let all = self.sectors();
        let mut found = [(0.0, 0.0); MAX_SECTORS];
        let of_chunk = |chunk: usize| {
            let stocks = self.state.stocks_of_chunk(chunk);
            let mut found = [(0.0, 0.0); MAX_SECTORS];
            vectorised(
                #[inline(always)]
                || {
                    for s in sectors.clone() {
                        let (mut squares, mut most) = (ZERO, ZERO);
                        for stock in stocks.iter().skip(s).step_by(all) {
                            squares = each(|l| squares[l] + stock[l] * stock[l]);
                            most = each(|l| select(stock[l] > most[l], stock[l], most[l]));
                        }
                        let top = most.iter().fold(0.0, |top: f64, own| top.max(*own));
                        found[s] = (lane_sum(&squares), top);
                    }
                },
            );
            found
        };
        in_order(self.parallel, self.setup.chunks.len(), of_chunk, |own| {
            for ((squares, most), (own_squares, own_most)) in found.iter_mut().zip(own) {
                *squares += own_squares;
                *most = own_most.max(*most);
            }
        });
        for s in sectors {
            let (gross, (squares, most)) = (self.nation.gross[s], found[s]);
            found[s] = if gross > 0.0 {
                // Sums in another order can be a hair above the whole.
                ((squares / gross / gross).min(1.0), (most / gross).min(1.0))
            } else {
                (0.0, 0.0)
            };
        }
        found
    }
}
