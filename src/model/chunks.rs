//! What changes of cities during a run: columns in blocks of lanes, and their chunks.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, plus};
use crate::kernel::math::select;
use crate::kernel::pages::Pages;
use crate::kernel::parallel::{CHUNK_BLOCKS, CHUNK_CITIES, IntoParts};
use crate::model::chunk_constants::{ChunkConstants, Constant};
use crate::model::construction::Work;
use crate::model::setup::Setup;
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

/// State of all cities, block by block. What has a number for each sector, instrument or option stands in a column of its
/// own, one after the other within the block; single numbers stand side by side in one record.
///
/// One column for each of them would be easier to read and was slower: a chunk's column is as long as a page of
/// memory, so that the same block of all columns falls into the same few places of the processor's cache.
#[derive(Clone, Debug, Default)]
pub(crate) struct CityState {
    /// Money and designs, by instrument.
    pub adopted: Pages<Adopted>,
    /// Capability, by sector.
    pub capability: Pages<Lanes>,
    /// Work under way, by place ([`crate::model::construction::Places`]).
    pub work: Pages<Work>,
    /// Capability at the last evaluation, by sector.
    pub at_evaluation: Pages<Lanes>,
    /// Local optimum, by instrument.
    pub optimum: Pages<Lanes>,
    /// What a quarter reads and writes.
    pub columns: Pages<Columns>,
    /// What counts in evaluations.
    pub performance: Pages<Performance>,
    /// Quarter since which the official is in post, one entry per lane.
    pub in_post_since: Pages<u32>,
    pub sectors: usize,
    pub instruments: usize,
    /// Places of work of a block.
    pub places: usize,
}

/// A chunk of cities: its part of the columns of [`CityState`], which have the same names.
#[derive(Debug)]
pub(crate) struct Chunk<'a> {
    pub adopted: &'a mut [Adopted],
    pub capability: &'a mut [Lanes],
    pub work: &'a mut [Work],
    pub at_evaluation: &'a mut [Lanes],
    pub optimum: &'a mut [Lanes],
    pub columns: &'a mut [Columns],
    pub performance: &'a mut [Performance],
    pub in_post_since: &'a mut [u32],
}

/// A block of cities: its part of the columns of a [`Chunk`].
#[derive(Debug)]
pub(crate) struct Own<'a> {
    pub adopted: &'a mut [Adopted],
    pub capability: &'a mut [Lanes],
    pub work: &'a mut [Work],
    pub optimum: &'a [Lanes],
    pub columns: &'a mut Columns,
    pub performance: &'a mut Performance,
}

/// A copy of a block of cities, to be worked through beside the run.
#[derive(Clone, Debug)]
pub(crate) struct BlockCopy {
    adopted: Vec<Adopted>,
    capability: Vec<Lanes>,
    optimum: Vec<Lanes>,
    columns: Columns,
    performance: Performance,
}

impl BlockCopy {
    /// The block, which can be changed.
    pub fn own(&mut self) -> Own<'_> {
        Own {
            adopted: &mut self.adopted,
            capability: &mut self.capability,
            // Nobody builds on a copy.
            work: &mut [],
            optimum: &self.optimum,
            columns: &mut self.columns,
            performance: &mut self.performance,
        }
    }
}

/// An instrument in the cities of a block.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Adopted {
    /// Budget share.
    pub share: Lanes,
    /// Design less local optimum; meaningful where in force. Quarters ask for this difference alone.
    pub distance: Lanes,
}

/// Single numbers of the cities of a block that each quarter reads and writes.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Columns {
    /// Capability in all sectors.
    pub stock: Lanes,
    /// Budget, CNY mn.
    pub budget: Lanes,
    /// Grant, CNY mn.
    pub grant: Lanes,
    /// Weight in the grants.
    pub grant_weight: Lanes,
    /// Output, CNY mn.
    pub output: Lanes,
    /// Researchers, FTE.
    pub researchers: Lanes,
    /// Effective talent, FTE.
    pub effective_talent: Lanes,
    /// Career weight.
    pub career_weight: Lanes,
}

/// Single numbers of the cities of a block that evaluations read and write.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Performance {
    /// Mean comparability of a city's own shares, in an evaluation.
    pub readability: Lanes,
    /// Inventions since the last evaluation.
    pub inventions: Lanes,
    /// Take-ups since the last evaluation.
    pub take_ups: Lanes,
    /// Failures since the last evaluation.
    pub failures: Lanes,
}

