//! Tables of a result, row by row.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

#[cfg(not(feature = "zstd"))]
use crate::table::compression::Compression;
use crate::table::error::OutputError;

/// Longest line of a table, in bytes.
pub(crate) const LINE: usize = 1 << 20;

/// A table that is read row by row.
pub struct Table {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read>>,
    columns: Vec<String>,
    record: csv::ByteRecord,
    row: u64,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// Opens a file by its ending.
    pub(crate) fn open(path: &Path) -> Result<Self, OutputError> {
        let file = File::open(path).map_err(OutputError::io(path))?;
        let ending = path.extension().and_then(|ending| ending.to_str());
        let bytes: Box<dyn Read> = match ending {
            Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))),
            Some("zst") => zstandard(file, path)?,
            _ => Box::new(file),
        };
        Table::of(path, bytes)
    }

    /// A table of bytes, under a name for messages.
    ///
    /// # Errors
    /// That it is empty.
    pub(crate) fn of(path: &Path, bytes: Box<dyn Read>) -> Result<Self, OutputError> {
        let mut reader = csv::ReaderBuilder::new()
            .buffer_capacity(1 << 16)
            .from_reader(Box::new(Lines { bytes, since: 0 }) as Box<dyn Read>);
        let head = reader
            .headers()
            .map_err(|error| damaged(path, 0, &error.to_string()))?;
        let columns: Vec<String> = head.iter().map(ToString::to_string).collect();
        if columns.is_empty() {
            return Err(OutputError::Input(format!(
                "{}: the file is empty",
                path.display()
            )));
        }
        Ok(Table {
            path: path.to_path_buf(),
            reader,
            columns,
            record: csv::ByteRecord::new(),
            row: 0,
        })
    }

    /// Names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Place of a column, where it is there.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Place of a column that must be there.
    ///
    /// # Errors
    /// If it is not.
    pub fn column(&self, name: &str) -> Result<usize, OutputError> {
        self.find(name).ok_or_else(|| {
            OutputError::Input(format!(
                "{}: column `{name}` is missing; a report needs it (see `traces.columns`)",
                self.path.display()
            ))
        })
    }

    /// Places of columns that must be there.
    ///
    /// # Errors
    /// If one is not.
    pub fn places<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], OutputError> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = self.column(name)?;
        }
        Ok(places)
    }

    /// Goes to the next row; false at the end.
    ///
    /// # Errors
    /// If the row is damaged.
    pub fn advance(&mut self) -> Result<bool, OutputError> {
        self.row += 1;
        self.reader
            .read_byte_record(&mut self.record)
            .map_err(|error| damaged(&self.path, self.row, &error.to_string()))
    }

    /// A cell as text.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text(&self, column: usize) -> Result<&str, OutputError> {
        std::str::from_utf8(self.record.get(column).unwrap_or_default())
            .map_err(|_| self.complain("a cell is not UTF-8"))
    }

    /// A cell as a number; none where it is empty.
    ///
    /// # Errors
    /// If it is something else.
    pub fn number(&self, column: usize) -> Result<Option<f64>, OutputError> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => {
                let name = self.columns.get(column).map_or("", String::as_str);
                let text: String = text.chars().take(40).collect();
                Err(self.complain(&format!("`{text}` in column `{name}` is not a number")))
            }
        }
    }

    /// A cell as a quarter.
    ///
    /// # Errors
    /// If it is none.
    pub fn quarter(&self, column: usize) -> Result<crate::kernel::quarter::Quarter, OutputError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| {
            let text: String = text.chars().take(40).collect();
            self.complain(&format!("`{text}` is not a quarter"))
        })
    }

    /// An error about the row read last.
    pub fn complain(&self, message: &str) -> OutputError {
        damaged(&self.path, self.row, message)
    }
}

#[cfg(feature = "zstd")]
fn zstandard(file: File, path: &Path) -> Result<Box<dyn Read>, OutputError> {
    let decoder = zstd::Decoder::new(file).map_err(|error| damaged(path, 0, &error.to_string()))?;
    Ok(Box::new(decoder))
}

#[cfg(not(feature = "zstd"))]
fn zstandard(_: File, path: &Path) -> Result<Box<dyn Read>, OutputError> {
    let hint = Compression::Zstd.lacking().unwrap_or_default();
    Err(OutputError::Input(format!("{}: {hint}", path.display())))
}

fn damaged(path: &Path, row: u64, message: &str) -> OutputError {
    let place = if row > 0 {
        format!(" row {row}:")
    } else {
        String::new()
    };
    OutputError::Input(format!(
        "{}:{place} {message}; the file is damaged or cut short",
        path.display()
    ))
}

/// Refuses lines that no table has, before they fill the memory.
struct Lines<R> {
    bytes: R,
    since: usize,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        match read.iter().rposition(|byte| *byte == b'\n') {
            Some(place) => self.since = count - place,
            None => self.since += count,
        }
        if self.since > LINE {
            return Err(io::Error::other("a line is longer than 1 MB"));
        }
        Ok(count)
    }
}
