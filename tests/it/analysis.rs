//! `sensitivity`, `attribute` and `frontier`: the same bytes however they are run, sums that close, and refusals.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// What all experiments have in common.
const HEAD: &str = "\
scenario = \"china.toml\"
replicates = 3
responses = [\"competitiveness\", \"waste_share\"]

[set]
\"run.quarters\" = 6
";

const FACTORS: &str = "
[[factors]]
key = \"tournament.intensity\"
range = [0, 3]

[[factors]]
key = \"tournament.comparability\"
range = [0, 1]

[[factors]]
key = \"centre.priority_base\"
range = [0, 0.5]
";

const OBJECTIVES: &str = "
[objectives]
competitiveness = \"max\"
waste_share = \"min\"
";

/// A folder with experiments over the scenario of China.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let base = base.to_string_lossy().replace('\\', "/");
        folder.write("china.toml", &format!("extends = \"{base}\"\n"));
        folder
    }

    /// An experiment with a design.
    fn experiment(&self, design: &str) {
        self.write(
            "e.toml",
            &format!("{HEAD}{OBJECTIVES}{FACTORS}\n[design]\n{design}\n"),
        );
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
        command
            .current_dir(self.0.path())
            .env("NO_COLOR", "1")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("a program")
    }

    /// Runs a command that has to end with a code; returns what it prints.
    fn ends(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (said, complained) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {said}{complained}"
        );
        for line in said.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.ends_with(' '), "{line:?}");
        }
        (said, complained)
    }

    /// Files of a result with their bytes, apart from the manifest, which has clock times.
    fn bytes(&self, result: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(result)).expect("a folder");
        let entries = entries.map(|entry| entry.expect("an entry"));
        let files = entries.filter(|entry| entry.path().is_file());
        let files = files.map(|entry| {
            let bytes = fs::read(entry.path()).expect("a file");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        });
        files.filter(|(name, _)| name != "manifest.json").collect()
    }

    /// Rows of a table, cell by the name of its column.
    fn rows(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.path(file)).expect("a table");
        let rows = reader.deserialize().collect::<Result<_, _>>();
        rows.expect("rows")
    }

    /// What is there beside files that tests write.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        entries
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_string_lossy().into_owned()
            })
            .filter(|name| !name.ends_with(".toml"))
            .collect()
    }
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column} in {row:?}"))
}

#[test]
fn threads_change_no_byte_of_an_analysis() {
    let folder = Folder::new();
    let designs = [
        (
            "sensitivity",
            "kind = \"saltelli\"\nbase_points = 4\nsecond_order = true",
        ),
        ("sensitivity", "kind = \"morris\"\ntrajectories = 3"),
        ("sensitivity", "kind = \"latin_hypercube\"\npoints = 12"),
        ("frontier", "kind = \"sobol\"\npoints = 8"),
    ];
    for (round, (command, design)) in designs.into_iter().enumerate() {
        folder.experiment(design);
        for threads in ["1", "3"] {
            let out = format!("r{round}-{threads}");
            folder.ends(0, &[command, "e.toml", "--out", &out, "--threads", threads]);
        }
        assert!(
            folder.bytes(&format!("r{round}-1")) == folder.bytes(&format!("r{round}-3")),
            "{command} of {design}"
        );
    }
    for threads in ["1", "3"] {
        folder.ends(
            0,
            &[
                "attribute",
                "china.toml",
                "--over",
                "tournament,codification",
                "--set",
                "run.quarters=6",
                "--replicates",
                "3",
                "--out",
                &format!("a{threads}"),
                "--threads",
                threads,
            ],
        );
    }
    assert!(folder.bytes("a1") == folder.bytes("a3"));
}

