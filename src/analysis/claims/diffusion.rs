//! What the base run tells: the life of instruments (Figure 1 of the paper) and the portfolios of cities (Table 1).

use crate::kernel::random::Draws;
use crate::measure::recorder::ADJUST_THRESHOLD;
use crate::model::data::{Channel, Tier, World};
use crate::model::record::{EventLog, Move};
use crate::model::{error::ModelError, run::Run, setup::Setup};

/// The paper's Table 1, coded (Ma 2024, CC BY 4.0).
const TABLE_1: &str = include_str!("../../../scenarios/data/table1.csv");

/// A number of a replicate.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Table it goes to.
    pub table: &'static str,
    /// What it is about: `nation`, `instrument`, `city`, `tier`.
    pub level: &'static str,
    /// Which of them.
    pub id: String,
    /// What is measured.
    pub name: String,
    /// Unit.
    pub unit: &'static str,
}

/// Measures of a world.
#[derive(Clone, Debug)]
pub struct Diffusion {
    /// All, in the order of [`Diffusion::tell`].
    pub measures: Vec<Measure>,
    /// Cities of the paper's table with the instruments it names for them, one bit each.
    pub coded: Vec<(usize, u64)>,
}

/// Counts of what happened to an instrument or in a city.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    pioneered: f64,
    imitated: f64,
    taken_up: f64,
    given_up: f64,
}

/// Events of a run.
struct Life {
    by_instrument: Vec<Counts>,
    by_city: Vec<Counts>,
    /// Quarter and city of the first pioneer.
    first: Vec<Option<(u32, usize)>>,
    /// Quarter, and the city where it began.
    national: Vec<Option<(u32, Option<usize>)>>,
    /// Design with which a city began, city-major.
    begun: Vec<f64>,
}

impl Diffusion {
    /// Measures that a world has.
    pub fn new(world: &World) -> Self {
        let mut measures = Vec::new();
        let mut add = |table, level, id: &str, name: &str, unit| {
            measures.push(Measure {
                table,
                level,
                id: id.to_string(),
                name: name.to_string(),
                unit,
            });
        };
        for (name, unit) in NATION {
            add("figure1", "nation", "", name, unit);
        }
        for instrument in &world.instruments {
            for (name, unit) in INSTRUMENT {
                add("figure1", "instrument", &instrument.id, name, unit);
            }
        }
        for city in &world.cities {
            for (name, unit) in CITY {
                add("figure1", "city", &city.id, name, unit);
            }
        }
        let coded = coded(world);
        for (city, _) in &coded {
            for instrument in &world.instruments {
                let id = &world.cities[*city].id;
                add("table1", "city", id, &instrument.id, "1");
            }
        }
        for (city, _) in &coded {
            let id = &world.cities[*city].id;
            add("portfolios", "city", id, "similarity_with_the_paper", "1");
        }
        for tier in Tier::NAMES {
            for channel in Channel::NAMES {
                add("portfolios", "tier", tier, channel, "1");
            }
        }
        Diffusion { measures, coded }
    }

    /// Numbers of a replicate, in the order of the measures.
    ///
    /// # Errors
    /// Where the run cannot go on.
    pub fn tell(&self, setup: &Setup, draws: Draws) -> Result<Vec<Option<f64>>, ModelError> {
        let mut run = Run::new(setup, draws);
        let mut event_log = EventLog::default();
        let world = run.world();
        let mut life = Life::new(world);
        for quarter in 0..world.quarters {
            event_log.clear();
            run.step(Some(&mut event_log))?;
            life.take(&event_log, quarter, world.instruments.len());
        }
        let mut out = Vec::with_capacity(self.measures.len());
        life.of_nation(&run, &mut out);
        for m in 0..world.instruments.len() {
            life.of_instrument(&run, m, &mut out);
        }
        for city in 0..world.cities.len() {
            life.of_city(&run, city, &mut out);
        }
        for (city, _) in &self.coded {
            for m in 0..world.instruments.len() {
                out.push(Some(f64::from(u8::from(run.is_in_force(*city, m)))));
            }
        }
        for (city, paper) in &self.coded {
            let own = run.portfolio(*city);
            let either = (own | paper).count_ones();
            let similarity = f64::from((own & paper).count_ones()) / f64::from(either.max(1));
            out.push((either > 0).then_some(similarity));
        }
        channels(&run, &mut out);
        Ok(out)
    }
}

