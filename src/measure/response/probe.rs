//! Watches a run and reads its responses.

use crate::measure::outcomes::Scope;
use crate::measure::reading::{Terms, sum};
use crate::measure::response::derived::{DERIVED, Derived, Place};
use crate::measure::response::quantity::{Quantity, Source};
use crate::measure::response::spec::Responses;
use crate::measure::response::watch::Watch;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes, SectorSeen};
use crate::model::data::World;
use crate::model::record::Journal;
use crate::model::run::Run;

/// Responses with their places in a world.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// Two for each response: above and below the line.
    parts: Vec<[Option<Part>; 2]>,
    /// First and last quarter of each, from 0.
    periods: Vec<(u32, u32)>,
}

#[derive(Clone, Debug)]
struct Part {
    source: Source,
    terms: Terms,
    city: usize,
    sector: usize,
    /// First quarter of the period.
    since: u32,
    is_flow: bool,
    /// Passes over the cities that it needs.
    passes: Passes,
}

impl Part {
    fn new(quantity: &Quantity, since: u32, world: &World) -> Result<Self, String> {
        let (city, sector) = quantity.rows(world)?;
        Ok(Part {
            source: quantity.source,
            terms: quantity.terms.clone(),
            city,
            sector,
            since,
            is_flow: quantity.is_flow,
            passes: quantity.passes(),
        })
    }

    /// What it reads where it is no column.
    fn derived(&self) -> Option<&'static Derived> {
        let (_, index) = self.terms.first()?;
        DERIVED
            .get(*index)
            .filter(|_| self.source == Source::Derived)
    }

    /// Its value in the quarter just done with the weight it has in a mean over quarters; none where it is missing.
    fn read(
        &self,
        run: &Run<'_>,
        nation: Option<&NationSeen>,
        watch: &Watch,
    ) -> Option<(f64, f64)> {
        fn of<S: Scope>(terms: &Terms, run: &Run<'_>, seen: &S) -> Option<f64> {
            sum(S::outcomes(), terms, run, seen)
        }
        let (terms, city, sector) = (&self.terms, self.city, self.sector);
        let value = match self.source {
            Source::Derived => {
                let since = self.since;
                let place = Place {
                    city,
                    sector,
                    since,
                };
                return (self.derived()?.read)(run, watch, place);
            }
            Source::National => of(terms, run, nation?),
            Source::Cities => of(terms, run, &CitySeen::of(run, city)),
            Source::Sectors => of(terms, run, &SectorSeen::of(run, sector)),
            Source::Allocations => of(terms, run, &AllocationSeen::of(run, city, sector)),
        };
        value.map(|value| (value, 1.0))
    }
}

impl Responses {
    /// Finds cities, sectors and quarters in a world.
    ///
    /// # Errors
    /// A sentence for each response that has no place in it, with the place of the response.
    pub fn bind(&self, world: &World) -> Result<Bound, Vec<(usize, String)>> {
        Bound::new(self, world)
    }
}

impl Bound {
    fn new(responses: &Responses, world: &World) -> Result<Self, Vec<(usize, String)>> {
        let mut bound = Bound::default();
        let mut problems = Vec::new();
        for (row, response) in responses.list().iter().enumerate() {
            let period = response.period.quarters(world);
            let since = period.as_ref().map_or(0, |(first, _)| *first);
            let above = Part::new(&response.above, since, world);
            let below = response
                .below
                .as_ref()
                .map(|below| Part::new(below, since, world))
                .transpose();
            match (period, above, below) {
                (Ok(period), Ok(above), Ok(below)) => {
                    bound.parts.push([Some(above), below]);
                    bound.periods.push(period);
                }
                (period, above, below) => {
                    let messages = [period.err(), above.err(), below.err()];
                    let mut seen: Vec<String> = messages.into_iter().flatten().collect();
                    seen.dedup();
                    problems.extend(
                        seen.into_iter().map(|message| {
                            (row, format!("response `{}`: {message}", response.name))
                        }),
                    );
                }
            }
        }
        if problems.is_empty() {
            Ok(bound)
        } else {
            Err(problems)
        }
    }
}