#[test]
fn each_design_has_its_indices_for_each_factor_and_response() {
    let folder = Folder::new();
    let designs: [(&str, &[&str], usize); 3] = [
        (
            "kind = \"saltelli\"\nbase_points = 4\nsecond_order = true",
            &["total", "first"],
            3,
        ),
        (
            "kind = \"morris\"\ntrajectories = 3",
            &["mu_star", "mu", "sigma"],
            0,
        ),
        ("kind = \"sobol\"\npoints = 12", &["prcc"], 0),
    ];
    for (round, (design, indices, pairs)) in designs.into_iter().enumerate() {
        folder.experiment(design);
        let out = format!("r{round}");
        folder.ends(0, &["sensitivity", "e.toml", "--out", &out]);
        let rows = folder.rows(&format!("{out}/sensitivity.csv"));
        assert_eq!(rows.len(), 2 * 3 * indices.len());
        for row in &rows {
            assert!(indices.contains(&row["index"].as_str()), "{row:?}");
            assert!(number(row, "low") <= number(row, "high"), "{row:?}");
        }
        let noise = folder.rows(&format!("{out}/noise.csv"));
        assert_eq!(noise.len(), 2);
        let shares = ["between_points", "common_draws", "rest"];
        let sum: f64 = shares.map(|share| number(&noise[0], share)).iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        let file = folder.path(&out).join("interactions.csv");
        assert_eq!(file.exists(), pairs > 0);
        if pairs > 0 {
            assert_eq!(
                folder.rows(&format!("{out}/interactions.csv")).len(),
                2 * pairs
            );
        }
    }
}

/// The factor that is moved matters, one that the responses cannot know of does not.
#[test]
fn a_factor_that_nothing_depends_on_has_no_effect() {
    let folder = Folder::new();
    let factors = "
[[factors]]
key = \"tournament.intensity\"
range = [0, 3]

[[factors]]
key = \"outside.us_researchers\"
range = [20000, 40000]
";
    folder.write(
        "e.toml",
        &format!("{HEAD}{factors}\n[design]\nkind = \"morris\"\ntrajectories = 4\n"),
    );
    folder.ends(
        0,
        &[
            "sensitivity",
            "e.toml",
            "--out",
            "r",
            "--set",
            "mechanisms.talent_mobility=false",
            "--response",
            "waste_share",
        ],
    );
    let rows = folder.rows("r/sensitivity.csv");
    let mu_star = |factor: &str| {
        let row = rows
            .iter()
            .find(|row| row["factor"] == factor && row["index"] == "mu_star");
        number(row.expect("a row"), "estimate")
    };
    assert!(mu_star("tournament.intensity") > 0.001);
    assert!(mu_star("outside.us_researchers") < mu_star("tournament.intensity") / 100.0);
}

#[test]
fn contributions_add_up_to_the_whole_difference() {
    let folder = Folder::new();
    folder.ends(
        0,
        &[
            "attribute",
            "china.toml",
            "--over",
            "tournament,mechanisms.comparability,codification",
            "--set",
            "run.quarters=8",
            "--replicates",
            "4",
            "--out",
            "r",
            "--response",
            "competitiveness,waste_share,spending_cny_mn",
        ],
    );
    let combinations = folder.rows("r/combinations.csv");
    assert_eq!(combinations.len(), 8 * 3);
    assert_eq!(folder.rows("r/runs.csv").len(), 8 * 4);
    assert_eq!(folder.rows("r/interactions.csv").len(), 3 * 3);
    let values = folder.rows("r/shapley.csv");
    for response in ["competitiveness", "waste_share", "spending_cny_mn"] {
        let mean = |combination: &str| {
            let row = combinations
                .iter()
                .find(|row| row["combination"] == combination && row["response"] == response);
            number(row.expect("a row"), "mean")
        };
        let whole = mean("7") - mean("0");
        let of = values.iter().filter(|row| row["response"] == response);
        let sum: f64 = of.map(|row| number(row, "value")).sum();
        assert!(
            (sum - whole).abs() <= 1e-12 * whole.abs(),
            "{response}: {sum} and {whole}"
        );
    }
}

