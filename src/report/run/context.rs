//! What all figures of a run share.

use crate::kernel::quarter::Quarter;
use crate::report::figure::{
    frame::{Across, Strip},
    lines::{Line, Lines, Point},
};
use crate::table::source::Source;
use std::collections::BTreeMap;

/// What the rest of a report needs to know about a run.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// Dated events by track.
    pub(crate) strips: Vec<Strip>,
    /// Names of sectors and instruments by their short names.
    pub(crate) names: BTreeMap<String, String>,
    /// `n = 100 replicates`.
    pub(crate) n: String,
}

impl Context {
    pub(crate) fn new(source: &Source) -> Self {
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

    pub(crate) fn name(&self, id: &str) -> String {
        self.names
            .get(id)
            .cloned()
            .unwrap_or_else(|| crate::report::words::words(id))
    }
}

/// Dated events of the scenario that act on the model, by track.
pub(crate) fn strips(source: &Source) -> Vec<Strip> {
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

/// Lines over quarters.
pub(crate) fn over_time(
    quarters: &[Quarter],
    up: &str,
    lines: Vec<(String, Vec<Point>)>,
    strips: &[Strip],
) -> Lines {
    let lines = lines
        .into_iter()
        .map(|(name, points)| Line { name, points });
    Lines {
        strips: strips.to_vec(),
        ..Lines::new(Across::Quarters(quarters.to_vec()), up, lines.collect())
    }
}
