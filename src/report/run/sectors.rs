//! Sectors over time, from `sectors.csv`.

use std::collections::BTreeMap;

use crate::measure::outcomes::ids::sector as ids;
use crate::report::figure::multiples::Multiples;
use crate::report::page::Part;
use crate::report::run::context::{Context, over_time};
use crate::report::tally::Quarters;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Sectors that are shown; more are too many to tell apart.
const MOST: usize = 24;

/// Adds a section, if the file is there.
pub(crate) fn add(source: &Source, context: &Context, part: &mut Part) -> Result<(), OutputError> {
    let Some(mut table) = source.table("sectors")? else {
        return Ok(());
    };
    let [quarter, sector] = table.places(["quarter", "sector_id"])?;
    let outcomes = [ids::capability, ids::frontier, ids::utilisation];
    let [capability, frontier, used] = table.places(outcomes.map(|own| own.name))?;
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut sectors: Vec<(String, Quarters)> = Vec::new();
    let mut is_cut = false;
    while table.advance()? {
        let at = table.quarter(quarter)?;
        let id = table.text(sector)?;
        let place = match found.get(id) {
            Some(place) => *place,
            None if sectors.len() == MOST => {
                is_cut = true;
                continue;
            }
            None => {
                let id = id.to_string();
                found.insert(id.clone(), sectors.len());
                sectors.push((id, Quarters::new(2)));
                sectors.len() - 1
            }
        };
        let (capability, frontier) = (table.number(capability)?, table.number(frontier)?);
        let quarters = &mut sectors[place].1;
        if let (Some(capability), Some(frontier)) = (capability, frontier)
            && frontier > 0.0
        {
            quarters.push(at, 0, capability / frontier);
        }
        if let Some(value) = table.number(used)? {
            quarters.push(at, 1, value);
        }
    }
    if sectors.is_empty() {
        return Ok(());
    }
    part.heading("sectors", "Sectors");
    if is_cut {
        part.note(format!(
            "There are more than {MOST} sectors; the first {MOST} are shown."
        ));
    }
    let panels = sectors.iter().map(|(id, quarters)| {
        let lines = vec![
            (
                "Capability over frontier".to_string(),
                quarters.points(0, 1.0),
            ),
            ("Utilisation".to_string(), quarters.points(1, 1.0)),
        ];
        let mut lines = over_time(&quarters.quarters(), "share, 0 to 1", lines, &[]);
        lines.from_zero = true;
        (context.name(id), lines)
    });
    part.figure(
        "sectors-over-time",
        "Each sector's way to the frontier, and how much of it is used",
        "One small chart for each sector, all on one scale. The full line is the nation's capability over the world's \
         frontier; the broken line is the share of capability in use. A broken line that falls shows capacity that \
         grew faster than demand.",
        &context.n,
        Multiples { panels: panels.collect(), is_shared: true },
    );
    Ok(())
}
