//! E33 and E34: the centre decides on national measures.

use crate::kernel::bits::{all_bits, bits};
use crate::kernel::lanes::LANES;
use crate::kernel::random::{Purpose, index, normals, uniform, wide::eight_codes};
use crate::model::equations::evaluation;
use crate::model::run::Run;
use crate::model::state::Decided;

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
        let instruments = &self.setup.world().instruments;
        let undecided = all_bits(instruments.len()) & !self.nation.decided;
        let evidence = &self.nation.sums.evidence;
        let enough = |m: &usize| evidence[*m].adopters >= f64::from(rules.min_adopters);
        let measured = bits(undecided)
            .filter(enough)
            .fold(0, |all, m| all | 1u64 << m);
        for octet in 0..instruments.len().div_ceil(LANES) {
            let of_octet = measured & (all_bits(LANES) << (octet * LANES));
            if of_octet == 0 {
                continue;
            }
            let codes = eight_codes(instruments, octet, |instrument| instrument.code);
            let [noises, lags, ..] = noise.blocks(&codes, u64::from(self.quarter));
            let noises = normals(noises);
            for m in bits(of_octet) {
                let (evidence, lane) = (&evidence[m], m % LANES);
                let gain = evaluation::measured_gain(
                    rules,
                    evidence.effect / evidence.adopters,
                    evidence.advantage / evidence.adopters,
                    evidence.adopters,
                    noises[lane],
                );
                if gain >= rules.threshold {
                    let measure = self.measure(m, lags[lane]);
                    candidates.push((gain, measure));
                }
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

    /// A national measure of an instrument, after its adopters, with the lag of a draw.
    fn measure(&self, instrument: usize, draw: u64) -> Decided {
        let rules = &self.params.codification;
        let evidence = &self.nation.sums.evidence[instrument];
        let template = if evidence.weight > 0.0 {
            evidence.weighted_design / evidence.weight
        } else {
            evidence.design / evidence.adopters
        };
        let (shortest, longest) = (rules.lag_min_quarters, rules.lag_max_quarters);
        let choices = (longest.saturating_sub(shortest) + 1) as usize;
        Decided {
            due: self.quarter + shortest + index(draw, choices) as u32,
            instrument,
            template,
            origin: self.nation.first_pioneer[instrument],
        }
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
