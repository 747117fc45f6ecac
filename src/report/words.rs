//! Words of names, and names of words.

use crate::measure::outcomes::label;
use crate::measure::reading::{capital, plain_words};

/// Tables that a response may name before its column.
const TABLES: [&str; 4] = ["sectors.", "cities.", "allocations.", "derived."];

/// A text as a name for links and files: letters, digits and hyphens.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().take(80) {
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() {
        "x".to_string()
    } else {
        out.to_string()
    }
}

/// `competitiveness` as `Competitiveness`, `us_pressure` as `US pressure`, `sectors.gap[ai_chips]@2020..2024` as
/// `Gap of AI chips, 2020 to 2024`: a name of a column, or a response, for people.
pub(crate) fn words(name: &str) -> String {
    for sign in [" minus ", " per "] {
        if let Some((one, other)) = name.split_once(sign) {
            return words(one) + sign + &lower_first(&words(other));
        }
    }
    let (name, when) = name.split_once('@').unwrap_or((name, ""));
    if let Some((above, below)) = name.split_once(" / ") {
        let below = lower_first(&words(&format!("{}@{when}", below.trim())));
        return format!("{} over {below}", words(above));
    }
    let (name, of) = match name.split_once('[') {
        Some((name, of)) => (name, of.trim_end_matches(']')),
        None => (name, ""),
    };
    let column = TABLES.iter().find_map(|table| name.strip_prefix(table));
    let is_city = of.contains(',') || name.starts_with("cities.");
    let name = column.unwrap_or(name).trim();
    let mut name = label(name).map_or_else(|| plain_words(name), ToString::to_string);
    if !of.is_empty() {
        let of = plain_words(&of.replace(',', ", "));
        name += &format!(" of {}", if is_city { capital(&of) } else { of });
    }
    match when {
        "" => {}
        "all" => name += ", whole run",
        "first" | "last" => name += &format!(", {when} quarter"),
        when => name += &format!(", {}", when.replace("..", " to ")),
    }
    let words: Vec<&str> = name
        .split(' ')
        .map(|word| match word {
            "eu" => "EU",
            "us" => "US",
            "ai" => "AI",
            "cny" => "CNY",
            "llm" => "LLM",
            word => word,
        })
        .collect();
    capital(&words.join(" "))
}

/// Names of columns for people, with commas between them.
pub(crate) fn list_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| words(name)).collect();
    names.join(", ")
}

/// A sentence as a part of another.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Last part of a path, for people; paths differ between machines.
pub(crate) fn last_of_path(text: &str) -> String {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.trim_end_matches(".toml").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_files_hold_letters_digits_and_hyphens() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("City × sector: <b>"), "city-sector-b");
        assert_eq!(slug("…"), "x");
        assert_eq!(words("similarity_all"), "Similarity, all pairs");
        assert_eq!(words("spending_cny_mn"), "Spending on sectors");
        assert_eq!(words("stringency@2024"), "Stringency, 2024");
        assert_eq!(words("us_silos"), "US silos");
        let of = "sectors.capability_ratio[ai_chips]@2020..2024";
        assert_eq!(
            words(of),
            "Capability over frontier of AI chips, 2020 to 2024"
        );
        let of = "sector_output_cny_mn[zhengzhou,ai_chips]@first";
        assert_eq!(
            words(of),
            "Sector output of Zhengzhou, AI chips, first quarter"
        );
        let of = "pioneering_in_zones / pioneering_elsewhere @all";
        assert_eq!(
            words(of),
            "Pioneering in zones over pioneering elsewhere, whole run"
        );
        let of = "gap@2024 minus gap@last";
        assert_eq!(
            words(of),
            "Technological gap, 2024 minus technological gap, last quarter"
        );
    }
}
