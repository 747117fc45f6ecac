#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

/// The result that is spoiled; `fuzz/run` makes it.
static RESULT: OnceLock<PathBuf> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let folder = RESULT.get_or_init(|| {
        let folder = std::env::var_os("DUALTRACK_RESULT").expect("DUALTRACK_RESULT names a result");
        folder.into()
    });
    dualtrack_fuzz::hostile::result(folder, bytes);
});
