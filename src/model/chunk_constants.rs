//! What is known of cities before a run: constants in blocks of lanes, and their chunks.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each};
use crate::kernel::math::select;
use crate::kernel::pages::Pages;
use crate::kernel::parallel::CHUNK_CITIES;
use crate::model::constants::Constants;
use crate::model::data::World;
use bytemuck::{Pod, Zeroable};

/// Constants and start of a chunk of cities, in blocks of lanes; lanes beyond the last city hold zeros.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkConstants {
    /// Row of the first city.
    pub first: usize,
    /// Number of cities.
    pub cities: usize,
    /// Stable codes, which address random draws; 0 for an empty lane.
    pub codes: Vec<[u64; LANES]>,
    /// What seldom is read.
    pub start: Vec<Start>,
    /// Budget shares of sectors at the start, block by block.
    pub shares: Vec<Lanes>,
    /// Capability at the start, block by block and sector by sector.
    pub capability: Vec<Lanes>,
    /// Effective spending at the start, CNY mn, as capability; empty where nothing takes time to build.
    pub effective: Vec<Lanes>,
    /// Sectors closed to a city: block, lane, sector, first quarter.
    pub closures: Vec<(usize, usize, usize, u32)>,
}

/// Constants of the cities of a block that each quarter reads.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Constant {
    /// D1.
    pub base: Lanes,
    /// D2.
    pub unit_need: Lanes,
    /// D5.
    pub outside: Lanes,
    /// Amenity.
    pub amenity: Lanes,
    /// D6.
    pub pipeline: Lanes,
}

/// Numbers of the cities of a block that are read at the start and in evaluations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start {
    /// D7.
    pub site_advantage: Lanes,
    /// Researchers at the start.
    pub researchers: Lanes,
    /// Output of the quarter before the start.
    pub output: Lanes,
}

impl ChunkConstants {
    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.codes.len()
    }

    /// Number of the first block among those of all chunks.
    pub fn first_block(&self) -> usize {
        self.first / LANES
    }

    /// 1 for a city, 0 for an empty lane.
    #[inline(always)]
    pub fn live(&self, block: usize) -> Lanes {
        let cities = self.cities - block * LANES;
        each(|l| select(l < cities, 1.0, 0.0))
    }

    /// Puts `closed` into the columns of sectors where these are closed to cities of a block (E12).
    #[inline(always)]
    pub fn close(&self, block: usize, quarter: u32, columns: &mut [Lanes], closed: Lanes) {
        for (at, lane, sector, from) in &self.closures {
            if *at == block && *from <= quarter {
                columns[*sector][*lane] = closed[*lane];
            }
        }
    }
}

/// Closures of the cities of a chunk.
fn closures(world: &World, first: usize, cities: usize) -> Vec<(usize, usize, usize, u32)> {
    let own = world.closures.iter().filter_map(|closure| {
        let own = (closure.city as usize).checked_sub(first)?;
        let from = closure
            .from
            .map_or(0, |from| from.since(world.start).max(0) as u32);
        let inside = own < cities && (closure.sector as usize) < world.sectors.len();
        inside.then_some((own / LANES, own % LANES, closure.sector as usize, from))
    });
    own.collect()
}

/// Constants that each quarter reads, block by block; 0 in empty lanes.
pub(crate) fn columns(world: &World, constants: &Constants) -> Pages<Constant> {
    let mut columns: Pages<Constant> = Pages::new(world.cities.len().div_ceil(LANES));
    for (city, own) in world.cities.iter().enumerate() {
        let (columns, lane) = (&mut columns[city / LANES], city % LANES);
        columns.base[lane] = constants.base[city];
        columns.unit_need[lane] = constants.unit_need[city];
        columns.outside[lane] = constants.outside[city];
        columns.amenity[lane] = own.amenity;
        columns.pipeline[lane] = constants.pipeline[city];
    }
    columns
}

/// D4, block by block and sector by sector.
pub(crate) fn advantages(world: &World, constants: &Constants) -> Pages<Lanes> {
    let sectors = world.sectors.len();
    let mut advantages: Pages<Lanes> = Pages::new(world.cities.len().div_ceil(LANES) * sectors);
    for (city, own) in constants.advantage.chunks_exact(sectors).enumerate() {
        let of_block = &mut advantages[city / LANES * sectors..][..sectors];
        for (column, own) in of_block.iter_mut().zip(own) {
            column[city % LANES] = *own;
        }
    }
    advantages
}

/// Lays the other constants out in chunks of blocks.
pub(crate) fn chunks(world: &World, constants: &Constants) -> Vec<ChunkConstants> {
    let sectors = world.sectors.len();
    let count = world.cities.len();
    (0..count.div_ceil(CHUNK_CITIES))
        .map(|index| {
            let first = index * CHUNK_CITIES;
            let cities = CHUNK_CITIES.min(count - first);
            let blocks = cities.div_ceil(LANES);
            let column = |block: usize, value: &dyn Fn(usize) -> f64| -> Lanes {
                each(|lane| {
                    let own = block * LANES + lane;
                    if own < cities {
                        value(first + own)
                    } else {
                        0.0
                    }
                })
            };
            let mut codes = vec![[0; LANES]; blocks];
            for (own, city) in world.cities[first..first + cities].iter().enumerate() {
                codes[own / LANES][own % LANES] = city.code;
            }
            ChunkConstants {
                first,
                cities,
                codes,
                start: (0..blocks)
                    .map(|block| Start {
                        site_advantage: column(block, &|city| constants.site_advantage[city]),
                        researchers: column(block, &|city| constants.researchers[city]),
                        output: ZERO,
                    })
                    .collect(),
                shares: vec![ZERO; blocks * sectors],
                capability: vec![ZERO; blocks * sectors],
                effective: Vec::new(),
                closures: closures(world, first, cities),
            }
        })
        .collect()
}
