//! Pages and figures on disk: whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use crate::report::page::Part;
use crate::table::error::OutputError;
use crate::table::paths::parent;
use crate::table::writer::replace_file;

/// Refuses a place for a page where something stands that is not to be replaced.
///
/// # Errors
/// If it is taken, or names no file.
pub fn check_page(target: &Path, force: bool) -> Result<(), OutputError> {
    let shown = target.display();
    if target.file_name().is_none() {
        return Err(OutputError::Input(format!(
            "`{shown}` does not end in the name of a file; choose one with `--out`"
        )));
    }
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OutputError::io(target)(error)),
        Ok(found) if !found.is_file() => Err(OutputError::Input(format!(
            "{shown} exists and is not a file; choose another name with `--out`"
        ))),
        Ok(_) if force => Ok(()),
        Ok(_) => Err(OutputError::Input(format!(
            "{shown} exists; add `--force` to replace it or choose another name with `--out`"
        ))),
    }
}

/// Writes a page beside its place, then gives it its name.
///
/// # Errors
/// If the place is taken or the file system refuses.
pub fn write_page(target: &Path, page: &str, force: bool) -> Result<(), OutputError> {
    check_page(target, force)?;
    replace_file(target, page.as_bytes(), force).map_err(OutputError::io(target))
}

/// Refuses a folder for figures where something stands that is not to be replaced.
///
/// # Errors
/// If it is taken. Even with `force`, a folder is replaced only if it holds nothing but figures.
pub fn check_figures(target: &Path, force: bool) -> Result<(), OutputError> {
    let shown = target.display();
    if target.file_name().is_none() {
        return Err(OutputError::Input(format!(
            "`{shown}` does not end in the name of a folder"
        )));
    }
    let entries = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(OutputError::io(target)(error)),
        Ok(found) if !found.is_dir() => {
            return Err(OutputError::Input(format!(
                "{shown} exists and is not a folder; choose another one"
            )));
        }
        Ok(_) => fs::read_dir(target).map_err(OutputError::io(target))?,
    };
    let mut is_empty = true;
    for entry in entries {
        let name = entry.map_err(OutputError::io(target))?.file_name();
        let name = name.to_string_lossy();
        is_empty = false;
        if !(name.ends_with(".svg") || name.ends_with(".png")) {
            return Err(OutputError::Input(format!(
                "{shown} holds `{name}`, which is no figure; choose another folder with `--figures`"
            )));
        }
    }
    if is_empty || force {
        Ok(())
    } else {
        Err(OutputError::Input(format!(
            "{shown} exists and holds figures; add `--force` to replace them or choose another folder with `--figures`"
        )))
    }
}

/// Writes all figures of some parts as files into a folder; returns how many.
///
/// # Errors
/// If the place is taken or the file system refuses.
pub fn write_figures(target: &Path, parts: &[Part], force: bool) -> Result<usize, OutputError> {
    check_figures(target, force)?;
    let folder = parent(target);
    fs::create_dir_all(folder).map_err(OutputError::io(folder))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".figures-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let work = builder
        .tempdir_in(folder)
        .map_err(OutputError::io(folder))?;
    let mut count = 0;
    for (number, part) in parts.iter().enumerate() {
        for figure in part.figures() {
            let name = if number == 0 {
                figure.id.clone()
            } else {
                format!("{}-{}", figure.id, number + 1)
            };
            let svg = figure.file();
            let path = work.path().join(format!("{name}.svg"));
            fs::write(&path, &svg).map_err(OutputError::io(&path))?;
            #[cfg(feature = "png")]
            {
                let path = work.path().join(format!("{name}.png"));
                fs::write(&path, crate::report::figure::png::of(&svg)?)
                    .map_err(OutputError::io(&path))?;
            }
            count += 1;
        }
    }
    if target.exists() {
        let old = tempfile::Builder::new()
            .prefix(".figures-")
            .suffix(".old")
            .tempdir_in(folder);
        let old = old.map_err(OutputError::io(folder))?;
        fs::rename(target, old.path().join("figures")).map_err(OutputError::io(target))?;
        if let Err(error) = fs::rename(work.path(), target) {
            fs::rename(old.path().join("figures"), target).map_err(OutputError::io(target))?;
            return Err(OutputError::io(target)(error));
        }
    } else {
        fs::rename(work.path(), target).map_err(OutputError::io(target))?;
    }
    // The folder has its name; what remains of the temporary one is its handle.
    let _ = work.keep();
    Ok(count)
}
