//! Runs of a comparison as the store has them: in groups, and as rows of `runs.csv`.

use std::path::Path;

use crate::analysis::compare::Comparison;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::table::compression::Compression;
use crate::table::sheet::Cell;
use crate::table::writer::{Writer, WrittenFile};

/// Hands over the runs of a stage, `size` at a time, in order.
///
/// # Errors
/// What the file system says; a file that is not what was written.
pub(crate) fn for_each_group(
    store: &mut RunStore,
    stage: usize,
    size: usize,
    mut take: impl FnMut(&[Measured]),
) -> Result<(), StudyError> {
    let mut group = vec![Measured::default(); size];
    store.for_each(stage, |number, run| {
        let place = (number % size.max(1) as u64) as usize;
        if let Some(own) = group.get_mut(place) {
            own.clone_from(run);
        }
        if place + 1 == size {
            take(&group);
        }
        Ok(())
    })
}

/// Writes `runs.csv` of all stages into a folder.
///
/// # Errors
/// What the file system says; a file of the store that is not what was written.
pub fn write(
    comparison: &Comparison,
    store: &mut RunStore,
    stages: &[Stage],
    folder: &Path,
) -> Result<WrittenFile, StudyError> {
    let info = comparison.runs_info();
    let (seed, responses) = (comparison.study.seed, comparison.plan.responses().len());
    let mut writer = Writer::create(folder, info.file, Compression::None)?;
    writer.write(info.header().as_bytes(), 0)?;
    let mut bytes = Vec::new();
    for (place, stage) in stages.iter().enumerate() {
        store.for_each(place, |number, run| {
            let cell = stage.cell(number);
            let point = comparison.has_points().then_some(Cell::Count(cell.point));
            let arm = &comparison.arms()[cell.arm];
            let own = [Cell::Count(cell.replicate), Cell::Text(arm.name.clone())];
            bytes.clear();
            write_row(&mut bytes, point.iter().chain(&own), seed, responses, run);
            Ok(writer.write(&bytes, 1)?)
        })?;
    }
    Ok(writer.finish()?)
}

/// Appends the row of a run: its key, seed, responses and error.
fn write_row<'c>(
    out: &mut Vec<u8>,
    key: impl IntoIterator<Item = &'c Cell>,
    seed: u64,
    responses: usize,
    run: &Measured,
) {
    for cell in key {
        cell.write(out);
        out.push(b',');
    }
    Cell::Count(seed).write(out);
    for place in 0..responses {
        out.push(b',');
        Cell::from(run.values.get(place).copied().flatten()).write(out);
    }
    out.push(b',');
    if let Some(error) = &run.error {
        // A message of several lines stays in its row.
        Cell::from(error.replace(['\n', '\r'], "; ")).write(out);
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_run_has_a_row_with_its_reason() {
        let mut out = Vec::new();
        let run = Measured {
            error: Some("one\ntwo, three".to_string()),
            ..Measured::default()
        };
        write_row(&mut out, &["base".into(), 3u64.into()], 7, 2, &run);
        let run = Measured {
            values: vec![Some(0.5), None],
            ..Measured::default()
        };
        write_row(&mut out, &["base".into(), 4u64.into()], 7, 2, &run);
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "base,3,7,,,\"one; two, three\"\nbase,4,7,0.5,,\n");
    }
}