#[test]
fn an_attribution_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = Folder::new();
    let arguments = |out: &str, more: &[&str]| -> Vec<String> {
        let own = [
            "attribute",
            "china.toml",
            "--over",
            "tournament,imitation,codification",
        ];
        let sizes = ["--replicates", "60", "--quiet", "--out", out];
        let all = own.iter().chain(&sizes).chain(more);
        all.map(ToString::to_string).collect()
    };
    let ends = |code: i32, arguments: &[String]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        folder.ends(code, &arguments).1
    };
    ends(0, &arguments("whole", &["--threads", "1"]));
    let mut was_unfinished = 0;
    for (round, milliseconds) in [60u64, 200, 600, 1500].into_iter().enumerate() {
        let out = format!("killed{round}");
        let own = arguments(&out, &["--threads", "1"]);
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let mut child = folder.command(&own).spawn().expect("a program");
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("killed");
        child.wait().expect("ended");
        if folder.path(&out).exists() {
            continue;
        }
        if folder.path(&format!("{out}.partial/study.json")).exists() {
            was_unfinished += 1;
            let said = ends(2, &arguments(&out, &[]));
            assert!(
                said.contains("of an unfinished study; add `--resume`"),
                "{said}"
            );
            let said = ends(2, &arguments(&out, &["--resume", "--seed", "9"]));
            assert!(
                said.contains("of other settings: `study.study.seed` is 9, there it is 1"),
                "{said}"
            );
        }
        ends(0, &arguments(&out, &["--resume", "--threads", "2"]));
        assert!(
            folder.bytes("whole") == folder.bytes(&out),
            "{milliseconds} ms"
        );
        assert!(!folder.path(&format!("{out}.partial")).exists());
    }
    assert!(was_unfinished > 0, "no attribution was killed in time");
    let again = arguments("whole", &["--force"]).join(" ");
    let again = again.replace("--replicates 60", "--replicates 2");
    ends(0, &again.split(' ').map(String::from).collect::<Vec<_>>());
    assert_eq!(folder.rows("whole/runs.csv").len(), 8 * 2);
}

/// All on is the scenario itself: combinations meet the random draws of a run.
#[test]
fn a_combination_is_the_run_of_the_scenario_with_these_switches() {
    let folder = Folder::new();
    let common = ["--set", "run.quarters=6", "--replicates", "2"];
    let mut arguments = vec!["attribute", "china.toml", "--over", "tournament,imitation"];
    arguments.extend(common);
    arguments.extend(["--out", "a", "--response", "competitiveness"]);
    folder.ends(0, &arguments);
    let runs = folder.rows("a/runs.csv");
    for (combination, switches) in [("3", None), ("2", Some("mechanisms.tournament=false"))] {
        let mut arguments = vec!["run", "china.toml", "--out", "r", "--force"];
        arguments.extend(common);
        if let Some(switches) = switches {
            arguments.extend(["--set", switches]);
        }
        folder.ends(0, &arguments);
        let national = folder.rows("r/national.csv");
        for replicate in ["0", "1"] {
            let here = runs
                .iter()
                .find(|row| row["combination"] == combination && row["replicate"] == replicate);
            let there = national
                .iter()
                .rfind(|row| row["replicate"] == replicate)
                .expect("a row");
            let here = here.expect("a row");
            assert_eq!(here["competitiveness"], there["competitiveness"]);
        }
    }
}

#[test]
fn a_sensitivity_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = Folder::new();
    folder.experiment("kind = \"latin_hypercube\"\npoints = 20");
    let arguments = |out: &'static str| {
        let replicates = ["--replicates", "60", "--quiet", "--out", out];
        [&["sensitivity", "e.toml"], replicates.as_slice()].concat()
    };
    folder.ends(0, &arguments("whole"));
    let mut child = folder
        .command(&arguments("killed"))
        .spawn()
        .expect("a program");
    while !folder.path("killed.partial/stage-0.runs").exists() {
        thread::sleep(Duration::from_millis(2));
    }
    thread::sleep(Duration::from_millis(100));
    child.kill().expect("killed");
    child.wait().expect("ended");
    if folder.path("killed.partial").exists() {
        // The end of what was written may be lost as well.
        let runs = folder.path("killed.partial/stage-0.runs");
        let length = fs::metadata(&runs).expect("a file").len();
        let file = OpenOptions::new().write(true).open(&runs).expect("a file");
        file.set_len(length - length / 3).expect("cut");
        let (_, message) = folder.ends(2, &arguments("killed"));
        assert!(message.contains("--resume"), "{message}");
    }
    let mut again = arguments("killed");
    again.extend(["--resume", "--threads", "2"]);
    folder.ends(0, &again);
    assert!(folder.bytes("killed") == folder.bytes("whole"));
}

