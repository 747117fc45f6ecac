//! Phase 4, the part about instruments: designs, effects, what the centre sees of them, and their money.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{LANES, Lanes, ZERO, each, plus};
use crate::kernel::math::select;
use crate::model::chunks::{Chunk, Held};
use crate::model::data::{Channel, Instrument};
use crate::model::equations::{budgets, moves, outcomes, production};
use crate::model::phases::cities::{Block, Scratch, Shared};
use crate::model::record::Move;
use crate::model::run::{CityMove, Run};
use crate::model::state::{Channels, InUse, Instruments, Sums};

/// What a city's use of its instruments comes to in a quarter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Use {
    /// Money spent on failed experiments, CNY mn.
    pub failed: f64,
    /// Money that only moves researchers, CNY mn.
    pub poaching: f64,
    /// O8 of the city.
    pub liberalisation: f64,
}

/// Share of an instrument's fitting money that only moves researchers at home.
#[inline(always)]
fn from_home(instrument: &Instrument, talent_mobility: bool) -> f64 {
    let moves = talent_mobility & (instrument.channel == Channel::Attract);
    select(moves, 1.0 - instrument.overseas_share, 0.0)
}

impl Run<'_> {
    /// What one city's use of its instruments came to in the quarter just done: as `fund_instruments`, of
    /// which only sums are kept.
    pub(crate) fn instrument_use(&self, city: usize) -> Use {
        let policy = &self.params.policy;
        let lane = city % LANES;
        let constants = &self.setup.columns[city / LANES];
        let (base, amenity) = (constants.base[lane], constants.amenity[lane]);
        let mut all = Use::default();
        for m in bits(self.portfolio(city)) {
            let instrument = &self.setup.world().instruments[m];
            let distance = self.distance(city, m);
            let fit = budgets::design_fit(distance, 0.0, 1.0 / policy.design_tolerance);
            let theta = self.nation.true_effect[m];
            let true_effect = budgets::tier_effect(theta, instrument.tier_slope, amenity);
            let works = select(true_effect > 0.0, fit, 0.0);
            let money = self.instrument_money(city, m);
            let bought = budgets::money_effect(money, policy.half_money_share * base);
            let from_home = from_home(instrument, self.params.mechanisms.talent_mobility);
            all.failed += production::failed(money, works);
            all.poaching += production::poaching(from_home, money, works);
            all.liberalisation += outcomes::liberalisation(1.0, fit, self.unblunted(), bought);
        }
        all.liberalisation /= self.instruments().max(1) as f64;
        all
    }
}

