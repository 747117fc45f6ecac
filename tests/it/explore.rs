//! `dualtrack explore`: a page sees what a run gives, and only the page that was given the link.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use dualtrack::explore::{
    answers::Snapshot,
    laboratory::Laboratory,
    requests::{CsvRequest, FileRequest, RunRequest},
};
use dualtrack::kernel::control::Control;
use serde_json::{Value, json};

/// What the variant of these tests sets.
fn set() -> Value {
    json!({ "tournament.intensity": 1.5, "mechanisms.export_controls": false, "run.quarters": 12 })
}

/// The result of `dualtrack run` with the same settings: a file of its folder.
fn run(folder: &Path, arguments: &[&str], file: &str) -> String {
    let out = folder.join("result");
    let status = Command::new(env!("CARGO_BIN_EXE_dualtrack"))
        .arg("run")
        .args(arguments)
        .args(["--quiet", "--force", "--out"])
        .arg(&out)
        .status()
        .expect("a program");
    assert!(status.success());
    fs::read_to_string(out.join(file)).expect("a file")
}

const SETS: [&str; 6] = [
    "--set",
    "tournament.intensity=1.5",
    "--set",
    "mechanisms.export_controls=false",
    "--set",
    "run.quarters=12",
];

fn scenario() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    path.display().to_string()
}

fn snapshots(laboratory: &Laboratory, request: Value) -> Vec<Snapshot> {
    let request: RunRequest = serde_json::from_value(request).expect("a request");
    let mut told = Vec::new();
    laboratory
        .run(&request, &Control::default(), |snapshot| {
            told.push(snapshot.clone());
            true
        })
        .expect("a run");
    told
}

