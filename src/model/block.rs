//! What phases 4 to 7 work on: a block of eight cities, what they share in the quarter, and what is known of the block.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each};
use crate::model::chunk_constants::{ChunkConstants, Constant};
use crate::model::data::{Channel, MAX_SECTORS};
use crate::model::now::Now;
use crate::model::published::{COLUMNS, Columns, Published};
use crate::model::state::Nation;

/// Everything about the quarter that all blocks share.
pub(crate) struct Pass<'a> {
    pub now: &'a Now<'a>,
    pub nation: &'a Nation,
    /// Constants of all blocks, and D4 by block and sector.
    pub columns: &'a [Constant],
    pub advantage: &'a [Lanes],
    pub published: &'a Published,
    /// Grants of the quarter over the sum of grant weights.
    pub grant_per_weight: f64,
    /// Retention times tax.
    pub retained_tax: f64,
    /// One over the sum of location weights; 0 where nobody moves.
    pub per_location_weight: f64,
    pub mobile_share: f64,
    /// Whether sums of peers' rows stand where rows of the quarter will be.
    pub has_sums_of_peers: bool,
}

/// A block of cities, but for its state.
pub(crate) struct Block<'a> {
    /// Number of the block in its chunk.
    pub number: usize,
    /// Row of its first city.
    pub first: usize,
    /// Cities in it.
    pub cities: usize,
    pub constants: &'a ChunkConstants,
    pub columns: &'a Constant,
    /// D4, by sector.
    pub advantage: &'a [Lanes],
    /// Instruments in force in each city, one bit each.
    pub in_force: [u64; LANES],
    /// Instruments in force in any of its cities.
    pub any: u64,
}

impl<'a> Pass<'a> {
    /// The pass of the quarter; `location` is the sum of weights of location.
    pub fn new(
        now: &'a Now,
        nation: &'a Nation,
        published: &'a Published,
        location: f64,
        has_sums_of_peers: bool,
    ) -> Self {
        let (setup, rules) = (now.setup, &now.params.budgets);
        let moves = now.params.mechanisms.talent_mobility && location > 0.0;
        let pool = rules.grant_share * nation.growth_factor * setup.all_base;
        let weights = nation.grant_weights;
        Pass {
            now,
            nation,
            columns: &setup.columns,
            advantage: &setup.advantage,
            published,
            grant_per_weight: if weights > 0.0 { pool / weights } else { 0.0 },
            retained_tax: rules.retention * rules.tax_rate,
            per_location_weight: if moves { 1.0 / location } else { 0.0 },
            mobile_share: if moves {
                now.params.talent.mobile_share
            } else {
                0.0
            },
            has_sums_of_peers,
        }
    }

    /// A block of a chunk, with the instruments that were in force at the end of the last quarter.
    #[inline(always)]
    pub fn block(&self, constants: &'a ChunkConstants, number: usize) -> Block<'a> {
        let first = constants.first + number * LANES;
        let sectors = self.now.sectors();
        Block {
            number,
            first,
            cities: LANES.min(constants.cities - number * LANES),
            constants,
            columns: &self.columns[first / LANES],
            advantage: &self.advantage[first / LANES * sectors..][..sectors],
            in_force: std::array::from_fn(|l| self.published.in_force[first + l]),
            any: 0,
        }
    }
}

/// What is known of the block under way; kept from quarter to quarter, as filling it with zeros costs.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub sectors: Sectors,
    pub instruments: Instruments,
    pub channels: Channels,
    pub built: Built,
    /// Mean of peers' researchers as published, FTE.
    pub peers_researchers: Lanes,
}

impl Known {
    pub fn new(instruments: usize) -> Self {
        let column = [ZERO; MAX_SECTORS];
        Known {
            sectors: Sectors {
                peers: [ZERO; COLUMNS],
                values: column,
                own: [ZERO; COLUMNS],
            },
            instruments: Instruments::new(instruments),
            channels: Channels::default(),
            built: Built {
                shares: column,
                published: [ZERO; COLUMNS],
                talent: column,
                effective: column,
            },
            peers_researchers: ZERO,
        }
    }
}

/// An option as the officials of a block see it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// The part of its value that is the city's own return (E10, E11).
    pub own_return: Lanes,
    /// The part that is the career return (E10, E11).
    pub career_return: Lanes,
    /// `n` (E9); 0 for the rest.
    pub effective_peers: Lanes,
    /// `c` (E10); 1 for the rest.
    pub reading: Lanes,
    /// Share a quarter before, after instruments were given up.
    pub before: Lanes,
    /// Share of the whole budget that is aimed at (E12, E40).
    pub target: Lanes,
}

impl Told {
    /// Tells the share before, and that of a weight in their total.
    pub fn weigh(&mut self, before: Lanes, weight: Lanes, per_total: Lanes) {
        self.before = before;
        self.target = each(|l| weight[l] * per_total[l]);
    }
}

/// What a block knows of its sectors.
#[derive(Clone, Debug)]
pub(crate) struct Sectors {
    /// `n_is`, then peers' researchers.
    pub peers: Columns,
    /// Value, then weight of E12.
    pub values: [Lanes; MAX_SECTORS],
    /// What the cities of the block published themselves.
    pub own: Columns,
}

/// What spending on the sectors of a block comes to; entries beyond the last sector stay 0.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    /// Budget shares of sectors (E13).
    pub shares: [Lanes; MAX_SECTORS],
    /// Columns to be published, in the order of a row.
    pub published: Columns,
    /// Effective talent, FTE.
    pub talent: [Lanes; MAX_SECTORS],
    /// Effective spending, CNY mn.
    pub effective: [Lanes; MAX_SECTORS],
}

/// Sums of effects over the instruments in force in a block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Channels {
    /// `Tr`, `At`, `So`, `Mo`, `Ma`, in the order of [`Channel::ALL`].
    pub by_channel: [Lanes; Channel::ALL.len()],
    /// `Ov`.
    pub overseas: Lanes,
}

impl Channels {
    /// The sum of one channel.
    #[inline(always)]
    pub fn of(&self, channel: Channel) -> Lanes {
        self.by_channel[channel as usize]
    }
}

/// What a block knows of an instrument in force there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InUse {
    /// 1 where in force.
    pub active: Lanes,
    /// E20.
    pub effect: Lanes,
    /// Fit of the design.
    pub fit: Lanes,
    /// The same where the true effect is positive, else 0.
    pub positive_fit: Lanes,
    /// Value, then weight of E12.
    pub weight: Lanes,
}

/// What a block knows of its instruments; filled anew for each block, for instruments in force there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instruments {
    /// By row.
    pub in_use: Vec<InUse>,
    /// `n_im`, by row; whole eights of columns.
    pub peers: Vec<Lanes>,
}

impl Instruments {
    pub fn new(count: usize) -> Self {
        Instruments {
            in_use: vec![InUse::default(); count],
            peers: vec![ZERO; count.next_multiple_of(LANES)],
        }
    }
}
