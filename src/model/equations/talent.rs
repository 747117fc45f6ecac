//! 7.5 Talent.

use crate::kernel::math;

/// E21: weight of a city in the choice of researchers who move,
/// `(Σ_s K) exp(clip(β_T (am + At), -300, 300))`: jobs, amenity and what attracts.
#[inline(always)]
pub fn location_weight(capability: f64, precision: f64, amenity: f64, attraction: f64) -> f64 {
    capability * math::exp_inside((precision * (amenity + attraction)).clamp(-300.0, 300.0))
}

/// E21: researchers after mobility, FTE: `(1 - μ) H + μ ΣH a/Σa`. Summed over cities it changes nothing.
#[inline(always)]
pub fn after_mobility(
    researchers: f64,
    mobile_share: f64,
    all_researchers: f64,
    location_share: f64,
) -> f64 {
    (1.0 - mobile_share) * researchers + mobile_share * all_researchers * location_share
}

/// E22: researchers after departures, pipeline and recruitment abroad, FTE:
/// `H' (1 - dep) + pipe max(0, 1 + Tr) + ρ_ov max(0, Ov) H'`.
#[inline(always)]
pub fn after_pipeline(
    researchers: f64,
    departure_rate: f64,
    pipeline: f64,
    training: f64,
    overseas_rate: f64,
    overseas: f64,
) -> f64 {
    let stay = researchers * (1.0 - departure_rate);
    let trained = pipeline * (1.0 + training).max(0.0);
    let from_abroad = overseas_rate * overseas.max(0.0) * researchers;
    stay + trained + from_abroad
}

/// E23: effective talent, FTE: `H'' max(0, 1 + Mo + Ma) + σ_so max(0, So) mean H_j`.
///
/// Motivation and matching multiply a city's own researchers; soft introduction borrows peers' time.
#[inline(always)]
pub fn effective_talent(
    researchers: f64,
    motivation: f64,
    matching: f64,
    soft_time: f64,
    soft: f64,
    peers_researchers: f64,
) -> f64 {
    researchers * (1.0 + motivation + matching).max(0.0)
        + soft_time * soft.max(0.0) * peers_researchers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobility_conserves_researchers() {
        let (h, share) = ([10.0, 30.0, 60.0], [0.5, 0.25, 0.25]);
        let moved: f64 = (0..3)
            .map(|i| after_mobility(h[i], 0.1, 100.0, share[i]))
            .sum();
        assert!((moved - 100.0).abs() < 1e-12);
        // City 0: 0.9 x 10 + 0.1 x 100 x 0.5 = 14.
        assert!((after_mobility(10.0, 0.1, 100.0, 0.5) - 14.0).abs() < 1e-14);
    }

    #[test]
    fn a_place_draws_by_its_capability_and_the_more_precisely_by_what_is_pleasant() {
        // 10 exp(2 (0.5 + 0.25)) = 10 x 4.48168907.
        approx::assert_abs_diff_eq!(
            location_weight(10.0, 2.0, 0.5, 0.25),
            44.816_890_7,
            epsilon = 1e-7
        );
        assert_eq!(location_weight(10.0, 0.0, 0.5, 0.25), 10.0);
    }

    #[test]
    fn training_cannot_take_researchers_away() {
        assert_eq!(after_pipeline(100.0, 0.0, 5.0, -3.0, 0.0, 0.0), 100.0);
        // 100 x 0.99 + 5 x 1.2 + 0.03 x 0.5 x 100 = 99 + 6 + 1.5.
        assert!((after_pipeline(100.0, 0.01, 5.0, 0.2, 0.03, 0.5) - 106.5).abs() < 1e-12);
    }

    #[test]
    fn soft_introduction_borrows_without_owning() {
        // 50 x 1.3 + 0.5 x 0.2 x 200 = 65 + 20.
        assert!((effective_talent(50.0, 0.1, 0.2, 0.5, 0.2, 200.0) - 85.0).abs() < 1e-12);
        assert_eq!(effective_talent(50.0, -2.0, 0.0, 0.5, -1.0, 200.0), 0.0);
    }
}
