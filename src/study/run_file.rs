//! A file of runs in the order of their numbers: it grows frame by frame, goes on after a kill, and is sealed to bytes that
//! depend on the runs alone.
//!
//! ```text
//! file    = "DTS1" | bytes of the text u32 | text | frames
//! sealed  = the same, in frames of 4,096 runs, then the end
//! end     = "DTE1" | number after the last run u64 | failed runs u64 | bytes before the end u64 | sum, 16 bytes
//! ```
//!
//! The text says what the runs are of, and the sums of the frames begin with it. The last sum goes over the end, too.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::study::codec::{Decoder, Encoder, Measured, Sum, first_sum, next_sum};
use crate::study::error::StudyError;
use crate::table::error::OutputError;

/// Begin of a file.
const MAGIC: &[u8] = b"DTS1";
/// Begin of the end of a sealed file.
const END: &[u8] = b"DTE1";
/// Bytes of the end.
const END_BYTES: usize = 44;
/// Runs of a frame of a sealed file.
const SEALED: u64 = 4096;

/// A file that grows.
#[derive(Debug)]
pub struct RunFile {
    path: PathBuf,
    file: File,
    text: String,
    first: u64,
    encoder: Encoder,
    /// Time between two times that runs are brought to disk.
    pause: Duration,
    last: Instant,
}

/// What a file holds that is whole.
struct Recovered {
    text: String,
    sum: Sum,
    next: u64,
    /// Bytes, head included.
    length: u64,
}

impl RunFile {
    /// Goes on with a file whose text and first run are these, or begins it anew.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(path: &Path, text: &str, first: u64, pause: Duration) -> Result<Self, StudyError> {
        let open = || -> io::Result<Self> {
            let found = recover(path, first)?.filter(|found| found.text == text);
            let mut options = OpenOptions::new();
            options.create(true).write(true).truncate(false);
            let mut file = options.open(path)?;
            let (length, sum, next) = match &found {
                Some(found) => (found.length, found.sum, found.next),
                None => (0, first_sum(text), first),
            };
            file.set_len(length)?;
            file.seek(SeekFrom::End(0))?;
            if found.is_none() {
                file.write_all(&head(text))?;
                file.sync_data()?;
            }
            Ok(RunFile {
                path: path.to_path_buf(),
                file,
                text: text.to_string(),
                first,
                encoder: Encoder::new(sum, next),
                pause,
                last: Instant::now(),
            })
        };
        Ok(open().map_err(OutputError::io(path))?)
    }

    /// How many runs it holds.
    pub fn runs(&self) -> u64 {
        self.encoder.next() - self.first
    }

    /// Number of the next run.
    pub fn next(&self) -> u64 {
        self.encoder.next()
    }

    /// The sum of all frames; those not yet written do not count.
    pub fn sum(&self) -> Sum {
        self.encoder.sum()
    }

    /// Adds the next run, and from time to time brings runs to disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn push(&mut self, run: &Measured) -> Result<(), StudyError> {
        self.encoder.push(run);
        if self.last.elapsed() >= self.pause {
            return self.sync();
        }
        if self.encoder.is_large() {
            let written = self.encoder.flush(&mut self.file);
            written.map_err(OutputError::io(&self.path))?;
        }
        Ok(())
    }

    /// Brings everything to disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync(&mut self) -> Result<(), StudyError> {
        self.last = Instant::now();
        let written = self.encoder.flush(&mut self.file);
        let written = written.and_then(|()| self.file.sync_data());
        Ok(written.map_err(OutputError::io(&self.path))?)
    }

    /// Hands over all runs with their numbers, in order.
    ///
    /// # Errors
    /// What the file system or `take` says; a file that is not what was written.
    pub fn for_each(
        &mut self,
        take: impl FnMut(u64, &Measured) -> Result<(), StudyError>,
    ) -> Result<(), StudyError> {
        let written = self.encoder.flush(&mut self.file);
        written.map_err(OutputError::io(&self.path))?;
        let next = read(&self.path, &self.text, self.first, take)?;
        if next == self.encoder.next() {
            return Ok(());
        }
        Err(damaged(&self.path, "it is not what was written"))
    }

    /// Writes its runs under another text to `to`, which is whole then and on disk: the same bytes whoever ran them, and
    /// however often it was interrupted. Returns how many failed.
    ///
    /// # Errors
    /// What the file system says; a file that is not what was written.
    pub fn seal(&mut self, text: &str, to: &Path) -> Result<u64, StudyError> {
        let io = || OutputError::io(to);
        let file = File::create(to).map_err(io())?;
        let mut out = Counting(BufWriter::new(file), 0);
        out.write_all(&head(text)).map_err(io())?;
        let mut encoder = Encoder::new(first_sum(text), self.first);
        let (first, mut failed) = (self.first, 0u64);
        self.for_each(|number, run| {
            if number > first && (number - first).is_multiple_of(SEALED) {
                encoder.flush(&mut out).map_err(OutputError::io(to))?;
            }
            failed += u64::from(run.error.is_some());
            encoder.push(run);
            Ok(())
        })?;
        let mut close = || -> io::Result<()> {
            encoder.flush(&mut out)?;
            let numbers = [encoder.next(), failed, out.1];
            let mut end = END.to_vec();
            numbers
                .iter()
                .for_each(|own| end.extend_from_slice(&own.to_le_bytes()));
            let sum = next_sum(&encoder.sum(), &end);
            end.extend_from_slice(&sum);
            out.write_all(&end)?;
            out.0.flush()?;
            out.0.get_ref().sync_all()
        };
        close().map_err(io())?;
        Ok(failed)
    }
}

