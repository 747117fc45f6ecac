//! An arm of a study: a policy laid over a base, and the world it makes of any design point.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::input::experiment::factor::{Variant, parameter_value};
use crate::input::experiment::worlds::{Laid, Worlds, is_bound};
use crate::input::scenario::Scenario;
use crate::measure::response::{probe::Bound, spec::Responses};
use crate::model::data::{Change, World};
use crate::model::params::{Parameter, Value};
use crate::model::setup::Setup;
use crate::study::identity;

/// The base or a policy.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Name in results.
    pub name: String,
    /// What it lays over its base.
    pub variant: Variant,
    /// What is measured.
    pub responses: Responses,
    worlds: Arc<Worlds>,
    base: Arc<Scenario>,
    /// Its world, where parameters are as its files have them.
    own: Laid,
}

/// A world ready to run, with the places of responses in it.
#[derive(Debug)]
pub struct Ready {
    /// The world, set up.
    pub setup: Setup,
    /// Places of the responses.
    pub bound: Bound,
}

impl Arm {
    /// The arm that lays `variant` over the base of `worlds`.
    ///
    /// # Errors
    /// A sentence with every problem of its world.
    pub fn new(
        name: &str,
        worlds: &Arc<Worlds>,
        variant: &Variant,
        responses: &Responses,
    ) -> Result<Self, String> {
        let base = worlds.scenario(&Variant::default());
        Ok(Arm {
            name: name.to_string(),
            variant: variant.clone(),
            responses: responses.clone(),
            base: base.map_err(|problems| problems.to_string())?,
            own: worlds.lay(variant)?,
            worlds: Arc::clone(worlds),
        })
    }

    /// What decides about its runs, apart from design point and random draws.
    ///
    /// # Errors
    /// A sentence with every problem of its scenario.
    pub fn identity(&self) -> Result<Json, String> {
        let scenario = self.worlds.scenario(&self.variant);
        let scenario = scenario.map_err(|problems| problems.to_string())?;
        Ok(json!({
            "name": self.name,
            "settings": identity::of_settings(&scenario),
            "data_sha256": identity::of_data(&scenario),
            "responses": identity::of_responses(&self.responses),
        }))
    }

    /// Its world, as its files have it.
    pub fn world(&self) -> &World {
        &self.own.world
    }

    /// Makes it ready to run at a design point: what the policy itself decides, dated changes included, stays as it is,
    /// all else is as the point has it. The empty point leaves everything.
    ///
    /// # Errors
    /// A sentence.
    pub fn at(&self, point: &Variant) -> Result<Ready, String> {
        let laid = match self.plain(point) {
            Some(set) => self.lay(&self.left(set))?,
            None => self.worlds.lay(&self.both(point))?,
        };
        let bound = self.responses.bind(&laid.world).map_err(|messages| {
            let messages = messages.into_iter().map(|(_, message)| message);
            messages.collect::<Vec<String>>().join("; ")
        })?;
        Ok(Ready {
            setup: laid.setup()?,
            bound,
        })
    }

    /// The point as values of parameters, where it is nothing else.
    fn plain(&self, point: &Variant) -> Option<Vec<(&'static Parameter, Value)>> {
        if point.scenario.is_some() {
            return None;
        }
        let values = point.set.iter().map(parameter_value);
        let values: Option<Vec<_>> = values.collect();
        values.filter(|values| !values.iter().any(|(parameter, _)| is_bound(parameter)))
    }

    /// Values that the policy does not decide itself.
    fn left(&self, mut set: Vec<(&'static Parameter, Value)>) -> Vec<(&'static Parameter, Value)> {
        set.retain(|(parameter, _)| !self.decides(parameter));
        set
    }

    /// Whether the policy sets the start value of a parameter, or its scenario has another one than the base.
    fn decides(&self, parameter: &Parameter) -> bool {
        let mut own = self.variant.set.iter();
        let value = |world: &World| (parameter.get)(&world.params);
        own.any(|set| set.key == parameter.key)
            || (self.variant.scenario.is_some() && value(self.world()) != value(&self.base.world))
    }

    /// The point with the policy laid over it, to be read as files are.
    fn both(&self, point: &Variant) -> Variant {
        let is_left = |key: &str| {
            let of_parameter = crate::model::params::find(key);
            let decided = of_parameter.is_some_and(|parameter| {
                // A value without a date would end the changes that the policy consists of.
                self.decides(parameter) || self.changes().any(|change| change.parameter.key == key)
            });
            !decided && !self.variant.set.iter().any(|set| set.key == key)
        };
        let left = point.set.iter().filter(|set| is_left(&set.key));
        Variant {
            scenario: self.variant.scenario.clone().or(point.scenario.clone()),
            set: left.chain(&self.variant.set).cloned().collect(),
        }
    }

    /// Its dated changes that the base has not.
    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.world().changes.iter().filter(|change| {
            !self.base.world.changes.iter().any(|other| {
                other.from == change.from
                    && other.parameter.key == change.parameter.key
                    && other.value == change.value
            })
        })
    }

