//! Turns what a run shows into rows.

use std::ops::Range;

use rayon::prelude::*;

use crate::kernel::random::Draws;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes, SectorSeen};
use crate::measure::table::{Selection, write_moment};
use crate::measure::traces::{FILES, File, Traces};
use crate::model::data::World;
use crate::model::record::{ChampionEvent, EventLog, Move, PolicyEvent};
use crate::model::run::Run;

/// How far a design must have moved since the last row of an instrument for a row of its own, in units of
/// the design, which runs from 0 to 1.
pub const ADJUST_THRESHOLD: f64 = 0.05;

/// Cities whose rows one thread writes at a time where a world is large.
const CITIES_PER_PIECE: usize = 4_096;

/// Rows of all files, as bytes, between a run and the files.
#[derive(Debug, Default)]
pub struct Chunk {
    bytes: [Vec<u8>; FILES],
    rows: [u64; FILES],
}

impl Chunk {
    /// Bytes and number of rows for a file.
    pub fn of(&self, file: File) -> (&[u8], u64) {
        (&self.bytes[file as usize], self.rows[file as usize])
    }

    /// Forgets all rows, keeping the memory.
    pub fn clear(&mut self) {
        self.bytes.iter_mut().for_each(Vec::clear);
        self.rows = [0; FILES];
    }

    fn write<S>(
        &mut self,
        file: File,
        selection: &Selection<S>,
        moment: &[u8],
        run: &Run<'_>,
        seen: &S,
    ) {
        selection.write(&mut self.bytes[file as usize], moment, run, seen);
        self.rows[file as usize] += 1;
    }
}

/// Watches one run and writes its rows.
#[derive(Debug)]
pub struct Recorder<'a> {
    traces: &'a Traces,
    world: &'a World,
    draws: Draws,
    /// Events of the quarter.
    event_log: EventLog,
    /// Cells of replicate, seed and quarter.
    moment: Vec<u8>,
    /// Design in the last row of each instrument in force, city-major; only where policies are traced.
    logged: Vec<f64>,
    /// Leaders of regions at the start. The start holds no random draws (`docs/odd.md`, 5): all replicates share them.
    leaders: Option<Vec<ChampionEvent>>,
    pieces: Vec<Chunk>,
}

impl<'a> Recorder<'a> {
    /// A recorder for runs in `world`.
    pub fn new(traces: &'a Traces, world: &'a World) -> Self {
        Recorder {
            traces,
            world,
            draws: Draws {
                seed: 0,
                replicate: 0,
            },
            event_log: EventLog::default(),
            moment: Vec::new(),
            logged: Vec::new(),
            leaders: None,
            pieces: Vec::new(),
        }
    }

    /// Begins a replicate: `run` stands at its start. Leaders of regions are noted.
    pub fn begin(&mut self, run: &Run<'_>, draws: Draws, chunk: &mut Chunk) {
        self.draws = draws;
        self.event_log.clear();
        if self.traces.policies.is_some() {
            let instruments = self.world.instruments.len();
            self.logged.clear();
            self.logged
                .extend((0..self.world.cities.len()).flat_map(|city| {
                    (0..instruments).map(move |instrument| run.design(city, instrument))
                }));
        }
        if self.traces.champions.is_some() {
            self.set_moment(0);
            let leaders = self
                .leaders
                .take()
                .unwrap_or_else(|| run.initial_champions());
            for event in &leaders {
                self.write_champion(run, event, chunk);
            }
            self.leaders = Some(leaders);
        }
    }

    /// The event log for the next step; none where no events are traced. It is empty.
    pub fn event_log(&mut self) -> Option<&mut EventLog> {
        self.event_log.clear();
        self.traces.needs_journal().then_some(&mut self.event_log)
    }

    /// Whether the next step must keep the parts of cities' spending.
    pub fn needs_detail_after(&self, quarters_done: u32) -> bool {
        self.traces.needs_detail() && self.traces.is_recorded(quarters_done + 1)
    }

    /// What is seen of the nation in the quarter just done: as much as is written, and what `others` need.
    pub fn see(&self, run: &mut Run<'_>, others: Passes) -> NationSeen {
        let passes = self.traces.passes(run.quarter());
        NationSeen::of(run, passes.and(others))
    }

    /// Writes the rows of the quarter just done, except those of cities and their sectors.
    pub fn record_quarter(&mut self, run: &Run<'_>, nation: &NationSeen, chunk: &mut Chunk) {
        self.set_moment(run.quarter().saturating_sub(1));
        self.record_events(run, chunk);
        if !self.traces.is_recorded(run.quarter()) {
            return;
        }
        if let Some(selection) = &self.traces.national {
            chunk.write(File::National, selection, &self.moment, run, nation);
        }
        if let Some(selection) = &self.traces.sectors {
            for sector in 0..self.world.sectors.len() {
                let seen = SectorSeen::of(run, sector);
                chunk.write(File::Sectors, selection, &self.moment, run, &seen);
            }
        }
    }

