//! The report of a sweep.

use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    frame::Across,
    lines::{Line, Lines},
};
use crate::report::page::Part;
use crate::report::rows::{Rows, axis, counted};
use crate::report::sweep::factor::{Factor, Found, values};
use crate::report::sweep::grid::two;
use crate::report::sweep::many::several;
use crate::report::words::words;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Responses with figures.
pub(crate) const RESPONSES: usize = 24;

/// Levels of a factor in a heat map.
pub(crate) const LEVELS: usize = 30;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let summary = Rows::needed(
        source,
        "summary",
        &["design_point", "response", "mean", "low", "high"],
    )?;
    let design = Rows::needed(source, "design", &["design_point"])?;
    let mut part = Part {
        subtitle: "What happens when settings are moved: a sweep runs the model at design points, each a choice of \
                   levels for the factors, several times with other luck.",
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
        found
            .entry(row.text("response").to_string())
            .or_default()
            .insert(row.text("design_point").to_string(), row.point("mean"));
    }
    part.fact("Design points", points.len());
    part.fact("Factors", factors.len());
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
         differences between them are better known than the intervals of each suggest.",
        "A response is what a run is measured by. A pattern in these figures holds for the model with the other settings \
         as they are, and within the range that was swept.",
    ];
    Ok(part)
}

pub(crate) fn is_grid(down: &Factor, across: &Factor, points: usize) -> bool {
    let (rows, columns) = (down.levels().len(), across.levels().len());
    rows <= LEVELS && columns <= LEVELS && rows * columns == points
}

pub(crate) fn only_values(
    responses: &[&str],
    found: &Found,
    source: &Source,
    n: &str,
    part: &mut Part,
) {
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
    part.figure(
        "responses",
        "Responses at the one design point",
        "Means with 95 % intervals.",
        n,
        Bars::new("response", "mean", bars).as_marks(),
    );
}

pub(crate) fn one(
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
        let line = Line {
            name: words(response),
            points: order.iter().map(|place| values[*place]).collect(),
        };
        Lines::new(across.clone(), axis(source, "runs", response), vec![line])
    };
    for response in responses {
        part.figure(
            format!("response-{response}"),
            format!("{} over {}", words(response), factor.name),
            format!(
                "Mean of {} at each level of {}, with its 95 % interval; all other settings stay as they are.",
                axis(source, "runs", response),
                factor.name
            ),
            n,
            lines(response),
        );
    }
}

pub(crate) fn levels(factors: &[Factor], part: &mut Part) {
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
