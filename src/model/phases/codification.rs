//! E33 and E34: the centre decides on national measures.

use crate::model::equations::evaluation;
use crate::model::run::Run;
use crate::model::state::{Decided, all_bits, bits};
use crate::random::{Purpose, index, normal, uniform};

impl Run<'_> {
    /// E33, then E34.
    pub(crate) fn codify(&mut self) {
        if self.params.mechanisms.codification {
            self.decide_on_evidence();
        }
        if self.params.mechanisms.top_down {
            self.decide_from_above();
        }
    }

    /// E33: instruments that bear fruit locally, as the centre measures it.
    fn decide_on_evidence(&mut self) {
        let rules = &self.params.codification;
        let noise = self.luck.wide_stream(Purpose::Measurement);
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        let undecided = all_bits(self.instruments()) & !self.nation.decided;
        for m in bits(undecided) {
            let evidence = &self.nation.sums.evidence[m];
            if evidence.adopters < f64::from(rules.min_adopters) {
                continue;
            }
            let code = self.setup.world().instruments[m].code;
            let draws = noise.block(code, u64::from(self.quarter));
            let gain = evaluation::measured_gain(
                rules,
                evidence.effect / evidence.adopters,
                evidence.advantage / evidence.adopters,
                evidence.adopters,
                normal(draws[0]),
            );
            if gain >= rules.threshold {
                let template = if evidence.weight > 0.0 {
                    evidence.weighted_design / evidence.weight
                } else {
                    evidence.design / evidence.adopters
                };
                let choices = (rules
                    .lag_max_quarters
                    .saturating_sub(rules.lag_min_quarters)
                    + 1) as usize;
                let lag = rules.lag_min_quarters + index(draws[1], choices) as u32;
                let due = self.quarter + lag;
                let origin = self.nation.first_pioneer[m];
                candidates.push((
                    gain,
                    Decided {
                        due,
                        instrument: m,
                        template,
                        origin,
                    },
                ));
            }
        }
        candidates.sort_unstable_by(|a: &(f64, Decided), b| {
            b.0.total_cmp(&a.0)
                .then(a.1.instrument.cmp(&b.1.instrument))
        });
        for (_, measure) in candidates.iter().take(rules.max_per_year as usize) {
            self.nation.decided |= 1 << measure.instrument;
            self.nation.waiting.push(*measure);
        }
        self.candidates = candidates;
    }

    /// E34: a measure of the centre's own, designed without local knowledge.
    fn decide_from_above(&mut self) {
        let draws = self
            .luck
            .wide_stream(Purpose::TopDown)
            .block(0, u64::from(self.quarter));
        if uniform(draws[0]) >= self.params.codification.top_down_rate_per_year {
            return;
        }
        let undecided = all_bits(self.instruments()) & !self.nation.decided;
        if let Some(instrument) =
            bits(undecided).nth(index(draws[1], undecided.count_ones() as usize))
        {
            self.nation.decided |= 1 << instrument;
            let (due, template) = (self.quarter + 1, uniform(draws[2]));
            self.nation.waiting.push(Decided {
                due,
                instrument,
                template,
                origin: None,
            });
        }
    }
}
