//! 7.4 Budgets.

use crate::kernel::math;

/// E8: precision of the centre's reading of a city, relative to full comparability.
///
/// `q(n) = (1 + k n) / (1 + k + k n)`; `n` effective peers (E9), 0 or more, `k` variance of the common shock over
/// that of a city's own noise, 0 or more. Returns 1/(1 + k) to 1. Peers that do the same let the centre filter
/// out the shock a sector has in common (Holmstrom 1982; Shleifer 1985).
#[inline(always)]
pub fn comparability(effective_peers: f64, shock_variance_ratio: f64) -> f64 {
    let (n, k) = (effective_peers, shock_variance_ratio);
    (1.0 + k * n) / (1.0 + k + k * n)
}

/// Reading factor `c = 1 - λ_e + λ_e q/q̄` in E10 and E11; 1 on national average. `weight_per_mean` is `λ_e/q̄`, the
/// same for all cities.
#[inline(always)]
pub fn reading_factor(comparability: f64, weight: f64, weight_per_mean: f64) -> f64 {
    1.0 - weight + weight_per_mean * comparability
}

/// E10, the part all cities share: `u^ζ κ (1 - R risk)`, 0 to 1.
#[inline(always)]
pub fn sector_climate(
    utilisation: f64,
    crowding: f64,
    compute_access: f64,
    stringency: f64,
    risk: f64,
) -> f64 {
    math::pow(utilisation, crowding) * compute_access * (1.0 - stringency * risk)
}

/// E10: value of a sector to an official, `(1 + need) a climate + Π_e ω π c`.
///
/// The city's own return, falling with crowding, plus the career return.
#[inline(always)]
pub fn sector_value(
    need: f64,
    advantage: f64,
    climate: f64,
    career: f64,
    priority: f64,
    reading: f64,
) -> f64 {
    (1.0 + need) * advantage * climate + career * priority * reading
}

/// E11: value of the rest of the local economy, `o + Π_e ω e_0`.
#[inline(always)]
pub fn rest_value(outside: f64, career: f64, career_value: f64) -> f64 {
    outside + career * career_value
}

/// E11: value of an instrument in force, `v_1 e + Π_e ω e_T c`.
#[inline(always)]
pub fn instrument_value(
    own_value: f64,
    effect: f64,
    career: f64,
    career_value: f64,
    reading: f64,
) -> f64 {
    own_value * effect + career * career_value * reading
}

/// E12: weight of an option before normalisation, `b exp(β (V - V_max))`.
#[inline(always)]
pub fn choice_weight(base_rate: f64, precision: f64, value: f64, highest: f64) -> f64 {
    base_rate * math::exp_down(precision * (value - highest))
}

/// E13: budget share a quarter later, `(1 - η) w + η target`.
#[inline(always)]
pub fn share(now: f64, target: f64, adjustment: f64) -> f64 {
    (1.0 - adjustment) * now + adjustment * target
}

/// E14: budget of a quarter, CNY mn: `base g_t + ret tax Y + grant`.
#[inline(always)]
pub fn budget(base: f64, growth_factor: f64, retained_tax: f64, output: f64, grant: f64) -> f64 {
    base * growth_factor + retained_tax * output + grant
}

/// E20: fit of a design, `max(0, 1 - ((d - d*)/W)²)`, 0 to 1; `per_tolerance` is `1/W`, the same for all.
#[inline(always)]
pub fn design_fit(design: f64, optimum: f64, per_tolerance: f64) -> f64 {
    let distance = (design - optimum) * per_tolerance;
    (1.0 - distance * distance).max(0.0)
}

/// E20: true effect in a city's tier, `θ (1 + τ (2 am - 1))`.
#[inline(always)]
pub fn tier_effect(true_effect: f64, tier_slope: f64, amenity: f64) -> f64 {
    true_effect * (1.0 + tier_slope * (2.0 * amenity - 1.0))
}

/// E20: share of an instrument's effect that law leaves, `1 - [preemption] ϖ R`.
pub fn unblunted(preemption: f64, stringency: f64) -> f64 {
    1.0 - preemption * stringency
}

/// E20: potential effect, with all the money it can use: `θ (1 + τ (2 am - 1)) fit (1 - [preemption] ϖ R)`.
#[inline(always)]
pub fn potential_effect(tier_effect: f64, fit: f64, unblunted: f64) -> f64 {
    tier_effect * fit * unblunted
}

/// E20: share of an instrument's effect that its money buys, `J/(J + J_0)`, 0 to 1; 0 without money.
#[inline(always)]
pub fn money_effect(money: f64, half_money: f64) -> f64 {
    let share = money / (money + half_money);
    math::select(money > 0.0, share, 0.0)
}