    /// Its world with values of a point: they hold for the whole run, but for changes that are the policy's own.
    fn lay(&self, set: &[(&'static Parameter, Value)]) -> Result<Laid, String> {
        let mut laid = self.own.clone();
        let is_set = |key: &str| set.iter().any(|(parameter, _)| parameter.key == key);
        laid.world.changes.retain(|change| {
            !is_set(change.parameter.key)
                || self
                    .changes()
                    .any(|own| own.from == change.from && own.parameter.key == change.parameter.key)
        });
        for (parameter, value) in set {
            parameter.set(&mut laid.world.params, value)?;
        }
        Ok(laid)
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::input::experiment::{
        Experiment, Treatment, direct::of_scenario, factor::Assignment, reader::Overlay,
    };
    use crate::input::scenario::file_source::FileSource;

    fn scenario(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(name)
    }

    fn variant(set: &[(&str, &str)]) -> Variant {
        Variant {
            scenario: None,
            set: set
                .iter()
                .map(|(key, value)| Assignment {
                    key: key.to_string(),
                    value: value.to_string(),
                    ..Assignment::default()
                })
                .collect(),
        }
    }

    fn experiment(treatments: &[&[(&str, &str)]]) -> Experiment {
        let overlay = Overlay::default();
        let base = scenario("china-2015-2024.toml");
        let mut experiment = of_scenario(&FileSource::default(), &base, &overlay).expect("valid");
        for (number, set) in treatments.iter().enumerate() {
            experiment.treatments.push(Treatment {
                name: format!("t{number}"),
                description: String::new(),
                variant: variant(set),
            });
        }
        experiment
    }

    /// The base and the treatments of an experiment.
    fn arms(experiment: &Experiment) -> Vec<Arm> {
        let treatments = experiment.treatments.iter();
        let variants = treatments.map(|treatment| treatment.variant.clone());
        std::iter::once(Variant::default())
            .chain(variants)
            .map(|variant| Arm::new("arm", &experiment.worlds, &variant, &experiment.responses))
            .collect::<Result<_, _>>()
            .expect("worlds")
    }

    fn intensity(ready: &Ready) -> f64 {
        ready.setup.world().params.tournament.intensity
    }

    #[test]
    fn what_a_treatment_sets_stays_and_all_else_is_the_points() {
        let experiment = experiment(&[
            &[("tournament.intensity", "0")],
            &[("tournament.intensity@2020Q1", "2")],
        ]);
        let arms = arms(&experiment);
        let point = variant(&[("tournament.intensity", "0.5"), ("budgets.precision", "3")]);
        let at = |place: usize| arms[place].at(&point).expect("ready");
        assert_eq!(intensity(&at(0)), 0.5);
        assert_eq!(intensity(&at(1)), 0.0);
        // A dated change starts from where the point is.
        let dated = at(2);
        assert_eq!(intensity(&dated), 0.5);
        let mut changes = dated.setup.world().changes.iter();
        assert!(changes.any(|change| change.parameter.key == "tournament.intensity"));
        for place in 0..3 {
            assert_eq!(at(place).setup.world().params.budgets.precision, 3.0);
        }
    }

    #[test]
    fn a_scenario_keeps_what_it_changes() {
        let mut experiment = experiment(&[]);
        let policies = [scenario("us-silos.toml")];
        experiment.add_policies(&policies).expect("a policy");
        let arms = arms(&experiment);
        let point = variant(&[
            ("policy.imitation_rate_per_quarter", "0.05"),
            ("budgets.retention", "0.5"),
            ("codification.lag_min_quarters", "2"),
        ]);
        // Both ways: by values, and by reading, which the bound parameter asks for.
        for keys in [2, 3] {
            let point = Variant {
                scenario: None,
                set: point.set[..keys].to_vec(),
            };
            let at = |place: usize| arms[place].at(&point).expect("ready");
            let imitation =
                |ready: &Ready| ready.setup.world().params.policy.imitation_rate_per_quarter;
            assert_eq!((imitation(&at(0)), imitation(&at(1))), (0.05, 0.01));
            // Retention has a dated change in the base, which the point's value ends in both.
            for ready in [at(0), at(1)] {
                assert_eq!(ready.setup.world().params.budgets.retention, 0.5);
                let mut changes = ready.setup.world().changes.iter();
                assert!(!changes.any(|change| change.parameter.key == "budgets.retention"));
            }
        }
    }
}
