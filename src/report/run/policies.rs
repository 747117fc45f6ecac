//! The life of instruments, from `policies.csv`.

use std::collections::BTreeMap;

use crate::kernel::quarter::Quarter;
use crate::report::figure::{
    Data, areas::Areas, frame::Across, lines::Point, multiples::Multiples, scale,
};
use crate::report::page::Part;
use crate::report::run::context::{Context, over_time};
use crate::report::tally::Tally;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Instruments that are shown.
const MOST: usize = 40;

/// What happens to instruments, in the order of their life.
const EVENTS: [(&str, &str); 7] = [
    ("pioneer", "Pioneered"),
    ("imitate", "Imitated"),
    ("codify", "Codified"),
    ("top_down", "Issued by the centre"),
    ("take_up", "Taken up"),
    ("adjust", "Adjusted"),
    ("drop", "Dropped"),
];
const CODIFY: usize = 2;

/// An instrument.
#[derive(Default)]
struct Instrument {
    /// Events of each kind, over all replicates.
    counts: [u64; EVENTS.len()],
    /// Change of the number of cities that have it, by quarter, over all replicates.
    changes: BTreeMap<Quarter, i64>,
    /// First quarter and city of each replicate.
    first: BTreeMap<u64, (Quarter, String)>,
    /// Quarter in which it became national, in each replicate.
    national: BTreeMap<u64, Quarter>,
}

/// Gathers the file and adds a section.
pub(crate) fn add(source: &Source, context: &Context, part: &mut Part) -> Result<(), OutputError> {
    let Some(mut table) = source.table("policies")? else {
        part.note("There is no policies.csv in this folder, so that the life of instruments is missing (`traces.files`).");
        return Ok(());
    };
    let columns = ["replicate", "quarter", "event", "city_id", "instrument_id"];
    let [replicate, quarter, event, city, instrument] = table.places(columns)?;
    let mut found: BTreeMap<String, Instrument> = BTreeMap::new();
    let mut by_quarter: BTreeMap<Quarter, [u64; EVENTS.len()]> = BTreeMap::new();
    while table.advance()? {
        let name = table.text(event)?;
        let Some(kind) = EVENTS.iter().position(|(event, _)| *event == name) else {
            continue;
        };
        let (run, at) = (
            table.number(replicate)?.unwrap_or(0.0) as u64,
            table.quarter(quarter)?,
        );
        by_quarter.entry(at).or_default()[kind] += 1;
        let id = table.text(instrument)?;
        if !found.contains_key(id) {
            if found.len() == MOST {
                return Err(table.complain("more instruments than a report can show"));
            }
            found.insert(id.to_string(), Instrument::default());
        }
        let Some(instrument) = found.get_mut(id) else {
            continue;
        };
        instrument.counts[kind] += 1;
        match EVENTS[kind].0 {
            "pioneer" | "imitate" | "take_up" => *instrument.changes.entry(at).or_default() += 1,
            "drop" => *instrument.changes.entry(at).or_default() -= 1,
            _ => {}
        }
        if matches!(EVENTS[kind].0, "pioneer" | "take_up") && !instrument.first.contains_key(&run) {
            instrument
                .first
                .insert(run, (at, table.text(city)?.to_string()));
        }
        if matches!(EVENTS[kind].0, "codify" | "top_down") {
            instrument.national.entry(run).or_insert(at);
        }
    }
    part.heading("instruments", "The life of instruments");
    if found.is_empty() {
        part.text("No city tried an instrument in this run.");
        return Ok(());
    }
    let runs = source.number("replicates").unwrap_or(1).max(1);
    let bounds = |key: &str| source.text(key).parse::<Quarter>().ok();
    let seen = (
        by_quarter.keys().next().copied(),
        by_quarter.keys().next_back().copied(),
    );
    let (Some(first), Some(last)) = (
        bounds("first_quarter").or(seen.0),
        bounds("last_quarter").or(seen.1),
    ) else {
        return Ok(());
    };
    let count = last.since(first).clamp(0, 4000);
    let quarters: Vec<Quarter> = (0..=count).map(|step| first.plus(step)).collect();
    flows(&by_quarter, &quarters, runs, context, part);
    spread(&found, &quarters, runs, context, part);
    lives(&found, first, runs, context, part);
    Ok(())
}

