//! One replicate in full, for maps and for playing quarter by quarter.

use std::collections::BTreeMap;

use crate::explore::answers::{Happening, TraceView};
use crate::explore::catalogue::quarters;
use crate::explore::laboratory::{Laboratory, Refusal, check_work, unknown};
use crate::explore::requests::TraceRequest;
use crate::explore::series;
use crate::kernel::random::Draws;
use crate::measure::outcomes::Scope;
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen};
use crate::model::data::World;
use crate::model::record::{EventLog, Move, PolicyEvent};
use crate::model::run::Run;

impl Laboratory {
    /// Runs one replicate and tells all of it.
    ///
    /// # Errors
    /// What is wrong with the request; a run that cannot go on.
    pub fn trace(&self, request: &TraceRequest) -> Result<TraceView, Refusal> {
        let setup = self.setup(&request.side)?;
        check_work(&[setup.world()], 1)?;
        let world = setup.world();
        let sector = request.sector.as_deref();
        let sector = sector.map(|id| sector_row(world, id)).transpose()?;
        let draws = Draws {
            seed: request.seed,
            replicate: request.replicate,
        };
        let mut run = Run::new(&setup, draws);
        run.set_detail(true);
        let mut view = TraceView {
            quarters: quarters(world),
            national: BTreeMap::new(),
            cities: BTreeMap::new(),
            sector: sector.map(|_| BTreeMap::new()),
            events: Vec::new(),
        };
        let mut event_log = EventLog::default();
        for quarter in 0..world.quarters {
            event_log.clear();
            run.step(Some(&mut event_log))?;
            let nation = series::see(&mut run);
            let names = series::shown::<NationSeen>().map(|own| own.name.as_str());
            for (name, number) in names.zip(series::numbers(&run, &nation)) {
                view.national.entry(name).or_default().push(number);
            }
            add(&mut view.cities, &run, |city| CitySeen::of(&run, city));
            if let (Some(row), Some(sector)) = (sector, &mut view.sector) {
                add(sector, &run, |city| AllocationSeen::of(&run, city, row));
            }
            view.events.extend(happenings(world, quarter, &event_log));
        }
        Ok(view)
    }
}

/// Adds a quarter to series of cities.
fn add<S: Scope>(
    all: &mut BTreeMap<&'static str, Vec<Vec<Option<f64>>>>,
    run: &Run<'_>,
    see: impl Fn(usize) -> S,
) {
    let seen: Vec<S> = (0..run.world().cities.len()).map(see).collect();
    for own in series::shown::<S>() {
        let number = |seen: &S| own.number(S::outcomes(), run, seen);
        let column = seen.iter().map(number).collect();
        all.entry(&own.name).or_default().push(column);
    }
}

/// Row of a sector by its short name.
pub(crate) fn sector_row(world: &World, id: &str) -> Result<usize, Refusal> {
    let names = world.sectors.iter().map(|sector| sector.id.as_str());
    let found = names.clone().position(|name| name == id);
    found.ok_or_else(|| Refusal::Unknown(unknown("sector", id, names)))
}

/// What a policy event is called.
fn kind(kind: Move) -> &'static str {
    match kind {
        Move::Pioneer => "pioneered",
        Move::Imitate => "imitated",
        Move::TakeUp => "taken_up",
        Move::Adjust => "adjusted",
        Move::Drop => "dropped",
        Move::Codify => "codified",
        Move::TopDown => "top_down",
    }
}

/// A policy event for a page.
pub(crate) fn policy(world: &World, quarter: u32, event: &PolicyEvent) -> Happening {
    Happening {
        quarter,
        kind: kind(event.kind),
        city: event.city.map(|city| city_id(world, city)),
        instrument: Some(world.instruments[event.instrument as usize].id.clone()),
        sector: None,
        from: event.from.map(|city| city_id(world, city)),
    }
}

fn city_id(world: &World, city: u32) -> String {
    world.cities[city as usize].id.clone()
}

fn happenings(world: &World, quarter: u32, event_log: &EventLog) -> Vec<Happening> {
    let of_city = |kind, city, sector: Option<u32>| Happening {
        quarter,
        kind,
        city: Some(city_id(world, city)),
        instrument: None,
        sector: sector.map(|sector| world.sectors[sector as usize].id.clone()),
        from: None,
    };
    let policies = event_log.policies.iter();
    let policies = policies.map(|event| policy(world, quarter, event));
    let officials = event_log.officials.iter().map(|event| {
        let kind = if event.is_promoted {
            "promoted"
        } else {
            "replaced"
        };
        of_city(kind, event.city, None)
    });
    let champions = event_log.champions.iter().map(|event| {
        let kind = if event.is_national {
            "champion"
        } else {
            "leader"
        };
        of_city(kind, event.city, Some(event.sector))
    });
    policies.chain(officials).chain(champions).collect()
}
