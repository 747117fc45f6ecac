//! Which trace files and columns a run writes.

use crate::measure::outcomes::Scope;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes, SectorSeen};
use crate::measure::table::{Selection, Table};
use crate::measure::tables::{
    ALLOCATIONS, CHAMPIONS, CITIES, NATIONAL, OFFICIALS, POLICIES, SECTORS,
};
use crate::measure::trace_settings::{self, TraceSettings};
use crate::model::record::{ChampionEvent, OfficialEvent, PolicyEvent};
use crate::table::compression::Compression;

/// Number of trace files there are.
pub const FILES: usize = 7;

/// A trace file by its place among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum File {
    /// `national.csv`.
    National,
    /// `cities.csv`.
    Cities,
    /// `sectors.csv`.
    Sectors,
    /// `allocations.csv`.
    Allocations,
    /// `policies.csv`.
    Policies,
    /// `officials.csv`.
    Officials,
    /// `champions.csv`.
    Champions,
}

/// What a run writes: files, columns, interval and compression.
#[derive(Debug)]
pub struct Traces {
    pub(crate) national: Option<Selection<NationSeen>>,
    pub(crate) cities: Option<Selection<CitySeen>>,
    pub(crate) sectors: Option<Selection<SectorSeen>>,
    pub(crate) allocations: Option<Selection<AllocationSeen>>,
    pub(crate) policies: Option<Selection<PolicyEvent>>,
    pub(crate) officials: Option<Selection<OfficialEvent>>,
    pub(crate) champions: Option<Selection<ChampionEvent>>,
    /// That outcomes of the nation need where they are written.
    passes: Passes,
    interval_quarters: u32,
    compression: Compression,
}

impl Traces {
    /// Resolves settings.
    ///
    /// # Errors
    /// A sentence that names the file or column that does not exist. The reader of scenarios reports such
    /// problems with their place before it comes to this.
    pub fn new(settings: &TraceSettings) -> Result<Self, String> {
        let catalogue = crate::measure::catalogue::catalogue();
        let known = |file: &str| catalogue.iter().find(|(name, _)| *name == file);
        for file in settings.files.iter().chain(settings.columns.keys()) {
            known(file).ok_or_else(|| format!("unknown trace file `{file}`"))?;
        }
        for (file, names) in &settings.columns {
            let columns = known(file).map_or(&[][..], |(_, columns)| columns);
            if let Some(name) = names.iter().find(|name| !columns.contains(&name.as_str())) {
                return Err(format!("unknown column `{name}` of trace file `{file}`"));
            }
        }
        let national = select(settings, &NATIONAL);
        Ok(Traces {
            passes: passes(&national),
            national,
            cities: select(settings, &CITIES),
            sectors: select(settings, &SECTORS),
            allocations: select(settings, &ALLOCATIONS),
            policies: select(settings, &POLICIES),
            officials: select(settings, &OFFICIALS),
            champions: select(settings, &CHAMPIONS),
            interval_quarters: settings.interval_quarters.max(1),
            compression: settings.compression,
        })
    }

    /// Nothing at all, for runs of which only the outcome counts.
    #[cfg(feature = "internals")]
    pub fn none() -> Self {
        Traces {
            national: None,
            cities: None,
            sectors: None,
            allocations: None,
            policies: None,
            officials: None,
            champions: None,
            passes: Passes::NONE,
            interval_quarters: 1,
            compression: Compression::None,
        }
    }

    /// Files that are written, with the names of their columns, in the order of the catalogue.
    pub fn files(&self) -> Vec<(File, &'static str, Vec<&'static str>)> {
        let names = [
            header(&self.national),
            header(&self.cities),
            header(&self.sectors),
            header(&self.allocations),
            header(&self.policies),
            header(&self.officials),
            header(&self.champions),
        ];
        const ALL: [File; FILES] = [
            File::National,
            File::Cities,
            File::Sectors,
            File::Allocations,
            File::Policies,
            File::Officials,
            File::Champions,
        ];
        let all = ALL.into_iter().zip(trace_settings::FILES.iter().copied());
        all.into_iter()
            .zip(names)
            .filter_map(|((file, name), columns)| Some((file, name, columns?)))
            .collect()
    }

