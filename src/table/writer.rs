//! Files that are compressed and summed while they are written.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use flate2::GzBuilder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::table::compression::Compression;
use crate::table::error::OutputError;
use crate::table::place::{Memory, Place};

/// Level of zstd: its default, fast enough to keep pace with a run.
#[cfg(feature = "zstd")]
const ZSTD_LEVEL: i32 = 3;
/// Bytes kept back before they go to the file.
const BUFFER: usize = 1 << 16;

/// A file that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Name with ending.
    pub name: String,
    /// Rows without the header; none for files that are not tables.
    pub rows: Option<u64>,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A file on its way to disk.
pub struct Writer {
    path: PathBuf,
    name: String,
    rows: u64,
    encoder: Encoder,
    /// Where the file is put when it is whole; none where it stands in a folder.
    memory: Option<Memory>,
}

enum Encoder {
    Plain(Box<Summed>),
    Gzip(Box<GzEncoder<Summed>>),
    #[cfg(feature = "zstd")]
    Zstd(Box<zstd::Encoder<'static, Summed>>),
}

impl Writer {
    /// Creates `name` with the ending of `compression` in a folder, or in memory, where nothing is compressed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(
        place: impl Into<Place>,
        name: &str,
        compression: Compression,
    ) -> Result<Self, OutputError> {
        let place = place.into();
        let compression = match &place {
            Place::Folder(_) => compression,
            Place::Memory(_) => Compression::None,
        };
        let name = file_name(name, compression);
        let (path, memory) = match place {
            Place::Folder(folder) => (folder.join(&name), None),
            Place::Memory(memory) => (PathBuf::from(&name), Some(memory)),
        };
        let encoder = || -> io::Result<Encoder> {
            let file = Summed::new(match &memory {
                Some(_) => Sink::Memory(Vec::new()),
                None => Sink::of_file(fs::File::create(&path)?),
            });
            Ok(match compression {
                Compression::None => Encoder::Plain(Box::new(file)),
                // No name and no time in the header: the same rows give the same bytes.
                Compression::Gzip => Encoder::Gzip(Box::new(
                    GzBuilder::new().write(file, flate2::Compression::default()),
                )),
                #[cfg(feature = "zstd")]
                Compression::Zstd => Encoder::Zstd(Box::new(zstd::Encoder::new(file, ZSTD_LEVEL)?)),
                #[cfg(not(feature = "zstd"))]
                Compression::Zstd => {
                    let hint = compression.lacking().unwrap_or_default();
                    return Err(io::Error::new(io::ErrorKind::Unsupported, hint));
                }
            })
        };
        let encoder = encoder().map_err(OutputError::io(&path))?;
        Ok(Writer {
            path,
            name,
            rows: 0,
            encoder,
            memory,
        })
    }

    /// Appends `bytes`, which hold `rows` rows.
    ///
    /// # Errors
    /// What the file system says, a full disk for one.
    pub fn write(&mut self, bytes: &[u8], rows: u64) -> Result<(), OutputError> {
        self.rows += rows;
        let written = match &mut self.encoder {
            Encoder::Plain(file) => file.write_all(bytes),
            Encoder::Gzip(encoder) => encoder.write_all(bytes),
            #[cfg(feature = "zstd")]
            Encoder::Zstd(encoder) => encoder.write_all(bytes),
        };
        written.map_err(OutputError::io(&self.path))
    }

    /// Ends the file and brings it to disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> Result<WrittenFile, OutputError> {
        let file = match self.encoder {
            Encoder::Plain(file) => Ok(*file),
            Encoder::Gzip(encoder) => encoder.finish(),
            #[cfg(feature = "zstd")]
            Encoder::Zstd(encoder) => encoder.finish(),
        };
        let (bytes, sha256, kept) = file
            .and_then(Summed::finish)
            .map_err(OutputError::io(&self.path))?;
        if let (Some(memory), Some(kept)) = (self.memory, kept) {
            memory.put(&self.name, kept);
        }
        Ok(WrittenFile {
            name: self.name,
            rows: Some(self.rows),
            bytes,
            sha256,
        })
    }
}

/// The name of a trace file with its ending.
pub fn file_name(table: &str, compression: Compression) -> String {
    match compression {
        Compression::None => format!("{table}.csv"),
        Compression::Gzip => format!("{table}.csv.gz"),
        Compression::Zstd => format!("{table}.csv.zst"),
    }
}

