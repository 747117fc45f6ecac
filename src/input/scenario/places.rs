//! The files of a scenario, and places in them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::input::scenario::file_source::FileSource;
use crate::input::scenario::place::Place;

/// Largest scenario file, bytes.
pub const MAX_SCENARIO_BYTES: u64 = 1 << 20;
/// Largest data table, bytes.
pub const MAX_TABLE_BYTES: u64 = 512 << 20;

/// A place, before lines and columns are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// An argument of `--set`, by its position.
    Set(usize),
    /// A file as a whole.
    File(usize),
    /// A byte in a file.
    At {
        /// The file, by the order of reading.
        file: usize,
        /// Its byte, from 0.
        byte: usize,
    },
}

impl Spot {
    /// Arguments first, then files in the order of reading.
    pub fn order(self) -> (usize, usize, usize) {
        match self {
            Spot::Set(argument) => (0, argument, 0),
            Spot::File(file) => (1, file, 0),
            Spot::At { file, byte } => (1, file, byte + 1),
        }
    }
}

/// Every file read so far, with its text, and the arguments of `--set`.
#[derive(Debug, Default)]
pub(crate) struct Files {
    list: Vec<Source>,
    sets: Vec<String>,
    file_source: FileSource,
}

#[derive(Debug)]
struct Source {
    path: PathBuf,
    text: Arc<str>,
    sha256: String,
}

impl Files {
    /// No file yet; they will be read from a file source.
    pub fn new(sets: &[String], file_source: &FileSource) -> Self {
        Files {
            list: Vec::new(),
            sets: sets.to_vec(),
            file_source: file_source.clone(),
        }
    }

    /// Reads a file of at most `limit` bytes and returns its number.
    ///
    /// # Errors
    /// What is wrong with it, and the byte where it is not UTF-8.
    pub fn read(&mut self, path: &Path, limit: u64) -> Result<usize, (Option<Spot>, String)> {
        let whole = |message: String| (None, message);
        // One byte more than allowed shows that a file is too large, whatever its length says.
        let bytes = self
            .file_source
            .read(path, limit + 1)
            .map_err(|error| whole(reason(&error)))?;
        if bytes.len() as u64 > limit {
            return Err(whole(format!(
                "the file is too large; allowed: up to {} MiB",
                limit >> 20
            )));
        }
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let file = self.list.len();
        let guess = guess(&bytes);
        let (text, wrong_byte) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let byte = error.utf8_error().valid_up_to();
                (
                    String::from_utf8_lossy(error.as_bytes()).into_owned(),
                    Some(byte),
                )
            }
        };
        self.list.push(Source {
            path: path.to_path_buf(),
            text: text.into(),
            sha256,
        });
        match wrong_byte {
            None => Ok(file),
            Some(byte) => Err((
                Some(Spot::At { file, byte }),
                format!("a byte that is not UTF-8{guess}; allowed: files in UTF-8"),
            )),
        }
    }

    /// The text of a file.
    pub fn text(&self, file: usize) -> Arc<str> {
        self.list
            .get(file)
            .map_or_else(|| "".into(), |source| source.text.clone())
    }

    /// Registers a file that could not be read, so that a problem can name it.
    pub fn unread(&mut self, path: &Path) -> usize {
        self.list.push(Source {
            path: path.to_path_buf(),
            text: "".into(),
            sha256: String::new(),
        });
        self.list.len() - 1
    }

    /// Every file that was read, as it was named, with the SHA-256 of its bytes in hexadecimal digits.
    pub fn sources(&self) -> Vec<(PathBuf, String)> {
        let read = self.list.iter().filter(|source| !source.sha256.is_empty());
        read.map(|source| (source.path.clone(), source.sha256.clone()))
            .collect()
    }

    /// Lines and columns of spots; fast where they come in the order of their files.
    pub fn places(&self, spots: impl Iterator<Item = Spot>) -> Vec<Place> {
        let mut lines: Option<(usize, Vec<usize>)> = None;
        spots.map(|spot| self.place(spot, &mut lines)).collect()
    }

    fn place(&self, spot: Spot, lines: &mut Option<(usize, Vec<usize>)>) -> Place {
        let path = |file: usize| {
            self.list
                .get(file)
                .map_or_else(String::new, |source| source.path.display().to_string())
        };
        match spot {
            Spot::Set(argument) => Place::Set(self.sets.get(argument).cloned().unwrap_or_default()),
            Spot::File(file) => Place::File(path(file)),
            Spot::At { file, byte } => {
                let text = self.text(file);
                if lines.as_ref().is_none_or(|(last, _)| *last != file) {
                    let starts = text
                        .bytes()
                        .enumerate()
                        .filter(|(_, byte)| *byte == b'\n')
                        .map(|(at, _)| at + 1);
                    *lines = Some((file, std::iter::once(0).chain(starts).collect()));
                }
                let starts = lines.as_ref().map_or(&[][..], |(_, starts)| starts);
                let line = starts.partition_point(|start| *start <= byte).max(1);
                let start = starts.get(line - 1).copied().unwrap_or(0);
                let before = text
                    .as_bytes()
                    .get(start..byte.min(text.len()))
                    .unwrap_or_default();
                // Characters are counted, not bytes; a byte-order mark is not seen in an editor.
                let column = String::from_utf8_lossy(before)
                    .chars()
                    .filter(|c| *c != '\u{feff}')
                    .count()
                    + 1;
                Place::At {
                    file: path(file),
                    line,
                    column,
                }
            }
        }
    }
}

/// What a file that is not UTF-8 may be, by its first bytes.
fn guess(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => " (the file looks like UTF-16)",
        [b'P', b'K', 3, 4, ..] => " (the file looks like a workbook or an archive)",
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => " (the file is compressed)",
        _ => "",
    }
}

/// Why a file cannot be read, in the same words on every system.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_string(),
        ErrorKind::PermissionDenied => "reading the file is not permitted".to_string(),
        ErrorKind::IsADirectory => "this is a folder; allowed: a file".to_string(),
        _ => format!("the file cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Files {
        let source = Source {
            path: "a.csv".into(),
            text: text.into(),
            sha256: String::new(),
        };
        Files {
            list: vec![source],
            ..Files::default()
        }
    }

    #[test]
    fn columns_count_characters_and_lines_count_line_breaks() {
        let files = files("西安,1\nb,x\n");
        let places = files.places(
            [0, 7, 11]
                .into_iter()
                .map(|byte| Spot::At { file: 0, byte }),
        );
        let shown: Vec<_> = places.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["a.csv:1:1", "a.csv:1:4", "a.csv:2:3"]);
    }

    #[test]
    fn a_place_beyond_the_end_is_at_the_end() {
        let files = files("ab");
        let places = files.places(std::iter::once(Spot::At { file: 0, byte: 99 }));
        assert_eq!(places[0].to_string(), "a.csv:1:3");
    }
}
