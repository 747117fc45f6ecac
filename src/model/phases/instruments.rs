//! Phase 4, the part about instruments: designs, effects, what the centre sees of them, and their money.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{LANES, Lanes, ZERO, each, plus, wide};
use crate::kernel::math::select;
use crate::model::block::{Block, Channels, InUse, Instruments, Known, Pass};
use crate::model::chunk_constants::Constant;
use crate::model::chunks::{Adopted, Own};
use crate::model::data::{Channel, Instrument};
use crate::model::decisions::CityMove;
use crate::model::equations::{budgets, moves, outcomes, production};
use crate::model::now::Now;
use crate::model::record::Move;
use crate::model::state::{Nation, State};
use crate::model::sums::{CitySums, Evidence};

/// E20 of blocks of cities.
pub(crate) struct Effects<'a> {
    pub instruments: &'a [Instrument],
    true_effect: &'a [f64],
    /// Share of an effect that law leaves.
    pub unblunted: f64,
    per_tolerance: f64,
    half_money: f64,
    /// Whether researchers move between cities.
    mobility: bool,
}

impl<'a> Effects<'a> {
    /// Those of the quarter.
    #[inline(always)]
    pub fn new(now: &'a Now, nation: &'a Nation) -> Self {
        let policy = &now.params.policy;
        Effects {
            instruments: &now.setup.world().instruments,
            true_effect: &nation.true_effect,
            unblunted: budgets::unblunted(now.in_force.preemption, nation.stringency),
            per_tolerance: 1.0 / policy.design_tolerance,
            half_money: policy.half_money_share,
            mobility: now.params.mechanisms.talent_mobility,
        }
    }

    /// What is known of an instrument where it is in force, with the money that `budget` gives it.
    #[inline(always)]
    pub fn of(
        &self,
        m: usize,
        adopted: Adopted,
        in_force: &[u64; LANES],
        constants: &Constant,
        budget: Lanes,
    ) -> InUse {
        let (base, amenity) = (constants.base, constants.amenity);
        let (theta, slope) = (self.true_effect[m], self.instruments[m].tier_slope);
        let Adopted { share, distance } = adopted;
        let active = each(|l| (in_force[l] >> m & 1) as f64);
        let fit = each(|l| budgets::design_fit(distance[l], 0.0, self.per_tolerance));
        let true_effect = each(|l| budgets::tier_effect(theta, slope, amenity[l]));
        let money =
            each(|l| budgets::money_effect(share[l] * budget[l], self.half_money * base[l]));
        InUse {
            active,
            effect: each(|l| {
                let potential = budgets::potential_effect(true_effect[l], fit[l], self.unblunted);
                potential * money[l] * active[l]
            }),
            fit,
            positive_fit: each(|l| select(true_effect[l] > 0.0, fit[l], 0.0)),
            weight: ZERO,
        }
    }

    /// Share of an instrument's fitting money that only moves researchers at home.
    #[inline(always)]
    fn poached_share(&self, m: usize) -> f64 {
        let instrument = &self.instruments[m];
        let moves = self.mobility & (instrument.channel == Channel::Attract);
        select(moves, 1.0 - instrument.overseas_share, 0.0)
    }
}

/// What the money of a block's instruments comes to in a quarter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// All of it, CNY mn.
    pub money: Lanes,
    /// Money spent on failed experiments, CNY mn.
    pub failed: Lanes,
    /// Money that only moves researchers, CNY mn.
    pub poaching: Lanes,
    /// O8, times the number of instruments there are.
    liberalisation: Lanes,
    /// Instruments in force.
    pub in_force: Lanes,
}

impl Spent {
    /// Adds an instrument that has a share of the budget.
    #[inline(always)]
    fn add(
        &mut self,
        effects: &Effects,
        m: usize,
        used: &InUse,
        share: Lanes,
        budget: Lanes,
        base: Lanes,
    ) {
        let from_home = effects.poached_share(m);
        let (active, fit, works) = (used.active, used.fit, used.positive_fit);
        let before = *self;
        let money = each(|l| share[l] * budget[l]);
        let bought = each(|l| budgets::money_effect(money[l], effects.half_money * base[l]));
        self.money = plus(before.money, money);
        self.failed = each(|l| before.failed[l] + production::failed(money[l], works[l]));
        self.poaching =
            each(|l| before.poaching[l] + production::poaching(from_home, money[l], works[l]));
        self.liberalisation = each(|l| {
            let term = outcomes::liberalisation(active[l], fit[l], effects.unblunted, bought[l]);
            before.liberalisation[l] + term
        });
        self.in_force = plus(before.in_force, active);
    }

    /// O8 of the cities.
    #[inline(always)]
    pub fn liberalisation(&self, effects: &Effects) -> Lanes {
        let all = effects.instruments.len().max(1) as f64;
        each(|l| self.liberalisation[l] / all)
    }
}

