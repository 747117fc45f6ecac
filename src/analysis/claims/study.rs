//! The distinct worlds that claims and comparisons need: one that several need is run once.

use std::path::PathBuf;

use crate::analysis::check_quarters;
use crate::input::claims::{Claim, Comparison, Design, Part, Register, label};
use crate::input::experiment::{
    factor::{ScenarioFile, Variant},
    worlds::Worlds,
};
use crate::kernel::quarter::Quarter;
use crate::measure::response::{
    probe::Bound,
    spec::{Response, Responses},
};
use crate::model::data::World;
use crate::model::setup::Setup;

/// A world that is run, with what is measured in it.
#[derive(Debug)]
pub struct Arm {
    /// What it lays over its base, in words.
    pub name: String,
    /// Place of its base among [`Study::worlds`].
    pub base: usize,
    /// What it lays over it.
    pub variant: Variant,
    /// What is measured.
    pub responses: Vec<Response>,
    /// Its world.
    pub world: World,
}

/// A world ready to run.
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

/// Where a response is read: arm, and place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Place of the arm.
    pub arm: usize,
    /// Place of the response in it.
    pub response: usize,
}

/// What a part of a claim reads, run by run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Place of the claim.
    pub claim: usize,
    /// Place of the part in it.
    pub part: usize,
    /// Response, and what is subtracted: of treatment and control, of the one world, or of all levels.
    pub readings: Vec<(Reading, Option<Reading>)>,
    /// What a step costs, by level; empty where nothing is divided by.
    pub costs: Vec<Reading>,
}

/// What a side of a comparison reads; the base first.
#[derive(Clone, Debug)]
pub struct Sides {
    /// Place of the comparison.
    pub comparison: usize,
    /// By side, the base first, and response.
    pub readings: Vec<Vec<Reading>>,
}

/// Everything that is run.
#[derive(Debug)]
pub struct Study {
    /// Claims and comparisons.
    pub register: Register,
    /// Worlds over each base.
    pub worlds: Vec<Worlds>,
    bases: Vec<ScenarioFile>,
    /// Distinct worlds.
    pub arms: Vec<Arm>,
    /// Parts of claims, in order.
    pub plans: Vec<Plan>,
    /// Comparisons, in order.
    pub sides: Vec<Sides>,
    /// Picks the luck.
    pub seed: u64,
    /// Files that were read.
    pub sources: Vec<(PathBuf, String)>,
}

impl Study {
    /// The study of a register.
    ///
    /// # Errors
    /// A sentence about a world that cannot be read.
    pub fn new(register: Register, seed: Option<u64>) -> Result<Self, String> {
        let mut study = Study {
            worlds: Vec::new(),
            bases: Vec::new(),
            arms: Vec::new(),
            plans: Vec::new(),
            sides: Vec::new(),
            seed: seed.unwrap_or(1),
            sources: register.sources.clone(),
            register: Register::default(),
        };
        for (number, claim) in register.claims.iter().enumerate() {
            for part in 0..claim.parts.len() {
                let plan = study.plan(number, part, claim)?;
                study.plans.push(plan);
            }
        }
        for (number, comparison) in register.comparisons.iter().enumerate() {
            let sides = study.comparison(number, comparison)?;
            study.sides.push(sides);
        }
        if let (None, Some(worlds)) = (seed, study.worlds.first()) {
            let scenario = worlds.scenario(&Variant::default());
            study.seed = scenario.map_or(1, |scenario| scenario.seed);
        }
        study.register = register;
        Ok(study)
    }

    fn plan(&mut self, number: usize, part: usize, claim: &Claim) -> Result<Plan, String> {
        let Part {
            design,
            response,
            minus,
            ..
        } = &claim.parts[part];
        let mut readings = Vec::new();
        for variant in design.variants() {
            let own = self.reading(&claim.base, variant, response)?;
            let minus = match minus {
                Some(minus) => Some(self.reading(&claim.base, variant, minus)?),
                None => None,
            };
            readings.push((own, minus));
        }
        let mut costs = Vec::new();
        if let Design::Steps {
            levels,
            per: Some(per),
        } = design
        {
            for (_, variant) in levels {
                costs.push(self.reading(&claim.base, variant, per)?);
            }
        }
        self.check_quarters(readings.iter().map(|(own, _)| own.arm))?;
        Ok(Plan {
            claim: number,
            part,
            readings,
            costs,
        })
    }

    /// Refuses arms that are held against each other over other quarters.
    fn check_quarters(&self, arms: impl Iterator<Item = usize>) -> Result<(), String> {
        let arms: Vec<&Arm> = arms.map(|arm| &self.arms[arm]).collect();
        arms.windows(2).try_for_each(|two| {
            check_quarters(&two[0].world, &two[1].world)
                .map_err(|message| format!("{}: {message}", two[1].name))
        })
    }

