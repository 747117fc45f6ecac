//! Experiments without a file of their own: a scenario, policies beside it, and parameters that nobody knows.

use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use crate::input::experiment::factor::{Assignment, Factor, ScenarioFile, Variant};
use crate::input::experiment::points::DesignSpec;
use crate::input::experiment::worlds::Worlds;
use crate::input::experiment::{Experiment, Treatment, reader::Overlay};
use crate::input::scenario::Scenario;
use crate::input::scenario::{
    file_source::FileSource,
    place::Place,
    places::MAX_SCENARIO_BYTES,
    problems::{Problem, Problems},
};
use crate::kernel::text::Ticked;
use crate::measure::response::spec::Responses;
use crate::model::data::{Change, World};
use crate::model::params::{Parameter, table::PARAMETERS};
use crate::table::cell::{PLAIN_CELL, is_plain_cell};

/// Changes of a policy that are listed.
const TOLD: usize = 3;
/// Keys that experiment files have and scenario files do not.
const TELLING: &[&str] = &[
    "scenario",
    "responses",
    "factors",
    "uncertain",
    "design",
    "treatments",
    "objectives",
];

/// Whether a file is an experiment, by its keys. One that cannot be read is taken for a scenario.
pub fn is_experiment(file_source: &FileSource, path: &Path) -> bool {
    let text = file_source.read(path, MAX_SCENARIO_BYTES).ok();
    let Some(text) = text.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return false;
    };
    let (document, _) = DeTable::parse_recoverable(&text);
    let mut keys = document.get_ref().keys();
    keys.any(|key| TELLING.contains(&key.get_ref().as_ref()))
}

/// An experiment over a scenario file, without treatments or factors.
///
/// # Errors
/// Every problem of the scenario, of settings laid over it and of responses.
pub fn of_scenario(
    file_source: &FileSource,
    path: &Path,
    overlay: &Overlay,
) -> Result<Experiment, Problems> {
    let set: Vec<Assignment> = overlay
        .sets
        .iter()
        .map(|argument| Assignment::parse(argument))
        .collect();
    let worlds = Worlds::on(file_source, path, &set);
    let scenario = worlds.scenario(&Variant::default())?;
    let asked = |message: String| Problem {
        place: Place::File("--response".to_string()),
        message,
    };
    let texts = overlay.responses.iter().map(String::as_str);
    let responses = Responses::parse(texts).and_then(|responses| responses.with(&overlay.own));
    let responses = responses.map_err(|message| one(asked(message)))?;
    if let Err(messages) = responses.bind(&scenario.world) {
        let list = messages.into_iter().map(|(_, message)| asked(message));
        return Err(all(list.collect(), path));
    }
    Ok(Experiment {
        name: scenario.name.clone(),
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        base: ScenarioFile {
            written: path.display().to_string(),
            path: path.to_path_buf(),
        },
        set,
        replicates: overlay.replicates.unwrap_or(scenario.replicates),
        seed: overlay.seed.unwrap_or(scenario.seed),
        responses,
        series: false,
        factors: Vec::new(),
        design: None,
        treatments: Vec::new(),
        objectives: Vec::new(),
        worlds: Arc::new(worlds),
        sources: scenario.sources.clone(),
        notes: scenario.notes.clone(),
    })
}

fn one(problem: Problem) -> Problems {
    all(vec![problem], Path::new(""))
}

fn all(list: Vec<Problem>, path: &Path) -> Problems {
    Problems::from_list(list)
        .unwrap_or_else(|| Problems::of_file(path, "the scenario cannot be read"))
}

