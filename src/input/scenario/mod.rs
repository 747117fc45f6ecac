//! Scenario files: settings, parameters and data tables in, a [`World`] out.
//!
//! A scenario is a TOML file that may extend another one and names its data tables. Every problem of all its
//! files is found in one go, with its place:
//!
//! ```text
//! scenarios/base.toml:12:18: `budgets.adjustment_rate` is 1.4; allowed: 0 to 1 (1/quarter), default 0.2
//! scenarios/base.toml:14:1: unknown key `budgets.adjustmet_rate`; nearest valid name: `budgets.adjustment_rate`
//! ```
//!
//! Reading goes through these steps: `layers` reads files, `arguments` reads `--set`, `merge` lays them over one
//! another, [`tables`] and `rows` read data for the modules of each table, and [`load`] puts it together.

pub mod arguments;
pub mod cities;
pub mod events;
pub mod file_source;
pub mod format;
pub mod formats;
pub mod instruments;
pub mod keys;
pub mod layer;
pub mod layers;
pub mod literal;
pub mod merge;
pub mod place;
pub mod places;
pub mod problems;
pub mod resolved;
pub mod rows;
pub mod schema;
pub mod sectors;
pub mod settings;
pub mod shipped;
pub mod starter;
pub mod synthetic;
pub mod table_text;
pub mod tables;
pub mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::input::scenario::cities::Cities;
use crate::input::scenario::merge::Merged;
use crate::input::scenario::places::{Files, Spot};
use crate::input::scenario::problems::Report;
use crate::input::scenario::rows::Index;
use crate::input::scenario::{format::Format, table_text::Table};
use crate::kernel::quarter::Quarter;
use crate::model::data::{Change, MAX_INSTRUMENTS, MAX_SECTORS, World};

use crate::input::scenario::places::MAX_TABLE_BYTES;
use crate::input::scenario::{
    place::Place,
    problems::{Problem, Problems},
};

use crate::input::scenario::file_source::FileSource;
use crate::measure::trace_settings::TraceSettings;
use crate::table::compression::Compression;

/// A scenario, read and checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Name of the file without its extension.
    pub name: String,
    /// Title for reports; the name where the file has none.
    pub title: String,
    /// Description; empty where the file has none.
    pub description: String,
    /// Everything that defines a run, apart from its random draws.
    pub world: World,
    /// Picks the random draws.
    pub seed: u64,
    /// How often a design point is repeated.
    pub replicates: u32,
    /// What a run writes about its trajectory.
    pub traces: TraceSettings,
    /// Every file that was read, as it was named, with the SHA-256 of its bytes in hexadecimal digits.
    pub sources: Vec<(PathBuf, String)>,
    /// Remarks that are no problems, a sentence each.
    pub notes: Vec<String>,
    /// Every setting and parameter in force, with changes and overrides, in the nesting of a scenario file.
    pub resolved: serde_json::Value,
    /// Where the value in force of a key was set; keys that have their default are not in it.
    pub places: BTreeMap<String, Place>,
}

impl Scenario {
    /// Checks the columns of `[traces.columns]` against a catalogue of trace files and their columns.
    ///
    /// # Errors
    /// Every unknown column, with the place of its list.
    pub fn check_traces(&self, catalogue: &[(&str, Vec<&str>)]) -> Result<(), Problems> {
        let unknown = self
            .traces
            .unknown_columns(catalogue)
            .into_iter()
            .map(|(key, message)| {
                let place = self.places.get(&key).cloned();
                Problem {
                    place: place.unwrap_or_else(|| Place::File(self.name.clone())),
                    message,
                }
            });
        Problems::from_list(unknown.collect()).map_or(Ok(()), Err)
    }
}

/// Reads a scenario file, lays the arguments of `--set` over it and reads its data.
///
/// `sets` are `key=value`, for parameters `key@quarter=value` as well.
///
/// # Errors
/// Every problem of all files.
pub fn load(path: &Path, sets: &[String]) -> Result<Scenario, Problems> {
    load_from(&FileSource::default(), path, sets)
}