/// Length and SHA-256, in hexadecimal, of a file.
///
/// # Errors
/// What the file system says.
pub(crate) fn sum_of(path: &Path) -> io::Result<(u64, String)> {
    let mut reader = io::BufReader::with_capacity(BUFFER, fs::File::open(path)?);
    let (mut sum, mut bytes) = (Sha256::new(), 0);
    loop {
        let piece = reader.fill_buf()?;
        let length = piece.len();
        if length == 0 {
            return Ok((bytes, hex::encode(sum.finalize())));
        }
        sum.update(piece);
        bytes += length as u64;
        reader.consume(length);
    }
}

/// Writes a small file at once.
///
/// # Errors
/// What the file system says.
pub fn write_whole(folder: &Path, name: &str, text: &str) -> Result<WrittenFile, OutputError> {
    let path = folder.join(name);
    let write = || {
        let mut file = Summed::new(Sink::of_file(fs::File::create(&path)?));
        file.write_all(text.as_bytes())?;
        file.finish()
    };
    let (bytes, sha256, _) = write().map_err(OutputError::io(&path))?;
    Ok(WrittenFile {
        name: name.to_string(),
        rows: None,
        bytes,
        sha256,
    })
}

/// Writes a file beside its place, then gives it its name: a link that stands there is replaced, never followed.
/// Without `force` nothing may stand there.
///
/// # Errors
/// What the file system says; [`io::ErrorKind::AlreadyExists`] where something is in the way.
pub fn replace_file(target: &Path, bytes: &[u8], force: bool) -> io::Result<()> {
    let folder = crate::table::paths::parent(target);
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-").suffix(".part");
    // Temporary files are private by default; these are as open as the user's other files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let kept = if force {
        file.persist(target)
    } else {
        file.persist_noclobber(target)
    };
    kept.map(|_| ()).map_err(|error| error.error)
}

/// Where bytes end.
enum Sink {
    File(io::BufWriter<fs::File>),
    Memory(Vec<u8>),
}

impl Sink {
    fn of_file(file: fs::File) -> Self {
        Sink::File(io::BufWriter::with_capacity(BUFFER, file))
    }
}

/// A file that sums what is written to it.
struct Summed {
    sink: Sink,
    sum: Sha256,
    bytes: u64,
}

impl Summed {
    fn new(sink: Sink) -> Self {
        Summed {
            sink,
            sum: Sha256::new(),
            bytes: 0,
        }
    }

    /// Length, SHA-256, and the bytes themselves where they are in memory.
    fn finish(self) -> io::Result<(u64, String, Option<Vec<u8>>)> {
        let kept = match self.sink {
            Sink::File(file) => {
                let file = file.into_inner().map_err(|error| error.into_error())?;
                file.sync_all()?;
                None
            }
            Sink::Memory(bytes) => Some(bytes),
        };
        Ok((self.bytes, hex::encode(self.sum.finalize()), kept))
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.sink {
            Sink::File(file) => file.write(bytes)?,
            Sink::Memory(kept) => kept.write(bytes)?,
        };
        self.sum.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::File(file) => file.flush(),
            Sink::Memory(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_abc_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let folder = tempfile::tempdir().expect("a folder");
        let written = write_whole(folder.path(), "abc", "abc").expect("written");
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((written.sha256.as_str(), written.bytes), (sum, 3));
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let all = [Compression::None, Compression::Gzip, Compression::Zstd];
        for compression in all.into_iter().filter(|one| one.lacking().is_none()) {
            let sum = || {
                let folder = tempfile::tempdir().expect("a folder");
                let mut writer = Writer::create(folder.path(), "x", compression).expect("a writer");
                writer.write(b"a,b\n", 0).expect("written");
                writer.write(b"1,2\n", 1).expect("written");
                writer.finish().expect("whole")
            };
            assert_eq!(sum(), sum());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_reported_with_the_path() {
        let file = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut writer = Writer {
            path: PathBuf::from("here/national.csv"),
            name: "national.csv".to_string(),
            rows: 0,
            encoder: Encoder::Plain(Box::new(Summed::new(Sink::of_file(
                file.expect("a full device"),
            )))),
            memory: None,
        };
        writer.write(b"1,2\n", 1).expect("kept back");
        let error = writer.finish().expect_err("refused").to_string();
        assert!(
            error.starts_with("here/national.csv: No space left on device"),
            "{error}"
        );
    }
}
