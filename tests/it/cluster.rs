//! A sweep made in shards, anywhere, by anybody, in any order, is the sweep made in one go.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::sweep::{EXPERIMENT, Folder, said};

mod many;

/// So many replicates that a shard lasts long enough to be stopped.
const LONG: &str = "4000";

/// A folder with a plan in `p` and, where asked, the result of a sweep in one go in `whole`.
fn planned(more: &[&str]) -> Folder {
    let folder = Folder::new();
    let mut arguments = vec!["sweep", "e.toml", "--plan", "p", "--quiet"];
    arguments.extend(more);
    folder.ok(&arguments);
    folder
}

/// The file of a shard, from the folder of the test.
fn shard(number: u64) -> String {
    format!("p/shards/{:04}/{number:07}.shard", number / 1000)
}

fn array(folder: &Folder) -> String {
    folder.ok(&["status", "p", "--format", "slurm"])
}

/// Folders of attempts that are left.
fn parts(folder: &Folder) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder.path("p/shards/0000"))
        .into_iter()
        .flatten();
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "part"))
        .collect()
}

/// Starts an attempt at the first shard and waits until it writes.
fn begin(folder: &Folder) -> Child {
    let written = || {
        let parts = parts(folder);
        let begun = parts.iter().filter(|part| part.join("runs.csv").exists());
        begun.count()
    };
    let before = written();
    let mut child = spawn(folder, &["shard", "p", "1", "--threads", "1"]);
    let began = Instant::now();
    while written() <= before {
        assert!(child.try_wait().expect("a program").is_none(), "it ended");
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "it did not begin"
        );
        thread::sleep(Duration::from_millis(5));
    }
    child
}

fn spawn(folder: &Folder, arguments: &[&str]) -> Child {
    folder
        .command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(status.expect("kill").success());
}