/// Counts bytes.
struct Counting(BufWriter<File>, u64);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1 += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A sealed file that is what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Runs that failed.
    pub failed: u64,
    /// Bytes.
    pub bytes: u64,
    /// Sum of everything.
    pub sum: Sum,
    /// When it appeared, as the file system has it.
    pub modified: Option<SystemTime>,
}

/// Why a sealed file does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It is not what was written, for a reason.
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Fault::Missing,
            _ => Fault::Damaged(format!("cannot be read: {error}")),
        }
    }
}

/// How closely a sealed file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Every byte.
    Whole,
    /// Text, length and end.
    Quick,
}

/// Checks that a sealed file holds the runs of `range` under a text.
///
/// # Errors
/// Why it does not.
pub fn check(path: &Path, text: &str, range: &Range<u64>, look: Look) -> Result<Sealed, Fault> {
    let damaged = |why: &str| Fault::Damaged(why.to_string());
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let bytes = about.len();
    let found = read_head(&mut file)?;
    if found.as_deref() != Some(text) {
        return Err(damaged("it holds runs of something else"));
    }
    let begin = bytes.saturating_sub(END_BYTES as u64);
    file.seek(SeekFrom::Start(begin))?;
    let mut end = Vec::new();
    file.take(END_BYTES as u64).read_to_end(&mut end)?;
    let numbers = end.strip_prefix(END).filter(|_| end.len() == END_BYTES);
    let numbers = numbers.ok_or_else(|| damaged("its end is missing or cut off"))?;
    let number = |place: usize| {
        let mut own = [0; 8];
        own.copy_from_slice(&numbers[8 * place..8 * place + 8]);
        u64::from_le_bytes(own)
    };
    if number(2) != begin || number(0) != range.end {
        return Err(damaged("its length is not that of its end"));
    }
    let (counts, sum) = end.split_at(END_BYTES - Sum::default().len());
    if look == Look::Whole {
        let found = recover(path, range.start)?;
        let found = found.filter(|found| found.next == range.end && found.length == begin);
        let own = found.map(|found| next_sum(&found.sum, counts));
        if own.is_none_or(|own| own != sum) {
            return Err(damaged("its sum is not that of its end"));
        }
    }
    let mut own = Sum::default();
    own.copy_from_slice(sum);
    Ok(Sealed {
        failed: number(1),
        bytes,
        sum: own,
        modified: about.modified().ok(),
    })
}

/// Hands over the runs of a file, of which the first has a number, up to what is not whole; returns the number after the
/// last.
///
/// # Errors
/// What the file system or `take` says; another text.
pub fn read(
    path: &Path,
    text: &str,
    first: u64,
    mut take: impl FnMut(u64, &Measured) -> Result<(), StudyError>,
) -> Result<u64, StudyError> {
    let mut file = BufReader::new(File::open(path).map_err(OutputError::io(path))?);
    let found = read_head(&mut file).map_err(OutputError::io(path))?;
    if found.as_deref() != Some(text) {
        return Err(damaged(path, "it holds runs of something else"));
    }
    let mut decoder = Decoder::new(file, first_sum(text), first);
    while decoder
        .frame(|number, run| take(number, run).map_err(Ended::Study))
        .map_err(|error| match error {
            Ended::Study(error) => error,
            Ended::Io(error) => OutputError::io(path)(error).into(),
        })?
    {}
    Ok(decoder.next())
}

/// Hands over the runs of a file, whatever it is of, up to what is not whole.
///
/// # Errors
/// What the file system or `take` says.
pub fn read_any(
    path: &Path,
    take: impl FnMut(u64, &Measured) -> Result<(), StudyError>,
) -> Result<(), StudyError> {
    let head = File::open(path).and_then(|mut file| read_head(&mut file));
    match head.map_err(OutputError::io(path))? {
        Some(text) => read(path, &text, 0, take).map(|_| ()),
        None => Ok(()),
    }
}

/// The text of a file whose first run has a number, and how many of its runs are whole; none where there is no such file.
///
/// # Errors
/// What the file system says.
pub fn runs_in(path: &Path, first: u64) -> Result<Option<(String, u64)>, StudyError> {
    let found = recover(path, first).map_err(OutputError::io(path))?;
    Ok(found.map(|found| (found.text, found.next - first)))
}

