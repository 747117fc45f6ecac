//! Formulas of `docs/odd.md` that more than one place uses, each with its number.

use dualtrack::kernel::quarter::Quarter;
use dualtrack::kernel::random::uniform;
use dualtrack::model::data::{Track, World};

/// `clip(x, a, b)` of section 7.
pub fn clip(x: f64, low: f64, high: f64) -> f64 {
    x.max(low).min(high)
}

/// `[m]`: 1 if a mechanism is on, else 0.
pub fn switch(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// Whether an event with this probability happens: the uniform number of the word lies below it.
pub fn happens(word: u64, probability: f64) -> bool {
    uniform(word) < probability
}

/// The plain mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation with divisor n.
pub fn standard_deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: Vec<f64> = values.iter().map(|x| (x - centre) * (x - centre)).collect();
    mean(&squares).sqrt()
}

/// Standardised over cities: a standard deviation below 1e-12 gives 0 (E30).
pub fn standardised(values: &[f64]) -> Vec<f64> {
    let centre = mean(values);
    let deviation = standard_deviation(values);
    values
        .iter()
        .map(|x| {
            if deviation < 1e-12 {
                0.0
            } else {
                (x - centre) / deviation
            }
        })
        .collect()
}

/// `mean_g`: the mean over peers, weighted by `g_ij`; none without peers.
pub fn mean_over_peers(peers: &[(usize, f64)], values: &[f64]) -> Option<f64> {
    let weight: f64 = peers.iter().map(|(_, g)| g).sum();
    if weight == 0.0 {
        return None;
    }
    let sum: f64 = peers.iter().map(|(j, g)| g * values[*j]).sum();
    Some(sum / weight)
}

/// E38: what is left now of the dated events of a track; `sector` is none for a national track.
pub fn level_of_track(world: &World, track: Track, sector: Option<usize>, now: Quarter) -> f64 {
    let mut level = 0.0;
    for event in &world.events {
        let elapsed = now.since(event.quarter);
        if event.track != track || elapsed < 0 || !touches(&event.sectors, sector) {
            continue;
        }
        level += match event.half_life_quarters {
            None => event.intensity,
            Some(half_life) => event.intensity * libm::pow(2.0, -f64::from(elapsed) / half_life),
        };
    }
    level
}

/// E38: frontier shocks sum the intensities of the quarter alone.
pub fn frontier_shock(world: &World, sector: usize, now: Quarter) -> f64 {
    let mut shock = 0.0;
    for event in &world.events {
        if event.track == Track::FrontierShock
            && event.quarter == now
            && touches(&event.sectors, Some(sector))
        {
            shock += event.intensity;
        }
    }
    shock
}

fn touches(sectors: &[u32], sector: Option<usize>) -> bool {
    match sector {
        None => true,
        Some(s) => sectors.is_empty() || sectors.contains(&(s as u32)),
    }
}

/// E2: national capability of one sector. The largest is taken out of the bracket, so that the power of a
/// number far from 1 neither vanishes nor overflows.
pub fn national_capability(stocks: &[f64], rho: f64) -> f64 {
    let largest = stocks.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    let sum: f64 = stocks
        .iter()
        .map(|stock| libm::pow(stock / largest, rho))
        .sum();
    largest * libm::pow(sum, 1.0 / rho)
}

/// `C_s / F_s`; 0 where the frontier is 0, of which the document says nothing.
pub fn frontier_ratio(capability: f64, frontier: f64) -> f64 {
    if frontier == 0.0 {
        0.0
    } else {
        capability / frontier
    }
}

/// E8: how well the centre reads a city with so many effective peers.
pub fn comparability(effective_peers: f64, k: f64) -> f64 {
    (1.0 + k * effective_peers) / (1.0 + k + k * effective_peers)
}

/// E12: target shares in proportion to `b exp(β V)`. The largest exponent is taken out of all of them.
pub fn target_shares(base_rates: &[f64], values: &[f64], beta: f64) -> Vec<f64> {
    let mut largest = f64::NEG_INFINITY;
    for (rate, value) in base_rates.iter().zip(values) {
        if *rate > 0.0 {
            largest = largest.max(beta * value);
        }
    }
    let weights: Vec<f64> = base_rates
        .iter()
        .zip(values)
        .map(|(rate, value)| {
            let exponent = beta * value - largest;
            if *rate > 0.0 && exponent >= -600.0 {
                rate * libm::exp(exponent)
            } else {
                0.0
            }
        })
        .collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// `p_is`: sector shares as a city publishes them; 0 where it spends on no sector.
pub fn published_shares(sector_shares: &[f64]) -> Vec<f64> {
    let total: f64 = sector_shares.iter().sum();
    sector_shares
        .iter()
        .map(|share| if total == 0.0 { 0.0 } else { share / total })
        .collect()
}

/// E24: what is left of spending after introduction, `I - intro`, written without the difference of two
/// numbers that may be almost equal.
pub fn left_after_introduction(chi: f64, half_base: f64, stock: f64, spending: f64) -> f64 {
    if half_base + stock == 0.0 {
        return spending;
    }
    spending * (stock + (1.0 - chi) * half_base) / (stock + half_base)
}

/// E25: effective spending, `left - left MES/(left + MES)`, written likewise.
pub fn effective_spending(left: f64, minimum_scale: f64) -> f64 {
    if left == 0.0 {
        return 0.0;
    }
    left * (left / (left + minimum_scale))
}

/// What E29 needs besides money and talent.
#[derive(Clone, Copy)]
pub struct Site {
    /// `A`.
    pub productivity: f64,
    /// `α`.
    pub alpha: f64,
    /// `a_is`.
    pub advantage: f64,
    /// `κ_s`.
    pub compute_access: f64,
    /// `R risk_s`.
    pub restriction: f64,
}

/// E29: the capability that effective spending `x` and talent `l` build.
pub fn increment(site: Site, x: f64, l: f64) -> f64 {
    if x == 0.0 || l == 0.0 {
        return 0.0;
    }
    site.productivity
        * site.advantage
        * l
        * libm::pow(x / l, site.alpha)
        * site.compute_access
        * (1.0 - site.restriction)
}

/// E20: the fit of a design to its optimum.
pub fn fit(design: f64, optimum: f64, tolerance: f64) -> f64 {
    let distance = (design - optimum) / tolerance;
    (1.0 - distance * distance).max(0.0)
}

/// E20 and O8: how fully money lets an instrument work; 0 where there is none.
pub fn money_factor(money: f64, half_money: f64) -> f64 {
    if money == 0.0 {
        0.0
    } else {
        money / (money + half_money)
    }
}

/// O15: half the mean absolute difference of all pairs over the mean; 0 where the mean is 0.
pub fn gini(values: &[f64]) -> f64 {
    let centre = mean(values);
    if centre == 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    for x in values {
        for y in values {
            sum += (x - y).abs();
        }
    }
    let count = values.len() as f64;
    sum / (2.0 * count * count * centre)
}

/// The row of the largest value; the first where several are equal.
pub fn first_largest(values: impl IntoIterator<Item = (usize, f64)>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (row, value) in values {
        if best.is_none_or(|(_, most)| value > most) {
            best = Some((row, value));
        }
    }
    best.map(|(row, _)| row)
}
