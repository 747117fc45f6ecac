//! 7.6 Production and the waste cascade; 7.7 revenue.

use crate::kernel::math;

/// `1/(K + K^h)`, which both parts of E24 divide by; 0 where there is no base to want.
#[inline(always)]
pub fn per_base(capability: f64, half_base: f64) -> f64 {
    let per_base = 1.0 / (capability + half_base);
    math::select(half_base > 0.0, per_base, 0.0)
}

/// E24: paid to bring in outside firms, CNY mn: `χ K^h/(K + K^h) I`.
///
/// The less local base a city has, the more of its money goes to introduction (the paper's Henan).
#[inline(always)]
pub fn introduction(spending: f64, half_base: f64, per_base: f64, cost: f64) -> f64 {
    cost * (half_base * per_base) * spending
}

/// E24: what introduction leaves, CNY mn: `I (K + (1 - χ) K^h)/(K + K^h)`, which is `I - intro` without the rounding
/// that a difference of nearly equal numbers would bring.
#[inline(always)]
pub fn left_after_introduction(
    spending: f64,
    capability: f64,
    half_base: f64,
    per_base: f64,
    cost: f64,
) -> f64 {
    let share = (capability + (1.0 - cost) * half_base) * per_base;
    math::select(half_base > 0.0, share, 1.0) * spending
}

/// E25: share that scale leaves, `left/(left + MES)`, 0 to 1; 0 where nothing is left.
#[inline(always)]
pub fn scale_share(left: f64, minimum_scale: f64) -> f64 {
    let share = left / (left + minimum_scale);
    math::select(left > 0.0, share, 0.0)
}

/// E25: lost for want of scale, CNY mn: `left MES/(left + MES)`.
#[inline(always)]
pub fn subscale(scale_share: f64, minimum_scale: f64) -> f64 {
    scale_share * minimum_scale
}

/// E25: effective spending, CNY mn: `left²/(left + MES)`, which is `left` less what is lost, without the rounding
/// that a difference of nearly equal numbers would bring.
#[inline(always)]
pub fn effective_spending(left: f64, scale_share: f64) -> f64 {
    left * scale_share
}

/// E26: what powers and roots of a single capability leave of `1 - C/ΣK`, which is 0.
const ROUNDING: f64 = 1e-13;

/// E26: share of effective spending that duplicates, `1 - C/ΣK`, 0 to 1; 0 where nothing is built, and where nothing but
/// rounding is left of the difference, as of a city alone.
#[inline(always)]
pub fn duplicated_share(national_capability: f64, gross_capability: f64) -> f64 {
    let share = (1.0 - national_capability / gross_capability).clamp(0.0, 1.0);
    math::select((gross_capability > 0.0) & (share > ROUNDING), share, 0.0)
}

/// E26: duplicated spending, CNY mn.
#[inline(always)]
pub fn duplicated(effective_spending: f64, duplicated_share: f64) -> f64 {
    effective_spending * duplicated_share
}

/// E27: idle spending, CNY mn: `(x - dup)(1 - u)`.
#[inline(always)]
pub fn idle(not_duplicated: f64, utilisation: f64) -> f64 {
    not_duplicated * (1.0 - utilisation)
}

/// 7.6: an instrument's money spent on a failed experiment, CNY mn: `J (1 - fit⁺)`, not below 0 where a fit is 1 but for
/// rounding.
#[inline(always)]
pub fn failed(money: f64, positive_fit: f64) -> f64 {
    math::select(positive_fit > 1.0, 0.0, money * (1.0 - positive_fit))
}

/// 7.6: an instrument's money that only moves researchers between cities, CNY mn: `(1 - o) J fit⁺`; `from_home` is
/// `1 - o` for instruments that attract, and 0 for others.
#[inline(always)]
pub fn poaching(from_home: f64, money: f64, positive_fit: f64) -> f64 {
    from_home * money * positive_fit
}

/// E29, the part all cities share: `κ (1 - R risk)`, 0 to 1.
#[inline(always)]
pub fn access(compute_access: f64, stringency: f64, risk: f64) -> f64 {
    compute_access * (1.0 - stringency * risk)
}

/// E29: capability built in a quarter, `A a l (x/l)^α κ (1 - R risk)`; 0 without money or talent.
///
/// `x` effective spending, CNY mn; `l` effective talent in the sector, FTE; `access` is `κ (1 - R risk)`, 0 to 1.
#[inline(always)]
pub fn increment(
    productivity: f64,
    advantage: f64,
    effective_spending: f64,
    talent: f64,
    alpha: f64,
    access: f64,
) -> f64 {
    let works = (effective_spending > 0.0) & (talent > 0.0);
    let money_per_head = math::select(works, effective_spending / talent, 1.0);
    let money_per_head = money_per_head.clamp(1e-300, 1e300);
    let built =
        productivity * advantage * talent * math::pow_inside(money_per_head, alpha) * access;
    math::select(works, built, 0.0)
}

