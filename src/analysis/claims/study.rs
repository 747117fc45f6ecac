//! The distinct worlds that claims and comparisons need: one that several need is run once.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::check_quarters;
use crate::input::claims::{Claim, Comparison, Design, Part, Register, label};
use crate::input::experiment::{
    factor::{ScenarioFile, Variant},
    worlds::Worlds,
};
use crate::input::scenario::file_source::FileSource;
use crate::measure::response::spec::{Response, Responses};
use crate::study::arm::Arm;
use crate::study::execute;
use crate::study::stage::{Order, PointList, Stage};

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

/// What an arm of a comparison reads; the base first.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Place of the comparison.
    pub comparison: usize,
    /// By arm, the base first, and response.
    pub readings: Vec<Vec<Reading>>,
}

/// Everything that is run.
pub struct Study {
    /// Claims and comparisons.
    pub register: Register,
    /// Worlds over each base.
    pub worlds: Vec<Arc<Worlds>>,
    /// Distinct worlds with what is measured in them, and their random draws.
    pub runs: Arc<execute::Study>,
    /// Parts of claims, in order.
    pub plans: Vec<Plan>,
    /// Comparisons, in order.
    pub compared: Vec<Compared>,
    /// Place of the arm of the base that the first claims lie over, if it is run.
    pub base_arm: Option<usize>,
    /// Files that were read.
    pub sources: Vec<(PathBuf, String)>,
}

/// Arms as they are found.
#[derive(Default)]
struct Drafts {
    bases: Vec<ScenarioFile>,
    arms: Vec<Draft>,
}

/// An arm to be.
struct Draft {
    /// Place of its base.
    base: usize,
    /// What it lays over it.
    variant: Variant,
    /// What is measured.
    responses: Vec<Response>,
}

impl Study {
    /// The study of a register.
    ///
    /// # Errors
    /// A sentence about a world that cannot be read or set up.
    pub fn new(
        file_source: &FileSource,
        register: Register,
        seed: Option<u64>,
    ) -> Result<Self, String> {
        let mut drafts = Drafts::default();
        let mut plans = Vec::new();
        for (number, claim) in register.claims.iter().enumerate() {
            let parts = 0..claim.parts.len();
            plans.extend(parts.map(|part| drafts.plan(number, part, claim)));
        }
        let comparisons = register.comparisons.iter().enumerate();
        let compared: Vec<Compared> = comparisons
            .map(|(number, comparison)| drafts.comparison(number, comparison))
            .collect();
        let worlds = drafts.bases.iter();
        let worlds: Vec<Arc<Worlds>> = worlds
            .map(|base| Arc::new(Worlds::on(file_source, &base.path, &[])))
            .collect();
        let mut sources = register.sources.clone();
        let mut arms = Vec::new();
        for draft in &drafts.arms {
            arms.push(draft.arm(&drafts.bases, &worlds)?);
            let Ok(scenario) = worlds[draft.base].scenario(&draft.variant) else {
                continue;
            };
            for source in &scenario.sources {
                if !sources.contains(source) {
                    sources.push(source.clone());
                }
            }
        }
        let of_base = || Some(worlds.first()?.scenario(&Variant::default()).ok()?.seed);
        let study = Study {
            base_arm: drafts.arms.iter().position(Draft::is_base),
            runs: Arc::new(execute::Study::new(
                arms,
                seed.or_else(of_base).unwrap_or(1),
            )),
            register,
            worlds,
            plans,
            compared,
            sources,
        };
        study.check()?;
        Ok(study)
    }

