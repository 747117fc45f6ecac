//! The report of `dualtrack sweep` and `dualtrack merge`.

use std::collections::BTreeMap;

use super::error::ReportError;
use super::figure::{
    Across, Bar, Bars, Data, Dot, Figure, Heat, Line, Lines, Multiples, Point, Ramp, Scatter, scale,
};
use super::page::Part;
use super::rows::{Rows, axis, counted};
use super::source::Source;
use super::words;

/// Responses with figures.
const RESPONSES: usize = 24;
/// Points of a scatter.
const POINTS: usize = 2000;
/// Levels of a factor in a heat map.
const LEVELS: usize = 30;

/// A factor with its value at each design point.
struct Factor {
    name: String,
    values: Vec<String>,
}

impl Factor {
    fn numbers(&self) -> Option<Vec<f64>> {
        self.values
            .iter()
            .map(|value| value.parse().ok().filter(|value: &f64| value.is_finite()))
            .collect()
    }

    /// Its levels in order: of numbers by size, of texts as they come.
    fn levels(&self) -> Vec<&str> {
        let mut levels: Vec<&str> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        levels.extend(
            self.values
                .iter()
                .map(String::as_str)
                .filter(|value| seen.insert(value.to_string())),
        );
        if self.numbers().is_some() {
            let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
            levels.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        levels
    }
}

/// What is known of a response at a design point.
type Found = BTreeMap<String, BTreeMap<String, Point>>;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, ReportError> {
    let summary = Rows::needed(
        source,
        "summary",
        &["design_point", "response", "mean", "low", "high"],
    )?;
    let design = Rows::needed(source, "design", &["design_point"])?;
    let mut part = Part {
        subtitle: "What happens when settings are moved: a sweep runs the model at design points, each a choice of \
                   levels for the factors, several times with other luck."
            .to_string(),
        ..Part::default()
    };
    let factors: Vec<Factor> = design
        .columns()
        .iter()
        .filter(|name| !matches!(name.as_str(), "design_point" | "point_id"))
        .map(|name| Factor {
            name: name.clone(),
            values: design
                .iter()
                .map(|row| row.text(name).to_string())
                .collect(),
        })
        .collect();
    let points: Vec<String> = design
        .iter()
        .map(|row| row.text("design_point").to_string())
        .collect();
    let mut found = Found::new();
    for row in summary.iter() {
        let point = Point {
            value: row.number("mean"),
            interval: row.interval("low", "high"),
            spread: None,
        };
        found
            .entry(row.text("response").to_string())
            .or_default()
            .insert(row.text("design_point").to_string(), point);
    }
    part.facts = vec![
        ("Design points".to_string(), points.len().to_string()),
        ("Factors".to_string(), factors.len().to_string()),
    ];
    let question = source
        .manifest()
        .pointer("/experiment/description")
        .and_then(serde_json::Value::as_str);
    if let Some(question) = question.filter(|text| !text.is_empty()) {
        part.text(format!("The question: {question}"));
    }
    let failed: f64 = summary
        .iter()
        .filter_map(|row| row.number("failed"))
        .fold(0.0, f64::max);
    if failed > 0.0 {
        part.note("Some runs failed; their rows in runs.csv say why. Means are over the others.");
    }
    let mut responses = summary.distinct("response");
    if responses.len() > RESPONSES {
        part.note(format!(
            "There are {} responses; the first {RESPONSES} are shown.",
            responses.len()
        ));
        responses.truncate(RESPONSES);
    }
    let n = counted(summary.iter(), "replicates at each design point");
    let varied: Vec<&Factor> = factors
        .iter()
        .filter(|factor| factor.levels().len() > 1)
        .collect();
    match varied.as_slice() {
        [] => only_values(&responses, &found, source, &n, &mut part),
        [factor] => one(factor, &points, &responses, &found, source, &n, &mut part),
        [down, across] if is_grid(down, across, points.len()) => {
            two(
                down, across, &points, &responses, &found, source, &n, &mut part,
            );
        }
        many => several(many, &points, &responses, &found, source, &n, &mut part),
    }
    levels(&factors, &mut part);
    part.reading = vec![
        "A design point is one choice of levels for all factors. Each value is a mean over replicates at a design point, \
         and intervals are 95 % intervals of the mean after Student; all design points meet the same luck, so that \
         differences between them are better known than the intervals of each suggest."
            .to_string(),
        "A response is what a run is measured by. A pattern in these figures holds for the model with the other settings \
         as they are, and within the range that was swept."
            .to_string(),
    ];
    Ok(part)
}

fn is_grid(down: &Factor, across: &Factor, points: usize) -> bool {
    let (rows, columns) = (down.levels().len(), across.levels().len());
    rows <= LEVELS && columns <= LEVELS && rows * columns == points
}

fn values(found: &Found, response: &str, points: &[String]) -> Vec<Point> {
    let of = found.get(response);
    points
        .iter()
        .map(|point| of.and_then(|of| of.get(point)).copied().unwrap_or_default())
        .collect()
}

fn only_values(responses: &[&str], found: &Found, source: &Source, n: &str, part: &mut Part) {
    part.heading("responses", "Responses");
    let bars = responses.iter().filter_map(|response| {
        let point = found.get(*response)?.values().next()?;
        Some(Bar {
            name: axis(source, "runs", response),
            value: point.value,
            interval: point.interval,
            ..Bar::default()
        })
    });
    let bars = Bars {
        title: "response".into(),
        across: "mean".into(),
        bars: bars.collect(),
        is_marks: true,
    };
    part.figure(Figure::new(
        "responses",
        "Responses at the one design point",
        "Means with 95 % intervals.",
        n,
        bars,
    ));
}

fn one(
    factor: &Factor,
    points: &[String],
    responses: &[&str],
    found: &Found,
    source: &Source,
    n: &str,
    part: &mut Part,
) {
    part.heading("responses", &format!("Responses to {}", factor.name));
    let mut order: Vec<usize> = (0..points.len()).collect();
    let across = match factor.numbers() {
        Some(numbers) => {
            order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
            Across::Numbers {
                title: factor.name.clone(),
                values: order.iter().map(|place| numbers[*place]).collect(),
            }
        }
        None => Across::Names {
            title: factor.name.clone(),
            names: factor.values.clone(),
        },
    };
    let lines = |response: &str| {
        let values = values(found, response, points);
        Lines {
            across: across.clone(),
            up: axis(source, "runs", response),
            lines: vec![Line {
                name: words(response),
                points: order.iter().map(|place| values[*place]).collect(),
            }],
            strips: Vec::new(),
            from_zero: false,
            is_ranking: false,
        }
    };
    for response in responses {
        part.figure(Figure::new(
            format!("response-{response}"),
            format!("{} over {}", words(response), factor.name),
            format!(
                "Mean of {} at each level of {}, with its 95 % interval; all other settings stay as they are.",
                axis(source, "runs", response),
                factor.name
            ),
            n,
            lines(response),
        ));
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of a sweep, each for itself"
)]
fn two(
    down: &Factor,
    across: &Factor,
    points: &[String],
    responses: &[&str],
    found: &Found,
    source: &Source,
    n: &str,
    part: &mut Part,
) {
    part.heading(
        "responses",
        &format!("Responses to {} and {}", down.name, across.name),
    );
    let (rows, columns) = (down.levels(), across.levels());
    for response in responses {
        let of = values(found, response, points);
        let mut cells = vec![None; rows.len() * columns.len()];
        for (place, point) in of.iter().enumerate() {
            let row = rows.iter().position(|level| *level == down.values[place]);
            let column = columns
                .iter()
                .position(|level| *level == across.values[place]);
            if let (Some(row), Some(column)) = (row, column) {
                // Upwards is more, as on other charts.
                cells[(rows.len() - 1 - row) * columns.len() + column] = point.value;
            }
        }
        let chart = Heat {
            down: down.name.clone(),
            across: across.name.clone(),
            value: axis(source, "runs", response),
            rows: rows.iter().rev().map(|level| label(level)).collect(),
            columns: columns.iter().map(|level| label(level)).collect(),
            values: cells,
            ramp: Ramp::Much,
        };
        part.figure(Figure::new(
            format!("response-{response}"),
            words(response),
            format!(
                "Mean over replicates. From bottom to top: {}; from left to right: {}.",
                down.name, across.name
            ),
            n,
            chart,
        ));
    }
    if columns.len() <= 12 && rows.len() <= 8 {
        let panels = responses.iter().map(|response| {
            let of = values(found, response, points);
            let line = |row: &&str| {
                let point = |column: &&str| {
                    let place = (0..points.len()).find(|place| {
                        down.values[*place] == *row && across.values[*place] == *column
                    });
                    place
                        .and_then(|place| of.get(place))
                        .copied()
                        .unwrap_or_default()
                };
                Line {
                    name: format!("{} = {row}", down.name),
                    points: columns.iter().map(point).collect(),
                }
            };
            let numbers = columns
                .iter()
                .map(|level| level.parse::<f64>().ok())
                .collect::<Option<Vec<f64>>>();
            let title = across.name.clone();
            let lines = Lines {
                across: match numbers {
                    Some(values) => Across::Numbers { title, values },
                    None => Across::Names {
                        title,
                        names: columns.iter().map(ToString::to_string).collect(),
                    },
                },
                up: String::new(),
                lines: rows.iter().map(line).collect(),
                strips: Vec::new(),
                from_zero: false,
                is_ranking: false,
            };
            (axis(source, "runs", response), lines)
        });
        let panels = panels.collect();
        part.figure(Figure::new(
            "lines",
            format!("The same as lines over {}", across.name),
            format!(
                "One small chart for each response, with its own scale; from left to right {}, one line for each level of \
                 {}. Bands are 95 % intervals of the mean. Lines that are not parallel show that the two factors act on \
                 each other.",
                across.name, down.name
            ),
            n,
            Multiples { panels, is_shared: false },
        ));
    }
}

fn several(
    factors: &[&Factor],
    points: &[String],
    responses: &[&str],
    found: &Found,
    source: &Source,
    n: &str,
    part: &mut Part,
) {
    part.heading("responses", "Responses");
    let numeric: Vec<(&str, Vec<f64>)> = factors
        .iter()
        .filter_map(|factor| Some((factor.name.as_str(), factor.numbers()?)))
        .collect();
    for response in responses {
        let of = values(found, response, points);
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
        let name = axis(source, "runs", response);
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
            part.figure(Figure::new(
                format!("response-{response}"),
                format!("{} over {factor}", words(response)),
                format!(
                    "Each dot is a design point; all factors differ between them. Of all factors, {factor} goes with \
                     {} most closely. {} design points.",
                    words(response).to_lowercase(),
                    known.len()
                ),
                n,
                Scatter {
                    across: factor.to_string(),
                    up: name.clone(),
                    more: String::new(),
                    dots: dots.collect(),
                    is_joined: false,
                },
            ));
        }
        let bars = ranked.iter().take(20).map(|(value, name, _)| Bar {
            name: name.to_string(),
            value: Some(*value),
            series: usize::from(*value < 0.0),
            ..Bar::default()
        });
        part.figure(Figure::new(
            format!("correlations-{response}"),
            format!("What goes with {}", words(response).to_lowercase()),
            "Rank correlation (Spearman) of each factor with the mean of the response, over design points: 1 if the \
             response always rises with the factor, -1 if it always falls, near 0 if it does neither. dualtrack \
             sensitivity says more, with intervals.",
            format!("n = {} design points", known.len()),
            Bars {
                title: "factor".into(),
                across: "rank correlation, -1 to 1".into(),
                bars: bars.collect(),
                is_marks: false,
            },
        ));
    }
}

