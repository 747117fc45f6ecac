//! Where the files of a result are written: a folder, or memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A folder, or files in memory.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder that is there.
    Folder(PathBuf),
    /// Memory.
    Memory(Memory),
}

/// Files by name, in the hands of whoever writes and of whoever reads them.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Memory {
    /// Keeps a file.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(name.to_string(), bytes);
    }

    /// The files so far; they are gone then.
    pub fn take(&self) -> BTreeMap<String, Vec<u8>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Self {
        Place::Folder(folder.to_path_buf())
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}