fn damaged(path: &Path, why: &str) -> StudyError {
    StudyError::Damaged {
        path: path.to_path_buf(),
        why: why.to_string(),
    }
}

/// Why reading a file ended.
enum Ended {
    Study(StudyError),
    Io(io::Error),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Ended::Io(error)
    }
}

/// What stands before the frames.
fn head(text: &str) -> Vec<u8> {
    let length = (text.len() as u32).to_le_bytes();
    [MAGIC, &length, text.as_bytes()].concat()
}

/// The text of a file; none where the head is not whole.
fn read_head(from: &mut impl Read) -> io::Result<Option<String>> {
    let mut part = Vec::new();
    let begin = MAGIC.len() + 4;
    from.take(begin as u64).read_to_end(&mut part)?;
    let length = part.strip_prefix(MAGIC).and_then(|own| own.try_into().ok());
    let Some(length) = length else {
        return Ok(None);
    };
    let length = u32::from_le_bytes(length);
    let mut text = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut text)?;
    let is_whole = text.len() == length as usize;
    Ok(String::from_utf8(text).ok().filter(|_| is_whole))
}

/// What a file holds; none where there is no file, or none with a whole head.
fn recover(path: &Path, first: u64) -> io::Result<Option<Recovered>> {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(text) = read_head(&mut file)? else {
        return Ok(None);
    };
    let mut decoder = Decoder::new(file, first_sum(&text), first);
    while decoder.frame(|_, _| Ok::<(), io::Error>(()))? {}
    Ok(Some(Recovered {
        sum: decoder.sum(),
        next: decoder.next(),
        length: head(&text).len() as u64 + decoder.length(),
        text,
    }))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn run(number: u64) -> Measured {
        Measured {
            values: vec![Some(number as f64), None],
            error: (number % 1000 == 7).then(|| "broken".to_string()),
            ..Measured::default()
        }
    }

    /// A file with runs from 5 on, brought to disk after each of `stops`.
    fn filled(path: &Path, end: u64, stops: &[u64]) -> RunFile {
        let mut file = RunFile::open(path, "shard", 5, Duration::from_secs(60)).expect("opened");
        for number in file.next()..end {
            file.push(&run(number)).expect("pushed");
            if stops.contains(&number) {
                file.sync().expect("synced");
            }
        }
        file
    }

    #[test]
    fn a_sealed_file_has_the_same_bytes_however_it_grew() {
        let base = tempfile::tempdir().expect("a folder");
        let at = |name: &str| base.path().join(name);
        let end = 5 + 2 * SEALED + 3;
        filled(&at("a"), end, &[])
            .seal("sealed", &at("a.runs"))
            .expect("sealed");
        drop(filled(&at("b"), 900, &[6, 40, 899]));
        fs::copy(at("b"), at("c")).expect("copied");
        let mut taken = filled(&at("c"), end, &[5000]);
        taken.seal("sealed", &at("c.runs")).expect("sealed");
        let bytes = fs::read(at("a.runs")).expect("read");
        assert!(bytes == fs::read(at("c.runs")).expect("read"));
        let range = 5..end;
        let whole = check(&at("a.runs"), "sealed", &range, Look::Whole).expect("whole");
        assert_eq!((whole.failed, whole.bytes), (9, bytes.len() as u64));
        assert_eq!(
            check(&at("a.runs"), "sealed", &range, Look::Quick),
            Ok(whole)
        );
        let mut next = 5;
        let read = read(&at("a.runs"), "sealed", 5, |number, found| {
            assert_eq!((number, found), (next, &run(next)));
            next += 1;
            Ok(())
        });
        assert_eq!(read.expect("read"), end);
        assert_eq!(
            check(&at("nowhere"), "sealed", &range, Look::Quick),
            Err(Fault::Missing)
        );
        assert!(check(&at("a.runs"), "other", &range, Look::Quick).is_err());
        assert!(check(&at("a.runs"), "sealed", &(5..end + 1), Look::Quick).is_err());
    }

    #[test]
    fn any_changed_or_missing_byte_of_a_sealed_file_is_seen() {
        let base = tempfile::tempdir().expect("a folder");
        let path = base.path().join("x");
        let sealed = base.path().join("y");
        filled(&path, 9, &[])
            .seal("sealed", &sealed)
            .expect("sealed");
        let bytes = fs::read(&sealed).expect("read");
        let look = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("written");
            check(&path, "sealed", &(5..9), Look::Whole)
        };
        look(&bytes).expect("whole");
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(look(&changed).is_err(), "byte {place}");
            assert!(look(&bytes[..place]).is_err(), "cut at {place}");
        }
        assert!(look(&[&bytes[..], b"x"].concat()).is_err());
    }
}
