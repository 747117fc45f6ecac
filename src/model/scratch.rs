//! Memory that a run keeps from quarter to quarter so that a step takes none. What stands in it follows from
//! `State`, and nothing of it need be kept between quarters.

use crate::kernel::lanes::{LANES, Lanes, ZERO};
use crate::kernel::random::wide::Words;
use crate::model::block::Known;
use crate::model::chunk_constants::ChunkConstants;
use crate::model::decisions::Decisions;
use crate::model::leaders::{Leader, Leaders};
use crate::model::published::Published;
use crate::model::setup::Setup;
use crate::model::state::Decided;
use crate::model::sums::Sums;

/// The scratch memory of a run.
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    /// Of phases 4 to 7, by chunk.
    pub chunks: Vec<ChunkScratch>,
    /// What cities decide in phase 3, by chunk.
    pub decisions: Vec<Decisions>,
    /// Who pioneered in the quarter what nobody had before: code, row, instrument.
    pub pioneers: Vec<(u64, u32, usize)>,
    /// Where the cities publish next. What stands there is of no use, unless it says that it has sums of peers.
    pub next: Published,
    /// The eight quarters whose draws of incidents are at hand, and these, of eight sectors each.
    pub incidents: (Option<u32>, Vec<Words>),
    /// Of E33: measured gain and measure.
    pub candidates: Vec<(f64, Decided)>,
    pub champions: Champions,
    pub outcomes: Outcomes,
}

/// Of a chunk of cities.
#[derive(Clone, Debug)]
pub(crate) struct ChunkScratch {
    pub sums: Sums<Lanes>,
    /// Of the block under way.
    pub known: Known,
    /// Introduction, subscale and, where building takes time, completed spending by block and sector; kept only where
    /// somebody looks.
    pub detail: Vec<[Lanes; 3]>,
}

impl ChunkScratch {
    /// Memory for so many instruments.
    pub fn new(instruments: usize) -> Self {
        ChunkScratch {
            sums: Sums::default(),
            known: Known::new(instruments),
            detail: Vec::new(),
        }
    }
}

/// Of E36.
#[derive(Clone, Debug, Default)]
pub(crate) struct Champions {
    /// Leaders of an evaluation before; their memory serves those of the next.
    pub leaders: Leaders,
    /// Leaders who are looked at.
    pub seen: Vec<Leader>,
    /// Priority, sector and city of those that may become champions.
    pub candidates: Vec<(f64, u32, u32)>,
}

/// Of outcomes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes {
    /// One over the norms of cities' shares.
    pub per_norm: Vec<f64>,
    /// Numbers to sort, as integers.
    pub keys: Vec<i64>,
}

impl Scratch {
    /// Memory for a replicate.
    pub fn new(setup: &Setup) -> Self {
        let world = setup.world();
        let (sectors, instruments) = (world.sectors.len(), world.instruments.len());
        let decisions = |chunk: &ChunkConstants| Decisions::new(chunk.blocks());
        let lanes = world.cities.len().next_multiple_of(LANES);
        Scratch {
            chunks: vec![ChunkScratch::new(instruments); setup.chunks.len()],
            decisions: setup.chunks.iter().map(decisions).collect(),
            pioneers: Vec::new(),
            next: Published::new(lanes, sectors, instruments),
            incidents: (None, Vec::new()),
            candidates: Vec::new(),
            champions: Champions::default(),
            outcomes: Outcomes::default(),
        }
    }

    /// Forgets what belongs to other draws.
    pub fn reset(&mut self) {
        self.next.has_sums_of_peers = false;
        self.incidents.0 = None;
    }

    /// Keeps detail of spending or not.
    pub fn set_detail(&mut self, setup: &Setup, is_kept: bool) {
        for (own, constants) in self.chunks.iter_mut().zip(&setup.chunks) {
            let blocks = if is_kept { constants.blocks() } else { 0 };
            own.detail.clear();
            own.detail
                .resize(blocks * setup.world().sectors.len(), [ZERO; 3]);
        }
    }
}
