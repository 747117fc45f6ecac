//! The report of a sweep.

use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    frame::Across,
    lines::{Line, Lines},
};
use crate::report::page::Part;
use crate::report::rows::{Rows, counted};
use crate::report::sweep::factor::{Factor, Swept, label};
use crate::report::sweep::grid::two;
use crate::report::sweep::many::several;
use crate::report::words::words;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Responses with figures.
const RESPONSES: usize = 24;

/// Levels of a factor in a heat map.
const LEVELS: usize = 30;

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
                   levels for the factors, several times with other random draws.",
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
    let found = summary.iter().map(|row| {
        let key = ["response", "design_point"].map(|column| row.text(column).to_string());
        (key.into(), row.point("mean"))
    });
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
    let swept = Swept {
        source,
        points,
        responses,
        found: found.collect(),
        n: counted(summary.iter(), "replicates at each design point"),
    };
    let varied: Vec<&Factor> = factors
        .iter()
        .filter(|factor| factor.levels().len() > 1)
        .collect();
    match varied.as_slice() {
        [] => only_values(&swept, &mut part),
        [factor] => one(&swept, factor, &mut part),
        [down, across] if is_grid(down, across, swept.points.len()) => {
            two(&swept, down, across, &mut part);
        }
        many => several(&swept, many, &mut part),
    }
    levels(&factors, &mut part);
    part.reading = vec![
        "A design point is one choice of levels for all factors. Each value is a mean over replicates at a design point, \
         and intervals are 95 % intervals of the mean after Student; all design points meet the same random draws, so that \
         differences between them are better known than the intervals of each suggest.",
        "A response is what a run is measured by. A pattern in these figures holds for the model with the other settings \
         as they are, and within the range that was swept.",
    ];
    Ok(part)
}

fn is_grid(down: &Factor, across: &Factor, points: usize) -> bool {
    let (rows, columns) = (down.levels().len(), across.levels().len());
    rows <= LEVELS && columns <= LEVELS && rows * columns == points
}

fn only_values(swept: &Swept<'_>, part: &mut Part) {
    part.heading("responses", "Responses");
    let bars = swept.responses.iter().filter_map(|response| {
        let point = swept.values(response).first().copied()?;
        Some(Bar {
            name: swept.axis(response),
            value: point.value,
            interval: point.interval,
            ..Bar::default()
        })
    });
    part.figure(
        "responses",
        "Responses at the one design point",
        "Means with 95 % intervals.",
        &swept.n,
        Bars::new("response", "mean", bars).into_marks(),
    );
}

fn one(swept: &Swept<'_>, factor: &Factor, part: &mut Part) {
    part.heading("responses", &format!("Responses to {}", factor.name));
    let mut order: Vec<usize> = (0..swept.points.len()).collect();
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
            names: factor.values.iter().map(|level| label(level)).collect(),
        },
    };
    let lines = |response: &str| {
        let values = swept.values(response);
        let line = Line {
            name: words(response),
            points: order.iter().map(|place| values[*place]).collect(),
        };
        Lines::new(across.clone(), swept.axis(response), vec![line])
    };
    for response in &swept.responses {
        part.figure(
            format!("response-{response}"),
            format!("{} over {}", words(response), factor.name),
            format!(
                "Mean of {} at each level of {}, with its 95 % interval; all other settings stay as they are.",
                swept.axis(response),
                factor.name
            ),
            &swept.n,
            lines(response),
        );
    }
}

fn levels(factors: &[Factor], part: &mut Part) {
    let mut data = Data::new(["Factor", "Levels", "From", "To"]);
    for factor in factors {
        let levels = factor.levels();
        let end = |level: Option<&&str>| {
            level.map_or(String::new(), |level| {
                label(level).chars().take(60).collect()
            })
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
        "What was moved, and how far. The level `base` leaves the setting as the scenario has it.",
        data,
    );
}
