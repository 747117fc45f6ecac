//! What each mechanism contributes: Shapley values over all combinations of switches.

use crate::analysis::{estimate_columns, mean_cells};
use crate::input::experiment::factor::{Assignment, Variant};
use crate::kernel::text::nearest;
use crate::model::params::{Parameter, table::PARAMETERS};
use crate::stats::estimate::Estimate;
use crate::stats::rounding::difference;
use crate::stats::shapley::{PLAYERS, ShapleyEstimates, shapley_over};
use crate::study::table::RunTable;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// Group of the switches.
const GROUP: &str = "mechanisms";

/// The name of a mechanism: its key without the group.
pub fn name(mechanism: &Parameter) -> &'static str {
    mechanism
        .key
        .split_once('.')
        .map_or(mechanism.key, |(_, name)| name)
}

/// The switches of given names, with or without `mechanisms.` before them.
///
/// # Errors
/// A sentence for each problem: no name, too many, unknown, or twice.
pub fn mechanisms(names: &[String]) -> Result<Vec<&'static Parameter>, Vec<String>> {
    let known: Vec<&'static Parameter> = PARAMETERS
        .iter()
        .filter(|parameter| parameter.group() == GROUP)
        .collect();
    let mut found: Vec<&'static Parameter> = Vec::new();
    let mut problems = Vec::new();
    for given in names {
        let given = given.trim();
        let plain = given
            .strip_prefix(GROUP)
            .and_then(|rest| rest.strip_prefix('.'))
            .unwrap_or(given);
        match known.iter().find(|known| name(known) == plain) {
            None => {
                let hint = nearest(plain, known.iter().map(|known| name(known))).map_or_else(
                    || "`dualtrack params mechanisms` lists them".to_string(),
                    |near| format!("nearest valid name: `{near}`"),
                );
                problems.push(format!("unknown mechanism `{given}`; {hint}"));
            }
            Some(known) if found.iter().any(|other| other.key == known.key) => {
                problems.push(format!("`{plain}` is named twice; allowed: once"));
            }
            Some(known) => found.push(known),
        }
    }
    if names.is_empty() || names.len() > PLAYERS {
        problems.push(format!(
            "{} mechanisms; allowed: 1 to {PLAYERS}, because all combinations are run",
            names.len()
        ));
    }
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(problems)
    }
}

/// All combinations: mechanism `i` is on in those whose number has bit `i`.
pub fn combinations(mechanisms: &[&'static Parameter]) -> Vec<Variant> {
    let count = 1usize << mechanisms.len().min(PLAYERS);
    (0..count)
        .map(|number| Variant {
            scenario: None,
            set: mechanisms
                .iter()
                .enumerate()
                .map(|(bit, mechanism)| Assignment {
                    key: mechanism.key.to_string(),
                    value: is_on(number, bit).to_string(),
                    ..Assignment::default()
                })
                .collect(),
        })
        .collect()
}

fn is_on(number: usize, bit: usize) -> bool {
    number >> bit & 1 == 1
}

/// Contributions to one response. All estimates go over the same replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct OfResponse {
    /// All on less all off; none where no replicate has all combinations.
    pub difference: Option<Estimate>,
    /// Contributions, which add up to the difference, and interactions.
    pub shapley: Option<ShapleyEstimates>,
    /// The response in each combination.
    pub combinations: Vec<Option<Estimate>>,
}

impl OfResponse {
    /// Share of the whole difference that a contribution is; none where the difference cannot be told from 0.
    pub fn share(&self, value: f64) -> Option<f64> {
        let difference = self.difference?;
        let (low, high) = difference.interval()?;
        (low > 0.0 || high < 0.0).then(|| value / difference.mean)
    }
}

/// Contributions to all responses.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// In the order of responses.
    pub responses: Vec<OfResponse>,
    /// Replicates.
    pub replicates: usize,
    /// Replicates in which no run failed, which alone are used.
    pub whole: usize,
    /// Runs that failed.
    pub failed: usize,
}

