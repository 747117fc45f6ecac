//! Verdicts of claims, in words.

use crate::report::reproduce::columns::{claim, first};
use crate::report::rows::{Row, Rows};

/// Class of a verdict.
pub(crate) fn class(verdict: &str) -> &'static str {
    match verdict {
        "holds" => "good",
        "contradicted" => "bad",
        _ => "open",
    }
}

/// What a verdict means.
pub(crate) fn meaning(verdict: &str) -> &'static str {
    match verdict {
        "holds" => "The whole 95 % interval lies on the side that the paper's claim expects.",
        "contradicted" => {
            "The whole 95 % interval, of at least one part, lies on the other side: the model shows the contrary of the claim."
        }
        "not shown" | "not_shown" => {
            "The interval reaches to both sides of the bound, or parts of the claim disagree: the runs show neither the claim \
             nor its contrary."
        }
        "reported" => "Nothing was expected; the numbers are reported.",
        "open" => "The model has no experiment that could decide it.",
        _ => "",
    }
}

/// The verdict of a claim: its own where the table has one, that of all parts where they agree.
pub(crate) fn verdict<'a>(rows: &[Row<'a>]) -> &'a str {
    let whole = rows
        .first()
        .map_or("", |row| first(row, &["claim_verdict", "verdict_of_claim"]));
    if !whole.is_empty() {
        return whole;
    }
    let mut parts: Vec<&str> = rows
        .iter()
        .map(|row| row.text("verdict"))
        .filter(|verdict| *verdict != "reported")
        .collect();
    parts.dedup();
    match parts.as_slice() {
        [] => "reported",
        [one] => one,
        many if many.contains(&"contradicted") => "contradicted",
        _ => "not shown",
    }
}

/// In what share of other parameters a claim holds, where it is known.
pub(crate) fn robust(id: &str, robustness: Option<&Rows>) -> Option<String> {
    let rows = robustness?;
    let row = rows.iter().find(|row| claim(row) == id)?;
    let (name, share) = ["share_holds", "holds_share", "holds", "share"]
        .into_iter()
        .find_map(|column| Some((column, row.number(column)?)))?;
    let points = ["points", "n"]
        .into_iter()
        .find_map(|column| row.number(column));
    let share = match (name, points) {
        // A count, not a share.
        ("holds", Some(points)) if share > 1.0 && points > 0.0 => share / points,
        _ => share,
    };
    let of = points.map_or(String::new(), |points| format!(" of {points:.0} points"));
    Some(format!("{:.0} %{of}", share * 100.0))
}
