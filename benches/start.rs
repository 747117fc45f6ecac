//! Start-up of the command, as a process: what a program that calls it for each answer pays every time.

use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start of the command");
    let calls: [&[&str]; 4] = [
        &["--version"],
        &["params", "retention"],
        &["check", "scenarios/china-2015-2024.toml"],
        &["eval", "scenarios/china-2015-2024.toml"],
    ];
    for words in calls {
        group.bench_function(words[0], |bench| {
            bench.iter(|| {
                let status = Command::new(env!("CARGO_BIN_EXE_dualtrack"))
                    .args(words)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                assert!(status.is_ok_and(|status| status.success()), "{words:?}");
            });
        });
    }
    group.finish();
}

criterion_group!(benches, start);
criterion_main!(benches);
