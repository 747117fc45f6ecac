//! Outcomes of the nation, `docs/odd.md`, 7.9. Measuring draws nothing and changes nothing but scratch memory.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, lane_sum, wide};
use crate::kernel::math::{from_order_key, order_key, select};
use crate::kernel::parallel::{Pieces, for_each, in_order};
use crate::model::chunks::Columns;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{outcomes, outside};
use crate::model::in_force::InForce;
use crate::model::record::Move;
use crate::model::run::Run;
use crate::model::state::Nation;
use crate::model::sums::CitySums;
use crate::model::views::Cascade;
use std::ops::Range;

/// Means and sums over sectors, of strategic value where nothing else is said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weighted {
    /// O1.
    pub competitiveness: f64,
    /// O2.
    pub gap: f64,
    /// O13.
    pub utilisation: f64,
    /// O7, index and top share.
    pub concentration: [f64; 2],
    /// Share of the supply of compute that is at the frontier; 1 where no sector supplies any.
    pub self_reliance: f64,
}

impl Run<'_> {
    /// Money of the quarter just done by what becomes of it; nothing before the first quarter.
    pub(crate) fn cascade(&self) -> Cascade {
        let mut cascade = Cascade::default();
        if self.now.quarter > 0 {
            for s in 0..self.now.sectors() {
                cascade.add(self.national_cascade(s));
            }
        }
        cascade
    }

    /// O1, O2, O13, and with `concentration` O7.
    pub(crate) fn weighted(&self, concentration: bool) -> Weighted {
        let sectors = self.now.sectors();
        let mut all = Weighted::default();
        let (mut chips, mut supply) = (0.0, 0.0);
        let capabilities = self.national_capabilities();
        let concentrations = if concentration {
            self.concentrations(0..sectors)
        } else {
            [(0.0, 0.0); MAX_SECTORS]
        };
        for s in 0..sectors {
            let value = self.now.setup.value[s];
            let (capability, frontier) = (capabilities[s], self.state.nation.frontier[s]);
            all.competitiveness += value * capability / frontier;
            all.gap += value * outside::gap(capability, frontier);
            all.utilisation += value * self.state.nation.utilisation[s];
            let (index, top) = concentrations[s];
            all.concentration[0] += value * index;
            all.concentration[1] += value * top;
            let supplies = self.now.setup.world().sectors[s].supplies_compute;
            supply += supplies;
            chips += supplies * (capability / frontier).min(1.0);
        }
        all.self_reliance = if supply > 0.0 { chips / supply } else { 1.0 };
        all
    }

    /// O3, of a nation so competitive and so far at home in compute.
    pub(crate) fn sovereignty(&self, weighted: &Weighted) -> f64 {
        let talent = self.state.nation.sums.all.effective_talent;
        outcomes::sovereignty(
            weighted.competitiveness.min(1.0),
            weighted.self_reliance,
            talent / (talent + self.state.nation.us_researchers),
            1.0 - (self.now.in_force.eu_pressure - self.state.nation.stringency).max(0.0),
        )
    }

    /// O12; none before anything is spent.
    pub(crate) fn efficiency(&self, competitiveness: f64) -> Option<f64> {
        let (gained, spent) = (
            competitiveness - self.now.setup.competitiveness,
            self.state.nation.spent,
        );
        (spent > 0.0).then(|| gained / (spent / 1000.0))
    }

    /// What the nation is and does in the quarter just done.
    pub(crate) fn nation(&self) -> &Nation {
        &self.state.nation
    }

    /// Sums over cities of the quarter just done.
    pub(crate) fn totals(&self) -> &CitySums<f64> {
        &self.state.nation.sums.all
    }

    /// Rules of the quarter just done.
    pub(crate) fn in_force(&self) -> &InForce {
        &self.now.in_force
    }

    /// Moves of a kind in the quarter just done.
    pub fn moves(&self, kind: Move) -> u32 {
        self.state.nation.moves[kind as usize]
    }

    /// Budget of a city in the quarter just done, CNY mn.
    pub fn budget(&self, city: usize) -> f64 {
        self.state.cities.columns[city / LANES].budget[city % LANES]
    }

    /// O15 of budgets, researchers and capability.
    pub(crate) fn inequality(&mut self) -> [f64; 3] {
        const COLUMNS: [fn(&Columns) -> &Lanes; 3] = [
            |columns| &columns.budget,
            |columns| &columns.researchers,
            |columns| &columns.stock,
        ];
        let cities = self.now.cities();
        let mut keys = std::mem::take(&mut self.scratch.outcomes.keys);
        keys.resize(COLUMNS.len() * cities, 0);
        let mut indices = [0.0; COLUMNS.len()];
        let by_column = Pieces::new(&mut keys, cities);
        for_each(
            self.now.is_large,
            (&mut indices[..], by_column),
            |index, (gini, keys)| {
                let blocks = self.state.cities.columns.iter();
                let values = blocks.flat_map(|columns| COLUMNS[index](columns).0);
                for (key, value) in keys.iter_mut().zip(values) {
                    *key = order_key(value);
                }
                // Sorted as integers: about twice as fast as by comparing numbers.
                keys.sort_unstable();
                *gini = outcomes::gini_of_sorted(keys.iter().map(|key| from_order_key(*key)));
            },
        );
        self.scratch.outcomes.keys = keys;
        indices
    }

    /// Hirschman-Herfindahl index and top share of capability over cities, by sector; 0 for other sectors.
    pub(crate) fn concentrations(&self, sectors: Range<usize>) -> [(f64, f64); MAX_SECTORS] {
        let all = self.now.sectors();
        let mut found = [(0.0, 0.0); MAX_SECTORS];
        let of_chunk = |chunk: usize| {
            let stocks = self.state.cities.stocks_of_chunk(chunk);
            let mut found = [(0.0, 0.0); MAX_SECTORS];
            wide!({
                for s in sectors.clone() {
                    let (mut squares, mut most) = (ZERO, ZERO);
                    for stock in stocks.iter().skip(s).step_by(all) {
                        squares = each(|l| squares[l] + stock[l] * stock[l]);
                        most = each(|l| select(stock[l] > most[l], stock[l], most[l]));
                    }
                    let top = most.iter().fold(0.0, |top: f64, own| top.max(*own));
                    found[s] = (lane_sum(&squares), top);
                }
            });
            found
        };
        in_order(
            self.now.is_large,
            self.now.setup.chunks.len(),
            of_chunk,
            |own| {
                for ((squares, most), (own_squares, own_most)) in found.iter_mut().zip(own) {
                    *squares += own_squares;
                    *most = own_most.max(*most);
                }
            },
        );
        for s in sectors {
            let (gross, (squares, most)) = (self.state.nation.gross[s], found[s]);
            found[s] = if gross > 0.0 {
                (squares / gross / gross, most / gross)
            } else {
                (0.0, 0.0)
            };
        }
        found
    }
}
