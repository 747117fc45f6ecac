//! The tables of dated things: events and pilot zones.

use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::{Index, Row};
use crate::input::scenario::{
    format::{Cell, Format, columns},
    table_text::Table,
};
use crate::kernel::text::Quoted;
use crate::kernel::text::Ticked;
use crate::model::data::{Event, PilotZone, Track};

/// Columns of the table of events.
pub static EVENTS: Format = Format {
    table: "events",
    row: "event",
    id: "title",
    columns: columns! {
        "quarter": Cell::Quarter => "Quarter in which it happens.";
        "track": Cell::Choice(Track::NAMES) => "What it acts on.";
        "sectors": Cell::Text => "Sectors it touches: `all`, or names with `;` between them.";
        "intensity_0_1": Cell::SHARE => "Intensity, a judgement.";
        optional "half_life_quarters": Cell::real(0.01, 1e4, "quarters")
            => "Quarters after which half of its effect is left; empty, it is permanent.";
        "title": Cell::Text => "Title for charts.";
    },
};

/// Columns of the table of pilot zones.
pub static PILOT_ZONES: Format = Format {
    table: "pilot_zones",
    row: "pilot zone",
    id: "city_id",
    columns: columns! {
        "city_id": Cell::Text => "The city.";
        "from_quarter": Cell::Quarter => "First quarter as a zone.";
    },
};

/// Reads the table of events.
pub(crate) fn read_events(table: &Table, sectors: &Index, report: &mut Report) -> Vec<Event> {
    let mut events = Vec::new();
    table.read(report, |row| {
        let named = row.text("sectors");
        let mut touched = Vec::new();
        if named != "all" {
            for name in named
                .split(';')
                .map(str::trim)
                .filter(|_| !named.is_empty())
            {
                if name.is_empty() {
                    let message = format!(
                        "`sectors` is {}, with an empty name; allowed: `all`, or names with `;` between them",
                        Quoted(named)
                    );
                    row.refuse("sectors", message);
                    continue;
                }
                match row.reference("sectors", name, "sector", sectors) {
                    Some(sector) if touched.contains(&sector) => {
                        row.refuse(
                            "sectors",
                            format!("`sectors` names {} again; allowed: once", Ticked(name)),
                        );
                    }
                    Some(sector) => touched.push(sector),
                    None => {}
                }
            }
        }
        let quarter = row.quarter("quarter");
        let track = row.choice("track", Track::NAMES, Track::from_name);
        let intensity = row.real("intensity_0_1");
        let half_life_quarters = row.optional("half_life_quarters", Row::number);
        let title = row.text("title").to_string();
        if let (Some(quarter), Some(track)) = (quarter, track) {
            events.push(Event {
                quarter,
                track,
                sectors: touched,
                intensity,
                half_life_quarters,
                title,
            });
        }
    });
    events
}

/// Reads the table of pilot zones; those of cities in `left_out` are passed over and counted.
pub(crate) fn read_pilot_zones(
    table: &Table,
    cities: &Index,
    left_out: &[String],
    report: &mut Report,
) -> (Vec<PilotZone>, usize) {
    let mut zones: Vec<PilotZone> = Vec::new();
    let mut passed_over = 0;
    table.read(report, |row| {
        let name = row.text("city_id");
        let from = row.quarter("from_quarter");
        if left_out.iter().any(|id| id == name) {
            passed_over += 1;
            return;
        }
        if name.is_empty() {
            return;
        }
        let Some(city) = row.reference("city_id", name, "city", cities) else {
            return;
        };
        if zones.iter().any(|zone| zone.city == city) {
            row.refuse(
                "city_id",
                format!("pilot zone {} is there twice; allowed: once", Ticked(name)),
            );
        }
        if let Some(from) = from {
            zones.push(PilotZone { city, from });
        }
    });
    (zones, passed_over)
}
