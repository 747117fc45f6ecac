//! E21, the weights of cities for researchers who move. Their sum over the nation must be known before phase 5, so
//! that they are found ahead of phase 4, from what phase 4 will make of instruments.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{LANES, Lanes, ZERO, each};
use crate::kernel::rows::ask_for;
use crate::model::chunk_constants::Constant;
use crate::model::chunks::{Columns, Held};
use crate::model::data::Channel;
use crate::model::equations::{budgets, moves, talent};
use crate::model::record::Move;
use crate::model::run::{CityMove, Run};

/// What weights of location take, the same for all cities.
pub(crate) struct Location<'a> {
    run: &'a Run<'a>,
    constants: &'a [Constant],
    columns: &'a [Columns],
    held: &'a [Held],
    /// Instruments that attract, one bit each.
    attracting: u64,
    unblunted: f64,
    per_tolerance: f64,
    /// `a_d`; 0 where designs are not adjusted.
    adjustment: f64,
}

impl<'a> Location<'a> {
    pub(crate) fn new(run: &'a Run) -> Self {
        let instruments = run.setup.world().instruments.iter().enumerate();
        let attracting = instruments
            .filter(|(_, instrument)| instrument.channel == Channel::Attract)
            .fold(0, |all, (m, _)| all | 1 << m);
        Location {
            run,
            constants: &run.setup.columns,
            columns: &run.state.columns,
            held: &run.state.held,
            attracting,
            unblunted: run.unblunted(),
            per_tolerance: 1.0 / run.params.policy.design_tolerance,
            adjustment: if run.params.mechanisms.local_adjustment {
                run.params.policy.adjustment_rate
            } else {
                0.0
            },
        }
    }

    /// Asks for what [`Location::weights`] will read of a block.
    #[inline(always)]
    pub(crate) fn ask_for(&self, chunk: usize, block: usize) {
        let run = self.run;
        let constants = &run.setup.chunks[chunk];
        let at = constants.first_block() + block;
        let first = constants.first + block * LANES;
        let in_force = &run.published.in_force[first..first + LANES];
        let any = in_force.iter().fold(0, |any, own| any | own);
        for m in bits(any & self.attracting) {
            ask_for(&self.held[at * run.instruments() + m].share, 2);
        }
        ask_for(&self.columns[at].stock, 2);
        ask_for(&self.constants[at].base, 4);
    }

    /// E21: the weights of a block. `moves` are those of its cities in this quarter.
    #[inline(always)]
    pub(crate) fn weights(&self, chunk: usize, block: usize, moves: &[CityMove]) -> Lanes {
        let constants = &self.run.setup.chunks[chunk];
        let at = constants.first_block() + block;
        let precision = self.run.params.talent.location_precision;
        let (stock, amenity) = (self.columns[at].stock, self.constants[at].amenity);
        let attraction = self.attraction(chunk, block, moves);
        each(|l| talent::location_weight(stock[l], precision, amenity[l], attraction[l]))
    }

    /// `At`: effects (E20) of instruments that attract. One begun in this quarter has no money yet, and no effect.
    #[inline(always)]
    fn attraction(&self, chunk: usize, block: usize, moves: &[CityMove]) -> Lanes {
        let run = self.run;
        let constants = &run.setup.chunks[chunk];
        let at = constants.first_block() + block;
        let first = constants.first + block * LANES;
        let mut masks: [u64; LANES] =
            std::array::from_fn(|l| run.published.in_force[first + l] & self.attracting);
        for own in moves.iter().filter(|own| own.kind == Move::Drop) {
            masks[own.city as usize % LANES] &= !(1 << own.instrument);
        }
        let any = masks.iter().fold(0, |any, own| any | own);
        let mut attraction = ZERO;
        if any == 0 {
            return attraction;
        }
        let (base, amenity) = (self.constants[at].base, self.constants[at].amenity);
        let budget = self.columns[at].budget;
        let half_money = run.params.policy.half_money_share;
        for m in bits(any) {
            let slope = run.setup.world().instruments[m].tier_slope;
            let theta = run.nation.true_effect[m];
            let Held { share, distance } = self.held[at * run.instruments() + m];
            let active = each(|l| (masks[l] >> m & 1) as f64);
            let distance = each(|l| moves::adjusted_design(distance[l], 0.0, self.adjustment));
            let fit = each(|l| budgets::design_fit(distance[l], 0.0, self.per_tolerance));
            let true_effect = each(|l| budgets::tier_effect(theta, slope, amenity[l]));
            let money = each(|l| budgets::money_effect(share[l] * budget[l], half_money * base[l]));
            let before = attraction;
            attraction = each(|l| {
                before[l] + true_effect[l] * fit[l] * self.unblunted * money[l] * active[l]
            });
        }
        attraction
    }
}
