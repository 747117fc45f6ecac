//! Results on disk: the same key gives the same bytes, and a folder is whole or not there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use dualtrack::kernel::control::Control;
use dualtrack::measure::trace_settings::TraceSettings;
use dualtrack::measure::{result::description, traces::Traces};
use dualtrack::model::data::World;
use dualtrack::model::setup::Setup;
use dualtrack::study::error::StudyError;
use dualtrack::study::job::{EngineError, Job, Replicates};
use dualtrack::study::place::{Begin, partial};
use dualtrack::study::traced::TraceStore;
use dualtrack::table::compression::Compression;
use dualtrack::table::{complete::finish_folder, folder::Folder, manifest::Manifest};
use tempfile::TempDir;

use crate::worlds::small_world;

mod command;
mod content;

const SEED: u64 = 5;
/// All but `allocations`.
const USUAL: [&str; 6] = [
    "national",
    "cities",
    "sectors",
    "policies",
    "officials",
    "champions",
];

/// Settings that write these files whole, each quarter.
fn settings(files: &[&str]) -> TraceSettings {
    TraceSettings {
        interval_quarters: 1,
        files: files.iter().map(ToString::to_string).collect(),
        ..TraceSettings::default()
    }
}

/// Every file there is.
fn everything() -> TraceSettings {
    let files: Vec<&str> = dualtrack::measure::catalogue::catalogue()
        .iter()
        .map(|(file, _)| *file)
        .collect();
    settings(&files)
}

/// Runs a world and writes its result to `target`.
fn write(
    target: &Path,
    world: &World,
    settings: &TraceSettings,
    count: u32,
    threads: usize,
) -> Result<Replicates, EngineError<StudyError>> {
    let control = Control::default();
    go_on(
        target,
        world,
        settings,
        (count, threads),
        Begin::New,
        &control,
    )
}

/// As [`write`], from what is there; a control may stop it.
fn go_on(
    target: &Path,
    world: &World,
    settings: &TraceSettings,
    (count, threads): (u32, usize),
    begin: Begin,
    control: &Control,
) -> Result<Replicates, EngineError<StudyError>> {
    let traces = Traces::new(settings).expect("files and columns that exist");
    let setup = Setup::new(world.clone()).expect("a world that can start");
    let job = Job {
        setup: &setup,
        traces: &traces,
        seed: SEED,
        replicates: count,
        first: 0,
        rules: None,
        threads,
    };
    let identity = serde_json::json!("small");
    let store = TraceStore::open(&identity, SEED, &traces, target, begin);
    let mut store = store.map_err(EngineError::Sink)?.run(&job, control)?;
    let mut finish = || {
        let folder = Folder::create(target, store.replaces())?;
        let files = store.write(folder.path())?;
        let description = description("small", "Small", &traces);
        finish_folder(folder, files, &description, Manifest::default())?;
        Ok(())
    };
    finish().map_err(EngineError::Sink)?;
    let kept = store.kept().clone();
    store.remove().map_err(EngineError::Sink)?;
    Ok(kept)
}

/// The files that a run writes, apart from the manifest.
fn files(
    world: &World,
    settings: &TraceSettings,
    count: u32,
    threads: usize,
) -> BTreeMap<String, Vec<u8>> {
    let base = tempfile::tempdir().expect("a folder");
    let target = base.path().join("result");
    write(&target, world, settings, count, threads).expect("a run that ends");
    files_in(&target)
}

/// The files of a result, apart from the manifest.
fn files_in(target: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = fs::read_dir(target)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (name(&path), fs::read(&path).expect("a file")))
        .collect();
    files.remove("manifest.json").expect("a manifest");
    files
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// Records of a CSV file by the names of its columns.
fn records(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let records = reader.deserialize().map(|record| record.expect("a record"));
    records.collect()
}

/// What a folder holds, hidden entries included.
fn entries(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| name(&entry.expect("an entry").path()))
        .collect();
    names.sort_unstable();
    names
}

