//! Elementary effects: which factors matter, from few runs.

use crate::stats::bootstrap::{jackknife, variances_left_out};
use crate::stats::estimate::{Estimate, Uncertain, standard_deviation};
use crate::stats::rounding::{ROUNDING, difference, settle_within};

/// Effects of one factor over trajectories, in units of the response per width of the factor's range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elementary {
    /// Mean effect (mu, Morris 1991) with Student's interval.
    pub mu: Estimate,
    /// Mean absolute effect (mu*, Campolongo, Cariboni and Saltelli 2007) with Student's interval over trajectories,
    /// cut at 0. `n` is the number of effects.
    pub mu_star: Uncertain,
    /// Standard deviation of effects (sigma), large where the effect depends on the factor's own level or on others;
    /// none for one effect. Its standard error is the jackknife's (none for two effects), its interval Student's, cut
    /// at 0.
    pub sigma: Option<Uncertain>,
}

/// Elementary effects, one entry per factor, from the points and responses of [`crate::stats::design::Design::morris`].
///
/// `points` holds the coordinates row by row, `places` where in the range of each factor its values stand that were run
/// (which differ from coordinates where a factor takes some values alone), `responses` one number per row. An effect is
/// the change of the response over the change of the place between neighbouring points of a trajectory. A missing
/// response (or one that is not a finite number) takes the one or two effects with it that it touches, and a step that
/// does not change the place has none; `n` says how many are left. None for a factor without any effect.
///
/// # Errors
/// Sizes that do not fit together, a coordinate that is missing, or a step that does not change exactly one factor.
pub fn morris(
    points: &[Option<f64>],
    places: &[Option<f64>],
    responses: &[Option<f64>],
    factors: usize,
) -> Result<Vec<Option<Elementary>>, String> {
    let rows = responses.len();
    if factors == 0
        || !rows.is_multiple_of(factors + 1)
        || points.len() != rows * factors
        || places.len() != points.len()
    {
        return Err(format!(
            "{} coordinates and {rows} responses for elementary effects of {factors} factors; allowed: a multiple \
             of {} responses with {factors} coordinates each",
            points.len(),
            factors + 1
        ));
    }
    let mut effects = vec![Vec::new(); factors];
    for start in (0..rows).step_by(factors + 1) {
        for row in start + 1..=start + factors {
            let step = |of: &[Option<f64>], factor: usize| {
                let before = of[(row - 1) * factors + factor];
                let after = of[row * factors + factor];
                after.zip(before).map(|(after, before)| after - before)
            };
            let factor = moved(factors, |factor| step(points, factor)).ok_or_else(|| {
                format!(
                    "point {row} does not differ from the one before in exactly one factor; \
                     allowed: points of trajectories in their order"
                )
            })?;
            let finite = |row: usize| responses[row].filter(|y| y.is_finite());
            let made = step(places, factor).filter(|made| *made != 0.0);
            if let Some(((after, before), made)) = finite(row).zip(finite(row - 1)).zip(made) {
                effects[factor].push(difference(after, before) / made);
            }
        }
    }
    // Effects that rounding tells apart are the same: of a response as large as this, over steps as small as half.
    let present = responses.iter().flatten().filter(|y| y.is_finite());
    let tolerance = 2.0 * ROUNDING * present.fold(0.0f64, |largest, y| largest.max(y.abs()));
    for effects in &mut effects {
        settle_within(effects, |_| tolerance);
    }
    Ok(effects.iter().map(|effects| elementary(effects)).collect())
}

/// The one factor that a step changes.
fn moved(factors: usize, step: impl Fn(usize) -> Option<f64>) -> Option<usize> {
    let mut found = None;
    for factor in 0..factors {
        let step = step(factor)?;
        if step != 0.0 && found.replace(factor).is_some() {
            return None;
        }
    }
    found
}

fn elementary(effects: &[f64]) -> Option<Elementary> {
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    let size = Estimate::of(&sizes)?;
    let freedom = size.n as f64 - 1.0;
    let mu_star = Uncertain::student(size.n, size.mean, size.standard_error(), freedom);
    Some(Elementary {
        mu: Estimate::of(effects)?,
        mu_star: mu_star.within(0.0, f64::INFINITY),
        sigma: sigma(effects),
    })
}

