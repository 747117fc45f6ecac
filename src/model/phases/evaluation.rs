//! E30: the centre scores cities against their peers.

use crate::kernel::lanes::{LANES, Lanes, ZERO, each, eight, lane_sum, wide};
use crate::kernel::parallel::{CHUNK_BLOCKS, CHUNK_CITIES, Pieces, for_each};
use crate::kernel::random::{Purpose, normals};
use crate::model::chunk_constants::ChunkConstants;
use crate::model::chunks::{Chunk, Performance};
use crate::model::equations::{self, evaluation};
use crate::model::now::Now;
use crate::model::phases::{budgets, peers};
use crate::model::published::{COLUMNS, Published, Scores};
use crate::model::rules::{Rules, Score};
use crate::model::setup::Setup;
use crate::model::state::State;

/// E30, and E32's weights that follow from it. Counters and the reference of growth start anew.
pub(crate) fn evaluate<R: Rules>(now: &Now, state: &mut State, next: &mut Published, rules: R) {
    read_results(now, state, next);
    compare_with_peers(now, &mut state.scores);
    let (mean, sd) = moments(now.setup, &state.scores);
    score_deeds(now, state, rules, mean, sd);
    let (mean, sd) = moments(now.setup, &state.scores);
    set_scores(now, &mut state.scores, mean, sd);
    budgets::weigh_grants(now, state, rules);
}

/// Results `x_i`: growth of capability, weighted by priority and precision.
fn read_results(now: &Now, state: &mut State, next: &mut Published) {
    let setup = now.setup;
    let priority = &state.nation.priority[..now.sectors()];
    let all_priority: f64 = priority.iter().sum();
    let reading = Reading {
        setup,
        priority,
        per_priority: if all_priority > 0.0 {
            1.0 / all_priority
        } else {
            0.0
        },
        shock_variance_ratio: now.params.tournament.shock_variance_ratio,
        mean_comparability: state.nation.mean_comparability,
        is_compared: now.params.mechanisms.comparability,
        published: &state.published,
        is_large: now.is_large,
    };
    let results = Pieces::new(&mut state.scores.result, CHUNK_CITIES);
    // Cities publish there in the next quarter; until then, what is found of their peers stands there.
    let lines = next.rows.lines();
    let of_peers = Pieces::new(next.rows.data_mut(), CHUNK_CITIES * lines);
    for_each(
        now.is_large,
        (&mut state.cities, (results, of_peers)),
        |index, (mut chunk, (results, of_peers))| {
            wide!(reading.chunk(&setup.chunks[index], &mut chunk, results, of_peers));
        },
    );
    next.has_sums_of_peers = reading.is_compared;
}

/// `rel_i`: the result against that of peers, or against the nation where there are none.
fn compare_with_peers(now: &Now, scores: &mut Scores) {
    let setup = now.setup;
    let results = &scores.result;
    let national = setup
        .chunks
        .iter()
        .map(|chunk| {
            results[chunk.first..chunk.first + chunk.cities]
                .iter()
                .sum::<f64>()
        })
        .sum::<f64>()
        / now.cities() as f64;
    let (results, scores) = scores.parts();
    for_each(now.is_large, scores, |index, scores| {
        let constants = &setup.chunks[index];
        for (own, score) in scores[..constants.cities].iter_mut().enumerate() {
            let city = constants.first + own;
            let others = setup.peers.mean(city, results).unwrap_or(national);
            *score = results[city] - others;
        }
    });
}

/// Mean and standard deviation (divisor n) of the column of scores, in fixed order.
fn moments(setup: &Setup, scores: &Scores) -> (f64, f64) {
    let n = setup.world().cities.len() as f64;
    let mean = sum_of_scores(
        setup,
        scores,
        #[inline(always)]
        |x| x,
    ) / n;
    let variance = sum_of_scores(
        setup,
        scores,
        #[inline(always)]
        |x| (x - mean) * (x - mean),
    ) / n;
    (mean, variance.sqrt())
}

/// Sum over cities of a number made of each score.
#[inline(always)]
fn sum_of_scores(setup: &Setup, scores: &Scores, of: impl Fn(f64) -> f64) -> f64 {
    let scores = scores.score.chunks(CHUNK_CITIES);
    let sum = |(constants, scores): (&ChunkConstants, &[f64])| {
        wide!({
            let mut own = 0.0;
            for block in 0..constants.blocks() {
                let (values, live) = (eight(scores, block), constants.live(block));
                own += lane_sum(&each(|l| live[l] * of(values[l])));
            }
            own
        })
    };
    setup
        .chunks
        .iter()
        .zip(scores)
        .fold(0.0, |all, chunk| all + sum(chunk))
}