impl Experiment {
    /// Adds scenario files as treatments, named by file name without ending.
    ///
    /// # Errors
    /// Every problem of the files; two treatments of one name; a response that has no place in a policy.
    pub fn add_policies<P: AsRef<Path>>(&mut self, policies: &[P]) -> Result<(), Problems> {
        let mut problems: Vec<Problem> = Vec::new();
        for path in policies {
            let path = path.as_ref();
            let of_file = |message: String| Problem {
                place: Place::File(path.display().to_string()),
                message,
            };
            let file = ScenarioFile {
                written: path.display().to_string(),
                path: path.to_path_buf(),
            };
            let variant = Variant {
                scenario: Some(file),
                set: Vec::new(),
            };
            let scenario = match self.worlds.scenario(&variant) {
                Ok(scenario) => scenario,
                Err(found) => {
                    let new = found.list().iter().filter(|new| !problems.contains(new));
                    let new: Vec<Problem> = new.cloned().collect();
                    problems.extend(new);
                    continue;
                }
            };
            let name = scenario.name.clone();
            if name == "base" {
                problems.push(of_file(
                    "a policy cannot be named `base`, as the base is; allowed: a file of another name"
                        .to_string(),
                ));
            } else if !is_plain_cell(&name) {
                problems.push(of_file(format!(
                    "{} cannot name a policy; allowed: as the name of its file, {PLAIN_CELL}",
                    Ticked(&name)
                )));
            } else if let Some(other) = self.treatments.iter().find(|other| other.name == name) {
                let written = other.variant.scenario.as_ref();
                let where_else = written.map_or_else(
                    || "a treatment of the experiment".to_string(),
                    |file| file.written.clone(),
                );
                problems.push(of_file(format!(
                    "two policies are named `{name}`, the other is {where_else}; allowed: file names that differ"
                )));
            }
            for (_, message) in self
                .responses
                .bind(&scenario.world)
                .err()
                .unwrap_or_default()
            {
                problems.push(of_file(message));
            }
            self.treatments.push(Treatment {
                name,
                description: self.told(&scenario),
                variant,
            });
        }
        Problems::from_list(problems).map_or(Ok(()), Err)
    }

    /// What a policy is, in its own words: what it inherits from the base tells of the base. Its title, else its
    /// description, else what it changes.
    fn told(&self, policy: &Scenario) -> String {
        let Ok(base) = self.worlds.scenario(&Variant::default()) else {
            return policy.title.clone();
        };
        if policy.title != base.title && policy.title != policy.name {
            return policy.title.clone();
        }
        if policy.description != base.description {
            return policy.description.clone();
        }
        let value = |world: &World, row: &Parameter| (row.get)(&world.params);
        let rows = PARAMETERS
            .iter()
            .filter(|row| value(&policy.world, row) != value(&base.world, row));
        let mut changes: Vec<String> = rows
            .map(|row| format!("{} = {}", row.key, value(&policy.world, row)))
            .collect();
        let dated = policy.world.changes.iter().filter(|change| {
            let is_same = |other: &&Change| {
                (other.from, other.parameter.key, &other.value)
                    == (change.from, change.parameter.key, &change.value)
            };
            !base.world.changes.iter().any(|other| is_same(&other))
        });
        changes.extend(dated.map(|change| {
            format!(
                "{} = {} from {} on",
                change.parameter.key, change.value, change.from
            )
        }));
        let rest = changes.len().saturating_sub(TOLD);
        changes.truncate(TOLD);
        if rest > 0 {
            changes.push(format!("and {rest} more"));
        }
        changes.join("; ")
    }