#[test]
fn numbers_on_the_page_are_those_of_a_run() {
    let laboratory = Laboratory::new(None).expect("shipped scenarios");
    let base = json!({ "scenario": "china-2015-2024", "set": { "run.quarters": 12 } });
    let variant = json!({ "scenario": "china-2015-2024", "set": set() });
    let request = json!({ "base": base, "variant": variant, "seed": 5, "replicates": 7 });
    let told = snapshots(&laboratory, request);
    assert!(told.iter().map(|own| own.n).eq([1, 2, 3, 5, 7]));
    let last = told.last().expect("a snapshot");

    let folder = tempfile::tempdir().expect("a folder");
    let path = scenario();
    let arguments = [
        &[path.as_str(), "--seed", "5", "--replicates", "7"][..],
        &SETS,
    ]
    .concat();
    let text = run(folder.path(), &arguments, "national.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let variant = last.variant.as_ref().expect("a variant");
    for (place, name) in head.iter().enumerate().skip(3) {
        let Some(series) = variant.series.get(name) else {
            continue;
        };
        for quarter in 0..12 {
            let cells = rows.iter().skip(quarter).step_by(12).map(|row| &row[place]);
            let values: Vec<f64> = cells.filter_map(|cell| cell.parse().ok()).collect();
            assert_eq!(
                series.mean[quarter],
                dualtrack::stats::estimate::mean(&values),
                "{name}, {quarter}"
            );
        }
    }
    let difference = last.difference.as_ref().expect("a difference");
    let own = &difference.series["competitiveness"];
    for quarter in 0..12 {
        let of = |view: &dualtrack::explore::answers::RunView| {
            view.series["competitiveness"].mean[quarter]
        };
        let plain = of(variant).expect("a mean") - of(&last.base).expect("a mean");
        approx::assert_abs_diff_eq!(own.mean[quarter].expect("a mean"), plain, epsilon = 1e-12);
    }
}

/// What one click sets can be set, and is another rule than the shipped scenario's.
#[test]
fn changes_of_one_click_are_changes() {
    let laboratory = Laboratory::new(None).expect("shipped scenarios");
    let (model, name) = (laboratory.model(), "china-2015-2024");
    let shipped = laboratory.scenario(name).expect("a scenario");
    assert!(!model.presets.is_empty());
    for preset in &model.presets {
        assert_ne!(shipped.values[preset.key], preset.value, "{}", preset.key);
        let side = |set: Value| json!({ "scenario": name, "set": set });
        let request = json!({
            "base": side(json!({ "run.quarters": 2 })),
            "variant": side(json!({ "run.quarters": 2, preset.key: preset.value })),
            "seed": 1,
            "replicates": 1,
        });
        let told = snapshots(&laboratory, request);
        assert!(told.iter().all(|own| own.difference.is_some()));
    }
    let keys: Vec<&str> = model.parameters.iter().map(|own| own.key).collect();
    for key in model.most_used {
        assert!(keys.contains(key), "{key}");
    }
}

#[test]
fn a_saved_scenario_and_a_download_are_what_a_run_gives() {
    let laboratory = Laboratory::new(Some(Path::new(&scenario()))).expect("a scenario");
    let side = json!({ "scenario": "china-2015-2024", "set": set() });
    let request = json!({ "side": side, "seed": 9, "replicates": 3, "title": "A" });
    let request: FileRequest = serde_json::from_value(request).expect("a request");
    let (name, text) = laboratory.scenario_file(&request).expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join(name);
    fs::write(&saved, text).expect("written");
    let saved = saved.display().to_string();
    for file in ["national", "cities", "policies", "champions"] {
        let request = json!({ "side": side, "seed": 9, "replicates": 3, "file": file });
        let request: CsvRequest = serde_json::from_value(request).expect("a request");
        let (name, bytes) = laboratory
            .csv(&request, &Control::default())
            .expect("a file");
        let downloaded = String::from_utf8(bytes).expect("text");
        let by_file = run(folder.path(), &[&saved], &name);
        assert!(downloaded == by_file, "{file}");
        let path = scenario();
        let arguments = [
            &[path.as_str(), "--seed", "9", "--replicates", "3"][..],
            &SETS,
        ]
        .concat();
        assert!(by_file == run(folder.path(), &arguments, &name), "{file}");
    }
}

#[test]
fn sides_of_other_quarters_are_not_paired() {
    let folder = tempfile::tempdir().expect("a folder");
    let later = folder.path().join("later.toml");
    let text = "extends = \"shipped:/china-2015-2024.toml\"\n[run]\nstart = \"2016Q1\"\n";
    fs::write(&later, text).expect("written");
    let laboratory = Laboratory::new(Some(&later)).expect("a scenario");
    let request = json!({
        "base": { "scenario": "china-2015-2024" },
        "variant": { "scenario": "later" },
        "seed": 1,
        "replicates": 2,
    });
    let request: RunRequest = serde_json::from_value(request).expect("a request");
    let refused = laboratory.run(&request, &Control::default(), |_| true);
    assert_eq!(
        refused.expect_err("refused").to_string(),
        "the base has 40 quarters from 2015Q1 on, the variant 40 quarters from 2016Q1 on; allowed: the same quarters"
    );
}

/// A server that is ended with the test.
pub struct Served {
    child: Child,
    address: String,
    token: String,
}

impl Served {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
        command.args(["explore", "--no-open"]);
        Served::of(command)
    }

    /// Starts `explore` as it is called.
    pub fn of(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a program");
        let mut link = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut link).expect("a link");
        let rest = link.trim().strip_prefix("http://").expect("a link");
        let (address, token) = rest.split_once("/?token=").expect("a token");
        Served {
            child,
            address: address.to_string(),
            token: token.to_string(),
        }
    }

    /// Sends a request as it stands; returns status and the answer, whose body is not in chunks.
    pub fn ask(&self, head: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.0\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer[9..12].parse().expect("a status");
        (status, answer)
    }

    /// Headers of the page itself.
    pub fn own_headers(&self) -> String {
        let Served { address, token, .. } = self;
        let port = address.rsplit(':').next().unwrap_or_default();
        format!(
            "Host: {address}\r\nOrigin: http://{address}\r\nCookie: dualtrack-{port}={token}\r\n\
             Content-Type: application/json\r\n"
        )
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn only_the_page_that_was_given_the_link_is_answered() {
    let served = Served::start();
    let host = format!("Host: {}\r\n", served.address);
    let get = |path: &str, headers: &str| served.ask(&format!("GET {path}"), headers, "");
    assert_eq!(get("/", &host).0, 403);
    assert_eq!(get("/api/model", &host).0, 403);
    assert_eq!(get(&format!("/?token={}", "0".repeat(48)), &host).0, 403);
    let (status, answer) = get(&format!("/?token={}", served.token), &host);
    assert_eq!(status, 303);
    assert!(answer.contains("HttpOnly; SameSite=Strict"), "{answer}");
    let own = served.own_headers();
    let (status, answer) = get("/", &own);
    assert_eq!(status, 200);
    assert!(answer.contains("content-security-policy: default-src 'none'; script-src 'self'"));
    assert_eq!(get("/page/../../Cargo.toml", &own).0, 404);
    let rebound = own.replace(&host, "Host: evil.example\r\n");
    assert_eq!(get("/", &rebound).0, 403);
    let foreign = own.replace(
        &format!("Origin: http://{}", served.address),
        "Origin: http://evil.example",
    );
    assert_eq!(served.ask("POST /api/run", &foreign, "{}").0, 403);
    assert_eq!(served.ask("POST /api/run", &own, "{}").0, 400);
    assert_eq!(
        served.ask("POST /api/run", &own, &"x".repeat(1 << 17)).0,
        413
    );
}

#[test]
fn requests_that_ask_too_much_or_for_nothing_get_a_sentence() {
    let served = Served::start();
    let own = served.own_headers();
    let run = |request: Value| served.ask("POST /api/run", &own, &request.to_string());
    let side = |scenario: &str, set: Value| json!({ "scenario": scenario, "set": set });
    let request =
        |side: Value, replicates: u32| json!({ "base": side, "seed": 1, "replicates": replicates });
    let plain = side("china-2015-2024", json!({}));
    for (asked, status, sentence) in [
        (
            request(plain.clone(), 0),
            400,
            "0 replicates; allowed: 1 to 2000",
        ),
        (
            request(plain, 2001),
            400,
            "2001 replicates; allowed: 1 to 2000",
        ),
        (
            request(side("china-2015", json!({})), 1),
            404,
            "unknown scenario `china-2015`",
        ),
        (
            request(
                side("china-2015-2024", json!({ "tournament.intensity": 99 })),
                1,
            ),
            400,
            "`tournament.intensity` is 99; allowed: 0 to 10, default 1",
        ),
        (
            request(
                side("china-2015-2024", json!({ "data.cities": "/etc/passwd" })),
                1,
            ),
            400,
            "unknown parameter `data.cities`",
        ),
        (
            request(side("synthetic", json!({ "run.quarters": 400 })), 2000),
            400,
            "city-quarters; allowed: up to 50000000",
        ),
    ] {
        let (found, answer) = run(asked);
        assert_eq!(found, status, "{answer}");
        assert!(answer.contains(sentence), "{answer}");
    }
    let (status, answer) = run(request(side("us-silos", json!({})), 2));
    assert_eq!(status, 200);
    assert!(
        answer.contains("application/x-ndjson") && answer.contains("\"n\":2"),
        "{answer}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_server_at_once() {
    let mut served = Served::start();
    let kill = Command::new("kill")
        .args(["-INT", &served.child.id().to_string()])
        .status();
    assert!(kill.expect("kill").success());
    assert_eq!(served.child.wait().expect("an end").code(), Some(0));
}
