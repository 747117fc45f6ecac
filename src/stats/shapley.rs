//! Shapley values: what each of several switches is worth, whichever order they are turned in.

use crate::stats::estimate::Estimate;
use crate::stats::rounding::ROUNDING;

/// Most players: all 2^k coalitions are run.
pub const PLAYERS: usize = 10;

/// Shapley values and pairwise interactions of one game.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapley {
    /// One per player: mean of what the player adds, over all orders in which players can come (Shapley 1953). They
    /// add up to the worth of all players less the worth of none.
    pub values: Vec<f64>,
    /// One per pair of players, (0, 1), (0, 2), ..., (1, 2), ...: what two players add together beyond what they add
    /// apart, averaged over coalitions of the others (Shapley interaction index, Grabisch and Roubens 1999). Above 0
    /// where they reinforce each other, below 0 where one makes the other needless.
    pub interactions: Vec<((usize, usize), f64)>,
}

/// Shapley values and interactions over replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapleyEstimates {
    /// One per player, as in [`Shapley::values`]; `n` counts replicates with all coalitions run.
    pub values: Vec<Estimate>,
    /// One per pair, as in [`Shapley::interactions`].
    pub interactions: Vec<((usize, usize), Estimate)>,
}

/// Shapley values of a game given by what every coalition is worth: entry `mask` is the worth of the players whose
/// bits are set, player 0 being the lowest bit.
///
/// `value_i = sum over S without i of (v(S + i) - v(S)) / (k C(k - 1, |S|))`, and for pairs
/// `sum over S without i and j of (v(S + i + j) - v(S + i) - v(S + j) + v(S)) / ((k - 1) C(k - 2, |S|))`.
///
/// # Errors
/// A number of entries that is not 2^k with k from 1 to [`PLAYERS`].
pub fn shapley(worth: &[f64]) -> Result<Shapley, String> {
    let players = players(worth.len())?;
    // What rounding explains is no worth.
    let largest = worth
        .iter()
        .fold(0.0f64, |largest, value| largest.max(value.abs()));
    let told = |difference: f64| match difference.abs() <= ROUNDING * largest {
        true => 0.0,
        false => difference,
    };
    let values = (0..players)
        .map(|i| {
            without(worth.len(), 1 << i)
                .map(|rest| told(worth[rest | 1 << i] - worth[rest]) * weight(players, 1, rest))
                .sum()
        })
        .collect();
    let interactions = pairs(players)
        .map(|(i, j)| {
            let (a, b) = (1 << i, 1 << j);
            let index = without(worth.len(), a | b)
                .map(|rest| {
                    let together =
                        worth[rest | a | b] - worth[rest | a] - worth[rest | b] + worth[rest];
                    told(together) * weight(players, 2, rest)
                })
                .sum();
            ((i, j), index)
        })
        .collect();
    Ok(Shapley {
        values,
        interactions,
    })
}

/// Shapley values over replicates, with Student's intervals: one game per replicate, because a mean of games has the
/// mean of their values. None of no replicates.
///
/// # Errors
/// As [`shapley`], or replicates of different sizes.
pub fn shapley_over(replicates: &[Vec<f64>]) -> Result<Option<ShapleyEstimates>, String> {
    let games = replicates.iter().map(|worth| shapley(worth));
    let games: Vec<Shapley> = games.collect::<Result<_, _>>()?;
    let players = games.first().map_or(0, |game| game.values.len());
    if let Some(other) = games.iter().find(|game| game.values.len() != players) {
        let other = other.values.len();
        return Err(format!(
            "games of {players} and of {other} players; allowed: one size"
        ));
    }
    let over = |read: &dyn Fn(&Shapley) -> f64| {
        let sample: Vec<f64> = games.iter().map(read).collect();
        Estimate::of(&sample)
    };
    let values = (0..players).map(|i| over(&|game| game.values[i]));
    let interactions = pairs(players)
        .enumerate()
        .map(|(place, pair)| Some((pair, over(&|game| game.interactions[place].1)?)));
    let found = values.collect::<Option<_>>().zip(interactions.collect());
    Ok(found
        .filter(|_| players > 0)
        .map(|(values, interactions)| ShapleyEstimates {
            values,
            interactions,
        }))
}

fn players(coalitions: usize) -> Result<usize, String> {
    let players = coalitions.checked_ilog2().unwrap_or(0) as usize;
    if coalitions.is_power_of_two() && (1..=PLAYERS).contains(&players) {
        return Ok(players);
    }
    Err(format!(
        "a game of {coalitions} coalitions; allowed: 2^k with k from 1 to {PLAYERS}"
    ))
}