    /// Crosses the experiment with `points` of a Sobol' sequence over its factors; where it has none, over every
    /// parameter with an uncertain range that is not set and in which treatments do not differ from the base.
    pub fn cross_with_uncertainty(&mut self, points: u64) {
        if self.factors.is_empty() {
            let is_set = |key: &str| {
                self.set
                    .iter()
                    .any(|set| set.key.split('@').next() == Some(key))
            };
            // What is no world is refused elsewhere.
            let base = self.worlds.world(&Variant::default()).ok();
            let treatments: Vec<World> = self
                .treatments
                .iter()
                .filter_map(|treatment| self.worlds.world(&treatment.variant).ok())
                .collect();
            let differs = |row: &Parameter| {
                let value = |world: &World| (row.get)(&world.params);
                let of_base = base.as_ref().map(value);
                treatments.iter().any(|world| Some(value(world)) != of_base)
            };
            let rows = PARAMETERS
                .iter()
                .filter(|row| row.uncertain.is_some() && !is_set(row.key) && !differs(row));
            self.factors = rows.filter_map(Factor::uncertain).collect();
        }
        let seed = match &self.design {
            Some(
                DesignSpec::Sobol { seed, .. }
                | DesignSpec::LatinHypercube { seed, .. }
                | DesignSpec::Saltelli { seed, .. }
                | DesignSpec::Morris { seed, .. },
            ) => *seed,
            _ => 1,
        };
        self.design = Some(DesignSpec::Sobol { points, seed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(name)
    }

    #[test]
    fn files_are_told_apart_by_their_keys() {
        assert!(!is_experiment(
            &FileSource::default(),
            &scenario("us-silos.toml")
        ));
        assert!(is_experiment(
            &FileSource::default(),
            &scenario("experiments/tournament-comparability.toml")
        ));
        assert!(!is_experiment(
            &FileSource::default(),
            &scenario("none.toml")
        ));
    }

    #[test]
    fn a_scenario_with_policies_is_an_experiment() {
        let overlay = Overlay {
            sets: vec!["run.quarters=8".to_string()],
            replicates: Some(3),
            ..Overlay::default()
        };
        let path = scenario("china-2015-2024.toml");
        let mut experiment =
            of_scenario(&FileSource::default(), &path, &overlay).expect("an experiment");
        assert_eq!(experiment.replicates, 3);
        let policy = scenario("us-silos.toml");
        experiment.add_policies(&[&policy]).expect("a policy");
        assert_eq!(experiment.treatments[0].name, "us-silos");
        let world = experiment.worlds.world(&experiment.treatments[0].variant);
        assert_eq!(world.map(|world| world.quarters), Ok(8));
        let refused = experiment
            .add_policies(&[&policy])
            .expect_err("a name twice");
        assert!(
            refused
                .to_string()
                .contains("two policies are named `us-silos`")
        );
    }

    #[test]
    fn a_policy_is_told_by_its_own_words_or_what_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = scenario("china-2015-2024.toml");
        let write = |name: &str, lines: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("extends = {base:?}\n{lines}")).expect("written");
            path
        };
        let policies = [
            write(
                "titled.toml",
                "title = \"No tournament\"\n[mechanisms]\ntournament = false\n",
            ),
            write(
                "told.toml",
                "description = \"It has none\"\n[mechanisms]\ntournament = false\n",
            ),
            write("bare.toml", "[mechanisms]\ntournament = false\n"),
            write(
                "dated.toml",
                "[[changes]]\nfrom = \"2018Q1\"\nset = { budgets.retention = 0.6 }\n",
            ),
            write("same.toml", ""),
        ];
        let mut experiment =
            of_scenario(&FileSource::default(), &base, &Overlay::default()).expect("an experiment");
        experiment.add_policies(&policies).expect("policies");
        let told: Vec<&str> = experiment
            .treatments
            .iter()
            .map(|own| own.description.as_str())
            .collect();
        assert_eq!(
            told,
            [
                "No tournament",
                "It has none",
                "mechanisms.tournament = false",
                "budgets.retention = 0.6 from 2018Q1 on",
                ""
            ]
        );
    }

    #[test]
    fn what_is_set_is_not_uncertain() {
        let overlay = Overlay {
            sets: vec!["tournament.intensity=2".to_string()],
            ..Overlay::default()
        };
        let path = scenario("china-2015-2024.toml");
        let mut experiment =
            of_scenario(&FileSource::default(), &path, &overlay).expect("an experiment");
        let policy = scenario("us-silos.toml");
        experiment.add_policies(&[policy]).expect("a policy");
        experiment.cross_with_uncertainty(16);
        let has = |key: &str| experiment.factors.iter().any(|factor| factor.name == key);
        assert!(!has("tournament.intensity") && has("tournament.comparability"));
        // What the policy decides is not uncertain either.
        assert!(!has("policy.imitation_rate_per_quarter"));
    }
}
