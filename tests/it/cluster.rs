//! A sweep made in shards, anywhere, by anybody, in any order, is the sweep made in one go.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::sweep::{EXPERIMENT, Folder, said};

mod commands;
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

/// Files of executions that are left.
fn parts(folder: &Folder) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder.path("p/shards/0000"))
        .into_iter()
        .flatten();
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "part"))
        .collect()
}

/// Starts an execution at the first shard and waits until it writes.
fn begin(folder: &Folder) -> Child {
    let written = || {
        let parts = parts(folder);
        let length = |part: &&std::path::PathBuf| fs::metadata(part).map_or(0, |own| own.len());
        parts.iter().filter(|part| length(part) > 0).count()
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
    assert_eq!(said, "18 runs made again: all numbers are the same\n");
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
fn two_executions_at_once_are_both_right_and_the_one_that_loses_is_silent() {
    let folder = planned(&["--shards", "2", "--replicates", "400"]);
    let executions: Vec<Child> = (0..6)
        .map(|_| spawn(&folder, &["shard", "p", "1-2", "--threads", "1", "--quiet"]))
        .collect();
    for execution in executions {
        let output = execution.wait_with_output().expect("a program");
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
        format!("shard 1 of 1: 24,000 runs, {taken_over} of an earlier execution\n")
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
fn a_shard_that_is_killed_is_made_by_another_execution() {
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
        "p: a plan that this program would make otherwise: `plan.run.program.version` is \"{}\", there it is \"0.0.7\"\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(message, expected);
    let asked = "\"arguments\": [\n    \"sweep\",";
    assert!(plan.contains(asked), "{plan}");
    let other = plan.replace(asked, "\"arguments\": [\n    \"sweep\",\n    \"--seed=2\",");
    folder.write("p/plan.json", &other);
    let message = folder.refused(2, &["merge", "p"]);
    assert!(
        message.ends_with("otherwise: `plan.run.seed` is 2, there it is 1\n"),
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

/// All files of a result but manifest and page, which show times, by name.
fn tables(folder: &Folder, result: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder.path(result)).expect("a folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.is_file()).map(|path| {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        (name, fs::read(&path).expect("a file"))
    });
    files
        .filter(|(name, _)| name != "manifest.json" && name != "report.html")
        .collect()
}

#[test]
fn every_kind_of_study_is_made_of_shards() {
    let folder = Folder::new();
    let objectives = "\n[objectives]\ncompetitiveness = \"max\"\nwaste_share = \"min\"\n";
    folder.write("f.toml", &(EXPERIMENT.to_string() + objectives));
    let morris = EXPERIMENT
        .replace("levels = [0, 1, 2]", "range = [0, 2]")
        .replace("kind = \"grid\"", "kind = \"morris\"\ntrajectories = 3");
    folder.write("m.toml", &morris);
    let other = "extends = \"china.toml\"\n[mechanisms]\ntournament = false\n";
    folder.write("other.toml", other);
    let short = ["--set", "run.quarters=8", "--replicates", "3"];
    let kinds: &[(&str, Vec<&str>)] = &[
        ("frontier", vec!["frontier", "f.toml"]),
        ("sensitivity", vec!["sensitivity", "m.toml"]),
        (
            "compare",
            [&["compare", "china.toml", "other.toml"][..], &short].concat(),
        ),
        (
            "over",
            [
                &["compare", "china.toml", "other.toml", "--over", "3"][..],
                &short,
            ]
            .concat(),
        ),
        (
            "attribute",
            [
                &[
                    "attribute",
                    "china.toml",
                    "--over",
                    "tournament,codification",
                ][..],
                &short,
            ]
            .concat(),
        ),
        (
            "reproduce",
            vec![
                "reproduce",
                "--claim",
                "C1",
                "--replicates",
                "2",
                "--full",
                "--points",
                "2",
                "--pairs",
                "2",
            ],
        ),
    ];
    for (kind, command) in kinds {
        let (plan, result) = (format!("p-{kind}"), format!("r-{kind}"));
        let whole = format!("w-{kind}");
        folder.ok(&[command, &["--plan", &plan, "--shards", "4", "--quiet"][..]].concat());
        folder.ok(&["shard", &plan, "3,1", "--quiet"]);
        folder.ok(&["shard", &plan, "2-4", "--quiet", "--threads", "2"]);
        folder.ok(&["merge", &plan, "--out", &result, "--quiet"]);
        folder.ok(&[command, &["--out", &whole, "--quiet"][..]].concat());
        assert!(
            tables(&folder, &result) == tables(&folder, &whole),
            "{kind}"
        );
        let audited = folder.ok(&["audit", &plan, "--runs", "5"]);
        assert!(audited.contains("all numbers are the same"), "{audited}");
        if *kind != "over" {
            folder.ok(&["report", &result, "--out", &format!("{kind}.html")]);
        }
    }
    let adaptive = [
        "compare",
        "china.toml",
        "other.toml",
        "--until-halfwidth",
        "1",
    ];
    let message = folder.refused(2, &[&adaptive[..], &["--plan", "q"]].concat());
    assert!(message.contains("allowed: `--replicates`"), "{message}");
}
