//! Killed, cut off, damaged, parted and put together: the bytes stay the same.

use std::fs::{self, OpenOptions};
use std::io::Write;
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
    while !folder.path("r.partial/checkpoints").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let message = folder.refused(2, &sweep("r", &[]));
    assert!(
        message.contains("of 2400 runs of an unfinished sweep; add `--resume` to go on"),
        "{message}"
    );
    folder.ok(&sweep("r", &["--force"]));
    let message = folder.refused(2, &sweep("r", &[]));
    assert!(
        message.contains("r exists; add `--resume` to take over"),
        "{message}"
    );
}

/// Makes an unfinished sweep by hand: a whole one that has lost its end.
fn unfinished(folder: &Folder, out: &str) {
    let mut child = folder
        .command(&sweep(out, &["--threads", "1"]))
        .spawn()
        .expect("a program");
    let checkpoints = folder.path(&format!("{out}.partial/checkpoints"));
    // A checkpoint a second: the second line says that some runs are safe.
    let lines = || {
        fs::read_to_string(&checkpoints)
            .unwrap_or_default()
            .lines()
            .count()
    };
    while lines() < 2 && folder.path(&format!("{out}.partial")).exists()
        || !folder.path(&format!("{out}.partial")).exists() && !folder.path(out).exists()
    {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn what_was_cut_off_or_damaged_behind_a_checkpoint_is_made_again() {
    let folder = Folder::new();
    folder.ok(&sweep("whole", &[]));
    for (round, damage) in ["cut", "garbage", "earlier", "checkpoints"]
        .into_iter()
        .enumerate()
    {
        let out = format!("r{round}");
        unfinished(&folder, &out);
        let partial = folder.path(&format!("{out}.partial"));
        if !partial.exists() {
            // The machine was too fast; the other tests remain.
            continue;
        }
        let runs = partial.join("runs.csv");
        match damage {
            "cut" => {
                let length = fs::metadata(&runs).expect("a file").len();
                let file = OpenOptions::new().write(true).open(&runs).expect("a file");
                file.set_len(length - 7).expect("cut");
            }
            "garbage" => {
                let mut file = OpenOptions::new().append(true).open(&runs).expect("a file");
                file.write_all(&[0; 100]).expect("written");
            }
            "earlier" => {
                let mut bytes = fs::read(&runs).expect("a file");
                bytes[200] ^= 1;
                fs::write(&runs, bytes).expect("written");
            }
            _ => {
                let path = partial.join("checkpoints");
                let mut bytes = fs::read(&path).expect("a file");
                bytes.truncate(bytes.len() - 3);
                fs::write(&path, bytes).expect("written");
            }
        }
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
        message.contains("it holds files that no sweep writes"),
        "{message}"
    );
    assert_eq!(folder.read("r.partial/thesis.tex"), "years of work");
}

#[test]
fn shards_merge_to_the_same_bytes_and_what_is_wrong_with_them_is_said() {
    let folder = Folder::new();
    folder.ok(&["sweep", "e.toml", "--out", "whole", "--quiet"]);
    for shard in ["3/3", "1/3", "2/3"] {
        folder.ok(&["sweep", "e.toml", "--out", "r", "--shard", shard, "--quiet"]);
    }
    folder.ok(&["merge", "e.toml", "--out", "r"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
    let message = folder.refused(2, &["merge", "e.toml", "--out", "r"]);
    assert_eq!(
        message,
        "r exists; add `--force` to replace it, or choose another folder with `--out`\n"
    );
    // As a merge that was killed leaves it.
    fs::rename(folder.path("r"), folder.path("r.partial")).expect("renamed");
    let message = folder.refused(2, &["merge", "e.toml", "--out", "r"]);
    assert_eq!(
        message,
        "r.partial holds an unfinished sweep or merge; add `--force` to put the shards together anew, or choose another folder with `--out`\n"
    );
    folder.ok(&["merge", "e.toml", "--out", "r", "--force"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));

    let message = folder.refused(
        2,
        &[
            "merge",
            "e.toml",
            "--out",
            "s",
            "r.shard-1-of-3",
            "r.shard-3-of-3",
        ],
    );
    assert_eq!(message, "of 3 shards these are missing: 2\n");
    let message = folder.refused(
        2,
        &[
            "merge",
            "e.toml",
            "--out",
            "s",
            "--seed",
            "2",
            "r.shard-1-of-3",
        ],
    );
    assert_eq!(
        message,
        "r.shard-1-of-3: a shard of another experiment: `run.seed` is 2, there it is 1\n"
    );
    let message = folder.refused(2, &["merge", "e.toml", "--out", "s", "whole"]);
    assert_eq!(message, "whole: this is no shard but a whole result\n");
    let runs = folder.read("r.shard-2-of-3/runs.csv");
    folder.write("r.shard-2-of-3/runs.csv", &runs.replacen("0.", "1.", 1));
    let message = folder.refused(
        2,
        &[
            "merge",
            "e.toml",
            "--out",
            "s",
            "r.shard-1-of-3",
            "r.shard-2-of-3",
            "r.shard-3-of-3",
        ],
    );
    assert_eq!(
        message,
        "r.shard-2-of-3: `runs.csv` is damaged: its checksum is not that of the manifest\n"
    );
    let message = folder.refused(2, &["sweep", "e.toml", "--shard", "4/3"]);
    assert!(message.contains("I/N with I from 1 to N"), "{message}");
    assert!(!folder.path("s").exists());
}

#[test]
fn an_extended_experiment_takes_over_the_runs_it_shares() {
    let folder = Folder::new();
    folder.ok(&["sweep", "e.toml", "--out", "r", "--quiet"]);
    // A mark shows which rows were taken over.
    let runs = folder.read("r/runs.csv");
    let first = runs.lines().nth(1).expect("a row").to_string();
    let marked = first.replacen("0,0,1,", "0,0,1,7", 1);
    folder.write("r/runs.csv", &runs.replacen(&first, &marked, 1));
    // The manifest does not vouch for it.
    let message = folder.refused(2, &["sweep", "e.toml", "--out", "r", "--quiet", "--resume"]);
    assert!(
        message.contains("r/runs.csv: it has changed since the result was written"),
        "{message}"
    );
    let manifest = folder.read("r/manifest.json");
    folder.write("r/manifest.json", &manifest.replace("\"sha256\"", "\"sha\""));
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
fn a_result_that_only_needs_its_name_keeps_its_rows() {
    let folder = Folder::new();
    folder.ok(&["sweep", "e.toml", "--out", "whole", "--quiet"]);
    folder.ok(&["sweep", "e.toml", "--out", "r", "--quiet"]);
    // As a sweep that was killed just before its last step leaves it.
    fs::rename(folder.path("r"), folder.path("r.partial")).expect("renamed");
    folder.ok(&["sweep", "e.toml", "--out", "r", "--resume", "--quiet"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
}