#[test]
fn runs_of_a_sweep_are_taken_over() {
    let folder = Folder::new();
    folder.experiment("kind = \"morris\"\ntrajectories = 3");
    folder.ends(0, &["sweep", "e.toml", "--out", "r", "--quiet"]);
    let before = folder.bytes("r");
    folder.ends(0, &["sensitivity", "e.toml", "--out", "r", "--resume"]);
    let after = folder.bytes("r");
    for file in ["runs.csv", "design.csv", "summary.csv"] {
        assert!(before[file] == after[file], "{file}");
    }
    assert!(after.contains_key("sensitivity.csv"));
}

#[test]
fn one_factor_moves_of_a_grid_are_judged_against_the_base() {
    let folder = Folder::new();
    let factors = "
[[factors]]
key = \"tournament.intensity\"
levels = [0, 1, 2]

[[factors]]
key = \"mechanisms.codification\"
levels = [true, false]
";
    folder.write(
        "e.toml",
        &format!("{HEAD}{OBJECTIVES}{factors}\n[design]\nkind = \"grid\"\n"),
    );
    let (said, _) = folder.ends(0, &["frontier", "e.toml", "--out", "r"]);
    assert!(said.contains("3 changes of one factor:"), "{said}");
    assert!(said.contains("2 changes of several factors:"), "{said}");
    let frontier = folder.rows("r/frontier.csv");
    assert_eq!(frontier.len(), 6);
    assert!(frontier.iter().any(|row| row["non_dominated"] == "true"));
    // The base, intensity 1 with codification, is one of the points and no move.
    let moves = folder.rows("r/moves.csv");
    assert_eq!(moves.len(), 5 * 2);
    let base = folder.rows("r/base.csv");
    let runs = folder.rows("r/runs.csv");
    let of_base = runs.iter().filter(|row| row["design_point"] == "2");
    for (row, other) in of_base.zip(&base) {
        assert_eq!(row["competitiveness"], other["competitiveness"]);
    }
    // By hand: the mean of paired differences of point 4, intensity 2.
    let differences: Vec<f64> = runs
        .iter()
        .filter(|row| row["design_point"] == "4")
        .zip(&base)
        .map(|(row, base)| number(row, "competitiveness") - number(base, "competitiveness"))
        .collect();
    let mean = differences.iter().sum::<f64>() / 3.0;
    let one = moves
        .iter()
        .find(|row| row["design_point"] == "4" && row["objective"] == "competitiveness")
        .expect("a row");
    assert_eq!(one["changes"], "tournament.intensity = 2");
    assert!((number(one, "difference") - mean).abs() < 1e-15);
}

#[test]
fn many_objectives_with_long_names_still_fit() {
    let folder = Folder::new();
    let responses: Vec<String> = (0..4)
        .map(|place| {
            format!(
                "an_objective_with_a_long_name_{place} = \"gap@201{}\"",
                5 + place % 2
            )
        })
        .collect();
    let names = responses.iter().filter_map(|text| text.split_once(' '));
    let objectives: Vec<String> = names.map(|(name, _)| format!("{name} = \"min\"")).collect();
    folder.write(
        "e.toml",
        &format!(
            "scenario = \"china.toml\"\nreplicates = 2\nset = {{ run.quarters = 8 }}\n\n[responses]\n{}\n\n[objectives]\n\
             {}\n{FACTORS}\n[design]\nkind = \"sobol\"\npoints = 4\n",
            responses.join("\n"),
            objectives.join("\n")
        ),
    );
    let (said, _) = folder.ends(0, &["frontier", "e.toml", "--out", "r"]);
    assert!(
        said.contains("D: an_objective_with_a_long_name_3 (min)"),
        "{said}"
    );
    let (said, _) = folder.ends(
        0,
        &[
            "attribute",
            "china.toml",
            "--over",
            "local_adjustment,export_controls",
            "--set",
            "run.quarters=6",
            "--replicates",
            "2",
            "--out",
            "a",
            "--response",
            "a_response_with_a_name_that_is_as_long_as_names_may_ever_be_here=gap",
        ],
    );
    assert!(said.contains("as_names_may_ever_be_here"), "{said}");
}

