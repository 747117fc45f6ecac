#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dualtrack_fuzz::hostile::responses(bytes));
