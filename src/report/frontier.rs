//! The report of `dualtrack frontier`.

use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    scale,
    scatter::{Dot, Scatter},
};
use crate::report::page::Part;
use crate::report::rows::{Row, Rows, axis, meaning, plain};
use crate::report::words::{list_of, words};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Pairs of objectives that are drawn.
const PAIRS: usize = 6;
/// Points in bars.
const POINTS: usize = 30;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let rows = Rows::needed(
        source,
        "frontier",
        &["design_point", "non_dominated", "chance_non_dominated"],
    )?;
    let objectives: Vec<&str> = rows
        .columns()
        .iter()
        .map(String::as_str)
        .filter(|name| rows.has(&format!("{name}_se")) && rows.has(&format!("{name}_n")))
        .collect();
    let mut part = Part {
        subtitle: "Which combinations of rules are worth having: those that no other combination beats in every objective.",
        ..Part::default()
    };
    part.fact("Design points", rows.iter().count());
    part.fact("Non-dominated", rows.with("non_dominated", "true").len());
    part.fact("Objectives", list_of(&objectives));
    let is_factor = |name: &&String| {
        let name = name.as_str();
        !matches!(
            name,
            "design_point" | "non_dominated" | "chance_non_dominated"
        ) && !objectives.iter().any(|objective| {
            name.strip_prefix(objective)
                .is_some_and(|rest| matches!(rest, "" | "_se" | "_n"))
        })
    };
    let factors: Vec<&String> = rows.columns().iter().filter(is_factor).collect();
    let said = |row: &Row<'_>| {
        let parts: Vec<String> = factors
            .iter()
            .filter(|name| !row.text(name).is_empty())
            .map(|name| format!("{name} = {}", row.text(name)))
            .collect();
        format!("point {}: {}", row.text("design_point"), parts.join(", "))
    };
    let title = |name: &str| {
        let meaning = meaning(source, "frontier", name);
        let wanted = [", to be high", ", to be low"];
        let wanted = wanted.iter().find(|wanted| meaning.ends_with(&wanted[2..]));
        axis(source, "frontier", name) + wanted.unwrap_or(&"")
    };
    let n = {
        let counts = objectives.iter().flat_map(|name| {
            rows.iter()
                .filter_map(move |row| row.number(&format!("{name}_n")))
        });
        scale::range(counts).map_or(String::new(), |(_, most)| {
            format!("n = {} replicates at each point", scale::grouped(most, 0))
        })
    };
    part.heading("frontier", "The frontier");
    let pairs = objectives.iter().enumerate().flat_map(|(place, one)| {
        let others = objectives.iter().skip(place + 1);
        others.map(move |other| (one, other))
    });
    for (one, other) in pairs.take(PAIRS) {
        let dots = rows.iter().filter_map(|row| {
            let ends = |name: &str, value: f64| {
                row.number(&format!("{name}_se"))
                    .map(|se| (value - 1.96 * se, value + 1.96 * se))
            };
            let (x, y) = (row.number(one)?, row.number(other)?);
            let is_strong = row.text("non_dominated") == "true";
            Some(Dot {
                name: said(&row),
                label: if is_strong {
                    row.text("design_point").to_string()
                } else {
                    String::new()
                },
                x,
                y,
                x_interval: ends(one, x),
                y_interval: ends(other, y),
                is_strong,
                more: row.number("chance_non_dominated"),
            })
        });
        let chart = Scatter {
            across: title(one),
            up: title(other),
            more: "chance to be non-dominated".to_string(),
            dots: dots.collect(),
            is_joined: objectives.len() == 2,
        };
        part.figure(
                format!("frontier-{one}-{other}"),
                format!("{} against {}", words(other), words(one).to_lowercase()),
                "Each mark is a combination of rules, at the means of its runs. Full marks with numbers are non-dominated: no \
                 other point is at least as good in all objectives and better in one. Rings are dominated. Thin crosses are \
                 about two standard errors to each side.",
                &n,
                chart,
            );
    }
    chances(&rows, &n, &mut part);
    let mut data = Data::new(["Point".to_string()]);
    data.columns
        .extend(factors.iter().map(|name| name.to_string()));
    data.columns
        .extend(objectives.iter().map(|name| words(name)));
    data.columns.push("Chance".to_string());
    for row in rows.with("non_dominated", "true") {
        let mut cells = vec![row.text("design_point").to_string()];
        cells.extend(factors.iter().map(|name| row.text(name).to_string()));
        cells.extend(objectives.iter().map(|name| row.short(name)));
        cells.push(row.short("chance_non_dominated"));
        data.rows.push(cells);
    }
    part.table(
        "The non-dominated points. An empty cell leaves the factor as the base has it.",
        data,
    );
    if let Some(moves) = Rows::found(source, "moves", &["design_point"])? {
        part.heading("moves", "Moves from the base");
        part.table(
            "What moving from the base to a point changes (moves.csv, first 80 rows).",
            plain(&moves, 80),
        );
    }
    part.reading = vec![
        "Whether a point is on the frontier is itself an estimate. The chance is the share of resamples of replicates in which \
         it is non-dominated; a point near 1 is there whatever the draws, one near 0.5 could as well not be.",
        "The frontier weighs nothing against anything: which of its points is best depends on how much of one objective one \
         would give for another.",
    ];
    Ok(part)
}

fn chances(rows: &Rows, n: &str, part: &mut Part) {
    let mut of: Vec<Row<'_>> = rows
        .iter()
        .filter(|row| {
            row.number("chance_non_dominated")
                .is_some_and(|chance| chance > 0.0)
        })
        .collect();
    of.sort_by(|a, b| {
        let chance = |row: &Row<'_>| row.number("chance_non_dominated").unwrap_or(0.0);
        chance(b).total_cmp(&chance(a))
    });
    of.truncate(POINTS);
    let bars = of.iter().map(|row| Bar {
        // Rules would be cut where they begin to differ.
        name: format!("point {}", row.text("design_point")),
        value: row.number("chance_non_dominated"),
        series: if row.text("non_dominated") == "true" {
            0
        } else {
            5
        },
        ..Bar::default()
    });
    let bars: Vec<Bar> = bars.collect();
    if !bars.is_empty() {
        part.figure(
            "chances",
            "How sure it is that a point is on the frontier",
            "Share of bootstrap resamples of replicates, the same for all points, in which the point is non-dominated. Blue: \
             non-dominated by means; dark: dominated by means, but perhaps by draws. The numbers of the figure above say what \
             each point is.",
            n,
            Bars::new("point", "chance, 0 to 1", bars),
        );
    }
}