/// E32: weight of a city in the grants, `base exp(χ_F clip(z, -3, 3))`, CNY mn.
#[inline(always)]
pub fn grant_weight(base: f64, concentration: f64, score: f64) -> f64 {
    base * math::exp(concentration * score.clamp(-3.0, 3.0))
}

/// E40: weight of a sector in a planned budget, spending times marginal national value:
/// `(v/F)(K/C)^(ρ-1) increment (α (1 + MES/(left + MES)) + 1 - α)`.
///
/// `value_per_capability` is `v/F`. With scale losses a further yuan also saves part of the earlier ones, hence
/// the elasticity above `α`; researchers follow money within the city, hence `1 - α`.
#[inline(always)]
pub fn planned_weight(
    value_per_capability: f64,
    relative_capability: f64,
    rho: f64,
    increment: f64,
    left: f64,
    minimum_scale: f64,
    alpha: f64,
) -> f64 {
    let scale = left + minimum_scale;
    let saved = math::select(scale > 0.0, minimum_scale / scale, 0.0);
    let elasticity = alpha * (1.0 + saved) + 1.0 - alpha;
    value_per_capability * math::pow(relative_capability, rho - 1.0) * increment * elasticity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_common_shock_peers_change_nothing() {
        assert_eq!(comparability(0.0, 0.0), 1.0);
        assert_eq!(comparability(7.0, 0.0), 1.0);
    }

    #[test]
    fn more_peers_make_a_city_easier_to_read() {
        // k = 4, n = 0.5: (1 + 2)/(1 + 4 + 2) = 3/7.
        assert!((comparability(0.5, 4.0) - 3.0 / 7.0).abs() < 1e-15);
        assert!((comparability(0.0, 4.0) - 0.2).abs() < 1e-15);
        assert!(comparability(1e9, 4.0) < 1.0);
    }

    #[test]
    fn reading_averages_to_one_and_vanishes_with_its_weight() {
        assert!((reading_factor(0.4, 0.8, 0.8 / 0.4) - 1.0).abs() < 1e-15);
        assert_eq!(reading_factor(0.9, 0.0, 0.0 / 0.4), 1.0);
    }

    #[test]
    fn a_sector_is_worth_its_return_and_its_career_return() {
        // (1 + 0.2) 1.5 x 0.5 + 0.6 x 0.7 x 1.1 = 0.9 + 0.462.
        assert!((sector_value(0.2, 1.5, 0.5, 0.6, 0.7, 1.1) - 1.362).abs() < 1e-15);
    }

    #[test]
    fn half_the_money_gives_half_the_effect() {
        assert_eq!(money_effect(3.0, 3.0), 0.5);
        assert_eq!(money_effect(0.0, 0.0), 0.0);
    }

    #[test]
    fn a_design_at_its_tolerance_does_nothing() {
        assert_eq!(design_fit(0.9, 0.4, 1.0 / 0.5), 0.0);
        assert!((design_fit(0.65, 0.4, 1.0 / 0.5) - 0.75).abs() < 1e-15);
    }

    #[test]
    fn soft_instruments_work_where_residency_does_not_attract() {
        assert!((tier_effect(0.2, -0.5, 0.2) - 0.26).abs() < 1e-15);
        assert!((tier_effect(0.2, -0.5, 1.0) - 0.1).abs() < 1e-15);
    }

    #[test]
    fn grants_are_cut_at_three_standard_deviations() {
        assert_eq!(grant_weight(10.0, 1.0, 50.0), grant_weight(10.0, 1.0, 3.0));
        assert_eq!(grant_weight(10.0, 0.0, 2.0), 10.0);
    }

    #[test]
    fn without_scale_losses_the_planner_weighs_by_what_is_built() {
        // v/F 0.5, K = C, increment 4, MES 0: 0.5 x 1 x 4 x (0.6 + 0.4) = 2.
        assert!((planned_weight(0.5, 1.0, 1.3, 4.0, 9.0, 0.0, 0.6) - 2.0).abs() < 1e-14);
        // MES = left: elasticity 0.6 x 1.5 + 0.4 = 1.3.
        assert!((planned_weight(0.5, 1.0, 1.3, 4.0, 9.0, 9.0, 0.6) - 2.6).abs() < 1e-14);
        // Nothing left and no scale to reach: nothing is saved.
        assert!((planned_weight(0.5, 1.0, 1.3, 4.0, 0.0, 0.0, 0.6) - 2.0).abs() < 1e-14);
    }
}
