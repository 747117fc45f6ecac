//! What each treatment does to each response, over all pairs.

use sha2::{Digest, Sha256};

use crate::analysis::compare::pairs::{Pairs, Stopping, Target};
use crate::analysis::compare::{Comparison, Verdict, key_columns};
use crate::kernel::ordered::{Crew, work_in_order};
use crate::measure::response::spec::Response;
use crate::stats::paired::Paired;
use crate::study::error::StudyError;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// A treatment's effect on a response.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Place of the treatment among [`Comparison::arms`].
    pub arm: usize,
    /// Place of the response.
    pub response: usize,
    /// The comparison; none where no pair of runs has the response.
    pub paired: Option<Paired>,
    /// The half width that was asked for, and whether it was reached.
    pub target: Option<(f64, bool)>,
}

impl Effect {
    /// What the interval of the difference says.
    pub fn verdict(&self) -> Verdict {
        let interval = self.paired.and_then(|paired| paired.difference.interval());
        Verdict::of(interval)
    }
}

/// All effects, treatment by treatment.
///
/// # Errors
/// If the system gives no threads.
pub fn effects(
    comparison: &Comparison,
    pairs: &Pairs,
    stopping: &Stopping,
    threads: usize,
) -> Result<Vec<Effect>, StudyError> {
    let responses = comparison.plan.responses().len();
    let treatments = comparison.arms().len() - 1;
    let list = comparison.plan.responses().list();
    let targets: &[Target] = match stopping {
        Stopping::Fixed(_) => &[],
        Stopping::Widths { targets, .. } => targets,
    };
    let mut effects = Vec::with_capacity(treatments * responses);
    // Resampling thousands of pairs takes its time.
    work_in_order(
        0..(treatments * responses) as u64,
        Crew::of(threads),
        || (),
        |(), number, effect: &mut Option<Effect>| {
            let number = number as usize;
            let (arm, response) = (1 + number / responses, number % responses);
            let (base, treatment) = pairs.columns(arm, response);
            let target = targets.iter().find(|target| target.response == response);
            *effect = Some(Effect {
                arm,
                response,
                paired: Paired::of(&base, &treatment, key(&list[response])),
                target: target.map(|target| (target.half_width, pairs.reaches(arm, target))),
            });
            Ok::<(), StudyError>(())
        },
        |_, effect| {
            effects.extend(effect.take());
            Ok(())
        },
    )?;
    Ok(effects)
}

/// What picks the resamples of a response: what it measures, whatever it is called and wherever it stands.
fn key(response: &Response) -> u64 {
    let sum = Sha256::digest(response.text.as_bytes());
    sum.iter()
        .take(8)
        .fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// `effects.csv`.
pub fn sheet(comparison: &Comparison, effects: &[Effect]) -> Sheet {
    let mut sheet = Sheet::new(info());
    let list = comparison.plan.responses().list();
    for effect in effects {
        let response = &list[effect.response];
        let paired = effect.paired.as_ref();
        let difference = paired.map(|paired| &paired.difference);
        let ends = |interval: Option<(f64, f64)>| -> [Cell; 2] {
            [
                interval.map(|ends| ends.0).into(),
                interval.map(|ends| ends.1).into(),
            ]
        };
        let relative = paired.and_then(|paired| paired.relative);
        let same_sign = paired.and_then(|paired| paired.same_sign);
        let saved = paired.and_then(|paired| paired.variance_saved);
        let mut row: Vec<Cell> = vec![
            comparison.arms()[effect.arm].name.as_str().into(),
            response.name.as_str().into(),
            response.period.to_string().into(),
            response.unit().into(),
            paired.map_or(0, |paired| paired.n).into(),
            paired.map(|paired| paired.base_mean).into(),
            paired.map(|paired| paired.treatment_mean).into(),
            difference.map(|difference| difference.mean).into(),
            difference.and_then(|difference| difference.sd).into(),
            difference
                .and_then(|difference| difference.standard_error())
                .into(),
        ];
        row.extend(ends(
            difference.and_then(|difference| difference.interval()),
        ));
        row.extend(ends(paired.and_then(|paired| paired.bca)));
        for number in [relative, same_sign] {
            row.push(number.map(|number| number.value).into());
            row.extend(ends(number.and_then(|number| number.interval)));
        }
        row.push(saved.map(|saved| saved.value).into());
        row.push(effect.verdict().word().into());
        row.push(effect.target.map(|(width, _)| width).into());
        row.push(match effect.target {
            Some((_, reached)) => Cell::Flag(reached),
            None => Cell::Missing,
        });
        sheet.rows.push(row);
    }
    sheet
}

fn info() -> FileInfo {
    let none = "no pair of runs has the response";
    let few = "fewer than two pairs have the response";
    let unit = "unit of the response";
    let number = |name: &'static str, unit: &'static str, meaning: &'static str, missing| {
        ColumnInfo::new(name, Kind::Number, unit, meaning).missing(missing)
    };
    let no_relative = "the base mean is 0 or there are no pairs";
    let no_relative_ends =
        "fewer than two pairs have the response, or the base mean cannot be told from 0";
    let no_sign = "the mean difference is 0 or there are no pairs";
    let mut columns = key_columns();
    columns.extend([
        ColumnInfo::new(
            "period",
            Kind::Text,
            "",
            "when the response is read: `first`, `last`, `all` or quarters",
        ),
        ColumnInfo::new("unit", Kind::Text, "", "unit of the response, `1` for a pure number"),
        ColumnInfo::new(
            "n",
            Kind::Integer,
            "1",
            "pairs: replicates that have the response under base and treatment",
        ),
        number("base_mean", unit, "mean under the base", none),
        number("treatment_mean", unit, "mean under the treatment", none),
        number("difference", unit, "mean of treatment minus base", none),
        number("sd", unit, "standard deviation of the differences, divisor n - 1", few),
        number("se", unit, "standard error of the mean difference", few),
        number("low", unit, "lower end of its 95 % interval, Student's t", few),
        number("high", unit, "upper end of its 95 % interval, Student's t", few),
        number("bca_low", unit, "lower end of its 95 % interval, bootstrap (BCa, 20,000 resamples of pairs)", few),
        number("bca_high", unit, "upper end of its 95 % interval, bootstrap (BCa, 20,000 resamples of pairs)", few),
        number(
            "relative_change",
            "1",
            "mean difference over the absolute mean under the base",
            no_relative,
        ),
        number("relative_low", "1", "lower end of its 95 % interval, delta method", no_relative_ends),
        number("relative_high", "1", "upper end of its 95 % interval, delta method", no_relative_ends),
        number(
            "same_sign_share",
            "1",
            "share of pairs whose difference has the sign of the mean difference",
            no_sign,
        ),
        number("same_sign_low", "1", "lower end of its 95 % interval (Wilson)", no_sign),
        number("same_sign_high", "1", "upper end of its 95 % interval (Wilson)", no_sign),
        number(
            "variance_saved",
            "1",
            "share of the variance of the difference that pairing saves, below 0 where it does harm",
            "fewer than two pairs have the response, or nothing varies",
        ),
        Verdict::column(
            "verdict",
            "whether Student's interval lies above 0 (`higher`), below (`lower`), or neither (`not shown`)",
        ),
        number(
            "target_half_width",
            unit,
            "half width of Student's interval that was asked for",
            "none was asked for",
        ),
        ColumnInfo::new("target_reached", Kind::Boolean, "", "whether it was reached")
            .missing("none was asked for"),
    ]);
    FileInfo::new(
        "effects",
        "a response to a treatment, over pairs of runs with the same luck",
        &["treatment", "response"],
        columns,
    )
}
