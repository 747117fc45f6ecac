//! Watches a run and reads its responses.

use crate::measure::response::now::{Asked, Now};
use crate::measure::response::part::{Part, of_quarter, ratio};
use crate::measure::response::quantity::Source;
use crate::measure::response::spec::Responses;
use crate::measure::response::watch::Watch;
use crate::measure::seen::{NationSeen, Passes};
use crate::model::data::World;
use crate::model::record::EventLog;
use crate::model::run::Run;

/// Responses with their places in a world.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// Two for each response: above and below the line.
    parts: Vec<[Option<Part>; 2]>,
    /// First and last quarter of each, from 0.
    periods: Vec<(u32, u32)>,
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
    /// What somebody else's code asked for so far.
    asked: Asked,
    /// Why somebody else's code cannot go on.
    failure: Option<String>,
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
            asked: Asked::default(),
            failure: None,
        }
    }

    /// Why somebody else's code cannot go on; none where it can.
    pub fn failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    /// Forgets the last run and looks at one that stands at its start.
    pub fn begin(&mut self, run: &Run<'_>) {
        self.sums.fill([(0.0, 0.0); 2]);
        self.series.clear();
        if let Some(watch) = &mut self.watch {
            watch.begin(run);
        }
    }

    /// The event log for the next step; none where no response asks for events. It is empty.
    pub fn event_log(&mut self) -> Option<&mut EventLog> {
        self.watch.as_mut().map(Watch::event_log)
    }

    /// Whether the step that does quarter `quarter`, from 0, must keep the parts of cities' spending.
    pub fn needs_detail(&self, quarter: u32) -> bool {
        self.active(quarter).any(|(_, part)| {
            part.iter().flatten().any(|part| {
                matches!(
                    part.source,
                    Source::Cities | Source::Allocations | Source::Own
                )
            })
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
            let national = |part: &&Part| matches!(part.source, Source::National | Source::Own);
            for part in parts.iter().flatten().filter(national) {
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
                let part = part.as_ref()?;
                let (Some(own), Some(nation)) = (&part.own, &nation) else {
                    return Some(part.read(run, nation.as_ref(), watch));
                };
                let now = Now {
                    run,
                    nation,
                    asked: &self.asked,
                };
                let value = own.read(&now).unwrap_or_else(|message| {
                    self.failure.get_or_insert(message);
                    None
                });
                Some(value.map(|value| (value, 1.0)))
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
                self.series.push(of_quarter(values));
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::input::scenario;
    use crate::kernel::random::Draws;
    use crate::measure::outcomes::{self, Scope, ids::national as ids};
    use crate::measure::response::quantity::columns;
    use crate::model::setup::Setup;

    #[test]
    fn each_column_read_alone_is_that_of_all_outcomes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let scenario = scenario::load(&path, &["run.quarters=6".to_string()]).expect("valid");
        let setup = Setup::new(scenario.world).expect("valid");
        let draws = Draws {
            seed: 1,
            replicate: 0,
        };
        let mut run = Run::new(&setup, draws);
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
        let draws = Draws {
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
        let mut run = Run::new(&setup, draws);
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