    /// Refuses arms that are held against each other over other quarters, or that cannot be set up.
    fn check(&self) -> Result<(), String> {
        let of_plans = self.plans.iter().map(|plan| {
            let readings = plan.readings.iter();
            readings.map(|(own, _)| own.arm).collect::<Vec<usize>>()
        });
        let of_compared = self.compared.iter().map(|compared| {
            let readings = compared.readings.iter().flatten();
            readings.map(|reading| reading.arm).collect()
        });
        for together in of_plans.chain(of_compared) {
            for two in together.windows(2) {
                let [first, second] = [two[0], two[1]].map(|place| &self.runs.arms[place]);
                check_quarters(first.world(), second.world())
                    .map_err(|message| format!("{}: {message}", second.name))?;
            }
        }
        for arm in &self.runs.arms {
            let ready = arm.at(&Variant::default());
            ready.map_err(|message| format!("{}: {message}", arm.name))?;
        }
        Ok(())
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
    pub fn arms_of_claims(&self) -> Vec<usize> {
        let mut used = vec![false; self.runs.arms.len()];
        for plan in &self.plans {
            let own = plan
                .readings
                .iter()
                .flat_map(|(own, minus)| [Some(*own), *minus]);
            for reading in own.flatten().chain(plan.costs.iter().copied()) {
                used[reading.arm] = true;
            }
        }
        (0..used.len()).filter(|place| used[*place]).collect()
    }

    /// All arms as their files have them, with so many replicates.
    pub fn own_stage(&self, replicates: u32) -> Stage {
        Stage {
            points: PointList::Own,
            replicates: 0..u64::from(replicates),
            arms: (0..self.runs.arms.len()).collect(),
            order: Order::ByPoint,
            keeps_series: true,
        }
    }
}

impl Drafts {
    fn plan(&mut self, number: usize, part: usize, claim: &Claim) -> Plan {
        let Part {
            design,
            response,
            minus,
            ..
        } = &claim.parts[part];
        let mut readings = Vec::new();
        for variant in design.variants() {
            let own = self.reading(&claim.base, variant, response);
            let minus = minus.as_ref();
            readings.push((
                own,
                minus.map(|minus| self.reading(&claim.base, variant, minus)),
            ));
        }
        let mut costs = Vec::new();
        if let Design::Steps {
            levels,
            per: Some(per),
        } = design
        {
            for (_, variant) in levels {
                costs.push(self.reading(&claim.base, variant, per));
            }
        }
        Plan {
            claim: number,
            part,
            readings,
            costs,
        }
    }

    fn comparison(&mut self, number: usize, comparison: &Comparison) -> Compared {
        let base = Variant::default();
        let variants = std::iter::once(&base).chain(comparison.arms.iter().map(|arm| &arm.1));
        let mut readings = Vec::new();
        for variant in variants {
            let responses = comparison.responses.iter();
            readings.push(
                responses
                    .map(|response| self.reading(&comparison.base, variant, response))
                    .collect(),
            );
        }
        Compared {
            comparison: number,
            readings,
        }
    }

    /// Where a response of a variant is read; base, arm and response are added where they are new.
    fn reading(&mut self, base: &ScenarioFile, variant: &Variant, response: &Response) -> Reading {
        let base = place_of(
            &mut self.bases,
            |known| known.path == base.path,
            || base.clone(),
        );
        let arm = place_of(
            &mut self.arms,
            |known| known.base == base && known.variant == *variant,
            || Draft {
                base,
                variant: variant.clone(),
                responses: Vec::new(),
            },
        );
        let response = place_of(
            &mut self.arms[arm].responses,
            |known| known.text == response.text,
            || response.clone(),
        );
        Reading { arm, response }
    }
}

/// The place of what is looked for, which is added where it is missing.
fn place_of<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    list.iter().position(is_it).unwrap_or_else(|| {
        list.push(make());
        list.len() - 1
    })
}

impl Draft {
    fn is_base(&self) -> bool {
        self.base == 0 && self.variant == Variant::default()
    }

    fn arm(&self, bases: &[ScenarioFile], worlds: &[Arc<Worlds>]) -> Result<Arm, String> {
        let mut name = label(&self.variant);
        if self.base > 0 {
            name = format!("{}: {name}", bases[self.base].written);
        }
        // Names tell responses apart, texts do so by themselves: two texts may make one name.
        let mut list = self.responses.clone();
        for (place, response) in list.iter_mut().enumerate() {
            response.name = format!("r{place}");
        }
        let responses = Responses::new(list).map_err(|message| format!("{name}: {message}"))?;
        Arm::new(&name, &worlds[self.base], &self.variant, &responses)
    }
}
