//! The report of a register of claims.

use crate::kernel::quarter::Quarter;
use crate::report::figure::{
    Data, Figure,
    bars::{Bar, Bars},
    frame::Across,
    lines::{Line, Lines, Point},
    multiples::Multiples,
};
use crate::report::page::{Block, Part};
use crate::report::reproduce::columns::{claim, first};
use crate::report::reproduce::stories;
use crate::report::reproduce::verdicts::{class, meaning, robust, verdict};
use crate::report::rows::{Row, Rows};
use crate::report::words::words;
use crate::table::error::OutputError;
use crate::table::source::Source;
use std::collections::BTreeMap;

/// Parts of a claim that are told in words.
pub(crate) const PARTS: usize = 4;

/// Claims that are shown.
pub(crate) const CLAIMS: usize = 200;

/// Columns that may hold what was measured.
pub(crate) const ESTIMATES: [&str; 5] = ["effect", "estimate", "difference", "value", "mean"];

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let claims = Rows::needed(source, "claims", &["verdict"])?;
    let series = Rows::found(source, "series", &["quarter", "arm"])?;
    let robustness = Rows::found(source, "robustness", &[])?;
    let mut part = Part {
        title: "The claims of Ma (2024), put to the test".to_string(),
        subtitle: "The claims of Ma (2024), each as an experiment that can fail, in the order of the paper: what it says, what \
                   was run, what came out, and whether it holds."
            .to_string(),
        ..Part::default()
    };
    let mut order: Vec<&str> = Vec::new();
    let mut by_claim: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in claims.iter() {
        let id = claim(&row);
        if !by_claim.contains_key(id) {
            if order.len() == CLAIMS {
                break;
            }
            order.push(id);
        }
        by_claim.entry(id).or_default().push(row);
    }
    overview(&order, &by_claim, robustness.as_ref(), &mut part);
    part.heading("claims", "Claim by claim");
    for id in &order {
        if let Some(rows) = by_claim.get(id) {
            one(id, rows, series.as_ref(), robustness.as_ref(), &mut part);
        }
    }
    henan(source, &mut part)?;
    stories::add(source, &mut part)?;
    part.reading = vec![
        "A claim holds when the whole 95 % interval of what was measured lies where the claim expects it; it is contradicted \
         when the whole interval lies on the other side; else it is not shown. Nothing was tuned for any claim."
            .to_string(),
        "Treatment and control share their luck, replicate by replicate, so their difference is what the mechanism in question \
         does. A verdict is about the model with its default parameters; the robustness beside it says in what share of other \
         plausible parameters it stays."
            .to_string(),
        "A claim that holds here is one that follows from the mechanisms the paper describes. That the mechanisms are those of \
         the world is not shown by it."
            .to_string(),
    ];
    Ok(part)
}

pub(crate) fn overview(
    order: &[&str],
    by_claim: &BTreeMap<&str, Vec<Row<'_>>>,
    robustness: Option<&Rows>,
    part: &mut Part,
) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut data = Data::new(["Claim", "What the paper says", "Verdict", "Holds elsewhere"]);
    for id in order {
        let Some(rows) = by_claim.get(id) else {
            continue;
        };
        let verdict = verdict(rows);
        *counts.entry(verdict).or_default() += 1;
        data.rows.push(vec![
            id.to_string(),
            rows.first()
                .map_or("", |row| first(row, &["says", "claim_text", "text"]))
                .to_string(),
            verdict.to_string(),
            robust(id, robustness).unwrap_or_else(|| "–".to_string()),
        ]);
    }
    for verdict in ["holds", "contradicted", "not shown", "reported", "open"] {
        if let Some(count) = counts.get(verdict) {
            part.facts.push((words(verdict), count.to_string()));
        }
    }
    part.heading("verdicts", "Verdicts");
    part.table(
        "All claims. Holds elsewhere: share of points of a sample of the uncertain parameters at which the claim holds too.",
        data,
    );
}

