//! Phases 5 to 7: researchers move, the cascade takes its parts, capability is built, output sold; cities publish.
//! One pass over the cities, after the sums of phase 4 are known.

use crate::math::select;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{outside, production, talent};
use crate::model::run::Run;
use crate::model::setup::ChunkConstants;
use crate::model::state::{Chunk, ChunkSums, Nation};
use crate::parallel::{
    CHUNK_CITIES, LANES, Lanes, Pieces, ZERO, each, for_each, lane_sum, vectorised,
};
use crate::params::Params;

/// Everything about the quarter that all blocks share.
struct Shared<'a> {
    params: &'a Params,
    nation: &'a Nation,
    setup: &'a crate::model::Setup,
    /// Researchers as published at the end of the last quarter.
    researchers: &'a [f64],
    /// All researchers.
    all_researchers: f64,
    /// One over the sum of location weights; 0 where nobody moves.
    per_location_weight: f64,
    mobile_share: f64,
}

/// Rows of what the cities of a chunk publish.
struct Publishes<'a> {
    shares: &'a mut [f64],
    in_force: &'a mut [u64],
    researchers: &'a mut [f64],
}

impl Run<'_> {
    /// E21-E29 and E39.
    pub(crate) fn move_talent_and_produce(&mut self) {
        let mut chunks = std::mem::take(&mut self.chunks);
        let mut sums = std::mem::take(&mut self.sums);
        let mut published = std::mem::take(&mut self.published);
        let location = self.nation.sums.location;
        let moves = self.params.mechanisms.talent_mobility && location > 0.0;
        let shared = Shared {
            params: &self.params,
            nation: &self.nation,
            setup: self.setup,
            researchers: &published.researchers,
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
                    whole: &mut published.shares,
                    length: CHUNK_CITIES * self.sectors(),
                },
                Pieces {
                    whole: &mut published.in_force,
                    length: CHUNK_CITIES,
                },
                Pieces {
                    whole: &mut published.researchers_next,
                    length: CHUNK_CITIES,
                },
            ),
            |index, (chunk, sums, shares, in_force, researchers)| {
                let publishes = Publishes {
                    shares,
                    in_force,
                    researchers,
                };
                let constants = &self.setup.chunks[index];
                vectorised(
                    #[inline(always)]
                    || shared.chunk(constants, chunk, publishes, &mut sums[0]),
                );
            },
        );
        std::mem::swap(&mut published.researchers, &mut published.researchers_next);
        self.chunks = chunks;
        self.sums = sums;
        self.published = published;
        self.add_production_sums();
    }

    /// Adds what the chunks built, in order; the stocks serve the next quarter's E2.
    fn add_production_sums(&mut self) {
        let sectors = self.sectors();
        let nation = &mut self.nation;
        let total = &mut nation.sums;
        total.researchers = 0.0;
        for sums in &self.sums {
            total.researchers += sums.researchers;
            total.effective_talent += sums.effective_talent;
            total.output += sums.output;
            total.forgone += sums.forgone;
            for (all, own) in total.sectors[..sectors].iter_mut().zip(&sums.sectors) {
                all.capability += own.capability;
                all.terms += own.terms;
                all.spending += own.spending;
                all.introduction += own.introduction;
                all.subscale += own.subscale;
            }
        }
        let mut spending = 0.0;
        for (s, sums) in total.sectors[..sectors].iter().enumerate() {
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
        sums: &mut ChunkSums,
    ) {
        sums.researchers = 0.0;
        for block in 0..constants.blocks() {
            self.talent(block, constants, chunk, publishes.researchers);
            sums.researchers += lane_sum(&chunk.researchers[block]);
            sums.effective_talent += lane_sum(&chunk.effective_talent[block]);
            self.produce(block, constants, chunk, publishes.shares, sums);
        }
        publishes.in_force.copy_from_slice(&chunk.in_force);
    }

    /// E21-E23.
    #[inline(always)]
    fn talent(
        &self,
        block: usize,
        constants: &ChunkConstants,
        chunk: &mut Chunk,
        published: &mut [f64],
    ) {
        let rules = &self.params.talent;
        let channels = chunk.channels[block];
        let mut peers = ZERO;
        let cities = LANES.min(constants.cities - block * LANES);
        for (lane, mean) in peers.iter_mut().enumerate().take(cities) {
            // Peers matter only where soft instruments borrow from them.
            if channels.soft[lane] > 0.0 {
                let city = constants.first + block * LANES + lane;
                *mean = self.setup.peers.mean(city, self.researchers).unwrap_or(0.0);
            }
        }
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
        published[block * LANES..(block + 1) * LANES].copy_from_slice(&own);
    }

    /// E24-E29, E39, and the shares that peers will see.
    #[inline(always)]
    fn produce(
        &self,
        block: usize,
        constants: &ChunkConstants,
        chunk: &mut Chunk,
        published: &mut [f64],
        sums: &mut ChunkSums,
    ) {
        let world = self.setup.world();
        let sectors = world.sectors.len();
        let options = 1 + sectors + world.instruments.len();
        let made = &self.params.production;
        let shares = &chunk.shares[block * options + 1..block * options + 1 + sectors];
        let (budget, effective_talent) = (chunk.budget[block], chunk.effective_talent[block]);
        let mut all_share = ZERO;
        for share in shares {
            all_share = each(|l| all_share[l] + share[l]);
        }
        let per_share: Lanes = each(|l| select(all_share[l] > 0.0, 1.0 / all_share[l], 0.0));
        let mut within = [ZERO; MAX_SECTORS];
        let mut used = ZERO;
        for s in 0..sectors {
            let at = block * sectors + s;
            let (share, stock, advantage) =
                (shares[s], chunk.capability[at], constants.advantage[at]);
            let (half_base, scale) = (self.setup.half_base[s], self.setup.minimum_scale[s]);
            let (access, utilisation) = (self.nation.access[s], self.nation.utilisation[s]);
            let (productivity, alpha) = (made.productivity, made.money_elasticity);
            let spending = each(|l| share[l] * budget[l]);
            let introduction = each(|l| {
                production::introduction(spending[l], stock[l], half_base, made.introduction_cost)
            });
            let cost = made.introduction_cost;
            let left = each(|l| {
                production::left_after_introduction(spending[l], stock[l], half_base, cost)
            });
            let subscale = each(|l| production::subscale(left[l], scale));
            let own = each(|l| share[l] * per_share[l]);
            let talent = each(|l| effective_talent[l] * own[l]);
            let effective = each(|l| production::effective_spending(left[l], scale));
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
            let stock = each(|l| production::capability(stock[l], made.depreciation, increment[l]));
            let terms = each(|l| outside::aggregation_term(stock[l], made.aggregation));
            used = each(|l| used[l] + utilisation * stock[l]);
            within[s] = own;
            chunk.capability[at] = stock;
            let sum = &mut sums.sectors[s];
            sum.capability += lane_sum(&stock);
            sum.terms += lane_sum(&terms);
            sum.spending += lane_sum(&spending);
            sum.introduction += lane_sum(&introduction);
            sum.subscale += lane_sum(&subscale);
            if let Some(detail) = chunk.detail.get_mut(at) {
                *detail = [introduction, subscale];
            }
        }
        let rest_return = self.params.outcomes.rest_return;
        let outside = constants.outside[block];
        chunk.output[block] = each(|l| production::output(self.setup.output_price, used[l]));
        sums.forgone += lane_sum(&each(|l| {
            rest_return * outside[l] * all_share[l] * budget[l]
        }));
        sums.output += lane_sum(&chunk.output[block]);
        let published = &mut published[block * LANES * sectors..(block + 1) * LANES * sectors];
        for (lane, row) in published.chunks_exact_mut(sectors).enumerate() {
            for (own, lanes) in row.iter_mut().zip(&within) {
                *own = lanes[lane];
            }
        }
    }
}
