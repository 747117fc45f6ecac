//! What a run is given: cities, sectors, instruments, dates and parameters. No random draws, no state.

use crate::kernel::named::named;
use crate::kernel::quarter::Quarter;
use crate::model::params::{Parameter, Value, table::Params};
use crate::model::shared::SharedList;

/// Most sectors a world may have.
pub const MAX_SECTORS: usize = 32;
/// Most instruments a world may have: one bit each in a word.
pub const MAX_INSTRUMENTS: usize = 64;

/// Everything that defines a run, apart from its random draws.
#[derive(Clone, Debug)]
pub struct World {
    /// First quarter.
    pub start: Quarter,
    /// Number of quarters.
    pub quarters: u32,
    /// Cities, in the order of the file; all tables and traces keep it.
    pub cities: SharedList<City>,
    /// Names of regions, which cities refer to by index.
    pub regions: SharedList<String>,
    /// Sectors, at most [`MAX_SECTORS`].
    pub sectors: SharedList<Sector>,
    /// Instruments, at most [`MAX_INSTRUMENTS`].
    pub instruments: SharedList<Instrument>,
    /// Designations of pilot zones.
    pub pilot_zones: Vec<PilotZone>,
    /// Sectors that a city does not enter, or leaves at a date.
    pub closures: Vec<Closure>,
    /// Dated events.
    pub events: SharedList<Event>,
    /// Parameters in force at the start.
    pub params: Params,
    /// Parameters of the scenario file that all others extend, before anything was laid over it: a shared start is taken
    /// from them (section 5).
    pub file_params: Params,
    /// Parameters that change at a date, in order of date.
    pub changes: Vec<Change>,
}

/// A city, as data give it. Equations D1 to D7 turn it into constants of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct City {
    /// Stable number that addresses its random draws; unique in the world.
    pub code: u64,
    /// Stable short name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Province, numbered from 0.
    pub province: u32,
    /// Index into [`World::regions`].
    pub region: u32,
    /// Market tier.
    pub tier: Tier,
    /// Administrative rank.
    pub rank: Rank,
    /// Latitude, degrees north.
    pub latitude: f64,
    /// Longitude, degrees east.
    pub longitude: f64,
    /// General public budget revenue of the base year, CNY bn.
    pub revenue_cny_bn: f64,
    /// GDP of the base year, CNY bn.
    pub gdp_cny_bn: f64,
    /// Growth of nominal GDP before the start, per year; none where unknown.
    pub earlier_growth: Option<f64>,
    /// Research and development over GDP in the base year, a share.
    pub research_intensity: f64,
    /// Universities that train researchers.
    pub universities: f64,
    /// How attractive residency is, 0 to 1.
    pub amenity: f64,
    /// Indices of up to three sectors the city is known for, strongest first.
    pub focus: [Option<u32>; 3],
}

named! {
    /// Market tier of a city, as the paper's note 16 uses the word.
    #[derive(PartialOrd, Ord)]
    pub enum Tier {
        /// First tier.
        First = "first",
        /// "New first tier".
        NewFirst = "new_first",
        /// Second tier.
        Second = "second",
        /// Third tier.
        Third = "third",
        /// A county.
        County = "county",
    }
}

named! {
    /// Administrative rank: cities compete with those of their own.
    #[derive(PartialOrd, Ord)]
    pub enum Rank {
        /// Reports to the centre.
        Municipality = "municipality",
        /// Between province and prefecture.
        SubProvincial = "sub_provincial",
        /// Prefecture that is a provincial capital.
        Capital = "capital",
        /// Other prefecture.
        Prefecture = "prefecture",
        /// County.
        County = "county",
    }
}