#[test]
fn failed_runs_are_counted_and_leave_the_rest() {
    let folder = Folder::new();
    // Where a run ends before 2016 there is no response for that year, which the base has.
    let factors = "
[[factors]]
key = \"run.quarters\"
levels = [8, 3]

[[factors]]
key = \"tournament.intensity\"
range = [0, 3]
";
    let head = HEAD.replace("\"waste_share\"]", "\"waste_share@2016\"]");
    let head = head.replace("\"run.quarters\" = 6\n", "\"run.start\" = \"2015Q1\"\n");
    folder.write(
        "e.toml",
        &format!("{head}{factors}\n[design]\nkind = \"morris\"\ntrajectories = 3\n"),
    );
    let (said, _) = folder.ends(3, &["sensitivity", "e.toml", "--out", "r"]);
    assert!(said.contains("failed"), "{said}");
    let rows = folder.rows("r/sensitivity.csv");
    let quarters = rows
        .iter()
        .find(|row| row["factor"] == "run.quarters")
        .expect("a row");
    assert_eq!(
        (quarters["n"].as_str(), quarters["estimate"].as_str()),
        ("0", "")
    );
    let noise = folder.rows("r/noise.csv");
    assert!(number(&noise[0], "failed") >= 9.0);
}

#[test]
fn refusals_say_what_is_allowed_and_write_nothing() {
    let folder = Folder::new();
    folder.write(
        "grid.toml",
        &format!("{HEAD}{FACTORS}\n[design]\nkind = \"grid\"\n"),
    );
    folder.write(
        "few.toml",
        &format!("{HEAD}{FACTORS}\n[design]\nkind = \"sobol\"\npoints = 5\n"),
    );
    folder.write("none.toml", &format!("{HEAD}{OBJECTIVES}"));
    let eleven = "tournament,comparability,pioneering,imitation,codification,local_adjustment,top_down,pilot_zones,\
                  eu_pressure,us_pressure,export_controls";
    let cases: [(&[&str], &str); 8] = [
        (
            &["sensitivity", "grid.toml"],
            "grid.toml: the design is `grid`, from which sensitivity is not estimated; allowed: `saltelli`",
        ),
        (
            &["sensitivity", "none.toml"],
            "none.toml: the experiment has no design, so nothing is varied; allowed: `saltelli`",
        ),
        (
            &["sensitivity", "few.toml"],
            "a design of 5 points for rank correlations of 3 factors; allowed: 6 or more",
        ),
        (
            &["attribute", "china.toml", "--over", "turnament"],
            "--over: unknown mechanism `turnament`; nearest valid name: `tournament`",
        ),
        (
            &["attribute", "china.toml", "--over", "imitation,imitation"],
            "--over: `imitation` is named twice; allowed: once",
        ),
        (
            &["attribute", "china.toml", "--over", eleven],
            "--over: 11 mechanisms; allowed: 1 to 10, because all combinations are run",
        ),
        (
            &["frontier", "grid.toml"],
            "grid.toml: the experiment has no objective; allowed: two or more in `[objectives]`",
        ),
        (
            &["frontier", "none.toml"],
            "none.toml: the experiment has no factors, so there is nothing to choose",
        ),
    ];
    for (arguments, expected) in cases {
        let (_, message) = folder.ends(2, arguments);
        assert!(message.contains(expected), "{message}");
        assert_eq!(folder.names(), Vec::<String>::new(), "{arguments:?}");
    }
}

