//! The files of a sweep: design, runs, series and summary.

use std::path::Path;

use serde_json::{Value, json};

use crate::input::experiment::points::point_id;
use crate::kernel::quarter::Quarter;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::summary;
use crate::table::columns::FileInfo;
use crate::table::compression::Compression;
use crate::table::error::OutputError;
use crate::table::place::Place;
use crate::table::result_table::Cell;
use crate::table::writer::{Writer, WrittenFile};

/// File with the runs.
pub const RUNS: &str = "runs.csv";
/// File with the values of each quarter.
#[cfg(feature = "parquet")]
const SERIES: &str = "series.csv";

/// Files of a result, with what they hold.
#[derive(Debug, Default)]
pub struct Tables {
    /// Files.
    pub files: Vec<WrittenFile>,
    /// Tables in them.
    pub infos: Vec<FileInfo>,
    /// Runs that failed.
    pub failed: u64,
}

impl Tables {
    /// Adds a file.
    pub fn add(&mut self, file: WrittenFile, info: FileInfo) {
        self.files.push(file);
        self.infos.push(info);
    }
}

/// Writes runs, series, design and summary of the runs of a stage.
///
/// # Errors
/// What the file system says; a file of the store that is not what was written.
pub fn write(
    plan: &Plan,
    store: &mut RunStore,
    (number, stage): (usize, &Stage),
    place: &Place,
) -> Result<Tables, StudyError> {
    let mut tables = Tables::default();
    let info = plan.runs_info();
    let mut runs = begin(place, &info)?;
    let mut series = plan.series_info();
    let mut trajectories = match &series {
        Some(info) => Some(begin(place, info)?),
        None => None,
    };
    let (seed, responses) = (plan.experiment.seed, plan.responses().len());
    let mut bytes = Vec::new();
    store.for_each(number, |number, run| {
        let cell = stage.cell(number);
        let key = [Cell::Count(cell.point), Cell::Count(cell.replicate)];
        bytes.clear();
        write_row(&mut bytes, &key, seed, responses, run);
        runs.write(&bytes, 1)?;
        tables.failed += u64::from(run.error.is_some());
        if let Some(trajectories) = &mut trajectories {
            bytes.clear();
            let start = plan.start_of(cell.point);
            let rows = write_course(&mut bytes, &key, start, responses, run);
            trajectories.write(&bytes, rows)?;
        }
        Ok(())
    })?;
    tables.add(runs.finish()?, info);
    if let (Some(trajectories), Some(info)) = (trajectories, series.take()) {
        tables.add(trajectories.finish()?, info);
    }
    tables.add(write_design(place, plan)?, plan.design_info());
    let summary = summary::write(plan, store, (number, stage), place)?;
    tables.add(summary, summary::info());
    Ok(tables)
}

fn begin(place: &Place, info: &FileInfo) -> Result<Writer, OutputError> {
    let mut writer = Writer::create(place, info.file, Compression::None)?;
    writer.write(info.header().as_bytes(), 0)?;
    Ok(writer)
}

/// Appends the row of a run: its key, seed, responses and error.
pub fn write_row<'c>(
    out: &mut Vec<u8>,
    key: impl IntoIterator<Item = &'c Cell>,
    seed: u64,
    responses: usize,
    run: &Measured,
) {
    for cell in key {
        cell.write(out);
        out.push(b',');
    }
    Cell::Count(seed).write(out);
    for place in 0..responses {
        out.push(b',');
        Cell::from(run.values.get(place).copied().flatten()).write(out);
    }
    out.push(b',');
    if let Some(error) = &run.error {
        // A message of several lines stays in its row.
        Cell::from(error.replace(['\n', '\r'], "; ")).write(out);
    }
    out.push(b'\n');
}

/// Appends a row for each quarter of a run; returns how many.
fn write_course(
    out: &mut Vec<u8>,
    key: &[Cell],
    start: Quarter,
    responses: usize,
    run: &Measured,
) -> u64 {
    let mut rows = 0;
    for values in run.series.chunks(responses.max(1)) {
        for cell in key {
            cell.write(out);
            out.push(b',');
        }
        out.extend_from_slice(start.plus(rows).to_string().as_bytes());
        for value in values {
            out.push(b',');
            Cell::from(*value).write(out);
        }
        out.push(b'\n');
        rows += 1;
    }
    rows as u64
}

/// Writes `design.csv`.
///
/// # Errors
/// What the file system says.
pub fn write_design(place: &Place, plan: &Plan) -> Result<WrittenFile, OutputError> {
    let mut writer = begin(place, &plan.design_info())?;
    let mut out = Vec::new();
    for index in 0..plan.points.len() {
        out.clear();
        let values = plan.points.values(index);
        Cell::Count(index).write(&mut out);
        out.push(b',');
        out.extend_from_slice(point_id(&plan.points.variant(&values)).as_bytes());
        for (factor, value) in plan.points.factors().iter().zip(&values) {
            out.push(b',');
            let label = value.as_ref().map(|value| factor.label(value));
            label.map_or(Cell::Missing, Cell::Text).write(&mut out);
        }
        out.push(b'\n');
        writer.write(&out, 1)?;
    }
    writer.finish()
}

/// Makes Parquet of runs and series in place of CSV.
///
/// # Errors
/// What the file system says.
#[cfg(feature = "parquet")]
pub fn to_parquet(folder: &Path, tables: &mut Tables) -> Result<(), OutputError> {
    for file in &mut tables.files {
        let is_it = |info: &FileInfo| file.name == format!("{}.csv", info.file);
        let is_large = file.name == RUNS || file.name == SERIES;
        if let (true, Some(place)) = (is_large, tables.infos.iter().position(is_it)) {
            let info = tables.infos.remove(place);
            let path = folder.join(&file.name);
            *file = crate::table::parquet::from_csv(folder, &info)?;
            std::fs::remove_file(&path).map_err(OutputError::io(&path))?;
        }
    }
    Ok(())
}

/// Makes Parquet of runs and series in place of CSV.
///
/// # Errors
/// That the program was built without it.
#[cfg(not(feature = "parquet"))]
pub fn to_parquet(_: &Path, _: &mut Tables) -> Result<(), OutputError> {
    Err(OutputError::Input(WITHOUT_PARQUET.to_string()))
}

/// What is said where Parquet is asked of a program without it.
pub const WITHOUT_PARQUET: &str =
    "--parquet: this program was built without it; build it with `--features parquet`";

/// What was varied and measured, for a manifest.
pub fn describe(plan: &Plan, failed: u64) -> Value {
    json!({
        "id": plan.id,
        "identity": plan.identity,
        "description": plan.experiment.description,
        "design_points": plan.points.len(),
        "runs": plan.runs(),
        "failed_runs": failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_run_has_a_row_with_its_reason() {
        let mut out = Vec::new();
        let run = Measured {
            error: Some("one\ntwo, three".to_string()),
            ..Measured::default()
        };
        write_row(&mut out, &["base".into(), 3u64.into()], 7, 2, &run);
        let run = Measured {
            values: vec![Some(0.5), None],
            ..Measured::default()
        };
        write_row(&mut out, &["base".into(), 4u64.into()], 7, 2, &run);
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "base,3,7,,,\"one; two, three\"\nbase,4,7,0.5,,\n");
    }
}
