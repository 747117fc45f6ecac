//! Calls of the program, and what they leave.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::root;
use crate::explore::Served;

/// Keys of answers whose values are words; they may change while numbers do not.
const WORDS: [&str; 4] = ["reasons", "meaning", "title", "description"];
/// Columns that later mechanisms add. Checksums are of the others, so that those of the first model stay as they were.
const LATER_COLUMNS: [&str; 2] = ["settled_cny_mn", "under_construction_cny_mn"];
/// The key that every release changes.
const VERSION: &str = "version";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cases: Vec<Case>,
}

/// Some calls of the program, one after the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    lines: Vec<String>,
    /// What each call reads.
    #[serde(default)]
    stdin: String,
    /// What is printed is JSON whose numbers count, too.
    #[serde(default)]
    prints_numbers: bool,
    /// Requests to the server that the one line starts.
    #[serde(default)]
    asks: Vec<Ask>,
    /// A program may be built without it: left out there, and no words count.
    #[serde(default)]
    pub is_optional: bool,
    /// Another case that gives the same tables, compressed or not.
    pub same_as: Option<String>,
}

/// A request to the explorer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    name: String,
    route: String,
    #[serde(default)]
    body: String,
    /// The words in the answer count, too.
    #[serde(default)]
    words: bool,
}

/// What a case gives.
#[derive(Default)]
pub struct Found {
    /// Checksums of tables and answers by name.
    pub sums: BTreeMap<String, String>,
    /// What the program prints.
    pub said: String,
    /// A call that ended otherwise than it should.
    pub problem: Option<String>,
    /// `datapackage.json`, where there is one.
    pub described: Option<Value>,
}

pub fn read() -> Vec<Case> {
    let text = fs::read_to_string(root().join("tests/golden/cases.toml")).expect("cases");
    toml::from_str::<File>(&text).expect("cases").cases
}

/// The program in the folder of the project.
pub fn program(threads: &str) -> Command {
    let asked = std::env::var("GOLDEN_COMMAND");
    let words = asked.unwrap_or(env!("CARGO_BIN_EXE_dualtrack").to_string());
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().expect("a program"));
    command
        .args(words)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("RAYON_NUM_THREADS", threads)
        .env_remove("COLUMNS");
    command
}

impl Case {
    /// Runs it with a number of threads. None where the program is built without what it needs.
    pub fn run(&self, threads: &str) -> Option<Found> {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().display().to_string();
        let to = format!("--force --threads {threads} --out {here}/result");
        let mut found = Found::default();
        for line in &self.lines {
            let (code, line) = match line.split_once(' ') {
                Some((code, rest)) if code.parse::<i32>().is_ok() => (code, rest),
                _ => ("0", line.as_str()),
            };
            let shown = line.replace(" {to}", "").replace("{here}/", "");
            let shown = shown.replace(" --threads {threads}", "");
            found.said.push_str(&format!("$ dualtrack {shown}\n"));
            let line = line.replace("{to}", &to).replace("{here}", &here);
            let line = line.replace("{threads}", threads);
            let mut command = program(threads);
            command.args(line.split_whitespace());
            if !self.asks.is_empty() {
                self.ask(command, &mut found);
                continue;
            }
            let (ended, said, complained) = call(command, &self.stdin);
            if self.is_optional && complained.contains("build it with `--features") {
                return None;
            }
            if ended.to_string() != code {
                found.problem = Some(format!("`{shown}` ends with {ended}: {complained}"));
                return Some(found);
            }
            if self.prints_numbers {
                let place = format!("line {}", found.sums.len() + 1);
                found.sums.insert(place, sum(numbers(&said)));
            }
            found.said.push_str(&tidy(&said, &here));
        }
        let result = folder.path().join("result");
        if result.exists() {
            found.sums.extend(tables(&result));
            let text = fs::read(result.join("datapackage.json")).expect("a description");
            found.described = Some(serde_json::from_slice(&text).expect("JSON"));
        }
        Some(found)
    }