/// The small world with many more cities: beyond the size from which a run uses all threads by itself.
fn large_world() -> World {
    let mut world = small_world();
    world.quarters = 2;
    let some = world.cities.clone();
    for number in 1..=820_u64 {
        world.cities.extend(some.iter().cloned().map(|mut city| {
            city.code += 1_000 * number;
            city.id = format!("city_{}", city.code);
            city
        }));
    }
    world
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let one = files(&small_world(), &everything(), 9, 1);
    assert_eq!(one.len(), 8);
    for threads in [2, 8] {
        assert!(
            files(&small_world(), &everything(), 9, threads) == one,
            "{threads} threads"
        );
    }
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_large_world() {
    let settings = everything();
    let one = files(&large_world(), &settings, 2, 1);
    for threads in [2, 8] {
        assert!(
            files(&large_world(), &settings, 2, threads) == one,
            "{threads} threads"
        );
    }
    let world = large_world();
    let cities = world.cities.len();
    let rows = records(&one["cities.csv"]);
    assert_eq!(rows.len(), 2 * 2 * cities);
    let ids = rows.iter().map(|row| row["city_id"].clone());
    let expected = world.cities.iter().map(|city| city.id.clone());
    assert!(
        ids.take(cities).eq(expected),
        "rows go in the order of the cities"
    );
}

#[test]
fn one_more_replicate_leaves_the_rows_of_the_others_as_they_are() {
    let fewer = files(&small_world(), &everything(), 3, 2);
    let more = files(&small_world(), &everything(), 4, 2);
    for (name, bytes) in fewer.iter().filter(|(name, _)| name.ends_with(".csv")) {
        assert!(more[name].starts_with(bytes), "{name}");
        assert!(more[name].len() > bytes.len(), "{name}");
    }
}

#[test]
fn one_more_trace_file_leaves_the_others_as_they_are() {
    let all = files(&small_world(), &everything(), 2, 2);
    for file in USUAL {
        let alone = files(&small_world(), &settings(&[file]), 2, 2);
        let name = format!("{file}.csv");
        assert!(alone[&name] == all[&name], "{name}");
        assert_eq!(alone.len(), 2, "one table and its description");
    }
}

#[test]
fn outcomes_do_not_depend_on_what_is_written() {
    let base = tempfile::tempdir().expect("a folder");
    let outcomes = |name: &str, settings: &TraceSettings, threads| {
        write(
            &base.path().join(name),
            &small_world(),
            settings,
            4,
            threads,
        )
        .expect("a run")
    };
    let nothing = outcomes("nothing", &settings(&[]), 1);
    assert_eq!(outcomes("everything", &everything(), 3), nothing);
    assert_eq!(nothing.outcomes.len(), 4);
}

#[test]
fn files_of_gzip_and_zstd_hold_the_same_rows() {
    let plain = files(&small_world(), &settings(&USUAL), 3, 2);
    let all = [Compression::Gzip, Compression::Zstd];
    for compression in all.into_iter().filter(|one| one.lacking().is_none()) {
        let mut settings = settings(&USUAL);
        settings.compression = compression;
        let packed = files(&small_world(), &settings, 3, 2);
        assert!(
            files(&small_world(), &settings, 3, 8) == packed,
            "the same bytes each time"
        );
        for file in USUAL {
            let mut rows = Vec::new();
            match compression {
                #[cfg(feature = "zstd")]
                Compression::Zstd => {
                    let bytes = &packed[&format!("{file}.csv.zst")];
                    rows = zstd::decode_all(&bytes[..]).expect("zstd");
                }
                _ => {
                    let bytes = &packed[&format!("{file}.csv.gz")];
                    let mut decoder = flate2::read::GzDecoder::new(&bytes[..]);
                    decoder.read_to_end(&mut rows).expect("gzip");
                }
            }
            assert!(rows == plain[&format!("{file}.csv")], "{file}");
        }
    }
}

#[test]
fn nothing_is_left_of_a_run_that_cannot_go_on() {
    let mut world = small_world();
    // The frontier leaves the range of numbers after some quarters.
    world.sectors[1].frontier_growth = 1e120;
    let base = tempfile::tempdir().expect("a folder");
    let refused = write(&base.path().join("result"), &world, &everything(), 5, 2);
    let message = refused.expect_err("a run that stops").to_string();
    assert!(
        message.starts_with("replicate 0, seed 5: quarter "),
        "{message}"
    );
    assert!(message.ends_with("the run stops"), "{message}");
    assert_eq!(entries(&base), Vec::<String>::new());
}

#[test]
fn a_run_that_is_stopped_anywhere_goes_on_to_the_same_bytes() {
    let base = tempfile::tempdir().expect("a folder");
    let compressed = TraceSettings {
        compression: Compression::Gzip,
        ..everything()
    };
    for (number, world) in [small_world(), large_world()].into_iter().enumerate() {
        let all = [(everything(), "plain"), (compressed.clone(), "gzip")];
        // The large world has many rows.
        for (settings, name) in all.into_iter().take(2 - number) {
            let whole = base.path().join(format!("whole-{number}-{name}"));
            let kept = write(&whole, &world, &settings, 5, 2).expect("a run");
            for quarters in [1, 9, 22] {
                let target = base.path().join(format!("{number}-{name}-{quarters}"));
                let control = Control::default();
                let is_over = AtomicBool::new(false);
                let stopped = std::thread::scope(|scope| {
                    scope.spawn(|| {
                        while control.quarters_done() < quarters && !is_over.load(Ordering::Relaxed)
                        {
                            std::thread::yield_now();
                        }
                        control.cancel();
                    });
                    let outcome = go_on(&target, &world, &settings, (5, 1), Begin::New, &control);
                    is_over.store(true, Ordering::Relaxed);
                    outcome
                });
                if !matches!(stopped, Err(EngineError::Cancelled)) {
                    // The machine was faster than whoever wanted to stop it.
                    continue;
                }
                assert!(!target.exists());
                // Rows of a replicate that was not ended are of no use.
                let part = partial(&target).join("national.csv");
                let mut rows = fs::read(&part).expect("rows");
                rows.extend(b"0,5,half a row");
                fs::write(&part, rows).expect("written");
                let control = Control::default();
                let again = go_on(&target, &world, &settings, (5, 3), Begin::Resume, &control);
                assert!(again.expect("a run") == kept);
                assert!(
                    files_in(&target) == files_in(&whole),
                    "{number} {name} {quarters}"
                );
                assert!(!partial(&target).exists());
            }
        }
    }
}

#[test]
fn what_the_sink_says_ends_the_run() {
    let setup = Setup::new(small_world()).expect("a world that can start");
    let traces = Traces::new(&settings(&["national"])).expect("files that exist");
    let job = Job {
        setup: &setup,
        traces: &traces,
        seed: SEED,
        replicates: 100,
        first: 0,
        rules: None,
        threads: 3,
    };
    let mut taken = 0;
    let outcome = dualtrack::study::replicates::replicates(&job, &Control::default(), |_| {
        taken += 1;
        if taken < 7 { Ok(()) } else { Err("full") }
    });
    assert!(matches!(outcome, Err(EngineError::Sink("full"))));
    assert_eq!(taken, 7);
}
