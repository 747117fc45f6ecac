//! The report of a run.

use crate::kernel::quarter::Quarter;
use crate::report::figure::Data;
use crate::report::page::Part;
use crate::report::run::context::Context;
use crate::report::run::{cities, nation, policies, sectors};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let context = Context::new(source);
    let mut part = Part {
        subtitle: "What a simulated run of the model shows: an agent-based model of cities that compete for promotion \
                   of their officials in AI policy, under a centre that restricts and facilitates.",
        ..Part::default()
    };
    nation::add(source, &context, &mut part)?;
    cities::add(source, &context, &mut part)?;
    sectors::add(source, &context, &mut part)?;
    policies::add(source, &context, &mut part)?;
    let has_events = !context.strips.is_empty();
    part.reading = vec![
        "A replicate is one run of the model with its own random draws: who is promoted, which city tries a measure first, \
         when an incident happens. Lines are means over replicates.",
        "The darker band around a line is the 95 % interval of the mean after Student: it tells how well the mean is \
         known, and shrinks with more replicates. The lighter band holds the middle 95 % of single runs: it tells how \
         much draws matters, and does not shrink. With fewer than 20 replicates there is no lighter band; where draws \
         matters little, both hide behind the line.",
        "Money is in CNY of the quarter. A share runs from 0 to 1. Duplicated, idle and subscale are parts of spending \
         that build nothing the nation did not have, nobody uses, or falls short of the scale at which it pays; they \
         overlap with nothing, so they add up.",
        "A run is no forecast. It says what follows if the mechanisms are as written and the parameters as set. To \
         learn what a rule does, compare two runs that differ in this rule and share their random draws (dualtrack compare).",
    ];
    if has_events {
        part.reading.push(
            "Marks under some figures are dated events of the scenario; point at one to read it, or open the list \
             under the heading Events. That a curve bends at a mark does not yet show that the event bent it.",
        );
        events(&context, &mut part);
    }
    Ok(part)
}

pub(crate) fn events(context: &Context, part: &mut Part) {
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
