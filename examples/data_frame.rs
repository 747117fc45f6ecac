//! Ten lines to a data frame of a run. `cargo run --release --example data_frame`

use dualtrack::prelude::*;

pub fn main() -> Result<(), Error> {
    let scenario = Scenario::load("scenarios/china-2015-2024.toml")?.set("run.replicates", 3)?;
    let national = scenario.run()?.table("national")?;
    let (replicates, quarters) = (national.numbers("replicate")?, national.texts("quarter")?);
    let gap = national.numbers("gap")?;
    for row in (0..national.rows).filter(|row| quarters[*row].ends_with("Q4")) {
        println!("{} {} {:.4}", replicates[row], quarters[row], gap[row]);
    }
    Ok(())
}
