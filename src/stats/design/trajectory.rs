//! Trajectories after Morris: each step moves one factor by half of its levels.

use rand_chacha::rand_core::Rng;

use crate::kernel::keyed::{Use, generator};
use crate::kernel::random;

/// Writes the coordinates of one point of a trajectory to `out`, one per factor.
///
/// The trajectory has one point more than factors; `step` 0 is where it starts, and step `i` differs from step
/// `i - 1` in one factor by half of its levels, up or down. Trajectories are drawn as by Morris (1991): a random
/// lower level in the lower half, a random direction, and a random order for the factors. Where the number of levels is
/// odd, the step leads from a random level half of the levels up or down, rounded down, and past an end goes on at the
/// other one: so each level is as likely before and after it. Each trajectory depends on (seed, trajectory) and the
/// number of factors and levels alone. `levels` has one number for each factor, at least 2.
pub(crate) fn point(
    seed: u64,
    trajectory: u64,
    levels: &[u32],
    step: usize,
    out: &mut [Option<f64>],
) {
    let mut draws = generator(seed, trajectory, Use::Trajectory);
    let factors = out.len();
    let mut order: Vec<usize> = (0..factors).collect();
    for last in (1..factors).rev() {
        order.swap(last, random::index(draws.next_u64(), last + 1));
    }
    // `order[i]` is the factor that step i + 1 moves; draws for factors come in the order of factors.
    let mut moved = vec![false; factors];
    for &factor in order.iter().take(step) {
        moved[factor] = true;
    }
    for (factor, (coordinate, &levels)) in out.iter_mut().zip(levels).enumerate() {
        let jump = levels / 2;
        let is_even = levels.is_multiple_of(2);
        let places = if is_even { jump } else { levels };
        let place = random::index(draws.next_u64(), places as usize) as u32;
        let goes_down = draws.next_u64() >> 63 == 1;
        let level = match (is_even, goes_down, moved[factor]) {
            (true, true, false) | (true, false, true) => place + jump,
            (true, ..) | (false, _, false) => place,
            (false, true, true) => (place + levels - jump) % levels,
            (false, false, true) => (place + jump) % levels,
        };
        *coordinate = Some(f64::from(level) / f64::from(levels - 1));
    }
}
