//! Phase 3: what cities decide about instruments. Nothing changes here; phase 4 carries it out.

use crate::kernel::bits::{all_bits, bits};
use crate::kernel::lanes::{LANES, Lanes, ZERO, each, plus, wide};
use crate::kernel::parallel::for_each;
use crate::kernel::random::{
    Block, Purpose, index, normal, slot, uniform,
    wide::{WideStream, Words},
};
use crate::kernel::rows::{prefetch, prefetch_entry};
use crate::model::chunk_constants::ChunkConstants;
use crate::model::decisions::{CityMove, Decisions};
use crate::model::equations::{budgets, moves};
use crate::model::now::Now;
use crate::model::phases::officials::Hazard;
use crate::model::phases::talent::Location;
use crate::model::record::{EventLog, Move, PolicyEvent};
use crate::model::scratch::Scratch;
use crate::model::state::State;

/// E15-E17 and E19 for all cities, on the state at the start of the phase, and the weights of E21.
pub(crate) fn decide(now: &Now, state: &State, decisions: &mut [Decisions]) {
    let deciding = Deciding { now, state };
    for_each(now.is_large, decisions, |chunk, decisions| {
        wide!(deciding.decide_in_chunk(chunk, decisions));
    });
}

/// Counts moves, remembers who pioneered first, and writes the event log.
pub(crate) fn record(
    now: &Now,
    state: &mut State,
    scratch: &mut Scratch,
    event_log: Option<&mut EventLog>,
) {
    let nation = &mut state.nation;
    nation.moves = Default::default();
    for (decisions, constants) in scratch.decisions.iter().zip(&now.setup.chunks) {
        for own in &decisions.moves {
            nation.moves[own.kind as usize] += 1;
            let instrument = own.instrument as usize;
            if own.kind == Move::Pioneer && nation.first_pioneer[instrument].is_none() {
                let own = own.city as usize;
                let code = constants.codes[own / LANES][own % LANES];
                let pioneer = (code, (constants.first + own) as u32, instrument);
                scratch.pioneers.push(pioneer);
            }
        }
    }
    if let Some(event_log) = event_log {
        for kind in [Move::Pioneer, Move::Imitate, Move::TakeUp, Move::Drop] {
            write(now, state, &scratch.decisions, kind, event_log);
        }
    }
    // Same quarter: the lower code was first.
    scratch.pioneers.sort_unstable();
    for (_, city, instrument) in scratch.pioneers.drain(..) {
        state.nation.first_pioneer[instrument].get_or_insert(city);
    }
}

/// Writes the moves of one kind, in order of city.
fn write(now: &Now, state: &State, decisions: &[Decisions], kind: Move, event_log: &mut EventLog) {
    for (decisions, constants) in decisions.iter().zip(&now.setup.chunks) {
        for own in decisions.moves.iter().filter(|own| own.kind == kind) {
            let city = constants.first + own.city as usize;
            event_log.policies.push(event(state, city, own));
        }
    }
}

/// A move as an event.
pub(crate) fn event(state: &State, city: usize, own: &CityMove) -> PolicyEvent {
    PolicyEvent {
        kind: own.kind,
        city: Some(city as u32),
        instrument: own.instrument.into(),
        design: if own.kind == Move::Drop {
            state.cities.design(city, own.instrument.into())
        } else {
            own.design
        },
        from: (own.kind == Move::Imitate).then_some(own.from),
    }
}

/// What all cities look at.
struct Deciding<'a> {
    now: &'a Now<'a>,
    state: &'a State,
}

