//! Phase 4, the part about instruments: designs, effects, what the centre sees of them, and their money.

use super::budgets::{Block, Shared};
use crate::lanes::{LANES, Lanes, ZERO, each, plus};
use crate::math::select;
use crate::model::data::Channel;
use crate::model::equations::{budgets, moves};
use crate::model::record::Move;
use crate::model::run::CityMove;
use crate::model::state::{Channels, Chunk, Instruments, Sums, bits};

impl Shared<'_> {
    /// E19 and E18, then the instruments that begin.
    #[inline(always)]
    pub(super) fn adjust_designs<'m>(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        moves: &mut std::iter::Peekable<impl Iterator<Item = &'m CityMove>>,
    ) {
        let (count, options) = (self.instruments(), 1 + self.sectors() + self.instruments());
        let mut begun: [Option<CityMove>; 3 * LANES] = [None; 3 * LANES];
        let mut waiting = 0;
        while let Some(own) = moves.next_if(|own| own.city as usize / LANES == block.number) {
            let lane = own.city as usize % LANES;
            if own.kind == Move::Drop {
                let row = block.number * options;
                let m = own.instrument as usize;
                chunk.in_force[own.city as usize] &= !(1 << own.instrument);
                chunk.shares[row][lane] += chunk.shares[row + 1 + self.sectors() + m][lane];
                chunk.shares[row + 1 + self.sectors() + m][lane] = 0.0;
                chunk.failures[block.number][lane] += 1.0;
            } else {
                begun[waiting] = Some(*own);
                waiting += 1;
            }
        }
        if self.params.mechanisms.local_adjustment {
            let any = chunk.in_force[block.number * LANES..][..LANES]
                .iter()
                .fold(0, |any, own| any | own);
            let adjustment = self.params.policy.adjustment_rate;
            for m in bits(any) {
                let at = block.number * count + m;
                for l in 0..LANES {
                    let adjusted = moves::adjusted_design(
                        chunk.design[at][l],
                        chunk.optimum[at][l],
                        adjustment,
                    );
                    let is_in_force = chunk.in_force[block.number * LANES + l] >> m & 1 == 1;
                    chunk.design[at][l] = select(is_in_force, adjusted, chunk.design[at][l]);
                }
            }
        }
        for own in begun.iter().flatten() {
            let lane = own.city as usize % LANES;
            chunk.in_force[own.city as usize] |= 1 << own.instrument;
            chunk.design[block.number * count + own.instrument as usize][lane] = own.design;
            if own.kind == Move::TakeUp {
                chunk.take_ups[block.number][lane] += 1.0;
            }
        }
    }

    /// E20 with the money of the quarter before.
    #[inline(always)]
    pub(super) fn read_effects(
        &self,
        block: &Block,
        chunk: &Chunk,
        any: u64,
        instruments: &mut Instruments,
    ) {
        let policy = &self.params.policy;
        let (count, options) = (self.instruments(), 1 + self.sectors() + self.instruments());
        let masks = &chunk.in_force[block.number * LANES..(block.number + 1) * LANES];
        let per_tolerance = 1.0 / policy.design_tolerance;
        let base = block.constants.base[block.number];
        let amenity = block.constants.amenity[block.number];
        let budget = chunk.budget[block.number];
        for m in bits(any) {
            let slope = self.setup.world().instruments[m].tier_slope;
            let at = block.number * count + m;
            let (design, optimum) = (chunk.design[at], chunk.optimum[at]);
            let share = chunk.shares[block.number * options + 1 + self.sectors() + m];
            let theta = self.nation.true_effect[m];
            let active = each(|l| (masks[l] >> m & 1) as f64);
            let fit = each(|l| budgets::design_fit(design[l], optimum[l], per_tolerance));
            let true_effect = each(|l| budgets::tier_effect(theta, slope, amenity[l]));
            let money = each(|l| {
                budgets::money_effect(share[l] * budget[l], policy.half_money_share * base[l])
            });
            instruments.active[m] = active;
            instruments.fit[m] = fit;
            instruments.positive_fit[m] = each(|l| select(true_effect[l] > 0.0, fit[l], 0.0));
            instruments.effect[m] =
                each(|l| true_effect[l] * fit[l] * self.unblunted * money[l] * active[l]);
        }
    }

    /// Channel sums of 7.5.
    #[inline(always)]
    pub(super) fn channels(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        any: u64,
        instruments: &Instruments,
    ) {
        let mut channels = Channels::default();
        for m in bits(any) {
            let instrument = &self.setup.world().instruments[m];
            let sum = match instrument.channel {
                Channel::Train => &mut channels.train,
                Channel::Attract => &mut channels.attract,
                Channel::Soft => &mut channels.soft,
                Channel::Motivate => &mut channels.motivate,
                Channel::Match => &mut channels.matching,
            };
            let (before, effect) = (*sum, instruments.effect[m]);
            *sum = each(|l| before[l] + effect[l]);
            let overseas = channels.overseas;
            channels.overseas = each(|l| overseas[l] + instrument.overseas_share * effect[l]);
        }
        chunk.channels[block.number] = channels;
    }

    /// What the centre will see of instruments in E33.
    #[inline(always)]
    pub(super) fn gather_evidence(
        &self,
        block: &Block,
        chunk: &Chunk,
        any: u64,
        instruments: &Instruments,
        sums: &mut Sums<Lanes>,
    ) {
        for m in bits(any) {
            let sum = &mut sums.evidence[m];
            let (active, effect) = (instruments.active[m], instruments.effect[m]);
            let design = chunk.design[block.number * self.instruments() + m];
            let advantage = block.constants.site_advantage[block.number];
            let weight = each(|l| effect[l].max(0.0));
            sum.adopters = plus(sum.adopters, active);
            sum.effect = plus(sum.effect, effect);
            sum.weight = plus(sum.weight, weight);
            sum.weighted_design = plus(sum.weighted_design, each(|l| weight[l] * design[l]));
            sum.design = plus(sum.design, each(|l| active[l] * design[l]));
            sum.advantage = plus(sum.advantage, each(|l| active[l] * advantage[l]));
        }
    }

    /// Failed experiments, poaching and O8, with the money of the quarter.
    #[inline(always)]
    pub(super) fn account_for_instruments(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        any: u64,
        instruments: &Instruments,
        sums: &mut Sums<Lanes>,
    ) {
        let options = 1 + self.sectors() + self.instruments();
        let half_money = self.params.policy.half_money_share;
        let (mut spent, mut failed, mut poaching) = (ZERO, ZERO, ZERO);
        let (mut liberalisation, mut in_force) = (ZERO, ZERO);
        let (budget, base) = (
            chunk.budget[block.number],
            block.constants.base[block.number],
        );
        for m in bits(any) {
            let instrument = &self.setup.world().instruments[m];
            let moves_only =
                self.params.mechanisms.talent_mobility && instrument.channel == Channel::Attract;
            let poached = if moves_only {
                1.0 - instrument.overseas_share
            } else {
                0.0
            };
            let share = chunk.shares[block.number * options + 1 + self.sectors() + m];
            let (works, fit, active) = (
                instruments.positive_fit[m],
                instruments.fit[m],
                instruments.active[m],
            );
            let money = each(|l| share[l] * budget[l]);
            let bought = each(|l| budgets::money_effect(money[l], half_money * base[l]));
            spent = each(|l| spent[l] + money[l]);
            failed = each(|l| failed[l] + money[l] * (1.0 - works[l]));
            poaching = each(|l| poaching[l] + poached * money[l] * works[l]);
            liberalisation =
                each(|l| liberalisation[l] + active[l] * fit[l] * self.unblunted * bought[l]);
            in_force = each(|l| in_force[l] + active[l]);
        }
        let count = self.instruments().max(1) as f64;
        let liberalisation = each(|l| liberalisation[l] / count);
        sums.in_force = plus(sums.in_force, in_force);
        sums.instruments = plus(sums.instruments, spent);
        sums.failed = plus(sums.failed, failed);
        sums.poaching = plus(sums.poaching, poaching);
        sums.liberalisation = plus(sums.liberalisation, liberalisation);
        chunk.failed[block.number] = failed;
        chunk.poaching[block.number] = poaching;
        chunk.liberalisation[block.number] = liberalisation;
    }
}
