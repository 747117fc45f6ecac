//! Sweeps of many factors.

use crate::report::figure::{
    bars::{Bar, Bars},
    scatter::{Dot, Scatter},
};
use crate::report::page::Part;
use crate::report::sweep::factor::{Factor, Swept};
use crate::report::words::words;
use crate::stats::prcc::ranks;

/// Points of a scatter.
const POINTS: usize = 2000;

/// Scatters over the factors that matter most, and rank correlations.
pub(crate) fn several(swept: &Swept<'_>, factors: &[&Factor], part: &mut Part) {
    let points = &swept.points;
    part.heading("responses", "Responses");
    let numeric: Vec<(&str, Vec<f64>)> = factors
        .iter()
        .filter_map(|factor| Some((factor.name.as_str(), factor.numbers()?)))
        .collect();
    for response in &swept.responses {
        let of = swept.values(response);
        let known: Vec<usize> = (0..points.len())
            .filter(|place| of[*place].value.is_some())
            .collect();
        let y: Vec<f64> = known.iter().filter_map(|place| of[*place].value).collect();
        let mut ranked: Vec<(f64, &str, Vec<f64>)> = numeric
            .iter()
            .filter_map(|(name, numbers)| {
                let x: Vec<f64> = known.iter().map(|place| numbers[*place]).collect();
                Some((correlation(&ranks(&x), &ranks(&y))?, *name, x))
            })
            .collect();
        ranked.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(b.1)));
        let name = swept.axis(response);
        if let Some((_, factor, x)) = ranked.first() {
            let dots = known
                .iter()
                .zip(x)
                .zip(&y)
                .take(POINTS)
                .map(|((place, x), y)| Dot {
                    name: format!("design point {}", points[*place]),
                    x: *x,
                    y: *y,
                    y_interval: if known.len() <= 60 {
                        of[*place].interval
                    } else {
                        None
                    },
                    is_strong: true,
                    ..Dot::default()
                });
            part.figure(
                format!("response-{response}"),
                format!("{} over {factor}", words(response)),
                format!(
                    "Each dot is a design point; all factors differ between them. Of all factors, {factor} goes with \
                     {} most closely. {} design points.",
                    words(response).to_lowercase(),
                    known.len()
                ),
                &swept.n,
                Scatter {
                    across: factor.to_string(),
                    up: name.clone(),
                    more: String::new(),
                    dots: dots.collect(),
                    is_joined: false,
                },
            );
        }
        let bars = ranked.iter().take(20).map(|(value, name, _)| Bar {
            name: name.to_string(),
            value: Some(*value),
            series: usize::from(*value < 0.0),
            ..Bar::default()
        });
        part.figure(
            format!("correlations-{response}"),
            format!("What goes with {}", words(response).to_lowercase()),
            "Rank correlation (Spearman) of each factor with the mean of the response, over design points: 1 if the \
             response always rises with the factor, -1 if it always falls, near 0 if it does neither. dualtrack \
             sensitivity says more, with intervals.",
            format!("n = {} design points", known.len()),
            Bars::new("factor", "rank correlation, -1 to 1", bars),
        );
    }
}

/// Pearson's correlation; none where something does not vary.
fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| {
        x.iter()
            .zip(y)
            .map(|(x, y)| f(x - mean_x, y - mean_y))
            .sum::<f64>()
    };
    let root = (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    (root > 0.0).then(|| (sum(&|x, y| x * y) / root).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlation_by_hand() {
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5) = 0.948683.
        let x = ranks(&[1.0, 5.0, 5.0, 9.0]);
        assert_eq!(x, [1.0, 2.5, 2.5, 4.0]);
        let found = correlation(&x, &ranks(&[1.0, 2.0, 3.0, 40.0])).expect("varies");
        approx::assert_relative_eq!(found, 0.948_683_298, epsilon = 1e-9);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }
}