impl CityState {
    /// Columns of the right length.
    pub fn new(setup: &Setup) -> Self {
        let (sectors, instruments) = (setup.world().sectors.len(), setup.world().instruments.len());
        let blocks = setup.chunks.iter().map(ChunkConstants::blocks).sum();
        CityState {
            // Not empty where there are no instruments, so that it can be cut into chunks.
            adopted: Pages::new(blocks * instruments.max(1)),
            capability: Pages::new(blocks * sectors),
            work: Pages::new(blocks * setup.places.count),
            at_evaluation: Pages::new(blocks * sectors),
            optimum: Pages::new(blocks * instruments.max(1)),
            columns: Pages::new(blocks),
            performance: Pages::new(blocks),
            in_post_since: Pages::new(blocks * LANES),
            sectors,
            instruments,
            places: setup.places.count,
        }
    }

    /// Goes back to the start of `setup`; draws are filled in by the caller.
    pub fn reset(&mut self, setup: &Setup, parallel: bool) {
        crate::kernel::parallel::for_each(parallel, self, |index, chunk| {
            let constants = &setup.chunks[index];
            chunk.reset(setup, constants);
        });
    }

    /// Capability of a block by sector.
    #[inline(always)]
    pub fn stocks(&self, block: usize) -> &[Lanes] {
        &self.capability[block * self.sectors..(block + 1) * self.sectors]
    }

    /// Capability of a chunk, block by block and sector by sector.
    pub fn stocks_of_chunk(&self, chunk: usize) -> &[Lanes] {
        let length = CHUNK_BLOCKS * self.sectors;
        let end = self.capability.len().min((chunk + 1) * length);
        &self.capability[chunk * length..end]
    }

    /// An instrument in the block of a city.
    pub fn adopted(&self, city: usize, instrument: usize) -> &Adopted {
        &self.adopted[city / LANES * self.instruments + instrument]
    }

    /// Design of an instrument that would suit a city best.
    pub fn optimum(&self, city: usize, instrument: usize) -> f64 {
        self.optimum[city / LANES * self.instruments + instrument][city % LANES]
    }

    /// Design of an instrument; meaningful where it is in force.
    pub fn design(&self, city: usize, instrument: usize) -> f64 {
        let distance = &self.adopted(city, instrument).distance;
        self.optimum(city, instrument) + distance[city % LANES]
    }

    /// A copy of a block.
    pub fn copy(&self, block: usize) -> BlockCopy {
        let of_instruments = block * self.instruments..(block + 1) * self.instruments;
        BlockCopy {
            adopted: self.adopted[of_instruments.clone()].to_vec(),
            capability: self.stocks(block).to_vec(),
            optimum: self.optimum[of_instruments].to_vec(),
            columns: self.columns[block],
            performance: self.performance[block],
        }
    }

    /// Row of the city with most capability in a sector; ties fall to the first row.
    pub fn leader(&self, sector: usize) -> u32 {
        let stocks = || self.capability.chunks_exact(self.sectors);
        let mut most = ZERO;
        for stocks in stocks() {
            let (before, own) = (most, stocks[sector]);
            most = each(|l| select(own[l] > before[l], own[l], before[l]));
        }
        let most = most.iter().fold(0.0, |most: f64, own| most.max(*own));
        let all = stocks().flat_map(|stocks| stocks[sector].0);
        all.into_iter().position(|own| own == most).unwrap_or(0) as u32
    }
}

impl<'a> Chunk<'a> {
    /// Cuts the first block off.
    #[inline(always)]
    pub fn next_block(
        &mut self,
        sectors: usize,
        instruments: usize,
        places: usize,
    ) -> Option<Own<'a>> {
        Some(Own {
            adopted: cut_off(&mut self.adopted, instruments),
            capability: cut_off(&mut self.capability, sectors),
            work: cut_off(&mut self.work, places),
            optimum: cut_off(&mut self.optimum, instruments),
            columns: self.columns.split_off_first_mut()?,
            performance: self.performance.split_off_first_mut()?,
        })
    }
}