fn flows(
    by_quarter: &BTreeMap<Quarter, [u64; EVENTS.len()]>,
    quarters: &[Quarter],
    runs: u64,
    context: &Context,
    part: &mut Part,
) {
    let parts = EVENTS
        .iter()
        .enumerate()
        .filter(|(_, (event, _))| *event != "adjust")
        .map(|(kind, (_, name))| {
            let values: Vec<f64> = quarters
                .iter()
                .map(|quarter| {
                    by_quarter.get(quarter).map_or(0, |counts| counts[kind]) as f64 / runs as f64
                })
                .collect();
            let sum: f64 = values.iter().sum();
            (
                name.to_string(),
                values,
                format!(", {} a run", scale::number(sum)),
            )
        });
    part.figure(
        "events-over-time",
        "From local trial to national measure and back",
        "Events of a quarter, mean over replicates. A city pioneers an instrument with a design of its own, others copy \
         it (imitated), the centre makes it national (codified) or issues one itself, cities take the national measure \
         up, and some give instruments up (dropped). Adjustments of designs are left out; they are in the table below.",
        &context.n,
        Areas {
            across: Across::Quarters(quarters.to_vec()),
            up: "events a quarter".to_string(),
            parts: parts.collect(),
            strips: Vec::new(),
        },
    );
}

fn spread(
    found: &BTreeMap<String, Instrument>,
    quarters: &[Quarter],
    runs: u64,
    context: &Context,
    part: &mut Part,
) {
    let panels = found.iter().map(|(id, instrument)| {
        let mut sum = 0i64;
        let points = quarters.iter().map(|quarter| {
            sum += instrument.changes.get(quarter).copied().unwrap_or(0);
            Point {
                value: Some(sum as f64 / runs as f64),
                ..Point::default()
            }
        });
        let points: Vec<Point> = points.collect();
        let mut lines = over_time(
            quarters,
            "cities with the instrument in force",
            vec![("Cities".to_string(), points)],
            &[],
        );
        lines.from_zero = true;
        (context.name(id), lines)
    });
    part.figure(
        "instruments-in-force",
        "How each instrument spreads",
        "Number of cities that have an instrument in force, mean over replicates, one small chart for each instrument, \
         all on one scale: pioneered, copied or taken up before, and not given up since.",
        &context.n,
        Multiples { panels: panels.collect(), is_shared: true },
    );
}

fn lives(
    found: &BTreeMap<String, Instrument>,
    start: Quarter,
    runs: u64,
    context: &Context,
    part: &mut Part,
) {
    let mut data = Data::new(["Instrument", "First tried", "Most often by", "National in"]);
    data.columns.push("Quarters until national".to_string());
    data.columns.extend(
        EVENTS
            .iter()
            .enumerate()
            .filter(|(kind, _)| *kind != CODIFY)
            .map(|(_, (_, name))| name.to_string()),
    );
    for (id, instrument) in found {
        let mut when = Tally::default();
        let mut cities: BTreeMap<&str, u64> = BTreeMap::new();
        for (quarter, city) in instrument.first.values() {
            when.push(f64::from(quarter.since(start)), true);
            *cities.entry(city).or_default() += 1;
        }
        let mut wait = Tally::default();
        for (run, quarter) in &instrument.national {
            if let Some((first, _)) = instrument.first.get(run) {
                wait.push(f64::from(quarter.since(*first)), true);
            }
        }
        // Of equally many the first name wins.
        let most = cities.iter().rev().max_by_key(|(_, count)| **count);
        let mut row = vec![
            context.name(id),
            when.median().map_or("–".to_string(), |quarters| {
                start.plus(quarters as i32).to_string()
            }),
            most.map_or("–".to_string(), |(city, count)| {
                format!(
                    "{} ({} %)",
                    crate::report::words::words(city),
                    scale::grouped(*count as f64 / runs as f64 * 100.0, 0)
                )
            }),
            format!(
                "{} %",
                scale::grouped(instrument.national.len() as f64 / runs as f64 * 100.0, 0)
            ),
            wait.median().map_or("–".to_string(), scale::number),
        ];
        let per_run = |count: u64| scale::number(count as f64 / runs as f64);
        row.extend(
            EVENTS
                .iter()
                .enumerate()
                .filter(|(kind, _)| *kind != CODIFY)
                .map(|(kind, _)| per_run(instrument.counts[kind])),
        );
        data.rows.push(row);
    }
    part.table(
        "Lives of instruments: median quarter of the first trial in a run, the city that most often tried it first (share \
         of runs), share of runs in which it became national, median of quarters from first trial to national measure, \
         and events a run.",
        data,
    );
}