    /// Writes the rows of all cities and their sectors for the quarter just done.
    pub fn record_cities(&self, run: &Run<'_>, chunk: &mut Chunk) {
        if self.needs_cities(run) {
            self.write_cities(run, 0..self.world.cities.len(), chunk);
        }
    }

    /// Writes the rows of all cities and their sectors for the quarter just done, a part of the cities
    /// after the other, with all threads of the pool in which it is called. `take` gets each part in order.
    ///
    /// # Errors
    /// The error of `take`.
    pub fn stream_cities<E>(
        &mut self,
        run: &Run<'_>,
        take: &mut impl FnMut(&Chunk) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.needs_cities(run) {
            return Ok(());
        }
        let cities = self.world.cities.len();
        let together = rayon::current_num_threads().max(1);
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.resize_with(together, Chunk::default);
        let mut start = 0;
        while start < cities {
            pieces
                .par_iter_mut()
                .enumerate()
                .for_each(|(place, piece)| {
                    piece.clear();
                    let from = (start + place * CITIES_PER_PIECE).min(cities);
                    let to = (from + CITIES_PER_PIECE).min(cities);
                    self.write_cities(run, from..to, piece);
                });
            for piece in &pieces {
                take(piece)?;
            }
            start += together * CITIES_PER_PIECE;
        }
        self.pieces = pieces;
        Ok(())
    }

    fn needs_cities(&self, run: &Run<'_>) -> bool {
        self.traces.needs_detail() && self.traces.is_recorded(run.quarter())
    }

    fn write_cities(&self, run: &Run<'_>, cities: Range<usize>, chunk: &mut Chunk) {
        if let Some(selection) = &self.traces.cities {
            for city in cities.clone() {
                let seen = CitySeen::of(run, city);
                chunk.write(File::Cities, selection, &self.moment, run, &seen);
            }
        }
        if let Some(selection) = &self.traces.allocations {
            for city in cities {
                for sector in 0..self.world.sectors.len() {
                    let seen = AllocationSeen::of(run, city, sector);
                    chunk.write(File::Allocations, selection, &self.moment, run, &seen);
                }
            }
        }
    }

    fn record_events(&mut self, run: &Run<'_>, chunk: &mut Chunk) {
        let (event_log, traces) = (std::mem::take(&mut self.event_log), self.traces);
        if let Some(selection) = &traces.policies {
            for event in &event_log.policies {
                self.log_design(*event);
                chunk.write(File::Policies, selection, &self.moment, run, event);
            }
            self.record_adjustments(run, selection, chunk);
        }
        if let Some(selection) = &self.traces.officials {
            for event in &event_log.officials {
                chunk.write(File::Officials, selection, &self.moment, run, event);
            }
        }
        for event in &event_log.champions {
            self.write_champion(run, event, chunk);
        }
        self.event_log = event_log;
    }

    /// Remembers the design of an event in a city.
    fn log_design(&mut self, event: PolicyEvent) {
        let is_begun = matches!(event.kind, Move::Pioneer | Move::Imitate | Move::TakeUp);
        if let (true, Some(city)) = (is_begun, event.city) {
            let place = city as usize * self.world.instruments.len() + event.instrument as usize;
            if let Some(design) = self.logged.get_mut(place) {
                *design = event.design;
            }
        }
    }

    /// A row for each instrument in force whose design has moved far enough since its last row.
    fn record_adjustments(
        &mut self,
        run: &Run<'_>,
        selection: &Selection<PolicyEvent>,
        chunk: &mut Chunk,
    ) {
        let instruments = self.world.instruments.len();
        for city in 0..self.world.cities.len() {
            for instrument in 0..instruments {
                if !run.is_in_force(city, instrument) {
                    continue;
                }
                let design = run.design(city, instrument);
                let place = city * instruments + instrument;
                if (design - self.logged[place]).abs() < ADJUST_THRESHOLD {
                    continue;
                }
                self.logged[place] = design;
                let event = PolicyEvent {
                    kind: Move::Adjust,
                    city: Some(city as u32),
                    instrument: instrument as u32,
                    design,
                    from: None,
                };
                chunk.write(File::Policies, selection, &self.moment, run, &event);
            }
        }
    }

    fn write_champion(&self, run: &Run<'_>, event: &ChampionEvent, chunk: &mut Chunk) {
        if let Some(selection) = &self.traces.champions {
            chunk.write(File::Champions, selection, &self.moment, run, event);
        }
    }

    /// Sets the cells that rows of quarter `step`, counted from 0, begin with.
    fn set_moment(&mut self, step: u32) {
        self.moment.clear();
        let quarter = self.world.start.plus(step as i32);
        write_moment(&mut self.moment, self.draws, quarter);
    }
}
