#![no_main]

use dualtrack_fuzz::world::Drawn;

libfuzzer_sys::fuzz_target!(|drawn: Drawn| {
    dualtrack_fuzz::hostile::run(&drawn.world, drawn.seed, drawn.world.quarters);
});
