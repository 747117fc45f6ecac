//! E31: officials leave, promoted or replaced.

use crate::kernel::lanes::{LANES, Lanes, each, eight, wide};
use crate::kernel::parallel::for_each;
use crate::kernel::random::{Purpose, beta_2_2};
use crate::kernel::rows::{prefetch, prefetch_entry};
use crate::model::chunk_constants::ChunkConstants;
use crate::model::decisions::Decisions;
use crate::model::equations::evaluation;
use crate::model::now::Now;
use crate::model::record::{EventLog, OfficialEvent};
use crate::model::state::State;

/// Blocks ahead of which memory is asked for: a block takes a few nanoseconds here.
const AHEAD: usize = 16;

/// Those who follow officials who left in the last quarter are in post from now on.
pub(crate) fn enter(now: &Now, state: &mut State) {
    for (city, career_weight) in state.successors.drain(..) {
        let city = city as usize;
        state.cities.columns[city / LANES].career_weight[city % LANES] = career_weight;
        state.cities.in_post_since[city] = now.quarter;
    }
}

/// E31. The successor is in post from the next quarter.
///
/// Who leaves has been decided with policies already, but where scores are new.
pub(crate) fn leave(
    now: &Now,
    state: &mut State,
    decisions: &mut [Decisions],
    event_log: Option<&mut EventLog>,
) {
    let hazard = Hazard::new(now);
    let (quarter, is_large, has_new_scores) = (now.quarter, now.is_large, now.is_evaluation());
    let scores = &state.scores.score;
    let parts = (&mut state.cities, &mut decisions[..]);
    for_each(is_large, parts, |index, (chunk, decisions)| {
        let constants = &now.setup.chunks[index];
        if has_new_scores {
            wide!({
                for block in 0..constants.blocks() {
                    if is_large && block + AHEAD < constants.blocks() {
                        prefetch(&decisions.exit[block + AHEAD], 1);
                    }
                    let draws = decisions.exit[block];
                    hazard.exits(constants, block, scores, draws, &mut decisions.exits);
                }
            });
        }
        let officials = now.draws.wide_stream(Purpose::Official);
        for exit in &decisions.exits {
            if is_large {
                let own = exit.city as usize;
                prefetch(&chunk.columns[own / LANES].career_weight, 1);
                prefetch_entry(chunk.in_post_since, own);
            }
        }
        for leaving in decisions.exits.chunks_mut(LANES) {
            let mut codes = [0; LANES];
            for (code, exit) in codes.iter_mut().zip(&mut *leaving) {
                let (block, lane) = (exit.city as usize / LANES, exit.city as usize % LANES);
                *code = constants.codes[block][lane];
                exit.career_weight = chunk.columns[block].career_weight[lane];
                exit.quarters_in_post = quarter + 1 - chunk.in_post_since[exit.city as usize];
                exit.city += constants.first as u32;
            }
            let [a, b, c, ..] = officials.blocks(&codes, u64::from(quarter) + 1);
            for (l, exit) in leaving.iter_mut().enumerate() {
                exit.successor_career_weight = beta_2_2([a[l], b[l], c[l]]);
            }
        }
    });
    let exits = || decisions.iter().flat_map(|decisions| &decisions.exits);
    state
        .successors
        .extend(exits().map(|exit| (exit.city, exit.successor_career_weight)));
    if let Some(event_log) = event_log {
        event_log.officials.extend(exits().copied());
    }
}

/// What decides exits, the same for all cities.
#[derive(Clone, Copy)]
pub(crate) struct Hazard {
    base: f64,
    replaced: f64,
    slope: f64,
}

impl Hazard {
    pub(crate) fn new(now: &Now) -> Self {
        let tournament = &now.params.tournament;
        Hazard {
            base: tournament.turnover_per_quarter * tournament.promoted_share,
            replaced: tournament.turnover_per_quarter * (1.0 - tournament.promoted_share),
            slope: now.in_force.promotion_slope,
        }
    }

    /// Adds the officials of a block who leave; the city is still counted within the chunk, and what is known of the
    /// official and who follows come later.
    #[inline(always)]
    pub(crate) fn exits(
        self,
        constants: &ChunkConstants,
        block: usize,
        scores: &[f64],
        draws: Lanes,
        exits: &mut Vec<OfficialEvent>,
    ) {
        let score = eight(scores, constants.first_block() + block);
        let promoted = each(|l| evaluation::promotion_probability(self.base, self.slope, score[l]));
        for l in 0..LANES.min(constants.cities - block * LANES) {
            let draw = draws[l];
            if draw < promoted[l] + self.replaced {
                exits.push(OfficialEvent {
                    city: (block * LANES + l) as u32,
                    is_promoted: draw < promoted[l],
                    score: score[l],
                    quarters_in_post: 0,
                    career_weight: 0.0,
                    successor_career_weight: 0.0,
                });
            }
        }
    }
}
