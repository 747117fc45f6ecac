//! The properties of the fuzz targets, held to some seconds of spoiled files of the catalogue.

use std::fs;
use std::path::Path;

use dualtrack::study::{codec::Measured, run_file::RunFile};
use proptest::prelude::*;

use crate::hostile::*;

/// Files of the catalogue below a folder.
fn seeds(folder: &str) -> Vec<Vec<u8>> {
    fn collect(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/catalogue")
            .join(folder),
        &mut found,
    );
    found.sort();
    found
        .iter()
        .map(|path| fs::read(path).expect("a file"))
        .collect()
}

/// One of some files, with pieces cut out and others put in.
fn spoiled(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(Vec::new()),
        4 => prop::collection::vec(any::<u8>(), 1..4),
        4 => "[-0-9.eE,\"\n=\\[\\]{}@;_a-z ]{1,6}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["nan", "inf", "1e308", "-0", "9223372036854775807", "\u{feff}", "\u{1f600}", "\r", "[[", "\"\"\""])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let edit = (any::<prop::sample::Index>(), 0usize..9, piece);
    (
        prop::sample::select(seeds),
        prop::collection::vec(edit, 0..5),
    )
        .prop_map(|(mut bytes, edits)| {
            for (at, cut, piece) in edits {
                let at = at.index(bytes.len() + 1);
                let end = (at + cut).min(bytes.len());
                bytes.splice(at..end, piece);
            }
            bytes
        })
}

/// Runs `property` for some spoiled files.
fn hold(cases: u32, seeds: Vec<Vec<u8>>, property: impl Fn(&[u8])) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&spoiled(seeds), |bytes| {
        property(&bytes);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn scenarios_and_tables_and_arguments() {
    hold(400, seeds("scenario"), scenario_file);
    hold(400, seeds("data"), data_table);
    let arguments = seeds("arguments");
    hold(300, arguments, sets);
}

#[test]
fn experiments_points_and_claims() {
    hold(300, seeds("experiment"), experiment_file);
    hold(300, seeds("design"), points);
    hold(200, seeds("claims"), claims_file);
}

#[test]
fn written_responses() {
    let texts = [
        "competitiveness",
        "late = gap@2015Q3..last",
        "sectors.gap[chips]@2016",
        "cities.score[aba]",
        "allocations.capability[aba,chips]",
        "pioneering_in_zones / pioneering_elsewhere @2015..2016",
    ];
    hold(
        400,
        texts.map(|text| text.as_bytes().to_vec()).to_vec(),
        responses,
    );
}

#[test]
fn plans_shards_and_runs() {
    let sweep = Sweep::default();
    let plan = fs::read(sweep.path("plan/plan.json")).expect("a plan");
    hold(60, vec![plan], |bytes| sweep.plan(bytes));
    let grown = sweep.path("grown");
    let pause = std::time::Duration::from_secs(1);
    let mut file = RunFile::open(&grown, "text", 0, pause).expect("a file");
    for values in [vec![Some(0.5)], vec![None, Some(-1.0)]] {
        let run = Measured {
            values,
            ..Measured::default()
        };
        file.push(&run).expect("pushed");
        file.sync().expect("synced");
    }
    let sealed = sweep.path("sealed");
    file.seal("text", &sealed).expect("sealed");
    let read = |path: &Path| fs::read(path).expect("a file");
    hold(60, vec![read(&sealed)], |bytes| sweep.shard(bytes));
    hold(60, vec![read(&grown)], |bytes| sweep.runs(bytes));
}

#[test]
fn results() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("r");
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue/base/base.toml");
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_dualtrack"))
        .arg("run")
        .arg(base)
        .args(["--quiet", "--out"])
        .arg(&out)
        .status();
    assert!(made.expect("a program").success());
    let files = fs::read_dir(&out).expect("a folder").flatten();
    let seeds = files.map(|file| {
        let name = file.file_name().into_encoded_bytes();
        [name, b"\n".to_vec(), fs::read(file.path()).expect("a file")].concat()
    });
    hold(80, seeds.collect(), |bytes| result(&out, bytes));
}
