#![no_main]

use dualtrack_fuzz::hostile::Sweep;

thread_local! {
    static SWEEP: Sweep = Sweep::default();
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| SWEEP.with(|sweep| sweep.runs(bytes)));
