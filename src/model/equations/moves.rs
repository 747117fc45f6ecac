//! 7.3 Policy moves.

/// How far a city can be behind its peers, in s.d.
pub const MOST_BEHIND: f64 = 2.0;

/// E15: how far a city is behind its peers, `clip(mean z_j - z_i, 0, 2)`, in s.d.
#[inline(always)]
pub fn behind(peers_score: f64, score: f64) -> f64 {
    (peers_score - score).clamp(0.0, MOST_BEHIND)
}

/// E15: probability that a city pioneers in a quarter,
/// `min(1, ε_0 (1 + ε_1 (Π_e ω behind + need)) (1 + ν pilot))`.
///
/// `career_pressure` is `Π_e ω behind`; `pilot_boost` is `ν` in a zone and 0 elsewhere.
#[inline(always)]
pub fn pioneer_probability(
    rate: f64,
    pressure_slope: f64,
    career_pressure: f64,
    need: f64,
    pilot_boost: f64,
) -> f64 {
    (rate * (1.0 + pressure_slope * (career_pressure + need)) * (1.0 + pilot_boost)).min(1.0)
}

/// E15: design of a pioneer, `clip(d* + σ_d N, 0, 1)`.
pub fn pioneer_design(optimum: f64, error_sd: f64, normal: f64) -> f64 {
    (optimum + error_sd * normal).clamp(0.0, 1.0)
}

/// E18: design a quarter later, `d + a_d (d* - d)`.
#[inline(always)]
pub fn adjusted_design(design: f64, optimum: f64, adjustment: f64) -> f64 {
    design + adjustment * (optimum - design)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_need_and_zones_multiply() {
        // 0.01 (1 + 2 (0.5 + 0.25)) (1 + 3) = 0.01 x 2.5 x 4 = 0.1.
        let probability = pioneer_probability(0.01, 2.0, 0.5, 0.25, 3.0);
        assert!((probability - 0.1).abs() < 1e-15);
        assert_eq!(pioneer_probability(0.5, 50.0, 2.0, 5.0, 50.0), 1.0);
    }

    #[test]
    fn leaders_feel_no_pressure() {
        assert_eq!(behind(-0.5, 1.0), 0.0);
        assert_eq!(behind(5.0, 1.0), 2.0);
    }

    #[test]
    fn adjusting_moves_towards_the_optimum() {
        assert!((adjusted_design(0.2, 0.8, 0.1) - 0.26).abs() < 1e-15);
    }
}