    /// How files are compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Whether rows are written for this quarter, counted from 1: for the last one of each interval.
    pub fn is_recorded(&self, quarters_done: u32) -> bool {
        quarters_done.is_multiple_of(self.interval_quarters)
    }

    /// Passes over the cities that outcomes of the nation need in a quarter, counted from 1.
    pub(crate) fn passes(&self, quarters_done: u32) -> Passes {
        if self.is_recorded(quarters_done) {
            self.passes
        } else {
            Passes::NONE
        }
    }

    /// Whether the run must keep the parts of cities' spending.
    pub fn needs_detail(&self) -> bool {
        self.cities.is_some() || self.allocations.is_some()
    }

    /// Whether the run must keep an event log.
    pub fn needs_journal(&self) -> bool {
        self.policies.is_some() || self.officials.is_some() || self.champions.is_some()
    }

    /// About how many bytes a replicate writes.
    pub fn bytes_per_replicate(&self, cities: usize, sectors: usize, quarters: u32) -> u64 {
        const BYTES_PER_CELL: u64 = 16;
        let cells = |file: File| -> u64 {
            let columns = self.files().into_iter().find(|(other, ..)| *other == file);
            columns.map_or(0, |(_, _, columns)| columns.len() as u64)
        };
        let rows = u64::from(quarters / self.interval_quarters);
        let (cities, sectors) = (cities as u64, sectors as u64);
        let row = cells(File::National)
            + cells(File::Cities) * cities
            + cells(File::Sectors) * sectors
            + cells(File::Allocations) * cities * sectors;
        rows.saturating_mul(row).saturating_mul(BYTES_PER_CELL)
    }
}

fn select<T>(settings: &TraceSettings, table: &Table<T>) -> Option<Selection<T>> {
    let is_written = settings.files.iter().any(|file| file == table.file);
    is_written.then(|| table.select(settings.columns.get(table.file).map(Vec::as_slice)))
}

/// Passes that outcomes of the nation need which are written.
fn passes(written: &Option<Selection<NationSeen>>) -> Passes {
    let names: Vec<&str> = written.iter().flat_map(Selection::names).collect();
    let all = NationSeen::outcomes().iter();
    let wanted = all.filter(|own| names.contains(&own.column.name));
    wanted.fold(Passes::NONE, |passes, own| passes.and(own.cost))
}

fn header<T>(selection: &Option<Selection<T>>) -> Option<Vec<&'static str>> {
    selection
        .as_ref()
        .map(|selection| selection.names().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(files: &[&str]) -> TraceSettings {
        TraceSettings {
            interval_quarters: 1,
            files: files.iter().map(ToString::to_string).collect(),
            ..TraceSettings::default()
        }
    }

    #[test]
    fn key_columns_stay_whatever_is_selected() {
        let mut settings = settings(&["sectors"]);
        let wanted = vec!["gap".to_string(), "capability".to_string()];
        settings.columns.insert("sectors".to_string(), wanted);
        let files = Traces::new(&settings).expect("valid").files();
        let columns = [
            "replicate",
            "seed",
            "quarter",
            "sector_id",
            "capability",
            "gap",
        ];
        assert_eq!(files, [(File::Sectors, "sectors", columns.to_vec())]);
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let refused = Traces::new(&settings(&["cites"])).map(|_| ());
        assert_eq!(refused, Err("unknown trace file `cites`".to_string()));
        let mut settings = settings(&["cities"]);
        let wanted = vec!["budgt".to_string()];
        settings.columns.insert("cities".to_string(), wanted);
        let refused = Traces::new(&settings).map(|_| ());
        let message = "unknown column `budgt` of trace file `cities`";
        assert_eq!(refused, Err(message.to_string()));
    }

    #[test]
    fn an_interval_records_its_last_quarter() {
        let mut settings = settings(&["national"]);
        settings.interval_quarters = 4;
        let traces = Traces::new(&settings).expect("valid");
        let recorded: Vec<u32> = (1..=9).filter(|done| traces.is_recorded(*done)).collect();
        assert_eq!(recorded, [4, 8]);
    }
}
