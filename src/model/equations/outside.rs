//! 7.1 Outside world and market.

use crate::kernel::lanes::{LANES, each, eight, set_eight, wide};
use crate::kernel::math;

/// E1: the frontier a quarter later, in capability units.
///
/// `F (1 + φ_F g)(1 + σ_F f)`; `growth` is `φ_F g` per quarter, `shock` is `σ_F f`, both pure numbers.
#[inline(always)]
pub fn frontier(frontier: f64, growth: f64, shock: f64) -> f64 {
    frontier * (1.0 + growth) * (1.0 + shock)
}

/// E2, one city's term: `K^ρ`.
#[inline(always)]
pub fn aggregation_term(capability: f64, rho: f64) -> f64 {
    math::pow_inside(capability, rho)
}

/// E2: national capability `(Σ K^ρ)^(1/ρ)`, in capability units.
///
/// `rho` is 1 or more: at 1 every city adds new knowledge, towards infinity only the best counts.
#[inline(always)]
pub fn national_capability(sum_of_terms: f64, rho: f64) -> f64 {
    math::pow(sum_of_terms, 1.0 / rho)
}

/// [`national_capability`] of whole eights of sectors.
pub fn national_capabilities(sums_of_terms: &[f64], rho: f64, capabilities: &mut [f64]) {
    wide!({
        for octet in 0..sums_of_terms.len() / LANES {
            let sums = eight(sums_of_terms, octet);
            let all = each(|l| national_capability(sums[l], rho));
            set_eight(capabilities, octet, all);
        }
    });
}

/// E3: technological gap `max(0, 1 - C/F)`, 0 to 1.
#[inline(always)]
pub fn gap(capability: f64, frontier: f64) -> f64 {
    (1.0 - capability / frontier).max(0.0)
}

/// E6: access to compute `κ = 1 - compute X gap^c`, 0 to 1.
///
/// Domestic chips relax the constraint: it falls with the gap of the sectors that supply compute.
#[inline(always)]
pub fn compute_access(compute: f64, export_controls: f64, compute_gap: f64) -> f64 {
    1.0 - compute * export_controls * compute_gap
}

/// E37: demand for domestic products `B (1 + σ_imp X imp/(1 - imp)) (1 - cut)`, capability units.
///
/// Imports that export controls take away turn to domestic products, as far as these can replace them.
#[inline(always)]
pub fn demand(
    base: f64,
    substitution: f64,
    export_controls: f64,
    import_share: f64,
    cut: f64,
) -> f64 {
    base * (1.0 + substitution * export_controls * import_share / (1.0 - import_share))
        * (1.0 - cut)
}

/// E37: utilisation `min(1, D / Σ K)`, 0 to 1; 1 where nothing is built.
#[inline(always)]
pub fn utilisation(demand: f64, gross_capability: f64) -> f64 {
    let share = (demand / gross_capability).min(1.0);
    math::select(gross_capability > 0.0, share, 1.0)
}

/// E38, one event's term: `x 2^(-age/h)`; no half-life means permanent.
pub fn event_level(intensity: f64, age_quarters: f64, half_life_quarters: Option<f64>) -> f64 {
    half_life_quarters.map_or(intensity, |half_life| {
        intensity * math::exp(-std::f64::consts::LN_2 * age_quarters / half_life)
    })
}

/// E38: a pressure `clip(base + weight a, 0, 1)`.
pub fn pressure(base: f64, weight: f64, level: f64) -> f64 {
    (base + weight * level).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_cities_are_worth_less_than_their_sum_and_more_than_one() {
        // rho = 2: (3² + 4²)^(1/2) = 5.
        let sum = aggregation_term(3.0, 2.0) + aggregation_term(4.0, 2.0);
        assert!((national_capability(sum, 2.0) - 5.0).abs() < 1e-14);
    }

    #[test]
    fn lost_imports_turn_to_domestic_products() {
        // 100 (1 + 0.25 x 0.5 x 0.8/0.2) (1 - 0.1) = 100 x 1.5 x 0.9 = 135.
        assert!((demand(100.0, 0.25, 0.5, 0.8, 0.1) - 135.0).abs() < 1e-10);
        assert_eq!(demand(100.0, 0.25, 0.0, 0.8, 0.0), 100.0);
    }

    #[test]
    fn a_closed_gap_restores_compute() {
        assert_eq!(compute_access(0.9, 1.0, 0.0), 1.0);
        assert!((compute_access(0.9, 0.5, 0.6) - 0.73).abs() < 1e-15);
    }

    #[test]
    fn half_of_an_event_is_left_after_its_half_life() {
        assert!((event_level(0.8, 6.0, Some(6.0)) - 0.4).abs() < 1e-15);
        assert_eq!(event_level(0.8, 100.0, None), 0.8);
    }

    #[test]
    fn the_gap_never_turns_negative() {
        assert_eq!(gap(3.0, 2.0), 0.0);
        assert_eq!(gap(0.5, 2.0), 0.75);
    }
}
