//! How alike cities are: portfolios of instruments, and shares of sectors among peers and others.

use std::collections::BTreeMap;

use crate::model::run::Run;

/// Mean Jaccard index of two cities' instruments in force and share of identical pairs, over pairs of which at least one
/// city has an instrument; none without such a pair.
pub(crate) fn alike(portfolios: impl Iterator<Item = u64>) -> Option<(f64, f64)> {
    // Cities with the same portfolio are counted together, so that large worlds have few pairs.
    let mut groups: BTreeMap<u64, f64> = BTreeMap::new();
    for portfolio in portfolios {
        *groups.entry(portfolio).or_insert(0.0) += 1.0;
    }
    let groups: Vec<(u64, f64)> = groups.into_iter().collect();
    let (mut pairs, mut similarity, mut identical) = (0.0, 0.0, 0.0);
    for (at, (own, count)) in groups.iter().enumerate() {
        if *own != 0 {
            let same = count * (count - 1.0) / 2.0;
            pairs += same;
            similarity += same;
            identical += same;
        }
        for (other, others) in &groups[at + 1..] {
            let (both, either) = ((own & other).count_ones(), (own | other).count_ones());
            pairs += count * others;
            similarity += count * others * f64::from(both) / f64::from(either);
        }
    }
    (pairs > 0.0).then(|| (similarity / pairs, identical / pairs))
}

/// Mean cosine of sector shares over pairs of a city and a peer, minus that over pairs that are no peers; none where
/// there is no pair of either kind.
pub(crate) fn peers_over_others(run: &Run<'_>) -> Option<f64> {
    let (cities, sectors) = (run.world().cities.len(), run.world().sectors.len());
    let mut units = vec![0.0; cities * sectors];
    let mut sum = vec![0.0; sectors];
    let (mut own, mut peers) = ((0.0, 0.0), (0.0, 0.0));
    for (city, unit) in units.chunks_mut(sectors).enumerate() {
        for (s, share) in unit.iter_mut().enumerate() {
            *share = run.share(city, 1 + s);
        }
        let norm = unit.iter().map(|share| share * share).sum::<f64>().sqrt();
        for (share, sum) in unit.iter_mut().zip(&mut sum) {
            *share = if norm > 0.0 { *share / norm } else { 0.0 };
            *sum += *share;
        }
        own.0 += unit.iter().map(|share| share * share).sum::<f64>();
        own.1 += 1.0;
    }
    for city in 0..cities {
        let row = |city: usize| &units[city * sectors..(city + 1) * sectors];
        for (peer, _) in run.now.setup.peers.of(city) {
            peers.0 += row(city)
                .iter()
                .zip(row(peer))
                .map(|(a, b)| a * b)
                .sum::<f64>();
            peers.1 += 1.0;
        }
    }
    let all: f64 = sum.iter().map(|sum| sum * sum).sum();
    let others = (all - own.0 - peers.0, own.1 * own.1 - own.1 - peers.1);
    (peers.1 > 0.0 && others.1 > 0.0).then(|| peers.0 / peers.1 - others.0 / others.1)
}

/// Pearson's correlation; none for fewer than three pairs or where one of both does not vary.
pub(crate) fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let mean = pairs
        .iter()
        .fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    let mean = (mean.0 / n, mean.1 / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean.0, y - mean.1);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    let scale = (xx * yy).sqrt();
    (scale > 1e-12).then(|| (xy / scale).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_portfolios_worked_by_hand() {
        // {a}, {a}, {a, b}, {}: pairs 1 (same), 1/2, 0, 1/2, 0, 0 of six, all with an instrument somewhere.
        let (similarity, identical) = alike([1, 1, 3, 0].into_iter()).expect("pairs");
        approx::assert_abs_diff_eq!(similarity, 2.0 / 6.0, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(identical, 1.0 / 6.0, epsilon = 1e-15);
        assert_eq!(alike([0, 0].into_iter()), None);
        // Two empty portfolios are no pair: {a} with each of them is.
        assert_eq!(alike([1, 0, 0].into_iter()), Some((0.0, 0.0)));
    }

    #[test]
    fn a_correlation_worked_by_hand() {
        // x 1, 2, 3; y 2, 1, 3: deviations -1 0 1 and 0 -1 1; xy 1, xx 2, yy 2.
        let found = correlation(&[(1.0, 2.0), (2.0, 1.0), (3.0, 3.0)]).expect("three");
        approx::assert_abs_diff_eq!(found, 0.5, epsilon = 1e-15);
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 1.0)]), None);
        assert_eq!(correlation(&[(1.0, 2.0), (1.0, 1.0), (1.0, 0.0)]), None);
    }
}
