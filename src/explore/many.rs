//! Replicates of one side or two on the same luck, told while they run.

use rayon::prelude::*;

use crate::explore::answers::{Interval, RunView, SeriesView, Snapshot};
use crate::explore::laboratory::{Laboratory, Refusal, check_work};
use crate::explore::requests::RunRequest;
use crate::explore::series::{self, Totals};
use crate::kernel::control::Control;
use crate::kernel::random::Luck;
use crate::measure::outcome::shown::TOTAL;
use crate::measure::outcomes::of_nation;
use crate::measure::seen::NationSeen;
use crate::model::data::World;
use crate::model::{run::Run, setup::Setup};
use crate::stats::estimate::{Estimate, quantile};
use crate::stats::rounding::difference;

/// Numbers of replicates at which a page is told where the run stands.
const TOLD_AT: &[u32] = &[
    1, 2, 3, 5, 8, 12, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500,
];
/// Replicates from which percentiles of single runs are told.
const PERCENTILES_FROM: usize = 10;

/// Places of the sides, and of what is made of both.
const BASE: usize = 0;
const VARIANT: usize = 1;
const DIFFERENCE: usize = 2;

/// Numbers of one replicate.
struct Record {
    /// By response and then by quarter.
    series: Vec<Option<f64>>,
    totals: Vec<Option<f64>>,
}

impl Laboratory {
    /// Runs the replicates of a request and tells after some of them where it stands, last when all are done. Ends
    /// early when `tell` returns false or `control` is cancelled.
    ///
    /// # Errors
    /// What is wrong with the request; a run that cannot go on; [`Refusal::Cancelled`].
    pub fn run(
        &self,
        request: &RunRequest,
        control: &Control,
        mut tell: impl FnMut(&Snapshot) -> bool,
    ) -> Result<(), Refusal> {
        let base = self.setup(&request.base)?;
        let variant = request.variant.as_ref();
        let variant = variant.map(|side| self.setup(side)).transpose()?;
        if let Some(variant) = &variant {
            check_period(base.world(), variant.world())?;
        }
        let sides: Vec<&Setup> = std::iter::once(&base).chain(&variant).collect();
        check_work(&sides, request.replicates)?;
        let mut records: [Vec<Record>; 3] = Default::default();
        let last = std::iter::once(request.replicates);
        let early = TOLD_AT.iter().copied();
        let stops = early.filter(|n| *n < request.replicates).chain(last);
        for n in stops {
            let done = records[0].len() as u32;
            let jobs: Vec<(usize, u32)> = (done..n)
                .flat_map(|replicate| (0..sides.len()).map(move |side| (side, replicate)))
                .collect();
            let found: Result<Vec<Record>, Refusal> = jobs
                .par_iter()
                .map_init(
                    || None,
                    |memory: &mut Option<Run<'_>>, (side, replicate)| {
                        let luck = Luck {
                            seed: request.seed,
                            replicate: u64::from(*replicate),
                        };
                        let mut run = match memory.take() {
                            Some(run) => run.rebind(sides[*side], luck),
                            None => Run::new(sides[*side], luck),
                        };
                        let record = record(&mut run, control);
                        *memory = Some(run);
                        record
                    },
                )
                .collect();
            for ((side, _), record) in jobs.iter().zip(found?) {
                if *side == VARIANT
                    && let Some(base) = records[BASE].last()
                {
                    let difference = record.minus(base);
                    records[DIFFERENCE].push(difference);
                }
                records[*side].push(record);
            }
            let [base, variant, difference] = &records;
            let where_any = |records: &[Record]| (!records.is_empty()).then(|| view(records));
            let snapshot = Snapshot {
                n,
                of: request.replicates,
                base: view(base),
                variant: where_any(variant),
                difference: where_any(difference),
            };
            if !tell(&snapshot) && n < request.replicates {
                return Err(Refusal::Cancelled);
            }
        }
        Ok(())
    }
}

/// Refuses sides whose quarters could not be paired.
fn check_period(base: &World, variant: &World) -> Result<(), Refusal> {
    let period = |world: &World| (world.start, world.quarters);
    if period(base) == period(variant) {
        return Ok(());
    }
    let shown = |world: &World| format!("{} quarters from {} on", world.quarters, world.start);
    Err(Refusal::Request(format!(
        "the base has {}, the variant {}; allowed: the same quarters",
        shown(base),
        shown(variant)
    )))
}

/// Runs one replicate.
fn record(run: &mut Run<'_>, control: &Control) -> Result<Record, Refusal> {
    let world = run.world();
    let quarters = world.quarters as usize;
    let mut totals = Totals::new();
    let mut all = Vec::new();
    for quarter in 0..quarters {
        if control.is_cancelled() {
            return Err(Refusal::Cancelled);
        }
        run.step(None)?;
        let nation = series::see(run);
        totals.add(run, &nation);
        let numbers: Vec<Option<f64>> = series::numbers(run, &nation).collect();
        all.resize(numbers.len() * quarters, None);
        for (response, number) in numbers.into_iter().enumerate() {
            all[response * quarters + quarter] = number;
        }
    }
    Ok(Record {
        series: all,
        totals: totals.finish().collect(),
    })
}

impl Record {
    /// This minus the base, where both have the number.
    fn minus(&self, base: &Record) -> Record {
        let minus = |own: &[Option<f64>], base: &[Option<f64>]| {
            let pairs = own.iter().zip(base);
            pairs
                .map(|(own, base)| Some(difference((*own)?, (*base)?)))
                .collect()
        };
        Record {
            series: minus(&self.series, &base.series),
            totals: minus(&self.totals, &base.totals),
        }
    }
}

/// Series and totals over replicates.
fn view(records: &[Record]) -> RunView {
    let mut view = RunView::default();
    let responses: Vec<_> = series::shown::<NationSeen>().collect();
    let quarters = records[0].series.len() / responses.len();
    let n = records.len();
    let mut sample = Vec::with_capacity(n);
    for (response, reading) in responses.into_iter().enumerate() {
        let mut own = SeriesView::default();
        let (mut low, mut high) = (Vec::new(), Vec::new());
        let (mut p10, mut p90) = (Vec::new(), Vec::new());
        for quarter in 0..quarters {
            let place = response * quarters + quarter;
            sample.clear();
            sample.extend(records.iter().filter_map(|record| record.series[place]));
            let found = interval(&sample);
            own.mean.push(found.mean);
            low.push(found.low);
            high.push(found.high);
            sample.sort_unstable_by(f64::total_cmp);
            p10.push(quantile(&sample, 0.1));
            p90.push(quantile(&sample, 0.9));
        }
        if n > 1 {
            (own.low, own.high) = (Some(low), Some(high));
        }
        if n >= PERCENTILES_FROM {
            (own.p10, own.p90) = (Some(p10), Some(p90));
        }
        view.series.insert(&reading.name, own);
    }
    for (place, reading) in of_nation(TOTAL).into_iter().enumerate() {
        sample.clear();
        sample.extend(records.iter().filter_map(|record| record.totals[place]));
        view.totals.insert(&reading.name, interval(&sample));
    }
    view
}

fn interval(sample: &[f64]) -> Interval {
    let estimate = Estimate::of(sample);
    let ends = estimate.and_then(|estimate| estimate.interval());
    Interval {
        mean: estimate.map(|estimate| estimate.mean),
        low: ends.map(|ends| ends.0),
        high: ends.map(|ends| ends.1),
    }
}
