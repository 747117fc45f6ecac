//! What each treatment does to each response, over all pairs.

use sha2::{Digest, Sha256};

use crate::analysis::compare::pairs::{Pairs, Stopping, Target};
use crate::analysis::compare::{Comparison, Verdict};
use crate::kernel::ordered::{WorkerPool, work_in_order};
use crate::measure::response::spec::Response;
use crate::stats::paired::Paired;
use crate::study::error::StudyError;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

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
        WorkerPool::of(threads),
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
pub fn result_table(comparison: &Comparison, effects: &[Effect]) -> ResultTable {
    let none = "no pair of runs has the response";
    let few = "fewer than two pairs have the response";
    let unit = "unit of the response";
    let no_relative = "the base mean is 0 or there are no pairs";
    let no_relative_ends =
        "fewer than two pairs have the response, or the base mean cannot be told from 0";
    let no_sign = "the mean difference is 0 or there are no pairs";
    let nothing_varies = "fewer than two pairs have the response, or nothing varies";
    let verdict = "whether Student's interval lies above 0 (`higher`), below (`lower`), or neither (`not shown`)";
    let row = "a response to a treatment, over pairs of runs with the same random draws";
    let responses = comparison.plan.responses().list();
    let mut table = Columns::<(&Effect, Option<Paired>)>::new("effects", row);
    comparison.key_columns(&mut table, |(effect, _)| (effect.arm, effect.response));
    columns!(table, |(effect, paired)| {
        "period": "when the response is read: `first`, `last`, `all` or quarters"
            => responses[effect.response].period.to_string();
        "unit": "unit of the response, `1` for a pure number" => responses[effect.response].unit();
        "n": "pairs: replicates that have the response under base and treatment" => paired.map_or(0, |paired| paired.n);
        "base_mean": "mean under the base" => Some(paired?.base_mean), unit(unit), missing(none);
        "treatment_mean": "mean under the treatment" => Some(paired?.treatment_mean), unit(unit), missing(none);
        "difference": "mean of treatment minus base" => Some(paired?.difference.mean), unit(unit), missing(none);
        "sd": "standard deviation of the differences, divisor n - 1" => paired?.difference.sd, unit(unit), missing(few);
        "se": "standard error of the mean difference"
            => paired?.difference.standard_error(), unit(unit), missing(few);
        "low" to "high": "its 95 % interval, Student's t" => paired?.difference.interval(), unit(unit), missing(few);
        "bca_low" to "bca_high": "its 95 % interval, bootstrap (BCa, 20,000 resamples of pairs)"
            => paired?.bca, unit(unit), missing(few);
        "relative_change": "mean difference over the absolute mean under the base"
            => Some(paired?.relative?.value), missing(no_relative);
        "relative_low" to "relative_high": "its 95 % interval, delta method"
            => paired?.relative?.interval, missing(no_relative_ends);
        "same_sign_share": "share of pairs whose difference has the sign of the mean difference"
            => Some(paired?.same_sign?.value), missing(no_sign);
        "same_sign_low" to "same_sign_high": "its 95 % interval (Wilson)"
            => paired?.same_sign?.interval, missing(no_sign);
        "variance_saved": "share of the variance of the difference that pairing saves, below 0 where it does harm"
            => Some(paired?.variance_saved?.value), missing(nothing_varies);
        "verdict": verdict => effect.verdict().name(), names(Verdict::NAMES);
        "target_half_width": "half width of Student's interval that was asked for"
            => effect.target.map(|(width, _)| width), unit(unit), missing("none was asked for");
        "target_reached": "whether it was reached"
            => effect.target.map(|(_, is_reached)| is_reached), missing("none was asked for");
    });
    table.fill(effects.iter().map(|effect| (effect, effect.paired)))
}
