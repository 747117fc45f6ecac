//! Phases 6 and 7: the cascade takes its parts, capability is built, output sold.

use crate::kernel::lanes::{Lanes, ZERO, each, plus};
use crate::kernel::math::select;
use crate::model::block::{Block, Built, Pass};
use crate::model::chunks::Own;
use crate::model::construction::{self, Work};
use crate::model::equations::{outside, production};
use crate::model::sums::Sums;

/// E24 and E25, with what E29 takes from them. Loops over sectors are short, so that the processor has several
/// sectors under way at a time.
#[inline(always)]
pub(crate) fn spend(
    pass: &Pass,
    block: &Block,
    own: &Own,
    built: &mut Built,
    detail: &mut [[Lanes; 3]],
    sums: &mut Sums<Lanes>,
) {
    let (now, setup) = (pass.now, pass.now.setup);
    let sectors = now.sectors();
    let cost = now.params.production.introduction_cost;
    let shares = &built.shares[..sectors];
    let (budget, effective_talent) = (own.columns.budget, own.columns.effective_talent);
    let all_share = shares.iter().fold(ZERO, |sum, share| plus(sum, *share));
    let per_share = each(|l| select(all_share[l] > 0.0, 1.0 / all_share[l], 0.0));
    built.published[sectors + 1] = all_share;
    for s in 0..sectors {
        let (share, stock) = (shares[s], own.capability[s]);
        let (half_base, scale) = (setup.half_base[s], setup.minimum_scale[s]);
        let spending = each(|l| share[l] * budget[l]);
        let per_base = each(|l| production::per_base(stock[l], half_base));
        let introduction =
            each(|l| production::introduction(spending[l], half_base, per_base[l], cost));
        let left = each(|l| {
            production::left_after_introduction(spending[l], stock[l], half_base, per_base[l], cost)
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
        if let Some(detail) = detail.get_mut(block.number * sectors + s) {
            (detail[0], detail[1]) = (introduction, subscale);
        }
    }
    let (rest_return, outside) = (now.params.outcomes.rest_return, block.columns.outside);
    let forgone = each(|l| rest_return * outside[l] * all_share[l] * budget[l]);
    sums.all.forgone = plus(sums.all.forgone, forgone);
}

/// E29, and E45 where building takes time.
#[inline(always)]
pub(crate) fn build(
    pass: &Pass,
    block: &Block,
    own: &mut Own,
    built: &Built,
    detail: &mut [[Lanes; 3]],
    sums: &mut Sums<Lanes>,
) {
    let (sectors, places) = (pass.now.sectors(), &pass.now.setup.places);
    let made = &pass.now.params.production;
    let (productivity, alpha) = (made.productivity, made.money_elasticity);
    let (stocks, advantages) = (&mut own.capability[..sectors], block.advantage);
    for s in 0..sectors {
        let (before, advantage, access) = (stocks[s], advantages[s], pass.nation.access[s]);
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
        let mut done = Work {
            money: effective,
            capability: increment,
        };
        if places.count > 0 {
            done = places.exchange(s, pass.now.quarter, own.work, done);
            let sum = &mut sums.building[s];
            sum.completed = plus(sum.completed, done.money);
            let under_way = construction::money(places.of(s, own.work));
            sum.under_construction = plus(sum.under_construction, under_way);
            if let Some(detail) = detail.get_mut(block.number * sectors + s) {
                detail[2] = done.money;
            }
        }
        stocks[s] =
            each(|l| production::capability(before[l], made.depreciation, done.capability[l]));
    }
}

/// E39, and the terms of E2.
#[inline(always)]
pub(crate) fn sell(pass: &Pass, own: &mut Own, sums: &mut Sums<Lanes>) {
    let (nation, now) = (pass.nation, pass.now);
    let rho = now.params.production.aggregation;
    let (mut all, mut used) = (ZERO, ZERO);
    for s in 0..now.sectors() {
        let (stock, utilisation) = (own.capability[s], nation.utilisation[s]);
        let terms = each(|l| outside::aggregation_term(stock[l], rho));
        all = plus(all, stock);
        used = each(|l| used[l] + utilisation * stock[l]);
        let sum = &mut sums.sectors[s];
        sum.capability = plus(sum.capability, stock);
        sum.terms = plus(sum.terms, terms);
    }
    own.columns.stock = all;
    own.columns.output = each(|l| production::output(now.setup.output_price, used[l]));
    sums.all.output = plus(sums.all.output, own.columns.output);
}
