//! A rule of one's own: officials look away from sectors that are crowded or restricted only half as much (E10), and everything
//! else is as shipped. Prints what that changes. `cargo run --release --example own_rule`

use dualtrack::input::scenario;
use dualtrack::kernel::random::Luck;
use dualtrack::measure::outcomes::{ids::national as ids, nation};
use dualtrack::model::rules::{Rules, SectorValue};
use dualtrack::model::{run::Run, setup::Setup};

#[derive(Clone, Copy)]
struct Careless;

impl Rules for Careless {
    #[inline(always)]
    fn sector_value(&self, x: SectorValue) -> f64 {
        let climate = (1.0 + x.climate) / 2.0;
        (1.0 + x.need) * x.advantage * climate + x.career * x.priority * x.reading
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = scenario::load("scenarios/china-2015-2024.toml".as_ref(), &[])?;
    let setup = Setup::new(scenario.world)?;
    let luck = Luck {
        seed: 1,
        replicate: 0,
    };
    let (mut shipped, mut own) = (Run::new(&setup, luck), Run::new(&setup, luck));
    for _ in 0..setup.world().quarters {
        shipped.step(None)?;
        own.step_with(Careless, None)?;
    }
    let (shipped, own) = (nation(&mut shipped), nation(&mut own));
    for (name, outcome) in [
        ("competitiveness", ids::competitiveness),
        ("idle spending, CNY mn", ids::idle_cny_mn),
    ] {
        let (shipped, own) = (shipped.get(outcome), own.get(outcome));
        println!("{name}: {shipped:.3} shipped, {own:.3} with the own rule");
    }
    Ok(())
}
