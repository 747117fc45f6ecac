//! The folder beside a result in which a study grows: its name, and the lock that says who works there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::study::error::StudyError;
use crate::table::error::OutputError;
use crate::table::{manifest::FILE as MANIFEST, source::Source};

/// File whose lock says that a process works here.
pub const LOCK: &str = "lock";
/// Most bytes that are read of what a lock says.
const WHO: usize = 200;

/// What is to be done where something is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Nothing may be there.
    New,
    /// Goes on with what is unfinished.
    Resume,
    /// Goes on with what is unfinished; a finished result is replaced by one that takes over its runs.
    Extend,
    /// Throws away what is there.
    Replace,
}

/// The folder in which the result `target` grows: beside it, with `.partial` at its end.
pub fn partial(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    target.with_file_name(name)
}

/// The finished result at `target` whose manifest has this identity, every file of which is as it was written; none where
/// another one stands there, or where something is left to go on with.
///
/// # Errors
/// A file that has changed since or is missing, and what the file system says.
pub fn finished(identity: &str, target: &Path) -> Result<Option<Source>, StudyError> {
    let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
    if !is_there(&target.join(MANIFEST)) || is_there(&partial(target)) {
        return Ok(None);
    }
    let source = Source::open(target)?;
    if source.text("identity") != identity {
        return Ok(None);
    }
    source.check_all()?;
    Ok(Some(source))
}

/// Takes the lock of a folder, which the system releases when the process ends, however it ends. The file says who
/// has it.
///
/// # Errors
/// If another process has it, or what the file system says.
pub(crate) fn lock(path: &Path) -> Result<File, StudyError> {
    let name = path.join(LOCK);
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(&name)
        .map_err(OutputError::io(&name))?;
    let busy = |who: String| StudyError::Busy {
        path: path.to_path_buf(),
        who,
    };
    match file.try_lock() {
        Ok(()) if is_at(&file, &name) => {}
        // The other one has just given the folder its name, or removed it.
        Ok(()) => return Err(busy(String::new())),
        Err(TryLockError::WouldBlock) => {
            let mut who = String::new();
            // For the message only: the folder is taken, whoever has it.
            let _ = file.take(WHO as u64).read_to_string(&mut who);
            return Err(busy(who.trim().to_string()));
        }
        Err(TryLockError::Error(error)) => return Err(OutputError::io(&name)(error).into()),
    }
    // What stands there otherwise is the name of a process that has ended; a full disk is found by the rows.
    let _ = file
        .set_len(0)
        .and_then(|()| file.write_all(this_process().as_bytes()));
    Ok(file)
}

/// Whether a file still has its name.
#[cfg(unix)]
fn is_at(file: &File, name: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    match (file.metadata(), fs::metadata(name)) {
        (Ok(own), Ok(named)) => place(own) == place(named),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, name: &Path) -> bool {
    name.exists()
}

/// `process 4711 on node7`.
fn this_process() -> String {
    #[cfg(unix)]
    let machine = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let machine = "this machine";
    format!("process {} on {machine}\n", std::process::id())
}

/// Writes a file so that a reader sees all of it or nothing.
pub(crate) fn write_atomically(folder: &Path, name: &str, text: &str) -> Result<(), OutputError> {
    let new = folder.join(format!(".new-{name}"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, folder.join(name))
    };
    write().map_err(OutputError::io(&folder.join(name)))
}
