//! The table of sectors.

use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::Codes;
use crate::input::scenario::{
    format::{Cell, Column, Format},
    table_text::Table,
};
use crate::model::data::Sector;

const SHARE: Cell = Cell::Real {
    min: 0.0,
    max: 1.0,
    unit: "",
};
// The scales of growth go up to 3: what falls by a third or more would fall below 0.
const GROWTH: Cell = Cell::Real {
    min: -0.3,
    max: 1.0,
    unit: "1/quarter",
};

const fn column(name: &'static str, cell: Cell, meaning: &'static str) -> Column {
    Column {
        name,
        cell,
        required: true,
        meaning,
    }
}

/// Columns of the table of sectors.
pub static FORMAT: Format = Format {
    table: "sectors",
    row: "sector",
    id: "sector_id",
    columns: &[
        column("sector_id", Cell::Id, "Stable short name."),
        column(
            "code",
            Cell::Code,
            "Stable number that addresses the sector's luck.",
        ),
        column("name", Cell::Text, "Name for people."),
        column("strategic_0_1", SHARE, "Strategic weight."),
        column("risk_0_1", SHARE, "Risk that draws restrictive regulation."),
        column("compute_0_1", SHARE, "Dependence on controlled compute."),
        column("scale_0_1", SHARE, "Scale economies."),
        column(
            "frontier_growth_per_quarter",
            GROWTH,
            "Growth of the US frontier.",
        ),
        column(
            "demand_growth_per_quarter",
            GROWTH,
            "Growth of national demand.",
        ),
        column("first_tier_lean_0_1", SHARE, "Lean on first-tier cities."),
        column(
            "initial_frontier_ratio",
            Cell::Real {
                min: 0.001,
                max: 10.0,
                unit: "",
            },
            "National capability over the US frontier at the start.",
        ),
        column(
            "import_share",
            Cell::Real {
                min: 0.0,
                max: 0.99,
                unit: "",
            },
            "Share of imports in the market.",
        ),
        column(
            "supplies_compute_0_1",
            SHARE,
            "Weight with which the sector's gap makes compute scarce.",
        ),
    ],
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
        });
    });
    sectors
}