/// E29: capability a quarter later, `(1 - δ) K + increment`.
#[inline(always)]
pub fn capability(now: f64, depreciation: f64, increment: f64) -> f64 {
    (1.0 - depreciation) * now + increment
}

/// E47: spending whose use is known, CNY mn: what introduction and scale took of the quarter's spending, and what was
/// completed in it.
#[inline(always)]
pub fn settled(introduction: f64, subscale: f64, completed: f64) -> f64 {
    introduction + subscale + completed
}

/// E39: value of output, CNY mn a quarter: `p Σ_s u_s K_s`.
#[inline(always)]
pub fn output(price: f64, used_capability: f64) -> f64 {
    price * used_capability
}

/// Section 5, step 5: price of output, `ψ (r + δ)/δ ΣI/(u_0 ΣK)`, CNY mn per capability unit and quarter.
pub fn output_price(
    value_ratio: f64,
    discount_rate: f64,
    depreciation: f64,
    spending: f64,
    used_capability: f64,
) -> f64 {
    if used_capability > 0.0 {
        value_ratio * (discount_rate + depreciation) / depreciation * spending / used_capability
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cascade_accounts_for_every_yuan() {
        let spending = 80.0;
        let per_base = per_base(30.0, 10.0);
        let intro = introduction(spending, 10.0, per_base, 0.5);
        assert!((intro - 10.0).abs() < 1e-12); // 0.5 x 10/40 x 80
        let left = left_after_introduction(spending, 30.0, 10.0, per_base, 0.5);
        assert!((left - (spending - intro)).abs() < 1e-12);
        let share = scale_share(left, 30.0);
        let lost = subscale(share, 30.0);
        assert!((lost - 21.0).abs() < 1e-12); // 70 x 30/100
        let effective = effective_spending(left, share);
        assert!((effective - (left - lost)).abs() < 1e-12);
        let twice = duplicated(effective, duplicated_share(60.0, 80.0));
        assert!((twice - 12.25).abs() < 1e-12); // 49 x 0.25
        let unused = idle(effective - twice, 0.8);
        assert!((unused - 7.35).abs() < 1e-12); // 36.75 x 0.2
        let productive = effective - twice - unused;
        assert!((intro + lost + twice + unused + productive - spending).abs() < 1e-12);
    }

    #[test]
    fn scale_leaves_nothing_of_nothing_and_all_where_none_is_needed() {
        assert_eq!((scale_share(0.0, 0.0), scale_share(0.0, 5.0)), (0.0, 0.0));
        assert_eq!(scale_share(7.0, 0.0), 1.0);
    }

    #[test]
    fn without_a_local_base_the_whole_cost_is_paid() {
        let paid = |half_base| introduction(100.0, half_base, per_base(0.0, half_base), 0.5);
        assert!((paid(10.0) - 50.0).abs() < 1e-12);
        assert_eq!(paid(0.0), 0.0);
        assert_eq!(
            left_after_introduction(100.0, 0.0, 0.0, per_base(0.0, 0.0), 0.5),
            100.0
        );
    }

    #[test]
    fn production_has_constant_returns() {
        // 2 x 1.5 x 16 x (81/16)^0.5 x 0.5 = 2 x 1.5 x 36 x 0.5 = 54.
        assert!((increment(2.0, 1.5, 81.0, 16.0, 0.5, 0.5) - 54.0).abs() < 1e-12);
        assert!((increment(2.0, 1.5, 162.0, 32.0, 0.5, 0.5) - 108.0).abs() < 1e-12);
        assert_eq!(increment(2.0, 1.5, 0.0, 16.0, 0.5, 0.5), 0.0);
        assert_eq!(increment(2.0, 1.5, 81.0, 0.0, 0.5, 0.5), 0.0);
    }

    #[test]
    fn where_nothing_is_built_nothing_duplicates_and_output_has_no_price() {
        assert_eq!(duplicated_share(0.0, 0.0), 0.0);
        // A city alone, but for the rounding of powers: nothing is done twice.
        assert_eq!(
            duplicated_share(80.0 * (1.0 - 8.0 * f64::EPSILON), 80.0),
            0.0
        );
        assert_eq!(failed(3.0, 1.0 + f64::EPSILON), 0.0);
        assert_eq!(output_price(1.0, 0.01, 0.025, 0.0, 0.0), 0.0);
    }

    #[test]
    fn one_yuan_buys_output_worth_the_ratio_at_the_start() {
        // delta 0.025, r 0.01, spending 10 sustains K = 100 used at 0.8. Present value of what one yuan builds,
        // K delta / I = 0.25 capability units: 0.25 x 0.8 x p/(r + delta).
        let price = output_price(1.0, 0.01, 0.025, 10.0, 80.0);
        assert!((0.25 * 0.8 * price / 0.035 - 1.0).abs() < 1e-12);
    }
}