const NATION: &[(&str, &str)] = &[
    ("pioneered", "events"),
    ("imitated", "events"),
    ("taken_up", "events"),
    ("given_up", "events"),
    ("cities_that_pioneered", "cities"),
    ("instruments_pioneered", "instruments"),
    ("measures_of_local_origin", "measures"),
    ("measures_of_the_centre", "measures"),
    ("local_origin_share", "1"),
    ("quarters_from_pioneer_to_codified", "quarters"),
    ("adopters_per_local_measure", "cities"),
    ("adopters_per_measure_of_the_centre", "cities"),
    ("adjusted_share", "1"),
    ("distance_from_template", "design"),
    ("distance_from_local_optimum", "design"),
];
const INSTRUMENT: &[(&str, &str)] = &[
    ("pioneered", "events"),
    ("imitated", "events"),
    ("taken_up", "events"),
    ("given_up", "events"),
    ("first_pioneered_after", "quarters"),
    ("codified", "1"),
    ("issued_by_the_centre", "1"),
    ("quarters_from_pioneer_to_codified", "quarters"),
    ("adopters", "cities"),
    ("adjusted", "cities"),
    ("distance_from_template", "design"),
];
const CITY: &[(&str, &str)] = &[
    ("pioneered", "events"),
    ("imitated", "events"),
    ("taken_up", "events"),
    ("given_up", "events"),
    ("pioneered_first", "instruments"),
    ("inventions_codified", "measures"),
    ("instruments", "instruments"),
    ("adjusted", "instruments"),
    ("distance_from_template", "design"),
    ("distance_from_local_optimum", "design"),
];

/// Cities of the paper's table, in its order.
fn coded(world: &World) -> Vec<(usize, u64)> {
    let mut found: Vec<(usize, u64)> = Vec::new();
    for line in TABLE_1.lines().skip(1) {
        let mut cells = line.split(',');
        let (Some(city), Some(instrument)) = (cells.next(), cells.next()) else {
            continue;
        };
        let id = instrument.replace('-', "_");
        let row = world.cities.iter().position(|own| own.name == city);
        let instrument = world.instruments.iter().position(|own| own.id == id);
        let (Some(row), Some(instrument)) = (row, instrument) else {
            continue;
        };
        match found.iter_mut().find(|(city, _)| *city == row) {
            Some((_, bits)) => *bits |= 1 << instrument,
            None => found.push((row, 1 << instrument)),
        }
    }
    found
}

impl Life {
    fn new(world: &World) -> Self {
        let (cities, instruments) = (world.cities.len(), world.instruments.len());
        Life {
            by_instrument: vec![Counts::default(); instruments],
            by_city: vec![Counts::default(); cities],
            first: vec![None; instruments],
            national: vec![None; instruments],
            begun: vec![0.0; cities * instruments],
        }
    }

