//! One replicate in full, for maps and for playing quarter by quarter.

use std::collections::BTreeMap;

use crate::explore::answers::{Happening, SectorView, TraceView};
use crate::explore::catalogue::quarters;
use crate::explore::laboratory::{Laboratory, Refusal, check_work, unknown};
use crate::explore::requests::TraceRequest;
use crate::explore::series;
use crate::kernel::random::Luck;
use crate::measure::table::Row;
use crate::model::data::World;
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;

impl Laboratory {
    /// Runs one replicate and tells all of it.
    ///
    /// # Errors
    /// What is wrong with the request; a run that cannot go on.
    pub fn trace(&self, request: &TraceRequest) -> Result<TraceView, Refusal> {
        let setup = self.setup(&request.side)?;
        check_work(&[&setup], 1)?;
        let world = setup.world();
        let sector = request.sector.as_deref();
        let sector = sector.map(|id| sector_row(world, id)).transpose()?;
        let luck = Luck {
            seed: request.seed,
            replicate: request.replicate,
        };
        let mut run = Run::new(&setup, luck);
        run.set_detail(true);
        let mut view = TraceView {
            quarters: quarters(world),
            national: BTreeMap::new(),
            cities: BTreeMap::new(),
            sector: sector.map(|_| SectorView::default()),
            events: Vec::new(),
        };
        let mut journal = Journal::default();
        for quarter in 0..world.quarters {
            journal.clear();
            run.step(Some(&mut journal))?;
            view.add_nation(&mut run, luck, quarter);
            view.add_cities(&run, luck, quarter);
            if let (Some(row), Some(sector)) = (sector, &mut view.sector) {
                sector.add(&run, row);
            }
            view.events.extend(happenings(world, quarter, &journal));
        }
        Ok(view)
    }
}

impl TraceView {
    fn add_nation(&mut self, run: &mut Run<'_>, luck: Luck, quarter: u32) {
        let row = row(run.world(), luck, quarter, 0, run.national());
        for (response, number) in series::responses().iter().zip(series::of_nation(&row)) {
            self.national.entry(response.name).or_default().push(number);
        }
    }

    fn add_cities(&mut self, run: &Run<'_>, luck: Luck, quarter: u32) {
        let responses = series::city_responses();
        let cities = run.world().cities.len();
        let mut columns = vec![Vec::with_capacity(cities); responses.len()];
        for city in 0..cities {
            let row = row(run.world(), luck, quarter, city, run.city(city));
            for (column, number) in columns.iter_mut().zip(series::of_city(&row)) {
                column.push(number);
            }
        }
        for (response, column) in responses.iter().zip(columns) {
            self.cities.entry(response.name).or_default().push(column);
        }
    }
}

impl SectorView {
    fn add(&mut self, run: &Run<'_>, sector: usize) {
        let cities = 0..run.world().cities.len();
        let rows: Vec<_> = cities.map(|city| run.allocation(city, sector)).collect();
        self.share
            .push(rows.iter().map(|row| row.budget_share).collect());
        self.capability
            .push(rows.iter().map(|row| row.capability).collect());
        self.spending_cny_mn
            .push(rows.iter().map(|row| row.spending_cny_mn).collect());
    }
}

fn row<T>(world: &World, luck: Luck, quarter: u32, city: usize, values: T) -> Row<T> {
    Row {
        luck,
        quarter: world.start.plus(quarter as i32),
        city,
        sector: 0,
        values,
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

fn happenings(world: &World, quarter: u32, journal: &Journal) -> Vec<Happening> {
    let of_city = |kind, city, sector: Option<u32>| Happening {
        quarter,
        kind,
        city: Some(city_id(world, city)),
        instrument: None,
        sector: sector.map(|sector| world.sectors[sector as usize].id.clone()),
        from: None,
    };
    let policies = journal.policies.iter();
    let policies = policies.map(|event| policy(world, quarter, event));
    let officials = journal.officials.iter().map(|event| {
        let kind = if event.is_promoted {
            "promoted"
        } else {
            "replaced"
        };
        of_city(kind, event.city, None)
    });
    let champions = journal.champions.iter().map(|event| {
        let kind = if event.is_national {
            "champion"
        } else {
            "leader"
        };
        of_city(kind, event.city, Some(event.sector))
    });
    policies.chain(officials).chain(champions).collect()
}