    fn ask(&self, command: Command, found: &mut Found) {
        let served = Served::of(command);
        let headers = served.own_headers();
        for ask in &self.asks {
            let method = if ask.body.is_empty() { "GET" } else { "POST" };
            let head = format!("{method} /api/{}", ask.route);
            let (status, answer) = served.ask(&head, &headers, &ask.body);
            if status != 200 {
                found.problem = Some(format!("{}: {answer}", ask.name));
                return;
            }
            let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
            let name = ask.name.clone();
            found.sums.insert(name, sum(numbers(body)));
            if ask.words {
                found.said.push_str(&format!("# {}\n", ask.name));
                match serde_json::from_str(body) {
                    Ok(value) => words(&value, false, &mut found.said),
                    Err(_) => found.said.push_str(body),
                }
            }
        }
    }
}

/// Exit code and what is said.
fn call(mut command: Command, stdin: &str) -> (i32, String, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    // A program that reads nothing may be gone.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(stdin.as_bytes());
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("a code");
    (code, text(output.stdout), text(output.stderr))
}

/// What is printed, without what differs from call to call: folders, and sizes of manifests, which hold clock times.
fn tidy(said: &str, here: &str) -> String {
    let lines = said.replace(&format!("{here}/"), "");
    let lines = lines.lines().map(|line| match line.find("manifest.json") {
        Some(at) => format!("{}\n", &line[..at + "manifest.json".len()]),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// Checksums of the tables of a result, of what was compressed as it was before; manifests hold clock times, pages and
/// descriptions no numbers of their own.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let bytes = || fs::read(&path).expect("a file");
            let bytes = match path.extension()?.to_str()? {
                "csv" | "parquet" => bytes(),
                "gz" => {
                    let (mut plain, bytes) = (Vec::new(), bytes());
                    let mut reader = flate2::read::MultiGzDecoder::new(&bytes[..]);
                    reader.read_to_end(&mut plain).expect("gzip");
                    plain
                }
                #[cfg(feature = "zstd")]
                "zst" => zstd::decode_all(&bytes()[..]).expect("zstd"),
                _ => return None,
            };
            let name = path.file_name()?.to_string_lossy();
            Some((name.into_owned(), sum(without_later_columns(bytes))))
        })
        .collect()
}

/// A table without [`LATER_COLUMNS`].
fn without_later_columns(bytes: Vec<u8>) -> Vec<u8> {
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let head = String::from_utf8_lossy(head).into_owned();
    if !LATER_COLUMNS.iter().any(|later| head.contains(later)) {
        return bytes;
    }
    let is_kept: Vec<bool> = head
        .split(',')
        .map(|name| !LATER_COLUMNS.contains(&name))
        .collect();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&bytes[..]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in reader.byte_records() {
        let row = row.expect("a row");
        let cells = row.iter().zip(&is_kept);
        let kept = cells.filter_map(|(cell, is_kept)| is_kept.then_some(cell));
        writer.write_record(kept).expect("a row");
    }
    writer.into_inner().expect("rows")
}

/// Checksums without the endings of compressed files.
pub fn plain_names(sums: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let plain = sums.iter().map(|(name, sum)| {
        let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
        (plain, sum.as_str())
    });
    plain.collect()
}

fn sum(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Values of JSON or TOML in one form, whatever the order of keys, and without words; all else as it stands.
fn numbers(text: &str) -> String {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let values = values.collect::<Result<Vec<Value>, _>>().ok();
    let Some(mut values) = values.or_else(|| Some(vec![toml::from_str(text).ok()?])) else {
        return text.to_string();
    };
    for value in &mut values {
        drop_words(value);
    }
    let lines = values.iter().map(|value| format!("{value}\n"));
    lines.collect()
}

fn drop_words(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|key, _| !WORDS.contains(&key.as_str()) && key != VERSION);
            object.values_mut().for_each(drop_words);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_words),
        _ => {}
    }
}

/// The words of an answer, a line each.
fn words(value: &Value, are_words: bool, text: &mut String) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                words(value, WORDS.contains(&key.as_str()), text);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| words(value, are_words, text)),
        Value::String(line) if are_words => text.push_str(&format!("{line}\n")),
        _ => {}
    }
}