fn sigma(effects: &[f64]) -> Option<Uncertain> {
    let n = effects.len();
    let value = standard_deviation(effects)?;
    let left_out: Vec<Option<f64>> = variances_left_out(effects)
        .into_iter()
        .map(|variance| variance.map(f64::sqrt))
        .collect();
    let sigma = Uncertain::student(n, value, jackknife(&left_out), n as f64 - 1.0);
    Some(sigma.within(0.0, f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::design::Design;
    use crate::stats::reference::{ishigami, run, runs, sobol_g, values};

    fn all(found: Vec<Option<Elementary>>) -> Vec<Elementary> {
        found.into_iter().collect::<Option<_>>().expect("effects")
    }

    #[test]
    fn effects_are_those_of_salib() {
        // tests/reference/salib.py, SALib 1.6.0.
        for (name, factors) in [("ishigami", 3), ("sobol_g", 4)] {
            let (points, responses) = runs(&format!("{name}_trajectories.csv"));
            let found = all(morris(&points, &points, &responses, factors).expect("trajectories"));
            let answers = format!("{name}_morris.csv");
            type Read = fn(&Elementary) -> f64;
            let indices: [(&str, Read); 3] = [
                ("mu", |e| e.mu.mean),
                ("mu_star", |e| e.mu_star.value),
                ("sigma", |e| e.sigma.expect("many").value),
            ];
            for (index, read) in indices {
                for (found, expected) in found.iter().zip(values(&answers, index)) {
                    approx::assert_abs_diff_eq!(read(found), expected, epsilon = 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_linear_response_has_its_slopes_as_effects() {
        let design = Design::morris(5, 3, 4, 1).expect("possible");
        let (points, responses) = run(&design, |u| 3.0 * u[0] - 2.0 * u[1] + 7.0);
        let found = all(morris(&points, &points, &responses, 3).expect("trajectories"));
        for (effect, slope) in found.iter().zip([3.0, -2.0, 0.0f64]) {
            approx::assert_abs_diff_eq!(effect.mu.mean, slope, epsilon = 1e-12);
            approx::assert_abs_diff_eq!(effect.mu_star.value, slope.abs(), epsilon = 1e-12);
            approx::assert_abs_diff_eq!(effect.sigma.expect("five").value, 0.0, epsilon = 1e-12);
        }
    }

    #[test]
    fn rounding_is_no_effect_and_a_slope_has_no_spread() {
        let design = Design::morris(8, 3, 4, 1).expect("possible");
        let mut noise = 0u32;
        let (points, responses) = run(&design, |u| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (0.4 + 0.1 * u[0]) * (1.0 + f64::from(noise % 16) * f64::EPSILON)
        });
        let found = all(morris(&points, &points, &responses, 3).expect("trajectories"));
        approx::assert_abs_diff_eq!(found[0].mu_star.value, 0.1, epsilon = 1e-13);
        let sigma = |place: usize| found[place].sigma.expect("eight").value;
        assert_eq!(sigma(0), 0.0);
        for place in [1, 2] {
            assert_eq!(
                (
                    found[place].mu_star.value,
                    found[place].mu.mean,
                    sigma(place)
                ),
                (0.0, 0.0, 0.0)
            );
        }
    }

    #[test]
    fn factors_of_known_functions_come_in_their_known_order() {
        let design = Design::morris(200, 8, 4, 1).expect("possible");
        let (points, responses) = run(&design, sobol_g);
        let found = all(morris(&points, &points, &responses, 8).expect("trajectories"));
        let sizes: Vec<f64> = found.iter().map(|e| e.mu_star.value).collect();
        assert!(sizes[0] > sizes[1] && sizes[1] > sizes[2] && sizes[2] > sizes[3]);
        assert!(sizes[4..].iter().all(|size| size < &sizes[3]));
        let design = Design::morris(200, 3, 4, 1).expect("possible");
        let (points, responses) = run(&design, ishigami);
        let found = all(morris(&points, &points, &responses, 3).expect("trajectories"));
        assert!(
            found
                .iter()
                .all(|e| e.mu_star.value > 4.0 && e.sigma.expect("many").value > 4.0)
        );
    }

    #[test]
    fn a_failed_run_loses_the_effects_it_touches() {
        let design = Design::morris(4, 3, 4, 9).expect("possible");
        let (points, mut responses) = run(&design, ishigami);
        let count = |responses: &[Option<f64>]| -> usize {
            let found = morris(&points, &points, responses, 3).expect("trajectories");
            found.iter().flatten().map(|e| e.mu.n).sum()
        };
        assert_eq!(count(&responses), 12);
        responses[5] = None; // inside the second trajectory: two effects
        assert_eq!(count(&responses), 10);
        responses[8] = Some(f64::INFINITY); // the start of the third: one
        assert_eq!(count(&responses), 9);
        assert!(
            morris(&points, &points, &[None; 16], 3)
                .expect("sizes fit")
                .iter()
                .all(Option::is_none)
        );
    }

    #[test]
    fn the_interval_of_the_mean_size_does_not_go_below_zero() {
        // Effects 0 and 1: mean 0.5, s.e. 0.5, Student's half width 12.706 * 0.5.
        let points = [0.0, 1.0, 0.0, 1.0].map(Some);
        let found =
            all(morris(&points, &points, &[0.0, 0.0, 0.0, 1.0].map(Some), 1).expect("fits"));
        assert_eq!(
            (found[0].mu_star.value, found[0].mu_star.standard_error),
            (0.5, Some(0.5))
        );
        let (low, high) = found[0].mu_star.interval.expect("two effects");
        assert_eq!(low, 0.0);
        approx::assert_abs_diff_eq!(high, 0.5 + 12.706_205 * 0.5, epsilon = 1e-5);
    }

    #[test]
    fn the_spread_of_effects_has_the_jackknifes_error_by_hand() {
        // Effects 0, 0, 3: sd sqrt(3). Without the first or second 0, 3: sd sqrt(4.5) = 2.121320; without the third
        // 0. Mean 1.414214, squares 2 * 0.5 + 2 = 3, s.e. sqrt(2 / 3 * 3) = 1.414214.
        let sigma = sigma(&[0.0, 0.0, 3.0]).expect("three");
        approx::assert_abs_diff_eq!(sigma.value, 3.0f64.sqrt(), epsilon = 1e-12);
        approx::assert_abs_diff_eq!(
            sigma.standard_error.expect("three"),
            2.0f64.sqrt(),
            epsilon = 1e-12
        );
        // t(2, 0.975) = 4.302653.
        let (low, high) = sigma.interval.expect("three");
        assert_eq!(low, 0.0);
        approx::assert_abs_diff_eq!(
            high,
            3.0f64.sqrt() + 4.302_653 * 2.0f64.sqrt(),
            epsilon = 1e-5
        );
        assert_eq!(super::sigma(&[1.0, 2.0]).expect("two").standard_error, None);
    }

    #[test]
    fn points_that_are_no_trajectories_are_refused() {
        let points = [0.0, 0.0, 1.0, 1.0, 0.0, 1.0].map(Some);
        let message = morris(&points, &points, &[Some(1.0); 3], 2).expect_err("refused");
        assert!(message.starts_with("point 1 does not differ"), "{message}");
        assert!(morris(&points, &points, &[Some(1.0); 2], 2).is_err());
        assert!(morris(&[Some(0.5); 8], &[Some(0.5); 8], &[Some(1.0); 4], 2).is_err());
        assert!(morris(&points[..4], &points[..4], &[Some(1.0); 3], 2).is_err());
        assert!(morris(&[], &[], &[], 0).is_err());
        assert!(morris(&[None; 6], &[None; 6], &[Some(1.0); 3], 2).is_err());
    }

    #[test]
    fn an_effect_is_the_change_over_the_step_that_was_made() {
        // Off and on at coordinates 0, 1/3, 2/3, 1: half of four levels is 2/3, but the switch goes all the way.
        let points = [1.0 / 3.0, 1.0, 2.0 / 3.0, 0.0].map(Some);
        let places = [0.0, 1.0, 1.0, 0.0].map(Some);
        let found =
            all(morris(&points, &places, &[0.1, 0.4, 0.3, 0.0].map(Some), 1).expect("fits"));
        approx::assert_abs_diff_eq!(found[0].mu.mean, 0.3, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(found[0].mu_star.value, 0.3, epsilon = 1e-15);
        // A step to the same value says nothing.
        let places = [0.0, 0.0, 1.0, 0.0].map(Some);
        let found =
            all(morris(&points, &places, &[0.1, 0.4, 0.3, 0.0].map(Some), 1).expect("fits"));
        assert_eq!((found[0].mu.n, found[0].mu.mean), (1, 0.3));
    }
}