fn pairs(players: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..players).flat_map(move |i| (i + 1..players).map(move |j| (i, j)))
}

/// Coalitions that have none of the players in `mask`.
fn without(coalitions: usize, mask: usize) -> impl Iterator<Item = usize> {
    (0..coalitions).filter(move |rest| rest & mask == 0)
}

/// `1 / ((k - t + 1) C(k - t, |S|))` for `t` players who join `S` together.
fn weight(players: usize, joining: usize, rest: usize) -> f64 {
    let others = players - joining;
    let size = rest.count_ones() as usize;
    let mut choices = 1.0;
    for step in 0..size {
        choices = choices * (others - step) as f64 / (step + 1) as f64;
    }
    1.0 / ((others + 1) as f64 * choices)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Player 0 has a left glove, 1 and 2 a right one each; a pair is worth 1.
    fn gloves() -> Vec<f64> {
        (0..8usize)
            .map(|mask| f64::from(u8::from(mask & 1 != 0 && mask & 6 != 0)))
            .collect()
    }

    #[test]
    fn the_game_of_gloves_worked_by_hand() {
        // Of the six orders, player 0 completes the pair unless first: 4/6. Player 1 does where 0 is first and 1
        // second: 1/6; so does 2. Pairs, with weights 1/2: (0, 1) adds 1 without and 0 with player 2, so 1/2;
        // (1, 2) adds 0 without and -1 with player 0, so -1/2.
        let found = shapley(&gloves()).expect("eight coalitions");
        for (value, expected) in found.values.iter().zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]) {
            approx::assert_abs_diff_eq!(*value, expected, epsilon = 1e-15);
        }
        let expected = [((0, 1), 0.5), ((0, 2), 0.5), ((1, 2), -0.5)];
        assert_eq!(found.interactions, expected);
    }

    #[test]
    fn values_add_up_to_what_all_are_worth_beyond_none() {
        for players in 1..=PLAYERS {
            let worth: Vec<f64> = (0..1usize << players)
                .map(|mask| ((mask * 7919 + 13) % 101) as f64 / 7.0)
                .collect();
            let found = shapley(&worth).expect("a power of two");
            let sum: f64 = found.values.iter().sum();
            approx::assert_abs_diff_eq!(sum, worth[worth.len() - 1] - worth[0], epsilon = 1e-12);
            assert_eq!(found.interactions.len(), players * (players - 1) / 2);
        }
    }

    #[test]
    fn where_players_do_not_meet_each_is_worth_what_it_adds() {
        // v = 1 + 3 [0] - 2 [1] + 0.5 [3]
        let add = [3.0, -2.0, 0.0, 0.5];
        let worth: Vec<f64> = (0..16usize)
            .map(|mask| {
                1.0 + (0..4)
                    .filter(|i| mask >> i & 1 == 1)
                    .map(|i| add[i])
                    .sum::<f64>()
            })
            .collect();
        let found = shapley(&worth).expect("sixteen coalitions");
        for (value, expected) in found.values.iter().zip(add) {
            approx::assert_abs_diff_eq!(*value, expected, epsilon = 1e-14);
        }
        assert!(
            found
                .interactions
                .iter()
                .all(|(_, index)| index.abs() < 1e-14)
        );
    }

    #[test]
    fn over_replicates_values_are_means_with_intervals() {
        let scaled = |by: f64| gloves().iter().map(|v| v * by).collect::<Vec<_>>();
        let found = shapley_over(&[scaled(1.0), scaled(3.0), scaled(2.0)]).expect("one size");
        let found = found.expect("three");
        // Worth 1, 2, 3 times: mean 2, s.e. 1 / sqrt(3), all times 2/3.
        let first = found.values[0];
        assert_eq!(first.n, 3);
        approx::assert_abs_diff_eq!(first.mean, 4.0 / 3.0, epsilon = 1e-12);
        let error = first.standard_error().expect("three");
        approx::assert_abs_diff_eq!(error, 2.0 / 3.0 / 3.0f64.sqrt(), epsilon = 1e-12);
        approx::assert_abs_diff_eq!(found.interactions[2].1.mean, -1.0, epsilon = 1e-12);
    }

    #[test]
    fn games_of_a_wrong_size_are_refused() {
        assert!(shapley(&[1.0; 6]).is_err_and(|e| e.starts_with("a game of 6 coalitions")));
        assert!(shapley(&[1.0]).is_err() && shapley(&[]).is_err());
        assert!(shapley(&vec![0.0; 2048]).is_err());
        assert!(shapley_over(&[vec![1.0; 4], vec![1.0; 8]]).is_err());
        assert_eq!(shapley_over(&[]), Ok(None));
    }
}
