//! Trajectories after Morris: each step moves one factor by half of its levels.

use rand_chacha::rand_core::Rng;

use crate::kernel::keyed::{Use, generator};
use crate::kernel::random;

/// Writes the coordinates of one point of a trajectory to `out`, one per factor.
///
/// The trajectory has one point more than factors; `step` 0 is where it starts, and step `i` differs from step
/// `i - 1` in one factor by `levels / 2` levels, up or down. Trajectories are drawn as by Morris (1991): a random
/// lower level below `levels / 2`, a random direction, and a random order for the factors. Each depends on (seed,
/// trajectory) and the number of factors and levels alone. `levels` is even and at least 2.
pub(crate) fn point(seed: u64, trajectory: u64, levels: u32, step: usize, out: &mut [Option<f64>]) {
    let mut luck = generator(seed, trajectory, Use::Trajectory);
    let factors = out.len();
    let jump = levels / 2;
    let mut order: Vec<usize> = (0..factors).collect();
    for last in (1..factors).rev() {
        order.swap(last, random::index(luck.next_u64(), last + 1));
    }
    // `order[i]` is the factor that step i + 1 moves; draws for factors come in the order of factors.
    let mut moved = vec![false; factors];
    for &factor in order.iter().take(step) {
        moved[factor] = true;
    }
    for (factor, coordinate) in out.iter_mut().enumerate() {
        let lower = random::index(luck.next_u64(), jump as usize) as u32;
        let starts_high = luck.next_u64() >> 63 == 1;
        let level = if starts_high != moved[factor] {
            lower + jump
        } else {
            lower
        };
        *coordinate = Some(f64::from(level) / f64::from(levels - 1));
    }
}
