//! The report of `dualtrack compare`.

use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    frame::Across,
    lines::Lines,
    multiples::Multiples,
};
use crate::report::page::Part;
use crate::report::rows::{Row, Rows, counted, over_quarters, plain};
use crate::report::words::words;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Responses with small charts.
const RESPONSES: usize = 24;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let needed = ["treatment", "response", "difference", "low", "high"];
    let at_points = Rows::found(source, "uncertainty", &needed)?;
    // A comparison at design points has its effects point by point.
    let effects = match &at_points {
        Some(_) => Rows::default(),
        None => Rows::needed(source, "effects", &needed)?,
    };
    let mut part = Part {
        subtitle: "What a change of rules does: base and treatments run on the same random draws, replicate by replicate, so that \
                   their difference is the rules' doing.",
        ..Part::default()
    };
    let treatments = at_points.as_ref().unwrap_or(&effects).distinct("treatment");
    part.fact("Treatments", treatments.join(", "));
    for treatment in effects.distinct("treatment") {
        one(treatment, &effects.with("treatment", treatment), &mut part);
    }
    over_time(source, &mut part)?;
    uncertainty(source, &mut part)?;
    part.reading = vec![
        "Every difference is treatment minus base in runs that share their random draws; intervals are 95 % intervals of the mean \
         difference after Student. An interval that lies on one side of 0 shows a direction. One that holds 0 shows \
         neither an effect nor that there is none: more replicates narrow it.",
        "Many responses are looked at here. Of twenty that do not change, about one will seem to by chance.",
    ];
    Ok(part)
}

fn one(treatment: &str, rows: &[Row<'_>], part: &mut Part) {
    part.heading(
        &format!("treatment-{treatment}"),
        &format!("Treatment: {treatment}"),
    );
    let n = counted(rows.iter().copied(), "pairs of runs");
    let bars = rows
        .iter()
        .filter(|row| row.number("relative_change").is_some())
        .map(|row| {
            let interval = row.interval("relative_low", "relative_high");
            Bar {
                name: words(row.text("response")),
                value: row.number("relative_change").map(|value| value * 100.0),
                interval: interval.map(|(low, high)| (low * 100.0, high * 100.0)),
                note: row.text("verdict").to_string(),
                series: match row.text("verdict") {
                    "higher" => 0,
                    "lower" => 1,
                    _ => 5,
                },
            }
        });
    let bars: Vec<Bar> = bars.collect();
    if !bars.is_empty() {
        part.figure(
            format!("effects-{treatment}"),
            format!("What {treatment} changes, relative to the base"),
            "Each mark is the mean difference to the base in per cent of the mean under the base, with its 95 % interval. \
             At the right stands the verdict on the difference itself: higher, lower, or not shown where the interval \
             holds 0.",
            n,
            Bars::new("response", "change against the base, %", bars).into_marks(),
        );
    }
    let mut data = Data::new([
        "Response",
        "Unit",
        "Base",
        "Treatment",
        "Difference [95 %]",
        "Same sign",
        "Verdict",
    ]);
    for row in rows {
        let same = row
            .number("same_sign_share")
            .map_or("–".to_string(), |share| format!("{:.0} %", share * 100.0));
        data.rows.push(vec![
            words(row.text("response")),
            match row.text("unit") {
                "1" => String::new(),
                unit => unit.to_string(),
            },
            row.short("base_mean"),
            row.short("treatment_mean"),
            row.estimate("difference"),
            same,
            row.text("verdict").to_string(),
        ]);
    }
    part.table(
        "Means over replicates and their paired difference; same sign: share of pairs whose difference has the sign of the \
         mean difference.",
        data,
    );
}

fn over_time(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    let needed = [
        "treatment",
        "response",
        "quarter",
        "difference",
        "low",
        "high",
    ];
    let Some(rows) = Rows::found(source, "effects_over_time", &needed)? else {
        return Ok(());
    };
    if rows.is_empty() {
        return Ok(());
    }
    let responses = rows.distinct("response").into_iter().take(RESPONSES);
    let panels = responses.map(|response| {
        let of = rows.with("response", response);
        let (quarters, lines) = over_quarters(&of, "treatment", "difference");
        let mut lines = Lines::new(Across::Quarters(quarters), "", lines);
        lines.from_zero = true;
        (words(response), lines)
    });
    let panels: Vec<(String, Lines)> = panels.collect();
    part.heading("over-time", "Effects over time");
    part.figure(
        "effects-over-time",
        "When the difference opens",
        "One small chart for each response, with its own scale, in the response's unit: treatment minus base in each \
         quarter, with its 95 % interval. The line at 0 is the base. Before a treatment begins the difference is exactly \
         0, as both have the same random draws.",
        counted(rows.iter(), "pairs of runs"),
        Multiples { panels, is_shared: false },
    );
    Ok(())
}

fn uncertainty(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    let tables = [
        (
            "uncertainty",
            "Over all design points: how often and how far a response is higher or lower.",
        ),
        (
            "wins",
            "How often base or treatment is the best by a response, over design points.",
        ),
        ("drivers", "Which factors go with the size of a difference."),
        (
            "scenario_discovery",
            "Where in the parameter space a difference holds.",
        ),
    ];
    let mut has_heading = false;
    for (name, caption) in tables {
        let Some(rows) = Rows::found(source, name, &[])?.filter(|rows| !rows.is_empty()) else {
            continue;
        };
        if !has_heading {
            part.heading("uncertainty", "Does it hold elsewhere?");
            has_heading = true;
        }
        let caption = format!("{caption} ({name}.csv, first 60 rows.)");
        part.table(caption, plain(&rows, 60));
    }
    Ok(())
}
