//! E33 and E34: the centre decides on national measures.

use crate::kernel::bits::{all_bits, bits};
use crate::kernel::lanes::LANES;
use crate::kernel::random::{Purpose, index, normals, uniform, wide::eight_codes};
use crate::model::equations::evaluation;
use crate::model::now::Now;
use crate::model::state::{Decided, Nation};

/// E33, then E34.
pub(crate) fn codify(now: &Now, nation: &mut Nation, candidates: &mut Vec<(f64, Decided)>) {
    if now.params.mechanisms.codification {
        decide_on_evidence(now, nation, candidates);
    }
    if now.params.mechanisms.top_down {
        decide_from_above(now, nation);
    }
}

/// E33: instruments that bear fruit locally, as the centre measures it.
fn decide_on_evidence(now: &Now, nation: &mut Nation, candidates: &mut Vec<(f64, Decided)>) {
    let rules = &now.params.codification;
    let noise = now.draws.wide_stream(Purpose::Measurement);
    candidates.clear();
    let instruments = &now.setup.world().instruments;
    let undecided = all_bits(instruments.len()) & !nation.decided;
    let evidence = &nation.sums.evidence;
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
        let [noises, lags, ..] = noise.blocks(&codes, u64::from(now.quarter));
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
                let measure = measure(now, nation, m, lags[lane]);
                candidates.push((gain, measure));
            }
        }
    }
    candidates.sort_unstable_by(|a: &(f64, Decided), b| {
        b.0.total_cmp(&a.0)
            .then(a.1.instrument.cmp(&b.1.instrument))
    });
    for (_, measure) in candidates.iter().take(rules.max_per_year as usize) {
        nation.decided |= 1 << measure.instrument;
        nation.waiting.push(*measure);
    }
}

/// A national measure of an instrument, after its adopters, with the lag of a draw.
fn measure(now: &Now, nation: &Nation, instrument: usize, draw: u64) -> Decided {
    let rules = &now.params.codification;
    let evidence = &nation.sums.evidence[instrument];
    let template = if evidence.weight > 0.0 {
        evidence.weighted_design / evidence.weight
    } else {
        evidence.design / evidence.adopters
    };
    let (shortest, longest) = (rules.lag_min_quarters, rules.lag_max_quarters);
    let choices = (longest.saturating_sub(shortest) + 1) as usize;
    Decided {
        due: now.quarter + shortest + index(draw, choices) as u32,
        instrument,
        template,
        origin: nation.first_pioneer[instrument],
    }
}

/// E34: a measure of the centre's own, designed without local knowledge.
fn decide_from_above(now: &Now, nation: &mut Nation) {
    let draws = now
        .draws
        .wide_stream(Purpose::TopDown)
        .block(0, u64::from(now.quarter));
    if uniform(draws[0]) >= now.params.codification.top_down_rate_per_year {
        return;
    }
    let undecided = all_bits(now.instruments()) & !nation.decided;
    if let Some(instrument) = bits(undecided).nth(index(draws[1], undecided.count_ones() as usize))
    {
        nation.decided |= 1 << instrument;
        let (due, template) = (now.quarter + 1, uniform(draws[2]));
        nation.waiting.push(Decided {
            due,
            instrument,
            template,
            origin: None,
        });
    }
}