    fn take(&mut self, event_log: &EventLog, quarter: u32, instruments: usize) {
        for event in &event_log.policies {
            let m = event.instrument as usize;
            let Some(city) = event.city.map(|city| city as usize) else {
                self.national[m] = Some((quarter, event.from.map(|from| from as usize)));
                continue;
            };
            if matches!(event.kind, Move::Codify | Move::TopDown) {
                self.national[m] = Some((quarter, event.from.map(|from| from as usize)));
                continue;
            }
            for counts in [&mut self.by_instrument[m], &mut self.by_city[city]] {
                match event.kind {
                    Move::Pioneer => counts.pioneered += 1.0,
                    Move::Imitate => counts.imitated += 1.0,
                    Move::TakeUp => counts.taken_up += 1.0,
                    Move::Drop => counts.given_up += 1.0,
                    Move::Adjust | Move::Codify | Move::TopDown => {}
                }
            }
            if event.kind == Move::Pioneer {
                self.first[m].get_or_insert((quarter, city));
            }
            if event.kind != Move::Drop {
                self.begun[city * instruments + m] = event.design;
            }
        }
    }

    fn is_adjusted(&self, run: &Run<'_>, city: usize, m: usize) -> bool {
        let begun = self.begun[city * run.world().instruments.len() + m];
        run.is_in_force(city, m) && (run.design(city, m) - begun).abs() >= ADJUST_THRESHOLD
    }

    /// Quarters from its first pioneer to its being codified.
    fn lag(&self, m: usize) -> Option<f64> {
        let (codified, origin) = self.national[m]?;
        origin?;
        Some(f64::from(codified.saturating_sub(self.first[m]?.0)))
    }

    fn of_nation(&self, run: &Run<'_>, out: &mut Vec<Option<f64>>) {
        let (cities, instruments) = (self.by_city.len(), self.by_instrument.len());
        let sum = |get: fn(&Counts) -> f64| Some(self.by_city.iter().map(get).sum::<f64>());
        out.extend([
            sum(|c| c.pioneered),
            sum(|c| c.imitated),
            sum(|c| c.taken_up),
            sum(|c| c.given_up),
        ]);
        let pioneers = self
            .by_city
            .iter()
            .filter(|own| own.pioneered > 0.0)
            .count();
        out.push(Some(pioneers as f64));
        out.push(Some(self.first.iter().flatten().count() as f64));
        let of_origin = |is_local: bool| {
            let own = move |m: &usize| {
                self.national[*m].is_some_and(|(_, origin)| origin.is_some() == is_local)
            };
            (0..instruments).filter(own)
        };
        let (local, centre) = (of_origin(true).count(), of_origin(false).count());
        out.push(Some(local as f64));
        out.push(Some(centre as f64));
        out.push((local + centre > 0).then(|| local as f64 / (local + centre) as f64));
        out.push(mean((0..instruments).filter_map(|m| self.lag(m))));
        let adopters =
            |m: usize| (0..cities).filter(|city| run.is_in_force(*city, m)).count() as f64;
        out.push(mean(of_origin(true).map(adopters)));
        out.push(mean(of_origin(false).map(adopters)));
        let pairs = || {
            let all = (0..cities).flat_map(|city| (0..instruments).map(move |m| (city, m)));
            all.filter(|(city, m)| run.is_in_force(*city, *m))
        };
        out.push(mean(pairs().map(|(city, m)| {
            f64::from(u8::from(self.is_adjusted(run, city, m)))
        })));
        out.push(mean(
            pairs().filter_map(|(city, m)| from_template(run, city, m)),
        ));
        out.push(mean(pairs().map(|(city, m)| from_optimum(run, city, m))));
    }

    fn of_instrument(&self, run: &Run<'_>, m: usize, out: &mut Vec<Option<f64>>) {
        let cities = self.by_city.len();
        self.by_instrument[m].push(out);
        out.push(self.first[m].map(|(quarter, _)| f64::from(quarter)));
        let is_local = self.national[m].map(|(_, origin)| origin.is_some());
        out.push(Some(f64::from(u8::from(is_local == Some(true)))));
        out.push(Some(f64::from(u8::from(is_local == Some(false)))));
        out.push(self.lag(m));
        let adopters = || (0..cities).filter(|city| run.is_in_force(*city, m));
        out.push(Some(adopters().count() as f64));
        let adjusted = adopters().filter(|city| self.is_adjusted(run, *city, m));
        out.push(Some(adjusted.count() as f64));
        out.push(mean(
            adopters().filter_map(|city| from_template(run, city, m)),
        ));
    }

