//! `dualtrack eval`: one run, one JSON line, for programs that drive the model.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::cli::codes;
use crate::cli::common::{self, Stop};
use crate::cli::number;
use crate::input::experiment::{
    factor::{Assignment, Variant},
    worlds::Worlds,
};
use crate::kernel::control::Control;
use crate::kernel::random::Draws;
use crate::kernel::text::near_or;
use crate::measure::response::spec::Responses;
use crate::study::arm::Arm;
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::execute::Worker;

/// Longest line that is read, bytes.
const LONGEST: u64 = 1 << 20;
/// Keys of a request.
const KEYS: &[&str] = &["set", "seed", "replicate"];

/// Run a scenario once and print its responses as one line of JSON.
///
/// With `-`, requests are read from standard input, one JSON object per line, such as
/// {"set": {"tournament.intensity": 0.5}, "seed": 1, "replicate": 3}. Each is answered with a line, in order.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// `-`: read requests from standard input.
    #[arg(value_name = "-", value_parser = ["-"])]
    requests: Option<String>,
    /// Set a key of the scenario, such as `tournament.intensity=0`.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Seed, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = number::seed())]
    seed: Option<u64>,
    /// Replicate; with the seed it fixes the random draws.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::seed())]
    replicate: u64,
    /// What to measure, separated by commas, such as `competitiveness,late=gap@2020..2024`.
    #[arg(long = "response", value_name = "RESPONSE,...")]
    responses: Vec<String>,
}

/// One run that is asked for.
struct Request {
    variant: Variant,
    draws: Draws,
}

struct Evaluator {
    arm: Arm,
    worker: Worker,
    control: Arc<Control>,
    draws: Draws,
}

/// Runs the command; returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, Stop> {
    let texts = common::split_responses(&args.responses);
    let responses = Responses::parse(texts.iter().map(String::as_str))
        .map_err(|message| Stop::bad_input(format!("--response: {message}")))?;
    let set: Vec<Assignment> = args.sets.iter().map(|set| Assignment::parse(set)).collect();
    let worlds = Arc::new(Worlds::new(&args.scenario, &set));
    // Problems of the scenario itself are those of every request.
    let base = worlds
        .scenario(&Variant::default())
        .map_err(Stop::bad_input)?;
    responses.bind(&base.world).map_err(|messages| {
        let lines: Vec<String> = messages.into_iter().map(|(_, message)| message).collect();
        Stop::bad_input(lines.join("\n"))
    })?;
    let arm = Arm::new("base", &worlds, &Variant::default(), &responses);
    let mut evaluator = Evaluator {
        arm: arm.map_err(Stop::bad_input)?,
        worker: Worker::default(),
        control: common::interruptible(),
        draws: Draws {
            seed: args.seed.unwrap_or(base.seed),
            replicate: args.replicate,
        },
    };
    if args.requests.is_some() {
        return evaluator.serve();
    }
    let request = Request {
        variant: Variant::default(),
        draws: evaluator.draws,
    };
    let mut code = codes::SUCCESS;
    let answer = evaluator.answer(&request, &mut code)?;
    say(&answer)?;
    Ok(code)
}

