//! `summary.csv`: each response at each design point, over replicates.

use crate::stats::estimate::t_quantile;
use crate::stats::running::Running;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::study::sweep::plan::Plan;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::compression::Compression;
use crate::table::place::Place;
use crate::table::{
    result_table::Cell,
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

/// Writes the file from the runs of a stage.
///
/// # Errors
/// What the file system says; a file of the store that is not what was written.
pub fn write(
    plan: &Plan,
    store: &mut RunStore,
    (place, stage): (usize, &Stage),
    to: &Place,
) -> Result<WrittenFile, StudyError> {
    let responses = plan.responses().len();
    let together = (KEPT / responses.max(1)).max(1) as u64;
    let info = info();
    let mut writer = Writer::create(to, info.file, Compression::None)?;
    writer.write(info.header().as_bytes(), 0)?;
    let mut out = Vec::new();
    let mut first = 0;
    while first < plan.points.len() {
        let end = plan.points.len().min(first + together);
        let count = (end - first) as usize;
        let mut means = vec![Running::new(); count * responses];
        let mut failed = vec![0u64; count];
        store.for_each(place, |number, run| {
            let point = stage.cell(number).point;
            if !(first..end).contains(&point) {
                return Ok(());
            }
            let row = (point - first) as usize;
            if run.error.is_some() {
                failed[row] += 1;
                return Ok(());
            }
            let means = &mut means[row * responses..(row + 1) * responses];
            for (mean, value) in means.iter_mut().zip(&run.values) {
                if let Some(value) = value {
                    mean.push(*value);
                }
            }
            Ok(())
        })?;
        for row in 0..count {
            out.clear();
            for (place, response) in plan.responses().list().iter().enumerate() {
                let point = first + row as u64;
                let mean = &means[row * responses + place];
                write_row(&mut out, point, &response.name, mean, failed[row]);
            }
            writer.write(&out, responses as u64)?;
        }
        first = end;
    }
    Ok(writer.finish()?)
}

fn write_row(out: &mut Vec<u8>, point: u64, name: &str, values: &Running, failed: u64) {
    let n = values.n();
    let (mean, sd) = (values.mean(), values.standard_deviation());
    let se = sd.map(|sd| sd / (n as f64).sqrt());
    let half = se.zip(t_quantile(n as usize)).map(|(se, t)| se * t);
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
