//! The table of instruments of talent policy.

use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::Codes;
use crate::input::scenario::{
    format::{Cell, Format, columns},
    table_text::Table,
};
use crate::model::data::{Channel, Instrument};

/// Columns of the table of instruments.
pub static FORMAT: Format = Format {
    table: "instruments",
    row: "instrument",
    id: "instrument_id",
    columns: columns! {
        "instrument_id": Cell::Id => "Stable short name.";
        "code": Cell::Code => "Stable number that addresses the instrument's random draws.";
        "name": Cell::Text => "Name for people.";
        "channel": Cell::Choice(Channel::NAMES) => "Channel through which it works.";
        "tier_slope": Cell::real(-1.0, 1.0, "")
            => "Above 0 it works better where residency is attractive, below 0 the reverse.";
        "overseas_share": Cell::SHARE => "Share of its effect that wins researchers from abroad.";
    },
};

/// Reads the table. Instruments come in the order of their codes, whatever that of the rows: which of several is tried is
/// drawn by its place among them.
pub(crate) fn read(table: &Table, report: &mut Report) -> Vec<Instrument> {
    let mut instruments = Vec::new();
    let mut codes = Codes::default();
    table.read(report, |row| {
        instruments.push(Instrument {
            id: row.id(),
            code: codes.read(row),
            name: row.text("name").to_string(),
            channel: row
                .choice("channel", Channel::NAMES, Channel::from_name)
                .unwrap_or(Channel::Train),
            tier_slope: row.real("tier_slope"),
            overseas_share: row.real("overseas_share"),
        });
    });
    instruments.sort_by_key(|instrument| instrument.code);
    instruments
}