/// Reads the responses of one run after the other, keeping its memory.
#[derive(Clone, Debug)]
pub struct Probe {
    bound: Bound,
    /// Sums of values and of weights over quarters that count, above and below the line of each response.
    sums: Vec<[(f64, f64); 2]>,
    /// What has happened so far, where a response asks for it.
    watch: Option<Watch>,
    /// Stands for it where none does.
    nothing: Watch,
    /// Whether each quarter's value is kept.
    keeps_series: bool,
    /// Value of each response in each quarter, quarter by quarter.
    series: Vec<Option<f64>>,
}

impl Probe {
    /// A probe for runs of one world. `keeps_series`: each quarter's value is kept, too.
    pub fn new(bound: Bound, keeps_series: bool) -> Self {
        let sums = vec![[(0.0, 0.0); 2]; bound.parts.len()];
        let mut parts = bound.parts.iter().flatten().flatten();
        let watches = parts.any(|part| part.derived().is_some_and(|derived| derived.watches));
        Probe {
            watch: watches.then(Watch::default),
            nothing: Watch::default(),
            bound,
            sums,
            keeps_series,
            series: Vec::new(),
        }
    }

    /// Forgets the last run and looks at one that stands at its start.
    pub fn begin(&mut self, run: &Run<'_>) {
        self.sums.fill([(0.0, 0.0); 2]);
        self.series.clear();
        if let Some(watch) = &mut self.watch {
            watch.begin(run);
        }
    }

    /// The journal for the next step; none where no response asks for events. It is empty.
    pub fn journal(&mut self) -> Option<&mut Journal> {
        self.watch.as_mut().map(Watch::journal)
    }

    /// Whether the step that does quarter `quarter`, from 0, must keep the parts of cities' spending.
    pub fn needs_detail(&self, quarter: u32) -> bool {
        self.active(quarter).any(|(_, part)| {
            part.iter()
                .flatten()
                .any(|part| matches!(part.source, Source::Cities | Source::Allocations))
        })
    }

    fn active(&self, quarter: u32) -> impl Iterator<Item = (usize, &[Option<Part>; 2])> {
        let counts = move |(first, last): &(u32, u32)| {
            self.keeps_series || (*first..=*last).contains(&quarter)
        };
        self.bound
            .parts
            .iter()
            .zip(&self.bound.periods)
            .enumerate()
            .filter(move |(_, (_, period))| counts(period))
            .map(|(row, (parts, _))| (row, parts))
    }

    /// Reads the quarter that the run has just done.
    pub fn observe(&mut self, run: &mut Run<'_>) {
        let quarter = run.quarter().saturating_sub(1);
        if let Some(watch) = &mut self.watch {
            watch.take(run, quarter);
        }
        if self.active(quarter).next().is_none() {
            return;
        }
        let mut wanted: Option<Passes> = None;
        for (_, parts) in self.active(quarter) {
            let national = parts.iter().flatten();
            for part in national.filter(|part| part.source == Source::National) {
                wanted = Some(wanted.unwrap_or_default().and(part.passes));
            }
        }
        let nation = wanted.map(|passes| NationSeen::of(run, passes));
        let run = &*run;
        let watch = self.watch.as_ref().unwrap_or(&self.nothing);
        for row in 0..self.bound.parts.len() {
            let (first, last) = self.bound.periods[row];
            let is_inside = (first..=last).contains(&quarter);
            if !is_inside && !self.keeps_series {
                continue;
            }
            let [above, below] = &self.bound.parts[row];
            let values = [above, below].map(|part| {
                part.as_ref()
                    .map(|part| part.read(run, nation.as_ref(), watch))
            });
            if is_inside {
                for (sum, value) in self.sums[row].iter_mut().zip(values) {
                    if let Some(Some((value, weight))) = value {
                        sum.0 += value;
                        sum.1 += weight;
                    }
                }
            }
            if self.keeps_series {
                let now = |value: (f64, f64)| {
                    let is_plain = value.1 == 1.0;
                    if is_plain {
                        Some(value.0)
                    } else {
                        ratio(value.0, value.1)
                    }
                };
                self.series.push(match values {
                    [Some(Some(above)), None] => now(above),
                    [Some(Some(above)), Some(Some(below))] => now(above)
                        .zip(now(below))
                        .and_then(|(above, below)| ratio(above, below)),
                    _ => None,
                });
            }
        }
    }

