//! Sectors as the nation's equations take them: eight side by side.

use crate::kernel::lanes::{LANES, Lanes, each};
use crate::model::data::Sector;

/// Eight sectors; zeros beyond the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectorEight {
    pub strategic: Lanes,
    pub risk: Lanes,
    pub compute: Lanes,
    pub import_share: Lanes,
    pub frontier_growth: Lanes,
    pub demand_growth: Lanes,
}

impl SectorEight {
    /// All sectors.
    pub fn all(sectors: &[Sector]) -> Vec<SectorEight> {
        let eight = |sectors: &[Sector]| {
            let column = |number: fn(&Sector) -> f64| each(|l| sectors.get(l).map_or(0.0, number));
            SectorEight {
                strategic: column(|sector| sector.strategic),
                risk: column(|sector| sector.risk),
                compute: column(|sector| sector.compute),
                import_share: column(|sector| sector.import_share),
                frontier_growth: column(|sector| sector.frontier_growth),
                demand_growth: column(|sector| sector.demand_growth),
            }
        };
        sectors.chunks(LANES).map(eight).collect()
    }
}