#[test]
fn the_experiments_that_come_along_can_be_run() {
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/experiments");
    let folder = Folder::new();
    let cases = [
        ("sensitivity", "sobol-all-uncertain"),
        ("sensitivity", "morris-all-uncertain"),
        ("frontier", "retention"),
        ("frontier", "frontier-rules"),
    ];
    for (command, name) in cases {
        let file = experiments.join(format!("{name}.toml"));
        let file = file.to_string_lossy();
        let output = folder.run(&[command, &file, "--dry-run"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(!said.contains("failed"), "{said}");
        assert_eq!(folder.names(), Vec::<String>::new());
    }
}

/// A result that is whole is checked and left as it is; one of other settings is another one.
#[test]
fn a_finished_result_of_every_kind_is_left_as_it_is() {
    let folder = Folder::new();
    folder.experiment("kind = \"latin_hypercube\"\npoints = 6");
    folder.write(
        "other.toml",
        "extends = \"china.toml\"\n[mechanisms]\ntournament = false\n",
    );
    let short = "--set run.quarters=4 --replicates 2";
    let kinds = [
        ("run", format!("run china.toml {short}")),
        ("sweep", "sweep e.toml".to_string()),
        ("compare", format!("compare china.toml other.toml {short}")),
        (
            "attribute",
            format!("attribute china.toml --over imitation {short}"),
        ),
        ("sensitivity", "sensitivity e.toml".to_string()),
        ("frontier", "frontier e.toml".to_string()),
        (
            "reproduce",
            "reproduce --claim C1 --replicates 2".to_string(),
        ),
    ];
    for (kind, command) in &kinds {
        let words: Vec<&str> = command.split(' ').chain(["--out", kind]).collect();
        folder.ends(0, &words);
        let everything = || {
            let manifest = fs::read(folder.path(&format!("{kind}/manifest.json")));
            (folder.bytes(kind), manifest.expect("a manifest"))
        };
        let before = everything();
        let again: Vec<&str> = words.iter().copied().chain(["--resume"]).collect();
        let (said, complained) = folder.ends(0, &again);
        assert!(
            said.starts_with(&format!("{kind} is finished, and its files are as they")),
            "{said}"
        );
        assert_eq!(complained, "", "{kind}");
        assert!(before == everything(), "{kind}");
        assert!(!folder.path(&format!("{kind}.partial")).exists());

        let other: Vec<&str> = again.iter().copied().chain(["--seed", "9"]).collect();
        let is_taken_over = ["sweep", "sensitivity", "frontier"].contains(kind);
        if is_taken_over {
            // It takes over the runs that both have; here there are none.
            folder.ends(0, &other);
            assert!(before != everything(), "{kind}");
        } else {
            let (_, complained) = folder.ends(2, &other);
            let made = format!(
                "settings or of another version: `dualtrack {}`",
                words.join(" ")
            );
            assert!(complained.contains(&made), "{complained}");
            assert!(before == everything(), "{kind}");
        }

        let table = folder.bytes(kind);
        let table = table.keys().find(|name| name.ends_with(".csv"));
        let table = format!("{kind}/{}", table.expect("a table"));
        let path = folder.path(&table);
        let mut file = OpenOptions::new().append(true).open(path).expect("a file");
        std::io::Write::write_all(&mut file, b"\n").expect("written");
        let last = if is_taken_over { &other } else { &again };
        let (_, complained) = folder.ends(2, last);
        let changed = format!("{table}: it has changed since the result was written");
        assert!(complained.contains(&changed), "{complained}");
    }
}

/// Names that other programs do not take are told, and how to give a short one.
#[test]
fn names_of_columns_that_are_long_are_told() {
    let folder = Folder::new();
    let text = "net_return_of_building_cny_mn[zhengzhou,foundation_models]";
    let common = [
        "attribute",
        "china.toml",
        "--over",
        "imitation",
        "--set",
        "run.quarters=2",
        "--replicates",
        "2",
        "--force",
        "--out",
        "r",
        "--response",
    ];
    let said = |response: &str| folder.ends(0, &[&common[..], &[response]].concat()).1;
    assert!(!said("competitiveness").contains("letters"));
    let long = said(text);
    assert!(
        long.contains("note: 1 column has a name of more than 32 letters")
            && long.contains(&format!("`--response short={text}`")),
        "{long}"
    );
    assert!(!said(&format!("short={text}")).contains("letters"));
    let rows = folder.rows("r/runs.csv");
    assert!(rows[0].contains_key("short"));
}
