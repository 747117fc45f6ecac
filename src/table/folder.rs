//! A result folder that appears under its name only when it is whole.

use crate::table::paths::{parent, sync_folder};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::table::error::OutputError;
use crate::table::manifest;

/// A result folder on its way. Dropped before [`Folder::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Folder {
    part: TempDir,
    target: PathBuf,
    replaces: bool,
}

impl Folder {
    /// Begins a folder that will be `target`: a hidden one beside it.
    ///
    /// # Errors
    /// If something stands at `target` already and is not to be replaced (`force`), or is not a result; or
    /// what the file system says.
    pub fn create(target: &Path, force: bool) -> Result<Self, OutputError> {
        let Some(name) = target.file_name() else {
            return Err(OutputError::NoName {
                path: target.to_path_buf(),
            });
        };
        let replaces = check_target(target, force)?;
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(OutputError::io(parent))?;
        let part = hidden_folder(name, "part", parent)?;
        Ok(Folder {
            part,
            target: target.to_path_buf(),
            replaces,
        })
    }

    /// Where files are written until the folder is whole.
    pub fn path(&self) -> &Path {
        self.part.path()
    }

    /// Gives the folder its name. A folder that it replaces goes only then.
    ///
    /// # Errors
    /// What the file system says, or if something came to stand at the name meanwhile. What stood there
    /// before stands there still, and nothing else is left.
    pub fn finish(self) -> Result<(), OutputError> {
        let Folder {
            part,
            target,
            replaces,
        } = self;
        if replaces && check_target(&target, true)? {
            sync_folder(part.path()).map_err(OutputError::io(part.path()))?;
            if exchange(part.path(), &target) {
                // What goes with the temporary folder is the old result, which bears its name now.
                drop(part);
                let parent = parent(&target);
                return sync_folder(parent).map_err(OutputError::io(parent));
            }
        }
        publish(part.path(), &target, replaces)?;
        // The folder has its name; what remains of the temporary one is its handle.
        let _ = part.keep();
        Ok(())
    }
}

/// Gives a whole folder the name `target`. A result that it replaces goes only then.
///
/// # Errors
/// What the file system says, or if something stands at the name that is not to be replaced. What stood there
/// before stands there still.
pub fn publish(part: &Path, target: &Path, replaces: bool) -> Result<(), OutputError> {
    let parent = parent(target);
    sync_folder(part).map_err(OutputError::io(part))?;
    // Both are looked at again: another run may have ended here meanwhile.
    let replaced = if check_target(target, replaces)? {
        let name = target.file_name().unwrap_or(OsStr::new("result"));
        let old = hidden_folder(name, "old", parent)?;
        fs::rename(target, old.path().join("result")).map_err(OutputError::io(target))?;
        Some(old)
    } else {
        None
    };
    if let Err(source) = fs::rename(part, target) {
        if let Some(old) = replaced
            && let Err(error) = fs::rename(old.path().join("result"), target)
        {
            // It stays where it is: gone with the temporary folder it would be lost.
            let kept = old.keep().join("result");
            let said = format!("{error}; the earlier result is kept in {}", kept.display());
            return Err(OutputError::io(target)(io::Error::other(said)));
        }
        // Another run ended here since it was looked at: that is said, and not what the system calls it.
        if matches!(
            source.kind(),
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists
        ) {
            check_target(target, false)?;
        }
        return Err(OutputError::Io {
            path: target.to_path_buf(),
            source,
        });
    }
    sync_folder(parent).map_err(OutputError::io(parent))
}