fn levels(factors: &[Factor], part: &mut Part) {
    let mut data = Data::new(["Factor", "Levels", "From", "To"]);
    for factor in factors {
        let levels = factor.levels();
        let end = |level: Option<&&str>| {
            level.map_or(String::new(), |level| level.chars().take(60).collect())
        };
        data.rows.push(vec![
            factor.name.clone(),
            levels.len().to_string(),
            end(levels.first()),
            end(levels.last()),
        ]);
    }
    part.heading("factors", "Factors");
    part.table(
        "What was moved, and how far. An empty level leaves the setting as the scenario has it.",
        data,
    );
}

/// A level for people: a number without superfluous digits.
fn label(level: &str) -> String {
    level
        .parse()
        .map_or_else(|_| level.to_string(), scale::exact)
}

/// Ranks, of equals their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = |place: &usize| values[*place] == values[order[from]];
        let to = from
            + order[from..]
                .iter()
                .take_while(|place| same(place))
                .count()
                .max(1);
        let rank = (from + to - 1) as f64 / 2.0;
        order[from..to]
            .iter()
            .for_each(|place| ranks[*place] = rank);
        from = to;
    }
    ranks
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
        // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5) = 0.948683.
        let x = ranks(&[1.0, 5.0, 5.0, 9.0]);
        assert_eq!(x, [0.0, 1.5, 1.5, 3.0]);
        let found = correlation(&x, &ranks(&[1.0, 2.0, 3.0, 40.0])).expect("varies");
        approx::assert_relative_eq!(found, 0.948_683_298, epsilon = 1e-9);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }
}