/// Standardises results and adds rewards and the noise of reading. Performance are counted anew.
fn score_deeds<R: Rules>(now: &Now, state: &mut State, rules: R, mean: f64, sd: f64) {
    let scoring = Scoring {
        now,
        rules,
        mean,
        sd,
    };
    let (_, scores) = state.scores.parts();
    let performance = Pieces::new(&mut state.cities.performance[..], CHUNK_BLOCKS);
    let parts = (performance, scores);
    for_each(now.is_large, parts, |index, (performance, scores)| {
        wide!(scoring.chunk(index, performance, scores));
    });
}

/// Scores are standardised.
fn set_scores(now: &Now, scores: &mut Scores, mean: f64, sd: f64) {
    let (setup, (_, scores)) = (now.setup, scores.parts());
    for_each(now.is_large, scores, |index, scores| {
        wide!({
            for block in 0..scores.len() / LANES {
                let (own, live) = (eight(scores, block), setup.chunks[index].live(block));
                let score = each(|l| evaluation::standardised(own[l], mean, sd) * live[l]);
                scores[block * LANES..(block + 1) * LANES].copy_from_slice(&*score);
            }
        });
    });
}

/// What scoring performance takes, the same for all cities.
struct Scoring<'a, R> {
    now: &'a Now<'a>,
    rules: R,
    /// Mean and standard deviation of results.
    mean: f64,
    sd: f64,
}

impl<R: Rules> Scoring<'_, R> {
    /// Results of a chunk become scores that are not yet standardised.
    #[inline(always)]
    fn chunk(&self, index: usize, performance: &mut [Performance], scores: &mut [f64]) {
        let constants = &self.now.setup.chunks[index];
        let tournament = &self.now.params.tournament;
        let noise = self.now.draws.wide_stream(Purpose::Evaluation);
        for (block, codes) in constants.codes.iter().enumerate() {
            let draws = normals(noise.blocks(codes, u64::from(self.now.quarter))[0]);
            let Performance {
                readability,
                inventions,
                take_ups,
                failures,
            } = std::mem::take(&mut performance[block]);
            let shield = self.shields(constants.first + block * LANES, &failures);
            let (result, live) = (eight(scores, block), constants.live(block));
            let score = each(|l| {
                let rewards = evaluation::rewards(
                    tournament,
                    inventions[l],
                    take_ups[l],
                    failures[l],
                    shield[l],
                );
                let noise = evaluation::reading_noise(
                    tournament.evaluation_noise,
                    readability[l],
                    draws[l],
                );
                let result = evaluation::standardised(result[l], self.mean, self.sd);
                // Lanes without a city stay 0, or they would grow from one evaluation to the next.
                let score = self.rules.score(Score {
                    result,
                    rewards,
                    noise,
                    inventions: inventions[l],
                    take_ups: take_ups[l],
                    failures: failures[l],
                });
                score * live[l]
            });
            scores[block * LANES..(block + 1) * LANES].copy_from_slice(&*score);
        }
    }

    /// Shields of eight cities against penalties; 0 where nothing failed.
    #[inline(always)]
    fn shields(&self, first: usize, failures: &Lanes) -> Lanes {
        let mut shields = ZERO;
        if self.now.params.mechanisms.pilot_zones {
            for (l, failures) in failures.iter().enumerate() {
                // Lanes without a city have no failures.
                if *failures > 0.0
                    && self
                        .now
                        .setup
                        .timeline
                        .is_pilot_zone(self.now.quarter, first + l)
                {
                    shields[l] = self.now.params.policy.pilot_shield;
                }
            }
        }
        shields
    }
}

/// What reading results takes, the same for all cities.
#[derive(Clone, Copy)]
struct Reading<'a> {
    setup: &'a Setup,
    priority: &'a [f64],
    /// One over the sum of priorities.
    per_priority: f64,
    shock_variance_ratio: f64,
    mean_comparability: f64,
    is_compared: bool,
    published: &'a Published,
    /// Whether rows of peers lie too far apart to be at hand when they are wanted.
    is_large: bool,
}

