//! Sweeps of two factors on a grid.

use crate::report::figure::{
    frame::Across,
    heat::Heat,
    lines::{Line, Lines},
    multiples::Multiples,
};
use crate::report::page::Part;
use crate::report::sweep::factor::{Factor, Swept, label};
use crate::report::words::words;

/// Maps of two factors, and lines.
pub(crate) fn two(swept: &Swept<'_>, down: &Factor, across: &Factor, part: &mut Part) {
    part.heading(
        "responses",
        &format!("Responses to {} and {}", down.name, across.name),
    );
    let (rows, columns) = (down.levels(), across.levels());
    for response in &swept.responses {
        let of = swept.values(response);
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
            value: swept.axis(response),
            rows: rows.iter().rev().map(|level| label(level)).collect(),
            columns: columns.iter().map(|level| label(level)).collect(),
            values: cells,
            ..Heat::default()
        };
        part.figure(
            format!("response-{response}"),
            words(response),
            format!(
                "Mean over replicates. From bottom to top: {}; from left to right: {}.",
                down.name, across.name
            ),
            &swept.n,
            chart,
        );
    }
    if columns.len() <= 12 && rows.len() <= 8 {
        let panels = swept.responses.iter().map(|response| {
            let of = swept.values(response);
            let line = |row: &&str| {
                let point = |column: &&str| {
                    let place = (0..swept.points.len()).find(|place| {
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
            let over = match numbers {
                Some(values) => Across::Numbers { title, values },
                None => Across::Names {
                    title,
                    names: columns.iter().map(ToString::to_string).collect(),
                },
            };
            let lines = Lines::new(over, "", rows.iter().map(line).collect());
            (swept.axis(response), lines)
        });
        let panels = panels.collect();
        part.figure(
            "lines",
            format!("The same as lines over {}", across.name),
            format!(
                "One small chart for each response, with its own scale; from left to right {}, one line for each level of \
                 {}. Bands are 95 % intervals of the mean. Lines that are not parallel show that the two factors act on \
                 each other.",
                across.name, down.name
            ),
            &swept.n,
            Multiples { panels, is_shared: false },
        );
    }
}
