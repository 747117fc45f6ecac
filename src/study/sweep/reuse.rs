//! Runs of an earlier result: found by the content of their design point and their replicate.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::input::experiment::points::point_id;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::execute::Known;
use crate::study::place::{lock, partial};
use crate::study::run_file::read_any;
use crate::study::store::{DESIGN, IDENTITY, stage_file};
use crate::study::sweep::plan::Plan;
use crate::study::sweep::tables::{RUNS, write_design};
use crate::table::{error::OutputError, manifest::FILE as MANIFEST, source::Source};

/// Runs by the name of their design point and their replicate.
type Runs = HashMap<(u64, u64), Measured>;

/// Where an unfinished sweep of another experiment is put aside, for its runs to be taken over.
pub fn earlier(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".earlier");
    target.with_file_name(name)
}

/// Puts an unfinished sweep aside whose runs `plan` can take over, though it is of another plan.
///
/// # Errors
/// What the file system says, or that another process works there.
pub fn put_aside(target: &Path, plan: &Plan) -> Result<(), StudyError> {
    let (path, aside) = (partial(target), earlier(target));
    let Some(known) = identity(&path) else {
        return Ok(());
    };
    let is_other = known != plan.identity && known["run"] == plan.identity["run"];
    if is_other && fs::symlink_metadata(&aside).is_err() {
        let lock = lock(&path)?;
        fs::rename(&path, &aside).map_err(OutputError::io(&path))?;
        drop(lock);
    }
    Ok(())
}

/// Removes what was put aside, when its runs stand in the result.
///
/// # Errors
/// What the file system says.
pub fn remove_aside(target: &Path) -> Result<(), OutputError> {
    let aside = earlier(target);
    match identity(&aside) {
        Some(_) => fs::remove_dir_all(&aside).map_err(OutputError::io(&aside)),
        None => Ok(()),
    }
}

/// Writes the list of design points into the folder in which a sweep grows, so that another experiment can take over its
/// runs, should it not end.
///
/// # Errors
/// What the file system says.
pub fn note_design(target: &Path, plan: &Plan) -> Result<(), OutputError> {
    let path = partial(target);
    match path.join(DESIGN).is_file() {
        true => Ok(()),
        false => write_design(&path.as_path().into(), plan).map(|_| ()),
    }
}

/// What is known of the runs of `plan` from the result at `target` and what was put aside beside it.
///
/// # Errors
/// What the file system says; rows that changed since the result was written.
pub fn known(target: &Path, plan: &Plan) -> Result<Option<Arc<Known>>, StudyError> {
    let mut runs = Runs::new();
    for folder in [target.to_path_buf(), earlier(target)] {
        let Some(identity) = identity(&folder) else {
            continue;
        };
        // Where series are written, runs without them do not do.
        if identity["run"] == plan.identity["run"] && !plan.experiment.series {
            gather(&folder, plan, &mut runs)?;
        }
    }
    if runs.is_empty() {
        return Ok(None);
    }
    Ok(Some(Arc::new(move |stage, cell, run| {
        let id = number_of(&point_id(&stage.points.variant(cell.point)));
        let found = id.and_then(|id| runs.get(&(id, cell.replicate)));
        found.map(|found| run.clone_from(found)).is_some()
    })))
}

/// The identity of the plan of a folder, whole or growing.
fn identity(folder: &Path) -> Option<Value> {
    let read = |name: &str| -> Option<Value> {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    match read(IDENTITY) {
        Some(growing) => Some(growing["study"]["plan"].clone()),
        None => Some(read(MANIFEST)?["experiment"]["identity"].clone()),
    }
}

/// Adds the runs of a folder.
fn gather(folder: &Path, plan: &Plan, runs: &mut Runs) -> Result<(), StudyError> {
    let ids = match ids(folder) {
        Ok(ids) => ids,
        // Without its list of design points the rows say nothing.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(OutputError::io(folder)(error).into()),
    };
    let mut add = |point: u64, replicate: u64, run: &Measured| {
        let id = usize::try_from(point).ok().and_then(|point| ids.get(point));
        if let Some(id) = id {
            runs.entry((*id, replicate)).or_insert_with(|| run.clone());
        }
    };
    if folder.join(MANIFEST).is_file() {
        // A finished result is vouched for by its manifest, as long as nobody changed it.
        let source = Source::open(folder)?;
        let path = folder.join(RUNS);
        if !path.is_file() {
            // Rows in Parquet are not taken over.
            return Ok(());
        }
        source.check(&path)?;
        source.check(&folder.join(DESIGN))?;
        return Ok(read_rows(&path, plan.responses().len(), &mut add)?);
    }
    let points = (ids.len() as u64).max(1);
    read_any(&stage_file(folder, 0), |number, run| {
        add(number % points, number / points, run);
        Ok(())
    })
}

/// Names of the design points of a folder, by number.
fn ids(folder: &Path) -> io::Result<Vec<u64>> {
    let file = BufReader::new(File::open(folder.join(DESIGN))?);
    let mut ids = Vec::new();
    for line in file.lines().skip(1) {
        let line = line?;
        let id = line.split(',').nth(1).unwrap_or_default();
        ids.push(number_of(id).unwrap_or(u64::MAX));
    }
    Ok(ids)
}

/// The name of a design point as a number.
fn number_of(id: &str) -> Option<u64> {
    u64::from_str_radix(id, 16).ok()
}

/// Hands over the rows of `runs.csv` with design point and replicate.
fn read_rows(
    path: &Path,
    responses: usize,
    add: &mut impl FnMut(u64, u64, &Measured),
) -> Result<(), OutputError> {
    let broken = |error: csv::Error| OutputError::io(path)(io::Error::other(error));
    let mut reader = csv::Reader::from_path(path).map_err(broken)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let number = |place: usize| record.get(place)?.parse().ok();
        let (Some(point), Some(replicate)) = (number(0), number(1)) else {
            continue;
        };
        let error = record.get(3 + responses).filter(|text| !text.is_empty());
        let values = (3..3 + responses).map(|place| record.get(place)?.parse().ok());
        let run = Measured {
            values: match error {
                Some(_) => Vec::new(),
                None => values.collect(),
            },
            error: error.map(str::to_string),
            ..Measured::default()
        };
        add(point, replicate, &run);
    }
    Ok(())
}
