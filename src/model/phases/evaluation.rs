//! E30: the centre scores cities against their peers.

use super::peers::{self, COLUMNS};
use crate::lanes::{LANES, ZERO, each, lane_sum, vectorised};
use crate::model::Setup;
use crate::model::equations::{budgets, evaluation};
use crate::model::run::Run;
use crate::model::setup::ChunkConstants;
use crate::model::state::Chunk;
use crate::parallel::{CHUNK_CITIES, Pieces, for_each};
use crate::random::{Purpose, normals};
use crate::rows::Rows;
use std::ops::Range;

impl Run<'_> {
    /// E30, and E32's weights that follow from it. Counters and the reference of growth start anew.
    pub(crate) fn evaluate(&mut self) {
        self.read_results();
        self.compare_with_peers();
        let (mean, sd) = self.moments();
        self.score_deeds(mean, sd);
        let (mean, sd) = self.moments();
        for (constants, chunk) in self.setup.chunks.iter().zip(&mut self.chunks) {
            for block in 0..constants.blocks() {
                for l in 0..LANES {
                    let score = evaluation::standardised(chunk.deeds[block].result[l], mean, sd);
                    chunk.deeds[block].score[l] = score * constants.columns[block].live[l];
                }
                let first = constants.first + block * LANES;
                self.scores.score[first..first + LANES].copy_from_slice(&*chunk.deeds[block].score);
                chunk.deeds[block].inventions = ZERO;
                chunk.deeds[block].take_ups = ZERO;
                chunk.deeds[block].failures = ZERO;
            }
            chunk.at_evaluation.copy_from_slice(&chunk.capability);
        }
        self.weigh_grants();
    }

    /// Results `x_i`: growth of capability, weighted by priority and precision.
    fn read_results(&mut self) {
        let setup = self.setup;
        let all_priority: f64 = self.nation.priority.iter().sum();
        let reading = Reading {
            setup,
            priority: &self.nation.priority,
            per_priority: if all_priority > 0.0 {
                1.0 / all_priority
            } else {
                0.0
            },
            shock_variance_ratio: self.params.tournament.shock_variance_ratio,
            mean_comparability: self.nation.mean_comparability,
            is_compared: self.params.mechanisms.comparability,
            rows: &self.published.rows,
            is_large: self.parallel,
        };
        let mut results = std::mem::take(&mut self.scores.result);
        let pieces = Pieces {
            whole: &mut results,
            length: CHUNK_CITIES,
        };
        for_each(
            self.parallel,
            (&mut self.chunks[..], pieces),
            |index, (chunk, published)| {
                vectorised(
                    #[inline(always)]
                    || reading.chunk(&setup.chunks[index], chunk, published),
                );
            },
        );
        self.scores.result = results;
    }

    /// `rel_i`: the result against that of peers, or against the nation where there are none.
    fn compare_with_peers(&mut self) {
        let results = &self.scores.result;
        let national = self
            .setup
            .chunks
            .iter()
            .map(|chunk| {
                results[chunk.first..chunk.first + chunk.cities]
                    .iter()
                    .sum::<f64>()
            })
            .sum::<f64>()
            / self.cities() as f64;
        let setup = self.setup;
        for_each(self.parallel, &mut self.chunks[..], |index, chunk| {
            let constants = &setup.chunks[index];
            for own in 0..constants.cities {
                let city = constants.first + own;
                let others = setup.peers.mean(city, results).unwrap_or(national);
                chunk.deeds[own / LANES].result[own % LANES] = results[city] - others;
            }
        });
    }

    /// Mean and standard deviation (divisor n) of the column of results, in fixed order.
    fn moments(&mut self) -> (f64, f64) {
        let n = self.cities() as f64;
        let sum = |run: &Run, of: &dyn Fn(f64) -> f64| {
            let mut all = 0.0;
            for (constants, chunk) in run.setup.chunks.iter().zip(&run.chunks) {
                let mut own = 0.0;
                for (deeds, columns) in chunk.deeds.iter().zip(&constants.columns) {
                    let (values, live) = (deeds.result, columns.live);
                    own += lane_sum(&each(|l| live[l] * of(values[l])));
                }
                all += own;
            }
            all
        };
        let mean = sum(self, &|x| x) / n;
        let variance = sum(self, &|x| (x - mean) * (x - mean)) / n;
        (mean, variance.sqrt())
    }

    /// Standardises results and adds rewards and the noise of reading.
    fn score_deeds(&mut self, mean: f64, sd: f64) {
        let (setup, luck, quarter) = (self.setup, self.luck, self.quarter);
        let (tournament, policy) = (&self.params.tournament, &self.params.policy);
        let zones = self.params.mechanisms.pilot_zones;
        for_each(self.parallel, &mut self.chunks[..], |index, chunk| {
            let constants = &setup.chunks[index];
            let noise = luck.wide_stream(Purpose::Evaluation);
            for (block, codes) in constants.codes.iter().enumerate() {
                let draws = normals(noise.blocks(codes, u64::from(quarter))[0]);
                for l in 0..LANES.min(constants.cities - block * LANES) {
                    let city = constants.first + block * LANES + l;
                    let is_zone = zones && setup.timeline.is_pilot_zone(quarter, city);
                    let rewards = evaluation::rewards(
                        tournament,
                        chunk.deeds[block].inventions[l],
                        chunk.deeds[block].take_ups[l],
                        chunk.deeds[block].failures[l],
                        if is_zone { policy.pilot_shield } else { 0.0 },
                    );
                    let noise = evaluation::reading_noise(
                        tournament.evaluation_noise,
                        chunk.deeds[block].readability[l],
                        draws[l],
                    );
                    let result = &mut chunk.deeds[block].result[l];
                    *result = evaluation::standardised(*result, mean, sd) + rewards + noise;
                }
            }
        });
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
    rows: &'a Rows,
    /// Whether rows of peers lie too far apart to be at hand when they are wanted.
    is_large: bool,
}

impl Reading<'_> {
    /// Asks for the rows of the next block's cities and of their peers.
    #[inline(always)]
    fn ask_ahead(&self, cities: Range<usize>) {
        if self.is_large && cities.end <= self.setup.world().cities.len() {
            self.rows.ask_for(cities.start, LANES);
            for city in cities {
                peers::ask_for(&self.setup.peers, city, self.rows);
            }
        }
    }

    /// Results of a chunk, and how well its cities could be read.
    #[inline(always)]
    fn chunk(&self, constants: &ChunkConstants, chunk: &mut Chunk, results: &mut [f64]) {
        let sectors = self.priority.len();
        let mut by_sector = [ZERO; COLUMNS];
        for block in 0..constants.blocks() {
            let first = constants.first + block * LANES;
            let cities = first..first + LANES.min(constants.cities - block * LANES);
            if self.is_compared {
                self.ask_ahead(first + LANES..first + 2 * LANES);
                peers::rows(&self.setup.peers, cities, self.rows, &mut by_sector);
            }
            let (mut result, mut readability) = (ZERO, ZERO);
            for s in 0..sectors {
                let at = block * sectors + s;
                let (n, priority) = (by_sector[s], self.priority[s]);
                let (now, before) = (chunk.capability[at], chunk.at_evaluation[at]);
                let share = each(|l| self.rows.get(first + l, s));
                let q = each(|l| {
                    if self.is_compared {
                        budgets::comparability(n[l], self.shock_variance_ratio)
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
            chunk.deeds[block].readability = readability;
        }
    }
}