impl Chunk<'_> {
    fn reset(self, setup: &Setup, constants: &ChunkConstants) {
        let fixed: &[Constant] = &setup.columns[constants.first_block()..];
        let sectors = self.capability.len() / self.columns.len();
        self.adopted.fill(Adopted::default());
        self.capability.copy_from_slice(&constants.capability);
        let stocks = constants.capability.chunks_exact(sectors);
        for (block, (columns, stocks)) in self.columns.iter_mut().zip(stocks).enumerate() {
            let start = &constants.start[block];
            *columns = Columns {
                stock: stocks.iter().fold(ZERO, |sum, own| plus(sum, *own)),
                budget: fixed[block].base,
                output: start.output,
                researchers: start.researchers,
                effective_talent: start.researchers,
                ..Columns::default()
            };
        }
        if !self.work.is_empty() {
            let blocks = self.work.chunks_exact_mut(setup.places.count);
            for (block, work) in blocks.enumerate() {
                let of_block = block * sectors..(block + 1) * sectors;
                let stocks = &constants.capability[of_block.clone()];
                let depreciation = setup.world().params.production.depreciation;
                setup
                    .places
                    .fill(work, &constants.effective[of_block], stocks, depreciation);
            }
        }
        self.at_evaluation.copy_from_slice(&constants.capability);
        self.performance.fill(Performance::default());
        self.in_post_since.fill(0);
    }
}

impl<'a> IntoParts for &'a mut CityState {
    type Item = Chunk<'a>;

    /// Takes memory, for a list of the chunks.
    fn side_by_side(self) -> impl IndexedParallelIterator<Item = Chunk<'a>> {
        self.in_turn().collect::<Vec<_>>().into_par_iter()
    }

    /// Cut off one after the other: a zip of eight columns would first divide the length of each.
    #[inline(always)]
    fn in_turn(self) -> impl Iterator<Item = Chunk<'a>> {
        let of_instruments = CHUNK_BLOCKS * self.instruments.max(1);
        let of_sectors = CHUNK_BLOCKS * self.sectors;
        let of_places = CHUNK_BLOCKS * self.places;
        let mut work = &mut self.work[..];
        let (mut adopted, mut optimum) = (&mut self.adopted[..], &mut self.optimum[..]);
        let mut capability = &mut self.capability[..];
        let mut at_evaluation = &mut self.at_evaluation[..];
        let (mut columns, mut performance) = (&mut self.columns[..], &mut self.performance[..]);
        let mut in_post_since = &mut self.in_post_since[..];
        let chunks = columns.len().div_ceil(CHUNK_BLOCKS);
        (0..chunks).map(move |_| Chunk {
            adopted: cut_off(&mut adopted, of_instruments),
            capability: cut_off(&mut capability, of_sectors),
            work: cut_off(&mut work, of_places),
            at_evaluation: cut_off(&mut at_evaluation, of_sectors),
            optimum: cut_off(&mut optimum, of_instruments),
            columns: cut_off(&mut columns, CHUNK_BLOCKS),
            performance: cut_off(&mut performance, CHUNK_BLOCKS),
            in_post_since: cut_off(&mut in_post_since, CHUNK_CITIES),
        })
    }
}

/// So many entries from the start of a column, or what is left of it.
#[inline(always)]
fn cut_off<'a, T>(column: &mut &'a mut [T], length: usize) -> &'a mut [T] {
    let length = length.min(column.len());
    column.split_off_mut(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::parallel::for_each;
    use crate::model::data::World;

    #[test]
    fn chunks_hold_each_city_once_either_way_with_and_without_instruments() {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/synthetic.toml");
        let count = CHUNK_CITIES + 11;
        let sets = [format!("cities.synthetic.count={count}")];
        let mut world: World = crate::input::scenario::load(&base, &sets)
            .expect("valid")
            .world;
        for has_instruments in [true, false] {
            if !has_instruments {
                world.instruments = Vec::new().into();
            }
            let setup = Setup::new(world.clone()).expect("a world that can start");
            let mut state = CityState::new(&setup);
            for parallel in [true, false] {
                state.in_post_since.fill(0);
                for_each(parallel, &mut state, |index, chunk| {
                    let constants = &setup.chunks[index];
                    assert_eq!(chunk.columns.len(), constants.blocks());
                    assert_eq!(chunk.performance.len(), constants.blocks());
                    assert_eq!(chunk.capability.len(), constants.capability.len());
                    assert_eq!(chunk.at_evaluation.len(), constants.capability.len());
                    assert_eq!(chunk.adopted.len(), chunk.optimum.len());
                    for (own, since) in chunk.in_post_since.iter_mut().enumerate() {
                        *since += (constants.first + own) as u32;
                    }
                });
                let rows = state.in_post_since.iter().zip(0..);
                assert!({ rows }.all(|(since, row)| *since == row));
                assert_eq!(state.in_post_since.len(), count.next_multiple_of(LANES));
            }
        }
    }
}
