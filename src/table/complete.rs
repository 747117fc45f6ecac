//! The last files of a result: description and manifest.

use crate::table::datapackage;
use crate::table::error::OutputError;
use crate::table::folder::Folder;
use crate::table::manifest::{self, FileEntry, Manifest};
use crate::table::writer::{WrittenFile, write_whole};

/// Adds description and manifest to a folder that holds `files`, and gives it its name. `manifest` gets the list
/// of files.
///
/// # Errors
/// What the file system says; nothing is left then.
pub fn finish_folder(
    folder: Folder,
    files: Vec<WrittenFile>,
    description: &str,
    manifest: Manifest,
) -> Result<Vec<WrittenFile>, OutputError> {
    let files = complete_folder(&folder, files, description, manifest)?;
    folder.finish()?;
    Ok(files)
}

/// Adds description and manifest to a folder that holds `files`. `manifest` gets the list of files.
///
/// # Errors
/// What the file system says.
pub fn complete_folder(
    folder: &Folder,
    mut files: Vec<WrittenFile>,
    description: &str,
    mut manifest: Manifest,
) -> Result<Vec<WrittenFile>, OutputError> {
    let path = folder.path();
    files.push(write_whole(path, datapackage::FILE, description)?);
    manifest.files = files.iter().map(FileEntry::from).collect();
    files.push(write_whole(path, manifest::FILE, &manifest.to_text())?);
    Ok(files)
}