/// What the cities of a block have of an instrument in the quarter just done.
pub(crate) fn in_use(now: &Now, state: &State, block: usize, m: usize) -> InUse {
    let in_force = std::array::from_fn(|l| state.published.in_force[block * LANES + l]);
    Effects::new(now, &state.nation).of(
        m,
        *state.cities.adopted(block * LANES, m),
        &in_force,
        &now.setup.columns[block],
        state.cities.columns[block].budget,
    )
}

/// What the money of a block's instruments came to in the quarter just done, and O8 of its cities.
pub(crate) fn spent(now: &Now, state: &State, block: usize) -> (Spent, Lanes) {
    let effects = Effects::new(now, &state.nation);
    let in_force: [u64; LANES] =
        std::array::from_fn(|l| state.published.in_force[block * LANES + l]);
    let (constants, budget) = (
        &now.setup.columns[block],
        state.cities.columns[block].budget,
    );
    let mut spent = Spent::default();
    wide!({
        for m in bits(in_force.iter().fold(0, |any, own| any | own)) {
            let adopted = *state.cities.adopted(block * LANES, m);
            let used = effects.of(m, adopted, &in_force, constants, budget);
            spent.add(&effects, m, &used, adopted.share, budget, constants.base);
        }
    });
    (spent, spent.liberalisation(&effects))
}

/// E19 and E18, then the instruments that begin, by the moves of the block; leaves in it what is in force.
#[inline(always)]
pub(crate) fn adjust_designs(pass: &Pass, block: &mut Block, own: &mut Own, moves: &[CityMove]) {
    let adopted = &mut own.adopted[..];
    let is_drop = |own: &&CityMove| own.kind == Move::Drop;
    for given_up in moves.iter().filter(is_drop) {
        let lane = given_up.city as usize % LANES;
        block.in_force[lane] &= !(1 << given_up.instrument);
        adopted[given_up.instrument as usize].share[lane] = 0.0;
        own.performance.failures[lane] += 1.0;
    }
    if pass.now.params.mechanisms.local_adjustment {
        let any = block.in_force.iter().fold(0, |any, own| any | own);
        let adjustment = pass.now.params.policy.adjustment_rate;
        for m in bits(any) {
            let before = adopted[m].distance;
            adopted[m].distance = each(|l| {
                let adjusted = moves::adjusted_design(before[l], 0.0, adjustment);
                let is_in_force = block.in_force[l] >> m & 1 == 1;
                select(is_in_force, adjusted, before[l])
            });
        }
    }
    for begun in moves.iter().filter(|own| !is_drop(own)) {
        let (m, lane) = (begun.instrument as usize, begun.city as usize % LANES);
        block.in_force[lane] |= 1 << m;
        adopted[m].distance[lane] = begun.design - own.optimum[m][lane];
        if begun.kind == Move::TakeUp {
            own.performance.take_ups[lane] += 1.0;
        }
    }
    block.any = block.in_force.iter().fold(0, |any, own| any | own);
}

/// E20 with the money of the quarter before, and the channel sums of 7.5.
#[inline(always)]
pub(crate) fn read_effects(pass: &Pass, block: &Block, own: &Own, known: &mut Known) {
    let effects = Effects::new(pass.now, pass.nation);
    let budget = own.columns.budget;
    let (in_use, channels) = (&mut known.instruments.in_use, &mut known.channels);
    *channels = Channels::default();
    for m in bits(block.any) {
        let used = effects.of(m, own.adopted[m], &block.in_force, block.columns, budget);
        let (effect, instrument) = (used.effect, &effects.instruments[m]);
        in_use[m] = used;
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
    block: &Block,
    own: &Own,
    instruments: &Instruments,
    evidence: &mut [Evidence<Lanes>],
) {
    for m in bits(block.any) {
        let sum = &mut evidence[m];
        let InUse { active, effect, .. } = instruments.in_use[m];
        let (distance, optimum) = (own.adopted[m].distance, own.optimum[m]);
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
pub(crate) fn fund(
    pass: &Pass,
    block: &Block,
    own: &mut Own,
    instruments: &Instruments,
    per_total: Lanes,
    sums: &mut CitySums<Lanes>,
) {
    let effects = Effects::new(pass.now, pass.nation);
    let adjustment = pass.now.params.budgets.adjustment_rate;
    let (budget, base) = (own.columns.budget, block.columns.base);
    let mut spent = Spent::default();
    for m in bits(block.any) {
        let used = &instruments.in_use[m];
        let (before, weight) = (own.adopted[m].share, used.weight);
        let share = each(|l| budgets::share(before[l], weight[l] * per_total[l], adjustment));
        own.adopted[m].share = share;
        spent.add(&effects, m, used, share, budget, base);
    }
    sums.in_force = plus(sums.in_force, spent.in_force);
    sums.instruments = plus(sums.instruments, spent.money);
    sums.failed = plus(sums.failed, spent.failed);
    sums.poaching = plus(sums.poaching, spent.poaching);
    sums.liberalisation = plus(sums.liberalisation, spent.liberalisation(&effects));
}
