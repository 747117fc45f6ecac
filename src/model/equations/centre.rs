//! 7.2 Centre.

use crate::kernel::math;
use crate::model::in_force::InForce;
use crate::model::params::table::Centre;

/// E4: priority of a sector, a pure number of 0 or more.
///
/// `p_0 + p_1 strategic + γ_US U gap strategic + γ_X X imp + γ_A A + γ_P P`: what is strategic, what lags under
/// US pressure, what imports no longer bring, what everybody talks about and what plans name.
#[inline(always)]
pub(crate) fn priority(
    centre: &Centre,
    in_force: &InForce,
    strategic: f64,
    import_share: f64,
    gap: f64,
    attention: f64,
    plan: f64,
) -> f64 {
    let technological = centre.priority_us_gap * in_force.us_pressure * gap * strategic;
    let lost_imports = centre.priority_lost_imports * in_force.export_controls * import_share;
    let strategic = centre.priority_strategic * strategic;
    let talked_about = centre.priority_attention * attention;
    let planned = centre.priority_plan * plan;
    centre.priority_base + strategic + technological + lost_imports + talked_about + planned
}

/// E5: stringency target `clip(w_EU E + w_risk risk - w_US U gap, 0, 1)`.
///
/// `mean_risk` is `Σ risk_s min(1, C_s/F_s)/S`, `mean_gap` is `Σ v_s gap_s`, both 0 to 1. Restrictive answers to
/// European pressure and to risk, held back by the technological gap ("tolerant and prudent").
pub fn stringency_target(
    centre: &Centre,
    eu_pressure: f64,
    mean_risk: f64,
    us_pressure: f64,
    mean_gap: f64,
) -> f64 {
    let european = centre.stringency_eu_weight * eu_pressure;
    let risk = centre.stringency_risk_weight * mean_risk;
    let held_back = centre.stringency_gap_weight * us_pressure * mean_gap;
    (european + risk - held_back).clamp(0.0, 1.0)
}

/// E5: stringency a quarter later, `R + λ_R (R* - R)`, 0 to 1.
pub fn stringency(now: f64, target: f64, adjustment: f64) -> f64 {
    now + adjustment * (target - now)
}

/// E7: probability of an incident in a quarter, `1 - exp(-h_0 risk (C/F)(1 - R)²)`.
#[inline(always)]
pub fn incident_probability(hazard: f64, risk: f64, frontier_ratio: f64, stringency: f64) -> f64 {
    let unregulated = 1.0 - stringency;
    1.0 - math::exp(-hazard * risk * frontier_ratio * unregulated * unregulated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_holds_stringency_back() {
        let centre = Centre {
            stringency_eu_weight: 0.5,
            stringency_risk_weight: 0.3,
            stringency_gap_weight: 0.4,
            ..Centre::default()
        };
        // 0.5 x 0.8 + 0.3 x 0.2 - 0.4 x 0.5 x 0.5 = 0.4 + 0.06 - 0.1 = 0.36.
        let target = stringency_target(&centre, 0.8, 0.2, 0.5, 0.5);
        assert!((target - 0.36).abs() < 1e-15);
        assert!(stringency_target(&centre, 0.8, 0.2, 0.0, 0.5) > target);
        assert_eq!(stringency_target(&centre, 0.0, 0.0, 1.0, 1.0), 0.0);
    }

    #[test]
    fn full_stringency_rules_incidents_out() {
        assert_eq!(incident_probability(0.5, 1.0, 0.9, 1.0), 0.0);
        // 1 - exp(-0.1 x 0.5 x 0.4 x 0.25) = 1 - exp(-0.005).
        let probability = incident_probability(0.1, 0.5, 0.4, 0.5);
        assert!((probability - 0.004_987_520_807_317_687).abs() < 1e-15);
    }

    #[test]
    fn stringency_closes_its_share_of_the_distance() {
        assert!((stringency(0.2, 0.6, 0.25) - 0.3).abs() < 1e-15);
    }
}
