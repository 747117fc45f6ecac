//! Who leads regions and the nation, by sector (E36).

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, transposition::transpose, wide};
use crate::kernel::math::select;
use crate::model::chunks::CityState;
use crate::model::data::{MAX_SECTORS, World};

/// Eights of sectors at most.
const MAX_OCTETS: usize = MAX_SECTORS.div_ceil(LANES);

/// The city with most capability in each region and sector: region by region, eight sectors side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaders {
    sectors: usize,
    of: Vec<Eight>,
}

/// Leaders of a region in eight sectors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Eight {
    /// Their capability; minus infinity where the region has no city.
    pub(crate) capability: Lanes,
    /// Their row; -1 where there is none. A number like the others, so that both are compared and kept side by side.
    row: Lanes,
}

impl Eight {
    const NOBODY: Eight = Eight {
        capability: Lanes([f64::NEG_INFINITY; LANES]),
        row: Lanes([-1.0; LANES]),
    };

    /// A leader's row.
    #[inline(always)]
    pub(crate) fn city(&self, lane: usize) -> Option<u32> {
        let row = self.row[lane];
        (row >= 0.0).then_some(row as u32)
    }
}

impl Leaders {
    /// Starts anew, keeping the memory.
    fn clear(&mut self, regions: usize, sectors: usize) {
        self.sectors = sectors;
        self.of.clear();
        self.of
            .resize(regions * sectors.div_ceil(LANES), Eight::NOBODY);
    }

    /// Forgets all, keeping the memory.
    pub(crate) fn forget(&mut self) {
        self.clear(0, 0);
    }

    /// Eights of sectors.
    fn octets(&self) -> usize {
        self.sectors.div_ceil(LANES)
    }

    /// Leaders in the eight sectors from `8 octet` on, region by region.
    pub(crate) fn octet(&self, octet: usize) -> impl Iterator<Item = &Eight> {
        self.of.iter().skip(octet).step_by(self.octets().max(1))
    }

    /// Finds capability and row of the city with most capability in each region and sector; ties fall to the first row.
    pub(crate) fn find(&mut self, world: &World, cities: &CityState) {
        self.clear(world.regions.len(), world.sectors.len());
        let octets = self.octets();
        wide!({
            let mut rows = [ZERO; MAX_OCTETS * LANES];
            let rows = &mut rows[..octets * LANES];
            for (block, of_block) in world.cities.chunks(LANES).enumerate() {
                let stocks = cities.stocks(block);
                rows[..stocks.len()].copy_from_slice(stocks);
                rows[stocks.len()..].fill(ZERO);
                transpose(rows);
                for (lane, city) in of_block.iter().enumerate() {
                    let row = (block * LANES + lane) as f64;
                    let first = city.region as usize * octets;
                    let of_region = &mut self.of[first..first + octets];
                    for (octet, best) in of_region.iter_mut().enumerate() {
                        let (before, own) = (*best, rows[octet * LANES + lane]);
                        let leads = |l: usize| own[l] > before.capability[l];
                        best.capability = each(|l| select(leads(l), own[l], before.capability[l]));
                        best.row = each(|l| select(leads(l), row, before.row[l]));
                    }
                }
            }
        });
    }

    /// Who leads, region by region and sector by sector; nobody in a region without cities.
    pub(crate) fn cities(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        self.of
            .chunks(self.octets().max(1))
            .flat_map(|of_region| (0..self.sectors).map(|s| of_region[s / LANES].city(s % LANES)))
    }

    /// The nation's leaders in eight sectors: with most capability of all, among equals the first row.
    pub(crate) fn first(&self, octet: usize) -> Eight {
        let mut first = Eight::NOBODY;
        wide!({
            for of_region in self.octet(octet) {
                let (before, own) = (first, *of_region);
                let leads = |l: usize| {
                    let (most, capability) = (before.capability[l], own.capability[l]);
                    let is_earlier = own.row[l] < before.row[l];
                    (capability > most) | (capability == most) & is_earlier
                };
                first.capability =
                    each(|l| select(leads(l), own.capability[l], before.capability[l]));
                first.row = each(|l| select(leads(l), own.row[l], before.row[l]));
            }
        });
        first
    }
}

/// A leader of a region in a sector.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leader {
    pub sector: usize,
    pub city: u32,
    pub capability: f64,
}
