//! The table of sectors.

use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::{Codes, Row};
use crate::input::scenario::{
    format::{Cell, Format, columns},
    table_text::Table,
};
use crate::model::data::Sector;

// The scales of growth go up to 3: what falls by a third or more would fall below 0.
const GROWTH: Cell = Cell::real(-0.3, 1.0, "1/quarter");

/// Columns of the table of sectors.
pub static FORMAT: Format = Format {
    table: "sectors",
    row: "sector",
    id: "sector_id",
    columns: columns! {
        "sector_id": Cell::Id => "Stable short name.";
        "code": Cell::Code => "Stable number that addresses the sector's random draws.";
        "name": Cell::Text => "Name for people.";
        "strategic_0_1": Cell::SHARE => "Strategic weight.";
        "risk_0_1": Cell::SHARE => "Risk that draws restrictive regulation.";
        "compute_0_1": Cell::SHARE => "Dependence on controlled compute.";
        "scale_0_1": Cell::SHARE => "Scale economies.";
        "frontier_growth_per_quarter": GROWTH => "Growth of the US frontier.";
        "demand_growth_per_quarter": GROWTH => "Growth of national demand.";
        "first_tier_lean_0_1": Cell::SHARE => "Lean on first-tier cities.";
        "initial_frontier_ratio": Cell::real(0.001, 10.0, "")
            => "National capability over the US frontier at the start.";
        optional "build_quarters": Cell::Whole { min: 0, max: 40, unit: "quarters" }
            => "Quarters from spending to capability, 0 where empty.";
        "import_share": Cell::real(0.0, 0.99, "") => "Share of imports in the market.";
        "supplies_compute_0_1": Cell::SHARE => "Weight with which the sector's gap makes compute scarce.";
    },
};

/// Reads the table.
pub(crate) fn read(table: &Table, report: &mut Report) -> Vec<Sector> {
    let mut sectors = Vec::new();
    let mut codes = Codes::default();
    table.read(report, |row| {
        sectors.push(Sector {
            id: row.id(),
            code: codes.read(row),
            name: row.text("name").to_string(),
            strategic: row.real("strategic_0_1"),
            risk: row.real("risk_0_1"),
            compute: row.real("compute_0_1"),
            scale: row.real("scale_0_1"),
            frontier_growth: row.real("frontier_growth_per_quarter"),
            demand_growth: row.real("demand_growth_per_quarter"),
            first_tier_lean: row.real("first_tier_lean_0_1"),
            initial_frontier_ratio: row.real("initial_frontier_ratio"),
            import_share: row.real("import_share"),
            supplies_compute: row.real("supplies_compute_0_1"),
            build_quarters: row.optional("build_quarters", Row::whole).unwrap_or(0),
        });
    });
    sectors
}