/// Prints a line at once. A reader who is gone has seen enough.
fn say(answer: &Value) -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{answer}").and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Err(Stop::new(codes::SUCCESS, "the reader is gone"))
        }
        Err(error) => Err(Stop::failure(format!("standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

impl Evaluator {
    /// Answers lines until there are no more.
    fn serve(&mut self) -> Result<u8, Stop> {
        let mut code = codes::SUCCESS;
        let mut stdin = io::stdin().lock();
        let mut line = Vec::new();
        let mut number = 0u64;
        loop {
            line.clear();
            let mut limited = io::Read::take(&mut stdin, LONGEST);
            let read = limited.read_until(b'\n', &mut line);
            let read = read.map_err(|error| Stop::failure(format!("standard input: {error}")))?;
            number += 1;
            if read == 0 {
                return Ok(code);
            }
            if read as u64 == LONGEST && line.last() != Some(&b'\n') {
                return Err(Stop::bad_input(format!(
                    "standard input:{number}: a line of more than {LONGEST} bytes"
                )));
            }
            let text = String::from_utf8_lossy(&line);
            // Some programs begin what they write with a byte-order mark.
            let text = match number {
                1 => text.trim_start_matches('\u{feff}'),
                _ => &text,
            };
            if text.trim().is_empty() {
                continue;
            }
            match self.request(text) {
                Ok(request) => say(&self.answer(&request, &mut code)?)?,
                Err(message) => {
                    code = codes::BAD_INPUT;
                    say(&json!({ "error": format!("standard input:{number}: {message}") }))?;
                }
            }
        }
    }

    fn request(&self, line: &str) -> Result<Request, String> {
        let mut reader = serde_json::Deserializer::from_str(line);
        let value = Once.deserialize(&mut reader);
        let value = value.and_then(|value| reader.end().map(|()| value));
        let value = value.map_err(|error| format!("not valid JSON: {error}"))?;
        let Value::Object(object) = value else {
            return Err(
                "the line is no object; allowed: {\"set\": {…}, \"seed\": 1, \"replicate\": 0}"
                    .to_string(),
            );
        };
        if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let hint = near_or(key, KEYS.iter().copied(), || {
                "; allowed: `set`, `seed`, `replicate`".to_string()
            });
            return Err(format!("unknown key `{key}`{hint}"));
        }
        let whole = |key: &str, default: u64| match object.get(key) {
            None => Ok(default),
            Some(value) => value
                .as_u64()
                .filter(|number| *number <= i64::MAX as u64)
                .ok_or_else(|| {
                    format!(
                        "`{key}` is {value}; allowed: a whole number from 0 to {}",
                        i64::MAX
                    )
                }),
        };
        let mut variant = Variant::default();
        match object.get("set") {
            None => {}
            Some(Value::Object(set)) => {
                for (key, value) in set {
                    variant.set.push(Assignment::of_json(key, value)?);
                }
            }
            Some(value) => {
                return Err(format!(
                    "`set` is {value}; allowed: an object of keys and values"
                ));
            }
        }
        Ok(Request {
            variant,
            draws: Draws {
                seed: whole("seed", self.draws.seed)?,
                replicate: whole("replicate", self.draws.replicate)?,
            },
        })
    }

    /// The answer to a request; `code` gets worse where it failed.
    fn answer(&mut self, request: &Request, code: &mut u8) -> Result<Value, Stop> {
        let mut answer = Map::new();
        answer.insert("seed".to_string(), json!(request.draws.seed));
        answer.insert("replicate".to_string(), json!(request.draws.replicate));
        let mut run = Measured::default();
        let error = match self.evaluate(request, &mut run) {
            Ok(()) => None,
            Err(Failure::Input(message)) => {
                *code = codes::BAD_INPUT;
                Some(message)
            }
            Err(Failure::Run(message)) => {
                *code = (*code).max(codes::RUNS_FAILED);
                Some(message)
            }
            Err(Failure::Study(error)) => return Err(error.into()),
        };
        for (place, response) in self.arm.responses.list().iter().enumerate() {
            let value = run.values.get(place).copied().flatten();
            answer.insert(response.name.clone(), json!(value));
        }
        answer.insert("error".to_string(), json!(error));
        Ok(Value::Object(answer))
    }

    fn evaluate(&mut self, request: &Request, run: &mut Measured) -> Result<(), Failure> {
        let ready = self.arm.at(&request.variant).map_err(Failure::Input)?;
        let worker = &mut self.worker;
        let outcome = worker.measure(&ready, request.draws, false, &self.control, run);
        outcome.map_err(Failure::Study)?;
        run.error
            .take()
            .map_or(Ok(()), |error| Err(Failure::Run(error)))
    }
}

/// Reads a JSON value in which each key of an object stands once: of two, nobody knows which is meant.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Once)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Once)?;
            if object.contains_key(&key) {
                let message = format!("`{key}` stands twice; allowed: each key once");
                return Err(serde::de::Error::custom(message));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

/// Why there is no answer.
enum Failure {
    Input(String),
    Run(String),
    Study(StudyError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        let mut reader = serde_json::Deserializer::from_str(text);
        Once.deserialize(&mut reader)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn json_is_read_as_it_is_but_for_keys_that_stand_twice() {
        for text in [
            r#"{"set":{"a":[1,-2,0.5,true,null,"x\u00e9\n"]},"seed":18446744073709551615}"#,
            "[]",
            "{}",
            "1.7976931348623157e308",
        ] {
            assert_eq!(
                read(text),
                Ok(serde_json::from_str(text).expect("JSON")),
                "{text}"
            );
        }
        for text in [
            r#"{"seed": 1, "seed": 2}"#,
            r#"{"set": {"a": 1, "b": 2, "a": 1}}"#,
        ] {
            let message = read(text).expect_err("twice");
            assert!(
                message.contains("stands twice; allowed: each key once"),
                "{message}"
            );
            assert!(message.contains("line 1 column "), "{message}");
        }
    }
}