pub(crate) fn one(
    id: &str,
    rows: &[Row<'_>],
    series: Option<&Rows>,
    robustness: Option<&Rows>,
    part: &mut Part,
) {
    let Some(head) = rows.first() else {
        return;
    };
    let says = first(head, &["says", "claim_text", "text"]);
    let verdict = verdict(rows);
    part.blocks.push(Block::Verdict(
        format!("claim-{id}"),
        format!("{id}. {says}"),
        verdict.to_string(),
        class(verdict),
    ));
    let section = first(head, &["section"]);
    if !section.is_empty() {
        part.text(format!("Section of the paper: {section}."));
    }
    let mut experiment: Vec<String> = Vec::new();
    for row in rows {
        let sides = match (row.text("treatment"), row.text("control")) {
            ("", "") => String::new(),
            (treatment, "") => format!("{treatment}: "),
            (treatment, control) => format!("{treatment} against {control}: "),
        };
        let measured = first(row, &["response", "measure"]);
        let expected = first(row, &["expectation", "expect", "expected"]);
        let expected = if expected.is_empty() {
            String::new()
        } else {
            format!(" expected {expected}")
        };
        if experiment.len() == PARTS {
            experiment.push(format!("and {} more", rows.len() - PARTS));
        }
        if experiment.len() < PARTS {
            experiment.push(format!("{sides}{measured}{expected}"));
        }
    }
    experiment.retain(|text| !text.is_empty());
    if !experiment.is_empty() {
        part.text(format!("Experiment: {}.", experiment.join("; ")));
    }
    let open = first(head, &["open", "reason"]);
    if !open.is_empty() {
        part.note(open);
    }
    pictures(id, series, part);
    let bars: Vec<Bar> = rows
        .iter()
        .filter_map(|row| {
            let value = ESTIMATES
                .into_iter()
                .find(|column| row.number(column).is_some())?;
            let mut bar = row.bar(
                words(first(row, &["response", "measure", "claim", "id"])),
                value,
                0,
            );
            bar.note = row.text("verdict").to_string();
            bar.series = match class(row.text("verdict")) {
                "good" => 2,
                "bad" => 1,
                _ => 5,
            };
            Some(bar)
        })
        .collect();
    if !bars.is_empty() {
        let n = crate::report::rows::counted(rows.iter().copied(), "replicates");
        part.figure(Figure::new(
            format!("estimate-{id}"),
            "What was measured, with its interval",
            "Mark and 95 % interval of each part of the claim, on a common axis. Green holds, orange is contradicted, dark is \
             neither.",
            n,
            Bars { title: "part".into(), across: "estimate, in the unit of the response".into(), bars, is_marks: true },
        ));
    }
    let measured: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let value = ESTIMATES
                .into_iter()
                .find(|column| row.number(column).is_some())?;
            let name = words(first(row, &["response", "measure", "claim", "id"]));
            let said = row.text("reading");
            if said.is_empty() {
                Some(format!("{name}: {}", row.estimate(value, "low", "high")))
            } else {
                Some(format!("{name}: {said}"))
            }
        })
        .collect();
    if !measured.is_empty() {
        part.text(format!(
            "Measured, with 95 % intervals: {}.",
            measured.join("; ")
        ));
    }
    let mut reading = format!("Reading: {}", meaning(verdict));
    if let Some(share) = robust(id, robustness) {
        reading += &format!(" Robustness: it holds at {share} of the sampled parameters.");
    }
    part.text(reading);
}

