//! E31: officials leave, promoted or replaced.

use crate::lanes::{LANES, each, vectorised};
use crate::model::equations::evaluation;
use crate::model::record::{Journal, OfficialEvent};
use crate::model::run::{Decisions, Run};
use crate::model::setup::place;
use crate::model::state::Chunk;
use crate::parallel::for_each;
use crate::random::{Purpose, beta_2_2};
use crate::rows::ask_for;

/// Blocks ahead of which memory is asked for: a block takes a few nanoseconds here.
const AHEAD: usize = 16;

impl Run<'_> {
    /// Those who follow officials who left in the last quarter are in post from now on.
    pub(crate) fn let_successors_enter(&mut self) {
        for (city, career_weight) in self.successors.drain(..) {
            let (chunk, block, lane) = place(city as usize);
            let chunk = &mut self.chunks[chunk];
            chunk.columns[block].career_weight[lane] = career_weight;
            chunk.in_post[block * LANES + lane] = 0;
        }
    }

    /// E31. The successor is in post from the next quarter.
    pub(crate) fn let_officials_leave(&mut self, journal: Option<&mut Journal>) {
        let tournament = &self.params.tournament;
        let hazard = Hazard {
            base: tournament.turnover_per_quarter * tournament.promoted_share,
            replaced: tournament.turnover_per_quarter * (1.0 - tournament.promoted_share),
            slope: self.rules.promotion_slope,
        };
        let (setup, luck, quarter) = (self.setup, self.luck, self.quarter);
        let is_large = self.parallel;
        let parts = (&mut self.chunks[..], &mut self.decisions[..]);
        for_each(self.parallel, parts, |index, (chunk, decisions)| {
            let constants = &setup.chunks[index];
            let officials = luck.wide_stream(Purpose::Official);
            decisions.exits.clear();
            for block in 0..constants.blocks() {
                if is_large && block + AHEAD < constants.blocks() {
                    ask_for(&chunk.deeds[block + AHEAD].score, 1);
                    ask_for(&decisions.exit[block + AHEAD], 1);
                }
                let cities = LANES.min(constants.cities - block * LANES);
                vectorised(
                    #[inline(always)]
                    || hazard.exits(block, cities, chunk, decisions),
                );
            }
            for leaving in decisions.exits.chunks_mut(LANES) {
                let mut codes = [0; LANES];
                for (code, exit) in codes.iter_mut().zip(&mut *leaving) {
                    *code = constants.codes[exit.city as usize / LANES][exit.city as usize % LANES];
                    exit.city += constants.first as u32;
                }
                let [a, b, c, ..] = officials.blocks(&codes, u64::from(quarter) + 1);
                for (l, exit) in leaving.iter_mut().enumerate() {
                    exit.successor_career_weight = beta_2_2([a[l], b[l], c[l]]);
                }
            }
        });
        let exits = || self.decisions.iter().flat_map(|decisions| &decisions.exits);
        self.successors
            .extend(exits().map(|exit| (exit.city, exit.successor_career_weight)));
        if let Some(journal) = journal {
            journal.officials.extend(exits().copied());
        }
    }
}

/// What decides exits, the same for all cities.
#[derive(Clone, Copy)]
struct Hazard {
    base: f64,
    replaced: f64,
    slope: f64,
}

impl Hazard {
    /// Adds the officials of a block who leave; the city is still counted within the chunk, and nobody follows yet.
    #[inline(always)]
    fn exits(self, block: usize, cities: usize, chunk: &mut Chunk, decisions: &mut Decisions) {
        let score = chunk.deeds[block].score;
        let promoted = each(|l| evaluation::promotion_probability(self.base, self.slope, score[l]));
        for l in 0..cities {
            let own = block * LANES + l;
            chunk.in_post[own] += 1;
            let draw = decisions.exit[block][l];
            if draw < promoted[l] + self.replaced {
                decisions.exits.push(OfficialEvent {
                    city: own as u32,
                    is_promoted: draw < promoted[l],
                    score: score[l],
                    quarters_in_post: chunk.in_post[own],
                    career_weight: chunk.columns[block].career_weight[l],
                    successor_career_weight: 0.0,
                });
            }
        }
    }
}