impl Shared<'_> {
    /// E19 and E18, then the instruments that begin, by the moves of the block; leaves in it what is in force.
    #[inline(always)]
    pub(crate) fn adjust_designs(&self, block: &mut Block, chunk: &mut Chunk, moves: &[CityMove]) {
        let count = self.instruments();
        let held = &mut chunk.held[block.number * count..(block.number + 1) * count];
        let is_drop = |own: &&CityMove| own.kind == Move::Drop;
        for own in moves.iter().filter(is_drop) {
            let lane = own.city as usize % LANES;
            block.in_force[lane] &= !(1 << own.instrument);
            held[own.instrument as usize].share[lane] = 0.0;
            chunk.deeds[block.number].failures[lane] += 1.0;
        }
        if self.params.mechanisms.local_adjustment {
            let any = block.in_force.iter().fold(0, |any, own| any | own);
            let adjustment = self.params.policy.adjustment_rate;
            for m in bits(any) {
                let before = held[m].distance;
                held[m].distance = each(|l| {
                    let adjusted = moves::adjusted_design(before[l], 0.0, adjustment);
                    let is_in_force = block.in_force[l] >> m & 1 == 1;
                    select(is_in_force, adjusted, before[l])
                });
            }
        }
        for own in moves.iter().filter(|own| !is_drop(own)) {
            let lane = own.city as usize % LANES;
            block.in_force[lane] |= 1 << own.instrument;
            let m = own.instrument as usize;
            let optimum = chunk.optimum[block.number * count + m][lane];
            held[m].distance[lane] = own.design - optimum;
            if own.kind == Move::TakeUp {
                chunk.deeds[block.number].take_ups[lane] += 1.0;
            }
        }
        block.any = block.in_force.iter().fold(0, |any, own| any | own);
    }

    /// E20 with the money of the quarter before, and the channel sums of 7.5.
    #[inline(always)]
    pub(crate) fn read_effects(&self, block: &Block, chunk: &Chunk, scratch: &mut Scratch) {
        let policy = &self.params.policy;
        let count = self.instruments();
        let masks = block.in_force;
        let per_tolerance = 1.0 / policy.design_tolerance;
        let base = block.columns.base;
        let amenity = block.columns.amenity;
        let budget = chunk.columns[block.number].budget;
        let (in_use, channels) = (&mut scratch.instruments.in_use, &mut scratch.channels);
        *channels = Channels::default();
        for m in bits(block.any) {
            let instrument = &self.setup.world().instruments[m];
            let slope = instrument.tier_slope;
            let Held { share, distance } = chunk.held[block.number * count + m];
            let theta = self.nation.true_effect[m];
            let active = each(|l| (masks[l] >> m & 1) as f64);
            let fit = each(|l| budgets::design_fit(distance[l], 0.0, per_tolerance));
            let true_effect = each(|l| budgets::tier_effect(theta, slope, amenity[l]));
            let money = each(|l| {
                budgets::money_effect(share[l] * budget[l], policy.half_money_share * base[l])
            });
            let effect = each(|l| true_effect[l] * fit[l] * self.unblunted * money[l] * active[l]);
            let own = &mut in_use[m];
            own.active = active;
            own.fit = fit;
            own.positive_fit = each(|l| select(true_effect[l] > 0.0, fit[l], 0.0));
            own.effect = effect;
            // By number and not by name: a jump for each instrument is hard to foresee.
            let sum = &mut channels.by_channel[instrument.channel as usize];
            *sum = plus(*sum, effect);
            let overseas = channels.overseas;
            channels.overseas = each(|l| overseas[l] + instrument.overseas_share * effect[l]);
        }
    }

    /// What the centre will see of instruments in E33.
    #[inline(always)]
    pub(crate) fn gather_evidence(
        &self,
        block: &Block,
        chunk: &Chunk,
        instruments: &Instruments,
        sums: &mut Sums<Lanes>,
    ) {
        for m in bits(block.any) {
            let sum = &mut sums.evidence[m];
            let InUse { active, effect, .. } = instruments.in_use[m];
            let at = block.number * self.instruments() + m;
            let (distance, optimum) = (chunk.held[at].distance, chunk.optimum[at]);
            let design = each(|l| optimum[l] + distance[l]);
            let advantage = block.constants.start[block.number].site_advantage;
            let weight = each(|l| effect[l].max(0.0));
            sum.adopters = plus(sum.adopters, active);
            sum.effect = plus(sum.effect, effect);
            sum.weight = plus(sum.weight, weight);
            sum.weighted_design = plus(sum.weighted_design, each(|l| weight[l] * design[l]));
            sum.design = plus(sum.design, each(|l| active[l] * design[l]));
            sum.advantage = plus(sum.advantage, each(|l| active[l] * advantage[l]));
        }
    }

    /// E13 of instruments, with `per_total` of the total weight; then failed experiments, poaching and O8, with the
    /// money of the quarter.
    #[inline(always)]
    pub(crate) fn fund_instruments(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        instruments: &Instruments,
        per_total: Lanes,
        sums: &mut Sums<Lanes>,
    ) {
        let count = self.instruments();
        let held = &mut chunk.held[block.number * count..(block.number + 1) * count];
        let (half_money, adjustment) = (
            self.params.policy.half_money_share,
            self.params.budgets.adjustment_rate,
        );
        let (mut spent, mut failed, mut poaching) = (ZERO, ZERO, ZERO);
        let (mut liberalisation, mut in_force) = (ZERO, ZERO);
        let (budget, base) = (chunk.columns[block.number].budget, block.columns.base);
        for m in bits(block.any) {
            let instrument = &self.setup.world().instruments[m];
            let from_home = from_home(instrument, self.params.mechanisms.talent_mobility);
            let InUse {
                active,
                fit,
                positive_fit,
                weight,
                ..
            } = instruments.in_use[m];
            let before = held[m].share;
            let share = each(|l| budgets::share(before[l], weight[l] * per_total[l], adjustment));
            held[m].share = share;
            let money = each(|l| share[l] * budget[l]);
            let bought = each(|l| budgets::money_effect(money[l], half_money * base[l]));
            spent = each(|l| spent[l] + money[l]);
            failed = each(|l| failed[l] + production::failed(money[l], positive_fit[l]));
            poaching =
                each(|l| poaching[l] + production::poaching(from_home, money[l], positive_fit[l]));
            liberalisation = each(|l| {
                let term = outcomes::liberalisation(active[l], fit[l], self.unblunted, bought[l]);
                liberalisation[l] + term
            });
            in_force = each(|l| in_force[l] + active[l]);
        }
        let all = count.max(1) as f64;
        let liberalisation = each(|l| liberalisation[l] / all);
        sums.in_force = plus(sums.in_force, in_force);
        sums.instruments = plus(sums.instruments, spent);
        sums.failed = plus(sums.failed, failed);
        sums.poaching = plus(sums.poaching, poaching);
        sums.liberalisation = plus(sums.liberalisation, liberalisation);
    }
}