    fn of_city(&self, run: &Run<'_>, city: usize, out: &mut Vec<Option<f64>>) {
        let instruments = self.by_instrument.len();
        self.by_city[city].push(out);
        let firsts = self.first.iter().flatten().filter(|(_, own)| *own == city);
        out.push(Some(firsts.count() as f64));
        let made = self
            .national
            .iter()
            .flatten()
            .filter(|(_, origin)| *origin == Some(city));
        out.push(Some(made.count() as f64));
        let own = || (0..instruments).filter(|m| run.is_in_force(city, *m));
        out.push(Some(own().count() as f64));
        let adjusted = own().filter(|m| self.is_adjusted(run, city, *m));
        out.push(Some(adjusted.count() as f64));
        out.push(mean(own().filter_map(|m| from_template(run, city, m))));
        out.push(mean(own().map(|m| from_optimum(run, city, m))));
    }
}

impl Counts {
    fn push(&self, out: &mut Vec<Option<f64>>) {
        out.extend([self.pioneered, self.imitated, self.taken_up, self.given_up].map(Some));
    }
}

fn from_template(run: &Run<'_>, city: usize, m: usize) -> Option<f64> {
    Some((run.design(city, m) - run.template(m)?).abs())
}

fn from_optimum(run: &Run<'_>, city: usize, m: usize) -> f64 {
    (run.design(city, m) - run.optimum(city, m)).abs()
}

/// Share of each channel in the money that cities of a tier spend on instruments.
fn channels(run: &Run<'_>, out: &mut Vec<Option<f64>>) {
    let world = run.world();
    let tiers = Tier::NAMES.iter().filter_map(|name| Tier::from_name(name));
    for tier in tiers {
        let mut money = vec![0.0; Channel::NAMES.len()];
        for (row, city) in world.cities.iter().enumerate() {
            if city.tier != tier {
                continue;
            }
            for (m, instrument) in world.instruments.iter().enumerate() {
                money[instrument.channel as usize] += run.instrument_money(row, m);
            }
        }
        let all: f64 = money.iter().sum();
        out.extend(money.iter().map(|own| (all > 0.0).then(|| own / all)));
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_replicate_has_a_number_for_each_measure_and_the_papers_table_is_found() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let set = ["run.quarters=24".to_string()];
        let world = crate::input::scenario::load(&path, &set)
            .expect("valid")
            .world;
        let diffusion = Diffusion::new(&world);
        let setup = Setup::new(world).expect("valid");
        let draws = Draws {
            seed: 1,
            replicate: 0,
        };
        let numbers = diffusion.tell(&setup, draws).expect("a run");
        assert_eq!(numbers.len(), diffusion.measures.len());
        let cities: Vec<&str> = diffusion
            .coded
            .iter()
            .map(|(city, _)| setup.world().cities[*city].id.as_str())
            .collect();
        assert_eq!(
            cities,
            [
                "beijing",
                "shenzhen",
                "shanghai",
                "guangzhou",
                "hangzhou",
                "xian",
                "nanjing",
                "chengdu",
                "wuhan",
                "suzhou"
            ]
        );
        // Xi'an has five measures in the table.
        assert_eq!(diffusion.coded[5].1.count_ones(), 5);
        let value = |name: &str| {
            let at = diffusion
                .measures
                .iter()
                .position(|measure| measure.name == name);
            numbers[at.expect("a measure")]
        };
        let local = value("measures_of_local_origin").expect("counted");
        let codified: f64 = diffusion
            .measures
            .iter()
            .zip(&numbers)
            .filter(|(measure, _)| measure.name == "inventions_codified")
            .filter_map(|(_, number)| *number)
            .sum();
        assert_eq!(local, codified);
    }
}