/// Lines by arm from rows of a series.
pub(crate) fn arms<'a>(
    rows: &[Row<'a>],
    wanted: &dyn Fn(&str) -> bool,
) -> Option<(Vec<Quarter>, Vec<Line>)> {
    let mut quarters: Vec<Quarter> = rows
        .iter()
        .filter_map(|row| row.text("quarter").parse().ok())
        .collect();
    quarters.sort_unstable();
    quarters.dedup();
    let mut lines: Vec<Line> = Vec::new();
    for row in rows.iter().filter(|row| wanted(row.text("arm"))) {
        let arm = row.text("arm");
        let quarter = row.text("quarter").parse::<Quarter>().ok()?;
        let place = quarters.binary_search(&quarter).ok()?;
        let at = match lines.iter().position(|line| line.name == arm) {
            Some(at) => at,
            None if lines.len() == 8 => continue,
            None => {
                lines.push(Line {
                    name: arm.to_string(),
                    points: vec![Point::default(); quarters.len()],
                });
                lines.len() - 1
            }
        };
        let value = ["mean", "value", "estimate"]
            .into_iter()
            .find_map(|column| row.number(column));
        lines[at].points[place] = Point {
            value,
            interval: row.interval("low", "high"),
            spread: None,
        };
    }
    (!lines.is_empty()).then_some((quarters, lines))
}

pub(crate) fn over(quarters: Vec<Quarter>, lines: Vec<Line>, up: String) -> Lines {
    Lines {
        across: Across::Quarters(quarters),
        up,
        lines,
        strips: Vec::new(),
        from_zero: false,
        is_ranking: false,
    }
}

pub(crate) fn pictures(id: &str, series: Option<&Rows>, part: &mut Part) {
    let Some(series) = series else {
        return;
    };
    let of: Vec<Row<'_>> = series.iter().filter(|row| claim(row) == id).collect();
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for row in &of {
        let key = (row.text("part"), first(row, &["response", "measure"]));
        if !parts.contains(&key) && parts.len() < 6 {
            parts.push(key);
        }
    }
    for (number, response) in parts {
        let rows: Vec<Row<'_>> = of
            .iter()
            .copied()
            .filter(|row| row.text("part") == number)
            .collect();
        // The series shows all quarters, whatever the claim is measured over.
        let name = words(response.split('@').next().unwrap_or(response));
        if let Some((quarters, lines)) = arms(&rows, &|arm| arm != "difference") {
            part.figure(Figure::new(
                format!("series-{id}-{number}"),
                format!("{name} over time"),
                "Mean over replicates in each arm of the experiment, with its 95 % interval; flows are those of the quarter. Both \
                 arms have the same luck, so where the lines part, the mechanism in question acts.",
                crate::report::rows::counted(rows.iter().copied(), "replicates"),
                over(quarters, lines, name.clone()),
            ));
        }
    }
}

pub(crate) fn henan(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    let Some(rows) = Rows::found(source, "henan", &["measure", "arm", "quarter"])? else {
        return Ok(());
    };
    if rows.is_empty() {
        return Ok(());
    }
    part.heading("henan", "The story of Henan");
    part.text(
        "The paper expects that Henan, which has no leading firms, loses to the costs of bringing in outside firms what it gains \
         from foundation models, in contrast to Shenzhen or Hangzhou. Below is each city's programme as it came about \
         (treatment), and as it would have been had this city alone been closed to it from 2023 on (control); Zhengzhou stands \
         for Henan.",
    );
    for city in rows.distinct("city_id").into_iter().take(4) {
        let panels = rows
            .distinct("measure")
            .into_iter()
            .take(12)
            .filter_map(|measure| {
                let of: Vec<Row<'_>> = rows
                    .iter()
                    .filter(|row| row.text("city_id") == city && row.text("measure") == measure)
                    .collect();
                let (quarters, lines) = arms(&of, &|arm| arm != "difference")?;
                Some((words(measure), over(quarters, lines, String::new())))
            });
        let panels: Vec<(String, Lines)> = panels.collect();
        if panels.is_empty() {
            continue;
        }
        part.figure(Figure::new(
            format!("henan-{city}"),
            format!("{}'s programme in foundation models", words(city)),
            "One small chart for each measure, with its own scale, money in CNY mn of the quarter: treatment is with the \
             programme, control without. Bands are 95 % intervals.",
            crate::report::rows::counted(rows.iter(), "replicates"),
            Multiples { panels, is_shared: false },
        ));
    }
    Ok(())
}