/// Contributions from runs of all combinations, in the order of [`combinations`].
///
/// # Errors
/// A number of points that is not that of combinations.
pub fn attribute(runs: &RunTable) -> Result<Attribution, String> {
    let whole = runs.whole_replicates();
    let responses = (0..runs.responses())
        .map(|response| of_response(runs, response, &whole))
        .collect::<Result<_, _>>()?;
    Ok(Attribution {
        responses,
        replicates: runs.replicates(),
        whole: whole.len(),
        failed: runs.failed(),
    })
}

fn of_response(runs: &RunTable, response: usize, whole: &[usize]) -> Result<OfResponse, String> {
    let size = runs.points();
    if !size.is_power_of_two() || !(2..=1 << PLAYERS).contains(&size) {
        return Err(format!(
            "{size} combinations; allowed: 2^k with k from 1 to {PLAYERS}"
        ));
    }
    let games: Vec<Vec<f64>> = whole
        .iter()
        .filter_map(|&replicate| {
            let worth = (0..size).map(|point| runs.value(response, point, replicate));
            worth.collect()
        })
        .collect();
    let over = |read: &dyn Fn(&[f64]) -> f64| {
        let sample: Vec<f64> = games.iter().map(|game| read(game)).collect();
        Estimate::of(&sample)
    };
    let shapley = if games.is_empty() {
        None
    } else {
        let games = games.iter();
        let games: Vec<Vec<Option<f64>>> = games
            .map(|game| game.iter().copied().map(Some).collect())
            .collect();
        Some(shapley_over(&games)?)
    };
    Ok(OfResponse {
        difference: over(&|game| difference(game[size - 1], game[0])),
        shapley,
        combinations: (0..size).map(|point| over(&|game| game[point])).collect(),
    })
}