    /// The responses of the run, in order; none where nothing could be read.
    pub fn finish(&self, out: &mut Vec<Option<f64>>) {
        out.clear();
        for (sums, parts) in self.sums.iter().zip(&self.bound.parts) {
            let mean_or_sum = |place: usize| {
                let (sum, weight) = sums[place];
                let is_flow = parts[place].as_ref().is_some_and(|part| part.is_flow);
                (weight > 0.0).then(|| if is_flow { sum } else { sum / weight })
            };
            out.push(match &parts[1] {
                None => mean_or_sum(0),
                Some(_) => mean_or_sum(0)
                    .zip(mean_or_sum(1))
                    .and_then(|(above, below)| ratio(above, below)),
            });
        }
    }

    /// Values by quarter and response, quarter by quarter.
    pub fn series(&self) -> &[Option<f64>] {
        &self.series
    }
}

/// A ratio; none where it has no value.
fn ratio(above: f64, below: f64) -> Option<f64> {
    let ratio = above / below;
    ratio.is_finite().then_some(ratio)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::input::scenario;
    use crate::kernel::random::Luck;
    use crate::measure::outcomes::{self, ids::national as ids};
    use crate::measure::response::quantity::columns;
    use crate::model::setup::Setup;

    #[test]
    fn each_column_read_alone_is_that_of_all_outcomes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let scenario = scenario::load(&path, &["run.quarters=6".to_string()]).expect("valid");
        let setup = Setup::new(scenario.world).expect("valid");
        let luck = Luck {
            seed: 1,
            replicate: 0,
        };
        let mut run = Run::new(&setup, luck);
        for _ in 0..6 {
            run.step(None).expect("a quarter");
        }
        let nation = NationSeen::of(&mut run, Passes::ALL);
        for outcome in NationSeen::outcomes() {
            let responses = Responses::parse([outcome.column.name]).expect("a column");
            let bound = responses.bind(setup.world()).expect("bound");
            let mut probe = Probe::new(bound, true);
            probe.observe(&mut run);
            let alone = outcome.column.number(&run, &nation);
            assert_eq!(probe.series(), [alone], "{}", outcome.column.name);
        }
        assert!(columns("national").contains(&"peer_excess"));
    }

    #[test]
    fn flows_are_summed_levels_averaged_and_ratios_are_of_sums() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let scenario = scenario::load(&path, &["run.quarters=6".to_string()]).expect("valid");
        let setup = Setup::new(scenario.world).expect("valid");
        let luck = Luck {
            seed: 1,
            replicate: 0,
        };
        let texts = [
            "spending_cny_mn@2015",
            "competitiveness@2015",
            "duplicated_share@2015",
        ];
        let responses = Responses::parse(texts).expect("columns");
        let bound = responses.bind(setup.world()).expect("bound");
        let mut probe = Probe::new(bound, false);
        let mut run = Run::new(&setup, luck);
        let (mut spent, mut level, mut duplicated) = (0.0, 0.0, 0.0);
        for quarter in 0..6 {
            run.step(None).expect("a quarter");
            probe.observe(&mut run);
            if quarter < 4 {
                let nation = outcomes::nation(&mut run);
                spent += nation.get(ids::spending_cny_mn);
                level += nation.get(ids::competitiveness);
                duplicated += nation.get(ids::duplicated_cny_mn);
            }
        }
        let mut values = Vec::new();
        probe.finish(&mut values);
        assert_eq!(
            values,
            [Some(spent), Some(level / 4.0), Some(duplicated / spent)]
        );
    }
}
