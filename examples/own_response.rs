//! A sweep with a response of one's own: how many cities run budgets above the mean, averaged over 2020 to 2024, for what
//! cities keep of their revenue. `cargo run --release --example own_response`

use dualtrack::prelude::*;

/// Cities whose budget is above the mean of all.
fn above_mean(seen: Seen<'_>) -> Result<f64, Error> {
    let cities = seen.cities();
    let mean = seen.get("budget_cny_mn")? / cities.len() as f64;
    let mut above = 0;
    for city in cities {
        above += usize::from(seen.get(&format!("cities.budget_cny_mn[{city}]"))? > mean);
    }
    Ok(above as f64)
}

pub fn main() -> Result<(), Error> {
    let sweep = Experiment::load("scenarios/experiments/retention.toml")?
        .replicates(3)
        .responses(["waste_share"])
        .measure("above_mean@2020..2024", "cities", above_mean)?
        .sweep()?;
    let (design, summary) = (sweep.table("design")?, sweep.table("summary")?);
    let (retention, points) = (design.texts("retention")?, summary.numbers("design_point")?);
    let (responses, means) = (summary.texts("response")?, summary.numbers("mean")?);
    for row in 0..summary.rows {
        let level = &retention[points[row] as usize];
        println!("{level} {} {:.3}", responses[row], means[row]);
    }
    Ok(())
}
