//! `summary.csv`: each response at each design point, over replicates.

use std::io;
use std::path::Path;

use crate::stats::estimate::t_quantile;
use crate::stats::running::Running;
use crate::study::sweep::plan::Plan;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::compression::Compression;
use crate::table::{
    error::OutputError,
    sheet::Cell,
    writer::{Writer, WrittenFile},
};

/// Accumulators that are kept at a time; more design points take several passes over the runs.
const KEPT: usize = 1 << 21;

/// Columns of the file.
pub fn info() -> FileInfo {
    let none = "no run of the design point has the response";
    let one = "fewer than two runs have the response";
    let number = |name: &'static str, meaning: &'static str, missing: &'static str| {
        ColumnInfo::new(name, Kind::Number, "unit of the response", meaning).missing(missing)
    };
    FileInfo::new(
        "summary",
        "a response at a design point",
        &["design_point", "response"],
        vec![
            ColumnInfo::new(
                "design_point",
                Kind::Integer,
                "1",
                "number of the design point, from 0",
            ),
            ColumnInfo::new("response", Kind::Text, "", "name of the response"),
            ColumnInfo::new("n", Kind::Integer, "1", "runs that have the response"),
            ColumnInfo::new("failed", Kind::Integer, "1", "runs that failed"),
            number("mean", "mean over replicates", none),
            number(
                "sd",
                "standard deviation over replicates, divisor n - 1",
                one,
            ),
            number("se", "standard error of the mean", one),
            number(
                "low",
                "lower end of the 95 % interval of the mean, Student's t",
                one,
            ),
            number(
                "high",
                "upper end of the 95 % interval of the mean, Student's t",
                one,
            ),
        ],
    )
}

/// Writes the file from the runs beside it.
pub fn write(folder: &Path, plan: &Plan) -> Result<WrittenFile, OutputError> {
    let responses = plan.responses().len();
    let together = (KEPT / responses.max(1)).max(1) as u64;
    let info = info();
    let mut writer = Writer::create(folder, info.file, Compression::None)?;
    writer.write(info.header().as_bytes(), 0)?;
    let mut quantiles = Quantiles::default();
    let mut out = Vec::new();
    let mut first = 0;
    while first < plan.points.len() {
        let end = plan.points.len().min(first + together);
        let count = (end - first) as usize;
        let mut means = vec![Running::new(); count * responses];
        let mut failed = vec![0u64; count];
        read_runs(folder, responses, |point, _, values| {
            if !(first..end).contains(&point) {
                return;
            }
            let row = (point - first) as usize;
            match values {
                None => failed[row] += 1,
                Some(values) => {
                    let means = &mut means[row * responses..(row + 1) * responses];
                    for (mean, value) in means.iter_mut().zip(values) {
                        if let Some(value) = value {
                            mean.push(*value);
                        }
                    }
                }
            }
        })?;
        for row in 0..count {
            out.clear();
            for (place, response) in plan.responses().list().iter().enumerate() {
                let point = first + row as u64;
                let mean = &means[row * responses + place];
                write_row(
                    &mut out,
                    point,
                    &response.name,
                    mean,
                    failed[row],
                    &mut quantiles,
                );
            }
            writer.write(&out, responses as u64)?;
        }
        first = end;
    }
    writer.finish()
}

/// Quantiles by number of observations; most design points have the same.
#[derive(Default)]
struct Quantiles(Option<(u64, Option<f64>)>);

impl Quantiles {
    fn of(&mut self, n: u64) -> Option<f64> {
        match self.0 {
            Some((known, quantile)) if known == n => quantile,
            _ => {
                let quantile = t_quantile(n as usize);
                self.0 = Some((n, quantile));
                quantile
            }
        }
    }
}

fn write_row(
    out: &mut Vec<u8>,
    point: u64,
    name: &str,
    values: &Running,
    failed: u64,
    quantiles: &mut Quantiles,
) {
    let n = values.n();
    let (mean, sd) = (values.mean(), values.standard_deviation());
    let se = sd.map(|sd| sd / (n as f64).sqrt());
    let half = se.zip(quantiles.of(n)).map(|(se, t)| se * t);
    let ends = mean.zip(half);
    let cells: [Cell; 9] = [
        point.into(),
        name.into(),
        n.into(),
        failed.into(),
        mean.into(),
        sd.into(),
        se.into(),
        ends.map(|(mean, half)| mean - half).into(),
        ends.map(|(mean, half)| mean + half).into(),
    ];
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        cell.write(out);
    }
    out.push(b'\n');
}

/// Calls `take` with design point, replicate and responses of every run of a folder, in order; without responses for
/// runs that failed.
pub fn read_runs(
    folder: &Path,
    responses: usize,
    mut take: impl FnMut(u64, u64, Option<&[Option<f64>]>),
) -> Result<(), OutputError> {
    let path = folder.join(crate::study::sweep::growing::RUNS);
    let broken = |error: csv::Error| {
        let error = match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
        };
        OutputError::io(&path)(error)
    };
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(1 << 16)
        .from_path(&path)
        .map_err(broken)?;
    let mut record = csv::ByteRecord::new();
    let mut values = vec![None; responses];
    let number =
        |cell: Option<&[u8]>| -> Option<u64> { std::str::from_utf8(cell?).ok()?.parse().ok() };
    while reader.read_byte_record(&mut record).map_err(broken)? {
        let (Some(point), Some(replicate)) = (number(record.get(0)), number(record.get(1))) else {
            let error = io::Error::new(
                io::ErrorKind::InvalidData,
                "a row without numbers of design point and replicate",
            );
            return Err(OutputError::io(&path)(error));
        };
        let has_failed = record
            .get(3 + responses)
            .is_some_and(|cell| !cell.is_empty());
        if has_failed {
            take(point, replicate, None);
            continue;
        }
        for (place, value) in values.iter_mut().enumerate() {
            *value = record
                .get(3 + place)
                .and_then(|cell| std::str::from_utf8(cell).ok()?.parse().ok());
        }
        take(point, replicate, Some(&values));
    }
    Ok(())
}
