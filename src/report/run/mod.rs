//! The report of `dualtrack run`.

pub mod cities;
pub mod nation;
pub mod policies;
pub mod sectors;

use std::collections::BTreeMap;

use crate::kernel::quarter::Quarter;
use crate::report::figure::{
    Data,
    frame::Strip,
    lines::{Line, Lines, Point},
};
use crate::report::page::Part;
use crate::table::read_error::ReportError;
use crate::table::source::Source;

/// What the rest of a report needs to know about a run.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// Dated events by track.
    strips: Vec<Strip>,
    /// Names of sectors and instruments by their short names.
    names: BTreeMap<String, String>,
    /// `n = 100 replicates`.
    n: String,
}

impl Context {
    fn new(source: &Source) -> Self {
        let mut names = BTreeMap::new();
        for (file, id) in [
            ("sectors.csv", "sector_id"),
            ("instruments.csv", "instrument_id"),
        ] {
            for [id, name] in crate::report::data::rows(source, file, [id, "name"]) {
                names.insert(id, name);
            }
        }
        let n = source.number("replicates").unwrap_or(0);
        let runs = if n == 1 {
            "1 replicate".to_string()
        } else {
            format!("n = {n} replicates")
        };
        Context {
            strips: strips(source),
            names,
            n: runs,
        }
    }

    fn name(&self, id: &str) -> String {
        self.names
            .get(id)
            .cloned()
            .unwrap_or_else(|| crate::report::words(id))
    }
}

/// Dated events of the scenario that act on the model, by track.
fn strips(source: &Source) -> Vec<Strip> {
    const TRACKS: [(&str, &str); 4] = [
        ("eu_pressure", "EU pressure"),
        ("us_pressure", "US pressure"),
        ("export_controls", "Controls"),
        ("central_plan", "Plans"),
    ];
    let rows = crate::report::data::rows(source, "events.csv", ["quarter", "track", "title"]);
    let strip = |(track, name): (&str, &str)| {
        let events = rows.iter().filter(|row| row[1] == track);
        let events =
            events.filter_map(|row| Some((row[0].parse::<Quarter>().ok()?, row[2].clone())));
        Strip {
            name: name.to_string(),
            events: events.collect(),
        }
    };
    TRACKS
        .into_iter()
        .map(strip)
        .filter(|strip| !strip.events.is_empty())
        .collect()
}

/// Makes it.
pub fn report(source: &Source) -> Result<Part, ReportError> {
    let context = Context::new(source);
    let mut part = Part {
        subtitle: "What a simulated run of the model shows: an agent-based model of cities that compete for promotion \
                   of their officials in AI policy, under a centre that restricts and facilitates."
            .to_string(),
        ..Part::default()
    };
    nation::add(source, &context, &mut part)?;
    cities::add(source, &context, &mut part)?;
    sectors::add(source, &context, &mut part)?;
    policies::add(source, &context, &mut part)?;
    let has_events = !context.strips.is_empty();
    part.reading = vec![
        "A replicate is one run of the model with its own luck: who is promoted, which city tries a measure first, \
         when an incident happens. Lines are means over replicates."
            .to_string(),
        "The darker band around a line is the 95 % interval of the mean after Student: it tells how well the mean is \
         known, and shrinks with more replicates. The lighter band holds the middle 95 % of single runs: it tells how \
         much luck matters, and does not shrink. With fewer than 20 replicates there is no lighter band; where luck \
         matters little, both hide behind the line."
            .to_string(),
        "Money is in CNY of the quarter. A share runs from 0 to 1. Duplicated, idle and subscale are parts of spending \
         that build nothing the nation did not have, nobody uses, or falls short of the scale at which it pays; they \
         overlap with nothing, so they add up."
            .to_string(),
        "A run is no forecast. It says what follows if the mechanisms are as written and the parameters as set. To \
         learn what a rule does, compare two runs that differ in this rule and share their luck (dualtrack compare)."
            .to_string(),
    ];
    if has_events {
        part.reading.push(
            "Marks under some figures are dated events of the scenario; point at one to read it, or open the list \
             under the heading Events. That a curve bends at a mark does not yet show that the event bent it."
                .to_string(),
        );
        events(&context, &mut part);
    }
    Ok(part)
}

fn events(context: &Context, part: &mut Part) {
    let mut data = Data::new(["Quarter", "Track", "Event"]);
    let mut rows: Vec<(Quarter, &str, &str)> = Vec::new();
    for strip in &context.strips {
        rows.extend(
            strip
                .events
                .iter()
                .map(|(quarter, title)| (*quarter, strip.name.as_str(), title.as_str())),
        );
    }
    rows.sort_by_key(|row| row.0);
    data.rows = rows
        .iter()
        .map(|(quarter, track, title)| {
            vec![quarter.to_string(), track.to_string(), title.to_string()]
        })
        .collect();
    part.heading("events", "Events");
    part.table(
        "Dated events that act on the model, from the scenario's data.",
        data,
    );
}

/// Lines over quarters.
fn over_time(
    quarters: &[Quarter],
    up: &str,
    lines: Vec<(String, Vec<Point>)>,
    strips: &[Strip],
) -> Lines {
    Lines {
        across: crate::report::figure::frame::Across::Quarters(quarters.to_vec()),
        up: up.to_string(),
        lines: lines
            .into_iter()
            .map(|(name, points)| Line { name, points })
            .collect(),
        strips: strips.to_vec(),
        from_zero: false,
        is_ranking: false,
    }
}
