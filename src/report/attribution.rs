//! The report of `dualtrack attribute`.

use crate::report::figure::{Data, bars::Bar, scale, waterfall::Waterfall};
use crate::report::page::Part;
use crate::report::rows::{Row, Rows, axis, counted};
use crate::report::sensitivity::{PALE, pairs};
use crate::report::words::{list_of, words};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let rows = Rows::needed(
        source,
        "shapley",
        &["response", "mechanism", "value", "low", "high"],
    )?;
    let combinations = Rows::found(source, "combinations", &["combination", "response", "mean"])?;
    let interactions = Rows::found(
        source,
        "interactions",
        &["response", "mechanism_1", "mechanism_2", "value"],
    )?;
    let mut part = Part {
        subtitle: "Which mechanism is responsible for which part: every combination of mechanisms on and off, run on the \
                   same random draws, and the difference shared out fairly.",
        ..Part::default()
    };
    let mechanisms = rows.distinct("mechanism");
    part.fact("Mechanisms", list_of(&mechanisms));
    for response in rows.distinct("response") {
        let mut of = rows.with("response", response);
        let size = |row: &Row<'_>| row.number("value").map_or(-1.0, f64::abs);
        of.sort_by(|a, b| {
            size(b)
                .total_cmp(&size(a))
                .then(a.text("mechanism").cmp(b.text("mechanism")))
        });
        let name = axis(source, "runs", response);
        part.heading(&format!("response-{response}"), &words(response));
        let ends = combinations.as_ref().and_then(|rows| ends(rows, response));
        let whole: f64 = of.iter().filter_map(|row| row.number("value")).sum();
        let (start, end) = ends.unwrap_or((0.0, whole));
        let n = counted(of.iter().copied(), "replicates with all combinations");
        part.figure(
            format!("shapley-{response}"),
            format!("From all mechanisms off to all on: {}", words(response).to_lowercase()),
            "Each step is the Shapley value of a mechanism: what turning it on adds, averaged over all orders in which \
             mechanisms can be turned on. Steps add up to the whole difference. Blue raises, orange lowers; whiskers are \
             95 % intervals of the step.",
            &n,
            Waterfall {
                across: name.clone(),
                start: ("All off".to_string(), start),
                steps: of.iter().map(|row| row.bar(words(row.text("mechanism")), "value", 0)).collect::<Vec<Bar>>(),
                end: ("All on".to_string(), end),
            },
        );
        let mut data = Data::new(["Mechanism", "Value [95 %]", "Share of the whole difference"]);
        for row in &of {
            let share = row.number("share").map_or("–".to_string(), |share| {
                format!("{} %", scale::grouped(share * 100.0, 1))
            });
            data.rows.push(vec![
                words(row.text("mechanism")),
                row.estimate("value"),
                share,
            ]);
        }
        part.table(
            "The same in numbers; a share below 0 works against the difference.",
            data,
        );
        let pairs_of = interactions.as_ref();
        let pairs_of = pairs_of.map_or_else(Vec::new, |rows| rows.with("response", response));
        if let Some(heat) = pairs(&pairs_of, ("mechanism_1", "mechanism_2"), "value", &name) {
            part.figure(
                format!("pairs-{response}"),
                format!("Which mechanisms act on each other: {}", words(response).to_lowercase()),
                format!(
                    "What two mechanisms add together beyond what each adds alone (Shapley interaction). Blue: they \
                     strengthen each other; orange: they take from each other. {PALE}"
                ),
                n,
                heat,
            );
        }
    }
    part.reading = vec![
        "The value of a mechanism depends on which others are there; the Shapley value is the mean over all orders, and the \
         only rule of sharing that is symmetric, gives nothing to what does nothing, and adds up.",
        "It shares out what the model does with all mechanisms on less all off. It does not say that a mechanism acts so in \
         the world, nor what a weaker or stronger one would do.",
    ];
    Ok(part)
}

/// Means with no mechanism and with all.
fn ends(rows: &Rows, response: &str) -> Option<(f64, f64)> {
    let of = rows.with("response", response);
    let mut of: Vec<(f64, f64)> = of
        .iter()
        .filter_map(|row| Some((row.number("combination")?, row.number("mean")?)))
        .collect();
    of.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some((of.first().filter(|first| first.0 == 0.0)?.1, of.last()?.1))
}
