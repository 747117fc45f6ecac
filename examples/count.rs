use dualtrack::prelude::*;
#[derive(Clone, Copy)]
struct Same;
impl Rules for Same {}
fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let runs: u64 = arguments[2].parse().unwrap_or(1);
    match arguments[1].as_str() {
        "study" | "study-same" => {
            let experiment = Experiment::load("scenarios/experiments/pilot-zones.toml")?
                .replicates(runs as u32)
                .threads(1)
                .responses(["gap"]);
            let experiment = if arguments[1] == "study" {
                experiment
            } else {
                experiment.rules("same", Same)
            };
            experiment.sweep()?;
        }
        kind => {
            let model = Scenario::load("scenarios/china-2015-2024.toml")?.model()?;
            for replicate in 0..runs {
                let mut run = model.start(replicate);
                if kind == "shipped" {
                    while run.step()? {}
                } else {
                    while run.step_with(Same)? {}
                }
            }
        }
    }
    Ok(())
}