impl Reading<'_> {
    /// Asks for the rows of the next block's cities and of their peers.
    #[inline(always)]
    fn ask_ahead(&self, first: usize) {
        if self.is_large && first < self.setup.world().cities.len() {
            let rows = &self.published.rows;
            rows.prefetch(first, LANES);
            rows.prefetch_ends(self.setup.peers.far(first / LANES, 0, 1), 0);
        }
    }

    /// Results of a chunk, how well its cities could be read, and sums of peers' rows by block. What capability is
    /// now will be what growth is measured against.
    #[inline(always)]
    fn chunk(
        &self,
        constants: &ChunkConstants,
        chunk: &mut Chunk,
        results: &mut [f64],
        of_peers: &mut [Lanes],
    ) {
        let sectors = self.priority.len();
        let width = self.published.rows.lines() * LANES;
        let mut own = [ZERO; COLUMNS];
        for (block, of_peers) in of_peers.chunks_mut(width).enumerate() {
            let first = constants.first + block * LANES;
            let cities = first..first + LANES.min(constants.cities - block * LANES);
            if self.is_compared {
                self.ask_ahead(first + LANES);
                peers::rows(&self.setup.peers, cities, self.published, of_peers);
            }
            self.published.rows.columns(first, &mut own);
            let (mut result, mut readability) = (ZERO, ZERO);
            for s in 0..sectors {
                let at = block * sectors + s;
                let (n, share, priority) = (of_peers[s], own[s], self.priority[s]);
                let (now, before) = (chunk.capability[at], chunk.at_evaluation[at]);
                chunk.at_evaluation[at] = now;
                let q = each(|l| {
                    if self.is_compared {
                        equations::budgets::comparability(n[l], self.shock_variance_ratio)
                    } else {
                        self.mean_comparability
                    }
                });
                let growth = each(|l| evaluation::growth(now[l], before[l]));
                result = each(|l| result[l] + priority * q[l] * growth[l]);
                readability = each(|l| readability[l] + share[l] * q[l]);
            }
            let result = each(|l| result[l] * self.per_priority);
            results[block * LANES..(block + 1) * LANES].copy_from_slice(&*result);
            chunk.performance[block].readability = readability;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::experiment::{factor::Variant, worlds::Worlds};
    use crate::kernel::random::Draws;
    use crate::model::run::Run;
    use std::path::Path;

    /// Three cities in a block of eight, with some evaluations behind them.
    fn evaluated(setup: &Setup, evaluations: usize) -> Run<'_> {
        let draws = Draws {
            seed: 1,
            replicate: 0,
        };
        let mut run = Run::new(setup, draws);
        for _ in 0..4 * evaluations {
            run.step(None).expect("only finite numbers");
        }
        run
    }

    fn setup() -> Setup {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue/base/base.toml");
        let worlds = Worlds::new(&base, &[]);
        worlds.setup(&Variant::default()).expect("a world")
    }

    #[test]
    fn an_evaluation_leaves_the_sums_of_peers_that_the_next_quarter_needs() {
        let setup = setup();
        let mut run = evaluated(&setup, 2);
        assert!(run.scratch.next.has_sums_of_peers);
        let mut gathered = [ZERO; COLUMNS];
        let published = &run.state.published;
        peers::rows(&setup.peers, 0..run.now.cities(), published, &mut gathered);
        let width = published.rows.lines() * LANES;
        assert_eq!(run.scratch.next.rows.data()[..width], gathered[..width]);
        assert!(gathered[0][0] > 0.0);
        run.reset(run.now.draws);
        assert!(!run.scratch.next.has_sums_of_peers);
    }

    #[test]
    fn lanes_without_a_city_have_no_score() {
        let setup = setup();
        let run = evaluated(&setup, 2);
        let (score, cities) = (&run.state.scores.score, run.now.cities());
        assert!(score.len() > cities);
        assert!(score[..cities].iter().all(|score| *score != 0.0));
        assert!(score[cities..].iter().all(|score| *score == 0.0));
    }

    #[test]
    fn what_growth_is_measured_against_is_the_capability_at_the_last_evaluation() {
        let setup = setup();
        let mut run = evaluated(&setup, 1);
        assert_eq!(
            run.state.cities.at_evaluation[..],
            run.state.cities.capability[..]
        );
        run.step(None).expect("only finite numbers");
        assert_ne!(
            run.state.cities.at_evaluation[..],
            run.state.cities.capability[..]
        );
    }
}
