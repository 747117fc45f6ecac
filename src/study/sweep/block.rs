//! The file of a shard: rows of a block of runs, with a last line that says whose they are and that they are whole.
//!
//! ```text
//! design_point,replicate,seed,…      runs.csv of the block
//! design_point,replicate,quarter,…   series.csv of the block, where there is one
//! #end plan=… shard=17/200 failed=0 runs_bytes=… series_bytes=… series_rows=… sha256=…
//! ```
//!
//! The checksum is that of every byte before ` sha256=`.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::study::sweep::finish::Shard;
use crate::study::sweep::growing::Summing;
use crate::study::sweep::plan::hex;

/// Longest last line.
const LONGEST: u64 = 512;
const SUM: &str = " sha256=";

/// What the last line of a shard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trailer {
    pub plan: String,
    pub shard: Shard,
    pub failed: u64,
    pub runs_bytes: u64,
    pub series_bytes: u64,
    pub series_rows: u64,
}

impl Trailer {
    /// The line up to its checksum.
    pub fn head(&self) -> String {
        format!(
            "#end plan={} shard={}/{} failed={} runs_bytes={} series_bytes={} series_rows={}",
            self.plan,
            self.shard.number,
            self.shard.of,
            self.failed,
            self.runs_bytes,
            self.series_bytes,
            self.series_rows
        )
    }

    /// What closes a file whose bytes with the head of the line have a checksum.
    pub fn tail(sha256: &str) -> String {
        format!("{SUM}{sha256}\n")
    }

    fn read(head: &str) -> Option<Self> {
        let mut parts = head.split(' ');
        if parts.next() != Some("#end") {
            return None;
        }
        let mut value = |key: &str| parts.next()?.strip_prefix(key)?.strip_prefix('=');
        let plan = value("plan")?.to_string();
        let (number, of) = value("shard")?.split_once('/')?;
        let shard = Shard {
            number: number.parse().ok()?,
            of: of.parse().ok()?,
        };
        let mut count = |key: &str| value(key)?.parse().ok();
        Some(Trailer {
            plan,
            shard,
            failed: count("failed")?,
            runs_bytes: count("runs_bytes")?,
            series_bytes: count("series_bytes")?,
            series_rows: count("series_rows")?,
        })
    }
}

/// A shard that is whole.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub trailer: Trailer,
    pub sha256: String,
    pub bytes: u64,
    /// When it appeared, as the file system has it.
    pub modified: Option<SystemTime>,
}

/// Why a shard does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It is not what was written, for a reason.
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Fault::Missing,
            _ => Fault::Damaged(format!("cannot be read: {error}")),
        }
    }
}

/// How closely shards are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Every byte.
    Whole,
    /// Length and last line.
    Quick,
}

/// Checks the file of a shard of a plan.
pub(crate) fn check(path: &Path, plan: &str, shard: Shard, look: Look) -> Result<Whole, Fault> {
    let damaged = |why: &str| Fault::Damaged(why.to_string());
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let bytes = about.len();
    let from = bytes.saturating_sub(LONGEST);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    (&mut file).take(LONGEST).read_to_end(&mut end)?;
    let cut_off = || damaged("its last line is missing or cut off");
    let end = end.strip_suffix(b"\n").ok_or_else(cut_off)?;
    let start = end
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |place| place + 1);
    let line = std::str::from_utf8(&end[start..]).map_err(|_| cut_off())?;
    let (head, sha256) = line.split_once(SUM).ok_or_else(cut_off)?;
    let trailer = Trailer::read(head).ok_or_else(cut_off)?;
    if trailer.plan != plan {
        return Err(damaged("it belongs to another plan"));
    }
    if trailer.shard != shard {
        return Err(Fault::Damaged(format!(
            "it is shard {} of {}",
            trailer.shard.number, trailer.shard.of
        )));
    }
    let rows = from + start as u64;
    if trailer.runs_bytes.checked_add(trailer.series_bytes) != Some(rows) {
        return Err(damaged("its length is not that of its last line"));
    }
    if look == Look::Whole {
        file.seek(SeekFrom::Start(0))?;
        let mut sum = Sha256::new();
        let summed = rows + head.len() as u64;
        io::copy(&mut (&mut file).take(summed), &mut Summing(&mut sum))?;
        if hex(&sum.finalize()) != sha256 {
            return Err(damaged("its checksum is not that of its last line"));
        }
    }
    Ok(Whole {
        sha256: sha256.to_string(),
        trailer,
        bytes,
        modified: about.modified().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path) -> (std::path::PathBuf, Vec<u8>) {
        let rows = b"a,b\n1,2\n3,4\n";
        let trailer = Trailer {
            plan: "abc".to_string(),
            shard: Shard { number: 2, of: 3 },
            failed: 1,
            runs_bytes: rows.len() as u64,
            series_bytes: 0,
            series_rows: 0,
        };
        let mut bytes = rows.to_vec();
        bytes.extend_from_slice(trailer.head().as_bytes());
        let sum = hex(&Sha256::digest(&bytes));
        bytes.extend_from_slice(Trailer::tail(&sum).as_bytes());
        (folder.join("x"), bytes)
    }

    #[test]
    fn any_changed_or_missing_byte_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, bytes) = file(folder.path());
        let shard = Shard { number: 2, of: 3 };
        let look = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("written");
            check(&path, "abc", shard, Look::Whole)
        };
        assert_eq!(
            check(&path, "abc", shard, Look::Whole).err(),
            Some(Fault::Missing)
        );
        let whole = look(&bytes).expect("whole");
        assert_eq!((whole.trailer.failed, whole.trailer.runs_bytes), (1, 12));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(look(&changed).is_err(), "byte {place}");
            assert!(look(&bytes[..place]).is_err(), "cut at {place}");
        }
        let mut longer = bytes.clone();
        longer.push(b'x');
        assert!(look(&longer).is_err());
        look(&bytes).expect("whole");
        let other = check(&path, "abc", Shard { number: 1, of: 3 }, Look::Quick);
        assert_eq!(
            other.err(),
            Some(Fault::Damaged("it is shard 2 of 3".to_string()))
        );
        let other = check(&path, "abd", shard, Look::Quick);
        assert_eq!(
            other.err(),
            Some(Fault::Damaged("it belongs to another plan".to_string()))
        );
    }
}
