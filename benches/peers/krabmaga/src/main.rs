//! The model in krABMaga: each city is an agent that is scheduled twice a quarter, to decide and to produce, as all
//! cities act at once and production needs sums of what they decide.

mod city;
mod nation;
mod world;

use std::any::Any;
use std::array::from_fn;

use krabmaga::engine::agent::Agent;
use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use city::{City, Published, Sums, quality};
use nation::Nation;
use world::{Params, SECTORS, Sectors, World};

struct China {
    world: World,
    params: Params,
    nation: Nation,
    cities: Vec<City>,
    published: Vec<Published>,
    sums: Sums,
    mean_quality: f64,
    rng: Pcg64,
    quarter: u64,
    trajectory: Vec<f64>,
    cascade_error: f64,
}

impl China {
    fn new(world: World, seed: u64) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let params = Params::new(&world.params);
        let nation = Nation::new(&world, &params, &mut rng);
        let cities: Vec<City> = world
            .cities
            .iter()
            .map(|row| City::new(row, &world, &params, &nation, &mut rng))
            .collect();
        let mut published = vec![Published::default(); cities.len()];
        for (city, published) in cities.iter().zip(&mut published) {
            city.publish(published);
        }
        let even = world.cities.iter().map(|row| {
            let peers: f64 = row.peers.iter().map(|(_, g)| g).sum();
            quality(&params, peers / SECTORS as f64)
        });
        China {
            mean_quality: even.sum::<f64>() / cities.len() as f64,
            world,
            params,
            nation,
            cities,
            published,
            sums: Sums::default(),
            rng,
            quarter: 0,
            trajectory: Vec::new(),
            cascade_error: 0.0,
        }
    }

    fn total(&self, of: impl Fn(&City) -> &Sectors) -> Sectors {
        let mut total = [0.0; SECTORS];
        for city in &self.cities {
            for (total, own) in total.iter_mut().zip(of(city)) {
                *total += own;
            }
        }
        total
    }

    /// E30.
    fn evaluate(&mut self) {
        for i in 0..self.cities.len() {
            self.published[i].result = self.cities[i].result(
                &self.params,
                &self.nation,
                &self.published,
                self.mean_quality,
            );
        }
        for (city, own) in self.cities.iter_mut().zip(&self.published) {
            city.compare(own, &self.published);
        }
        standardise(&mut self.cities, |city| &mut city.relative);
        for (city, own) in self.cities.iter_mut().zip(&self.published) {
            city.mark_deeds(self.quarter, &self.params, own, &mut self.rng);
        }
        standardise(&mut self.cities, |city| &mut city.mark);
        self.cities.iter_mut().for_each(City::take_score);
    }

    /// E24 to E28, sums over cities.
    fn account(&mut self) {
        let [spent, left, effective] = from_fn(|part| self.total(|city| &city.cascade[part]));
        self.cascade_error = 0.0;
        for s in 0..SECTORS {
            let duplicated = effective[s] * self.nation.duplicated[s];
            let idle = (effective[s] - duplicated) * (1.0 - self.nation.utilisation[s]);
            let productive = effective[s] - duplicated - idle;
            let parts =
                (spent[s] - left[s]) + (left[s] - effective[s]) + duplicated + idle + productive;
            self.cascade_error = self.cascade_error.max((parts / spent[s] - 1.0).abs());
        }
    }
}

/// `(x - mean)/sd` over cities; 0 where the standard deviation is below 1e-12.
fn standardise(cities: &mut [City], of: impl Fn(&mut City) -> &mut f64) {
    let count = cities.len() as f64;
    let mean = cities.iter_mut().map(|city| *of(city)).sum::<f64>() / count;
    let squares: f64 = cities
        .iter_mut()
        .map(|city| (*of(city) - mean).powi(2))
        .sum();
    let deviation = (squares / count).sqrt();
    for city in cities {
        let value = of(city);
        *value = if deviation < 1e-12 {
            0.0
        } else {
            (*value - mean) / deviation
        };
    }
}

