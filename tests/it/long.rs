//! Long and large runs keep their accounts. Some ten seconds of a processor.

use dualtrack::kernel::random::Draws;
use dualtrack::model::{run::Run, setup::Setup};

use crate::accounts::many_cities;
use crate::ledger::check_accounts;
use crate::rows::National;

const CITIES: usize = 2_500;
const QUARTERS: u32 = 4_000;

#[test]
fn ten_million_city_quarters_without_drift_in_the_accounts() {
    let mut world = many_cities(CITIES);
    world.quarters = QUARTERS;
    let setup = Setup::new(world).expect("a world that can start");
    let draws = Draws {
        seed: 11,
        replicate: 1,
    };
    let mut run = Run::new(&setup, draws);
    run.set_detail(true);
    let (mut whole, mut parts) = (0.0, [0.0; 5]);
    for quarter in 0..QUARTERS {
        run.step(None).expect("only finite numbers");
        let nation = National::of(&mut run);
        whole += nation.spending_cny_mn;
        for (sum, part) in parts.iter_mut().zip([
            nation.introduction_cny_mn,
            nation.subscale_cny_mn,
            nation.duplicated_cny_mn,
            nation.idle_cny_mn,
            nation.productive_cny_mn,
        ]) {
            *sum += part;
        }
        // City by city is as much work as the quarter itself.
        if quarter % 10 == 0 || quarter + 1 == QUARTERS {
            check_accounts(&mut run);
        }
    }
    let apart = (parts.iter().sum::<f64>() - whole).abs() / whole;
    println!("{CITIES} cities, {QUARTERS} quarters: parts and whole are {apart:e} apart");
    assert!(apart < 1e-12, "{apart:e}");
}
