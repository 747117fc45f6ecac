//! 7.8 Evaluation, promotion and codification.

use crate::kernel::math;

/// E30: growth of capability since the last evaluation, `2 (K - K^e)/(K + K^e)`, -2 to 2; 0 where both are 0.
#[inline(always)]
pub fn growth(now: f64, before: f64) -> f64 {
    let both = now + before;
    let rate = 2.0 * (now - before) / both;
    math::select(both > 0.0, rate, 0.0)
}

/// E30: score before it is standardised once more, s.d.
#[inline(always)]
pub fn score(result: f64, rewards: f64, noise: f64) -> f64 {
    result + rewards + noise
}

/// E30: noise of a score, s.d.: `σ_E sqrt(max(0, 1 - Σ p q)) N`; the better a city can be read, the less.
pub fn reading_noise(noise: f64, mean_comparability: f64, normal: f64) -> f64 {
    noise * (1.0 - mean_comparability).max(0.0).sqrt() * normal
}

/// E30: what a city's performance add to its score, s.d.: `b_inv inventions + b_enf take-ups - b_fail failures (1 - ν_s pilot)`.
pub fn rewards(
    tournament: &crate::model::params::table::Tournament,
    inventions: f64,
    take_ups: f64,
    failures: f64,
    shield: f64,
) -> f64 {
    tournament.reward_invention * inventions + tournament.reward_enforcement * take_ups
        - tournament.penalty_failure * failures * (1.0 - shield)
}

/// E31: probability of promotion in a quarter, `logistic(logit(h) + b z)`, `h = h_T s_P`; 0 where `h` is 0.
#[inline(always)]
pub fn promotion_probability(base: f64, slope: f64, score: f64) -> f64 {
    // logistic(logit(h) + x) = h / (h + (1 - h) exp(-x)), which needs no logarithm and no special case.
    let rest = (1.0 - base) * math::exp(-slope * score);
    let probability = base / (base + rest);
    math::select(base > 0.0, probability, 0.0)
}

/// E33: measured gain of an instrument, in effect:
/// `mean e + (1 - c_b)(b_site mean adv + b_eff) + σ_M N/sqrt(adopters)`.
pub fn measured_gain(
    codification: &crate::model::params::table::Codification,
    mean_effect: f64,
    mean_advantage: f64,
    adopters: f64,
    normal: f64,
) -> f64 {
    let flattery = codification.site_bias * mean_advantage + codification.trial_effort;
    mean_effect
        + (1.0 - codification.correction) * flattery
        + codification.measurement_noise * normal / adopters.sqrt()
}

/// E36: what the centre sees of a leader's capability, `K max(0, 1 + σ_ch N)`.
pub fn seen_capability(capability: f64, noise: f64, normal: f64) -> f64 {
    capability * (1.0 + noise * normal).max(0.0)
}

/// `(x - mean)/sd`, or 0 where the standard deviation is below 1e-12.
#[inline(always)]
pub fn standardised(x: f64, mean: f64, sd: f64) -> f64 {
    let z = (x - mean) / sd;
    math::select(sd < 1e-12, 0.0, z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_one_sd_up_raises_the_odds_of_promotion_by_the_slope() {
        let base = 0.035;
        let raised = promotion_probability(base, 0.15, 1.0);
        let odds = |p: f64| p / (1.0 - p);
        assert!((odds(raised) / odds(base) - 0.15f64.exp()).abs() < 1e-12);
        assert!((promotion_probability(base, 0.15, 0.0) - base).abs() < 1e-16);
        assert_eq!(promotion_probability(0.0, 0.15, 3.0), 0.0);
        assert_eq!(promotion_probability(0.0, 1000.0, 3.0), 0.0);
    }

    #[test]
    fn growth_is_symmetric_and_bounded() {
        assert_eq!(growth(3.0, 1.0), 1.0);
        assert_eq!(growth(1.0, 3.0), -1.0);
        assert_eq!(growth(5.0, 0.0), 2.0);
        assert_eq!(growth(0.0, 0.0), 0.0);
    }

    #[test]
    fn the_centre_is_flattered_by_selected_sites() {
        let codification = crate::model::params::table::Codification {
            correction: 0.25,
            site_bias: 0.2,
            trial_effort: 0.04,
            measurement_noise: 0.1,
            ..Default::default()
        };
        // 0.1 + 0.75 (0.2 x 0.5 + 0.04) + 0.1 x 1/2 = 0.1 + 0.105 + 0.05.
        assert!((measured_gain(&codification, 0.1, 0.5, 4.0, 1.0) - 0.255).abs() < 1e-15);
    }

    #[test]
    fn identical_cities_all_score_zero() {
        assert_eq!(standardised(3.0, 3.0, 0.0), 0.0);
        assert_eq!(standardised(5.0, 3.0, 2.0), 1.0);
    }
}
