//! A result folder as one HTML page with figures.
//!
//! `source` reads a folder, `run` and its siblings make a [`page::Part`] of it, one for each command that writes
//! results; [`figure`] draws, [`page`] puts all into one file that needs no other.

pub mod attribution;
pub mod compare;
pub mod data;
pub mod figure;
pub mod frontier;
pub mod make;
pub mod page;
pub mod reproduce;
pub mod rows;
pub mod run;
pub mod sensitivity;
pub mod sweep;
pub mod tally;
pub mod words;
pub mod write;

use crate::report::words::words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_files_hold_letters_digits_and_hyphens() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("City × sector: <b>"), "city-sector-b");
        assert_eq!(slug("…"), "x");
        assert_eq!(words("similarity_all"), "Similarity all");
        assert_eq!(words("spending_cny_mn"), "Spending");
        assert_eq!(words("stringency@2024"), "Stringency, 2024");
        assert_eq!(words("us_silos"), "US silos");
    }
}
