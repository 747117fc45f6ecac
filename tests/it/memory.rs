//! A run takes its memory once, and gives the same numbers in used memory as in new.

use allocation_counter::measure;
use dualtrack::kernel::random::Draws;
use dualtrack::measure::outcomes::{self, Values};
use dualtrack::measure::seen::NationSeen;
use dualtrack::model::params::Value;
use dualtrack::model::{run::Run, setup::Setup};

use crate::worlds::{china, set, small_world, switch};

const DRAWS: Draws = Draws {
    seed: 3,
    replicate: 2,
};

/// Outcomes of all quarters of a run at its start.
fn of_quarters(run: &mut Run) -> Vec<Values<NationSeen>> {
    let quarters = run.world().quarters;
    (0..quarters)
        .map(|_| {
            run.step(None).expect("only finite numbers");
            outcomes::nation(run)
        })
        .collect()
}

/// Another design point of the same world.
fn another_point() -> Setup {
    let mut world = china();
    set(&mut world, "tournament.intensity", Value::Real(2.0));
    Setup::new(world).expect("a world that can start")
}

#[test]
fn no_step_takes_memory_after_the_first_run() {
    let setup = Setup::new(china()).expect("a world that can start");
    let other = another_point();
    let mut run = Run::new(&setup, DRAWS);
    let _ = of_quarters(&mut run);
    let mut run = run.into_memory().start(&other, DRAWS);
    let _ = of_quarters(&mut run);
    let taken = measure(|| {
        let mut run = run.into_memory().start(&setup, DRAWS);
        for _ in 0..setup.world().quarters {
            run.step(None).expect("only finite numbers");
            outcomes::nation(&mut run);
        }
        // Letting go of it is not what is measured, and takes no memory.
        std::mem::forget(run);
    });
    assert_eq!(taken.count_total, 0, "{taken:?}");
}

#[test]
fn a_run_moved_to_another_setup_is_a_run_of_it() {
    let (setup, other) = (
        Setup::new(china()).expect("a world that can start"),
        another_point(),
    );
    let mut used = Run::new(&setup, DRAWS);
    used.set_detail(true);
    let _ = of_quarters(&mut used);
    let mut moved = used.into_memory().start(&other, DRAWS);
    let mut fresh = Run::new(&other, DRAWS);
    assert_eq!(of_quarters(&mut moved), of_quarters(&mut fresh));
    assert_eq!(outcomes::city(&moved, 0), outcomes::city(&fresh, 0));
}

#[test]
fn a_run_can_move_to_a_world_of_another_shape() {
    let setup = Setup::new(china()).expect("a world that can start");
    let mut building = china();
    switch(&mut building, "time_to_build", true);
    for other in [small_world(), building] {
        let other = Setup::new(other).expect("a world that can start");
        let mut moved = Run::new(&setup, DRAWS).into_memory().start(&other, DRAWS);
        let mut fresh = Run::new(&other, DRAWS);
        assert_eq!(of_quarters(&mut moved), of_quarters(&mut fresh));
        let mut back = moved.into_memory().start(&setup, DRAWS);
        let mut fresh = Run::new(&setup, DRAWS);
        assert_eq!(of_quarters(&mut back), of_quarters(&mut fresh));
    }
}