impl Deciding<'_> {
    #[inline(always)]
    fn decide_in_chunk(&self, chunk: usize, decisions: &mut Decisions) {
        let now = self.now;
        let constants = &now.setup.chunks[chunk];
        let draws = now.draws.wide_stream(Purpose::Moves);
        let errors = now.draws.wide_stream(Purpose::DesignError);
        let (chances, location) = (self.chances(), Location::new(now, self.state));
        let (hazard, has_new_scores) = (Hazard::new(now), now.is_evaluation());
        decisions.exits.clear();
        decisions.moves.clear();
        decisions.all_location_weight = ZERO;
        let mut drawn = self.draw(constants, &draws, &chances, 0);
        for block in 0..constants.blocks() {
            let Drawn {
                words,
                may_move,
                may_pioneer,
            } = drawn;
            if block + 1 < constants.blocks() {
                // Drawn a block ahead, so that what moves will look at can be asked for.
                drawn = self.draw(constants, &draws, &chances, block + 1);
                if now.is_large {
                    location.prefetch(chunk, block + 1);
                    self.prefetch_moves(&chances, &drawn, constants.first_block() + block + 1);
                }
            }
            let exit = each(|l| uniform(words[slot::EXIT][l]));
            if has_new_scores {
                decisions.exit[block] = exit;
            } else {
                let exits = &mut decisions.exits;
                hazard.exits(constants, block, &self.state.scores.score, exit, exits);
            }
            let before = decisions.moves.len();
            for lane in bits(may_move) {
                let draws = std::array::from_fn(|word| words[word][lane]);
                let own = block * LANES + lane;
                let may_pioneer = may_pioneer >> lane & 1 == 1;
                self.decide(
                    chunk,
                    own,
                    &draws,
                    may_pioneer,
                    &errors,
                    &mut decisions.moves,
                );
            }
            let weight = location.weights(chunk, block, &decisions.moves[before..]);
            decisions.location_weight[block] = weight;
            decisions.all_location_weight = plus(decisions.all_location_weight, weight);
        }
    }

    /// Asks for what moves in a block of a large world will look at, and for what draws of the one after need.
    #[inline(always)]
    fn prefetch_moves(&self, chances: &Chances, drawn: &Drawn, block: usize) {
        self.now.setup.peers.prefetch_lists(block + 1);
        if block + 1 < self.state.cities.columns.len() {
            prefetch(&self.state.cities.columns[block + 1].career_weight, 1);
            prefetch(&self.now.setup.columns[block + 1].unit_need, 1);
        }
        for lane in bits(drawn.may_move) {
            let city = block * LANES + lane;
            let imitates = drawn.words[slot::IMITATE][lane] >> 11 < chances.imitate;
            if imitates || drawn.may_pioneer >> lane & 1 == 1 {
                for peer in self.now.setup.peers.rows_of(city) {
                    prefetch_entry(&self.state.scores.score, *peer as usize);
                }
            }
            if drawn.words[slot::REVIEW][lane] >> 11 < chances.review {
                for m in bits(self.state.published.in_force[city] & !self.state.nation.national) {
                    prefetch(&self.state.cities.adopted(city, m).distance, 1);
                }
            }
        }
    }

    /// Draws of a block, and which of its cities may move.
    #[inline(always)]
    fn draw(
        &self,
        constants: &ChunkConstants,
        draws: &WideStream,
        chances: &Chances,
        block: usize,
    ) -> Drawn {
        let words = draws.lanes(&constants.codes[block], u64::from(self.now.quarter));
        let cities = LANES.min(constants.cities - block * LANES);
        let in_force = &self.state.published.in_force[constants.first + block * LANES..][..LANES];
        let pioneer = self.pioneer_bounds(constants.first_block() + block);
        let draws = each(|l| uniform(words[slot::PIONEER][l]));
        let mut may_pioneer = 0;
        for lane in 0..cities {
            may_pioneer |= u64::from(draws[lane] < pioneer[lane]) << lane;
        }
        let others = chances.may_move(&words, in_force, self.state.nation.national);
        Drawn {
            words,
            may_move: others & all_bits(cities) | may_pioneer,
            may_pioneer,
        }
    }

    /// E15 for the cities of a block if they were as far behind as they can be; 0 where nobody pioneers.
    #[inline(always)]
    fn pioneer_bounds(&self, block: usize) -> Lanes {
        let (params, on) = (&self.now.params, &self.now.params.mechanisms);
        if !on.pioneering {
            return ZERO;
        }
        let (policy, need_scale) = (&params.policy, params.budgets.need_scale);
        let unit_need = self.now.setup.columns[block].unit_need;
        let career_weight = self.state.cities.columns[block].career_weight;
        let boost = if on.pilot_zones {
            let timeline = &self.now.setup.timeline;
            timeline.in_pilot_zones(self.now.quarter, block, policy.pilot_boost)
        } else {
            ZERO
        };
        each(|l| {
            moves::pioneer_probability(
                policy.pioneer_rate_per_quarter,
                policy.pioneer_pressure,
                self.now.in_force.intensity * career_weight[l] * moves::MOST_BEHIND,
                need_scale * unit_need[l],
                boost[l],
            )
        })
    }

    /// The chances of the other moves in this quarter.
    fn chances(&self) -> Chances {
        let (params, on) = (&self.now.params, &self.now.params.mechanisms);
        let policy = &params.policy;
        let when = |possible: bool, chance: f64| if possible { chance } else { 0.0 };
        let take_up = when(
            self.state.nation.national != 0,
            policy.codified_rate_per_quarter,
        );
        Chances {
            imitate: words_below(when(on.imitation, policy.imitation_rate_per_quarter)),
            take_up: words_below(take_up),
            review: words_below(policy.review_rate_per_quarter),
        }
    }

    /// The moves of one city.
    fn decide(
        &self,
        chunk: usize,
        own: usize,
        draws: &Block,
        may_pioneer: bool,
        errors: &WideStream,
        moves: &mut Vec<CityMove>,
    ) {
        let (policy, on) = (&self.now.params.policy, &self.now.params.mechanisms);
        let city = self.now.setup.chunks[chunk].first + own;
        let in_force = self.state.published.in_force[city];
        let national = self.state.nation.national;
        let mut lacks = all_bits(self.now.instruments()) & !in_force;
        let mut act = |kind: Move, instrument: usize, design: f64, from: usize| {
            moves.push(CityMove {
                city: own as u16,
                instrument: instrument as u8,
                kind,
                design,
                from: from as u32,
            });
        };
        if uniform(draws[slot::REVIEW]) < policy.review_rate_per_quarter
            && let Some(worst) = self.worst_instrument(chunk, own, in_force & !national)
        {
            act(Move::Drop, worst, 0.0, 0);
        }
        if may_pioneer && self.pioneers(city, uniform(draws[slot::PIONEER])) {
            let candidates = lacks & !national;
            if let Some(instrument) = pick(candidates, draws[slot::PIONEER_PICK]) {
                let code = self.now.setup.chunks[chunk].codes[own / LANES][own % LANES];
                let error = normal(errors.block(code, u64::from(self.now.quarter))[0]);
                let design = moves::pioneer_design(
                    self.state.cities.optimum(city, instrument),
                    policy.design_error,
                    error,
                );
                act(Move::Pioneer, instrument, design, 0);
                lacks &= !(1 << instrument);
            }
        }
        if on.imitation
            && uniform(draws[slot::IMITATE]) < policy.imitation_rate_per_quarter
            && let Some(best) = self.best_peer(city)
            && let Some(instrument) = pick(
                lacks & self.state.published.in_force[best],
                draws[slot::IMITATE_PICK],
            )
        {
            act(
                Move::Imitate,
                instrument,
                self.state.cities.design(best, instrument),
                best,
            );
            lacks &= !(1 << instrument);
        }
        if uniform(draws[slot::TAKE_UP]) < policy.codified_rate_per_quarter
            && let Some(instrument) = pick(lacks & national, draws[slot::TAKE_UP_PICK])
        {
            act(
                Move::TakeUp,
                instrument,
                self.state.nation.template[instrument],
                0,
            );
        }
    }

    /// E15: whether a city pioneers that may, by [`Deciding::pioneer_bounds`].
    fn pioneers(&self, city: usize, draw: f64) -> bool {
        let policy = &self.now.params.policy;
        let lane = city % LANES;
        let need = self.now.params.budgets.need_scale
            * self.now.setup.columns[city / LANES].unit_need[lane];
        let is_zone = self.now.params.mechanisms.pilot_zones
            && self
                .now
                .setup
                .timeline
                .is_pilot_zone(self.now.quarter, city);
        let boost = if is_zone { policy.pilot_boost } else { 0.0 };
        let behind = self
            .now
            .setup
            .peers
            .mean(city, &self.state.scores.score)
            .map_or(0.0, |peers| {
                moves::behind(peers, self.state.scores.score[city])
            });
        let career_weight = self.state.cities.columns[city / LANES].career_weight[lane];
        let probability = moves::pioneer_probability(
            policy.pioneer_rate_per_quarter,
            policy.pioneer_pressure,
            self.now.in_force.intensity * career_weight * behind,
            need,
            boost,
        );
        draw < probability
    }

    /// E16: the peer with the highest score; ties fall to the first in the list.
    fn best_peer(&self, city: usize) -> Option<usize> {
        let score = &self.state.scores.score;
        self.now
            .setup
            .peers
            .of(city)
            .map(|(peer, _)| peer)
            .reduce(|best, peer| {
                std::hint::select_unpredictable(score[peer] > score[best], peer, best)
            })
    }

    /// E19: the instrument of least potential effect among `candidates`, if that is low enough to give it up.
    fn worst_instrument(&self, chunk: usize, own: usize, candidates: u64) -> Option<usize> {
        let city = self.now.setup.chunks[chunk].first + own;
        let amenity = self.now.setup.columns[city / LANES].amenity[own % LANES];
        let unblunted = self.state.unblunted(self.now);
        let per_tolerance = 1.0 / self.now.params.policy.design_tolerance;
        let potential = |m: usize| {
            let slope = self.now.setup.world().instruments[m].tier_slope;
            let distance = self.state.cities.adopted(city, m).distance[own % LANES];
            let fit = budgets::design_fit(distance, 0.0, per_tolerance);
            let effect = budgets::tier_effect(self.state.nation.true_effect[m], slope, amenity);
            budgets::potential_effect(effect, fit, unblunted)
        };
        bits(candidates)
            .map(|m| (m, potential(m)))
            .reduce(|worst, next| if next.1 < worst.1 { next } else { worst })
            .filter(|(_, effect)| *effect <= self.now.params.policy.drop_below)
            .map(|(m, _)| m)
    }
}

