//! What the commands say, in which forms, and with which exit codes.

use std::fs;
use std::time::Duration;

use dualtrack::study::run_file::{RunFile, read};
use dualtrack::study::shards::plan_folder::PlanFolder;

use super::{array, planned, shard};
use crate::sweep::{EXPERIMENT, Folder, said};

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
        "shard 4 is damaged: it holds runs of something else\n",
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
        "`--plan DIR` of a command that runs a study makes a plan folder",
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
        "allowed: a number from 0.001",
    );
    refused(&["sweep", "e.toml", "--shards", "3"], "--plan");
    refused(
        &["sweep", "e.toml", "--plan", "q", "--out", "r"],
        "cannot be used",
    );
    refused(&["merge", "e.toml"], "this is no plan folder");
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
fn an_audit_finds_a_run_that_gives_other_numbers() {
    let folder = planned(&["--shards", "2"]);
    folder.ok(&["shard", "p", "1-2", "--quiet"]);
    assert!(
        folder
            .ok(&["audit", "p", "--runs", "7"])
            .starts_with("7 runs made again: all")
    );
    // A shard as another machine could have made it: another number, with a checksum that fits.
    let plan = PlanFolder::open(&folder.path("p")).expect("a plan");
    let (path, text, range) = (plan.file_of(2), plan.text(2), plan.range(2));
    let other = folder.path("other");
    let pause = Duration::from_secs(60);
    let mut made = RunFile::open(&other, &text, range.start, pause).expect("a file");
    let read = read(&path, &text, range.start, |number, run| {
        let mut run = run.clone();
        if number == range.start {
            run.values[0] = Some(0.5);
        }
        made.push(&run)
    });
    assert_eq!(read.expect("read"), range.end);
    made.seal(&text, &path).expect("sealed");
    let message = folder.refused(1, &["audit", "p", "--runs", "36"]);
    assert!(
        message.starts_with("36 runs made again: 1 run with other numbers\nrun 18 of shard 2\n  there  number 1: 0.5\n  here   number 1: 0."),
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
