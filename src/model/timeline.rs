//! Everything dated, laid out by quarter before the run starts: E38, E35 and dated parameters.

use crate::kernel::lanes::{LANES, Lanes, each};
use crate::kernel::math::select;
use crate::model::data::{Track, World};
use crate::model::equations::outside;

/// A quarter that no run reaches.
const NEVER: u32 = u32::MAX;

/// Levels of a quarter, before the weights and switches of the parameters.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// Entries of a quarter in columns by sector: whole eights, 0 beyond the last sector.
    width: usize,
    eu_pressure: Vec<f64>,
    us_pressure: Vec<f64>,
    export_controls: Vec<f64>,
    attention: Vec<f64>,
    central_plan: Vec<f64>,
    frontier_shock: Vec<f64>,
    /// First quarter as a pilot zone, one entry per lane; [`NEVER`] for cities that never are.
    pilot_from: Vec<u32>,
}

impl Timeline {
    /// Lays out the dates of a world.
    pub fn new(world: &World) -> Self {
        let quarters = world.quarters as usize;
        let sectors = world.sectors.len();
        let width = sectors.next_multiple_of(LANES);
        let mut timeline = Timeline {
            width,
            eu_pressure: vec![0.0; quarters],
            us_pressure: vec![0.0; quarters],
            export_controls: vec![0.0; quarters],
            attention: vec![0.0; quarters * width],
            central_plan: vec![0.0; quarters * width],
            frontier_shock: vec![0.0; quarters * width],
            pilot_from: vec![NEVER; world.cities.len().next_multiple_of(LANES)],
        };
        for event in &world.events {
            let date = event.quarter.since(world.start);
            let touches = |sector: usize| {
                event.sectors.is_empty() || event.sectors.contains(&(sector as u32))
            };
            for quarter in date.max(0) as usize..quarters {
                let age = f64::from(quarter as i32 - date);
                let level = outside::event_level(event.intensity, age, event.half_life_quarters);
                let of_sectors = quarter * width..quarter * width + sectors;
                let by_sector = match event.track {
                    Track::EuPressure => {
                        timeline.eu_pressure[quarter] += level;
                        continue;
                    }
                    Track::UsPressure => {
                        timeline.us_pressure[quarter] += level;
                        continue;
                    }
                    Track::ExportControls => {
                        timeline.export_controls[quarter] += level;
                        continue;
                    }
                    Track::Attention => &mut timeline.attention[of_sectors],
                    Track::CentralPlan => &mut timeline.central_plan[of_sectors],
                    Track::FrontierShock if age == 0.0 => &mut timeline.frontier_shock[of_sectors],
                    Track::FrontierShock | Track::Record => break,
                };
                for (sector, sum) in by_sector.iter_mut().enumerate() {
                    if touches(sector) {
                        *sum += level;
                    }
                }
            }
        }
        for zone in &world.pilot_zones {
            let from = zone.from.since(world.start).max(0) as u32;
            let known = &mut timeline.pilot_from[zone.city as usize];
            *known = from.min(*known);
        }
        timeline
    }

    /// E38, European pressure before weights.
    pub fn eu_pressure(&self, quarter: usize) -> f64 {
        self.eu_pressure[quarter]
    }

    /// E38, US pressure before weights.
    pub fn us_pressure(&self, quarter: usize) -> f64 {
        self.us_pressure[quarter]
    }

    /// E38, export controls before weights.
    pub fn export_controls(&self, quarter: usize) -> f64 {
        self.export_controls[quarter]
    }

    /// E38, attention by sector; whole eights.
    #[inline(always)]
    pub fn attention(&self, quarter: usize) -> &[f64] {
        &self.attention[quarter * self.width..(quarter + 1) * self.width]
    }

    /// E38, central plans that name a sector, by sector; whole eights.
    #[inline(always)]
    pub fn central_plan(&self, quarter: usize) -> &[f64] {
        &self.central_plan[quarter * self.width..(quarter + 1) * self.width]
    }

    /// E1, shocks to the frontier in this quarter, by sector; whole eights.
    #[inline(always)]
    pub fn frontier_shock(&self, quarter: usize) -> &[f64] {
        &self.frontier_shock[quarter * self.width..(quarter + 1) * self.width]
    }

    /// E35, whether a city is a pilot zone.
    pub fn is_pilot_zone(&self, quarter: u32, city: usize) -> bool {
        self.pilot_from[city] <= quarter
    }

    /// E35 for the cities of a block: `value` where a city is a pilot zone, else 0.
    #[inline(always)]
    pub fn in_pilot_zones(&self, quarter: u32, block: usize, value: f64) -> Lanes {
        let from = &self.pilot_from[block * LANES..(block + 1) * LANES];
        each(|l| select(from[l] <= quarter, value, 0.0))
    }
}
