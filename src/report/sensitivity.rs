//! The report of `dualtrack sensitivity`.

use crate::report::figure::{
    bars::{Bar, Bars},
    heat::{Heat, Ramp},
    scale,
};
use crate::report::page::Part;
use crate::report::rows::{Row, Rows, counted, meaning};
use crate::report::words::{lower_first, words};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Factors that are shown for a response.
const FACTORS: usize = 20;
/// Factors in a map of interactions.
const PAIRS: usize = 20;

/// An index: its name, for people, whether factors are ordered by it, and what it says.
const INDICES: [(&str, &str, bool, &str); 6] = [
    (
        "total",
        "total index",
        true,
        "the share of variance that stays if all other factors are fixed",
    ),
    (
        "first",
        "first-order index",
        false,
        "the share of variance that goes if the factor is fixed",
    ),
    (
        "mu_star",
        "mean absolute effect",
        true,
        "how far the response moves, on average, when the factor crosses its range",
    ),
    (
        "sigma",
        "spread of effects",
        false,
        "how much that differs from place to place: interactions or curvature",
    ),
    ("mu", "mean effect", false, "the same with its direction"),
    (
        "prcc",
        "partial rank correlation",
        true,
        "how closely the response follows the factor, others held fixed, -1 to 1",
    ),
];

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let rows = Rows::needed(
        source,
        "sensitivity",
        &["response", "factor", "index", "estimate", "low", "high"],
    )?;
    let mut part = Part {
        subtitle: "Which settings matter: how much of the variation of a response each factor is responsible for, and how \
                   much is random.",
        ..Part::default()
    };
    let present: Vec<&(&str, &str, bool, &str)> = INDICES
        .iter()
        .filter(|index| rows.iter().any(|row| row.text("index") == index.0))
        .collect();
    part.fact("Factors", rows.distinct("factor").len().to_string());
    if present.is_empty() {
        part.note("sensitivity.csv holds no index that this report knows.");
    }
    noise(source, &mut part)?;
    for response in rows.distinct("response") {
        let of = rows.with("response", response);
        part.heading(&format!("response-{response}"), &words(response));
        bars(response, &of, &present, &mut part);
    }
    interactions(source, &mut part)?;
    part.reading = vec![
        "An index is an estimate; the whiskers are its 95 % interval. A factor whose interval touches 0 is not shown to \
         matter, within the range over which it was moved. Widen the range and it may.",
        "Where total and first-order index of a factor differ, it acts together with others. First-order indices add up to \
         1 where no factor does. Small estimates may fall below 0 by noise.",
        "The noise share says how much of the variation between means of design points is noise that more replicates would \
         remove. Where it is large, indices are blurred.",
    ];
    Ok(part)
}