    fn comparison(&mut self, number: usize, comparison: &Comparison) -> Result<Sides, String> {
        let base = Variant::default();
        let variants = std::iter::once(&base).chain(comparison.sides.iter().map(|side| &side.1));
        let mut readings = Vec::new();
        for variant in variants {
            let row: Result<Vec<Reading>, String> = comparison
                .responses
                .iter()
                .map(|response| self.reading(&comparison.base, variant, response))
                .collect();
            readings.push(row?);
        }
        self.check_quarters(readings.iter().flatten().map(|reading| reading.arm))?;
        Ok(Sides {
            comparison: number,
            readings,
        })
    }

    /// Where a response of a variant is read; arm and response are added where they are new.
    fn reading(
        &mut self,
        base: &ScenarioFile,
        variant: &Variant,
        response: &Response,
    ) -> Result<Reading, String> {
        let base = match self.bases.iter().position(|known| known.path == base.path) {
            Some(place) => place,
            None => {
                self.bases.push(base.clone());
                self.worlds.push(Worlds::new(&base.path, &[]));
                self.bases.len() - 1
            }
        };
        let known = |arm: &Arm| arm.base == base && arm.variant == *variant;
        let arm = match self.arms.iter().position(known) {
            Some(place) => place,
            None => {
                let world = self.worlds[base].world(variant)?;
                if let Ok(scenario) = self.worlds[base].scenario(variant) {
                    for source in &scenario.sources {
                        if !self.sources.contains(source) {
                            self.sources.push(source.clone());
                        }
                    }
                }
                let mut name = label(variant);
                if base > 0 {
                    name = format!("{}: {name}", self.bases[base].written);
                }
                self.arms.push(Arm {
                    name,
                    base,
                    variant: variant.clone(),
                    responses: Vec::new(),
                    world,
                });
                self.arms.len() - 1
            }
        };
        let list = &mut self.arms[arm].responses;
        let known = |other: &Response| other.text == response.text;
        let response = match list.iter().position(known) {
            Some(place) => place,
            None => {
                list.push(response.clone());
                list.len() - 1
            }
        };
        Ok(Reading { arm, response })
    }

    /// The arm of the base that the first claims lie over, if it is run.
    pub fn base_arm(&self) -> Option<usize> {
        let is_base = |arm: &Arm| arm.base == 0 && arm.variant == Variant::default();
        self.arms.iter().position(is_base)
    }

    /// All arms, ready to run as their files have them.
    ///
    /// # Errors
    /// A sentence.
    pub fn ready(&self) -> Result<Vec<Ready>, String> {
        let own = |arm: &Arm| ready(arm, arm.world.clone());
        self.arms.iter().map(own).collect()
    }

    /// Plans by claim.
    pub fn plans_of(&self, claim: usize) -> impl Iterator<Item = (usize, &Plan)> {
        let plans = self.plans.iter().enumerate();
        plans.filter(move |(_, plan)| plan.claim == claim)
    }

    /// The part of a plan.
    pub fn part(&self, plan: &Plan) -> &Part {
        &self.register.claims[plan.claim].parts[plan.part]
    }

    /// Arms in which claims, not only comparisons, read something.
    pub fn arms_of_claims(&self) -> Vec<bool> {
        let mut used = vec![false; self.arms.len()];
        for plan in &self.plans {
            let own = plan
                .readings
                .iter()
                .flat_map(|(own, minus)| [Some(*own), *minus]);
            for reading in own.flatten().chain(plan.costs.iter().copied()) {
                used[reading.arm] = true;
            }
        }
        used
    }
}

/// An arm in a world.
///
/// # Errors
/// A sentence.
pub fn ready(arm: &Arm, world: World) -> Result<Ready, String> {
    let (start, quarters) = (world.start, world.quarters);
    // Names tell responses apart, texts do so by themselves: two texts may make one name.
    let mut list = arm.responses.clone();
    for (place, response) in list.iter_mut().enumerate() {
        response.name = format!("r{place}");
    }
    let sentence = |message: String| format!("{}: {message}", arm.name);
    let bound = Responses::new(list).map_err(sentence)?;
    let bound = bound.bind(&world).map_err(|messages| {
        let messages: Vec<String> = messages.into_iter().map(|(_, message)| message).collect();
        sentence(messages.join("; "))
    })?;
    let setup = Setup::new(world).map_err(|error| sentence(error.to_string()))?;
    Ok(Ready {
        setup,
        bound,
        start,
        quarters,
    })
}
