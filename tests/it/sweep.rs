//! Sweeps survive anything, and `eval` says what they say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

mod files;
mod survival;

/// Files of a result that hold no clock times.
const FILES: [&str; 4] = ["runs.csv", "design.csv", "summary.csv", "datapackage.json"];

pub const EXPERIMENT: &str = "\
scenario = \"china.toml\"
replicates = 6
responses = [\"competitiveness\", \"waste_share\", \"sectors.gap[ai_chips]@2016\"]

[set]
\"run.quarters\" = 8

[design]
kind = \"grid\"

[[factors]]
key = \"tournament.intensity\"
levels = [0, 1, 2]

[[factors]]
key = \"mechanisms.codification\"
levels = [true, false]
";

/// A folder with an experiment over the scenario of China.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let base = base.to_string_lossy().replace('\\', "/");
        folder.write("china.toml", &format!("extends = \"{base}\"\n"));
        folder.write("e.toml", EXPERIMENT);
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
        command
            .current_dir(self.0.path())
            .env("NO_COLOR", "1")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("a program")
    }

    /// Runs a command that has to go well.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {text}");
        text
    }

    /// Runs a command that has to end with a code; returns what it says about that.
    pub fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The bytes of a result, apart from its manifest.
    pub fn bytes(&self, result: &str) -> Vec<Vec<u8>> {
        FILES
            .iter()
            .map(|name| fs::read(self.path(result).join(name)).expect("a file"))
            .collect()
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| !name.ends_with(".toml"))
            .collect();
        names.sort_unstable();
        names
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = Folder::new();
    for threads in ["1", "2", "8"] {
        let out = format!("t{threads}");
        folder.ok(&[
            "sweep",
            "e.toml",
            "--out",
            &out,
            "--threads",
            threads,
            "--quiet",
        ]);
    }
    assert!(folder.bytes("t1") == folder.bytes("t2"));
    assert!(folder.bytes("t1") == folder.bytes("t8"));
}

#[test]
fn rows_go_by_replicate_so_that_a_part_of_them_is_balanced() {
    let folder = Folder::new();
    folder.ok(&["sweep", "e.toml", "--out", "r"]);
    let text = folder.read("r/runs.csv");
    let keys: Vec<(u64, u64)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split(',').map(|cell| cell.parse().expect("a number"));
            (
                cells.next().expect("a point"),
                cells.next().expect("a replicate"),
            )
        })
        .collect();
    let expected: Vec<(u64, u64)> = (0..6)
        .flat_map(|replicate| (0..6).map(move |point| (point, replicate)))
        .collect();
    assert_eq!(keys, expected);
    assert_eq!(
        folder
            .read("r/design.csv")
            .lines()
            .nth(2)
            .map(|line| line.split(',').skip(2).collect::<Vec<_>>()),
        Some(vec!["0", "false"])
    );
}

#[test]
fn a_summary_is_the_mean_of_its_runs() {
    let folder = Folder::new();
    folder.ok(&["sweep", "e.toml", "--out", "r", "--quiet"]);
    let runs = folder.read("r/runs.csv");
    let of_point: Vec<f64> = runs
        .lines()
        .skip(1)
        .filter(|line| line.starts_with("3,"))
        .map(|line| {
            line.split(',')
                .nth(3)
                .expect("a cell")
                .parse()
                .expect("a number")
        })
        .collect();
    let mean = of_point.iter().sum::<f64>() / of_point.len() as f64;
    let summary = folder.read("r/summary.csv");
    let row = summary
        .lines()
        .find(|line| line.starts_with("3,competitiveness,"))
        .expect("a row");
    let cells: Vec<&str> = row.split(',').collect();
    assert_eq!((cells[2], cells[3]), ("6", "0"));
    let shown: f64 = cells[4].parse().expect("a number");
    approx::assert_relative_eq!(shown, mean, epsilon = 1e-13);
    let half = (cells[8].parse::<f64>().expect("a number") - shown)
        / cells[6].parse::<f64>().expect("a number");
    // Student's t with 5 degrees of freedom, 0.975: 2.570582.
    approx::assert_relative_eq!(half, 2.570_582, epsilon = 1e-6);
}

