//! E45: what is paid for and not yet built.

use bytemuck::{Pod, Zeroable};

use crate::kernel::lanes::{Lanes, ZERO, each, plus};
use crate::model::data::World;

/// What the spending of one quarter on a sector builds, in the cities of a block.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Work {
    /// Effective spending, CNY mn.
    pub money: Lanes,
    /// Capability that it adds when it is completed.
    pub capability: Lanes,
}

/// Where the work of each sector stands among that of a block: as many places as the sector takes quarters, used in turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// First place and number of places, by sector.
    of_sectors: Vec<(usize, usize)>,
    /// Places of a block; none where nothing takes time.
    pub count: usize,
}

impl Places {
    /// Those of a world.
    pub fn new(world: &World) -> Self {
        let mut places = Places::default();
        for sector in &world.sectors {
            let quarters = if world.params.mechanisms.time_to_build {
                sector.build_quarters as usize
            } else {
                0
            };
            places.of_sectors.push((places.count, quarters));
            places.count += quarters;
        }
        places
    }

    /// Section 5, step 8: at the start each place of a block holds what a quarter of balanced spending builds.
    pub fn fill(
        &self,
        work: &mut [Work],
        effective: &[Lanes],
        stocks: &[Lanes],
        depreciation: f64,
    ) {
        for (s, (first, quarters)) in self.of_sectors.iter().enumerate() {
            let (money, stock) = (effective[s], stocks[s]);
            let capability = each(|l| depreciation * stock[l]);
            work[*first..first + quarters].fill(Work { money, capability });
        }
    }

    /// Work on a sector that is under way, in no order of time.
    #[inline(always)]
    pub fn of<'w>(&self, sector: usize, work: &'w [Work]) -> &'w [Work] {
        let (first, quarters) = self.of_sectors[sector];
        &work[first..first + quarters]
    }

    /// E45: work begun in a quarter takes the place of that begun `L_s` quarters before, which is completed.
    #[inline(always)]
    pub fn exchange(&self, sector: usize, quarter: u32, work: &mut [Work], begun: Work) -> Work {
        match self.of_sectors[sector] {
            (_, 0) => begun,
            (first, quarters) => {
                let place = first + quarter as usize % quarters;
                std::mem::replace(&mut work[place], begun)
            }
        }
    }
}

/// Money in work under way, CNY mn.
#[inline(always)]
pub(crate) fn money(work: &[Work]) -> Lanes {
    work.iter().fold(ZERO, |sum, own| plus(sum, own.money))
}