/// Draws of a block.
struct Drawn {
    words: Words,
    /// Cities that may move, one bit each.
    may_move: u64,
    /// Cities that may pioneer, one bit each.
    may_pioneer: u64,
}

/// Probabilities of moves other than pioneering, as [`words_below`] has them: a city whose draws lie above all of them,
/// and that does not pioneer, does not move.
struct Chances {
    imitate: u64,
    take_up: u64,
    review: u64,
}

impl Chances {
    /// Cities of a block that may move but for pioneering, one bit each. Most do not in a quarter; they are told apart
    /// from three draws, and by whether there is anything to take up or to review, before the rest of their state is looked at.
    #[inline(always)]
    fn may_move(&self, words: &Words, in_force: &[u64], national: u64) -> u64 {
        let mut cities = 0;
        for (lane, in_force) in in_force.iter().enumerate() {
            let (lacks, own) = (national & !in_force, in_force & !national);
            let may_move = (words[slot::IMITATE][lane] >> 11 < self.imitate)
                | (words[slot::TAKE_UP][lane] >> 11 < self.take_up) & (lacks != 0)
                | (words[slot::REVIEW][lane] >> 11 < self.review) & (own != 0);
            cities |= u64::from(may_move) << lane;
        }
        cities
    }
}

/// How many of the 2^53 values of `word >> 11` give a uniform number below `chance`.
fn words_below(chance: f64) -> u64 {
    (chance * 9_007_199_254_740_992.0).ceil() as u64
}