fn bars(response: &str, rows: &[Row<'_>], present: &[&(&str, &str, bool, &str)], part: &mut Part) {
    let Some(main) = present.iter().find(|index| index.2).or(present.first()) else {
        return;
    };
    let mut order: Vec<&Row<'_>> = rows
        .iter()
        .filter(|row| row.text("index") == main.0)
        .collect();
    let size = |row: &Row<'_>| row.number("estimate").map_or(-1.0, f64::abs);
    order.sort_by(|a, b| {
        size(b)
            .total_cmp(&size(a))
            .then(a.text("factor").cmp(b.text("factor")))
    });
    let all = order.len();
    order.truncate(FACTORS);
    // Of two means of effects, the absolute one has the bar.
    let shown: Vec<_> = present.iter().filter(|index| index.0 != "mu").collect();
    let mut bars: Vec<Bar> = Vec::new();
    for row in &order {
        let factor = row.text("factor");
        for (series, index) in shown.iter().enumerate() {
            let of = rows
                .iter()
                .find(|row| row.text("factor") == factor && row.text("index") == index.0);
            let Some(of) = of else {
                continue;
            };
            bars.push(of.bar(factor, "estimate", series));
        }
    }
    let names: Vec<String> = shown.iter().map(|index| index.1.to_string()).collect();
    let said: Vec<String> = shown
        .iter()
        .map(|index| format!("{}: {}", index.1, index.3))
        .collect();
    let cut = if all > FACTORS {
        format!(" The {FACTORS} largest of {all} factors are shown.")
    } else {
        String::new()
    };
    part.figure(
        format!("indices-{response}"),
        format!("What moves {}", words(response).to_lowercase()),
        format!(
            "Factors with the largest {} first; {}. Whiskers are 95 % intervals.{cut}",
            main.1,
            said.join("; ")
        ),
        counted(rows.iter().copied(), "base rows, trajectories or points"),
        Bars {
            series: match shown.len() {
                1 => Vec::new(),
                _ => names.clone(),
            },
            ..Bars::new("factor", names.join(" and "), bars)
        },
    );
}

fn noise(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    let Some(rows) = Rows::found(source, "noise", &["response"])? else {
        return Ok(());
    };
    let shares = [
        (
            "noise_of_means",
            "Draws left in means of design points",
            "share of the variance between means",
        ),
        (
            "between_points",
            "Variation of single runs that factors explain",
            "share of the variance of single runs",
        ),
        (
            "common_draws",
            "Variation of single runs that all points have in common",
            "share of the variance of single runs",
        ),
        (
            "rest",
            "Draws that fall differently at different points",
            "share of the variance of single runs",
        ),
    ];
    part.heading("noise", "How much is random");
    for (column, title, across) in shares {
        if !rows.has(column) || rows.iter().all(|row| row.number(column).is_none()) {
            continue;
        }
        let (low, high) = (format!("{column}_low"), format!("{column}_high"));
        let bars = rows.iter().map(|row| Bar {
            name: words(row.text("response")),
            value: row.number(column),
            interval: row.interval(&low, &high),
            series: 5,
            ..Bar::default()
        });
        let meaning = match meaning(source, "noise", column) {
            meaning if meaning.is_empty() => meaning,
            meaning => format!(" In full: {}.", lower_first(&meaning)),
        };
        part.figure(
            format!("noise-{column}"),
            title,
            format!("One bar for each response, with 95 % intervals.{meaning}"),
            match scale::range(rows.iter().filter_map(|row| row.number("runs"))) {
                Some((_, runs)) => format!("n = {} runs", scale::grouped(runs, 0)),
                None => String::new(),
            },
            Bars::new("response", format!("{across}, 0 to 1"), bars),
        );
    }
    Ok(())
}

fn interactions(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    let needed = ["response", "factor_1", "factor_2", "estimate"];
    let Some(rows) = Rows::found(source, "interactions", &needed)? else {
        return Ok(());
    };
    if rows.is_empty() {
        return Ok(());
    }
    part.heading("interactions", "Which factors act together");
    for response in rows.distinct("response") {
        let of = rows.with("response", response);
        if let Some(heat) = pairs(
            &of,
            ("factor_1", "factor_2"),
            "estimate",
            "share of variance",
        ) {
            part.figure(
                format!("interactions-{response}"),
                format!("Pairs of factors for {}", words(response).to_lowercase()),
                format!("Share of variance that two factors have only together (second-order index). {PALE}"),
                counted(of.into_iter(), "base rows"),
                heat,
            );
        }
    }
    Ok(())
}

/// What a pale cell of a map of pairs says.
pub(crate) const PALE: &str = "Pale cells are pairs whose 95 % interval holds 0, so that nothing is shown; point at a cell \
     or open the numbers for intervals. Of twenty pairs that do nothing, about one will be coloured by chance.";

/// A map of pairs, each once.
pub(crate) fn pairs(
    rows: &[Row<'_>],
    (one, other): (&str, &str),
    value: &str,
    unit: &str,
) -> Option<Heat> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        for name in [row.text(one), row.text(other)] {
            if !names.contains(&name) && names.len() < PAIRS {
                names.push(name);
            }
        }
    }
    let place = |name: &str| names.iter().position(|known| *known == name);
    // The first name needs no row, the last no column.
    let side = names.len().checked_sub(1)?;
    let mut values = vec![None; side * side];
    let mut intervals = vec![None; side * side];
    for row in rows {
        if let (Some(a), Some(b)) = (place(row.text(one)), place(row.text(other)))
            && a != b
        {
            let cell = (a.max(b) - 1) * side + a.min(b);
            values[cell] = row.number(value);
            intervals[cell] = row.interval("low", "high");
        }
    }
    let list = |names: &[&str]| names.iter().map(|name| words(name)).collect();
    values.iter().any(Option::is_some).then(|| Heat {
        down: one.to_string(),
        across: "the other of the pair".to_string(),
        value: unit.to_string(),
        rows: list(&names[1..]),
        columns: list(&names[..side]),
        values,
        intervals,
        ramp: Ramp::Signed,
        ..Heat::default()
    })
}
