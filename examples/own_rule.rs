//! A rule of one's own: officials look away from sectors that are crowded or restricted only half as much (E10), and everything
//! else is as shipped. Prints what that changes. `cargo run --release --example own_rule`

use dualtrack::prelude::*;

#[derive(Clone, Copy)]
struct Careless;

impl Rules for Careless {
    #[inline(always)]
    fn sector_value(&self, x: SectorValue) -> f64 {
        let climate = (1.0 + x.climate) / 2.0;
        (1.0 + x.need) * x.advantage * climate + x.career * x.priority * x.reading
    }
}

pub fn main() -> Result<(), Error> {
    let model = Scenario::load("scenarios/china-2015-2024.toml")?.model()?;
    // The same replicate: the same random draws.
    let (mut shipped, mut own) = (model.start(0), model.start(0));
    while shipped.step()? && own.step_with(Careless)? {}
    for what in ["competitiveness", "idle_cny_mn"] {
        let (shipped, own) = (shipped.get(what)?, own.get(what)?);
        println!("{what}: {shipped:.3} shipped, {own:.3} with the own rule");
    }
    Ok(())
}