#[test]
fn shards_in_any_order_make_the_sweep_in_one_go() {
    let folder = planned(&["--shards", "5"]);
    folder.ok(&["sweep", "e.toml", "--out", "whole", "--quiet"]);
    assert_eq!(array(&folder), "1-5\n");
    let said = folder.ok(&["shard", "p", "4", "--threads", "2"]);
    assert_eq!(said, "shard 4 of 5: 7 runs\n");
    folder.ok(&["shard", "p", "2", "--threads", "1"]);
    assert_eq!(array(&folder), "1,3,5\n");
    let message = folder.refused(2, &["merge", "p", "--out", "r"]);
    assert_eq!(message, "of 5 shards these are missing: 1,3,5\n");
    folder.ok(&["shard", "p", "1,3-5"]);
    assert_eq!(array(&folder), "\n");
    folder.ok(&["merge", "p", "--out", "r"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
    assert!(parts(&folder).is_empty());
}

#[test]
fn a_plan_with_series_merges_to_the_same_series() {
    let folder = Folder::new();
    folder.write(
        "e.toml",
        &EXPERIMENT.replace("replicates = 6", "replicates = 3\nseries = true"),
    );
    folder.ok(&["sweep", "e.toml", "--plan", "p", "--shards", "4"]);
    folder.ok(&["shard", "p", "1-4", "--quiet"]);
    folder.ok(&["sweep", "e.toml", "--out", "whole", "--quiet"]);
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
    assert!(folder.read("r/series.csv") == folder.read("whole/series.csv"));
    let said = folder.ok(&["audit", "p", "--runs", "18"]);
    assert_eq!(said, "18 runs made again: all bytes are the same\n");
}

#[test]
fn a_shard_does_not_depend_on_how_the_plan_is_parted() {
    let folder = planned(&["--shards", "1"]);
    folder.ok(&["shard", "p", "1"]);
    folder.ok(&["merge", "p", "--out", "one", "--quiet"]);
    fs::rename(folder.path("p"), folder.path("q")).expect("moved");
    folder.ok(&[
        "sweep", "e.toml", "--plan", "p", "--shards", "36", "--quiet",
    ]);
    folder.ok(&["shard", "p", "1-36", "--quiet"]);
    folder.ok(&["merge", "p", "--out", "all", "--quiet"]);
    assert!(folder.bytes("one") == folder.bytes("all"));
}

#[test]
fn a_whole_shard_is_skipped_and_a_damaged_one_made_again() {
    let folder = planned(&["--shards", "3"]);
    folder.ok(&["shard", "p", "1-3", "--quiet"]);
    let (first, second) = (shard(1), shard(2));
    let bytes = fs::read(folder.path(&second)).expect("a shard");
    let time = |name: &str| {
        let about = fs::metadata(folder.path(name)).expect("a shard");
        about.modified().expect("a time")
    };
    let before = time(&first);
    assert_eq!(folder.ok(&["shard", "p", "1"]), "");
    assert_eq!(time(&first), before);
    for damage in ["changed", "cut off", "longer", "empty", "another"] {
        let mut damaged = bytes.clone();
        match damage {
            "changed" => damaged[100] ^= 1,
            "cut off" => damaged.truncate(bytes.len() - 9),
            "longer" => damaged.push(b'x'),
            "empty" => damaged.clear(),
            _ => damaged = fs::read(folder.path(&first)).expect("a shard"),
        }
        fs::write(folder.path(&second), damaged).expect("written");
        assert_eq!(array(&folder), "2\n", "{damage}");
        let message = folder.refused(2, &["merge", "p", "--out", "r"]);
        assert!(message.starts_with("shard 2 is damaged: "), "{message}");
        assert!(!folder.path("r").exists());
        folder.ok(&["shard", "p", "2", "--quiet"]);
        assert!(
            fs::read(folder.path(&second)).expect("a shard") == bytes,
            "{damage}"
        );
    }
}

#[test]
fn status_says_what_is_there_in_four_forms() {
    let folder = planned(&["--shards", "9"]);
    folder.ok(&["shard", "p", "1,2,4-6", "--quiet"]);
    fs::write(folder.path(&shard(4)), "x").expect("written");
    assert_eq!(array(&folder), "3-4,7-9\n");
    let lines = folder.ok(&["status", "p", "--format", "lines"]);
    assert_eq!(lines, "3\n4\n7\n8\n9\n");
    let behind = [
        "status", "p", "--format", "slurm", "--chunk", "4", "--offset",
    ];
    assert_eq!(folder.ok(&[&behind[..], &["4"]].concat()), "3-4\n");
    assert_eq!(folder.ok(&[&behind[..], &["8"]].concat()), "1\n");
    let first = folder.ok(&behind[..6]);
    assert_eq!(first, "3-4\n3 shards more behind 4: `--offset 4`\n");
    let output = folder.run(&["status", "p"]);
    assert_eq!(output.status.code(), Some(3));
    let text = said(&output);
    for part in [
        "Shards     4 of 9 done, 4 missing, 1 damaged",
        "Runs       16 of 36 done, 0 failed",
        "of 9 shards these are missing: 3,7-9\n",
        "shard 4 is damaged: its last line is missing or cut off\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let output = folder.run(&["status", "p", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["missing"], serde_json::json!([3, 7, 8, 9]));
    assert_eq!(json["damaged"][0]["shard"], 4);
    assert_eq!(
        (&json["done_runs"], &json["complete"]),
        (&16.into(), &false.into())
    );
    assert!(json["runs_per_second"].is_f64() && json["seconds_left"].is_f64());
    folder.ok(&["shard", "p", "3-9", "--quiet"]);
    assert!(
        folder
            .ok(&["status", "p", "--quick"])
            .contains("9 of 9 done")
    );
}

#[test]
fn a_plan_works_wherever_it_lies_and_whatever_becomes_of_its_files() {
    let folder = planned(&[
        "--shards",
        "3",
        "--seed",
        "9",
        "--set",
        "budgets.retention=0.4",
    ]);
    let laid = [
        "--seed",
        "9",
        "--set",
        "budgets.retention=0.4",
        "--out",
        "whole",
    ];
    folder.ok(&[&["sweep", "e.toml", "--quiet"][..], &laid].concat());
    let elsewhere = tempfile::tempdir().expect("a folder");
    let moved = elsewhere.path().join("moved");
    assert!(
        Command::new("mv")
            .arg(folder.path("p"))
            .arg(&moved)
            .status()
            .expect("mv")
            .success()
    );
    fs::remove_file(folder.path("e.toml")).expect("removed");
    fs::remove_file(folder.path("china.toml")).expect("removed");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dualtrack"))
            .current_dir(elsewhere.path())
            .args(arguments)
            .output()
            .expect("a program");
        assert!(output.status.success(), "{}", said(&output));
    };
    run(&["shard", "moved", "1-3"]);
    run(&["merge", "moved", "--out", "r"]);
    let merged = elsewhere.path().join("r/runs.csv");
    assert!(fs::read_to_string(merged).expect("runs") == folder.read("whole/runs.csv"));
}

#[test]
fn levels_that_are_files_travel_with_the_plan() {
    let folder = Folder::new();
    folder.write(
        "other.toml",
        "extends = \"china.toml\"\n[mechanisms]\ntournament = false\n",
    );
    let factor = "\n[[factors]]\nname = \"world\"\nlevels = [\n  { name = \"a\", set = {} },\n  { name = \"b\", scenario = \"other.toml\" },\n]\n";
    folder.write("e.toml", &(EXPERIMENT.to_string() + factor));
    folder.ok(&["sweep", "e.toml", "--plan", "p", "--shards", "2", "--quiet"]);
    folder.ok(&["sweep", "e.toml", "--out", "whole", "--quiet"]);
    fs::remove_file(folder.path("other.toml")).expect("removed");
    folder.ok(&["shard", "p", "1-2", "--quiet"]);
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
}

#[test]
fn two_attempts_at_once_are_both_right_and_the_one_that_loses_is_silent() {
    let folder = planned(&["--shards", "2", "--replicates", "400"]);
    let attempts: Vec<Child> = (0..6)
        .map(|_| spawn(&folder, &["shard", "p", "1-2", "--threads", "1", "--quiet"]))
        .collect();
    for attempt in attempts {
        let output = attempt.wait_with_output().expect("a program");
        assert_eq!(
            (output.status.code(), said(&output).as_str()),
            (Some(0), "")
        );
    }
    folder.ok(&[
        "sweep",
        "e.toml",
        "--replicates",
        "400",
        "--out",
        "whole",
        "--quiet",
    ]);
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
}

#[cfg(unix)]
#[test]
fn a_shard_that_is_asked_to_stop_goes_on_from_there() {
    let folder = planned(&["--shards", "1", "--replicates", LONG]);
    let mut taken_over = 0;
    for name in ["TERM", "USR1", "INT"] {
        let child = begin(&folder);
        thread::sleep(Duration::from_millis(150));
        signal(&child, name);
        let output = child.wait_with_output().expect("a program");
        let text = said(&output);
        assert_eq!(output.status.code(), Some(130), "{name}: {text}");
        let done = text
            .strip_prefix("shard 1 of 1: stopped after ")
            .and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
        let done = done.unwrap_or_else(|| panic!("{text}"));
        assert!(done >= taken_over, "{name}: {done} after {taken_over}");
        taken_over = done;
    }
    assert!(taken_over > 0);
    assert!(said(&folder.run(&["status", "p"])).contains("Begun   1 shard, under way or stopped"));
    let text = folder.ok(&["shard", "p", "1"]);
    assert_eq!(
        text,
        format!("shard 1 of 1: 24,000 runs, {taken_over} of an earlier attempt\n")
    );
    assert!(parts(&folder).is_empty());
    folder.ok(&[
        "sweep",
        "e.toml",
        "--replicates",
        LONG,
        "--out",
        "whole",
        "--quiet",
    ]);
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
}

#[test]
fn a_shard_that_is_killed_is_made_by_another_attempt() {
    let folder = planned(&["--shards", "2", "--replicates", "400"]);
    for milliseconds in [0, 100, 300] {
        let mut child = begin(&folder);
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    assert!(!parts(&folder).is_empty(), "nothing was killed in time");
    folder.ok(&["shard", "p", "1-2", "--quiet"]);
    assert!(parts(&folder).is_empty());
    folder.ok(&[
        "sweep",
        "e.toml",
        "--replicates",
        "400",
        "--out",
        "whole",
        "--quiet",
    ]);
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
}

#[test]
fn another_program_or_experiment_is_refused_with_the_difference() {
    let folder = planned(&["--shards", "2"]);
    let plan = folder.read("p/plan.json");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(plan.contains(&version));
    let id = plan.split('"').nth(5).expect("the id");
    let other = plan
        .replace(&version, "\"version\": \"0.0.7\"")
        .replace(id, &"0".repeat(64));
    folder.write("p/plan.json", &other);
    let message = folder.refused(2, &["shard", "p", "1"]);
    let expected = format!(
        "p: a plan that this program would make otherwise: `run.program.version` is \"{}\", there it is \"0.0.7\"\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(message, expected);
    folder.write(
        "p/plan.json",
        &plan.replace("\"replicates\": 6", "\"replicates\": 7"),
    );
    let message = folder.refused(2, &["merge", "p"]);
    // An identity that was changed by hand is not that of the id.
    assert!(
        message.is_empty() || message.contains("shards these are missing"),
        "{message}"
    );
    folder.write("p/plan.json", &plan);
    let name = fs::read_dir(folder.path("p/files"))
        .expect("files")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .find(|name| name.ends_with("e.toml"))
        .expect("the experiment");
    folder.write(&format!("p/files/{name}"), "replicates = 7");
    let message = folder.refused(2, &["shard", "p", "1"]);
    assert!(
        message.contains("its checksum is not that of `plan.json`"),
        "{message}"
    );
    assert!(!folder.path("p/shards").exists());
}

#[test]
fn bad_input_is_refused_with_what_is_allowed() {
    let folder = planned(&["--shards", "3"]);
    let refused = |arguments: &[&str], part: &str| {
        let message = folder.refused(2, arguments);
        assert!(message.contains(part), "{part} in\n{message}");
    };
    refused(&["shard", "p", "4"], "there is no shard 4; allowed: 1 to 3");
    refused(&["shard", "p", "0"], "there is no shard 0; allowed: 1 to 3");
    refused(
        &["shard", "p", "x"],
        "`x` is no shard; allowed: numbers and ranges",
    );
    refused(&["shard", "p"], "required");
    refused(&["shard", "e.toml", "1"], "this is no plan folder");
    refused(
        &["status", "nowhere"],
        "`dualtrack sweep EXPERIMENT --plan DIR` makes a plan folder",
    );
    refused(
        &["sweep", "e.toml", "--plan", "p"],
        "p exists; a plan is never changed",
    );
    refused(
        &["sweep", "e.toml", "--plan", "q", "--shards", "37"],
        "allowed: 1 to 36",
    );
    refused(
        &["sweep", "e.toml", "--plan", "q", "--shard-minutes", "0"],
        "allowed: minutes",
    );
    refused(&["sweep", "e.toml", "--shards", "3"], "--plan");
    refused(
        &["sweep", "e.toml", "--plan", "q", "--out", "r"],
        "cannot be used",
    );
    refused(
        &["merge", "p", "--seed", "2"],
        "p is a plan folder, which is merged as it is",
    );
    refused(&["audit", "p"], "no shard is done yet");
    refused(&["script", "p", "--engine", "pbs"], "slurm");
    refused(
        &["script", "p", "--engine", "slurm", "--time", "1 h"],
        "allowed: letters",
    );
    assert!(!folder.path("q").exists());
}

#[test]
fn the_environment_of_an_engine_tells_the_number() {
    let folder = planned(&["--shards", "4"]);
    let run = |arguments: &[&str], set: &[(&str, &str)]| {
        let mut command = folder.command(&[&["shard", "p"][..], arguments].concat());
        for (name, value) in set {
            command.env(name, value);
        }
        said(&command.output().expect("a program"))
    };
    let text = run(&["--from-env"], &[("SLURM_ARRAY_TASK_ID", "2")]);
    assert_eq!(text, "shard 2 of 4: 9 runs\n");
    let text = run(&["--from-env", "--offset", "2"], &[("LSB_JOBINDEX", "1")]);
    assert_eq!(text, "shard 3 of 4: 9 runs\n");
    let text = run(&["--from-env"], &[("JOB_COMPLETION_INDEX", "3")]);
    assert_eq!(text, "shard 4 of 4: 9 runs\n");
    let text = run(&["0", "--offset", "1"], &[]);
    assert_eq!(text, "shard 1 of 4: 9 runs\n");
    assert!(run(&["--from-env"], &[]).contains("none is set of SLURM_ARRAY_TASK_ID, "));
}

#[test]
fn an_audit_finds_a_run_that_gives_other_bytes() {
    let folder = planned(&["--shards", "2"]);
    folder.ok(&["shard", "p", "1-2", "--quiet"]);
    assert!(
        folder
            .ok(&["audit", "p", "--runs", "7"])
            .starts_with("7 runs made again: all")
    );
    // A shard as another machine could have made it: another digit, with a checksum that fits.
    let text = folder.read(&shard(2));
    let last = text.rfind(" sha256=").expect("a checksum");
    let other = text[..last].replacen("0.4", "0.5", 1);
    let sum = dualtrack::sweep::plan::sha256(other.as_bytes());
    folder.write(&shard(2), &format!("{other} sha256={sum}\n"));
    let message = folder.refused(1, &["audit", "p", "--runs", "36"]);
    assert!(
        message.starts_with(
            "36 runs made again: 1 run with other bytes\nrun 18 of shard 2\n  there  0,3,1,0.5"
        ),
        "{message}"
    );
}

#[test]
fn failed_runs_are_rows_and_no_failure_of_the_shard() {
    let folder = Folder::new();
    let failing = EXPERIMENT.replace(
        "key = \"mechanisms.codification\"\nlevels = [true, false]",
        "key = \"codification.lag_min_quarters\"\nlevels = [2, 9]",
    );
    folder.write("e.toml", &failing);
    folder.ok(&["sweep", "e.toml", "--plan", "p", "--shards", "2", "--quiet"]);
    assert_eq!(
        folder.ok(&["shard", "p", "1"]),
        "shard 1 of 2: 18 runs, 9 failed\n"
    );
    folder.ok(&["shard", "p", "2"]);
    assert!(
        folder
            .ok(&["status", "p"])
            .contains("36 of 36 done, 18 failed")
    );
    let output = folder.run(&["merge", "p", "--out", "r"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
}

#[test]
fn a_pilot_parts_a_plan_by_minutes() {
    let folder = planned(&["--shard-minutes", "0.001"]);
    let json: serde_json::Value = serde_json::from_str(&folder.read("p/plan.json")).expect("JSON");
    let shards = json["shards"].as_u64().expect("a number");
    assert!((1..=36).contains(&shards), "{shards}");
    let text = folder.ok(&["sweep", "e.toml", "--plan", "q"]);
    assert!(text.contains("Shards  1, of up to 36 runs each"), "{text}");
}

#[test]
fn a_script_for_slurm_is_short_and_says_how_to_submit() {
    let folder = planned(&["--shards", "9"]);
    let script = ["script", "p", "--engine", "slurm"];
    let more = [
        "--partition",
        "cpu",
        "--time",
        "01:00:00",
        "--cpus",
        "4",
        "--account",
        "ma24",
    ];
    let text = folder.ok(&[&script[..], &more].concat());
    assert!(
        text.contains("sbatch --array=$(dualtrack status "),
        "{text}"
    );
    let written = folder.read("p/slurm.sbatch");
    for part in [
        "#!/bin/bash\n",
        "#SBATCH --partition=cpu\n",
        "#SBATCH --account=ma24\n",
        "#SBATCH --time=01:00:00\n",
        "#SBATCH --cpus-per-task=4\n",
        "#SBATCH --signal=B:USR1@60\n",
        "#SBATCH --requeue\n",
        "/p/log/%a.log\n",
    ] {
        assert!(written.contains(part), "{part} in\n{written}");
    }
    assert!(!written.contains("srun") && !written.contains("sacct"));
    assert!(written.lines().count() < 30, "{written}");
    let message = folder.refused(2, &script);
    assert!(
        message.contains("slurm.sbatch exists; add `--force`"),
        "{message}"
    );
    let text = folder.ok(&[&script[..], &["--force", "--chunk", "4"]].concat());
    assert!(text.contains("for offset in $(seq 0 4 8); do\n"), "{text}");
    assert!(
        text.contains("OFFSET=$offset sbatch --array=$array "),
        "{text}"
    );
}
