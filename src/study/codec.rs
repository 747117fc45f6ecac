//! Numbers of runs as bytes: frames, each with a sum over itself and all before it.
//!
//! ```text
//! frame = "DTR1" | number of the first run u64 | runs u32 | bytes of the body u32 | body | sum, 16 bytes
//! body  = for each run: values u32, series u32, bytes of the error u32 (2^32 - 1: it went well)
//!         values of all runs, series of all runs, 8 bytes each | errors, UTF-8
//! ```
//!
//! All numbers are little-endian. A sum is the beginning of SHA-256 over the sum before and the frame up to it; the first
//! comes from a key that says what the runs are of. A frame that was cut, changed, dropped or moved is thus seen, and
//! everything before the first such frame holds.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

/// Begin of a frame, with the number of the format.
const MAGIC: [u8; 4] = *b"DTR1";
/// Bytes before the body.
const HEAD: usize = 20;
/// Bytes of a run's counts.
const COUNTS: usize = 12;
/// Bytes of the body after which a frame is closed.
const LARGE: usize = 1 << 18;
/// Length that stands for no error.
const WENT_WELL: u32 = u32::MAX;
/// Stands for a number that is missing.
const MISSING: u64 = 0x7ff8_0000_0000_0000;
/// Stands for a number that is there and is none.
const NOT_A_NUMBER: u64 = 0x7ff8_0000_0000_0001;

/// A sum of everything so far.
pub type Sum = [u8; 16];

/// What a run left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Responses of its arm, in order, then numbers of the arm's extra; empty where it failed.
    pub values: Vec<Option<f64>>,
    /// Values by quarter and response, where they were asked for.
    pub series: Vec<Option<f64>>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Measured {
    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.values.clear();
        self.series.clear();
        self.error = None;
    }

    /// A value; none where the run failed or has none that is finite.
    pub fn value(&self, place: usize) -> Option<f64> {
        let value = self.values.get(place).copied().flatten();
        value.filter(|value| value.is_finite())
    }
}

/// The sum before the first frame of runs that `key` describes.
pub fn first_sum(key: &str) -> Sum {
    shortened(&Sha256::digest(key.as_bytes()))
}

fn shortened(digest: &[u8]) -> Sum {
    let mut sum = Sum::default();
    sum.copy_from_slice(&digest[..16]);
    sum
}

/// The sum after bytes that follow a sum.
pub fn next_sum(last: &Sum, frame: &[u8]) -> Sum {
    let mut hasher = Sha256::new();
    hasher.update(last);
    hasher.update(frame);
    shortened(&hasher.finalize())
}

/// Gathers runs to frames.
#[derive(Debug)]
pub struct Encoder {
    sum: Sum,
    next: u64,
    runs: u32,
    counts: Vec<u8>,
    values: Vec<u8>,
    series: Vec<u8>,
    errors: Vec<u8>,
    frame: Vec<u8>,
}

impl Encoder {
    /// Goes on after a sum with the run of number `next`.
    pub fn new(sum: Sum, next: u64) -> Self {
        Encoder {
            sum,
            next,
            runs: 0,
            counts: Vec::new(),
            values: Vec::new(),
            series: Vec::new(),
            errors: Vec::new(),
            frame: Vec::new(),
        }
    }

    /// Number of the next run.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The sum after the last frame.
    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// Adds the next run.
    pub fn push(&mut self, run: &Measured) {
        let error = run.error.as_ref().map(|error| error.as_bytes());
        let lengths = [
            run.values.len() as u32,
            run.series.len() as u32,
            error.map_or(WENT_WELL, |error| error.len() as u32),
        ];
        for length in lengths {
            self.counts.extend_from_slice(&length.to_le_bytes());
        }
        write_numbers(&mut self.values, &run.values);
        write_numbers(&mut self.series, &run.series);
        self.errors.extend_from_slice(error.unwrap_or_default());
        self.runs += 1;
        self.next += 1;
    }

    /// Whether so much is gathered that it should be written.
    pub fn is_large(&self) -> bool {
        self.body() >= LARGE
    }

    fn body(&self) -> usize {
        self.counts.len() + self.values.len() + self.series.len() + self.errors.len()
    }

    /// Writes what is gathered as a frame.
    ///
    /// # Errors
    /// What the writer says.
    pub fn flush(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.runs == 0 {
            return Ok(());
        }
        let first = self.next - u64::from(self.runs);
        let frame = &mut self.frame;
        frame.clear();
        frame.extend_from_slice(&MAGIC);
        frame.extend_from_slice(&first.to_le_bytes());
        frame.extend_from_slice(&self.runs.to_le_bytes());
        let body = self.counts.len() + self.values.len() + self.series.len() + self.errors.len();
        frame.extend_from_slice(&(body as u32).to_le_bytes());
        let parts = [
            &mut self.counts,
            &mut self.values,
            &mut self.series,
            &mut self.errors,
        ];
        for part in parts {
            frame.extend_from_slice(part);
            part.clear();
        }
        self.sum = next_sum(&self.sum, frame);
        frame.extend_from_slice(&self.sum);
        self.runs = 0;
        out.write_all(frame)
    }
}

