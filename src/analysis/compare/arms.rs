//! The base and its treatments, and the world of each at a design point.

use crate::analysis::check_quarters;
use crate::input::experiment::factor::parameter_value;
use crate::input::experiment::worlds::is_bound;
use crate::input::experiment::{Experiment, factor::Variant};
use crate::kernel::quarter::Quarter;
use crate::measure::response::{probe::Bound, spec::Responses};
use crate::model::data::{Change, World};
use crate::model::params::{Parameter, Value};
use crate::model::setup::Setup;

/// Name of the base in results.
pub const BASE: &str = "base";

/// The base or a treatment.
#[derive(Debug)]
pub struct Arm {
    /// Name in results.
    pub name: String,
    /// What it does, for readers.
    pub description: String,
    /// What it lays over the base.
    pub variant: Variant,
    /// Its world, where parameters are as its files have them.
    world: World,
}

/// A world ready to run, with the places of responses in it.
#[derive(Debug)]
pub struct Ready {
    /// The world, set up.
    pub setup: Setup,
    /// Places of the responses.
    pub bound: Bound,
    /// First quarter.
    pub start: Quarter,
    /// Number of quarters.
    pub quarters: u32,
}

/// The base first, then treatments in order.
///
/// # Errors
/// A sentence with the name of the treatment that has no world, or other quarters than the base.
pub fn arms(experiment: &Experiment) -> Result<Vec<Arm>, String> {
    let arm = |name: &str, description: &str, variant: &Variant| {
        let world = experiment
            .worlds
            .world(variant)
            .map_err(|message| format!("treatment `{name}`: {message}"))?;
        Ok::<Arm, String>(Arm {
            name: name.to_string(),
            description: description.to_string(),
            variant: variant.clone(),
            world,
        })
    };
    let mut arms = vec![arm(BASE, "", &Variant::default())?];
    for treatment in &experiment.treatments {
        arms.push(arm(
            &treatment.name,
            &treatment.description,
            &treatment.variant,
        )?);
    }
    for arm in &arms {
        check_quarters(&arms[0].world, &arm.world)
            .map_err(|message| format!("treatment `{}`: {message}", arm.name))?;
    }
    Ok(arms)
}

impl Arm {
    /// Makes it ready to run as its files have it.
    ///
    /// # Errors
    /// A sentence.
    pub fn ready(&self, responses: &Responses) -> Result<Ready, String> {
        ready(self.world.clone(), responses)
    }

    /// Makes it ready to run at a design point: what the treatment itself decides stays as it is, all else is as the
    /// point has it.
    ///
    /// # Errors
    /// A sentence.
    pub fn ready_at(
        &self,
        point: &Variant,
        base: &Arm,
        experiment: &Experiment,
    ) -> Result<Ready, String> {
        let world = match self.plain(point) {
            Some(set) => lay(&self.world, &base.world, &self.left(set, base))?,
            None => experiment.worlds.world(&self.both(point, base))?,
        };
        ready(world, &experiment.responses)
    }

    /// How many cities it has.
    pub fn cities(&self) -> usize {
        self.world.cities.len()
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

    /// Values that the treatment does not decide itself.
    fn left(
        &self,
        set: Vec<(&'static Parameter, Value)>,
        base: &Arm,
    ) -> Vec<(&'static Parameter, Value)> {
        let mut set = set;
        set.retain(|(parameter, _)| !self.decides(parameter, base));
        set
    }

    /// Whether the treatment sets the start value of a parameter, or its scenario has another one than the base.
    fn decides(&self, parameter: &Parameter, base: &Arm) -> bool {
        let mut own = self.variant.set.iter();
        let value = |world: &World| (parameter.get)(&world.params);
        own.any(|set| set.key == parameter.key)
            || (self.variant.scenario.is_some() && value(&self.world) != value(&base.world))
    }

    /// The point with the treatment laid over it, to be read as files are.
    fn both(&self, point: &Variant, base: &Arm) -> Variant {
        let is_left = |key: &str| {
            let of_parameter = crate::model::params::find(key);
            let decided = of_parameter.is_some_and(|parameter| {
                // A value without a date would end the changes that the policy consists of.
                self.decides(parameter, base)
                    || own_changes(&self.world, &base.world)
                        .any(|change| change.parameter.key == key)
            });
            !decided && !self.variant.set.iter().any(|set| set.key == key)
        };
        let left = point.set.iter().filter(|set| is_left(&set.key));
        Variant {
            scenario: self.variant.scenario.clone().or(point.scenario.clone()),
            set: left.chain(&self.variant.set).cloned().collect(),
        }
    }
}

/// Changes of a world that the base has not.
fn own_changes<'w>(world: &'w World, base: &'w World) -> impl Iterator<Item = &'w Change> {
    world.changes.iter().filter(|change| {
        !base.changes.iter().any(|other| {
            other.from == change.from
                && other.parameter.key == change.parameter.key
                && other.value == change.value
        })
    })
}

/// A world with values of a point: they hold for the whole run, but for changes that are the treatment's own.
fn lay(world: &World, base: &World, set: &[(&'static Parameter, Value)]) -> Result<World, String> {
    let mut laid = world.clone();
    let is_set = |key: &str| set.iter().any(|(parameter, _)| parameter.key == key);
    let own: Vec<Change> = own_changes(world, base).cloned().collect();
    laid.changes.retain(|change| {
        !is_set(change.parameter.key)
            || own
                .iter()
                .any(|own| own.from == change.from && own.parameter.key == change.parameter.key)
    });
    for (parameter, value) in set {
        parameter.set(&mut laid.params, value)?;
    }
    Ok(laid)
}

fn ready(world: World, responses: &Responses) -> Result<Ready, String> {
    let (start, quarters) = (world.start, world.quarters);
    let bound = responses.bind(&world).map_err(|messages| {
        let messages: Vec<String> = messages.into_iter().map(|(_, message)| message).collect();
        messages.join("; ")
    })?;
    let setup = Setup::new(world).map_err(|error| error.to_string())?;
    Ok(Ready {
        setup,
        bound,
        start,
        quarters,
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::input::experiment::{
        Treatment, direct::of_scenario, factor::Assignment, reader::Overlay,
    };

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
        let mut experiment = of_scenario(&base, &overlay).expect("valid");
        for (number, set) in treatments.iter().enumerate() {
            experiment.treatments.push(Treatment {
                name: format!("t{number}"),
                description: String::new(),
                variant: variant(set),
            });
        }
        experiment
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
        let arms = arms(&experiment).expect("worlds");
        let point = variant(&[("tournament.intensity", "0.5"), ("budgets.precision", "3")]);
        let at = |place: usize| {
            arms[place]
                .ready_at(&point, &arms[0], &experiment)
                .expect("ready")
        };
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
    fn treatments_with_other_quarters_than_the_base_are_refused() {
        for set in [[("run.quarters", "20")], [("run.start", "2016Q1")]] {
            let refused = arms(&experiment(&[&[("budgets.retention", "0.5")], &set]));
            let message = refused.expect_err("other quarters");
            assert!(message.starts_with("treatment `t1`: it has "), "{message}");
            assert!(
                message.ends_with("40 from 2015Q1 on; allowed: the same quarters"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_scenario_keeps_what_it_changes() {
        let mut experiment = experiment(&[]);
        let policies = [scenario("us-silos.toml")];
        experiment.add_policies(&policies).expect("a policy");
        let arms = arms(&experiment).expect("worlds");
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
            let at = |place: usize| {
                arms[place]
                    .ready_at(&point, &arms[0], &experiment)
                    .expect("ready")
            };
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
