//! Replicates of one side or two on the same random draws, told while they run.

use crate::explore::answers::{Interval, RunView, SeriesView, Snapshot};
use crate::explore::laboratory::{Laboratory, Refusal, check_work};
use crate::explore::requests::RunRequest;
use crate::explore::series;
use crate::kernel::control::Control;
use crate::measure::outcome::shown::TOTAL;
use crate::measure::outcomes::of_nation;
use crate::measure::response::spec::{Response, Responses};
use crate::measure::seen::NationSeen;
use crate::model::data::World;
use crate::stats::estimate::{Estimate, quantile};
use crate::stats::rounding::difference;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::execute::{Study, execute};
use crate::study::stage::{Order, PointList, Stage};
use crate::study::store::RunStore;

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

/// What is measured: what is shown of each quarter, then totals over all of them.
fn responses() -> Result<Responses, String> {
    let shown = series::shown::<NationSeen>().map(|own| Response::parse(&own.name));
    let totals = of_nation(TOTAL).into_iter().map(|own| {
        let text = format!("total_{} = {}@all", own.name, own.name);
        Response::parse(&text)
    });
    Responses::new(shown.chain(totals).collect::<Result<_, _>>()?)
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
        let responses = responses().map_err(Refusal::Request)?;
        let sides = std::iter::once(&request.base).chain(&request.variant);
        let arms = sides.map(|side| self.arm(side, &responses));
        let arms = arms.collect::<Result<Vec<_>, Refusal>>()?;
        if let [base, variant] = &arms[..] {
            check_period(base.world(), variant.world())?;
        }
        let worlds: Vec<&World> = arms.iter().map(|arm| arm.world()).collect();
        check_work(&worlds, request.replicates)?;
        let early = TOLD_AT.iter().copied();
        let early = early.filter(|n| *n < request.replicates);
        let stops: Vec<u32> = early.chain([request.replicates]).collect();
        let study = Study::new(arms, request.seed);
        let mut records: [Vec<Record>; 3] = Default::default();
        let mut next = |done: &[Stage], store: &mut RunStore| {
            if let Some(last) = done.len().checked_sub(1) {
                take(store, last, &done[last], &mut records)?;
                let n = stops[last];
                let is_told = tell(&snapshot(n, request.replicates, &records));
                if !is_told && n < request.replicates {
                    return Err(StudyError::Interrupted);
                }
            }
            let first = done.len().checked_sub(1).map_or(0, |last| stops[last]);
            Ok(stops.get(done.len()).map(|end| Stage {
                points: PointList::Own,
                replicates: first.into()..(*end).into(),
                arms: (0..study.arms.len()).collect(),
                order: Order::ByPoint,
                keeps_series: true,
            }))
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let outcome = execute(&study, &mut RunStore::memory(), &mut next, threads, control);
        match outcome {
            Ok(_) => Ok(()),
            Err(StudyError::Interrupted) => Err(Refusal::Cancelled),
            Err(error) => Err(Refusal::Run(error.to_string())),
        }
    }
}

/// Takes in the runs of a stage.
fn take(
    store: &mut RunStore,
    place: usize,
    stage: &Stage,
    records: &mut [Vec<Record>; 3],
) -> Result<(), StudyError> {
    store.for_each(place, |number, run| {
        if let Some(error) = &run.error {
            return Err(StudyError::Input(error.clone()));
        }
        let record = Record::of(run);
        let side = stage.cell(number).arm;
        if side == VARIANT
            && let Some(base) = records[BASE].last()
        {
            let difference = record.minus(base);
            records[DIFFERENCE].push(difference);
        }
        records[side].push(record);
        Ok(())
    })
}

fn snapshot(n: u32, of: u32, [base, variant, difference]: &[Vec<Record>; 3]) -> Snapshot {
    let where_any = |records: &[Record]| (!records.is_empty()).then(|| view(records));
    Snapshot {
        n,
        of,
        base: view(base),
        variant: where_any(variant),
        difference: where_any(difference),
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

impl Record {
    /// Of a run, in the order of [`responses`].
    fn of(run: &Measured) -> Self {
        let shown = series::shown::<NationSeen>().count();
        let totals = run.values.iter().skip(shown).zip(of_nation(TOTAL));
        let quarters = run.series.chunks(run.values.len().max(1));
        Record {
            series: (0..shown)
                .flat_map(|response| quarters.clone().map(move |numbers| numbers[response]))
                .collect(),
            totals: totals
                .map(|(number, own)| number.map(|number| series::total(own, number)))
                .collect(),
        }
    }

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
