//! Phases 5 to 7: researchers move, the cascade takes its parts, capability is built, output sold.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, plus};
use crate::kernel::math::select;
use crate::model::chunks::Chunk;
use crate::model::data::{Channel, MAX_SECTORS};
use crate::model::equations::{outside, production, talent};
use crate::model::phases::cities::{Block, Scratch, Shared};
use crate::model::phases::peers::{COLUMNS, Columns};
use crate::model::state::Sums;

impl Shared<'_> {
    /// E21-E23.
    #[inline(always)]
    pub(crate) fn move_researchers(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        location_weight: &[Lanes],
        scratch: &Scratch,
        sums: &mut Sums<Lanes>,
    ) {
        let rules = &self.params.talent;
        let (channels, peers) = (scratch.channels, scratch.peers_researchers);
        let (before, weight, pipeline) = (
            chunk.columns[block.number].researchers,
            location_weight[block.number],
            block.columns.pipeline,
        );
        let (training, overseas) = (channels.of(Channel::Train), channels.overseas);
        let own = each(|l| {
            let location = weight[l] * self.per_location_weight;
            let moved = talent::after_mobility(
                before[l],
                self.mobile_share,
                self.nation.researchers,
                location,
            );
            let pipeline = pipeline[l] * self.nation.pipeline_factor;
            talent::after_pipeline(
                moved,
                rules.departure_rate,
                pipeline,
                training[l],
                rules.overseas_rate,
                overseas[l],
            )
        });
        let [motivation, matching, soft] =
            [Channel::Motivate, Channel::Match, Channel::Soft].map(|channel| channels.of(channel));
        let effective = each(|l| {
            talent::effective_talent(
                own[l],
                motivation[l],
                matching[l],
                rules.soft_time,
                soft[l],
                peers[l],
            )
        });
        chunk.columns[block.number].researchers = own;
        chunk.columns[block.number].effective_talent = effective;
        sums.researchers = plus(sums.researchers, own);
        sums.effective_talent = plus(sums.effective_talent, effective);
    }

    /// E24 and E25, with what E29 takes from them. Loops over sectors are short, so that the processor has several
    /// sectors under way at a time.
    #[inline(always)]
    pub(crate) fn spend(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        built: &mut Built,
        sums: &mut Sums<Lanes>,
    ) {
        let world = self.setup.world();
        let sectors = world.sectors.len();
        let cost = self.params.production.introduction_cost;
        let shares = &built.shares[..sectors];
        let (budget, effective_talent) = (
            chunk.columns[block.number].budget,
            chunk.columns[block.number].effective_talent,
        );
        let all_share = shares.iter().fold(ZERO, |sum, share| plus(sum, *share));
        let per_share = each(|l| select(all_share[l] > 0.0, 1.0 / all_share[l], 0.0));
        built.published[sectors + 1] = all_share;
        for s in 0..sectors {
            let at = block.number * sectors + s;
            let (share, stock) = (shares[s], chunk.capability[at]);
            let (half_base, scale) = (self.setup.half_base[s], self.setup.minimum_scale[s]);
            let spending = each(|l| share[l] * budget[l]);
            let per_base = each(|l| production::per_base(stock[l], half_base));
            let introduction =
                each(|l| production::introduction(spending[l], half_base, per_base[l], cost));
            let left = each(|l| {
                production::left_after_introduction(
                    spending[l],
                    stock[l],
                    half_base,
                    per_base[l],
                    cost,
                )
            });
            let scale_share = each(|l| production::scale_share(left[l], scale));
            let subscale = each(|l| production::subscale(scale_share[l], scale));
            let within = each(|l| share[l] * per_share[l]);
            built.published[s] = within;
            built.talent[s] = each(|l| effective_talent[l] * within[l]);
            built.effective[s] = each(|l| production::effective_spending(left[l], scale_share[l]));
            let sum = &mut sums.sectors[s];
            sum.spending = plus(sum.spending, spending);
            sum.introduction = plus(sum.introduction, introduction);
            sum.subscale = plus(sum.subscale, subscale);
            if let Some(detail) = chunk.detail.get_mut(at) {
                *detail = [introduction, subscale];
            }
        }
        let (rest_return, outside) = (self.params.outcomes.rest_return, block.columns.outside);
        let forgone = each(|l| rest_return * outside[l] * all_share[l] * budget[l]);
        sums.forgone = plus(sums.forgone, forgone);
    }

    /// E29, E39 and the terms of E2.
    #[inline(always)]
    pub(crate) fn build(
        &self,
        block: &Block,
        chunk: &mut Chunk,
        built: &Built,
        sums: &mut Sums<Lanes>,
    ) {
        let sectors = self.setup.world().sectors.len();
        let made = &self.params.production;
        let (productivity, alpha, rho) =
            (made.productivity, made.money_elasticity, made.aggregation);
        let stocks = &mut chunk.capability[block.number * sectors..(block.number + 1) * sectors];
        let advantages = &self.advantage[block.first / LANES * sectors..][..sectors];
        for s in 0..sectors {
            let (before, advantage, access) = (stocks[s], advantages[s], self.nation.access[s]);
            let (effective, talent) = (built.effective[s], built.talent[s]);
            let increment = each(|l| {
                production::increment(
                    productivity,
                    advantage[l],
                    effective[l],
                    talent[l],
                    alpha,
                    access,
                )
            });
            stocks[s] =
                each(|l| production::capability(before[l], made.depreciation, increment[l]));
        }
        let (mut all, mut used) = (ZERO, ZERO);
        for s in 0..sectors {
            let (stock, utilisation) = (stocks[s], self.nation.utilisation[s]);
            let terms = each(|l| outside::aggregation_term(stock[l], rho));
            all = plus(all, stock);
            used = each(|l| used[l] + utilisation * stock[l]);
            let sum = &mut sums.sectors[s];
            sum.capability = plus(sum.capability, stock);
            sum.terms = plus(sum.terms, terms);
        }
        chunk.columns[block.number].stock = all;
        chunk.columns[block.number].output =
            each(|l| production::output(self.setup.output_price, used[l]));
        sums.output = plus(sums.output, chunk.columns[block.number].output);
    }
}

/// What spending on the sectors of a block comes to; entries beyond the last sector stay 0.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    /// Budget shares of sectors (E13).
    pub(crate) shares: [Lanes; MAX_SECTORS],
    /// Columns to be published, in the order of a row.
    pub(crate) published: Columns,
    /// Effective talent, FTE.
    talent: [Lanes; MAX_SECTORS],
    /// Effective spending, CNY mn.
    effective: [Lanes; MAX_SECTORS],
}

impl Default for Built {
    fn default() -> Self {
        let column = [ZERO; MAX_SECTORS];
        Built {
            shares: column,
            published: [ZERO; COLUMNS],
            talent: column,
            effective: column,
        }
    }
}
