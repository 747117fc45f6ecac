//! Phase 5: researchers move, come and go.
//!
//! Weights of location (E21) are found in phase 3, as their sum over the nation must be known before phase 5, from what
//! phase 4 will make of instruments.

use crate::kernel::bits::bits;
use crate::kernel::lanes::{LANES, Lanes, ZERO, each, plus};
use crate::kernel::rows::prefetch;
use crate::model::block::{Block, Known, Pass};
use crate::model::chunk_constants::Constant;
use crate::model::chunks::{Adopted, Columns, Own};
use crate::model::data::Channel;
use crate::model::decisions::CityMove;
use crate::model::equations::{moves, talent};
use crate::model::now::Now;
use crate::model::phases::instruments::Effects;
use crate::model::record::Move;
use crate::model::state::State;
use crate::model::sums::CitySums;

/// What weights of location take, the same for all cities.
pub(crate) struct Location<'a> {
    now: &'a Now<'a>,
    state: &'a State,
    constants: &'a [Constant],
    columns: &'a [Columns],
    adopted: &'a [Adopted],
    /// Instruments that attract, one bit each.
    attracting: u64,
    effects: Effects<'a>,
    /// `a_d`; 0 where designs are not adjusted.
    adjustment: f64,
}

impl<'a> Location<'a> {
    pub(crate) fn new(now: &'a Now, state: &'a State) -> Self {
        let instruments = now.setup.world().instruments.iter().enumerate();
        let attracting = instruments
            .filter(|(_, instrument)| instrument.channel == Channel::Attract)
            .fold(0, |all, (m, _)| all | 1 << m);
        Location {
            now,
            state,
            constants: &now.setup.columns,
            columns: &state.cities.columns,
            adopted: &state.cities.adopted,
            attracting,
            effects: Effects::new(now, &state.nation),
            adjustment: if now.params.mechanisms.local_adjustment {
                now.params.policy.adjustment_rate
            } else {
                0.0
            },
        }
    }

    /// Asks for what [`Location::weights`] will read of a block.
    #[inline(always)]
    pub(crate) fn prefetch(&self, chunk: usize, block: usize) {
        let now = self.now;
        let constants = &now.setup.chunks[chunk];
        let at = constants.first_block() + block;
        let first = constants.first + block * LANES;
        let in_force = &self.state.published.in_force[first..first + LANES];
        let any = in_force.iter().fold(0, |any, own| any | own);
        for m in bits(any & self.attracting) {
            prefetch(&self.adopted[at * now.instruments() + m].share, 2);
        }
        prefetch(&self.columns[at].stock, 2);
        prefetch(&self.constants[at].base, 4);
    }

    /// E21: the weights of a block. `moves` are those of its cities in this quarter.
    #[inline(always)]
    pub(crate) fn weights(&self, chunk: usize, block: usize, moves: &[CityMove]) -> Lanes {
        let constants = &self.now.setup.chunks[chunk];
        let at = constants.first_block() + block;
        let precision = self.now.params.talent.location_precision;
        let (stock, amenity) = (self.columns[at].stock, self.constants[at].amenity);
        let attraction = self.attraction(chunk, block, moves);
        each(|l| talent::location_weight(stock[l], precision, amenity[l], attraction[l]))
    }

    /// `At`: effects (E20) of instruments that attract. One begun in this quarter has no money yet, and no effect.
    #[inline(always)]
    fn attraction(&self, chunk: usize, block: usize, moves: &[CityMove]) -> Lanes {
        let now = self.now;
        let constants = &now.setup.chunks[chunk];
        let at = constants.first_block() + block;
        let first = constants.first + block * LANES;
        let mut masks: [u64; LANES] =
            std::array::from_fn(|l| self.state.published.in_force[first + l] & self.attracting);
        for own in moves.iter().filter(|own| own.kind == Move::Drop) {
            masks[own.city as usize % LANES] &= !(1 << own.instrument);
        }
        let any = masks.iter().fold(0, |any, own| any | own);
        let mut attraction = ZERO;
        if any == 0 {
            return attraction;
        }
        let budget = self.columns[at].budget;
        for m in bits(any) {
            let Adopted { share, distance } = self.adopted[at * now.instruments() + m];
            let distance = each(|l| moves::adjusted_design(distance[l], 0.0, self.adjustment));
            let adopted = Adopted { share, distance };
            let used = self
                .effects
                .of(m, adopted, &masks, &self.constants[at], budget);
            attraction = plus(attraction, used.effect);
        }
        attraction
    }
}

/// E21-E23.
#[inline(always)]
pub(crate) fn move_researchers(
    pass: &Pass,
    block: &Block,
    own: &mut Own,
    weight: Lanes,
    known: &Known,
    sums: &mut CitySums<Lanes>,
) {
    let rules = &pass.now.params.talent;
    let (channels, peers) = (known.channels, known.peers_researchers);
    let (before, pipeline) = (own.columns.researchers, block.columns.pipeline);
    let (training, overseas) = (channels.of(Channel::Train), channels.overseas);
    let researchers = each(|l| {
        let location = weight[l] * pass.per_location_weight;
        let moved = talent::after_mobility(
            before[l],
            pass.mobile_share,
            pass.nation.researchers,
            location,
        );
        let pipeline = pipeline[l] * pass.nation.pipeline_factor;
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
            researchers[l],
            motivation[l],
            matching[l],
            rules.soft_time,
            soft[l],
            peers[l],
        )
    });
    own.columns.researchers = researchers;
    own.columns.effective_talent = effective;
    sums.researchers = plus(sums.researchers, researchers);
    sums.effective_talent = plus(sums.effective_talent, effective);
}