fn write_numbers(out: &mut Vec<u8>, numbers: &[Option<f64>]) {
    for number in numbers {
        let bits = match number {
            None => MISSING,
            Some(number) if number.is_nan() => NOT_A_NUMBER,
            Some(number) => number.to_bits(),
        };
        out.extend_from_slice(&bits.to_le_bytes());
    }
}

/// Reads frames up to the first that is not whole.
#[derive(Debug)]
pub struct Decoder<R> {
    from: R,
    sum: Sum,
    next: u64,
    length: u64,
    frame: Vec<u8>,
}

impl<R: Read> Decoder<R> {
    /// Frames after a sum; the first must begin with the run of number `next`.
    pub fn new(from: R, sum: Sum, next: u64) -> Self {
        Decoder {
            from,
            sum,
            next,
            length: 0,
            frame: Vec::new(),
        }
    }

    /// Number of the run after those that were read.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The sum after the frames that were read.
    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// Bytes of the frames that were read.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads a frame and hands over each of its runs with its number; whether there was one that is whole.
    ///
    /// # Errors
    /// What the reader or `take` says.
    pub fn frame<E: From<io::Error>>(
        &mut self,
        mut take: impl FnMut(u64, &Measured) -> Result<(), E>,
    ) -> Result<bool, E> {
        if !self.read_whole()? {
            return Ok(false);
        }
        let Some((runs, parts)) = Parts::of(&self.frame) else {
            return Ok(false);
        };
        let mut parts = parts;
        let mut run = Measured::default();
        let first = self.next;
        for place in 0..u64::from(runs) {
            if !parts.next(&mut run) {
                return Ok(false);
            }
            take(first + place, &run)?;
        }
        self.next = first + u64::from(runs);
        self.length += self.frame.len() as u64;
        Ok(true)
    }

    /// Reads a frame whose sum is right.
    fn read_whole(&mut self) -> io::Result<bool> {
        self.frame.clear();
        if !self.read(HEAD)? || self.frame[..4] != MAGIC || u64_at(&self.frame, 4) != self.next {
            return Ok(false);
        }
        let body = u32_at(&self.frame, 16) as usize;
        if !self.read(body + self.sum.len())? {
            return Ok(false);
        }
        let end = HEAD + body;
        let sum = next_sum(&self.sum, &self.frame[..end]);
        if self.frame[end..] != sum {
            return Ok(false);
        }
        self.sum = sum;
        Ok(true)
    }

    /// Appends so many bytes; whether they were there. Memory grows with what is there, not with what a head promises.
    fn read(&mut self, bytes: usize) -> io::Result<bool> {
        let mut part = (&mut self.from).take(bytes as u64);
        Ok(part.read_to_end(&mut self.frame)? == bytes)
    }
}

fn u32_at(bytes: &[u8], place: usize) -> u32 {
    let mut own = [0; 4];
    own.copy_from_slice(&bytes[place..place + 4]);
    u32::from_le_bytes(own)
}

fn u64_at(bytes: &[u8], place: usize) -> u64 {
    let mut own = [0; 8];
    own.copy_from_slice(&bytes[place..place + 8]);
    u64::from_le_bytes(own)
}

/// What is left of the parts of a body.
struct Parts<'a> {
    counts: &'a [u8],
    values: &'a [u8],
    series: &'a [u8],
    errors: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Runs of a frame and its parts; none where lengths do not fit together.
    fn of(frame: &'a [u8]) -> Option<(u32, Self)> {
        let runs = u32_at(frame, 12);
        let body = &frame[HEAD..frame.len() - Sum::default().len()];
        let (counts, rest) = body.split_at_checked((runs as usize).checked_mul(COUNTS)?)?;
        let sum = |place: usize| {
            let counts = counts.chunks_exact(COUNTS);
            let lengths = counts.map(move |run| u64::from(u32_at(run, place)));
            usize::try_from(lengths.sum::<u64>().checked_mul(8)?).ok()
        };
        let (values, rest) = rest.split_at_checked(sum(0)?)?;
        let (series, errors) = rest.split_at_checked(sum(4)?)?;
        let parts = Parts {
            counts,
            values,
            series,
            errors,
        };
        Some((runs, parts))
    }

    fn next(&mut self, run: &mut Measured) -> bool {
        self.read(run).is_some()
    }

    fn read(&mut self, run: &mut Measured) -> Option<()> {
        let (own, rest) = self.counts.split_at_checked(COUNTS)?;
        self.counts = rest;
        run.clear();
        read_numbers(&mut self.values, u32_at(own, 0), &mut run.values)?;
        read_numbers(&mut self.series, u32_at(own, 4), &mut run.series)?;
        let length = u32_at(own, 8);
        if length != WENT_WELL {
            let (text, rest) = self.errors.split_at_checked(length as usize)?;
            self.errors = rest;
            run.error = Some(std::str::from_utf8(text).ok()?.to_string());
        }
        Some(())
    }
}

fn read_numbers(from: &mut &[u8], count: u32, out: &mut Vec<Option<f64>>) -> Option<()> {
    let (own, rest) = from.split_at_checked((count as usize).checked_mul(8)?)?;
    *from = rest;
    out.extend(own.chunks_exact(8).map(|bytes| match u64_at(bytes, 0) {
        MISSING => None,
        bits => Some(f64::from_bits(bits)),
    }));
    Some(())
}

#[cfg(test)]
mod tests;