/// As [`load`], with all files from a file source.
///
/// # Errors
/// As [`load`].
pub fn load_from(
    file_source: &FileSource,
    path: &Path,
    sets: &[String],
) -> Result<Scenario, Problems> {
    let mut files = Files::new(sets, file_source);
    let mut report = Report::default();
    let (mut layers, is_whole) = layers::read_chain(path, &mut files, &mut report);
    let has_file = !layers.is_empty();
    layers.push(arguments::read_sets(sets, &mut report));
    let merged = merge::merge(layers, &mut report);
    let mut loader = Loader {
        merged: &merged,
        is_whole,
        files,
        report,
        notes: merged.notes.clone(),
    };
    let world = if has_file { loader.world() } else { None };
    let Loader {
        files,
        report,
        mut notes,
        ..
    } = loader;
    let empty = report.is_empty();
    let (world, problems) = (world, report.finish(&files));
    match (world, problems) {
        (Some(world), None) if empty => {
            notes.extend(notes_on_dates(&world));
            notes.extend(note_on_interval(
                merged.count("traces.interval_quarters"),
                &world,
            ));
            let name = name_of(path);
            let title = merged.text("title");
            Ok(Scenario {
                title: if title.is_empty() {
                    name.clone()
                } else {
                    title
                },
                name,
                description: merged.text("description"),
                seed: merged.whole("run.seed"),
                replicates: merged.count("run.replicates"),
                traces: trace_settings(&merged),
                sources: files.sources(),
                notes,
                resolved: resolved::resolved(&merged),
                places: resolved::places(&merged, &files),
                world,
            })
        }
        (_, Some(problems)) => Err(problems),
        (_, None) => Err(Problems::of_file(path, "the scenario cannot be read")),
    }
}

/// The name of a file without its extension, which also names the folder of its results. `..toml` would leave a name
/// that leads out of that folder, or none; such a file is called `unnamed`.
pub(crate) fn name_of(path: &Path) -> String {
    let name = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    if name.chars().all(|letter| letter == '.') {
        "unnamed".to_string()
    } else {
        name
    }
}

/// Reads data tables after the settings are known.
struct Loader<'a> {
    merged: &'a Merged,
    /// Whether every file of the scenario could be read.
    is_whole: bool,
    files: Files,
    report: Report,
    notes: Vec<String>,
}

impl Loader<'_> {
    fn world(&mut self) -> Option<World> {
        let merged = self.merged;
        let (start, end) = (merged.start(), merged.end());
        if end.plus(-1) > Quarter::RANGE.1 {
            let spot = merged.spot("run.start");
            let last = Quarter::RANGE.1;
            self.report.add(
                spot,
                format!("`run.start` and `run.quarters` lead beyond {last}; allowed: up to there"),
            );
        }
        let mut has_all_sectors = true;
        let sectors = self
            .table("data.sectors", &sectors::FORMAT, true)
            .map(|table| {
                let sectors = sectors::read(&table, &mut self.report);
                has_all_sectors = table.has_all_names();
                self.check_count("sectors", sectors.len(), 1, MAX_SECTORS, table.file);
                sectors
            });
        let instruments = self
            .table("data.instruments", &instruments::FORMAT, true)
            .map(|table| {
                let instruments = instruments::read(&table, &mut self.report);
                self.check_count(
                    "instruments",
                    instruments.len(),
                    0,
                    MAX_INSTRUMENTS,
                    table.file,
                );
                instruments
            });
        // What follows is read even where these tables are missing, for its own problems.
        let known = sectors.iter().flatten().map(|sector| sector.id.as_str());
        let sector_ids = Index::new(known, has_all_sectors);
        let cities = self.cities(&sector_ids, sectors.as_ref().map_or(0, Vec::len));
        let is_complete = sectors.is_some() && instruments.is_some() && cities.is_some();
        let (cities, left_out, has_all_cities) = cities.unwrap_or_default();
        let events = self.table("data.events", &events::EVENTS, false);
        let events = events.map(|table| events::read_events(&table, &sector_ids, &mut self.report));
        let zones = self
            .table("data.pilot_zones", &events::PILOT_ZONES, false)
            .map(|table| {
                let names = cities.list.iter().map(|city| city.id.as_str());
                let cities = Index::new(names, has_all_cities);
                let (zones, passed_over) =
                    events::read_pilot_zones(&table, &cities, &left_out, &mut self.report);
                if passed_over > 0 {
                    let zones = if passed_over == 1 {
                        "1 pilot zone is"
                    } else {
                        &format!("{passed_over} pilot zones are")
                    };
                    self.notes
                        .push(format!("{zones} of cities that are left out"));
                }
                zones
            });
        let changes = merged.changes.iter().map(|change| Change {
            from: change.from,
            parameter: change.parameter,
            value: change.value.clone(),
        });
        is_complete.then(|| World {
            start,
            quarters: end.since(start).unsigned_abs(),
            closures: cities.closures(),
            cities: cities.list.into(),
            regions: cities.regions.into(),
            sectors: sectors.unwrap_or_default().into(),
            instruments: instruments.unwrap_or_default().into(),
            pilot_zones: zones.unwrap_or_default(),
            events: events.unwrap_or_default().into(),
            params: merged.params.clone(),
            file_params: merged.file_params.clone(),
            changes: changes.collect(),
        })
    }

    /// The cities of the table or of the recipe, the names of those left out, and whether every row has its name.
    fn cities(
        &mut self,
        sector_ids: &Index,
        sectors: usize,
    ) -> Option<(Cities, Vec<String>, bool)> {
        let merged = self.merged;
        let has_all;
        let mut cities = if merged.settings.contains_key("cities.synthetic") {
            if let Some(cell) = merged
                .overrides
                .values()
                .find(|cell| cell.table == "cities")
            {
                let message = "`overrides.cities` has no table to act on: the cities are synthetic; allowed: with `data.cities`";
                self.report.add(cell.id_spot, message);
            }
            let recipe = synthetic::Recipe {
                count: merged.count("cities.synthetic.count"),
                rank_size_exponent: merged.real("cities.synthetic.rank_size_exponent"),
                largest_revenue_cny_bn: merged.real("cities.synthetic.largest_revenue_cny_bn"),
                seed: merged.whole("cities.synthetic.seed"),
            };
            // Where the recipe is wrong, other cities may have been meant.
            has_all = self.report.is_empty();
            recipe.make(sectors)
        } else {
            let table = self.table("data.cities", &cities::FORMAT, true)?;
            let cities = cities::read(&table, sector_ids, &mut self.report);
            has_all = table.has_all_names();
            self.check_count("cities", cities.list.len(), 1, usize::MAX, table.file);
            cities
        };
        let before = cities.list.len();
        let left_out = cities::select(&mut cities, has_all, merged, &mut self.report);
        if before > 0 && cities.list.is_empty() && self.report.is_empty() {
            let key = if merged.settings.contains_key("cities.only") {
                "cities.only"
            } else {
                "cities.drop"
            };
            let spot = merged.spot(key);
            self.report
                .add(spot, "no city is left; allowed: at least 1");
        }
        Some((cities, left_out, has_all))
    }

    fn check_count(&mut self, what: &str, count: usize, least: usize, most: usize, file: usize) {
        // A table whose rows could not be read has been reported already.
        if count > most || (count < least && self.report.is_empty()) {
            let allowed = if most == usize::MAX {
                format!("at least {least}")
            } else {
                format!("{least} to {most}")
            };
            self.report.add(
                Spot::File(file),
                format!("the table has {count} {what}; allowed: {allowed}"),
            );
        }
    }

    /// Opens a data table; none where it is absent or cannot be read.
    fn table(&mut self, key: &str, format: &'static Format, required: bool) -> Option<Table> {
        let Some((path, spot)) = self.merged.path(key) else {
            // A file that could not be read, or is not valid TOML, may well have named it.
            if required && self.is_whole && !self.report.has_syntax_problems() {
                let spot = self.merged.spot(key);
                let other = if key == "data.cities" {
                    ", or a table `[cities.synthetic]`"
                } else {
                    ""
                };
                self.report.add(
                    spot,
                    format!("`{key}` is missing; allowed: the path of a file in quotes{other}"),
                );
            }
            return None;
        };
        match self.files.read(&path, MAX_TABLE_BYTES) {
            Ok(file) => {
                let overrides = self.merged.overrides_of(format.table);
                let text = self.files.text(file);
                Some(Table::new(format, file, text, overrides))
            }
            Err((Some(inside), message)) => {
                self.report.add(inside, message);
                None
            }
            Err((None, message)) => {
                self.report
                    .add(spot, format!("`{key}` names {}: {message}", path.display()));
                None
            }
        }
    }
}

