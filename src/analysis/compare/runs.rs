//! Runs of a comparison as the store has them: in groups, and as rows of `runs.csv`.

use crate::analysis::compare::Comparison;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::study::sweep::tables::write_row;
use crate::table::compression::Compression;
use crate::table::place::Place;
use crate::table::result_table::Cell;
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

/// Writes `runs.csv` of all stages.
///
/// # Errors
/// What the file system says; a file of the store that is not what was written.
pub fn write(
    comparison: &Comparison,
    store: &mut RunStore,
    stages: &[Stage],
    to: &Place,
) -> Result<WrittenFile, StudyError> {
    let info = comparison.runs_info();
    let (seed, responses) = (comparison.study.seed, comparison.plan.responses().len());
    let mut writer = Writer::create(to, info.file, Compression::None)?;
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
