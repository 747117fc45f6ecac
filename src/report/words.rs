//! Words of names, and names of words.

use crate::measure::outcomes::label;
use crate::measure::reading::{capital, plain_words};

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

/// `competitiveness` as `Competitiveness`, `us_pressure` as `US pressure`: a name of a column for people.
pub(crate) fn words(name: &str) -> String {
    let (name, when) = name.split_once('@').unwrap_or((name, ""));
    let mut name = label(name).map_or_else(|| plain_words(name), ToString::to_string);
    if !when.is_empty() {
        name += &format!(", {when}");
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
    }
}
