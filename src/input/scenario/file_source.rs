//! Where files are read from: the disk and what comes with the program, or a set that was taken from them before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::input::scenario::shipped;

/// Files by the names under which they are asked for.
type Kept = BTreeMap<PathBuf, Arc<[u8]>>;

/// Where files are read from. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct FileSource(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    Disk,
    Keeping(Arc<Mutex<Kept>>),
    Closed(Arc<Closed>),
}

#[derive(Debug)]
struct Closed {
    files: Kept,
    lacked: Mutex<BTreeSet<PathBuf>>,
}

impl FileSource {
    /// The disk; each file is kept as it was when it was first read.
    pub fn keeping() -> Self {
        FileSource(Source::Keeping(Arc::default()))
    }

    /// Nothing but these files, by the names under which they will be asked for.
    pub fn closed(files: BTreeMap<PathBuf, Arc<[u8]>>) -> Self {
        FileSource(Source::Closed(Arc::new(Closed {
            files,
            lacked: Mutex::default(),
        })))
    }

    /// The bytes of a file, but no more than `most`.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let cut = |bytes: &[u8]| {
            let end = usize::try_from(most).map_or(bytes.len(), |most| bytes.len().min(most));
            bytes[..end].to_vec()
        };
        match &self.0 {
            Source::Disk => from_disk(path, most),
            Source::Keeping(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(bytes) = kept.get(path) {
                    return Ok(cut(bytes));
                }
                let bytes = from_disk(path, most)?;
                kept.insert(path.to_path_buf(), bytes.as_slice().into());
                Ok(bytes)
            }
            Source::Closed(closed) => match closed.files.get(path) {
                Some(bytes) => Ok(cut(bytes)),
                None => {
                    let mut lacked = closed.lacked.lock().unwrap_or_else(PoisonError::into_inner);
                    lacked.insert(path.to_path_buf());
                    Err(ErrorKind::NotFound.into())
                }
            },
        }
    }

    /// The files of a folder, in order; none where there is no such folder.
    pub(crate) fn list(&self, folder: &Path) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = match &self.0 {
            Source::Disk | Source::Keeping(_) => {
                let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
                entries.map(|entry| entry.path()).collect()
            }
            Source::Closed(closed) => {
                let names = closed.files.keys();
                let is_in = |name: &&PathBuf| name.parent() == Some(folder);
                names.filter(is_in).cloned().collect()
            }
        };
        found.sort_unstable();
        found
    }

    /// What was read so far, of a file source that keeps it.
    pub fn kept(&self) -> BTreeMap<PathBuf, Arc<[u8]>> {
        match &self.0 {
            Source::Keeping(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Source::Disk | Source::Closed(_) => BTreeMap::new(),
        }
    }

    /// A file that was asked for and is not in the set.
    pub fn lacked(&self) -> Option<PathBuf> {
        match &self.0 {
            Source::Closed(closed) => {
                let lacked = closed.lacked.lock().unwrap_or_else(PoisonError::into_inner);
                lacked.first().cloned()
            }
            Source::Disk | Source::Keeping(_) => None,
        }
    }
}

fn from_disk(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(shipped) = shipped::read(path) {
        shipped?.take(most).read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    // A device may never end.
    if !about.is_file() && !is_pipe(&about) {
        return Err(io::Error::other("it is neither a file nor a pipe"));
    }
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
fn is_pipe(about: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&about.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_does_not_change_with_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, "one").expect("written");
        let file_source = FileSource::keeping();
        assert_eq!(file_source.read(&path, 9).expect("read"), b"one");
        std::fs::write(&path, "two").expect("written");
        assert_eq!(file_source.clone().read(&path, 2).expect("read"), b"on");
        let closed = FileSource::closed(file_source.kept());
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(closed.read(&path, 9).expect("read"), b"one");
        assert_eq!(closed.lacked(), None);
        let other = folder.path().join("b");
        assert!(closed.read(&other, 9).is_err());
        assert_eq!(closed.lacked(), Some(other));
    }
}