/// `shapley.csv`, `interactions.csv` and `combinations.csv`.
pub fn sheets(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> Vec<Sheet> {
    vec![
        shapley_sheet(found, responses, mechanisms),
        interactions_sheet(found, responses, mechanisms),
        combinations_sheet(found, responses, mechanisms),
    ]
}

const NONE_WHOLE: &str = "no replicate has the response in all combinations, or only one has";

fn response_column() -> ColumnInfo {
    ColumnInfo::new("response", Kind::Text, "", "name of the response")
}

fn shapley_sheet(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> Sheet {
    let mut columns = vec![
        response_column(),
        ColumnInfo::new("mechanism", Kind::Text, "", "name of the switch"),
    ];
    columns.extend(estimate_columns(
        "value",
        "unit of the response",
        "Shapley value: what turning the mechanism on adds, averaged over all orders of turning mechanisms on; values add up to all on less all off",
        NONE_WHOLE,
        "Student's t over replicates",
        "replicates with all combinations",
    ));
    columns.push(
        ColumnInfo::new(
            "share",
            Kind::Number,
            "1",
            "value over the whole difference, all on less all off; below 0 where the mechanism works against it",
        )
        .missing("the whole difference cannot be told from 0"),
    );
    let mut sheet = Sheet::new(FileInfo::new(
        "shapley",
        "what a mechanism contributes to a response",
        &["response", "mechanism"],
        columns,
    ));
    for (of, response) in found.responses.iter().zip(responses) {
        for (place, mechanism) in mechanisms.iter().enumerate() {
            let value = of.shapley.as_ref().and_then(|all| all.values.get(place));
            let mut row: Vec<Cell> = vec![(*response).into(), name(mechanism).into()];
            row.extend(mean_cells(value));
            row.push(value.and_then(|value| of.share(value.mean)).into());
            sheet.rows.push(row);
        }
    }
    sheet
}

fn interactions_sheet(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> Sheet {
    let mut columns = vec![
        response_column(),
        ColumnInfo::new("mechanism_1", Kind::Text, "", "name of a switch"),
        ColumnInfo::new("mechanism_2", Kind::Text, "", "name of another switch"),
    ];
    columns.extend(estimate_columns(
        "value",
        "unit of the response",
        "what both add together beyond what they add apart, averaged over combinations of the others: above 0 they reinforce each other, below 0 one makes the other needless",
        NONE_WHOLE,
        "Student's t over replicates",
        "replicates with all combinations",
    ));
    let mut sheet = Sheet::new(FileInfo::new(
        "interactions",
        "two mechanisms and a response",
        &["response", "mechanism_1", "mechanism_2"],
        columns,
    ));
    let label = |place: usize| {
        mechanisms
            .get(place)
            .map_or("", |mechanism| name(mechanism))
    };
    for (of, response) in found.responses.iter().zip(responses) {
        for one in 0..mechanisms.len() {
            for other in one + 1..mechanisms.len() {
                let value = of.shapley.as_ref().and_then(|all| {
                    let mut pairs = all.interactions.iter();
                    pairs.find(|(pair, _)| *pair == (one, other))
                });
                let mut row: Vec<Cell> =
                    vec![(*response).into(), label(one).into(), label(other).into()];
                row.extend(mean_cells(value.map(|(_, value)| value)));
                sheet.rows.push(row);
            }
        }
    }
    sheet
}

/// Number of a combination and which mechanisms are on in it.
fn combination_columns(mechanisms: &[&'static Parameter]) -> Vec<ColumnInfo> {
    let mut columns = vec![ColumnInfo::new(
        "combination",
        Kind::Integer,
        "1",
        "number of the combination: the sum of 1, 2, 4, ... of the mechanisms that are on, in their order",
    )];
    columns.extend(mechanisms.iter().map(|mechanism| {
        ColumnInfo::new(
            name(mechanism),
            Kind::Boolean,
            "",
            format!("whether `{}` is on", mechanism.key),
        )
    }));
    columns
}

fn combination_cells(number: usize, mechanisms: usize) -> Vec<Cell> {
    let mut cells = vec![number.into()];
    cells.extend((0..mechanisms).map(|bit| Cell::Flag(is_on(number, bit))));
    cells
}

fn combinations_sheet(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> Sheet {
    let mut columns = combination_columns(mechanisms);
    columns.push(response_column());
    columns.extend(estimate_columns(
        "mean",
        "unit of the response",
        "mean over the replicates that have all combinations",
        NONE_WHOLE,
        "Student's t over replicates",
        "replicates with all combinations",
    ));
    let mut sheet = Sheet::new(FileInfo::new(
        "combinations",
        "a response with some mechanisms on and the others off",
        &["combination", "response"],
        columns,
    ));
    for number in 0..1 << mechanisms.len() {
        for (of, response) in found.responses.iter().zip(responses) {
            let mut row = combination_cells(number, mechanisms.len());
            row.push((*response).into());
            row.extend(mean_cells(
                of.combinations.get(number).and_then(Option::as_ref),
            ));
            sheet.rows.push(row);
        }
    }
    sheet
}

/// `runs.csv`: every run.
pub fn runs_sheet(
    runs: &RunTable,
    seed: u64,
    responses: Vec<ColumnInfo>,
    mechanisms: &[&'static Parameter],
) -> Sheet {
    let mut columns = combination_columns(mechanisms);
    columns.push(ColumnInfo::new(
        "replicate",
        Kind::Integer,
        "1",
        "replicate, from 0; with the seed it fixes the luck of the run",
    ));
    columns.push(ColumnInfo::new(
        "seed",
        Kind::Integer,
        "1",
        "seed of the run",
    ));
    let count = responses.len();
    columns.extend(responses);
    columns.push(
        ColumnInfo::new("error", Kind::Text, "", "why the run failed").missing("the run went well"),
    );
    let mut sheet = Sheet::new(FileInfo::new(
        "runs",
        "a run: a combination of mechanisms with the luck of a replicate",
        &["combination", "replicate"],
        columns,
    ));
    for number in 0..runs.points() {
        for replicate in 0..runs.replicates() {
            let mut row = combination_cells(number, mechanisms.len());
            row.push(replicate.into());
            row.push(seed.into());
            let value = |response| Cell::from(runs.value(response, number, replicate));
            row.extend((0..count).map(value));
            let error = runs.error(number, replicate);
            row.push(error.map_or(Cell::Missing, |error| {
                Cell::from(error.replace(['\n', '\r'], "; "))
            }));
            sheet.rows.push(row);
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest_and_twice_is_refused() {
        let refused = mechanisms(&names(&[
            "tournamet",
            "codification",
            "mechanisms.codification",
        ]));
        assert_eq!(
            refused.map(|_| ()),
            Err(vec![
                "unknown mechanism `tournamet`; nearest valid name: `tournament`".to_string(),
                "`codification` is named twice; allowed: once".to_string(),
            ])
        );
    }

    #[test]
    fn more_than_ten_are_refused() {
        let all: Vec<String> = PARAMETERS
            .iter()
            .filter(|parameter| parameter.group() == GROUP)
            .map(|parameter| name(parameter).to_string())
            .collect();
        assert!(mechanisms(&all[..10]).is_ok());
        assert_eq!(
            mechanisms(&all[..11]).map(|_| ()),
            Err(vec![
                "11 mechanisms; allowed: 1 to 10, because all combinations are run".to_string()
            ])
        );
        assert!(mechanisms(&[]).is_err());
    }

    #[test]
    fn bits_of_a_combination_are_mechanisms_in_their_order() {
        let found = mechanisms(&names(&["tournament", "codification"])).unwrap_or_default();
        let all = combinations(&found);
        assert_eq!(all.len(), 4);
        let text: Vec<String> = all[1].set.iter().map(Assignment::argument).collect();
        assert_eq!(
            text,
            [
                "mechanisms.tournament=true",
                "mechanisms.codification=false"
            ]
        );
    }

    /// Worth of nothing 0, of the first 1, of the second 2, of both 5: together they add 2 more than apart, which is
    /// shared. Values are 2 and 3, the interaction is 2.
    fn game(luck: f64) -> [f64; 4] {
        [luck, 1.0 + luck, 2.0 + luck, 5.0 + luck]
    }

    fn runs(games: &[[f64; 4]]) -> RunTable {
        let mut runs = RunTable::new(4, games.len(), 1);
        for (replicate, game) in games.iter().enumerate() {
            for (point, worth) in game.iter().enumerate() {
                runs.put(point, replicate, &[Some(*worth)]);
            }
        }
        runs
    }

    #[test]
    fn luck_that_all_combinations_share_drops_out() {
        let found = attribute(&runs(&[game(0.0), game(10.0)])).unwrap_or_else(|e| panic!("{e}"));
        let of = &found.responses[0];
        let shapley = of.shapley.as_ref().expect("values");
        let values: Vec<f64> = shapley.values.iter().map(|value| value.mean).collect();
        assert_eq!(values, [2.0, 3.0]);
        assert_eq!(shapley.interactions[0].1.mean, 2.0);
        assert_eq!(of.difference.map(|d| d.mean), Some(5.0));
        assert_eq!(of.share(2.0), Some(0.4));
        assert_eq!(of.combinations[3].map(|mean| mean.mean), Some(10.0));
    }

    #[test]
    fn a_failed_run_takes_its_replicate_from_all_estimates() {
        let mut runs = runs(&[game(0.0), game(10.0), game(20.0)]);
        runs.fail(2, 1, "broken");
        let found = attribute(&runs).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((found.replicates, found.whole, found.failed), (3, 2, 1));
        let of = &found.responses[0];
        assert_eq!(of.difference.map(|d| d.n), Some(2));
        assert_eq!(of.combinations[0].map(|mean| mean.mean), Some(10.0));
        assert_eq!(of.combinations[2].map(|mean| mean.n), Some(2));
    }

    #[test]
    fn without_a_whole_replicate_cells_are_empty() {
        let mut runs = runs(&[game(0.0)]);
        runs.fail(2, 0, "broken");
        let found = attribute(&runs).unwrap_or_else(|e| panic!("{e}"));
        let switches = mechanisms(&names(&["tournament", "codification"])).unwrap_or_default();
        for sheet in sheets(&found, &["y"], &switches) {
            for row in &sheet.rows {
                assert_eq!(row.len(), sheet.info.columns.len());
            }
        }
        assert_eq!(found.responses[0].difference, None);
    }
}
