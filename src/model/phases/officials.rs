//! E31: officials leave, promoted or replaced.

use crate::model::equations::evaluation;
use crate::model::record::{Journal, OfficialEvent};
use crate::model::run::Run;
use crate::model::setup::place;
use crate::parallel::LANES;
use crate::random::{Purpose, beta_2_2};

impl Run<'_> {
    /// Those who follow officials who left in the last quarter are in post from now on.
    pub(crate) fn let_successors_enter(&mut self) {
        for (city, career_weight) in self.successors.drain(..) {
            let (chunk, block, lane) = place(city as usize);
            let chunk = &mut self.chunks[chunk];
            chunk.career_weight[block][lane] = career_weight;
            chunk.in_post[block * LANES + lane] = 0;
        }
    }

    /// E31. The successor is in post from the next quarter.
    pub(crate) fn let_officials_leave(&mut self, mut journal: Option<&mut Journal>) {
        let tournament = &self.params.tournament;
        let base = tournament.turnover_per_quarter * tournament.promoted_share;
        let replaced = tournament.turnover_per_quarter * (1.0 - tournament.promoted_share);
        let slope = self.rules.promotion_slope;
        let mut luck = self.luck.stream(Purpose::Official);
        for ((constants, chunk), decisions) in self
            .setup
            .chunks
            .iter()
            .zip(&mut self.chunks)
            .zip(&self.decisions)
        {
            for block in 0..constants.blocks() {
                let mut promoted = [0.0; LANES];
                for l in 0..LANES {
                    promoted[l] =
                        evaluation::promotion_probability(base, slope, chunk.score[block][l]);
                }
                let cities = LANES.min(constants.cities - block * LANES);
                for (l, promoted) in promoted.iter().enumerate().take(cities) {
                    let own = block * LANES + l;
                    chunk.in_post[own] += 1;
                    let draw = decisions.exit[block][l];
                    if draw >= promoted + replaced {
                        continue;
                    }
                    let code = self.setup.world().cities[constants.first + own].code;
                    let draws = luck.block(code, u64::from(self.quarter) + 1);
                    let successor = beta_2_2([draws[0], draws[1], draws[2]]);
                    if let Some(journal) = journal.as_deref_mut() {
                        journal.officials.push(OfficialEvent {
                            city: (constants.first + own) as u32,
                            is_promoted: draw < *promoted,
                            score: chunk.score[block][l],
                            quarters_in_post: chunk.in_post[own],
                            career_weight: chunk.career_weight[block][l],
                            successor_career_weight: successor,
                        });
                    }
                    self.successors
                        .push(((constants.first + own) as u32, successor));
                }
            }
        }
    }
}
