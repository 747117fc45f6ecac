//! From a folder with all its runs to a result.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use crate::input::experiment::points::point_id;
use crate::study::place::{LOCK, write_atomically};
use crate::study::sweep::growing::{CHECKPOINTS, RUNS, SERIES};
use crate::study::sweep::plan::Plan;
use crate::study::sweep::work::{PLAN, WorkError, WorkFolder, earlier};
use crate::study::sweep::{reuse, summary};
use crate::table::columns::FileInfo;
use crate::table::compression::Compression;
use crate::table::{
    datapackage,
    error::OutputError,
    json::json_text,
    manifest::{FILE as MANIFEST, FileEntry, Manifest},
    sheet::{Cell, Sheet},
    writer::{Writer, WrittenFile, write_whole},
};
use crate::table::{folder::publish, paths::sync_folder};

/// File with the design points.
pub const DESIGN: &str = "design.csv";

/// A contiguous part of the runs of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u64,
    /// How many there are.
    pub of: u64,
}

impl Shard {
    /// All runs.
    pub const ALL: Shard = Shard { number: 1, of: 1 };

    /// Numbers of its runs among `runs`.
    pub fn range(self, runs: u64) -> std::ops::Range<u64> {
        let cut = |part: u64| {
            let product = u128::from(runs) * u128::from(part) / u128::from(self.of.max(1));
            u64::try_from(product).unwrap_or(runs)
        };
        cut(self.number - 1)..cut(self.number)
    }

    /// Whether it is all runs.
    pub fn is_all(self) -> bool {
        self.of == 1
    }
}

/// A result that has its name.
#[derive(Debug)]
pub struct Finished {
    /// Its files.
    pub files: Vec<WrittenFile>,
    /// Runs that failed.
    pub failed: u64,
}

impl WorkFolder {
    /// Adds design, summary, further tables, description and manifest, and gives the folder its name.
    ///
    /// `analyse` makes the further tables from the folder with all its runs; shards have none.
    ///
    /// # Errors
    /// What the file system says; the folder then goes on from where it was.
    pub fn finish(
        mut self,
        plan: &Plan,
        manifest: Manifest,
        analyse: impl FnOnce(&Path) -> Result<Vec<Sheet>, OutputError>,
    ) -> Result<Finished, WorkError> {
        let folder = self.path().to_path_buf();
        let mut files = Vec::new();
        let failed = self.failed();
        if !self.is_whole() {
            files = self.written()?;
            let mut infos = vec![plan.runs_info()];
            infos.extend(plan.series_info());
            if self.shard().is_all() {
                files.push(write_design(&folder, plan)?);
                infos.push(plan.design_info());
                files.push(summary::write(&folder, plan)?);
                infos.push(summary::info());
                for sheet in analyse(&folder)? {
                    files.push(sheet.write(&folder)?);
                    infos.push(sheet.info);
                }
            }
            if self.is_parquet() {
                to_parquet(&folder, &mut files, &mut infos)?;
            }
            files.push(describe(&folder, plan, &infos)?);
            let text = manifest_text(manifest, plan, self.shard(), &files, failed);
            sync_folder(&folder).map_err(OutputError::io(&folder))?;
            write_atomically(&folder, MANIFEST, &text)?;
        }
        for name in [CHECKPOINTS, PLAN] {
            remove(&folder.join(name))?;
        }
        for name in [RUNS, SERIES] {
            // Their Parquet has taken their place.
            if folder.join(name).with_extension("parquet").is_file() {
                remove(&folder.join(name))?;
            }
        }
        publish(&folder, self.target(), self.replaces())?;
        // Not before: between lock and name another process could clear the folder.
        remove(&self.target().join(LOCK))?;
        let aside = earlier(self.target());
        if reuse::identity(&aside).is_some() {
            fs::remove_dir_all(&aside).map_err(OutputError::io(&aside))?;
        }
        Ok(Finished { files, failed })
    }
}

/// Writes runs and series as Parquet. The CSV files go when the manifest stands, so that a sweep that is killed
/// meanwhile has lost nothing.
#[cfg(feature = "parquet")]
fn to_parquet(
    folder: &Path,
    files: &mut [WrittenFile],
    infos: &mut Vec<FileInfo>,
) -> Result<(), OutputError> {
    for file in files {
        let place = infos
            .iter()
            .position(|info| file.name == format!("{}.csv", info.file));
        let is_large = file.name == RUNS || file.name == SERIES;
        if let (true, Some(place)) = (is_large, place) {
            *file = crate::table::parquet::from_csv(folder, &infos[place])?;
            infos.remove(place);
        }
    }
    Ok(())
}

#[cfg(not(feature = "parquet"))]
fn to_parquet(_: &Path, _: &mut [WrittenFile], _: &mut Vec<FileInfo>) -> Result<(), OutputError> {
    // The command refuses what it was built without.
    Ok(())
}

fn remove(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(OutputError::io(path)(error)),
        _ => Ok(()),
    }
}

/// Writes `design.csv`.
pub(crate) fn write_design(folder: &Path, plan: &Plan) -> Result<WrittenFile, OutputError> {
    let info = plan.design_info();
    let mut writer = Writer::create(folder, info.file, Compression::None)?;
    writer.write(info.header().as_bytes(), 0)?;
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

fn describe(folder: &Path, plan: &Plan, infos: &[FileInfo]) -> Result<WrittenFile, OutputError> {
    let experiment = &plan.experiment;
    let text = datapackage::of_files(
        &experiment.name,
        &experiment.title,
        infos,
        Compression::None,
    );
    write_whole(folder, datapackage::FILE, &text)
}

fn manifest_text(
    mut manifest: Manifest,
    plan: &Plan,
    shard: Shard,
    files: &[WrittenFile],
    failed: u64,
) -> String {
    manifest.files = files.iter().map(FileEntry::from).collect();
    manifest.experiment = Some(experiment(plan, shard, failed));
    json_text(&manifest)
}

/// What was varied and measured.
fn experiment(plan: &Plan, shard: Shard, failed: u64) -> Value {
    let mut value = json!({
        "id": plan.id,
        "identity": plan.identity,
        "description": plan.experiment.description,
        "design_points": plan.points.len(),
        "runs": plan.runs(),
        "failed_runs": failed,
    });
    if !shard.is_all() {
        let range = shard.range(plan.runs());
        value["shard"] = json!({
            "number": shard.number,
            "of": shard.of,
            "first_run": range.start,
            "runs": range.end - range.start,
        });
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_all_runs_once() {
        for (runs, of) in [(10, 3), (2, 5), (1_000_000_007, 1000), (0, 2)] {
            let mut next = 0;
            for number in 1..=of {
                let range = Shard { number, of }.range(runs);
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, runs);
        }
    }
}
