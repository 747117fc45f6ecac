//! What each mechanism contributes: Shapley values over all combinations of switches.

use crate::analysis::{About, run_columns};
use crate::input::experiment::factor::{Assignment, Variant};
use crate::kernel::text::near_or;
use crate::model::params::{Parameter, table::PARAMETERS};
use crate::stats::estimate::Estimate;
use crate::stats::rounding::difference;
use crate::stats::shapley::{PLAYERS, ShapleyEstimates, shapley_over};
use crate::study::table::RunTable;
use crate::table::columns::ColumnInfo;
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

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
                let hint = near_or(plain, known.iter().map(|known| name(known)), || {
                    "; `dualtrack params mechanisms` lists them".to_string()
                });
                problems.push(format!("unknown mechanism `{given}`{hint}"));
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
    let combination = |number| {
        let switches = mechanisms.iter().enumerate();
        let set = switches.map(|(bit, own)| Assignment::new(own.key, is_on(number, bit)));
        Variant::of(set)
    };
    (0..count).map(combination).collect()
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
    Ok(OfResponse {
        difference: over(&|game| difference(game[size - 1], game[0])),
        shapley: shapley_over(&games)?,
        combinations: (0..size).map(|point| over(&|game| game[point])).collect(),
    })
}

/// `shapley.csv`, `interactions.csv` and `combinations.csv`.
pub fn result_tables(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> Vec<ResultTable> {
    vec![
        shapley_sheet(found, responses, mechanisms),
        interactions_sheet(found, responses, mechanisms),
        combinations_sheet(found, responses, mechanisms),
    ]
}

/// What the columns of an estimate over whole replicates say.
fn about(name: &'static str, meaning: &'static str) -> About {
    About {
        name,
        unit: "unit of the response",
        meaning,
        missing: "no replicate has the response in all combinations, or only one has",
        interval: "Student's t over replicates",
        n: "replicates with all combinations",
    }
}

fn shapley_sheet(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> ResultTable {
    let value = "Shapley value: what turning the mechanism on adds, averaged over all orders of turning mechanisms on; \
                 values add up to all on less all off";
    let share = "value over the whole difference, all on less all off; below 0 where the mechanism works against it";
    let row = "what a mechanism contributes to a response";
    let mut table = Columns::<(&OfResponse, &str, usize)>::new("shapley", row);
    let of_mechanism = |(of, _, place): (&OfResponse, &str, usize)| {
        let shapley = of.shapley.as_ref()?;
        shapley.values.get(place).copied()
    };
    columns!(table, |(_, response, place)| {
        key "response": "name of the response" => response;
        key "mechanism": "name of the switch" => name(mechanisms[place]);
    });
    table.estimate(about("value", value), of_mechanism);
    columns!(table, |row| {
        "share": share
            => row.0.share(of_mechanism(row)?.mean), missing("the whole difference cannot be told from 0");
    });
    let responses = found.responses.iter().zip(responses);
    table.fill(responses.flat_map(|(of, response)| {
        let places = 0..mechanisms.len();
        places.map(move |place| (of, *response, place))
    }))
}

fn interactions_sheet(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> ResultTable {
    let meaning = "what both add together beyond what they add apart, averaged over combinations of the others: above 0 \
                   they reinforce each other, below 0 one makes the other needless";
    let row = "two mechanisms and a response";
    let mut table = Columns::<(&OfResponse, &str, (usize, usize))>::new("interactions", row);
    columns!(table, |(_, response, pair)| {
        key "response": "name of the response" => response;
        key "mechanism_1": "name of a switch" => name(mechanisms[pair.0]);
        key "mechanism_2": "name of another switch" => name(mechanisms[pair.1]);
    });
    table.estimate(about("value", meaning), |(of, _, pair)| {
        let mut pairs = of.shapley.as_ref()?.interactions.iter();
        pairs.find(|(own, _)| *own == pair).map(|(_, value)| *value)
    });
    let count = mechanisms.len();
    let mut rows = Vec::new();
    for (of, response) in found.responses.iter().zip(responses) {
        let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
        rows.extend(pairs.map(|pair| (of, *response, pair)));
    }
    table.fill(rows)
}

/// Adds the number of a combination, and which mechanisms are on in it.
fn combination_columns<'a, R: Copy + 'a>(
    table: &mut Columns<'a, R>,
    mechanisms: &[&'static Parameter],
    number: impl Fn(R) -> usize + Copy + 'a,
) {
    let meaning = "number of the combination: the sum of 1, 2, 4, ... of the mechanisms that are on, in their order";
    table.column("combination", meaning, number).key();
    for (bit, mechanism) in mechanisms.iter().enumerate() {
        let meaning = format!("whether `{}` is on", mechanism.key);
        table.column(name(mechanism), meaning, move |row| is_on(number(row), bit));
    }
}

fn combinations_sheet(
    found: &Attribution,
    responses: &[&str],
    mechanisms: &[&'static Parameter],
) -> ResultTable {
    let meaning = "mean over the replicates that have all combinations";
    let row = "a response with some mechanisms on and the others off";
    let mut table = Columns::<(usize, &OfResponse, &str)>::new("combinations", row);
    combination_columns(&mut table, mechanisms, |(number, ..)| number);
    columns!(table, |(_, _, response)| {
        key "response": "name of the response" => response;
    });
    table.estimate(about("mean", meaning), |(number, of, _)| {
        of.combinations.get(number).copied().flatten()
    });
    table.fill((0..1 << mechanisms.len()).flat_map(|number| {
        let responses = found.responses.iter().zip(responses);
        responses.map(move |(of, response)| (number, of, *response))
    }))
}

/// `runs.csv`: every run.
pub fn runs_table(
    runs: &RunTable,
    seed: u64,
    responses: Vec<ColumnInfo>,
    mechanisms: &[&'static Parameter],
) -> ResultTable {
    let row = "a run: a combination of mechanisms with the random draws of a replicate";
    let mut table = Columns::<(usize, usize)>::new("runs", row);
    combination_columns(&mut table, mechanisms, |(number, _)| number);
    run_columns(&mut table, runs, seed, responses);
    table.fill((0..runs.points()).flat_map(|number| {
        let replicates = 0..runs.replicates();
        replicates.map(move |replicate| (number, replicate))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
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
    fn game(draws: f64) -> [f64; 4] {
        [draws, 1.0 + draws, 2.0 + draws, 5.0 + draws]
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
    fn draws_that_all_combinations_share_drops_out() {
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
        for result_table in result_tables(&found, &["y"], &switches) {
            for row in &result_table.rows {
                assert_eq!(row.len(), result_table.info.columns.len());
            }
        }
        assert_eq!(found.responses[0].difference, None);
    }
}