fn trace_settings(merged: &Merged) -> TraceSettings {
    let plain =
        |names: Vec<(String, Spot)>| names.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let columns = crate::measure::trace_settings::FILES
        .iter()
        .filter_map(|file| {
            merged
                .names(&format!("traces.columns.{file}"))
                .map(|names| (file.to_string(), plain(names)))
        });
    TraceSettings {
        interval_quarters: merged.count("traces.interval_quarters").max(1),
        files: plain(merged.names("traces.files").unwrap_or_default()),
        compression: Compression::from_name(&merged.text("traces.compression")).unwrap_or_default(),
        columns: columns.collect(),
    }
}

/// An interval that no run completes leaves tables without a row.
fn note_on_interval(interval: u32, world: &World) -> Option<String> {
    let quarters = world.quarters;
    (interval > quarters).then(|| {
        format!(
            "`traces.interval_quarters` is {interval} and the run has {quarters} quarters: traces of quarters stay empty; \
             at most {quarters} writes the last one"
        )
    })
}

/// Dated rows beyond the end of a run are no problem, but a reader should know.
fn notes_on_dates(world: &World) -> Vec<String> {
    let last = world
        .start
        .plus(i32::try_from(world.quarters).unwrap_or(i32::MAX) - 1);
    let events = world
        .events
        .iter()
        .filter(|event| event.quarter > last)
        .count();
    let zones = world
        .pilot_zones
        .iter()
        .filter(|zone| zone.from > last)
        .count();
    let note = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!(
            "1 {one} lies after the end of the run ({last}), without effect"
        )),
        _ => Some(format!(
            "{count} {many} lie after the end of the run ({last}), without effect"
        )),
    };
    let notes = [
        note(events, "event", "events"),
        note(zones, "pilot zone", "pilot zones"),
    ];
    notes.into_iter().flatten().collect()
}
