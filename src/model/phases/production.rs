//! Phases 5 to 7: researchers move, the cascade takes its parts, capability is built, output sold; cities publish.
//! One pass over the cities, after the sums of phase 4 are known.

use super::peers::{COLUMNS, Columns};
use crate::lanes::{LANES, Lanes, ZERO, each, lane_sum, plus, vectorised};
use crate::math::select;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{outside, production, talent};
use crate::model::run::Run;
use crate::model::setup::ChunkConstants;
use crate::model::state::{Chunk, Nation, Sums};
use crate::parallel::{CHUNK_CITIES, Pieces, for_each};
use crate::params::Params;
use crate::rows::write_rows;

/// Everything about the quarter that all blocks share.
struct Shared<'a> {
    params: &'a Params,
    nation: &'a Nation,
    setup: &'a crate::model::Setup,
    /// All researchers.
    all_researchers: f64,
    /// One over the sum of location weights; 0 where nobody moves.
    per_location_weight: f64,
    mobile_share: f64,
}

/// Rows of what the cities of a chunk publish.
struct Publishes<'a> {
    rows: &'a mut [Lanes],
    in_force: &'a mut [u64],
}

impl Run<'_> {
    /// E21-E29 and E39.
    pub(crate) fn move_talent_and_produce(&mut self) {
        let mut chunks = std::mem::take(&mut self.chunks);
        let mut sums = std::mem::take(&mut self.sums);
        let mut published = std::mem::take(&mut self.published);
        let location = self.nation.sums.location;
        let moves = self.params.mechanisms.talent_mobility && location > 0.0;
        let lines = published.rows.lines();
        let shared = Shared {
            params: &self.params,
            nation: &self.nation,
            setup: self.setup,
            all_researchers: self.nation.sums.researchers,
            per_location_weight: if moves { 1.0 / location } else { 0.0 },
            mobile_share: if moves {
                self.params.talent.mobile_share
            } else {
                0.0
            },
        };
        for_each(
            self.parallel,
            (
                &mut chunks[..],
                Pieces {
                    whole: &mut sums,
                    length: 1,
                },
                Pieces {
                    whole: published.rows.data_mut(),
                    length: CHUNK_CITIES * lines,
                },
                Pieces {
                    whole: &mut published.in_force,
                    length: CHUNK_CITIES,
                },
            ),
            |index, (chunk, sums, rows, in_force)| {
                let publishes = Publishes { rows, in_force };
                let constants = &self.setup.chunks[index];
                vectorised(
                    #[inline(always)]
                    || shared.chunk(constants, chunk, publishes, &mut sums[0]),
                );
            },
        );
        self.chunks = chunks;
        self.sums = sums;
        self.published = published;
        self.add_production_sums();
    }

    /// Adds what the chunks built, in order; the stocks serve the next quarter's E2.
    fn add_production_sums(&mut self) {
        let nation = &mut self.nation;
        let total = &mut nation.sums;
        total.researchers = 0.0;
        for sums in &self.sums {
            total.researchers += lane_sum(&sums.researchers);
            total.effective_talent += lane_sum(&sums.effective_talent);
            total.output += lane_sum(&sums.output);
            total.forgone += lane_sum(&sums.forgone);
            for (all, own) in total.sectors.iter_mut().zip(&sums.sectors) {
                all.capability += lane_sum(&own.capability);
                all.terms += lane_sum(&own.terms);
                all.spending += lane_sum(&own.spending);
                all.introduction += lane_sum(&own.introduction);
                all.subscale += lane_sum(&own.subscale);
            }
        }
        let mut spending = 0.0;
        for (s, sums) in total.sectors.iter().enumerate() {
            nation.gross[s] = sums.capability;
            nation.terms[s] = sums.terms;
            spending += sums.spending;
        }
        nation.spent += spending + total.instruments;
    }
}