impl State for China {
    fn init(&mut self, schedule: &mut Schedule) {
        for index in 0..self.cities.len() {
            schedule.schedule_repeating(Box::new(Decide { index }), 0.0, 0);
            schedule.schedule_repeating(Box::new(Produce { index }), 0.0, 1);
        }
    }

    fn before_step(&mut self, _: &mut Schedule) {
        for change in &self.world.changes {
            if change.quarter == self.quarter as i64 {
                self.world
                    .params
                    .insert(change.key.clone(), change.value.clone());
                self.params = Params::new(&self.world.params);
            }
        }
        let gross = self.total(|city| &city.capability);
        let terms = self.total(|city| &city.terms);
        let sums = (&gross, &terms);
        self.nation
            .begin(self.quarter, &self.world, &self.params, sums, &mut self.rng);
        self.sums = Sums::default();
    }

    fn after_step(&mut self, _: &mut Schedule) {
        self.mean_quality = self.sums.quality / (SECTORS * self.cities.len()) as f64;
        self.account();
        for (city, published) in self.cities.iter().zip(&mut self.published) {
            city.publish(published);
        }
        if self.quarter % 4 == 3 {
            self.evaluate();
            for (city, published) in self.cities.iter().zip(&mut self.published) {
                city.publish(published);
            }
        }
        for city in &mut self.cities {
            city.let_official_leave(&self.params, &mut self.rng);
        }
        let terms = self.total(|city| &city.terms);
        self.trajectory.push(
            self.nation
                .competitiveness(&self.world, &self.params, &terms),
        );
        self.quarter += 1;
    }

    fn update(&mut self, _: u64) {}

    fn reset(&mut self) {}

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn as_state(&self) -> &dyn State {
        self
    }

    fn as_state_mut(&mut self) -> &mut dyn State {
        self
    }
}

/// A city's turn to decide: policies and budget shares.
#[derive(Clone)]
struct Decide {
    index: usize,
}

impl Agent for Decide {
    fn step(&mut self, state: &mut dyn State) {
        let Some(china) = state.as_any_mut().downcast_mut::<China>() else {
            return;
        };
        let China {
            cities,
            params,
            nation,
            published,
            sums,
            world,
            rng,
            ..
        } = china;
        let city = &mut cities[self.index];
        city.move_policies(china.quarter, params, nation, published, rng);
        city.choose(params, nation, (published, china.mean_quality), sums, world);
    }
}

/// A city's turn to spend and produce.
#[derive(Clone)]
struct Produce {
    index: usize,
}

impl Agent for Produce {
    fn step(&mut self, state: &mut dyn State) {
        let Some(china) = state.as_any_mut().downcast_mut::<China>() else {
            return;
        };
        let China {
            cities,
            params,
            nation,
            published,
            sums,
            world,
            ..
        } = china;
        cities[self.index].produce(params, nation, published, sums, world);
    }
}

/// `PROGRAM WORLD RUNS`: prints the mean trajectory of competitiveness and the errors of the accounts.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, runs] = arguments.as_slice() else {
        return Err("use: peer-krabmaga WORLD RUNS".into());
    };
    let (world, runs): (World, u64) = (
        serde_json::from_str(&std::fs::read_to_string(path)?)?,
        runs.parse()?,
    );
    let quarters = world.quarters.len();
    let mut trajectory = vec![0.0; quarters];
    let (mut shares_error, mut cascade_error) = (0.0, 0.0);
    for seed in 0..runs {
        let mut china = China::new(world.clone(), seed);
        let mut schedule = Schedule::new();
        china.init(&mut schedule);
        for _ in 0..quarters {
            schedule.step(&mut china);
        }
        for (sum, own) in trajectory.iter_mut().zip(&china.trajectory) {
            *sum += own / runs as f64;
        }
        shares_error = china
            .cities
            .iter()
            .map(City::shares_error)
            .fold(0.0, f64::max);
        cascade_error = china.cascade_error;
    }
    println!(
        "{}",
        serde_json::json!({"competitiveness": trajectory, "runs": runs, "shares_error": shares_error, "cascade_error": cascade_error})
    );
    Ok(())
}
