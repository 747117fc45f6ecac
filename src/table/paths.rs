//! Where files may stand.

use crate::table::error::OutputError;
use std::fs;
use std::io;
use std::path::Path;

/// Makes a folder inside of one that the user has chosen; there may be one already, but no link to another place.
///
/// # Errors
/// What the file system says, or that a link is there.
pub fn make_folder(path: &Path) -> Result<(), OutputError> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match is_link(path) {
            Ok(false) => Ok(()),
            Ok(true) => Err(OutputError::Link {
                path: path.to_path_buf(),
            }),
            Err(error) => Err(OutputError::io(path)(error)),
        },
        made => made.map_err(OutputError::io(path)),
    }
}

/// Refuses a folder that is a link or holds one: what is written into it would end elsewhere.
///
/// # Errors
/// The link, or what the file system says.
pub fn refuse_links(path: &Path) -> Result<(), OutputError> {
    let refuse = |path: &Path| match is_link(path) {
        Ok(false) => Ok(()),
        Ok(true) => Err(OutputError::Link {
            path: path.to_path_buf(),
        }),
        // It is gone.
        Err(_) => Ok(()),
    };
    refuse(path)?;
    for entry in fs::read_dir(path).map_err(OutputError::io(path))? {
        refuse(&entry.map_err(OutputError::io(path))?.path())?;
    }
    Ok(())
}

pub(crate) fn is_link(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_symlink())
}

/// The folder in which `target` stands.
pub fn parent(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Brings the entries of a folder to disk, where the system can.
///
/// # Errors
/// What the file system says.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(path)?.sync_all()?;
    }
    Ok(())
}
