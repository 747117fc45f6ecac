//! Killed, cut off, damaged, parted and put together: the bytes stay the same.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{EXPERIMENT, Folder};

/// More replicates, so that a sweep lasts long enough to be killed.
const LONG: &str = "400";

fn sweep<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "sweep",
        "e.toml",
        "--quiet",
        "--replicates",
        LONG,
        "--out",
        out,
    ];
    arguments.extend(more);
    arguments
}

#[test]
fn a_sweep_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = Folder::new();
    folder.ok(&sweep("whole", &[]));
    let mut was_unfinished = 0;
    for (round, milliseconds) in [20u64, 60, 150, 400, 900].into_iter().enumerate() {
        let out = format!("killed{round}");
        let mut child = folder
            .command(&sweep(&out, &[]))
            .spawn()
            .expect("a program");
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("killed");
        child.wait().expect("ended");
        if folder.path(&format!("{out}.partial")).exists() {
            was_unfinished += 1;
            assert!(!folder.path(&out).exists());
        }
        folder.ok(&sweep(&out, &["--resume", "--threads", "2"]));
        assert!(
            folder.bytes(&out) == folder.bytes("whole"),
            "after {milliseconds} ms"
        );
        assert!(!folder.path(&format!("{out}.partial")).exists());
    }
    assert!(was_unfinished > 0, "no sweep was killed in time");
}

#[test]
fn an_unfinished_sweep_is_not_begun_anew_unless_asked() {
    let folder = Folder::new();
    let mut child = folder.command(&sweep("r", &[])).spawn().expect("a program");
    while !folder.path("r.partial/stage-0.runs").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let message = folder.refused(2, &sweep("r", &[]));
    assert!(
        message.contains("runs of an unfinished study; add `--resume` to go on"),
        "{message}"
    );
    folder.ok(&sweep("r", &["--force"]));
    let message = folder.refused(2, &sweep("r", &[]));
    assert!(
        message.contains("r exists and holds a run of 400 replicates; add `--force`"),
        "{message}"
    );
}

