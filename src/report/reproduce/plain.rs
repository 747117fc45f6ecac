//! Experiments in plain words.

use crate::input::claims::expectation::Expectation;
use crate::measure::reading::plain_words;
use crate::measure::response::spec::Response;
use crate::model::params::table::PARAMETERS;
use crate::report::figure::scale;
use crate::report::rows::Row;
use crate::report::words::{lower_first, words};

/// Unit of a response as a claim writes it; `1` for a pure number, and where it is not known.
pub(crate) fn unit(response: &str) -> String {
    let unit = |text: &str| Response::parse(text).map_or("1".to_string(), |own| own.unit());
    let first = response.split(" minus ").next().unwrap_or(response);
    match first.split_once(" per ") {
        Some((gain, cost)) => match (unit(gain), unit(cost)) {
            (gain, cost) if gain == cost => "1".to_string(),
            (gain, cost) => format!("{gain}/{cost}"),
        },
        None => unit(first),
    }
}

/// What a part expects: `higher` than in the world it is held against, or `above 0.5`.
pub(crate) fn expected(row: &Row<'_>) -> String {
    let text = row.text("expectation");
    let Ok(expectation) = Expectation::parse(text) else {
        return text.to_string();
    };
    let words = match expectation {
        Expectation::Above(_) => ["higher", "rising", "above"],
        Expectation::Below(_) => ["lower", "falling", "below"],
        Expectation::AtLeast(_) => ["not lower", "not falling", "at least"],
        Expectation::AtMost(_) => ["not higher", "not rising", "at most"],
        Expectation::Report => return "nothing".to_string(),
    };
    let bound = expectation.bound().unwrap_or(0.0);
    let is_steps = row.text("treatment").contains(" | ");
    match (bound == 0.0, is_steps, row.text("control")) {
        (true, true, _) => words[1].to_string(),
        (true, false, control) if !control.is_empty() => words[0].to_string(),
        _ => format!("{} {}", words[2], scale::exact(bound)),
    }
}

/// Worlds that parts of a claim run, each in words and in code, without repetition.
pub(crate) fn worlds(rows: &[&Row<'_>]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for row in rows {
        let told = (row.text("treatment"), row.text("control"));
        if !all.contains(&told) {
            all.push(told);
        }
    }
    let told = |(treatment, control): (&str, &str)| {
        let code = match control {
            "" => treatment.to_string(),
            control => format!("{treatment} against {control}"),
        };
        (world(treatment, control), code)
    };
    all.into_iter().map(told).collect()
}

fn world(treatment: &str, control: &str) -> String {
    if treatment.contains(" | ") {
        return format!(
            "Worlds on the same random draws: {}.",
            steps(&treatment.split(" | ").collect::<Vec<_>>())
        );
    }
    if control.is_empty() {
        return format!("One world: {}.", laid(treatment));
    }
    format!(
        "Treatment: {}. Control, on the same random draws: {}.",
        laid(treatment),
        laid(control)
    )
}

/// Levels of one setting at once.
fn steps(levels: &[&str]) -> String {
    let pairs: Option<Vec<_>> = levels.iter().map(|level| level.split_once(" = ")).collect();
    match pairs.as_deref() {
        Some([(key, _), ..])
            if levels
                .iter()
                .all(|own| own.starts_with(key) && !own.contains("; ")) =>
        {
            let values: Vec<&str> = pairs.iter().flatten().map(|(_, value)| *value).collect();
            laid(&format!("{key} = {}", values.join(", ")))
        }
        _ => levels
            .iter()
            .map(|level| laid(level))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// What a world lays over the scenario.
fn laid(text: &str) -> String {
    let (settings, others): (Vec<&str>, Vec<&str>) = text
        .split("; ")
        .filter(|own| *own != "base")
        .partition(|own| own.contains(" = "));
    let scenario = match others.first() {
        Some(name) => format!("the scenario “{}”", words(name)),
        None => "the scenario".to_string(),
    };
    let settings: Vec<String> = settings.into_iter().map(setting).collect();
    match settings.as_slice() {
        [] if others.is_empty() => "the scenario as it is".to_string(),
        [] => scenario,
        settings => format!("{scenario} with {}", settings.join(", and ")),
    }
}

/// A setting, `KEY = VALUE`.
fn setting(text: &str) -> String {
    let (key, value) = text.split_once(" = ").unwrap_or((text, ""));
    if let Some(parameter) = PARAMETERS.iter().find(|own| own.key == key) {
        // Numbers of equations are for readers of the documents.
        let meaning = parameter.meaning().split(" (E").next().unwrap_or_default();
        let meaning = meaning.trim_end_matches('.');
        return match value {
            "true" => format!("the rule “{meaning}” on"),
            "false" => format!("the rule “{meaning}” off"),
            value => format!("“{meaning}” at {value} in place of {}", parameter.default()),
        };
    }
    match key.split('.').collect::<Vec<_>>()[..] {
        ["run", "quarters"] => format!("{value} quarters"),
        ["overrides", _, of, name] => {
            let value = value.trim_matches('"');
            format!(
                "{} of {} at {}",
                lower_first(&words(name)),
                words(of),
                plain_words(value)
            )
        }
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn experiments_are_told_in_words() {
        assert_eq!(
            world("base", "mechanisms.tournament = false"),
            "Treatment: the scenario as it is. Control, on the same random draws: the scenario with the rule “Officials \
             compete for promotion on their scores” off."
        );
        let closed =
            "run.quarters = 64; overrides.cities.zhengzhou.closed_sectors = \"foundation_models\"";
        assert_eq!(
            laid(closed),
            "the scenario with 64 quarters, and closed sectors of Zhengzhou at foundation models"
        );
        assert_eq!(laid("us-silos"), "the scenario “Us-silos”");
        assert_eq!(
            world("tournament.intensity = 0 | tournament.intensity = 2", ""),
            "Worlds on the same random draws: the scenario with “Intensity of the promotion tournament; 0 is none” at 0, 2 \
             in place of 1."
        );
        assert_eq!(laid("what is this"), "the scenario “What is this”");
    }

    #[test]
    fn units_are_those_of_responses() {
        assert_eq!(unit("productive_share@all"), "1");
        assert_eq!(unit("efficiency_per_cny_bn@last"), "1/CNY bn");
        assert_eq!(
            unit("competitiveness@2024 per total_spending_cny_mn@all"),
            "1/CNY mn"
        );
        assert_eq!(unit("gap@2024 minus gap@2018"), "1");
        assert_eq!(unit("</title>"), "1");
    }
}