/// A sector of AI.
#[derive(Clone, Debug, PartialEq)]
pub struct Sector {
    /// Stable number that addresses its random draws.
    pub code: u64,
    /// Stable short name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Strategic weight, 0 to 1.
    pub strategic: f64,
    /// Risk that draws restrictive regulation, 0 to 1.
    pub risk: f64,
    /// Dependence on controlled compute, 0 to 1.
    pub compute: f64,
    /// Scale economies, 0 to 1; the minimum efficient scale is `MES (0.3 + scale)`.
    pub scale: f64,
    /// Growth of the US frontier, per quarter.
    pub frontier_growth: f64,
    /// Growth of national demand, per quarter.
    pub demand_growth: f64,
    /// Lean on first-tier cities, 0 to 1.
    pub first_tier_lean: f64,
    /// National capability over the US frontier at the start.
    pub initial_frontier_ratio: f64,
    /// Share of imports in the market, 0 to below 1.
    pub import_share: f64,
    /// Weight with which the sector's gap makes compute scarce (the chip sector has 1, others 0).
    pub supplies_compute: f64,
    /// Quarters from spending to capability (E45); 0 where it stands at once.
    pub build_quarters: u32,
}

named! {
    /// Channel through which an instrument of talent policy works.
    pub enum Channel {
        /// Trains new researchers.
        Train = "train",
        /// Attracts researchers to live in the city.
        Attract = "attract",
        /// Borrows researchers' time without moving them.
        Soft = "soft",
        /// Makes the city's own researchers more productive.
        Motivate = "motivate",
        /// Matches researchers and work.
        Match = "match",
    }
}

/// An instrument of talent policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// Stable number that addresses its random draws.
    pub code: u64,
    /// Stable short name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Channel.
    pub channel: Channel,
    /// Tier slope: above 0 it works better where residency is attractive, below 0 the reverse; -1 to 1.
    pub tier_slope: f64,
    /// Share of its effect that wins researchers from abroad, 0 to 1.
    pub overseas_share: f64,
}

/// Designation of a pilot zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PilotZone {
    /// Index of the city.
    pub city: u32,
    /// First quarter as a zone.
    pub from: Quarter,
}

/// A sector on which a city spends nothing new from a date on (E12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Index of the city.
    pub city: u32,
    /// Index of the sector.
    pub sector: u32,
    /// First quarter in which it is closed; none for the whole run and the start.
    pub from: Option<Quarter>,
}

named! {
    /// What a dated event acts on.
    pub enum Track {
        /// European regulatory pressure (national).
        EuPressure = "eu_pressure",
        /// US technological pressure (national).
        UsPressure = "us_pressure",
        /// Export controls (national).
        ExportControls = "export_controls",
        /// Attention, by sector.
        Attention = "attention",
        /// Jump of the frontier, by sector.
        FrontierShock = "frontier_shock",
        /// Central plans that raise priorities, by sector.
        CentralPlan = "central_plan",
        /// On record for charts and comparison; acts on nothing.
        Record = "record",
    }
}

/// A dated event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Quarter in which it happens.
    pub quarter: Quarter,
    /// What it acts on.
    pub track: Track,
    /// Indices of the sectors it touches; empty means all.
    pub sectors: Vec<u32>,
    /// Intensity, 0 to 1, a judgement.
    pub intensity: f64,
    /// Quarters after which half of its effect is left; none is permanent.
    pub half_life_quarters: Option<f64>,
    /// Title for charts.
    pub title: String,
}

/// A parameter that takes a new value at a date.
#[derive(Clone, Debug)]
pub struct Change {
    /// First quarter with the new value.
    pub from: Quarter,
    /// The parameter.
    pub parameter: &'static Parameter,
    /// Its new value.
    pub value: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_files_are_those_that_are_read() {
        for (row, name) in Tier::NAMES.iter().enumerate() {
            assert_eq!(Tier::from_name(name).map(|tier| tier as usize), Some(row));
        }
        for (row, name) in Rank::NAMES.iter().enumerate() {
            assert_eq!(Rank::from_name(name).map(|rank| rank as usize), Some(row));
        }
        for (row, name) in Channel::NAMES.iter().enumerate() {
            let found = Channel::from_name(name).map(|channel| channel as usize);
            assert_eq!(found, Some(row));
        }
        for (row, name) in Track::NAMES.iter().enumerate() {
            assert_eq!(
                Track::from_name(name).map(|track| track as usize),
                Some(row)
            );
        }
        assert_eq!(Tier::from_name("fourth"), None);
    }
}
