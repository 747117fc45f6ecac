//! Section 5, steps 6 and 7: what luck decides at the start, and what cities first publish.

use crate::model::equations::moves;
use crate::model::run::Run;
use crate::parallel::{LANES, for_each};
use crate::random::{Purpose, beta_2_2, normal, uniform};

impl Run<'_> {
    /// Career weights, true effects and optima.
    pub(crate) fn draw_start(&mut self) {
        let world = self.setup.world();
        let policy = &world.params.policy;
        let instruments = world.instruments.len();
        let mut stream = self.luck.stream(Purpose::Instrument);
        let mut national_optimum = [0.0; crate::model::data::MAX_INSTRUMENTS];
        for (row, instrument) in world.instruments.iter().enumerate() {
            let block = stream.block(instrument.code, 0);
            self.nation.true_effect[row] = policy.effect_mean + policy.effect_sd * normal(block[0]);
            national_optimum[row] = 0.25 + uniform(block[1]) / 2.0;
        }
        let luck = self.luck;
        let setup = self.setup;
        for_each(self.parallel, &mut self.chunks[..], |index, chunk| {
            let constants = &setup.chunks[index];
            let mut officials = luck.stream(Purpose::FirstOfficial);
            let mut optima = luck.stream(Purpose::LocalOptimum);
            for own in 0..constants.cities {
                let code = world.cities[constants.first + own].code;
                let (block, lane) = (own / LANES, own % LANES);
                let draws = officials.block(code, 0);
                chunk.career_weight[block][lane] = beta_2_2([draws[0], draws[1], draws[2]]);
                for (octet, rows) in setup.instrument_order.chunks(8).enumerate() {
                    let draws = optima.block(code, octet as u64);
                    for (word, row) in rows.iter().enumerate() {
                        chunk.optimum[block * instruments + row][lane] = moves::pioneer_design(
                            national_optimum[*row],
                            policy.design_spread,
                            normal(draws[word]),
                        );
                    }
                }
            }
        });
    }

    /// What cities see of each other before the first quarter.
    pub(crate) fn publish_start(&mut self) {
        let (sectors, instruments) = (self.sectors(), self.instruments());
        let options = 1 + sectors + instruments;
        let published = &mut self.published;
        published.in_force.fill(0);
        published.score.fill(0.0);
        for (constants, chunk) in self.setup.chunks.iter().zip(&self.chunks) {
            for own in 0..constants.cities {
                let (block, lane) = (own / LANES, own % LANES);
                let city = constants.first + own;
                published.researchers[city] = chunk.researchers[block][lane];
                let shares = &chunk.shares[block * options + 1..block * options + 1 + sectors];
                let all: f64 = shares.iter().map(|share| share[lane]).sum();
                for (s, share) in shares.iter().enumerate() {
                    published.shares[city * sectors + s] =
                        if all > 0.0 { share[lane] / all } else { 0.0 };
                }
            }
        }
    }
}
