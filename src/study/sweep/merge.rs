//! Shards put together: the same files as a sweep in one go.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::study::sweep::finish::Shard;
use crate::study::sweep::growing::{Counts, RUNS, SERIES, Summing};
use crate::study::sweep::plan::{Plan, differences, hex};
use crate::study::sweep::reuse;
use crate::study::sweep::work::{WorkError, WorkFolder};
use crate::table::{error::OutputError, manifest::FILE as MANIFEST};

/// Bytes that are copied at a time.
const PIECE: usize = 1 << 20;

/// A shard that can be merged.
#[derive(Debug)]
pub struct Part {
    folder: PathBuf,
    shard: Shard,
    counts: Counts,
}

/// Why shards do not make a whole.
#[derive(Debug)]
pub enum MergeError {
    /// Everything that is wrong with them, a sentence each.
    Parts(Vec<String>),
    /// The folder of the result.
    Work(WorkError),
}

impl From<WorkError> for MergeError {
    fn from(error: WorkError) -> Self {
        MergeError::Work(error)
    }
}

impl From<OutputError> for MergeError {
    fn from(error: OutputError) -> Self {
        MergeError::Work(error.into())
    }
}

impl std::fmt::Display for MergeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MergeError::Parts(list) => f.write_str(&list.join("\n")),
            MergeError::Work(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MergeError {}

/// The folder of a shard of a sweep whose result will stand at `target`.
pub fn shard_folder(target: &Path, shard: Shard) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".shard-{}-of-{}", shard.number, shard.of));
    target.with_file_name(name)
}

/// The shards of `target` that stand beside it.
///
/// # Errors
/// What the file system says.
pub fn find(target: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let parent = crate::table::paths::parent(target);
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{name}.shard-");
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).map_err(OutputError::io(parent))? {
        let entry = entry.map_err(OutputError::io(parent))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&prefix) && !name.ends_with(".partial") {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Checks that folders are all shards of the plan, whole and undamaged.
///
/// # Errors
/// A sentence for each that is missing, damaged or of another plan.
pub fn check(plan: &Plan, folders: &[PathBuf]) -> Result<Vec<Part>, MergeError> {
    let mut problems = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    for folder in folders {
        match part(plan, folder) {
            Ok(part) => parts.push(part),
            Err(why) => problems.push(format!("{}: {why}", folder.display())),
        }
    }
    parts.sort_by_key(|part| (part.shard.of, part.shard.number));
    let of = parts.first().map_or(0, |part| part.shard.of);
    for pair in parts.windows(2) {
        if pair[0].shard == pair[1].shard {
            problems.push(format!(
                "{} and {} are the same shard, {} of {}",
                pair[0].folder.display(),
                pair[1].folder.display(),
                pair[0].shard.number,
                pair[0].shard.of
            ));
        }
        if pair[0].shard.of != pair[1].shard.of {
            problems.push(format!(
                "{} is one of {} shards, {} one of {}; allowed: shards of one division",
                pair[0].folder.display(),
                pair[0].shard.of,
                pair[1].folder.display(),
                pair[1].shard.of
            ));
        }
    }
    if problems.is_empty() {
        let there = |number| parts.iter().any(|part| part.shard.number == number);
        let missing: Vec<String> = (1..=of)
            .filter(|number| !there(*number))
            .map(|number| number.to_string())
            .collect();
        if of == 0 {
            problems.push(
                "there are no shards; `dualtrack sweep EXPERIMENT --shard I/N` makes them"
                    .to_string(),
            );
        } else if !missing.is_empty() {
            problems.push(format!(
                "of {of} shards these are missing: {}",
                missing.join(", ")
            ));
        }
    }
    if problems.is_empty() {
        Ok(parts)
    } else {
        Err(MergeError::Parts(problems))
    }
}

fn part(plan: &Plan, folder: &Path) -> Result<Part, String> {
    let text = fs::read_to_string(folder.join(MANIFEST))
        .map_err(|error| format!("`{MANIFEST}` cannot be read: {error}"))?;
    let manifest: Value = serde_json::from_str(&text)
        .map_err(|error| format!("`{MANIFEST}` cannot be read: {error}"))?;
    let theirs = reuse::identity(folder).unwrap_or(Value::Null);
    if theirs != plan.identity {
        let found = differences(&plan.identity, &theirs);
        return Err(format!(
            "a shard of another experiment: {}",
            found.join("; ")
        ));
    }
    let experiment = &manifest["experiment"];
    let number = |value: &Value| value.as_u64();
    let shard = &experiment["shard"];
    let (Some(number), Some(of)) = (number(&shard["number"]), number(&shard["of"])) else {
        return Err("this is no shard but a whole result".to_string());
    };
    let shard = Shard { number, of };
    let range = shard.range(plan.runs());
    let mut counts = Counts {
        runs: range.end - range.start,
        failed: experiment["failed_runs"].as_u64().unwrap_or(0),
        series_rows: 0,
    };
    let names = [Some(RUNS), plan.experiment.series.then_some(SERIES)];
    for name in names.into_iter().flatten() {
        let entries = manifest["files"].as_array();
        let entry = entries.and_then(|list| list.iter().find(|entry| entry["name"] == name));
        let Some(entry) = entry else {
            return Err(format!("its manifest has no `{name}`"));
        };
        let sum = sha256(&folder.join(name)).map_err(|error| format!("`{name}`: {error}"))?;
        if entry["sha256"] != sum.as_str() {
            return Err(format!(
                "`{name}` is damaged: its checksum is not that of the manifest"
            ));
        }
        let rows = entry["rows"].as_u64();
        if name == RUNS && rows != Some(counts.runs) {
            return Err(format!("`{name}` does not hold {} runs", counts.runs));
        }
        if name == SERIES {
            counts.series_rows = rows.unwrap_or(0);
        }
    }
    Ok(Part {
        folder: folder.to_path_buf(),
        shard,
        counts,
    })
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut sum = Sha256::new();
    io::copy(&mut File::open(path)?, &mut Summing(&mut sum))?;
    Ok(hex(&sum.finalize()))
}

/// Copies the rows of all parts, in order, into a folder that holds none yet.
///
/// # Errors
/// What the file system says.
pub fn copy(folder: &mut WorkFolder, parts: &[Part], has_series: bool) -> Result<(), MergeError> {
    for part in parts {
        copy_rows(&part.folder.join(RUNS), |bytes| {
            folder.append_many(bytes, &[], Counts::default())
        })?;
        if has_series {
            copy_rows(&part.folder.join(SERIES), |bytes| {
                folder.append_many(&[], bytes, Counts::default())
            })?;
        }
        folder.append_many(&[], &[], part.counts)?;
    }
    Ok(())
}

/// Hands over everything behind the head of a file, piece by piece.
fn copy_rows(
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<(), WorkError>,
) -> Result<(), MergeError> {
    let file = File::open(path).map_err(OutputError::io(path))?;
    let mut file = BufReader::with_capacity(PIECE, file);
    let mut head = Vec::new();
    file.read_until(b'\n', &mut head)
        .map_err(OutputError::io(path))?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).map_err(OutputError::io(path))?;
        if read == 0 {
            return Ok(());
        }
        take(&piece[..read])?;
    }
}
