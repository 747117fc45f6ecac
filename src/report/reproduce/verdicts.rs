//! Verdicts of claims, in words.

use crate::report::rows::Rows;

/// Class of a verdict.
pub(crate) fn class(verdict: &str) -> &'static str {
    match verdict {
        "holds" => "good",
        "contradicted" => "bad",
        _ => "open",
    }
}

/// Colour of a verdict's bar.
pub(crate) fn colour(verdict: &str) -> usize {
    match verdict {
        "holds" => 2,
        "contradicted" => 1,
        _ => 5,
    }
}

/// What a verdict means.
pub(crate) fn meaning(verdict: &str) -> &'static str {
    match verdict {
        "holds" => "The whole 95 % interval lies on the side that the paper's claim expects.",
        "contradicted" => {
            "The whole 95 % interval, of at least one part, lies on the other side: the model shows the contrary of the claim."
        }
        "not shown" => {
            "The interval reaches to both sides of the bound, or parts of the claim disagree: the runs show neither the claim \
             nor its contrary."
        }
        "reported" => "Nothing was expected; the numbers are reported.",
        "open" => "The model has no experiment that could decide it.",
        _ => "",
    }
}

/// In what share of other parameters a claim holds, where it is known.
pub(crate) fn holds_elsewhere(id: &str, uncertainty: Option<&Rows>) -> Option<String> {
    let row = uncertainty?.iter().find(|row| row.text("claim") == id)?;
    let (share, points) = (row.number("holds")?, row.number("points")?);
    Some(format!("{:.0} % of {points:.0} points", share * 100.0))
}
