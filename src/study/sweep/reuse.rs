//! Runs of an earlier result: found by the content of their design point and their replicate.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::study::sweep::finish::DESIGN;
use crate::study::sweep::growing::RUNS;
use crate::study::sweep::plan::Plan;
use crate::study::sweep::work::PLAN;
use crate::table::{error::OutputError, manifest::FILE as MANIFEST, source::Source};

/// Where rows stand, by design point and replicate.
type Places = HashMap<(u64, u64), Place>;

/// Rows of an earlier result by design point and replicate. Takes about 40 bytes a run.
#[derive(Debug)]
pub struct Reuse {
    /// Where a row begins, and where its third cell does, by name of the design point and replicate.
    places: Places,
    file: Mutex<File>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    length: u32,
}

impl Reuse {
    /// Reads where the rows of the result in `folder` stand; none where it has none that `plan` could use.
    ///
    /// # Errors
    /// What the file system says; rows that changed since the result was written.
    pub fn open(folder: &Path, plan: &Plan) -> Result<Option<Self>, OutputError> {
        let Some(identity) = identity(folder) else {
            return Ok(None);
        };
        // Where series are written, runs without them do not do.
        if identity["run"] != plan.identity["run"] || plan.experiment.series {
            return Ok(None);
        }
        let ids = match ids(folder) {
            Ok(ids) => ids,
            // Without its list of design points the rows say nothing.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(OutputError::io(folder)(error)),
        };
        let path = folder.join(RUNS);
        // A finished result is vouched for by its manifest, as long as nobody changed it.
        if folder.join(MANIFEST).is_file() {
            let source = Source::open(folder)?;
            for file in [&path, &folder.join(DESIGN)] {
                if file.is_file() {
                    source.check(file)?;
                }
            }
        }
        let read =
            || -> io::Result<(Places, File)> { Ok((places(&path, &ids)?, File::open(&path)?)) };
        match read() {
            Ok((places, file)) => Ok(Some(Reuse {
                places,
                file: Mutex::new(file),
            })),
            // Rows in Parquet are not taken over.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OutputError::io(&path)(error)),
        }
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The row of a run from behind its replicate to its end, with the line feed; none where there is none.
    pub fn rest_of_row(&self, id: &str, replicate: u64) -> Option<String> {
        let id = u64::from_str_radix(id, 16).ok()?;
        let place = self.places.get(&(id, replicate))?;
        let mut bytes = vec![0; place.length as usize];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place.start)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// The identity of the plan of a folder, whole or growing.
pub(crate) fn identity(folder: &Path) -> Option<Value> {
    let read = |name: &str| -> Option<Value> {
        let text = std::fs::read_to_string(folder.join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    match read(PLAN) {
        Some(plan) => Some(plan["identity"].clone()),
        None => Some(read(MANIFEST)?["experiment"]["identity"].clone()),
    }
}

/// Names of the design points of a folder, by number.
fn ids(folder: &Path) -> io::Result<Vec<u64>> {
    let file = BufReader::new(File::open(folder.join(DESIGN))?);
    let mut ids = Vec::new();
    for line in file.lines().skip(1) {
        let line = line?;
        let id = line.split(',').nth(1).unwrap_or_default();
        ids.push(u64::from_str_radix(id, 16).unwrap_or(u64::MAX));
    }
    Ok(ids)
}

fn places(path: &Path, ids: &[u64]) -> io::Result<Places> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut places = HashMap::new();
    let (mut line, mut start) = (Vec::new(), 0u64);
    let mut is_head = true;
    loop {
        line.clear();
        let length = file.read_until(b'\n', &mut line)? as u64;
        // A line without its end was cut off.
        if length == 0 || line.last() != Some(&b'\n') {
            return Ok(places);
        }
        let mut cells = line.splitn(3, |byte| *byte == b',');
        let number =
            |cell: Option<&[u8]>| -> Option<u64> { std::str::from_utf8(cell?).ok()?.parse().ok() };
        let (point, replicate) = (number(cells.next()), number(cells.next()));
        if let (false, Some(point), Some(replicate), Some(rest)) =
            (is_head, point, replicate, cells.next())
        {
            let id = usize::try_from(point).ok().and_then(|point| ids.get(point));
            if let (Some(id), Ok(rest_length)) = (id, u32::try_from(rest.len() + 1)) {
                // With the comma before the third cell.
                let place = Place {
                    start: start + length - u64::from(rest_length),
                    length: rest_length,
                };
                places.insert((*id, replicate), place);
            }
        }
        is_head = false;
        start += length;
    }
}
