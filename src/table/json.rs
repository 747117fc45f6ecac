//! JSON for people.

/// JSON for people: two spaces, keys in the order of the definition, a line feed at the end.
pub(crate) fn json_text(value: &impl serde::Serialize) -> String {
    // Only maps with keys that are not texts and failing writers make this an error; neither occurs.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
