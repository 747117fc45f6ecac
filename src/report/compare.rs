//! The report of `dualtrack compare`.

use super::error::ReportError;
use super::page::Part;
use super::source::Source;

/// Makes it.
pub fn report(_source: &Source) -> Result<Part, ReportError> {
    Ok(Part::default())
}
