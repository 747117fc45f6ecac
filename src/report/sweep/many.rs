//! Sweeps of many factors.

use crate::report::figure::{
    bars::{Bar, Bars},
    frame::Across,
    lines::{Line, Lines, Point},
    multiples::Multiples,
    scale,
};
use crate::report::page::Part;
use crate::report::sweep::factor::{Factor, Swept, label};
use crate::report::words::{lower_first, words};
use crate::stats::estimate::{mean, quantile};

/// Factors with a small chart for each response.
const PANELS: usize = 24;
/// Levels that are shown one by one; values of more are put together.
const LEVELS: usize = 12;
/// Groups of like values.
const GROUPS: usize = 8;

/// How design points cover the factors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Design {
    /// Every combination of levels.
    Grid,
    /// The base, whose place this is, and each factor by itself.
    OneAtATime(usize),
    /// Any other.
    Sample,
}

impl Design {
    fn of(factors: &[&Factor], points: usize) -> Self {
        let moved = |place: &usize| {
            let values = factors.iter().map(|factor| &factor.values[*place]);
            values.filter(|value| !value.is_empty()).count()
        };
        let levels = factors.iter().map(|factor| factor.levels().len());
        let combinations = levels.fold(1usize, usize::saturating_mul);
        match (0..points).find(|place| moved(place) == 0) {
            Some(base) if (0..points).all(|place| moved(&place) <= 1) => Design::OneAtATime(base),
            _ if combinations == points => Design::Grid,
            _ => Design::Sample,
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Design::Grid => {
                "The design is a grid: a mark is the mean over all design points with that level, which meets every \
                 combination of the others. The band holds the middle half of these points: what the other factors do there."
            }
            Design::OneAtATime(_) => {
                "A mark is the mean over replicates at that level, with its 95 % interval; all other factors are as the \
                 scenario has them, as they are in the base (dashed)."
            }
            Design::Sample => {
                "A mark is the mean over the design points with that level, or with like values where there are many; the \
                 band holds the middle half of these points. All other factors differ between them, too, so that a part of \
                 each course is chance: dualtrack sensitivity says which factors matter, with intervals."
            }
        }
    }
}

/// What each factor does to each response.
pub(crate) fn several(swept: &Swept<'_>, factors: &[&Factor], part: &mut Part) {
    part.heading("responses", "Responses");
    let design = Design::of(factors, swept.points.len());
    for response in &swept.responses {
        let values = swept.values(response);
        let course = |factor: &&Factor| {
            let lines = course(swept, response, &values, factor, design);
            let points = lines.lines[0].points.iter();
            let (low, high) = scale::range(points.filter_map(|point| point.value))?;
            Some((high - low, factor.name.clone(), lines))
        };
        let mut courses: Vec<(f64, String, Lines)> = factors.iter().filter_map(course).collect();
        courses.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let bar = |(moved, name, _): &(f64, String, Lines)| Bar {
            name: name.clone(),
            value: Some(*moved),
            ..Bar::default()
        };
        let all = courses.len();
        let bars: Vec<Bar> = courses.iter().map(bar).collect();
        let panels = courses.into_iter().take(PANELS);
        let panels: Vec<(String, Lines)> = panels.map(|(_, name, lines)| (name, lines)).collect();
        if panels.is_empty() {
            continue;
        }
        let name = lower_first(&words(response));
        let cut = match all > PANELS {
            true => format!(" The first {PANELS} of {all} factors are drawn."),
            false => String::new(),
        };
        part.figure(
            format!("response-{response}"),
            format!("What moves {name}"),
            format!(
                "One small chart for each factor, all on one scale, those that move the mean furthest first. {}{cut}",
                design.meaning()
            ),
            &swept.n,
            Multiples { panels, is_shared: true },
        );
        if all > PANELS {
            part.figure(
                format!("moved-{response}"),
                format!("How far each factor moves {name}"),
                "Largest less smallest mean over the levels or groups of like values of a factor.",
                &swept.n,
                Bars::new("factor", swept.axis(response), bars),
            );
        }
    }
}

/// A response over a factor.
fn course(
    swept: &Swept<'_>,
    response: &str,
    values: &[Point],
    factor: &Factor,
    design: Design,
) -> Lines {
    let is_known = |place: &usize| values[*place].value.is_some();
    let mut known: Vec<usize> = (0..values.len()).filter(is_known).collect();
    if let Design::OneAtATime(_) = design {
        known.retain(|place| !factor.values[*place].is_empty());
    }
    let numbers: Option<Vec<f64>> = known
        .iter()
        .map(|place| factor.values[*place].parse().ok())
        .collect();
    let title = "level".to_string();
    let levels: Vec<&str> = factor.levels();
    let with = |level: &&str| -> Vec<usize> {
        known
            .iter()
            .copied()
            .filter(|place| factor.values[*place] == **level)
            .collect()
    };
    let (across, groups): (Across, Vec<Vec<usize>>) = match numbers {
        Some(_) if levels.len() > LEVELS => {
            let number = |place: &usize| factor.values[*place].parse::<f64>().unwrap_or(0.0);
            let mut order = known.clone();
            order.sort_by(|a, b| number(a).total_cmp(&number(b)));
            let groups = order.chunks(order.len().div_ceil(GROUPS).max(1));
            let groups: Vec<Vec<usize>> = groups.map(<[usize]>::to_vec).collect();
            let middle = |group: &Vec<usize>| mean(&group.iter().map(number).collect::<Vec<f64>>());
            let values = groups.iter().filter_map(middle).collect();
            (Across::Numbers { title, values }, groups)
        }
        numbers => {
            let levels: Vec<&str> = levels
                .into_iter()
                .filter(|level| !with(level).is_empty())
                .collect();
            let groups = levels.iter().map(with).collect();
            let across = match numbers {
                Some(_) => Across::Numbers {
                    title,
                    values: levels
                        .iter()
                        .filter_map(|level| level.parse().ok())
                        .collect(),
                },
                None => Across::Names {
                    title,
                    names: levels.iter().map(|level| label(level)).collect(),
                },
            };
            (across, groups)
        }
    };
    let point = |group: &Vec<usize>| match (design, &group[..]) {
        (Design::OneAtATime(_), [place]) => values[*place],
        _ => {
            let mut of: Vec<f64> = group
                .iter()
                .filter_map(|place| values[*place].value)
                .collect();
            of.sort_by(f64::total_cmp);
            Point {
                value: mean(&of),
                interval: quantile(&of, 0.25).zip(quantile(&of, 0.75)),
                spread: None,
            }
        }
    };
    let mut lines = vec![Line {
        name: words(response),
        points: groups.iter().map(point).collect(),
    }];
    if let Design::OneAtATime(base) = design {
        lines.push(Line {
            name: "base".to_string(),
            points: vec![
                Point {
                    value: values[base].value,
                    ..Point::default()
                };
                groups.len()
            ],
        });
    }
    Lines::new(across, swept.axis(response), lines)
}
