//! What has happened in a run so far: who pioneered, how instruments spread, who led before being named.
//!
//! It takes in the event log of each quarter; it draws nothing and changes nothing.

use crate::model::record::{ChampionEvent, EventLog, Move};
use crate::model::run::Run;

/// Quarters that a city must have led its region before it is named, to count as a local champion.
const LED_BEFORE: i64 = 4;
/// Quarter, counted from 0, of what stood at the start.
const START: i64 = -1;

/// Events so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    event_log: EventLog,
    sectors: usize,
    /// Whether a city has pioneered anything.
    pub has_pioneered: Vec<bool>,
    /// Pioneering events of the quarter, by city.
    pub pioneered_now: Vec<u32>,
    /// Quarter in which an instrument was first pioneered.
    pub begun: Vec<Option<u32>>,
    /// First quarter in which at least half of the cities have it.
    pub reached_half: Vec<Option<u32>>,
    /// National measures of local origin.
    pub codified: u32,
    /// First quarter in which a city led its region, city-major by sector.
    led_since: Vec<Option<i64>>,
    /// City with most capability of the nation at the start, by sector.
    first_of_nation: Vec<u32>,
    /// Capability before and after the quarter, city-major by sector.
    capability: [Vec<f64>; 2],
    /// Champions named; those who had led their region; those who led the nation at the start.
    pub champions: [u32; 3],
}

impl Watch {
    /// Forgets all and looks at a run at its start.
    pub fn begin(&mut self, run: &Run<'_>) {
        let world = run.world();
        let (cities, sectors) = (world.cities.len(), world.sectors.len());
        let instruments = world.instruments.len();
        *self = Watch {
            event_log: std::mem::take(&mut self.event_log),
            sectors,
            has_pioneered: vec![false; cities],
            pioneered_now: vec![0; cities],
            begun: vec![None; instruments],
            reached_half: vec![None; instruments],
            led_since: vec![None; cities * sectors],
            first_of_nation: (0..sectors).map(|s| run.state.cities.leader(s)).collect(),
            capability: [Vec::new(), capabilities(run)],
            ..Watch::default()
        };
        for (at, leader) in run.state.nation.leaders.cities().enumerate() {
            if let Some(leader) = leader {
                self.leads(leader, at % sectors.max(1), START);
            }
        }
    }

    /// The event log for the next step, empty.
    pub fn event_log(&mut self) -> &mut EventLog {
        self.event_log.clear();
        &mut self.event_log
    }

    /// Capability of a city in a sector before and after the quarter.
    pub fn capability(&self, city: usize, sector: usize) -> [f64; 2] {
        let place = city * self.sectors + sector;
        [0, 1].map(|time: usize| self.capability[time].get(place).copied().unwrap_or(0.0))
    }

    fn leads(&mut self, city: u32, sector: usize, quarter: i64) {
        let place = city as usize * self.sectors + sector;
        if let Some(since) = self.led_since.get_mut(place) {
            since.get_or_insert(quarter);
        }
    }

    /// Takes in the quarter that the run has just done.
    pub fn take(&mut self, run: &Run<'_>, quarter: u32) {
        let event_log = std::mem::take(&mut self.event_log);
        self.pioneered_now.fill(0);
        self.capability.swap(0, 1);
        self.capability[1] = capabilities(run);
        for event in &event_log.policies {
            match (event.kind, event.city) {
                (Move::Pioneer, Some(city)) => {
                    self.has_pioneered[city as usize] = true;
                    self.pioneered_now[city as usize] += 1;
                    self.begun[event.instrument as usize].get_or_insert(quarter);
                }
                (Move::Codify, _) => self.codified += 1,
                _ => {}
            }
        }
        for event in &event_log.champions {
            self.take_champion(event, i64::from(quarter));
        }
        self.event_log = event_log;
        let cities = run.world().cities.len();
        let spreads = |m: usize| self.begun[m].is_some() && self.reached_half[m].is_none();
        let open: Vec<usize> = (0..self.begun.len()).filter(|m| spreads(*m)).collect();
        for m in open {
            let adopters = (0..cities).filter(|city| run.is_in_force(*city, m)).count();
            if 2 * adopters >= cities {
                self.reached_half[m] = Some(quarter);
            }
        }
    }

    fn take_champion(&mut self, event: &ChampionEvent, quarter: i64) {
        let sector = event.sector as usize;
        if !event.is_national {
            self.leads(event.city, sector, quarter);
            return;
        }
        let place = event.city as usize * self.sectors + sector;
        let since = self.led_since.get(place).copied().flatten();
        let led = since.is_some_and(|since| quarter - since >= LED_BEFORE);
        let was_first = self.first_of_nation.get(sector) == Some(&event.city);
        self.champions[0] += 1;
        self.champions[1] += u32::from(led);
        self.champions[2] += u32::from(was_first);
    }
}

fn capabilities(run: &Run<'_>) -> Vec<f64> {
    let (cities, sectors) = (run.world().cities.len(), run.world().sectors.len());
    let of_city = |city: usize| (0..sectors).map(move |sector| run.capability(city, sector));
    (0..cities).flat_map(of_city).collect()
}
