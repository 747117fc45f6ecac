//! E30: the centre scores cities against their peers.

use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, evaluation};
use crate::model::run::Run;
use crate::parallel::{CHUNK_CITIES, LANES, Pieces, ZERO, for_each, lane_sum};
use crate::random::{Purpose, normal};

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
                    let score = evaluation::standardised(chunk.result[block][l], mean, sd);
                    chunk.score[block][l] = score * constants.live[block][l];
                }
                let first = constants.first + block * LANES;
                self.published.score[first..first + LANES].copy_from_slice(&chunk.score[block]);
                chunk.inventions[block] = ZERO;
                chunk.take_ups[block] = ZERO;
                chunk.failures[block] = ZERO;
            }
            chunk.at_evaluation.copy_from_slice(&chunk.capability);
        }
        self.weigh_grants();
    }

    /// Results `x_i`: growth of capability, weighted by priority and precision.
    fn read_results(&mut self) {
        let sectors = self.sectors();
        let setup = self.setup;
        let (nation, params) = (&self.nation, &self.params);
        let k = params.tournament.shock_variance_ratio;
        let is_compared = params.mechanisms.comparability;
        let all_priority: f64 = nation.priority.iter().sum();
        let per_priority = if all_priority > 0.0 {
            1.0 / all_priority
        } else {
            0.0
        };
        let shares = &self.published.shares;
        let mut results = std::mem::take(&mut self.published.result);
        let pieces = Pieces {
            whole: &mut results,
            length: CHUNK_CITIES,
        };
        for_each(
            self.parallel,
            (&mut self.chunks[..], pieces),
            |index, (chunk, published)| {
                let constants = &setup.chunks[index];
                for own in 0..constants.cities {
                    let (city, block, lane) = (constants.first + own, own / LANES, own % LANES);
                    let mut peers = [0.0; MAX_SECTORS];
                    if is_compared {
                        for (peer, weight) in setup.peers.of(city) {
                            for (sum, share) in peers
                                .iter_mut()
                                .zip(&shares[peer * sectors..(peer + 1) * sectors])
                            {
                                *sum += weight * share;
                            }
                        }
                    }
                    let (mut result, mut readability) = (0.0, 0.0);
                    for s in 0..sectors {
                        let q = if is_compared {
                            budgets::comparability(peers[s], k)
                        } else {
                            nation.mean_comparability
                        };
                        let at = block * sectors + s;
                        let growth = evaluation::growth(
                            chunk.capability[at][lane],
                            chunk.at_evaluation[at][lane],
                        );
                        result += nation.priority[s] * q * growth;
                        readability += shares[city * sectors + s] * q;
                    }
                    published[own] = result * per_priority;
                    chunk.readability[block][lane] = readability;
                }
            },
        );
        self.published.result = results;
    }

    /// `rel_i`: the result against that of peers, or against the nation where there are none.
    fn compare_with_peers(&mut self) {
        let results = &self.published.result;
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
                chunk.result[own / LANES][own % LANES] = results[city] - others;
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
                for (values, live) in chunk.result.iter().zip(&constants.live) {
                    own += lane_sum(&std::array::from_fn(|l| live[l] * of(values[l])));
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
            let mut noise = luck.stream(Purpose::Evaluation);
            for own in 0..constants.cities {
                let (city, block, lane) = (constants.first + own, own / LANES, own % LANES);
                let is_zone = zones && setup.timeline.is_pilot_zone(quarter, city);
                let rewards = evaluation::rewards(
                    tournament,
                    chunk.inventions[block][lane],
                    chunk.take_ups[block][lane],
                    chunk.failures[block][lane],
                    if is_zone { policy.pilot_shield } else { 0.0 },
                );
                let draw =
                    normal(noise.block(setup.world().cities[city].code, u64::from(quarter))[0]);
                let noise = evaluation::reading_noise(
                    tournament.evaluation_noise,
                    chunk.readability[block][lane],
                    draw,
                );
                let result = &mut chunk.result[block][lane];
                *result = evaluation::standardised(*result, mean, sd) + rewards + noise;
            }
        });
    }
}