/// Lets two folders change their names in one step, so that something whole stands at both at any moment. Not every
/// system and file system can: false then, and nothing has changed.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Whether a result stands at `target` that may be replaced.
///
/// # Errors
/// If one stands there that is not to be replaced, or something that is no result.
pub fn check_target(target: &Path, force: bool) -> Result<bool, OutputError> {
    let path = || target.to_path_buf();
    let found = match fs::symlink_metadata(target) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(OutputError::io(target)(error)),
    };
    if !found.is_dir() {
        return Err(OutputError::NotAResult { path: path() });
    }
    let manifest = target.join(manifest::FILE);
    if !manifest.is_file() {
        let mut entries = fs::read_dir(target).map_err(OutputError::io(target))?;
        return match entries.next() {
            None => Ok(true),
            Some(_) => Err(OutputError::NotAResult { path: path() }),
        };
    }
    if force {
        Ok(true)
    } else {
        let replicates = manifest::replicates_of(&manifest);
        Err(OutputError::Exists {
            path: path(),
            replicates,
        })
    }
}

/// A folder such as `.base.part-4f2a1c` in `parent`.
fn hidden_folder(name: &OsStr, what: &str, parent: &Path) -> Result<TempDir, OutputError> {
    let mut prefix = OsStr::new(".").to_os_string();
    prefix.push(name);
    prefix.push(format!(".{what}-"));
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    // Temporary folders are private by default; a result is as open as the user's other folders.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(parent).map_err(OutputError::io(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort_unstable();
        names
    }

    fn result(target: &Path, content: &str, force: bool) -> Result<(), OutputError> {
        let folder = Folder::create(target, force)?;
        fs::write(folder.path().join(manifest::FILE), content).expect("written");
        folder.finish()
    }

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("a/b");
        let folder = Folder::create(&target, false).expect("begun");
        assert!(!target.exists());
        drop(folder);
        assert_eq!(entries(&base.path().join("a")), Vec::<String>::new());
        result(&target, "{}", false).expect("written");
        assert_eq!(entries(&base.path().join("a")), ["b"]);
    }

    #[test]
    fn a_result_is_replaced_only_when_asked_and_only_by_a_whole_one() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("b");
        result(&target, r#"{"replicates": 3}"#, false).expect("written");
        let refused = result(&target, "new", false)
            .expect_err("refused")
            .to_string();
        let message = format!(
            "{} exists and holds a run of 3 replicates; add `--force` to replace it or choose another folder with `--out`",
            target.display()
        );
        assert_eq!(refused, message);
        drop(Folder::create(&target, true).expect("begun"));
        let kept = fs::read_to_string(target.join(manifest::FILE)).expect("kept");
        assert_eq!(kept, r#"{"replicates": 3}"#);
        result(&target, "new", true).expect("replaced");
        let replaced = fs::read_to_string(target.join(manifest::FILE)).expect("replaced");
        assert_eq!(replaced, "new");
        assert_eq!(entries(base.path()), ["b"]);
    }

    #[test]
    fn what_is_not_a_result_is_never_replaced() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("thesis");
        fs::create_dir(&target).expect("created");
        fs::write(target.join("chapter-1.tex"), "years of work").expect("written");
        let refused = result(&target, "{}", true).expect_err("refused");
        assert!(matches!(refused, OutputError::NotAResult { .. }));
        assert_eq!(entries(base.path()), ["thesis"]);
        let refused = result(Path::new("somewhere/.."), "{}", true).expect_err("refused");
        assert!(matches!(refused, OutputError::NoName { .. }));
    }

    #[test]
    fn an_empty_folder_may_be_taken() {
        let base = tempfile::tempdir().expect("a folder");
        let target = base.path().join("empty");
        fs::create_dir(&target).expect("created");
        result(&target, "{}", false).expect("written");
        assert_eq!(entries(&target), [manifest::FILE]);
    }

    #[cfg(unix)]
    #[test]
    fn a_result_is_as_open_as_other_folders() {
        use std::os::unix::fs::PermissionsExt;
        let base = tempfile::tempdir().expect("a folder");
        let (target, plain) = (base.path().join("result"), base.path().join("plain"));
        fs::create_dir(&plain).expect("created");
        result(&target, "{}", false).expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&target), mode(&plain));
    }
}