impl Shared<'_> {
    #[inline(always)]
    fn chunk(
        &self,
        constants: &ChunkConstants,
        chunk: &mut Chunk,
        publishes: Publishes,
        sums: &mut Sums<Lanes>,
    ) {
        sums.researchers = ZERO;
        let mut built = Built::default();
        for block in 0..constants.blocks() {
            self.talent(block, constants, chunk);
            sums.researchers = plus(sums.researchers, chunk.researchers[block]);
            sums.effective_talent = plus(sums.effective_talent, chunk.effective_talent[block]);
            self.spend(block, constants, chunk, &mut built, sums);
            self.build(block, constants, chunk, &built, sums);
            let sectors = self.setup.world().sectors.len();
            built.within[sectors] = chunk.researchers[block];
            let lines = (sectors + 1).div_ceil(LANES);
            let rows = &mut publishes.rows[block * LANES * lines..(block + 1) * LANES * lines];
            write_rows(rows, &built.within, lines);
        }
        publishes.in_force.copy_from_slice(&chunk.in_force);
    }

    /// E21-E23.
    #[inline(always)]
    fn talent(&self, block: usize, constants: &ChunkConstants, chunk: &mut Chunk) {
        let rules = &self.params.talent;
        let channels = chunk.channels[block];
        let peers = chunk.peers_researchers[block];
        let (before, weight, pipeline) = (
            chunk.researchers[block],
            chunk.location_weight[block],
            constants.pipeline[block],
        );
        let own = each(|l| {
            let location = weight[l] * self.per_location_weight;
            let moved = talent::after_mobility(
                before[l],
                self.mobile_share,
                self.all_researchers,
                location,
            );
            let pipeline = pipeline[l] * self.nation.pipeline_factor;
            let (training, overseas) = (channels.train[l], channels.overseas[l]);
            talent::after_pipeline(
                moved,
                rules.departure_rate,
                pipeline,
                training,
                rules.overseas_rate,
                overseas,
            )
        });
        chunk.effective_talent[block] = each(|l| {
            let (motivation, matching, soft) =
                (channels.motivate[l], channels.matching[l], channels.soft[l]);
            talent::effective_talent(
                own[l],
                motivation,
                matching,
                rules.soft_time,
                soft,
                peers[l],
            )
        });
        chunk.researchers[block] = own;
    }

    /// E24 and E25, with what E29 takes from them. Loops over sectors are short, so that the processor has several
    /// sectors under way at a time.
    #[inline(always)]
    fn spend(
        &self,
        block: usize,
        constants: &ChunkConstants,
        chunk: &mut Chunk,
        built: &mut Built,
        sums: &mut Sums<Lanes>,
    ) {
        let world = self.setup.world();
        let sectors = world.sectors.len();
        let options = 1 + sectors + world.instruments.len();
        let cost = self.params.production.introduction_cost;
        let shares = &chunk.shares[block * options + 1..block * options + 1 + sectors];
        let (budget, effective_talent) = (chunk.budget[block], chunk.effective_talent[block]);
        let all_share = shares.iter().fold(ZERO, |sum, share| plus(sum, *share));
        let per_share = each(|l| select(all_share[l] > 0.0, 1.0 / all_share[l], 0.0));
        for s in 0..sectors {
            let at = block * sectors + s;
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
            built.within[s] = within;
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
        let (rest_return, outside) = (self.params.outcomes.rest_return, constants.outside[block]);
        let forgone = each(|l| rest_return * outside[l] * all_share[l] * budget[l]);
        sums.forgone = plus(sums.forgone, forgone);
    }

    /// E29, E39 and the terms of E2.
    #[inline(always)]
    fn build(
        &self,
        block: usize,
        constants: &ChunkConstants,
        chunk: &mut Chunk,
        built: &Built,
        sums: &mut Sums<Lanes>,
    ) {
        let sectors = self.setup.world().sectors.len();
        let made = &self.params.production;
        let (productivity, alpha, rho) =
            (made.productivity, made.money_elasticity, made.aggregation);
        let stocks = &mut chunk.capability[block * sectors..(block + 1) * sectors];
        let advantages = &constants.advantage[block * sectors..(block + 1) * sectors];
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
        chunk.stock[block] = all;
        chunk.output[block] = each(|l| production::output(self.setup.output_price, used[l]));
        sums.output = plus(sums.output, chunk.output[block]);
    }
}

/// What spending on the sectors of a block comes to; entries beyond the last sector stay 0.
struct Built {
    /// Columns to be published: shares, then researchers.
    within: Columns,
    /// Effective talent, FTE.
    talent: [Lanes; MAX_SECTORS],
    /// Effective spending, CNY mn.
    effective: [Lanes; MAX_SECTORS],
}

impl Default for Built {
    fn default() -> Self {
        let column = [ZERO; MAX_SECTORS];
        Built {
            within: [ZERO; COLUMNS],
            talent: column,
            effective: column,
        }
    }
}