/// Kills a sweep of which some runs are safe; returns their file, unless the machine was too fast.
fn unfinished(folder: &Folder, out: &str) -> Option<PathBuf> {
    let mut child = folder
        .command(&sweep(out, &["--threads", "1"]))
        .spawn()
        .expect("a program");
    let partial = folder.path(&format!("{out}.partial"));
    let runs = partial.join("stage-0.runs");
    // Runs come to disk once a second.
    let length = || fs::metadata(&runs).map_or(0, |about| about.len());
    while length() < 20_000 && !folder.path(out).exists() {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    partial.exists().then_some(runs)
}

#[test]
fn what_was_cut_off_or_damaged_is_made_again() {
    let folder = Folder::new();
    folder.ok(&sweep("whole", &[]));
    for (round, damage) in ["cut", "garbage", "changed"].into_iter().enumerate() {
        let out = format!("r{round}");
        let Some(runs) = unfinished(&folder, &out) else {
            // The machine was too fast; the other tests remain.
            continue;
        };
        let mut bytes = fs::read(&runs).expect("a file");
        match damage {
            "cut" => bytes.truncate(bytes.len() - 7),
            "garbage" => bytes.extend([0; 100]),
            _ => {
                let place = bytes.len() / 2;
                bytes[place] ^= 1;
            }
        }
        fs::write(&runs, bytes).expect("written");
        folder.ok(&sweep(&out, &["--resume"]));
        assert!(folder.bytes(&out) == folder.bytes("whole"), "{damage}");
    }
}

#[test]
fn two_processes_do_not_work_in_one_folder() {
    let folder = Folder::new();
    fs::create_dir(folder.path("r.partial")).expect("created");
    let lock = fs::File::create(folder.path("r.partial/lock")).expect("a file");
    lock.lock().expect("locked");
    for (who, says) in [
        ("", "another process works in r.partial; wait for it"),
        (
            "process 4711 on node7\n",
            "another process works in r.partial (process 4711 on node7); wait for it",
        ),
    ] {
        folder.write("r.partial/lock", who);
        for begin in ["--resume", "--force"] {
            let message = folder.refused(2, &sweep("r", &[begin]));
            assert!(message.contains(says), "{message}");
        }
    }
    // What a dead process has left does not stand in the way.
    drop(lock);
    folder.ok(&sweep("r", &["--resume"]));
}

#[test]
fn a_folder_with_other_files_is_never_cleared() {
    let folder = Folder::new();
    fs::create_dir(folder.path("r.partial")).expect("created");
    folder.write("r.partial/thesis.tex", "years of work");
    let message = folder.refused(2, &sweep("r", &["--force"]));
    assert!(
        message.contains("it holds files that no study writes"),
        "{message}"
    );
    assert_eq!(folder.read("r.partial/thesis.tex"), "years of work");
}

#[test]
fn an_extended_experiment_takes_over_the_runs_it_shares() {
    let folder = Folder::new();
    folder.ok(&["sweep", "e.toml", "--out", "r", "--quiet"]);
    // A mark shows which rows were taken over.
    let runs = folder.read("r/runs.csv");
    let first = runs.lines().nth(1).expect("a row").to_string();
    let number = first.split(',').nth(3).expect("a number");
    let marked = first.replacen(number, "7.5", 1);
    folder.write("r/runs.csv", &runs.replacen(&first, &marked, 1));
    // The manifest does not vouch for it.
    let message = folder.refused(2, &["sweep", "e.toml", "--out", "r", "--quiet", "--resume"]);
    assert!(
        message.contains("r/runs.csv: it has changed since the result was written"),
        "{message}"
    );
    let manifest = folder.read("r/manifest.json");
    folder.write(
        "r/manifest.json",
        &manifest.replace("\"sha256\"", "\"sha\""),
    );
    let extended = EXPERIMENT.replace("[0, 1, 2]", "[0.5, 0, 1, 2]");
    folder.write("e.toml", &extended);
    folder.ok(&[
        "sweep",
        "e.toml",
        "--out",
        "r",
        "--quiet",
        "--resume",
        "--replicates",
        "8",
    ]);
    let new = folder.read("r/runs.csv");
    assert_eq!(new.lines().count(), 1 + 8 * 8);
    let row = marked.replacen("0,0,1,", "2,0,1,", 1);
    assert!(new.lines().any(|line| line == row), "{row} in\n{new}");
    // All but the marked row are those of a sweep in one go.
    folder.ok(&[
        "sweep",
        "e.toml",
        "--out",
        "whole",
        "--quiet",
        "--replicates",
        "8",
    ]);
    let whole = folder.read("whole/runs.csv");
    let differing = whole
        .lines()
        .zip(new.lines())
        .filter(|(a, b)| a != b)
        .count();
    assert_eq!(differing, 1);
    // Another seed shares nothing.
    folder.ok(&[
        "sweep", "e.toml", "--out", "r", "--quiet", "--resume", "--seed", "2",
    ]);
    assert!(!folder.read("r/runs.csv").contains(",0,1,"));
}

#[test]
fn an_unfinished_sweep_of_another_experiment_is_put_aside_and_its_runs_are_taken_over() {
    let folder = Folder::new();
    if unfinished(&folder, "r").is_none() {
        return;
    }
    let extended = EXPERIMENT.replace("[0, 1, 2]", "[0.5, 0, 1, 2]");
    folder.write("e.toml", &extended);
    folder.ok(&sweep("whole", &[]));
    folder.ok(&sweep("r", &["--resume"]));
    assert!(folder.bytes("r") == folder.bytes("whole"));
    assert!(!folder.path("r.partial").exists() && !folder.path("r.earlier").exists());
    // Another seed has other runs: what is unfinished is neither taken nor thrown away.
    unfinished(&folder, "s");
    let message = folder.refused(2, &sweep("s", &["--resume", "--seed", "2"]));
    assert!(
        message.contains("it holds an unfinished study of other settings: `study.plan.run.seed` is 2, there it is 1"),
        "{message}"
    );
}
