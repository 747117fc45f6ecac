//! Everything a study of claims found, as tables.

use crate::analysis::claims::diffusion::Diffusion;
use crate::analysis::claims::judge::Verdict;
use crate::analysis::claims::outcome::{self, Outcome};
use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::study::Study;
use crate::analysis::claims::uncertainty::{self, Size, Uncertainty};
use crate::analysis::claims::{comparisons, series, tables};
use crate::study::error::StudyError;
use crate::study::store::RunStore;
use crate::table::result_table::ResultTable;

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// Outcomes of parts.
    pub outcomes: Vec<Outcome>,
    /// Verdicts of claims.
    pub verdicts: Vec<Verdict>,
    /// Uncertainty of claims; empty where it was not asked for.
    pub across_points: Vec<Uncertainty>,
    /// All tables.
    pub result_tables: Vec<ResultTable>,
    /// Runs that failed.
    pub failed: u64,
    /// Why the first did.
    pub reason: Option<String>,
}

impl Findings {
    /// Makes the tables of a store that holds the arms as their files have them and, where there is a size, at design
    /// points.
    ///
    /// # Errors
    /// What the store says; a design that cannot be.
    pub fn read(
        study: &Study,
        diffusion: Option<&Diffusion>,
        store: &mut RunStore,
        size: Option<Size>,
    ) -> Result<Self, StudyError> {
        let runs = Runs::read(study, store)?;
        let outcomes = outcome::outcomes(study, &runs);
        let verdicts = outcome::verdicts(study, &outcomes);
        let mut result_tables = vec![
            tables::claims(study, &outcomes, &verdicts),
            tables::runs(study, &runs),
            series::result_table(study, &runs),
        ];
        result_tables.extend(series::henan(study, &runs));
        result_tables.extend(comparisons::comparisons(study, &runs));
        if let Some(diffusion) = diffusion {
            result_tables.extend(comparisons::diffusion(study, diffusion, &runs));
        }
        let name = |arm: usize, error: &str| format!("{}: {error}", study.runs.arms[arm].name);
        let mut failed = runs.errors().count() as u64;
        let mut reason = runs.errors().next().map(|(arm, error)| name(arm, error));
        let mut found = Vec::new();
        if let Some(size) = size {
            let at_points = uncertainty::read(study, store, size)?;
            found = uncertainty::uncertainty(study, &at_points);
            result_tables.extend(uncertainty::result_tables::result_tables(
                study, size, &found,
            ));
            failed += at_points.failed;
            let first = at_points.first_error.as_ref();
            reason = reason.or_else(|| first.map(|(arm, error)| name(*arm, error)));
        }
        Ok(Findings {
            outcomes,
            verdicts,
            across_points: found,
            result_tables,
            failed,
            reason,
        })
    }
}