/// One of the set bits, each as likely, in order of row.
fn pick(candidates: u64, word: u64) -> Option<usize> {
    bits(candidates).nth(index(word, candidates.count_ones() as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Draws;
    use crate::model::run::Run;
    use crate::model::schedule;
    use crate::model::setup::Setup;

    #[test]
    fn no_city_is_as_likely_to_pioneer_as_the_bound_that_draws_are_held_against() {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let sets = [
            "tournament.intensity=10",
            "policy.pioneer_rate_per_quarter=0.01",
            "policy.pioneer_pressure=1",
            "policy.pilot_boost=0",
        ];
        let scenario = crate::input::scenario::load(&base, &sets.map(String::from)).expect("valid");
        let setup = Setup::new(scenario.world).expect("a world that can start");
        let mut run = Run::new(
            &setup,
            Draws {
                seed: 1,
                replicate: 0,
            },
        );
        schedule::until_moves(&mut run.now, &mut run.state, &mut run.scratch, None);
        // As far behind, and as keen on a career, as one can be.
        let city = 11;
        let lane = city % LANES;
        run.state.cities.columns[city / LANES].career_weight[lane] = 1.0;
        run.state.scores.score.fill(5.0);
        run.state.scores.score[city] = -5.0;
        let need =
            setup.world().params.budgets.need_scale * setup.columns[city / LANES].unit_need[lane];
        let chance = moves::pioneer_probability(0.01, 1.0, 10.0 * 2.0, need, 0.0);
        let deciding = Deciding {
            now: &run.now,
            state: &run.state,
        };
        assert!(chance > 0.2 && deciding.pioneers(city, chance * 0.999));
        assert!(!deciding.pioneers(city, chance * 1.001));
        assert_eq!(deciding.pioneer_bounds(city / LANES)[lane], chance);
    }

    #[test]
    fn words_are_below_a_chance_as_their_uniform_numbers_are() {
        for chance in [0.0, -0.1, 1e-300, 0.1, 0.25, 1.0 / 3.0, 0.999_999, 1.0] {
            let bound = words_below(chance);
            for high in [bound.saturating_sub(1), bound, bound + 1] {
                let word = high.min((1 << 53) - 1) << 11;
                assert_eq!(
                    word >> 11 < bound,
                    uniform(word) < chance,
                    "{chance}, {high}"
                );
            }
        }
    }
}