#[test]
fn a_run_that_fails_is_a_row_and_the_sweep_goes_on() {
    let folder = Folder::new();
    let failing = EXPERIMENT.replace(
        "key = \"mechanisms.codification\"\nlevels = [true, false]",
        "key = \"codification.lag_min_quarters\"\nlevels = [2, 9]",
    );
    folder.write("e.toml", &failing);
    let output = folder.run(&["sweep", "e.toml", "--out", "r"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("18 runs failed; the column `error`"),
        "{}",
        said(&output)
    );
    let runs = folder.read("r/runs.csv");
    let row = runs.lines().nth(2).expect("a row");
    assert!(row.starts_with("1,0,1,,,,"), "{row}");
    assert!(
        row.contains("above `codification.lag_max_quarters`"),
        "{row}"
    );
    let summary = folder.read("r/summary.csv");
    assert!(
        summary.contains("\n1,competitiveness,0,6,,,,,\n"),
        "{summary}"
    );
    assert!(
        folder
            .read("r/manifest.json")
            .contains("\"failed_runs\": 18")
    );
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let folder = Folder::new();
    let text = folder.ok(&["sweep", "e.toml", "--dry-run"]);
    for part in [
        "Runs           36",
        "Design points  6",
        "about ",
        "output/e",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn series_hold_every_quarter_of_every_run() {
    let folder = Folder::new();
    folder.write(
        "e.toml",
        &EXPERIMENT.replace("replicates = 6", "replicates = 2\nseries = true"),
    );
    folder.ok(&["sweep", "e.toml", "--out", "r", "--quiet"]);
    let series = folder.read("r/series.csv");
    assert_eq!(series.lines().count(), 1 + 2 * 6 * 8);
    let last = series
        .lines()
        .find(|line| line.starts_with("4,1,2016Q4,"))
        .expect("a row");
    let runs = folder.read("r/runs.csv");
    let run = runs
        .lines()
        .find(|line| line.starts_with("4,1,"))
        .expect("a row");
    assert_eq!(last.split(',').nth(3), run.split(',').nth(3));
}

#[test]
fn eval_says_what_a_run_and_a_sweep_say() {
    let folder = Folder::new();
    let set = ["--set", "run.quarters=8", "--set", "tournament.intensity=2"];
    let mut run = vec![
        "run",
        "china.toml",
        "--replicates",
        "4",
        "--out",
        "run",
        "--quiet",
    ];
    run.extend(set);
    folder.ok(&run);
    let mut eval = vec![
        "eval",
        "china.toml",
        "--replicate",
        "3",
        "--response",
        "competitiveness,gap",
    ];
    eval.extend(set);
    let answer: serde_json::Value = serde_json::from_str(&folder.ok(&eval)).expect("JSON");
    let national = folder.read("run/national.csv");
    let row = national
        .lines()
        .find(|line| line.starts_with("3,1,2016Q4,"))
        .expect("a row");
    let cell = |place: usize| {
        row.split(',')
            .nth(place)
            .expect("a cell")
            .parse::<f64>()
            .expect("a number")
    };
    assert_eq!(answer["competitiveness"].as_f64(), Some(cell(3)));
    assert_eq!(answer["gap"].as_f64(), Some(cell(5)));
    folder.ok(&["sweep", "e.toml", "--out", "sweep", "--quiet"]);
    let runs = folder.read("sweep/runs.csv");
    let run = runs
        .lines()
        .find(|line| line.starts_with("4,3,1,"))
        .expect("a row");
    assert_eq!(run.split(',').nth(3), row.split(',').nth(3));
}

#[test]
fn eval_answers_line_by_line_and_goes_on_after_a_bad_one() {
    use std::io::Write;
    let folder = Folder::new();
    let mut child = folder
        .command(&[
            "eval",
            "china.toml",
            "-",
            "--set",
            "run.quarters=4",
            "--response",
            "gap",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program");
    let lines = "\u{feff}{\"set\": {\"tournament.intensity\": 0}}\n{\"sett\": {}}\n\n[]\n{\"set\": {\"budgets.retention\": 7}}\n{\"replicate\": 1}\n{\"seed\": 1, \"seed\": 2}\n";
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(lines.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("a program");
    assert_eq!(output.status.code(), Some(2));
    let answers: Vec<serde_json::Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), 6);
    assert!(answers[0]["gap"].is_f64() && answers[0]["error"].is_null());
    let error = |place: usize| answers[place]["error"].as_str().expect("a text");
    assert_eq!(
        error(1),
        "standard input:2: unknown key `sett`; nearest valid name: `set`"
    );
    assert!(error(2).starts_with("standard input:4: the line is no object"));
    assert_eq!(
        error(3),
        "`budgets.retention` is 7; allowed: 0 to 1, default 0.25"
    );
    assert!(answers[4]["gap"].is_f64());
    assert!(error(5).contains("`seed` stands twice; allowed: each key once"));
}

/// A city alone does nothing twice, and shares end at 1.
#[test]
fn one_city_alone_duplicates_nothing() {
    let folder = Folder::new();
    let said = folder.ok(&[
        "eval",
        "shipped:/synthetic.toml",
        "--set",
        "cities.synthetic.count=1",
        "--response",
        "duplicated_cny_mn@all,duplicated_share,concentration,top_city_share",
    ]);
    let answer: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert!(answer["error"].is_null(), "{said}");
    let numbers = answer.as_object().expect("an object");
    let about = |part: &str| {
        let found = numbers.iter().filter(|(name, _)| name.starts_with(part));
        found
            .map(|(_, value)| value.as_f64().expect("a number"))
            .collect::<Vec<f64>>()
    };
    assert_eq!(about("duplicated"), [0.0, 0.0]);
    for share in [about("concentration"), about("top_city_share")].concat() {
        assert!(share <= 1.0, "{said}");
    }
}
